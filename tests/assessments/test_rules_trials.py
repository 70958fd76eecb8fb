"""What is kept of trials, sides, questionnaire totals and goals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.assessments.rules.goals import GoalRefused, check_target, is_reached, progress
from medexpro.assessments.rules.questionnaires import ScoreRefused, interval_score, raw_from_interval, raw_sum
from medexpro.assessments.rules.trials import Sides, kept_value, missing_trials
from medexpro.knowledge.library import library


def measure(key):
    return library().all_measures[key]


def numbers(*values):
    return [Decimal(str(value)) for value in values]


@pytest.mark.parametrize(
    ("key", "trials", "kept"),
    [
        ("grip_strength", (22, 24, 23), "24"),
        ("gait_speed_10m", (1.0, 1.2, 1.1), "1.1"),
        ("up_and_go_8ft", (6.1, 5.8), "5.8"),  # The best of a timed test is the fastest.
        ("tug", (9.8,), "9.8"),
        ("tug", (14.0, 9.8), "9.8"),  # A repeated single trial replaces the disturbed one.
        ("bp_systolic", (142, 138), "140"),
        ("grip_strength", (), None),
    ],
)
def test_what_is_kept_of_the_trials(key, trials, kept):
    assert kept_value(measure(key), numbers(*trials)) == (Decimal(kept) if kept else None)


def test_how_many_trials_are_missing():
    assert missing_trials(measure("grip_strength"), numbers(22, 24)) == 1
    assert missing_trials(measure("tug"), numbers(14, 10)) == 0


@given(
    st.sampled_from(sorted(library().all_measures)),
    st.lists(st.decimals(0, 100, places=1), min_size=1, max_size=5),
)
def test_the_kept_value_lies_among_the_trials(key, trials):
    assert min(trials) <= kept_value(measure(key), trials) <= max(trials)


@given(st.decimals(0, 100, places=1), st.decimals(0, 100, places=1))
def test_a_side_difference_is_the_same_seen_from_both_sides(left, right):
    one, other = Sides(left, right, involved="left"), Sides(right, left, involved="right")
    assert one.difference == other.difference
    assert one.difference_percent == other.difference_percent
    assert one.symmetry_index == other.symmetry_index


def test_the_better_side_follows_the_direction():
    assert Sides(Decimal(22), Decimal(24)).better(measure("grip_strength")) == 24
    assert Sides(Decimal(22), Decimal(24)).better(measure("knee_girth")) == 22


def test_no_percent_of_nothing():
    assert Sides(Decimal(0), Decimal(0)).difference_percent is None
    assert Sides(Decimal(-5), Decimal(3)).difference_percent is None
    assert Sides(Decimal(5), Decimal(0), involved="left").symmetry_index is None
    assert Sides(Decimal(5), Decimal(5)).symmetry_index is None


# ---- Questionnaires


@pytest.mark.parametrize(
    ("file", "raw", "score"),
    [
        ("koos_jr_interval.csv", 0, "100"),
        ("koos_jr_interval.csv", 1, "91.975"),
        ("koos_jr_interval.csv", 28, "0"),
        ("hoos_jr_interval.csv", 1, "92.340"),
        ("hoos_jr_interval.csv", 24, "0"),
    ],
)
def test_a_raw_sum_has_its_interval_score(file, raw, score):
    row = interval_score(library().norms[file], raw)
    assert row.interval_score == Decimal(score)
    assert "Lyman" in row.source
    assert raw_from_interval(library().norms[file], row.interval_score) == raw


def test_a_score_that_is_no_row_has_no_raw_sum():
    assert raw_from_interval(library().norms["koos_jr_interval.csv"], Decimal("50")) is None


@pytest.mark.parametrize("raw", [-1, 29])
def test_a_raw_sum_outside_the_table_is_refused(raw):
    with pytest.raises(ScoreRefused, match=f"runs from 0 to 28. You typed {raw}"):
        interval_score(library().norms["koos_jr_interval.csv"], raw)


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ([1, 2, None, 0, 0, 0, 0], "Item 3 has no answer. All 7 are needed for a score."),
        ([1, 2, 5, 0, 0, 0, 0], "Item 3 runs from 0 to 4. You typed 5."),
        ([1, 2], "The form has 7 items; 2 were given."),
    ],
)
def test_a_form_with_gaps_has_no_score(items, sentence):
    with pytest.raises(ScoreRefused) as refusal:
        raw_sum(items, count=7)
    assert str(refusal.value) == sentence


@given(st.lists(st.integers(0, 4), min_size=7, max_size=7))
def test_every_complete_form_has_a_score_from_0_to_100(items):
    row = interval_score(library().norms["koos_jr_interval.csv"], raw_sum(items, count=7))
    assert 0 <= row.interval_score <= 100


# ---- Goals


@pytest.mark.parametrize(
    ("key", "baseline", "target", "latest", "reached", "percent"),
    [
        ("tug", 14, 10, 12, False, 50),
        ("tug", 14, 10, 10, True, 100),  # At the target is reached.
        ("tug", 14, 10, 9, True, 100),
        ("tug", 14, 10, 16, False, 0),  # Going away counts as nothing.
        ("chair_stand_30s", 8, 12, 11, False, 75),
        ("rom_knee_extension", -15, -5, -10, False, 50),
        ("weight", 80, 76, 78, False, 50),  # No better direction: from baseline to target.
        ("weight", 70, 74, 74, True, 100),
        ("tug", None, 10, 12, False, 0),
        ("tug", 14, 10, "10.01", False, 99),  # 100 only once it is reached.
    ],
)
def test_how_a_goal_stands(key, baseline, target, latest, reached, percent):
    start = None if baseline is None else Decimal(baseline)
    found = progress(measure(key), start, Decimal(target), Decimal(latest))
    assert (found.reached, found.percent) == (reached, percent)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (400, "Choose a target inside"),
        (15, "already reaches this target"),
        (14, "already reaches this target"),
    ],
)
def test_a_target_that_is_no_goal_is_refused(target, sentence):
    with pytest.raises(GoalRefused, match=sentence):
        check_target(measure("tug"), Decimal(14), Decimal(target))


def test_a_target_ahead_is_a_goal():
    check_target(measure("tug"), Decimal(14), Decimal(10))
    check_target(measure("tug"), None, Decimal(10))


values = st.decimals(min_value=0, max_value=100, places=1)


@given(st.sampled_from(sorted(library().all_measures)), values, values, values)
def test_progress_runs_from_nothing_to_all(key, baseline, target, latest):
    found = progress(measure(key), baseline, target, latest)
    assert 0 <= found.fraction <= 1
    assert found.reached == (found.fraction == 1) == (found.percent == 100)
    assert found.reached == is_reached(measure(key), baseline, target, latest)


@given(st.sampled_from(["tug", "chair_stand_30s", "pain_nrs"]), values, values, values, values)
def test_nearer_the_target_is_never_less_progress(key, baseline, target, one, other):
    near, far = sorted(
        (one, other), key=lambda value: value if measure(key).direction == "lower_better" else -value
    )
    assert (
        progress(measure(key), baseline, target, near).fraction
        >= progress(measure(key), baseline, target, far).fraction
    )
