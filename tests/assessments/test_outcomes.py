"""What a change counts for, how it compares, and what is never claimed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from medexpro.assessments import operations, presenters, state
from medexpro.assessments.rules.change import Verdict
from medexpro.assessments.rules.norms import Comparison, NoComparison
from medexpro.episodes import operations as episodes
from medexpro.knowledge import turning
from medexpro.web import drawing
from tests import scenario
from tests.assessments.measuring import LATER, measured, take
from tests.conftest import MORNING

LATER_DAY = MORNING + timedelta(days=28)
ON = date(2026, 11, 12)


@pytest.fixture
def episode(cast):
    return scenario.cleared(cast)


def outcome_after(cast, episode, key, first, second, **more):
    """Return the outcome of one measure measured twice, 28 days apart."""
    measure, side = key if isinstance(key, tuple) else (key, "none")
    for kind, values, at in (("baseline", first, MORNING), ("reassessment", second, LATER_DAY)):
        assessment = operations.start(episode, kind, measures=[measure], by=cast.ana, at=at)
        extra = more if kind == "reassessment" else {}
        take(assessment, measure, *values, side=side, by=cast.ana, at=at, **extra)
        operations.finish(assessment, left_out=LATER, by=cast.ana, at=at)
    return next(one for one in state.outcomes(episode, ON) if one.key == (measure, side))


@pytest.mark.parametrize(("measure", "tags", "first", "second", "verdict", "says"), [
    # Knee osteoarthritis: the test's error is 1.1 s, so 0.9 s claims nothing.
    ("tug", ["knee_osteoarthritis"], "13.8", "12.9", "no measurable change",
     "0.9 s faster, within test error (1.1 s): no measurable change"),
    ("tug", ["knee_osteoarthritis"], "13.8", "12.7", "better", "1.1 s faster, reaching test error (1.1 s)"),
    ("tug", ["knee_osteoarthritis"], "12.0", "13.8", "worse", "1.8 s slower, beyond test error (1.1 s)"),
    # No verified figure for this population: the raw change only.
    ("tug", ["total_knee_replacement"], "13.8", "12.6", "change of unknown meaning", "1.2 s faster: change of unknown meaning"),
    # A published line that was left behind is a fact of its own.
    ("tug", ["total_knee_replacement"], "13.8", "9.6", "change of unknown meaning",
     "4.2 s faster, now under the CDC STEADI line of 12 s: change of unknown meaning"),
    ("tug", ["total_knee_replacement"], "11.4", "12", "change of unknown meaning",
     "0.6 s slower, now at or above the CDC STEADI line of 12 s: change of unknown meaning"),
    ("tug", ["knee_osteoarthritis"], "13.8", "9.6", "better",
     "4.2 s faster, beyond test error (1.1 s), now under the CDC STEADI line of 12 s"),
    # Inside the error nothing is claimed, and no line is said to be crossed.
    ("tug", ["knee_osteoarthritis"], "12.4", "11.6", "no measurable change",
     "0.8 s faster, within test error (1.1 s): no measurable change"),
    ("lefs", ["total_knee_replacement"], "34", "42", "no measurable change",
     "8 points higher, less than the change that matters (9 points): no measurable change"),
    ("lefs", ["total_knee_replacement"], "34", "54", "better", "20 points higher, beyond the change that matters (9 points)"),
])  # fmt: skip
def test_a_change_inside_the_band_is_not_claimed(cast, episode, measure, tags, first, second, verdict, says):
    episodes.change(episode, population=tags, by=cast.ana, at=MORNING)
    episode.refresh_from_db()
    outcome = outcome_after(cast, episode, measure, [first], [second])
    assert (outcome.verdict, outcome.says) == (Verdict(verdict), says)


def test_koos_jr_says_number_plus_function(cast, episode):
    outcome = outcome_after(cast, episode, ("koos_jr", "right"), ["47.487"], ["63.776"])
    assert outcome.sentence.startswith(
        "Daily tasks of the knee, as the client rates them (right): 16.3 points higher"
    )
    assert outcome.verdict_kind == "better"
    assert outcome.chart.band.label == "MCID +14"


def test_an_unverified_figure_is_never_used(cast, episode):
    # The only change value for stairs and the walk's table of expected distance are unverified.
    outcome = outcome_after(cast, episode, "stair_climb", ["22"], ["14"])
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.chart.band is None and outcome.sources == []
    walk = next(
        one
        for one in state.outcomes(episode, ON, taken=_walked(cast, episode))
        if one.measure.id == "six_minute_walk"
    )
    assert walk.line is None


def _walked(cast, episode):
    measured(episode, {"six_minute_walk": "310"}, kind="check", by=cast.ana, at=LATER_DAY)
    return state.series(episode)


@pytest.mark.parametrize("more", [{"aid": "cane"}, {"modified": "from a high seat"}])
def test_another_way_of_testing_claims_nothing(cast, episode, more):
    episodes.change(episode, population=["knee_osteoarthritis"], by=cast.ana, at=MORNING)
    episode.refresh_from_db()
    outcome = outcome_after(cast, episode, "tug", ["13.8"], ["9.6"], **more)
    assert outcome.verdict is Verdict.UNKNOWN
    assert (
        "measured with another" in outcome.says
        and "than on Oct 13: change of unknown meaning" in outcome.says
    )
    assert outcome.chart.points[1].after_gap


@pytest.mark.parametrize(
    ("value", "verdict"), [("158", "inside limits"), ("160", "inside limits"), ("166", "outside limits")]
)
def test_pressure_is_inside_or_outside_limits_and_nothing_else(cast, episode, value, verdict):
    outcome = outcome_after(cast, episode, ("bp_systolic", "left"), ["150"], [value])
    assert outcome.says == f"{value} mmHg, {verdict}"
    assert outcome.chart.better == "" and "is better" not in outcome.chart.description
    assert outcome.chart.cut_off.label == "Limit 160"
    assert outcome.ruler is None and outcome.verdict_kind == ""
    assert isinstance(outcome.compared, NoComparison)


def test_grip_shows_value_percentile_line_and_own_best(cast, episode):
    values = {("grip_strength", "right"): ["19.0", "19.4"], ("grip_strength", "left"): ["18"]}
    measured(episode, values, by=cast.ana)
    values = {("grip_strength", "right"): ["20.8", "21.6", "21.1"], ("grip_strength", "left"): ["20"]}
    measured(episode, values, kind="reassessment", by=cast.ana, at=LATER_DAY)
    right, left = (one for one in state.outcomes(episode, ON) if one.measure.id == "grip_strength")
    assert (right.side, right.current.value) == ("right", Decimal("21.6"))
    assert isinstance(right.compared, Comparison) and right.compared.below is not None
    assert right.line_name == "EWGSOP2 cut-off for women < 16 kg" and right.line_words == "above it"
    assert right.says.endswith("no measurable change, against the own best of 19.4 kg")
    # Tables and lines are made of the better hand; the other one says so, and neither is marked.
    assert isinstance(left.compared, NoComparison) and left.line is None
    assert {right.verdict_kind, left.verdict_kind} == {""}


def test_no_table_without_sex_or_age(cast, episode):
    cast.janet.sex = "unknown"
    cast.janet.save()
    episode = type(episode).objects.select_related("client", "practice").get(pk=episode.pk)
    outcome = outcome_after(cast, episode, "chair_stand_30s", ["8"], ["12"])
    assert "the client’s record names neither" in outcome.compared.reason.replace("'", "’")
    cast.janet.birth_date = None
    cast.janet.save()
    episode = type(episode).objects.select_related("client", "practice").get(pk=episode.pk)
    outcome = next(one for one in state.outcomes(episode, ON))
    assert "age is not known" in outcome.compared.reason


def test_the_goal_stands_beside_the_outcome(cast, episode):
    measured(episode, {"tug": "13.8"}, by=cast.ana)
    operations.set_goal(
        episode,
        horizon_days=90,
        measure="tug",
        target=Decimal("9.0"),
        activity="cross the street",
        by=cast.ana,
        at=MORNING,
    )
    (outcome,) = state.outcomes(episode, ON)
    assert outcome.chart.goal.label == "Goal 9.0"
    assert outcome.goal.progress.percent == 0
    assert outcome.goal.words == "Timed Up and Go 9.0 s by Jan 11: cross the street"
    assert outcome.says == "One value so far; nothing to compare with yet"


def test_weight_is_read_in_the_units_of_the_practice(cast, episode):
    outcome = outcome_after(cast, episode, "weight", ["71"], ["70"])
    assert outcome.current_figure == "154.3 lb"
    assert outcome.chart.unit == "lb" and outcome.chart.y_max == pytest.approx(352.7, abs=0.1)


def test_every_measure_in_service_can_be_drawn(cast, episode):
    from medexpro.assessments import catalogue
    from medexpro.knowledge.library import library

    values = {}
    for measure in library().measures.values():
        if not catalogue.can_be_typed(measure):
            continue
        span = measure.plausible_range
        text = f"{((span.min + span.max) / 2).quantize(measure.precision if measure.precision >= 1 else Decimal('0.1'))}"
        text = "52.465" if measure.id == "koos_jr" else "52.965" if measure.id == "hoos_jr" else text
        for side in measure.sides or ("none",):
            values[measure.id, side] = [text]
    measured(episode, values, by=cast.ana)
    measured(episode, values, kind="reassessment", by=cast.ana, at=LATER_DAY)
    for outcome in state.outcomes(episode, ON):
        assert drawing.trend_svg(outcome.chart).startswith("<svg")
        assert outcome.sentence.endswith(".")
        if outcome.ruler is not None:
            assert drawing.ruler_svg(outcome.ruler).startswith("<svg")
        assert outcome.domain in {"", *catalogue.domains()}


def test_outcomes_cost_a_handful_of_queries(cast, episode, django_assert_max_num_queries):
    values = {"tug": "13.8", ("bp_systolic", "left"): ["128"], "chair_stand_30s": "8"}
    measured(episode, values, by=cast.ana)
    for days in range(1, 12):
        measured(episode, values, kind="check", by=cast.ana, at=MORNING + timedelta(days=days))
    with django_assert_max_num_queries(5):
        state.outcomes(episode, ON)


def test_an_unverified_amount_is_shown_with_its_mark_and_never_used(cast, episode):
    episodes.change(episode, population=["total_knee_replacement"], by=cast.ana, at=MORNING)
    episode.refresh_from_db()
    outcome = outcome_after(cast, episode, "tug", ["13.8"], ["9.6"])
    shown = {reason.figure: reason for reason in presenters.reasons(outcome)}
    assert shown["–"].population == "No verified amount of change fits this client."
    assert (shown["2.49 s"].what, shown["2.49 s"].mark) == ("MDC90", "Not verified, not in force")
    assert outcome.chart.band is None and outcome.ruler.band is None


def test_what_the_practice_turned_on_counts_and_says_who_did(cast, episode):
    episodes.change(episode, population=["total_knee_replacement"], by=cast.ana, at=MORNING)
    episode.refresh_from_db()
    assert outcome_after(cast, episode, "tug", ["13.8"], ["9.6"]).verdict is Verdict.UNKNOWN
    turning.turn(
        "measure", "tug", on=True, reason="Compared with Kennedy 2005, table 4", by=cast.olga, at=MORNING
    )
    episode = type(episode).objects.select_related("client", "practice").get(pk=episode.pk)
    outcome = next(one for one in state.outcomes(episode, ON) if one.measure.id == "tug")
    assert outcome.verdict is Verdict.BETTER and outcome.chart.band.label == "MDC90 −2.49"
    shown = {reason.figure: reason for reason in presenters.reasons(outcome)}
    assert shown["2.49 s"].mark == f"Unverified, turned on by {cast.olga} on Oct 13, 2026"


def test_every_published_line_is_named_the_charts_own_first(cast, episode):
    outcome = outcome_after(cast, episode, "tug", ["13.8"], ["13.0"])
    assert outcome.line_facts == [
        ("CDC STEADI line, at or over 12 s", "at or over"),
        ("High fall risk in community-dwelling older adults, at or over 13.5 s", "not at or over"),
        ("Low physical performance (EWGSOP2), at or over 20 s", "not at or over"),
    ]
    lines = [one for one in presenters.reasons(outcome) if one.what == "Published line"]
    assert [one.source for one in lines] == [
        "CDC STEADI",
        "Shumway-Cook A et al. 2000, Phys Ther 80:896-903",
        "EWGSOP2 2019, table in ERJ Open Res",
    ]


def test_an_amount_in_per_cent_of_the_baseline_is_shown_and_never_used(cast, episode):
    episodes.change(episode, population=["knee_osteoarthritis"], by=cast.ana, at=MORNING)
    episode.refresh_from_db()
    outcome = outcome_after(cast, episode, "womac", ["60"], ["40"])
    assert outcome.verdict is Verdict.UNKNOWN
    [beside] = [one for one in presenters.reasons(outcome) if "shown and not used" in one.what]
    assert beside.figure == "12 % of baseline"
