"""Scores worked out of the record: what counts together, what is missing, and nothing guessed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.assessments import operations, scores, state
from tests import scenario
from tests.assessments.measuring import LATER, measured, take
from tests.conftest import MORNING, TODAY
from tests.pages import text_of

SPPB, STEADI = "Short Physical Performance Battery", "CDC STEADI fall risk"
AFTER = MORNING + timedelta(hours=2)


@pytest.fixture
def episode(cast):
    return scenario.cleared(cast)


def worked(episode, name):
    found = {one.name: one for one in scores.scores_of(episode, state.outcomes(episode, TODAY))}
    return found.get(name)


def battery(cast, episode, *, at=MORNING, way="standing_start", stage="3", chair="14.00", kind="baseline"):
    """Take the parts of the battery in one assessment: 4.00 s over 4 m and the better of two."""
    assessment = operations.start(
        episode, kind, measures=["gait_speed_4m", "five_times_sts", "four_stage_balance"], by=cast.ana, at=at
    )
    take(assessment, "gait_speed_4m", "4.40", "4.00", unit="s", device=way, by=cast.ana, at=at)
    if chair:
        take(assessment, "five_times_sts", chair, by=cast.ana, at=at)
    if stage:
        take(assessment, "four_stage_balance", stage, by=cast.ana, at=at)
    operations.finish(assessment, left_out=LATER, by=cast.ana, at=at + timedelta(minutes=20))


def test_the_battery_is_added_up_from_its_parts(cast, episode):
    battery(cast, episode)
    found = worked(episode, SPPB)
    # Tandem held 4, 4.00 s 4, 14.00 s 2.
    assert found.value == "10 of 12 points"
    assert "walking 4 of 4 (4.00 s)" in found.parts and "chair 2 of 4 (14.00 s)" in found.parts
    assert found.source.startswith("Guralnik JM et al. 1994")


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({"way": "run_in"}, "4 m walk from a standing start"),
        ({"chair": ""}, "five stands from a chair"),
        ({"stage": "2"}, "seconds of the tandem stance"),
        ({"stage": ""}, "balance with feet together"),
    ],
)
def test_a_part_that_is_missing_or_done_otherwise_is_named(cast, episode, more, missing):
    battery(cast, episode, **more)
    found = worked(episode, SPPB)
    assert found.value == "–" and list(found.missing) == [missing]
    assert f"Missing: {missing}." in found.says


def test_parts_of_two_assessments_are_never_added_up(cast, episode):
    battery(cast, episode, chair="")
    measured(episode, {"five_times_sts": "14.00"}, kind="check", by=cast.ana, at=AFTER)
    found = worked(episode, SPPB)
    assert found.value == "–" and len(found.missing) == 2


def test_the_fall_algorithm_asks_for_what_nobody_asked(cast, episode):
    measured(episode, {"tug": "13.0", "chair_stand_30s": "12", "four_stage_balance": "4"}, by=cast.ana)
    said_none = worked(episode, STEADI)
    # Janet's screening at intake answered the question on falls with no.
    assert said_none.value == "low" and "screened negative" in said_none.says.lower()
    measured(episode, {"falls_12m": "2"}, kind="check", by=cast.ana, at=AFTER)
    assert worked(episode, STEADI).value == "high"


def test_the_cost_of_a_second_task_needs_the_same_walk_on_the_same_day(cast, episode):
    measured(episode, {"tug": "10.0", "tug_cognitive": "12.5"}, by=cast.ana)
    found = worked(episode, "Cost of a second task while walking")
    assert (found.value, found.parts) == ("25% slower with a second task", ["12.5 s against 10.0 s"])
    measured(episode, {"tug_cognitive": "12.0"}, kind="check", by=cast.ana, at=AFTER)
    assert worked(episode, "Cost of a second task while walking").missing
    other = operations.start(episode, "check", measures=["tug"], by=cast.ana, at=AFTER + timedelta(hours=1))
    take(other, "tug", "10.0", aid="cane", by=cast.ana, at=AFTER + timedelta(hours=1))
    take(other, "tug_cognitive", "12.5", by=cast.ana, at=AFTER + timedelta(hours=1))
    operations.finish(other, by=cast.ana, at=AFTER + timedelta(hours=2))
    assert "another aid" in worked(episode, "Cost of a second task while walking").why_not


def test_the_page_of_all_measures_shows_them_with_their_source(cast, episode, sign_in, clock):
    battery(cast, episode)
    measured(episode, {"height": ["163"], "weight": ["70"]}, kind="check", by=cast.ana, at=AFTER)
    clock("2026-10-13 13:30")
    said = text_of(sign_in(cast.ana).get(reverse("assessments:measures", args=[episode.pk])))
    assert "Worked out of these" in said and "10 of 12 points" in said
    assert "26.3 kg/m²" in said  # 70 / 1.63 squared
    assert "Functional profile" in said


def test_nothing_measured_nothing_worked_out(episode):
    assert scores.scores_of(episode, state.outcomes(episode, TODAY)) == []
