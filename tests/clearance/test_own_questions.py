"""The practice's own screening questions: ours in its words, further ones, and none of ours taken away or weakened."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from medexpro.clearance import operations, state
from medexpro.clearance.models import Screening
from medexpro.clearance.questionnaire import QUESTION, questionnaire, questionnaire_in, questionnaire_of
from medexpro.clearance.rules import own_questions as rules
from medexpro.clearance.rules.screening import Answer, Rule, ScreeningContext, weigh_answers
from medexpro.kernel.findings import Weight
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge import own, own_editors, own_files
from medexpro.knowledge.library import library_of
from medexpro.knowledge.own_kinds import KINDS, OwnRefused, content_of
from medexpro.knowledge.own_reading import read
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.knowledge.test_own import put
from tests.knowledge.test_own_pages import _post, ana, editor_form, fresh  # noqa: F401  (a fixture)
from tests.pages import text_of

SCREEN = questionnaire()
OURS = {one.id: rules.as_written(one, SCREEN.version) for one in SCREEN.questions}
KEY = "own_sleep"
SLEEP = {
    "name": "Sleep",
    "ask": "In the last 4 weeks, did breathlessness wake you?",
    "detail": "How often?",
    "rule": "sign",
    "options": [],
}


def asked_no(form, cast, but=()):
    for question in questionnaire_in(form, form.practice).questions:
        if question.id not in but:
            operations.answer(form, question.id, {"answer": "no"}, by=cast.ana, at=MORNING)


# ---- The rules


def test_a_question_of_the_practices_own_with_a_sign_stops_and_asks_for_the_provider_like_ours():
    own_one = rules.OwnQuestion(id=KEY, version=1, **SLEEP | {"rule": Rule.SIGN, "options": ()})
    screen = rules.laid(SCREEN, {KEY: own_one})
    answers = {one.id: Answer(value="no") for one in screen.questions} | {
        KEY: Answer(value="yes", words="Twice")
    }
    (finding,) = weigh_answers(screen, answers, ScreeningContext()).findings
    (ours,) = weigh_answers(
        SCREEN, answers | {"one_leg": Answer(value="yes", words="Twice")}, ScreeningContext()
    ).findings
    assert finding.weight == Weight.STOP
    same = ("weight", "closes", "clears", "action", "figure", "verification")
    assert [getattr(finding, one) for one in same] == [getattr(ours, one) for one in same]
    assert finding.sentence.startswith("Sleep. No exercise until the provider has answered in writing.")
    assert finding.source == "Screening question 19. The practice’s own question, version 1"


@given(
    words=st.dictionaries(st.sampled_from(sorted(OURS)), st.tuples(st.text(min_size=1), st.text(min_size=1))),
    value=st.dictionaries(st.sampled_from(sorted(OURS)), st.sampled_from(["yes", "no", "unsure"])),
    more=st.booleans(),
)
def test_whatever_a_practice_says_differently_our_questions_weigh_the_same(words, value, more):
    own_ones = {
        key: rules.OwnQuestion(id=key, version=2, name="n", ask=ask, detail=detail, rule=Rule.NOTE)
        for key, (ask, detail) in words.items()
    }
    if more:
        own_ones[KEY] = rules.OwnQuestion(
            id=KEY, version=1, name="Sleep", ask="?", detail="?", rule=Rule.NOTE
        )
    answers = {key: Answer(value=said) for key, said in value.items()}
    there = weigh_answers(rules.laid(SCREEN, own_ones), answers, ScreeningContext())
    ours = weigh_answers(SCREEN, answers, ScreeningContext())
    bare = [
        (one.code, one.weight, one.action, one.clears)
        for one in ours.findings
        if one.code != "screen-incomplete"
    ]
    mine = [
        (one.code, one.weight, one.action, one.clears)
        for one in there.findings
        if one.code != "screen-incomplete"
    ]
    assert mine == bare
    assert (there.symptoms, there.histories, there.red_flags) == (
        ours.symptoms,
        ours.histories,
        ours.red_flags,
    )
    assert set(ours.missing) <= set(there.missing)


# ---- What keeps a version out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "changes", "field", "words"),
    [
        ("one_leg", {"ask": " "}, "ask", "would be taken away"),
        ("one_leg", {"detail": ""}, "detail", "would be taken away"),
        ("one_leg", {"rule": "note"}, "rule", "stays as it is"),
        ("one_leg", {"name": "Weather"}, "name", "stays the question on"),
        ("diabetes", {"options": []}, "options", "must stay"),
        ("diabetes", {"weaker": True}, "options", "stays as it is, and so does what it does"),
        ("one_leg", {"options": [{"id": "x", "label": "X", "rule": "note"}]}, "options", "no answer of this question"),
        (KEY, {"rule": "cardiac"}, "rule", "Choose one"),
        (KEY, {"rule": "never"}, "rule", "Choose one"),
        (KEY, {"ask": ""}, "ask", "Fill this in"),
        (KEY, {"ask": "x" * 301}, "ask", "At most 300"),
        (KEY, {"options": [{"id": "a", "label": " ", "rule": "note"}]}, "options.0.label", "Write what"),
        (KEY, {"options": [{"id": "a", "label": "A", "rule": "disease"}]}, "options.0.rule", "Choose one"),
        (KEY, {"options": [{"id": "A-b", "label": "A", "rule": "note"}]}, "options", "small letters"),
        (KEY, {"options": [{"id": "a", "label": "A", "rule": "note"}] * 2}, "options", "same id"),
        (KEY, {"histories": ["diabetes"]}, "histories", "no such field"),
    ],
)  # fmt: skip
def test_a_removed_or_weakened_question_is_refused_at_its_field(cast, key, changes, field, words):
    content = content_of(OURS[key]) if key in OURS else SLEEP
    if "weaker" in changes:
        changes = {"options": [one | {"rule": "note"} for one in content["options"]]}
    draft = own.keep_draft(QUESTION, key, content | changes, by=cast.ana, at=MORNING)

    with pytest.raises(OwnRefused) as refused:
        own.put_in_service(draft, by=cast.ana, at=MORNING)

    said = [one.sentence for one in refused.value.wrongs if one.field == field]
    assert any(words in one for one in said), refused.value.wrongs
    assert questionnaire_of(cast.northbridge) is questionnaire()


@pytest.mark.django_db
def test_a_practice_asks_at_most_twelve_questions_of_its_own(cast):
    for number in range(rules.MOST_QUESTIONS):
        put(cast, QUESTION, f"{KEY}_{number}", **SLEEP)
    with pytest.raises(OwnRefused, match="at most 12 questions"):
        put(cast, QUESTION, KEY, **SLEEP)
    put(cast, QUESTION, "one_leg", ask="Is one leg swollen, warm or sore?")


# ---- Asked


@pytest.mark.django_db
def test_ana_asks_one_of_ours_in_her_words_and_one_of_her_own_and_dana_never_sees_them(cast, sign_in):
    put(cast, QUESTION, "one_leg", ask="Is one leg swollen, warm or sore?")
    put(cast, QUESTION, KEY, **SLEEP)
    episode = scenario.referred(cast)
    form = operations.start_screening(episode, by=cast.ana, at=MORNING)
    assert form.own_questions == {"one_leg": SCREEN.version + 1, KEY: 1}
    asked_no(form, cast, but=(KEY,))
    with pytest.raises(operations.ClearanceRefused, match="Question 19 has no answer yet"):
        operations.finish_screening(form, by=cast.ana, at=MORNING)

    browser, at = sign_in(cast.ana), f"/clearance/{episode.pk}/screening/"
    assert "Is one leg swollen, warm or sore?" in text_of(browser.get(f"{at}?q=one_leg"))
    assert "Question 19 of 19" in text_of(browser.get(at)) and "breathlessness wake you" in text_of(
        browser.get(at)
    )
    browser.post(f"{at}answer/", {"question": KEY, "answer": "yes", "words": "Twice"})
    browser.post(f"{at}finish/")

    page = text_of(browser.get(at))
    assert "Sleep. No exercise until the provider has answered in writing." in page
    form = state.latest_screening(episode)
    assert form.finished_at and [one["code"] for one in form.findings] == [f"screen-{KEY}"]
    open_ones = state.open_screening_findings(episode, TODAY)
    assert [one.code for one in open_ones if one.weight == Weight.STOP] == [f"screen-{KEY}"]
    with pytest.raises(Refusal):
        operations.decide_finding(
            form, f"screen-{KEY}", choice="go_on", reason="Fine", by=cast.ana, at=MORNING
        )

    assert questionnaire_of(cast.southgate) is questionnaire()
    dana = sign_in(cast.dana)
    assert "Sleep" not in text_of(dana.get(reverse("knowledge:own")))
    assert dana.get(reverse("knowledge:own_entry", args=[QUESTION, KEY])).status_code == 404


@pytest.mark.django_db
def test_what_was_begun_is_asked_and_weighed_as_it_was_begun(cast, django_assert_max_num_queries):
    row = put(cast, QUESTION, KEY, **SLEEP)
    first = scenario.referred(cast)
    form = operations.start_screening(first, by=cast.ana, at=MORNING)
    operations.answer(form, KEY, {"answer": "yes"}, by=cast.ana, at=MORNING)

    put(cast, QUESTION, KEY, **SLEEP | {"ask": "Do you sleep badly?", "rule": "note"})
    put(cast, QUESTION, "own_later", **SLEEP | {"name": "Later"})
    form = Screening.objects.get(pk=form.pk)
    asked = questionnaire_in(form, form.practice)
    assert asked.question(KEY).ask == SLEEP["ask"] and "own_later" not in {one.id for one in asked.questions}
    assert questionnaire_of(form.practice).question(KEY).ask == "Do you sleep badly?"
    asked_no(form, cast, but=(KEY,))
    operations.finish_screening(form, by=cast.ana, at=MORNING)
    assert [(one["code"], one["weight"]) for one in form.findings] == [(f"screen-{KEY}", "stop")]

    # Withdrawn, what was answered stays readable and stays a stop; a new one no longer asks it.
    for one in own.versions(cast.northbridge, QUESTION, KEY):
        if one.state == "in_service":
            own.withdraw(one, by=cast.ana, at=MORNING)
    assert row.version == 1 and KEY not in {one.id for one in questionnaire_of(cast.northbridge).questions}
    first.refresh_from_db()
    weighed = state.weigh_screening(first, form, TODAY).findings
    assert [(one.code, one.weight) for one in weighed] == [(f"screen-{KEY}", Weight.STOP)]
    with django_assert_max_num_queries(0):
        questionnaire_in(form, form.practice)
    assert KEY not in operations.start_screening(first, by=cast.ana, at=MORNING).own_questions


@pytest.mark.django_db
def test_a_practice_without_own_questions_asks_ours_and_nothing_of_the_database(
    cast, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert questionnaire_of(cast.northbridge) is questionnaire()


# ---- The pages


@pytest.mark.django_db
def test_ana_writes_a_question_with_answers_previews_it_and_takes_it_back(cast, ana):  # noqa: F811
    assert (
        reverse("knowledge:own_edit", args=[QUESTION, "one_leg"])
        in ana.get(reverse("knowledge:own")).content.decode()
    )
    address, typed = editor_form(ana, reverse("knowledge:own_new", args=[QUESTION]))
    typed |= {
        "name": ["Sleep"], "ask": ["Do you sleep badly?"], "detail": ["Since when?"], "rule": ["note"],
        "option-0-label": ["I wake breathless"], "option-0-rule": ["sign"], "option-1-label": ["I lie awake"],
        "option-1-rule": ["note"],
    }  # fmt: skip
    kept = text_of(ana.post(address, typed | {"keep": ["yes"]}, follow=True))
    assert (
        "Draft kept." in kept
        and "I wake breathless Stops, until the provider has answered in writing" in kept
    )

    address, again = editor_form(ana, reverse("knowledge:own_edit", args=[QUESTION, KEY]))
    assert again["option-0-id"] == ["answer_1"] and again["option-1-label"] == ["I lie awake"]
    answer = ana.post(address, again | {"service": ["yes"]}, follow=True)
    assert answer.status_code == 200 and "In force from now on" in text_of(answer)
    fresh(cast.northbridge)
    asked = questionnaire_of(cast.northbridge).question(KEY)
    assert [(one.id, one.rule) for one in asked.options] == [("answer_1", Rule.SIGN), ("answer_2", Rule.NOTE)]

    ana.post(reverse("knowledge:own_undo", args=[own.in_service(cast.northbridge, QUESTION, KEY).pk]))
    fresh(cast.northbridge)
    assert questionnaire_of(cast.northbridge) is questionnaire()


@pytest.mark.django_db
def test_of_ours_only_the_words_can_be_typed_and_an_emptied_one_is_refused_at_its_field(cast, ana):  # noqa: F811
    address, typed = editor_form(ana, reverse("knowledge:own_edit", args=[QUESTION, "diabetes"]))
    assert {"ask", "detail", "note"} <= set(typed) and not {"name", "rule"} & set(typed)
    answer = ana.post(address, typed | {"ask": [""], "rule": ["note"], "service": ["yes"]})
    assert answer.status_code == 422 and answer.context["form"].errors["ask"]
    shown = ana.post(
        address, typed | {"ask": ["Is it diabetes?"], "rule": ["note"], "keep": ["yes"]}, follow=True
    )
    assert "Is it diabetes?" in text_of(shown)
    assert own.draft_of(cast.northbridge, QUESTION, "diabetes").content["rule"] == "disease"


@pytest.mark.parametrize("key", sorted(OURS))
def test_saving_what_was_not_touched_changes_nothing(key):
    ours, form_of = OURS[key], own_editors.EDITORS[QUESTION].form
    form = form_of(content=content_of(ours), ours=ours, lib=None)
    typed = {name: form[name].value() or "" for name in form.fields}
    again = form_of(_post(typed), content=content_of(ours), ours=ours, lib=None)
    assert content_of(read(QUESTION, key, 2, again.content())) == content_of(ours)


@pytest.mark.django_db
def test_questions_go_out_and_come_in_as_a_file(cast):
    put(cast, QUESTION, KEY, **SLEEP)
    put(cast, QUESTION, "one_leg", ask="Is one leg swollen, warm or sore?")
    text = own_files.export(cast.northbridge)
    assert {line.what for line in own_files.preview(cast.southgate, text)} == {"new", "changed"}
    own_files.bring_in(text, by=cast.dana, at=MORNING)
    assert questionnaire_of(cast.southgate).question(KEY).ask == SLEEP["ask"]
    weaker = text.replace("rule: sign", "rule: note")
    [line] = [one for one in own_files.preview(cast.southgate, weaker) if one.key == "one_leg"]
    assert line.what == own_files.REFUSED and line.wrongs[0].field == "rule"


def test_the_kind_reads_our_questions():
    assert KINDS[QUESTION].ours() == OURS and library_of(None).further == {}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["phrase", QUESTION, "wording"])
@pytest.mark.parametrize("odd", ["", "\x00", "x" * 5000, "-1", "{}", "*, *"])
def test_nonsense_in_an_editor_is_answered_in_words(cast, ana, kind, odd):  # noqa: F811
    address, typed = editor_form(ana, reverse("knowledge:own_new", args=[kind]))
    for press in ("keep", "service"):
        answer = ana.post(address, dict.fromkeys(typed, odd) | {"expected": "", press: "yes"}, follow=True)
        assert answer.status_code in (200, 422), answer.status_code
    for row in list(own.OwnEntry.objects.of(cast.northbridge)):
        assert ana.get(reverse("knowledge:own_entry", args=[kind, row.key])).status_code == 200
        assert ana.get(reverse("knowledge:own_edit", args=[kind, row.key])).status_code in (200, 404)
    assert ana.get(reverse("knowledge:own")).status_code == 200
