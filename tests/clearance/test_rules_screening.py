"""What the answers of the intake screen say about starting."""

import copy

import pytest
import yaml

from medexpro.clearance.questionnaire import DATA, questionnaire
from medexpro.clearance.rules.screening import (
    Answer,
    ScreeningContext,
    answer_from,
    problem,
    questionnaire_from,
    weigh_answers,
)
from tests.clearance.floor import codes, library

SCREEN = questionnaire()
ALL_NO = {question.id: Answer(value="no") for question in SCREEN.questions}


def screened(on_file=None, **answers):
    said = {
        key: value if isinstance(value, Answer) else Answer(value=value) for key, value in answers.items()
    }
    return weigh_answers(SCREEN, ALL_NO | said, on_file or ScreeningContext())


# ---- The questionnaire itself


def test_there_are_eighteen_questions_and_nine_red_flags():
    assert len(SCREEN.questions) == 18
    (flags,) = [question for question in SCREEN.questions if question.kind == "red_flags"]
    assert tuple(item.id for item in flags.items) == library().red_flag_question.asks


def test_every_id_is_known_to_the_gates_or_listed_as_a_fact():
    histories = set(library().histories) | {fact.id for fact in SCREEN.facts}
    for question in SCREEN.questions:
        for entry in (question, *question.options, *question.items):
            assert set(entry.symptoms) <= set(library().symptoms)
            assert set(entry.histories) <= histories
            assert entry.alert in ("", *SCREEN.alerts)


def test_no_derived_history_is_asked():
    derived = {history.id for history in library().histories.values() if history.kind}
    asked = {h for question in SCREEN.questions for option in question.options for h in option.histories}
    assert not derived & asked


def test_a_file_with_a_stray_key_is_refused():
    data = yaml.safe_load((DATA / "questionnaire.yaml").read_text(encoding="utf-8"))
    broken = copy.deepcopy(data)
    broken["questions"][0]["rule"] = "maybe"
    with pytest.raises(ValueError, match="questionnaire"):
        questionnaire_from(broken)


# ---- The answers


def test_all_no_says_nothing():
    said = screened()
    assert (said.findings, said.symptoms, said.histories, said.missing) == ((), frozenset(), frozenset(), ())


def test_a_question_without_an_answer_stops():
    said = weigh_answers(SCREEN, {k: v for k, v in ALL_NO.items() if k != "one_leg"}, ScreeningContext())
    assert codes(said.findings) == {"screen-incomplete": "stop"}
    assert said.findings[0].sentence == "1 of 18 questions is not answered yet."
    assert said.findings[0].figure == "One-sided leg swelling"


def test_one_swollen_leg_stops_in_her_own_words_and_tells_her_to_call():
    said = screened(one_leg=Answer(value="yes", words="Left calf, since Sunday"))
    (finding,) = said.findings
    assert finding.weight == "stop"
    assert "“Left calf, since Sunday”" in finding.sentence
    assert finding.source.startswith("Screening question 7.")
    assert said.symptoms == {"calf_new_one_side"}
    assert said.alerts == {"one_leg": "call_doctor"}


def test_a_sign_is_lifted_by_the_providers_written_answer_only():
    letter = ScreeningContext(clearance_letter=True, cardiology_plan=True)
    assert codes(screened(letter, chest_effort="yes").findings) == {"screen-chest_effort": "stop"}
    answered = ScreeningContext(answered=frozenset({"screen-chest_effort"}))
    assert codes(screened(answered, chest_effort="yes").findings) == {"screen-chest_effort": "note"}


def test_not_sure_counts_as_yes_until_someone_has_asked():
    unsure = screened(chest_effort="unsure")
    assert codes(unsure.findings) == {"screen-chest_effort": "stop"}
    assert "not sure. An unsure answer counts as yes until someone has asked" in unsure.findings[0].sentence
    assert unsure.symptoms == {"chest_pressure"}
    assert screened(chest_effort=Answer(value="unsure", asked="no")).findings == ()
    asked = screened(chest_effort=Answer(value="unsure", asked="yes"))
    assert codes(asked.findings) == {"screen-chest_effort": "stop"}
    assert "not sure" not in asked.findings[0].sentence


@pytest.mark.parametrize(
    "option", ["heart_failure", "angina", "arrhythmia", "implanted_device", "heart_event"]
)
def test_a_heart_condition_needs_a_written_cardiology_plan(option):
    said = {"heart_condition": Answer(value="yes", options=(option,))}
    code = f"screen-heart_condition-{option}"
    assert codes(screened(**said).findings) == {code: "stop"}
    assert codes(screened(ScreeningContext(clearance_letter=True), **said).findings) == {code: "stop"}
    assert codes(screened(ScreeningContext(cardiology_plan=True), **said).findings) == {code: "decide"}


def test_a_heart_condition_without_a_name_counts_as_the_strictest():
    assert codes(screened(heart_condition="yes").findings) == {"screen-heart_condition": "stop"}
    assert "heart_failure" in screened(heart_condition="yes").histories


@pytest.mark.parametrize("question", ["diabetes", "kidney_cancer", "brain_nerves"])
def test_a_known_disease_waits_for_the_clearance_letter(question):
    option = {"diabetes": "insulin", "kidney_cancer": "kidney_disease", "brain_nerves": "stroke"}[question]
    said = {question: Answer(value="yes", options=(option,))}
    assert set(codes(screened(**said).findings).values()) == {"stop"}
    assert set(codes(screened(ScreeningContext(clearance_letter=True), **said).findings).values()) == {"note"}


@pytest.mark.parametrize(
    ("question", "option", "weight"),
    [
        ("lung_condition", "lung_condition", "note"),
        ("lung_condition", "oxygen_user", "decide"),
        ("bones_joints", "osteoporosis", "note"),
        ("medicines", "blood_thinner", "note"),
        ("medicines", "medicine_changed", "decide"),
        ("operation", "released", "note"),
        ("operation", "not_released", "stop"),
        ("falls", "fell_once", "note"),
        ("falls", "fell_twice_or_injured", "decide"),
        ("general_signs", "weight_loss_unexplained", "stop"),
        ("anything_else", "pregnancy", "decide"),
        ("anything_else", "hearing_or_sight", "note"),
        ("diabetes", "eye_disease", "decide"),
    ],
)
def test_each_answer_has_its_weight(question, option, weight):
    said = screened(**{question: Answer(value="yes", options=(option,))})
    assert codes(said.findings) == {f"screen-{question}-{option}": weight}


def test_the_stricter_alert_is_the_one_she_reads():
    both = Answer(value="yes", options=("fever", "saddle_numb", "night_pain_constant"))
    assert screened(general_signs=both).alerts == {"general_signs": "call_911"}


def test_the_red_flags_of_intake_are_the_known_state():
    said = screened(
        red_flags=Answer(value="yes", items={"rf_swelling": "known", "rf_night_pain": "new_or_worse"})
    )
    assert said.red_flags == {"rf_swelling": "known", "rf_night_pain": "new_or_worse"}
    assert codes(said.findings) == {
        "screen-red_flags-rf_night_pain": "decide",
        "screen-red_flags-rf_swelling": "note",
    }


@pytest.mark.parametrize("state", ["known", "new_or_worse", "unsure"])
def test_chest_pain_or_breath_stops_however_long_it_has_been_there(state):
    said = screened(red_flags=Answer(value="yes", items={"rf_chest_or_breath": state}))
    assert codes(said.findings) == {"screen-red_flags-rf_chest_or_breath": "stop"}


def test_red_flags_not_sure_counts_as_all_of_them():
    assert len(screened(red_flags="unsure").red_flags) == 9


@pytest.mark.parametrize(
    ("question", "answer", "says"),
    [
        ("one_leg", Answer(value="perhaps"), "Choose yes, no"),
        ("medicines", Answer(value="yes", options=("aspirin",)), "“aspirin” is not one of the choices"),
        ("red_flags", Answer(value="yes"), "Choose which"),
        ("red_flags", Answer(value="yes", items={"rf_swelling": "bad"}), "Say for each one"),
        ("one_leg", Answer(value="no"), ""),
    ],
)
def test_an_answer_that_is_none_gets_a_sentence(question, answer, says):
    assert problem(SCREEN.question(question), answer).startswith(says)
    assert bool(problem(SCREEN.question(question), answer)) is bool(says)


def test_a_kept_answer_reads_back():
    kept = {"answer": "yes", "words": "Left calf", "options": ["blackout"], "items": {"rf_swelling": "known"}}
    assert answer_from(kept) == Answer(
        value="yes", words="Left calf", options=("blackout",), items={"rf_swelling": "known"}
    )
    assert answer_from({}).value == ""
