"""The safety gates as the practice speaks, and each gate of the reference on its own."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medexpro.clearance.rules.gates import State, verdict, weigh
from medexpro.kernel.findings import Weight
from medexpro.kernel.reference import Action, Gate, Verification
from tests.clearance.floor import (
    ASKED,
    NINE,
    at_rest,
    codes,
    context,
    library,
    limit,
    reading,
    signs,
    weighed,
)

GATES = list(library().gates.values())
IDS = [gate.id for gate in GATES]


# ---- The morning, as people would say it


@pytest.mark.parametrize(
    ("systolic", "diastolic", "closed"),
    [
        (128, 82, set()),  # An ordinary morning.
        (160, 100, set()),  # At the limit is not above it.
        (165, 95, {"aerobic"}),
        (158, 101, {"aerobic"}),  # The diastolic figure counts as much.
        (178, 107, {"aerobic", "resistance"}),
        (180, 110, {"aerobic", "resistance"}),  # At the ceiling the session is still open.
        (181, 100, {"aerobic", "resistance", "session"}),
        (150, 111, {"aerobic", "resistance", "session"}),
    ],
)
def test_pressure_closes_the_parts_it_should(systolic, diastolic, closed):
    _, said = weighed(at_rest(bp_systolic=systolic, bp_diastolic=diastolic))
    assert said.closed == closed
    assert said.may_start is ("session" not in closed)


def test_high_pressure_says_what_was_measured_and_what_to_do():
    _, said = weighed(at_rest(bp_systolic=184, bp_diastolic=88))
    assert said.state is State.HOLD
    assert said.sentence.startswith("Systolic pressure 184 mmHg is above 180 mmHg: do not start.")


def test_a_hold_is_cleared_only_by_a_later_reading_and_both_are_kept():
    findings = weigh(context([*at_rest(bp_systolic=184), reading("bp_systolic", 150, 10)]))
    cleared = {finding.code: finding for finding in findings}["bp_session_ceiling-cleared"]
    assert cleared.weight == Weight.NOTE
    assert cleared.figure == "184 mmHg, then 150 mmHg"
    assert not verdict(findings).closed


def test_a_recheck_that_is_still_high_stays_on_hold():
    findings, said = weighed([*at_rest(bp_systolic=184), reading("bp_systolic", 181, 10)])
    assert findings["bp_session_ceiling"] == "stop"
    assert said.state is State.HOLD


def test_a_stop_has_no_recheck():
    _, said = weighed([*at_rest(bp_systolic=184, bp_diastolic=112), reading("bp_diastolic", 80, 10)])
    assert said.state is State.STOP
    assert said.recheck == ()
    assert said.reopens == frozenset()


@pytest.mark.parametrize("missing", ["bp_systolic", "bp_diastolic", "resting_hr", "pain_nrs"])
def test_a_reading_not_taken_holds_the_session_until_it_is(missing):
    findings, said = weighed(at_rest(**{missing: None}))
    assert findings == {f"{missing}-not-taken": "stop"}
    assert (said.state, said.missing) == (State.HOLD, (missing,))


def test_the_red_flag_question_must_be_asked_and_none_is_an_answer():
    findings, said = weighed(at_rest(), answered=frozenset())
    assert findings == {"red_flag_question-not-taken": "stop"}
    assert said.sentence == "Still to take: the red-flag question."
    assert weighed(at_rest(), answered=ASKED)[0] == {}


def test_a_reading_during_work_is_no_resting_reading():
    taken_at_work = [reading("resting_hr", 70, 20, when="in_session")]
    findings, _ = weighed([*at_rest(resting_hr=None), *taken_at_work])
    assert findings == {"resting_hr-not-taken": "stop"}


def test_new_red_flags_ask_the_provider_and_the_answer_lets_the_session_go_on():
    findings = weigh(context(at_rest(), signs=signs("rf_swelling")))
    assert verdict(findings).state is State.DECIDE
    assert verdict(findings, answered={"metirf_swelling"}).state is State.GO


def test_no_answer_opens_a_stop():
    findings = weigh(context(at_rest(), signs=signs("rf_chest_or_breath")))
    assert verdict(findings, answered={"metirf_chest_pain_breath"}).state is State.STOP


def test_the_strictest_weight_decides():
    findings, said = weighed(
        at_rest(bp_systolic=165, resting_hr=48, blood_glucose=210), signs=signs("calf_new_one_side")
    )
    assert set(findings.values()) == {"stop", "decide", "note"}
    assert said.state is State.STOP
    assert said.sentence.startswith("New one-sided leg pain")


def test_an_emergency_comes_first():
    findings = weigh(context(at_rest(bp_systolic=190), signs=signs("calf_new_one_side", "chest_pressure")))
    assert findings[0].action == Action.EMERGENCY
    assert verdict(findings).emergency


def test_what_must_be_told_keeps_its_hours():
    _, said = weighed(at_rest(bp_systolic=86))
    assert [(finding.code, finding.tell_within_hours) for finding in said.tell] == [
        ("bp_low_asymptomatic", 24)
    ]


def test_a_gate_that_begins_with_the_sign_names_it_once():
    words = {"dizzy_faint": library().symptoms["dizzy_faint"].professional}
    _, said = weighed(at_rest(), signs=signs("dizzy_faint"), sign_words=words)
    assert said.sentence.startswith("Faintness or marked dizziness: stop")
    assert said.sentence.count("aintness") == 1


def test_every_finding_has_its_sentence_source_mark_and_way_out():
    everything = {symptom for gate in GATES for rule in gate.rules for symptom in rule.symptoms}
    findings = weigh(context(at_rest(bp_systolic=205, blood_glucose=360), signs=signs(*sorted(everything))))
    for finding in findings:
        assert finding.sentence.endswith((".", "’"))
        assert finding.source
        assert finding.verification
        assert finding.clears or finding.weight == Weight.NOTE
        assert bool(finding.closes) is (finding.weight == Weight.STOP)


# ---- Each gate of the reference


def made_for(gate: Gate) -> dict:
    """Return what makes a gate fire: one step past each figure, the signs and histories it names."""
    readings, reported, earlier, last, on_file = [], [], [], [], [*gate.requires, *gate.requires_any[:1]]
    when = "pre" if gate.when == "any" else gate.when
    for rule in gate.rules:
        if rule.op == "change>":
            step = rule.value + Decimal("0.1")
            base, later = (
                ("100", Decimal(100) - step) if rule.direction == "fall" else ("100", Decimal(100) + step)
            )
            if rule.compare == "other_side":
                readings += [reading(rule.measure, base, 5, when=when, side="left")]
                readings += [reading(rule.measure, later, 5, when=when, side="right")]
            else:
                before = reading(rule.measure, base, -60, when=when)
                (last if rule.compare == "last_session" else earlier).append(before)
                if rule.compare == "earlier_in_session":
                    readings.append(reading(rule.measure, base, 2, when=when))
                readings.append(reading(rule.measure, later, 5, when=when))
        elif rule.measure:
            above = [r.value for r in gate.rules if r.measure == rule.measure and r.op == ">"]
            below = [r.value for r in gate.rules if r.measure == rule.measure and r.op == "<"]
            step = Decimal("0.1")
            value = (
                (above[0] + below[0]) / 2
                if above and below
                else above[0] + step
                if above
                else below[0] - step
            )
            readings.append(reading(rule.measure, value, 5, when=when))
        elif rule.op == "present":
            reported += signs(*rule.symptoms[:1], when=when)
            on_file += rule.histories[:1]
    return {
        "readings": readings,
        "signs": reported,
        "earlier": earlier,
        "last_session": last,
        "histories": dict.fromkeys(on_file),
        "stage": when,
        "required": (),
    }


@pytest.mark.parametrize("gate", GATES, ids=IDS)
def test_a_gate_fires_for_the_client_it_is_made_for(gate):
    found = {finding.code: finding for finding in weigh(context(**made_for(gate)))}
    assert found[gate.id].weight == gate.weight
    assert found[gate.id].closes == (gate.closes or "")
    assert found[gate.id].action == gate.action
    assert found[gate.id].tell_within_hours == gate.tell_within_hours


@pytest.mark.parametrize("gate", [g for g in GATES if g.requires or g.requires_any], ids=lambda gate: gate.id)
def test_a_gate_is_silent_without_the_history_it_needs(gate):
    made = made_for(gate)
    for history in (*gate.requires, *gate.requires_any):
        made["histories"].pop(history, None)
    assert gate.id not in codes(weigh(context(**made)))


@pytest.mark.parametrize("gate", [g for g in GATES if g.unless], ids=lambda gate: gate.id)
def test_a_gate_is_silent_for_the_client_whose_history_explains_it(gate):
    for history in gate.unless:
        made = made_for(gate)
        made["histories"][history] = None
        assert gate.id not in codes(weigh(context(**made)))


@pytest.mark.parametrize(
    "gate", [g for g in GATES if g.when in ("in_session", "post")], ids=lambda gate: gate.id
)
def test_a_gate_of_a_later_stage_is_silent_before_it(gate):
    made = made_for(gate)
    made["stage"] = "pre"
    made["readings"] = [reading(r.measure, r.value, 5, side=r.side) for r in made["readings"]]
    made["signs"] = signs(*(sign.symptom for sign in made["signs"]))
    assert gate.id not in codes(weigh(context(**made)))


@pytest.mark.parametrize(
    "gate",
    [g for g in GATES if g.when == "pre" and not any(r.histories for r in g.rules)],
    ids=lambda gate: gate.id,
)
def test_a_resting_gate_is_silent_about_readings_at_work(gate):
    made = made_for(gate)
    made["stage"] = "in_session"
    made["readings"] = [
        reading(r.measure, r.value, 5, side=r.side, when="in_session") for r in made["readings"]
    ]
    made["signs"] = signs(*(sign.symptom for sign in made["signs"]), when="in_session")
    assert gate.id not in codes(weigh(context(**made)))


FIGURES = [
    (gate, rule)
    for gate in GATES
    for rule in gate.rules
    if rule.measure and rule.op in ("<", ">") and len(gate.rules) <= 2
]


@pytest.mark.parametrize(
    ("gate", "rule"), FIGURES, ids=[f"{g.id}-{r.measure}{r.op}{r.value}" for g, r in FIGURES]
)
def test_a_value_at_its_limit_passes(gate, rule):
    made = made_for(gate)
    others = [r for r in made["readings"] if r.measure != rule.measure and gate.logic == "all"]
    made["readings"] = [*others, reading(rule.measure, rule.value, 5, when=made["stage"])]
    made["signs"] = made["signs"] if gate.logic == "all" else []
    assert gate.id not in codes(weigh(context(**made)))


@pytest.mark.parametrize(
    "gate", [g for g in GATES if g.action == Action.HOLD_RECHECK], ids=lambda gate: gate.id
)
def test_every_hold_is_cleared_by_a_later_reading_that_meets_its_mark(gate):
    made = made_for(gate)
    marks = gate.clears_at or [rule for rule in gate.rules if rule.measure]
    later = []
    for mark in marks:
        nudge = (
            {"<": Decimal("-0.1"), ">": Decimal("0.1")}.get(mark.op, Decimal(0))
            if gate.clears_at
            else Decimal(0)
        )
        later.append(reading(mark.measure, mark.value + nudge, 20, when=made["stage"]))
    made["readings"] += later
    found = codes(weigh(context(**made)))
    assert gate.id not in found
    assert found[f"{gate.id}-cleared"] == "note"


@pytest.mark.parametrize(
    "gate",
    [g for g in GATES if g.weight == Weight.STOP and g.action != Action.HOLD_RECHECK and g.measures],
    ids=lambda gate: gate.id,
)
def test_no_later_reading_clears_a_stop(gate):
    made = made_for(gate)
    calm = {
        "bp_systolic": 122,
        "bp_diastolic": 78,
        "spo2": 97,
        "blood_glucose": 120,
        "blood_ketones": "0.1",
        "weight": 100,
    }
    calm |= {"rpe_6_20": 12, "rpe_cr10": 3, "dyspnoea_0_10": 1}
    made["readings"] += [reading(m, calm.get(m, 100), 30, when=made["stage"]) for m in gate.measures]
    assert codes(weigh(context(**made)))[gate.id] == "stop"


def test_an_unverified_gate_is_off_until_the_practice_turns_it_on():
    gate = msgspec.structs.replace(library().gates["hr_rest_high"], verification=Verification.UNVERIFIED)
    fast = at_rest(resting_hr=130)
    assert codes(weigh(context(fast, gates=[gate]))) == {}
    assert codes(weigh(context(fast, gates=[gate], turned_on=frozenset({"hr_rest_high"})))) == {
        "hr_rest_high": "stop"
    }


def test_a_history_outside_its_window_does_not_count():
    known = {"diabetes": None, "severe_low_glucose": NINE - timedelta(hours=30)}
    assert weighed(at_rest(), histories=known)[0] == {}
    known["severe_low_glucose"] = NINE - timedelta(hours=20)
    assert weighed(at_rest(), histories=known)[0] == {"glucose_severe_hypo_24h": "stop"}


# ---- What always holds

RESTING = {
    "bp_systolic": (60, 230, 90, 160),
    "bp_diastolic": (40, 130, 40, 100),
    "resting_hr": (35, 160, 50, 120),
    "pain_nrs": (0, 10, 0, 6),
    "spo2": (80, 100, 90, 100),
    "blood_glucose": (40, 400, 90, 200),
}
any_reading = st.sampled_from(sorted(RESTING)).flatmap(
    lambda m: st.builds(reading, st.just(m), st.integers(*RESTING[m][:2]), st.integers(0, 60))
)
good_reading = st.sampled_from(sorted(RESTING)).flatmap(
    lambda m: st.builds(reading, st.just(m), st.integers(*RESTING[m][2:]), st.integers(0, 60))
)
any_readings = st.lists(any_reading, max_size=10)
some_signs = st.lists(st.sampled_from(sorted(library().symptoms)), max_size=3, unique=True).map(
    lambda ids: signs(*ids)
)
some_histories = st.lists(st.sampled_from(sorted(library().histories)), max_size=3, unique=True).map(
    dict.fromkeys
)
practice_limit = st.sampled_from(sorted(RESTING)).flatmap(
    lambda m: st.builds(
        limit,
        st.just(m),
        st.integers(*RESTING[m][:2]),
        op=st.sampled_from([">", "<"]),
        closes=st.sampled_from(["session", "aerobic", "resistance"]),
        origin=st.just("practice"),
    )
)


def stops_of(findings):
    return {finding.code for finding in findings if finding.weight == Weight.STOP}


@settings(max_examples=60, deadline=None)
@given(any_readings, good_reading, some_signs, some_histories)
def test_a_reading_within_limits_never_adds_a_stop(readings, good, reported, known):
    before = weigh(context(readings, signs=reported, histories=known))
    after = weigh(context([*readings, good], signs=reported, histories=known))
    assert stops_of(after) <= stops_of(before)


@settings(max_examples=60, deadline=None)
@given(any_readings, practice_limit, some_histories)
def test_tightening_never_removes_a_finding(readings, tightened, known):
    before = weigh(context(readings, histories=known))
    after = weigh(context(readings, histories=known, limits=[tightened]))
    assert set(codes(before)) <= set(codes(after))


@settings(max_examples=60, deadline=None)
@given(any_readings, st.lists(practice_limit, max_size=3))
def test_nothing_a_practice_sets_opens_what_ours_closes(readings, set_by_the_practice):
    ours = verdict(weigh(context(readings))).closed
    theirs = verdict(weigh(context(readings, limits=set_by_the_practice))).closed
    assert ours <= theirs


@settings(max_examples=60, deadline=None)
@given(any_readings, some_signs, some_histories)
def test_a_sign_never_removes_a_stop(readings, reported, known):
    before = weigh(context(readings, histories=known))
    after = weigh(context(readings, signs=reported, histories=known))
    assert stops_of(before) <= stops_of(after)


@settings(max_examples=40, deadline=None)
@given(any_readings.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_of_entry_does_not_matter(both):
    entered, shuffled = both
    assert codes(weigh(context(entered))) == codes(weigh(context(shuffled)))
