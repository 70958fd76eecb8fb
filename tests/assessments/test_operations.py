"""Measuring, as the people in the practice do it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from medexpro.assessments import operations, state
from medexpro.assessments.models import Goal, Measurement
from medexpro.assessments.operations import AssessmentRefused, GoalRefused, Implausible, MeasurementRefused
from medexpro.assessments.rules.ranges import ReadingRefused
from medexpro.audit.models import Event
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from tests import scenario
from tests.assessments.measuring import measured, take
from tests.conftest import MORNING


@pytest.fixture
def episode(cast):
    return scenario.cleared(cast)


@pytest.fixture
def baseline(cast, episode):
    return operations.start(episode, "baseline", by=cast.ana, at=MORNING)


def test_the_baseline_plans_what_the_protocol_names(cast, episode, baseline):
    assert baseline.planned[:4] == ["rom_knee_flexion", "rom_knee_extension", "chair_stand_30s", "tug"]
    assert "koos_jr" in baseline.planned


def test_a_half_done_assessment_is_gone_on_with(cast, episode, baseline):
    take(baseline, "tug", "13.8", by=cast.ana)
    again = operations.start(episode, "baseline", by=cast.ana, at=MORNING + timedelta(days=1))
    assert again.pk == baseline.pk
    with pytest.raises(AssessmentRefused, match="The baseline of Oct 13 is not finished"):
        operations.start(episode, "check", by=cast.ana, at=MORNING)


def test_tests_of_effort_wait_for_clearance(cast):
    episode = scenario.screened(cast)
    with pytest.raises(AssessmentRefused, match="Tests of effort wait"):
        operations.start(episode, "baseline", by=cast.ana, at=MORNING)
    check = operations.start(episode, "check", by=cast.ana, at=MORNING)
    with pytest.raises(AssessmentRefused, match="Tests of effort wait"):
        operations.plan(check, add="six_minute_walk", by=cast.ana, at=MORNING)
    operations.plan(check, add="bp_systolic", by=cast.ana, at=MORNING)


def test_trials_stay_as_typed_and_the_best_is_kept(cast, baseline):
    row = take(baseline, "grip_strength", "20,8", "21.6", "", side="right", by=cast.ana)
    assert row.value == Decimal("21.6")
    assert [trial["value"] for trial in row.trials] == ["20,8", "21.6"]
    pounds = take(baseline, "grip_strength", "45", side="left", unit="[lb_av]", by=cast.ana)
    assert (pounds.trials[0]["unit"], pounds.value) == ("[lb_av]", Decimal("20.411657"))


def test_time_over_a_course_becomes_a_speed(cast, baseline):
    row = take(baseline, "gait_speed_4m", "3.64", "3.80", unit="s", device="run_in", by=cast.ana)
    assert row.value == Decimal("1.098901")
    with pytest.raises(ReadingRefused, match="Choose the course first"):
        take(baseline, "gait_speed_4m", "3.64", unit="s", by=cast.ana)


@pytest.mark.parametrize(("typed", "unit", "value"), [("9", "{raw sum}", "63.776"), ("63.776", "", "63.776")])
def test_koos_jr_takes_the_raw_sum_or_the_score(cast, baseline, typed, unit, value):
    row = take(baseline, "koos_jr", typed, side="right", unit=unit, by=cast.ana)
    assert row.value == Decimal(value)


@pytest.mark.parametrize(("unit", "typed", "sentence"), [
    ("{raw sum}", "29", "The raw sum runs from 0 to 28. You typed 29."),
    ("{raw sum}", "9.5", "A raw sum is a whole number."),
    ("", "63", "63 is no score of the KOOS JR table"),
])  # fmt: skip
def test_a_score_outside_its_table_is_refused(cast, baseline, unit, typed, sentence):
    with pytest.raises(Refusal, match=sentence):
        take(baseline, "koos_jr", typed, side="right", unit=unit, by=cast.ana)


def test_outside_the_possible_is_refused_with_the_range(cast, baseline):
    with pytest.raises(ReadingRefused) as refusal:
        take(baseline, "tug", "9.6", "400", by=cast.ana)
    assert str(refusal.value) == "Timed Up and Go lies between 3 and 300 s. You typed 400."
    assert refusal.value.field == "trial-2"
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("typed", ["🙂", "九点六", "9.6 seconds", "١٢", "1e3", "--", "nan"])
def test_what_is_no_number_is_said_so(cast, baseline, typed):
    with pytest.raises(ReadingRefused, match="is not a number we can read"):
        take(baseline, "tug", typed, by=cast.ana)


def test_an_unusual_value_is_asked_about_once(cast, baseline):
    take(baseline, "gait_speed_4m", "3.64", unit="s", device="run_in", by=cast.ana)
    trials = [{"value": "3.64", "unit": "s"}, {"value": "36.0", "unit": "s"}]
    with pytest.raises(Implausible) as question:
        operations.record(
            baseline, measure="gait_speed_4m", trials=trials, device="run_in", by=cast.ana, at=MORNING
        )
    assert str(question.value) == "36.0 s over 4 m is 0.11 m/s, which is unusual. A slipped decimal point?"
    assert (question.value.trial, question.value.instead) == (2, "3.6")
    row = operations.record(
        baseline,
        measure="gait_speed_4m",
        trials=trials,
        device="run_in",
        confirmed=True,
        by=cast.ana,
        at=MORNING,
    )
    assert row.confirmed_implausible
    # Correcting the other trial does not ask again.
    trials[0]["value"] = "3.70"
    operations.record(
        baseline, measure="gait_speed_4m", trials=trials, device="run_in", by=cast.ana, at=MORNING
    )


def test_the_same_result_twice_is_one(cast, baseline):
    first = take(baseline, "tug", "9.6", by=cast.ana)
    second = take(baseline, "tug", "9.6", by=cast.ana)
    assert (first.pk, first.version) == (second.pk, second.version)
    assert Event.objects.filter(kind="assessments:measurement:record").count() == 1


def test_two_tabs_see_both(cast, baseline):
    take(baseline, "tug", "9.6", expected=0, by=cast.ana)
    with pytest.raises(Conflict) as conflict:
        take(baseline, "tug", "10.1", expected=0, by=cast.ana)
    assert conflict.value.theirs["trials"][0]["value"] == "9.6"
    assert conflict.value.version == 1
    row = take(baseline, "tug", "10.1", expected=1, by=cast.ana)
    assert (row.version, row.value) == (2, Decimal("10.1"))


def test_a_removed_result_can_be_put_back(cast, baseline):
    row = take(baseline, "tug", "9.6", by=cast.ana)
    operations.remove(row, by=cast.ana, at=MORNING)
    assert state.series(baseline.episode) == {}
    operations.restore(row, by=cast.ana, at=MORNING)
    assert len(state.series(baseline.episode)["tug", "none"]) == 1
    operations.remove(row, by=cast.ana, at=MORNING)
    take(baseline, "tug", "9.9", by=cast.ana)
    with pytest.raises(MeasurementRefused, match="Another result has taken its place"):
        operations.restore(row, by=cast.ana, at=MORNING)


def test_sides_are_kept_apart(cast, baseline):
    take(baseline, "rom_knee_flexion", "92", side="right", by=cast.ana)
    take(baseline, "rom_knee_flexion", "131", side="left", by=cast.ana)
    assert set(state.series(baseline.episode)) == {
        ("rom_knee_flexion", "right"),
        ("rom_knee_flexion", "left"),
    }
    assert state.latest_values(baseline.episode) == {"rom_knee_flexion": Decimal(92)}
    with pytest.raises(MeasurementRefused, match="Choose left or right"):
        take(baseline, "rom_knee_flexion", "100", by=cast.ana)


def test_finishing_says_what_is_missing(cast, episode):
    baseline = operations.start(
        episode, "baseline", measures=["tug", "grip_strength", "rom_knee_flexion"], by=cast.ana, at=MORNING
    )
    with pytest.raises(AssessmentRefused, match="Nothing has been measured yet"):
        operations.finish(baseline, by=cast.ana, at=MORNING)
    take(baseline, "grip_strength", "20", side="right", by=cast.ana)
    take(baseline, "rom_knee_flexion", "92", side="right", by=cast.ana)
    with pytest.raises(AssessmentRefused) as refusal:
        operations.finish(baseline, by=cast.ana, at=MORNING)
    assert "Timed Up and Go, Grip strength (left)" in str(refusal.value)
    assert refusal.value.missing == ["tug", "grip_strength"]
    operations.leave_out(baseline, measure="tug", reason="Dizzy today", by=cast.ana, at=MORNING)
    operations.finish(baseline, left_out="Left hand in a splint", by=cast.ana, at=MORNING)
    assert baseline.left_out == {"tug": "Dizzy today", "grip_strength": "Left hand in a splint"}
    with pytest.raises(AssessmentRefused, match="finished"):
        take(baseline, "tug", "9.6", by=cast.ana)


def test_a_correction_after_finishing_keeps_what_stood_there(cast, episode):
    baseline = measured(episode, {"tug": "13.8"}, by=cast.ana)
    row = take(baseline, "tug", "18.3", by=cast.ana, at=MORNING + timedelta(days=1))
    assert row.corrections[0]["trials"][0]["value"] == "13.8"
    assert row.measured_at == MORNING
    assert Event.objects.filter(kind="assessments:measurement:correct").exists()


def test_reassessment_is_due_at_30_days(cast, episode):
    assert state.reassessment_due_on(episode) is None
    measured(episode, {"tug": "13.8"}, by=cast.ana)
    assert state.reassessment_due_on(episode) == date(2026, 11, 12)
    measured(episode, {"tug": "13.0"}, kind="check", by=cast.ana, at=MORNING + timedelta(days=10))
    assert state.reassessment_due_on(episode) == date(2026, 11, 12)
    episode.practice.reassess_days = 21
    assert state.reassessment_due_on(episode) == date(2026, 11, 3)


def test_assistants_measure_assigned_clients_only(cast, episode):
    with pytest.raises(NotFound):
        operations.start(episode, "baseline", by=cast.asa, at=MORNING)
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=date(2026, 10, 1))
    baseline = operations.start(episode, "baseline", by=cast.asa, at=MORNING)
    take(baseline, "tug", "13.8", by=cast.asa)
    with pytest.raises(NotAllowed):
        a_goal(episode, by=cast.asa)


@pytest.mark.parametrize("person", ["ben", "rhea", "mia", "olga"])
def test_measuring_is_for_those_on_the_floor(cast, episode, person):
    with pytest.raises((NotAllowed, NotFound)):
        operations.start(episode, "baseline", by=cast.members[person], at=MORNING)


# ---- Goals


def a_goal(episode, *, by, **fields):
    wanted = {
        "horizon_days": 30,
        "measure": "tug",
        "target": Decimal("11.5"),
        "activity": "cross the street in one light",
    }
    return operations.set_goal(episode, **(wanted | fields), by=by, at=MORNING)


def test_a_goal_lies_on_the_better_side_of_the_baseline(cast, episode):
    with pytest.raises(GoalRefused, match="no baseline of this measure yet"):
        a_goal(episode, by=cast.ana)
    measured(episode, {"tug": "13.8"}, by=cast.ana)
    for target, sentence in ((Decimal("14"), "already reaches"), (Decimal("2"), "lies between 3 and 300")):
        with pytest.raises(GoalRefused, match=sentence) as refusal:
            a_goal(episode, target=target, by=cast.ana)
        assert refusal.value.field == "target"
    goal = a_goal(episode, by=cast.ana)
    assert goal.due_on == date(2026, 11, 12)
    assert a_goal(episode, by=cast.ana).pk == goal.pk
    with pytest.raises(GoalRefused, match="There is a 30-day goal for Timed Up and Go already"):
        a_goal(episode, target=Decimal("10"), by=cast.ana)


def test_pressure_is_no_goal(cast, episode):
    with pytest.raises(GoalRefused, match="kept inside limits"):
        a_goal(episode, measure="bp_systolic", side="left", target=Decimal(120), by=cast.ana)


def test_a_goal_is_replaced_met_and_opened_again(cast, episode):
    measured(episode, {"tug": "13.8"}, by=cast.ana)
    old = a_goal(episode, by=cast.ana)
    new = operations.change_goal(
        old, target=Decimal("11"), activity="walk to the market", by=cast.ana, at=MORNING
    )
    assert (old.state, new.due_on) == (Goal.State.CHANGED, old.due_on)
    measured(episode, {"tug": "10.9"}, kind="reassessment", by=cast.ana, at=MORNING + timedelta(days=28))
    new.refresh_from_db()
    assert (new.state, new.met_on) == (Goal.State.MET, date(2026, 11, 10))
    operations.reopen_goal(new, by=cast.ana, at=MORNING)
    operations.drop_goal(new, reason="Another activity matters more", by=cast.ana, at=MORNING)
    assert new.state == Goal.State.DROPPED
