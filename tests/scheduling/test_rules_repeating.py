"""A series keeps its weekdays and its time on the wall; a change reaches one booking, or this and later."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.scheduling.rules import repeating, walltime
from medexpro.scheduling.rules.repeating import MOST, Reach, Repeat

TUESDAY = date(2026, 10, 13)
TUE_THU = frozenset({1, 3})


def test_tuesdays_and_thursdays_until_a_day_that_is_included():
    found = repeating.days(TUESDAY, Repeat(TUE_THU, until=date(2026, 10, 22)))
    assert [day.day for day in found] == [13, 15, 20, 22]


def test_a_series_keeps_nine_on_the_wall_when_the_clocks_go_back():
    zone = ZoneInfo("America/New_York")
    weeks = repeating.days(date(2026, 10, 27), Repeat(frozenset({1}), times=2))
    instants = [walltime.resolve(day, time(9), zone).at for day in weeks]
    assert [at.astimezone(zone).hour for at in instants] == [9, 9]
    assert instants[1] - instants[0] == timedelta(days=7, hours=1)


@pytest.mark.parametrize(("repeat", "said"), [
    (Repeat(frozenset(), times=3), "Choose the weekdays on which it repeats."),
    (Repeat(TUE_THU), "Say how often, or until which day: one of the two."),
    (Repeat(TUE_THU, until=TUESDAY, times=2), "Say how often, or until which day: one of the two."),
    (Repeat(TUE_THU, until=date(2026, 10, 12)), "The last day, Mon, Oct 12, is before the first."),
    (Repeat(TUE_THU, until=date(2028, 1, 1)), "A series runs for a year at most."),
    (Repeat(TUE_THU, times=0), f"A series has 1 to {MOST} bookings."),
    (Repeat(frozenset({0}), until=date(2026, 10, 16)), "None of these weekdays falls between the first day and the last."),
    (Repeat(frozenset(range(7)), until=date(2027, 3, 1)), f"These are more than {MOST} bookings. Choose an earlier last day."),
    (Repeat(TUE_THU, times=24), ""),
])  # fmt: skip
def test_what_is_wrong_with_a_series_is_said(repeat, said):
    assert repeating.check(TUESDAY, repeat) == said


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(1, MOST),
)
def test_so_many_times_are_so_many_days_in_order_on_the_weekdays_chosen(first, weekdays, times):
    found = repeating.days(first, Repeat(weekdays, times=times))
    assert len(found) == times and found == sorted(set(found)) and found[0] >= first
    assert {day.weekday() for day in found} <= weekdays
    assert found[0] - first < timedelta(days=7)
    # No week leaves out a weekday that was chosen.
    assert all(later - day <= timedelta(days=7) for day, later in pairwise(found))


@dataclass(frozen=True)
class Place:
    starts_at: datetime


SERIES = [Place(datetime(2026, 10, day, 13, tzinfo=UTC)) for day in (22, 13, 20, 15)]


def test_only_this_one_and_this_and_later():
    this = SERIES[3]
    assert repeating.reached(SERIES, this, Reach.ONE) == [this]
    assert [one.starts_at.day for one in repeating.reached(SERIES, this, Reach.LATER)] == [15, 20, 22]


@given(
    st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.times()), min_size=1, unique=True),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.times(),
)
def test_moving_this_and_later_keeps_the_days_between_them(places, day, clock):
    places = sorted(places)
    found = repeating.moved(places, (day, clock))
    assert found[0] == (day, clock) and {at for _, at in found} == {clock}
    assert [one - day for one, _ in found] == [one - places[0][0] for one, _ in places]
