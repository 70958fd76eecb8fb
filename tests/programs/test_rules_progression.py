"""What the record says about a phase: each sentence of the protocols on both sides of its figure, the strictest wins."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from medexpro.knowledge.library import library
from medexpro.programs.policy import progression_policy
from medexpro.programs.rules import progression
from medexpro.programs.rules.facts import Attendance
from medexpro.programs.rules.progression import Choice, Item
from tests.programs.record_facts import (
    KNEE,
    MET,
    TODAY,
    at,
    course,
    day,
    facts,
    proposal,
    visit,
    with_criterion,
)

HARD, FINE = (6, 4, 1), (5, 4, 1)
WEEKS = {"began_on": day(43), "since": at(day(43))}
PRIMARY = ("chair_stand_30s", "tug", "koos_jr")


def unchanged(*, ago=(45, 2)):
    """Three primary measures, measured twice, each inside its test error."""
    return [
        course(key, (ago[0], value), (ago[1], value)) for key, value in zip(PRIMARY, (9, 13, 60), strict=True)
    ]


def test_all_criteria_met_and_nothing_against_it_opens_the_next_phase():
    found = proposal(facts())
    assert found.choice == Choice.ADVANCE
    assert found.sentence == "All 4 criteria are met: Strength build may open."
    assert not found.speaking and not found.unanswered


# Each sentence with a record just past its figure and one just at it: what it speaks for, else the phase advances.
SENTENCES = {
    "pain above 5 at work": ("hold", facts(visit(4), visit(1, done=[(4, 4, 6)]))),
    "pain of 5 at work passes": ("advance", facts(visit(4), visit(1, done=[(4, 4, 5)]))),
    "pain said as a reading at work": ("hold", facts(visit(1, work_pain=Decimal(6)))),
    "pain three visits ago is past": ("advance", facts(visit(9, done=[(4, 4, 8)]), visit(4), visit(1))),
    "2 points more at rest on the next visit": (
        "hold", facts(visit(4, rest={"pain_nrs": 1}), visit(1, rest={"pain_nrs": 3})),
    ),
    "1 point more passes": ("advance", facts(visit(4, rest={"pain_nrs": 1}), visit(1, rest={"pain_nrs": 2}))),
    "swelling said at the last visit": ("hold", facts(visit(4), visit(1, flags=("rf_swelling",)))),
    "swelling at the visit before is past": ("advance", facts(visit(4, flags=("rf_swelling",)), visit(1))),
    "girth 1 cm up": ("hold", facts(courses=[course("knee_girth", (30, 42), (3, 43), side="right")])),
    "girth 0.9 cm up passes": ("advance", facts(courses=[course("knee_girth", (30, 42), (3, "42.9"), side="right")])),
    "10 degrees lost": ("hold", facts(courses=[course("rom_hip_flexion", (30, 100), (3, 90))])),
    "9 degrees lost pass": ("advance", facts(courses=[course("rom_hip_flexion", (30, 100), (3, 91))])),
    "a strength grade lost": ("hold", facts(courses=[course("mmt_knee_extension", (30, 5), (3, 4))])),
    "half a grade passes": ("advance", facts(courses=[course("mmt_knee_extension", (30, 5), (3, "4.5"))])),
    "effort above the band twice": ("regress", facts(visit(8, done=[HARD]), visit(4), visit(1, done=[HARD]))),
    "once passes": ("advance", facts(visit(8), visit(4), visit(1, done=[HARD]))),
    "a point above the aim passes": ("advance", facts(visit(4, done=[FINE]), visit(1, done=[FINE]))),
    "a week without a session": ("regress", facts(visit(15), visit(1))),
    "a session in every week": ("advance", facts(visit(15), visit(8), visit(1))),
    "a gate sent back": ("refer_back", facts(visit(1, found=(("refer", "New one-sided leg pain."),)))),
    "a gate that only asked": ("advance", facts(visit(1, found=(("ask_provider", "Swelling is new."),)))),
    "the provider has cleared since": (
        "advance", facts(visit(4, found=(("refer", "Leg pain."),)), visit(1), cleared_at=at(day(2))),
    ),
    "no change after 6 weeks": ("refer_back", facts(visit(4), visit(1), measured={}, courses=unchanged(), **WEEKS)),
    "attendance of 79 % is too little to say so": (
        "hold", facts(visit(4), visit(1), measured={}, courses=unchanged(), attendance=Attendance(79, 21), **WEEKS),
    ),
    "5 weeks are too few": ("hold", facts(visit(4), visit(1), measured={}, courses=unchanged(), began_on=day(40))),
    "one primary measure has changed": (
        "hold",
        facts(visit(4), visit(1), measured={}, courses=[*unchanged(), course("rom_knee_flexion", (45, 80), (2, 100))], **WEEKS),
    ),
    "worse beyond error on two tests in a row": (
        "refer_back", facts(measured={}, courses=[course("koos_jr", (60, 70), (30, 50), (3, 48))]),
    ),
    "worse on one test": ("hold", facts(measured={}, courses=[course("koos_jr", (60, 70), (30, 69), (3, 48))])),
    "the client felt worse": ("hold", facts(visit(4), visit(1, response="worse"))),
    "tired is no reason": ("advance", facts(visit(4), visit(1, response="tired"))),
    "the note says step back": ("regress", facts(visit(4), visit(1, noted="regress"))),
    "stopped": ("hold", facts(visit(4), visit(1, stopped="Pain in the calf."))),
    "something is with the provider": ("hold", facts(waiting="Swelling is new")),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(SENTENCES))
def test_a_sentence_of_the_phase_is_weighed_against_the_record(case):
    choice, known = SENTENCES[case]
    found = proposal(known)
    assert found.choice == choice, (found.sentence, [(item.id, item.seen) for item in found.speaking])
    for item in found.deciding:
        assert item.seen and item.source and item.verification == "house_rule"


@pytest.mark.parametrize(
    ("question", "choice"), [("pain", "hold"), ("form", "regress"), ("symptoms", "refer_back")]
)
def test_what_the_record_cannot_say_is_asked_and_a_yes_speaks(question, choice):
    found = proposal(facts(), answers={question: True})
    assert found.choice == choice and "The professional said yes" in found.deciding[0].seen


def test_a_no_unsays_nothing_that_the_record_shows():
    known = facts(visit(1, done=[(4, 4, 7)]))
    assert proposal(known, answers={"pain": False}).choice == Choice.HOLD


def test_a_question_nobody_answered_stays_open():
    known = facts()
    policy = progression_policy()
    items = progression_items(known, {})
    found = progression.propose(KNEE.phases[0], KNEE.phases[1], known, policy, items)
    assert [item.id for item in found.unanswered] == ["symptoms", "form", "pain"]


def progression_items(known, answers):
    from medexpro.programs.rules import weighing

    rules = progression_policy().of_phase(KNEE.phases[0])
    return weighing.weigh(rules, known, primary=KNEE.reassess.measures, answers=answers)


def test_what_was_before_the_last_decision_counts_no_more():
    before = (visit(8, done=[HARD]), visit(7, done=[HARD]))
    assert proposal(facts(*before, visit(1))).choice == Choice.REGRESS
    assert proposal(facts(*before, visit(1), since=at(day(5)))).choice == Choice.ADVANCE


def test_the_weaker_side_decides_and_an_old_result_opens_nothing():
    weaker = course("rom_knee_flexion", (3, 99), side="left")
    found = proposal(facts(courses=[weaker]))
    flexion = next(one for one in found.criteria if one.measure == "rom_knee_flexion")
    assert (found.choice, flexion.met, flexion.value) == (Choice.HOLD, False, 99)
    old = {key: value for key, value in MET.items() if key != "tug"}
    found = proposal(facts(measured=old, courses=[course("tug", (31, 13))]))
    state = next(one for one in found.criteria if one.measure == "tug")
    assert found.choice == Choice.HOLD and state.met is None and "more than 30 days ago" in state.seen
    assert proposal(facts(measured=old, courses=[course("tug", (30, 13))])).choice == Choice.ADVANCE


KOOS = {"measure": "koos_jr", "op": ">=", "value": Decimal(75)}


@pytest.mark.parametrize(
    ("changes", "courses", "visits", "met"),
    [
        (KOOS | {"or_rise": Decimal(20)}, [course("koos_jr", (60, 50), (3, 70))], (), True),
        (KOOS | {"or_rise": Decimal(20)}, [course("koos_jr", (60, 50), (3, 69))], (), False),
        (KOOS | {"or_rise": None}, [course("koos_jr", (60, 50), (3, 74))], (), False),
        (KOOS | {"weeks": 4}, [course("koos_jr", (28, 75), (1, 80))], (), True),
        (KOOS | {"weeks": 4}, [course("koos_jr", (27, 75), (1, 80))], (), False),
        (KOOS | {"weeks": 4}, [course("koos_jr", (60, 80), (28, 70), (1, 80))], (), False),
        ({"measure": "bp_systolic", "op": "<", "value": Decimal(160), "visits": 2}, [], (158, 159), True),
        ({"measure": "bp_systolic", "op": "<", "value": Decimal(160), "visits": 2}, [], (158, 160), False),
        ({"measure": "bp_systolic", "op": "<", "value": Decimal(160), "visits": 2}, [], (150,), None),
    ],
)
def test_a_criterion_with_an_alternative_with_visits_or_with_weeks(changes, courses, visits, met):
    came = [visit(9 - 3 * n, rest={"bp_systolic": value}) for n, value in enumerate(visits)]
    found = proposal(facts(*came, measured={}, courses=courses), protocol=with_criterion(**changes))
    assert [state.met for state in found.criteria] == [met]


def test_a_lower_value_is_the_better_one_where_lower_is_better():
    tug = course("tug", (60, 20), (3, 15))
    assert progression.improvement(tug) == 5


def test_the_last_phase_leads_to_the_discharge():
    found = proposal(facts(measured={"koos_jr": 80}), phase=3)
    assert (found.choice, found.words, found.last) == (Choice.ADVANCE, "Plan the discharge", True)


@given(some.lists(some.sampled_from(list(Choice)), max_size=6), some.booleans())
def test_the_strictest_that_speaks_always_wins(choices, met):
    items = [Item(f"{n}", choice, "Something", holds=True) for n, choice in enumerate(choices)]
    known = facts() if met else facts(measured={})
    policy = progression_policy()
    found = progression.propose(KNEE.phases[0], KNEE.phases[1], known, policy, items)
    spoken = {*choices, Choice.ADVANCE if met else Choice.HOLD}
    assert found.choice == min(spoken, key=policy.strictest.index)


def test_referring_back_goes_before_stepping_back_and_that_before_holding():
    """Two hard sessions, the last with pain of 6 of 10; on another day a gate also sent the client back."""
    hard = (visit(8, done=[HARD]), visit(4))
    assert proposal(facts(*hard, visit(1, done=[(4, 4, 6)]))).choice == Choice.HOLD
    assert proposal(facts(*hard, visit(1, done=[(6, 4, 6)]))).choice == Choice.REGRESS
    sent_back = visit(1, done=[(6, 4, 6)], found=(("refer", "New one-sided leg pain."),))
    assert proposal(facts(*hard, sent_back)).choice == Choice.REFER_BACK


def test_every_sentence_of_every_protocol_is_read_and_one_of_the_practices_own_is_asked_as_it_stands():
    policy = progression_policy()
    for protocol in library().all_protocols.values():
        for phase in protocol.phases:
            rules = [rule for rule in policy.of_phase(phase) if not rule.always]
            sentences = [*phase.refer_back_when, *phase.regress_when, *phase.hold_when]
            assert [rule.sentence for rule in rules] == sentences
            assert all(rule in policy.rules for rule in rules), f"{protocol.id}: {phase.id}"
    own = progression.asked_as_it_stands(Choice.HOLD, "The dog is ill")
    assert own.asks == "Is this so: The dog is ill?" and own.choice == Choice.HOLD


def test_evidence_is_plain_and_complete():
    kept = proposal(facts(visit(1, done=[(4, 4, 7)]))).evidence()
    pain = next(one for one in kept if one["id"] == "pain")
    assert (pain["choice"], pain["holds"], pain["on"]) == (
        "hold",
        True,
        (TODAY - timedelta(days=1)).isoformat(),
    )
    assert "Pain 7 of 10 at work" in pain["seen"] and len(kept) == 4 + 10 + 4


def test_every_rule_has_its_sentence_source_and_mark():
    policy = progression_policy()
    for rule in (*policy.rules, *policy.always):
        assert (
            rule.sentence and rule.source and rule.verification == "house_rule" and (rule.weighs or rule.asks)
        )
    assert set(policy.strictest) == set(Choice)
