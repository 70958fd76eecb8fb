"""Category by days; the status machine."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.episodes.models import Status
from medexpro.episodes.rules import category, status

DAY_0 = date(2025, 10, 13)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, "post_rehab"), (365, "post_rehab"), (366, "medical_exercise"), (4000, "medical_exercise")],
)
def test_category_by_days(days, expected):
    assert category.derive(DAY_0, DAY_0 + timedelta(days=days)).category == expected


def test_a_leap_year_has_365_days_too():
    assert category.derive(date(2024, 2, 1), date(2025, 1, 31)).category == "post_rehab"
    assert category.derive(date(2024, 2, 1), date(2025, 2, 1)).category == "medical_exercise"


def test_the_later_of_onset_and_surgery_counts():
    assert category.counting_from(date(2020, 1, 1), date(2026, 6, 22)) == date(2026, 6, 22)
    assert category.counting_from(date(2020, 1, 1), None) == date(2020, 1, 1)
    assert category.counting_from(None, None) is None


def test_a_service_before_its_condition_is_a_fault():
    with pytest.raises(ValueError, match="before day 0"):
        category.derive(DAY_0, DAY_0 - timedelta(days=1))


def test_a_later_crossing_is_shown():
    assert category.crossed_on("post_rehab", DAY_0, date(2026, 10, 13)) is None
    assert category.crossed_on("post_rehab", DAY_0, date(2026, 10, 14)) == date(2026, 10, 14)
    assert category.crossed_on("medical_exercise", DAY_0, date(2030, 1, 1)) is None


@pytest.mark.parametrize(
    ("chosen", "reason", "stands"),
    [
        ("maintenance", "Holds function with Parkinson’s", True),
        ("corrective", "Posture", True),
        ("maintenance", "  ", False),
        ("post_rehab", "Because", False),
        ("medical_exercise", "Because", False),
    ],
)
def test_only_two_categories_are_chosen_and_with_a_reason(chosen, reason, stands):
    assert (category.check_choice(chosen, reason) == "") is stands


ALLOWED = {
    ("referred", "screening"), ("screening", "awaiting_clearance"), ("awaiting_clearance", "active"),
    ("referred", "declined"), ("screening", "declined"), ("awaiting_clearance", "declined"),
    ("active", "on_hold"), ("on_hold", "active"),
    ("active", "referred_back"), ("on_hold", "referred_back"), ("referred_back", "active"),
    ("active", "discharged"), ("on_hold", "discharged"), ("referred_back", "discharged"),
}  # fmt: skip


@pytest.mark.parametrize("before", Status.values)
@pytest.mark.parametrize("after", Status.values)
def test_every_move_is_allowed_or_refused_in_a_sentence(before, after):
    refusal = status.check_move(before, after, "a reason")
    assert (refusal == "") is ((before, after) in ALLOWED)
    assert refusal == "" or refusal.endswith(".")


@pytest.mark.parametrize("after", ["on_hold", "referred_back", "discharged"])
def test_stopping_needs_a_reason(after):
    assert status.check_move("active", after, "  ").startswith("Say why")


@given(st.sampled_from(Status.values), st.sampled_from(Status.values))
def test_the_way_ahead_is_made_of_allowed_moves(before, after):
    way = [before, *status.path(before, after)]
    assert all(status.can_move(one, other) for one, other in pairwise(way))
