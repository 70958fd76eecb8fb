"""Whether a change is real and matters: the README examples of the data, and what holds for every measure."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.assessments.rules.change import (
    JUDGED_BY_LIMITS,
    Limits,
    Threshold,
    Verdict,
    expand_tags,
    judge,
    threshold_for,
    verdict_of,
)
from medexpro.assessments.rules.said import amount, difference, figure, say, say_with_function
from medexpro.kernel.reference import AppliesTo, ChangeValue, Direction, Role, Verification
from medexpro.knowledge.library import library


def measure(key):
    return library().all_measures[key]


def value(amount, *, role=Role.ERROR, mark=Verification.VERIFIED_PRIMARY, high=None, unit="", **applies_to):
    return ChangeValue(
        population="for a test",
        type="MDC95",
        role=role,
        value=Decimal(str(amount)),
        value_high=None if high is None else Decimal(str(high)),
        unit=unit,
        applies_to=AppliesTo(**applies_to),
        source="a test",
        verification=mark,
    )


def with_values(key, *values):
    return msgspec.structs.replace(measure(key), change=values)


@pytest.mark.parametrize(
    ("key", "client", "amount"),
    [
        ("grip_strength", {}, "6.5"),  # The cautious end of Bohannon's 5.0 to 6.5 kg.
        ("tug", {"tags": ["parkinsons_disease"]}, "3.5"),
        ("tug", {}, None),  # Nothing is published for adults in general.
        (
            "tug",
            {"tags": ["total_hip_replacement"]},
            None,
        ),  # The one value is for inpatients, the other unverified.
        ("tug", {"tags": ["total_hip_replacement"], "setting": "inpatient"}, "2.5"),
        ("tug", {"tags": ["knee_osteoarthritis"]}, "1.1"),
        ("koos_jr", {"tags": ["total_knee_replacement"]}, "14"),
        ("berg_balance", {"age": 72, "baseline": Decimal(40)}, "5"),
        ("berg_balance", {"age": 72}, None),  # Without a first score no band can be chosen.
        ("weight", {}, None),
        ("bp_systolic", {}, None),
        ("six_minute_walk", {"tags": ["stroke"], "age": 50}, "34"),
        ("six_minute_walk", {"age": 70}, "20"),
        ("six_minute_walk", {"age": 50}, None),
        ("six_minute_walk", {"age": None}, None),  # An age band asks for an age.
        (
            "lefs",
            {"tags": ["total_knee_replacement"]},
            "9",
        ),  # A knee replacement is a lower-limb condition too.
        ("womac", {"tags": ["knee_osteoarthritis"]}, None),  # Percent of baseline is shown, never used.
    ],
)
def test_the_amount_of_change_for_a_client(key, client, amount):
    tags = expand_tags(client.pop("tags", []), library().tags)
    threshold = threshold_for(measure(key), tags=tags, **client)
    assert (threshold.value if threshold else None) == (Decimal(amount) if amount else None)


def test_the_threshold_is_the_larger_of_error_and_what_matters():
    tug = with_values("tug", value(2), value(3, role=Role.MATTERS))
    threshold = threshold_for(tug)
    assert (threshold.value, threshold.words) == (3, "the change that matters")
    tug = with_values("tug", value(4), value(3, role=Role.MATTERS))
    threshold = threshold_for(tug)
    assert (threshold.value, threshold.words) == (4, "test error")


def test_error_and_what_matters_each_come_from_their_own_best_match():
    tug = with_values(
        "tug",
        value(1),
        value(2, conditions=("stroke",)),
        value(9, role=Role.MATTERS),
        value(8, role=Role.SUBSTANTIAL),
    )
    threshold = threshold_for(tug, tags={"stroke"})
    assert (threshold.error.value, threshold.matters.value) == (2, 9)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # Procedure before condition, condition before age, age before adults in general.
        (
            [value(1), value(2, age_min=60), value(3, conditions=("stroke",)), value(4, procedures=("tkr",))],
            4,
        ),
        ([value(9), value(2, age_min=60), value(3, conditions=("stroke",))], 3),
        ([value(9), value(2, age_min=60)], 2),
        ([value(9, conditions=("stroke",)), value(1, conditions=("stroke",), age_min=60)], 1),
        # Ties take the larger amount, and the upper end of a range counts.
        ([value(2, conditions=("stroke",)), value(3, conditions=("stroke",))], 3),
        ([value(2), value(1, high=5)], 5),
        # An unverified value and one in another unit are passed over, however specific.
        ([value(2), value(7, procedures=("tkr",), mark=Verification.UNVERIFIED)], 2),
        ([value(2), value(7, procedures=("tkr",), unit="% of baseline")], 2),
        # Every key has to agree.
        ([value(2), value(7, conditions=("copd",), procedures=("tkr",))], 2),
        ([value(2), value(7, raters=2)], 2),
        ([value(2), value(7, age_max=60)], 2),
    ],
)
def test_the_most_specific_match_wins(values, expected):
    assert threshold_for(with_values("tug", *values), tags={"stroke", "tkr"}, age=68).value == expected


def test_two_raters_take_the_two_rater_value():
    shoulder = measure("rom_shoulder_external_rotation")
    assert threshold_for(shoulder, raters=1).value == 10


def test_a_tag_counts_with_everything_it_is_a():
    assert expand_tags(["knee_osteoarthritis"], library().tags) >= {"osteoarthritis", "musculoskeletal"}
    assert expand_tags(["not_in_the_list"], library().tags) == {"not_in_the_list"}


@pytest.mark.parametrize(
    ("first", "latest", "verdict"),
    [
        ("14.0", "9.8", Verdict.BETTER),
        ("9.8", "14.0", Verdict.WORSE),
        ("14.0", "12.9", Verdict.BETTER),  # Exactly the error of 1.1 s: the change reaches it.
        ("14.0", "13.0", Verdict.NO_MEASURABLE_CHANGE),
        ("14.0", "14.0", Verdict.NO_MEASURABLE_CHANGE),
    ],
)
def test_the_verdict_follows_the_direction_of_the_measure(first, latest, verdict):
    change = judge(measure("tug"), Decimal(first), Decimal(latest), tags={"knee_osteoarthritis"})
    assert change.verdict is verdict


@pytest.mark.parametrize("key", ["weight", "bmi", "blood_glucose", "calf_girth"])
def test_without_a_better_direction_the_meaning_is_unknown(key):
    low, high = measure(key).plausible_range.min, measure(key).plausible_range.max
    assert judge(measure(key), low, high).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("value", "limits", "verdict"),
    [
        (160, Limits(high=Decimal(160)), Verdict.INSIDE_LIMITS),  # At the limit is inside.
        (161, Limits(high=Decimal(160)), Verdict.OUTSIDE_LIMITS),
        (88, Limits(low=Decimal(90), high=Decimal(160)), Verdict.OUTSIDE_LIMITS),
        (120, None, Verdict.UNKNOWN),
    ],
)
def test_pressure_is_inside_or_outside_limits_and_never_better(value, limits, verdict):
    change = judge(measure("bp_systolic"), Decimal(180), Decimal(value), limits=limits)
    assert change.verdict is verdict


def test_a_large_change_is_an_extra_line():
    change = judge(measure("koos_jr"), Decimal(50), Decimal(70), tags={"total_knee_replacement"})
    assert change.verdict is Verdict.BETTER
    assert change.is_substantial
    smaller = judge(measure("koos_jr"), Decimal(50), Decimal(65), tags={"total_knee_replacement"})
    assert (smaller.verdict, smaller.is_substantial) == (Verdict.BETTER, False)


def test_a_house_rule_says_so():
    assert threshold_for(measure("rom_knee_flexion")).is_house_rule


# ---- What holds for every measure and any reading

MEASURES = sorted(library().all_measures)
readings = st.decimals(min_value=-100, max_value=1000, places=2)
clients = st.fixed_dictionaries(
    {
        "tags": st.sets(st.sampled_from(sorted(library().tags))),
        "age": st.none() | st.integers(18, 100),
        "raters": st.sampled_from([1, 2]),
    }
)


@given(st.sampled_from(MEASURES), readings, readings, clients)
def test_inside_the_band_nothing_is_better_or_worse(key, first, latest, client):
    change = judge(measure(key), first, latest, **client)
    threshold = threshold_for(measure(key), baseline=first, **client)
    decided = change.verdict in {Verdict.BETTER, Verdict.WORSE}
    assert not decided or (threshold is not None and abs(latest - first) >= threshold.value)
    assert threshold is not None or change.verdict is Verdict.UNKNOWN


@given(st.sampled_from(MEASURES), readings, clients)
def test_a_verdict_turns_round_with_the_change(key, gap, client):
    threshold = threshold_for(measure(key), baseline=Decimal(50), **client)
    there, back = verdict_of(measure(key), gap, threshold), verdict_of(measure(key), -gap, threshold)
    turned = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
    assert back is turned.get(there, there)


@given(st.sampled_from(MEASURES), readings, st.decimals(min_value=0, max_value=500, places=2), clients)
def test_a_larger_change_is_never_judged_less(key, gap, more, client):
    threshold = threshold_for(measure(key), baseline=Decimal(50), **client)
    if verdict_of(measure(key), gap, threshold) in {Verdict.BETTER, Verdict.WORSE}:
        further = gap + more if gap > 0 else gap - more
        assert verdict_of(measure(key), further, threshold) is verdict_of(measure(key), gap, threshold)


@given(st.sampled_from(MEASURES), clients)
def test_no_threshold_rests_on_something_unverified(key, client):
    threshold = threshold_for(measure(key), baseline=Decimal(50), **client)
    for used in (threshold.error, threshold.matters) if threshold else ():
        assert used is None or used.verification.in_force


@given(st.sampled_from(MEASURES), readings, readings, clients)
def test_every_change_has_a_sentence(key, first, latest, client):
    change = judge(measure(key), first, latest, **client)
    assert str(change.verdict) in say(change) or change.verdict in {Verdict.BETTER, Verdict.WORSE}
    assert say_with_function(change).endswith(".")


def test_only_pressure_and_pulse_are_judged_by_limits():
    assert {"bp_systolic", "bp_diastolic", "resting_hr"} == JUDGED_BY_LIMITS <= set(MEASURES)


# ---- Said in words


@pytest.mark.parametrize(
    ("key", "first", "latest", "tags", "sentence"),
    [
        ("tug", "14.0", "9.8", {"stroke"}, "4.2 s faster, beyond test error (2.9 s)"),
        ("tug", "14.0", "15.0", {"stroke"}, "1.0 s slower, within test error (2.9 s): no measurable change"),
        ("tug", "14.0", "9.8", set(), "4.2 s faster: change of unknown meaning"),
        ("tug", "14.0", "14.0", set(), "the same: change of unknown meaning"),
        (
            "chair_stand_30s",
            "8",
            "12",
            {"knee_osteoarthritis"},
            "4 more stands, beyond test error (2.5 stands)",
        ),
        (
            "chair_stand_30s",
            "8",
            "9",
            {"total_knee_replacement"},
            "1 more stand, beyond test error (0.96 stands)",
        ),
        (
            "grip_strength",
            "20.0",
            "23.0",
            set(),
            "3.0 kg stronger, less than the change that matters (6.5 kg): no measurable change",
        ),
        (
            "grip_strength",
            "20.0",
            "26.5",
            set(),
            "6.5 kg stronger, reaching the change that matters (6.5 kg)",
        ),
        ("rom_knee_flexion", "95", "112", set(), "17° more, beyond test error (10°)"),
        ("rom_knee_extension", "-15", "-3", set(), "12° more, beyond test error (10°)"),
        (
            "koos_jr",
            "50.012",
            "68.284",
            {"total_knee_replacement"},
            "18.3 points higher, beyond the change that matters (14 points)",
        ),
        ("weight", "80", "78", set(), "2.0 kg lower: change of unknown meaning"),
        # 2.88 s would round to the 2.9 s it does not reach.
        (
            "tug",
            "14.00",
            "11.12",
            {"stroke"},
            "2.88 s faster, within test error (2.9 s): no measurable change",
        ),
    ],
)
def test_a_change_is_said_as_a_number_and_what_it_counts_for(key, first, latest, tags, sentence):
    assert say(judge(measure(key), Decimal(first), Decimal(latest), tags=tags)) == sentence


def test_a_change_is_said_with_the_activity():
    change = judge(measure("tug"), Decimal(14), Decimal("9.8"), tags={"stroke"})
    assert (
        say_with_function(change)
        == "Getting up, walking and turning: 4.2 s faster, beyond test error (2.9 s)."
    )


def test_a_change_can_be_said_in_the_practices_unit():
    change = judge(measure("grip_strength"), Decimal(20), Decimal(30))
    assert say(change, "[lb_av]") == "22.0 lb stronger, beyond the change that matters (14.3 lb)"


def test_pressure_is_said_with_its_limits():
    change = judge(measure("bp_systolic"), Decimal(150), Decimal(166), limits=Limits(high=Decimal(160)))
    assert say(change) == "166 mmHg, outside limits"


def test_figures_and_amounts():
    assert figure(measure("rom_knee_extension"), Decimal(-5)) == "−5°"
    assert figure(measure("pain_nrs"), Decimal(1)) == "1 point"
    assert figure(measure("six_minute_walk"), Decimal("401.6")) == "402 m"
    assert amount(measure("chair_stand_30s"), Decimal("0.96")) == "0.96 stands"
    assert difference(judge(measure("spo2"), Decimal(92), Decimal(95))) == "3% higher"


def test_a_threshold_names_the_larger():
    both = Threshold(value(3), value(3, role=Role.MATTERS))
    assert both.governing.role is Role.ERROR
    assert measure("weight").direction is Direction.CONTEXT
