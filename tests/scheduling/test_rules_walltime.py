"""A time on the practice's wall becomes an instant: in every zone, also where daylight saving bends the clock."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.scheduling.rules import walltime
from medexpro.scheduling.rules.walltime import SkippedTime, resolve

NEW_YORK = ZoneInfo("America/New_York")
# Odd offsets: half hours, quarters, half-hour daylight saving, far west and far east, a day left out.
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC", "America/New_York", "Europe/London", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns",
        "Pacific/Chatham", "Pacific/Apia", "Africa/Casablanca", "America/Santiago", "Asia/Tehran", "Asia/Beirut",
    )
]  # fmt: skip
days = st.dates(date(2005, 1, 1), date(2035, 12, 31))
times = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@pytest.mark.parametrize(("zone", "day", "clock", "instant"), [
    ("America/New_York", date(2026, 10, 13), time(9), datetime(2026, 10, 13, 13, tzinfo=UTC)),
    ("America/New_York", date(2026, 11, 3), time(9), datetime(2026, 11, 3, 14, tzinfo=UTC)),  # Winter time.
    ("Asia/Kathmandu", date(2026, 10, 13), time(9), datetime(2026, 10, 13, 3, 15, tzinfo=UTC)),
])  # fmt: skip
def test_nine_on_the_wall_is_nine_on_the_wall(zone, day, clock, instant):
    found = resolve(day, clock, ZoneInfo(zone))
    assert (found.at, found.note) == (instant, "")


@pytest.mark.parametrize(("zone", "day", "clock", "said", "real"), [
    ("America/New_York", date(2027, 3, 14), time(2, 30),
     "2:30 am does not happen on Sun, Mar 14: the clocks go forward. The next real time is 3:00 am.", (14, time(3))),
    ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15),  # Half an hour only.
     "2:15 am does not happen on Sun, Oct 4: the clocks go forward. The next real time is 2:30 am.", (4, time(2, 30))),
    ("Pacific/Apia", date(2011, 12, 30), time(9),  # Samoa crossed the date line.
     "9:00 am does not happen on Fri, Dec 30: the clocks go forward. The next real time is 12:00 am on Sat, Dec 31.",
     (31, time(0))),
])  # fmt: skip
def test_an_hour_that_is_skipped_is_refused_with_the_next_real_time(zone, day, clock, said, real):
    with pytest.raises(SkippedTime) as refused:
        resolve(day, clock, ZoneInfo(zone))
    assert str(refused.value) == said and refused.value.field == "time"
    assert (refused.value.next_real.day, refused.value.next_real.time()) == real


def test_an_hour_that_happens_twice_is_taken_as_the_first_and_said():
    found = resolve(date(2026, 11, 1), time(1, 30), NEW_YORK)
    assert found.at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert found.note == "1:30 am happens twice on Sun, Nov 1; the booking is at the first."


def going_forward(zone: ZoneInfo) -> list[date]:
    """Return the days of four years on which a zone's clocks go forward."""
    found = [date(2024, 1, 1) + timedelta(days=n) for n in range(4 * 365)]
    offsets = [datetime.combine(day, time(12), tzinfo=zone).utcoffset() for day in found]
    return [day for day, (before, now) in zip(found[1:], pairwise(offsets), strict=True) if now > before]


forward = st.sampled_from([(zone, day) for zone in ZONES for day in going_forward(zone)])
nights = st.integers(0, 4 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


def shown_or_refused(zone: ZoneInfo, day: date, clock: time) -> None:
    """Assert that a time is what the wall shows then, or refused with the next one that is."""
    wall = datetime.combine(day, clock)
    try:
        found = resolve(day, clock, zone)
    except SkippedTime as skipped:
        real = skipped.next_real
        assert real.replace(tzinfo=None) > wall
        again = resolve(real.date(), real.time().replace(fold=0), zone)
        assert again.at == real.astimezone(UTC)
        # Nothing real lies between: a minute before it the wall showed something earlier than was asked for.
        assert (again.at - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None) < wall
    else:
        assert found.at.astimezone(zone).replace(tzinfo=None, fold=0) == wall
        assert not found.at.astimezone(zone).fold


@given(st.sampled_from(ZONES), days, times)
def test_every_time_is_shown_by_the_wall_or_refused_with_one_that_is(zone, day, clock):
    shown_or_refused(zone, day, clock)


@given(forward, nights)
def test_so_is_every_time_of_the_nights_in_which_clocks_go_forward(night, clock):
    shown_or_refused(*night, clock)


@given(st.sampled_from(ZONES), days)
def test_a_day_begins_at_its_first_moment(zone, day):
    begins = walltime.midnight(day, zone)
    assert (begins - timedelta(seconds=1)).astimezone(zone).date() < day
    assert begins.astimezone(zone).date() >= day
