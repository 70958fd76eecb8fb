"""Figures of a group give away nobody."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from medexpro.marketing.rules import cohorts

AGES = st.lists(st.integers(18, 104), max_size=60)
GROUPS = st.sets(st.integers(0, 30), max_size=30)


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 12))
def test_no_count_speaks_of_one_to_four_people(count, of, least):
    told = cohorts.share(count, of, least)
    least = max(5, least)
    if told is None:
        assert of < least or count > of
        return
    if not told.bound:
        assert told.count == count and count >= least and of - count >= least
        return
    # A bound is true, and what it leaves open on either side is never fewer people than may be told of.
    fits = range(told.count, of + 1) if told.bound == "at least" else range(told.count)
    assert count in fits
    assert len(fits) >= min(least, of // 2)


@given(st.lists(st.decimals(-50, 50, places=2), max_size=30), st.integers(0, 9))
def test_nothing_is_said_of_fewer_than_five_and_a_practice_only_raises_it(values, least):
    found = cohorts.spread(values, Decimal("0.1"), least)
    assert (found is None) == (len(values) < max(5, least))
    assert cohorts.limit(least) == max(5, least)
    if found:
        assert found.low <= found.middle <= found.high and found.clients == len(values)
        assert all(value == round(value, 1) for value in (found.low, found.middle, found.high))


@given(AGES)
def test_age_bands_have_enough_each_and_none_is_left_to_subtract(ages):
    found = cohorts.bands(ages)
    assert all(count >= 5 for _, count in found)
    assert not found or sum(count for _, count in found) == len(ages)
    assert len(found) != 1
    assert not any(str(age) in name for name, _ in found for age in range(90, 105))  # No age over 89 is told.


@given(GROUPS, GROUPS)
def test_two_published_groups_are_the_same_or_differ_by_enough_each_way(new, old):
    allowed = cohorts.may_stand_beside(new, old)
    assert allowed == all(len(left) == 0 or len(left) >= 5 for left in (new - old, old - new))
    assert cohorts.may_stand_beside(new, new)


def test_a_change_counts_from_the_amount_that_matters_on():
    judge = cohorts.improved
    assert judge(Decimal(30), Decimal(39), Decimal(9), higher_is_better=True) is True
    assert judge(Decimal(30), Decimal("38.9"), Decimal(9), higher_is_better=True) is False
    assert judge(Decimal(14), Decimal(10), Decimal(3), higher_is_better=False) is True
    assert (
        judge(Decimal(14), Decimal(18), Decimal(3), higher_is_better=False) is False
    )  # Worse is not better.
    assert judge(Decimal(1), Decimal(9), None, higher_is_better=True) is None
