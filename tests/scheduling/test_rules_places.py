"""Nobody and nothing is booked twice; what is offered is open, free, and covered by the papers."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.scheduling.rules import availability, clashes, walltime
from medexpro.scheduling.rules.availability import Closed, Hours
from medexpro.scheduling.rules.clashes import Slot, What

ZONE = ZoneInfo("America/New_York")
TUESDAY, WEDNESDAY = date(2026, 10, 13), date(2026, 10, 14)
ANAS = [Hours(1, time(8), time(12)), Hours(1, time(13), time(17)), Hours(2, time(8), time(12))]


def at(clock: str, day: date = TUESDAY) -> datetime:
    return walltime.resolve(day, time.fromisoformat(clock), ZONE).at


def slot(since: str, until: str, member="ana", room=None, *clients) -> Slot:
    return Slot(starts_at=at(since), ends_at=at(until), member=member, room=room, clients=frozenset(clients))


@pytest.mark.parametrize(("other", "found"), [
    (slot("09:00", "10:00", "ana", "hall", "janet"), [What.MEMBER, What.ROOM, What.CLIENT]),
    (slot("09:30", "10:30", "luis", "hall"), [What.ROOM]),
    (slot("08:30", "09:15", "luis", None, "janet"), [What.CLIENT]),
    (slot("10:00", "11:00", "ana", "hall", "janet"), []),  # One begins when the other ends.
    (slot("09:00", "10:00", "luis", "studio", "omar"), []),
])  # fmt: skip
def test_what_would_be_booked_twice(other, found):
    wanted = slot("09:00", "10:00", "ana", "hall", "janet")
    assert [clash.what for clash in clashes.find(wanted, [other])] == found


def test_two_home_visits_share_no_room():
    assert clashes.find(slot("09:00", "10:00", "ana"), [slot("09:00", "10:00", "luis")]) == []


spans = st.tuples(st.integers(0, 400), st.integers(1, 90)).map(
    lambda one: (
        at("06:00") + timedelta(minutes=one[0]),
        at("06:00") + timedelta(minutes=one[0] + one[1]),
    )
)


@given(spans, spans)
def test_overlap_is_mutual_and_means_a_shared_moment(one, other):
    first = Slot(starts_at=one[0], ends_at=one[1], member="ana")
    second = Slot(starts_at=other[0], ends_at=other[1], member="luis")
    shared = min(one[1], other[1]) > max(one[0], other[0])
    assert clashes.overlaps(first, second) == clashes.overlaps(second, first) == shared


@pytest.mark.parametrize(("since", "until", "said"), [
    ("08:00", "09:00", ""),
    ("11:00", "12:00", ""),
    ("11:30", "12:30", "Ana works 8:00 am to 12:00 pm and 1:00 pm to 5:00 pm on Tuesdays."),
    ("17:00", "18:00", "Ana works 8:00 am to 12:00 pm and 1:00 pm to 5:00 pm on Tuesdays."),
])  # fmt: skip
def test_a_booking_lies_whole_inside_the_hours(since, until, said):
    assert availability.check_inside(at(since), at(until), ANAS, ZONE, "Ana") == said


def test_a_day_off_is_said_and_who_has_no_hours_may_be_booked_any_time():
    friday = date(2026, 10, 16)
    span = at("09:00", friday), at("10:00", friday)
    assert availability.check_inside(*span, ANAS, ZONE, "Ana") == "Ana does not work on Fridays."
    assert availability.check_inside(*span, [], ZONE, "Ana") == ""


def test_a_closure_is_named():
    closed = [Closed(at("13:00"), at("15:00"), "Team training")]
    assert availability.check_closed(at("14:30"), at("15:30"), closed) == "Closed then: Team training."
    assert availability.check_closed(at("15:00"), at("16:00"), closed) == ""


def offered(days=(TUESDAY, WEDNESDAY), minutes=60, busy=(), after="06:00"):
    found = availability.free(
        days, minutes, hours=ANAS, busy=busy, zone=ZONE, after=at(after), step_minutes=60
    )
    return [f"{one.astimezone(ZONE):%a %H:%M}" for one in found]


def test_free_places_lie_inside_hours_beside_what_is_booked():
    busy = [(at("08:30"), at("09:30")), (at("13:00"), at("16:00"))]
    assert offered(busy=busy) == [
        "Tue 10:00", "Tue 11:00", "Tue 16:00", "Wed 08:00", "Wed 09:00", "Wed 10:00", "Wed 11:00",
    ]  # fmt: skip


def test_nothing_is_offered_in_the_past_or_on_a_day_that_is_not_asked_for():
    assert offered(days=[TUESDAY], after="14:30") == ["Tue 15:00", "Tue 16:00"]
    assert offered(days=[WEDNESDAY])[0] == "Wed 08:00"


@given(
    st.lists(spans, max_size=6), st.sampled_from([15, 30, 45, 60, 90]), st.dates(TUESDAY, date(2026, 11, 30))
)
def test_whatever_is_offered_can_be_booked(busy, minutes, day):
    hours = [Hours(weekday, time(7, 15), time(18)) for weekday in range(7)]
    for start in availability.free([day], minutes, hours=hours, busy=busy, zone=ZONE, after=at("06:00")):
        end = start + timedelta(minutes=minutes)
        assert availability.check_inside(start, end, hours, ZONE, "Ana") == ""
        assert all(end <= since or start >= until for since, until in busy)
        assert start.astimezone(ZONE).minute in (0, 30) and start.tzinfo == UTC


@pytest.mark.parametrize(("places", "taken", "left"), [(6, 5, 1), (6, 6, 0), (4, 6, 0)])
def test_a_group_has_places(places, taken, left):
    assert clashes.places_left(places, taken) == left
