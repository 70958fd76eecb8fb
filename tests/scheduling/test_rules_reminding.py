"""When a client is reminded: on the wall's clock, once for each time, and not of what they have just heard."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from medexpro.scheduling.rules import reminding
from medexpro.scheduling.rules.reminding import Place, Step

NEW_YORK = ZoneInfo("America/New_York")
ZONES = (
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
)


def wall(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(("booked", "hours", "goes_out"), [
    ("2026-10-15 09:00", 24, "2026-10-14 09:00"),
    ("2026-10-15 09:00", 2, "2026-10-15 07:00"),
    ("2026-10-15 09:00", 26, "2026-10-14 07:00"),
    ("2026-11-01 09:00", 24, "2026-10-31 09:00"),  # The clocks go back: 25 hours are a day.
    ("2026-11-01 09:00", 9, "2026-11-01 01:00"),   # Nine hours that pass.
    ("2027-03-14 09:00", 24, "2027-03-13 09:00"),  # And 23 in spring.
    ("2027-03-15 02:30", 24, "2027-03-14 03:00"),  # 2:30 does not happen the day before.
    ("2026-11-02 01:30", 24, "2026-11-01 01:30"),  # Happens twice: at the first.
    ("2026-10-15 09:00", 168, "2026-10-08 09:00"),
])  # fmt: skip
def test_a_reminder_goes_out_by_the_clock_on_the_wall(booked, hours, goes_out):
    found = reminding.due_at(wall(booked).astimezone(UTC), hours, NEW_YORK)
    assert found.astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M") == goes_out


times = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(times, st.integers(1, reminding.MOST_HOURS), st.sampled_from(ZONES))
def test_it_is_never_off_by_more_than_the_clocks_change(starts_at, hours, name):
    passed = starts_at - reminding.due_at(starts_at, hours, ZoneInfo(name))
    assert abs(passed - timedelta(hours=hours)) <= timedelta(hours=1)


@given(times, st.integers(1, 7), st.sampled_from(ZONES))
def test_whole_days_before_show_the_same_time_on_the_wall(starts_at, days, name):
    zone = ZoneInfo(name)
    local, due = starts_at.astimezone(zone), reminding.due_at(starts_at, days * 24, zone).astimezone(zone)
    goal = (local - timedelta(days=days)).replace(
        fold=0
    )  # Wall arithmetic: the same time, so many days before.
    assume(goal.astimezone(UTC).astimezone(zone).time() == goal.time())  # It happens on that day.
    assert due.replace(tzinfo=None, fold=0) == goal.replace(tzinfo=None)


def place(**more) -> Place:
    nine = wall("2026-10-15 09:00")
    return Place(**{"starts_at": nine, "stands": True, "set_at": wall("2026-10-01 12:00")} | more)


@pytest.mark.parametrize(("at", "more", "step"), [
    ("2026-10-14 08:59", {}, Step.LATER),
    ("2026-10-14 09:00", {}, Step.NOW),
    ("2026-10-15 08:59", {}, Step.NOW),                                    # The worker was down: late is better than not.
    ("2026-10-15 09:00", {}, Step.NONE),                                   # It has begun.
    ("2026-10-14 10:00", {"stands": False}, Step.NONE),                    # Cancelled.
    ("2026-10-14 10:00", {"told_of": wall("2026-10-15 09:00")}, Step.TOLD),
    ("2026-10-14 10:00", {"told_of": wall("2026-10-14 11:00")}, Step.NOW),  # Moved after the reminder: of the new time.
    ("2026-10-13 10:00", {"told_of": wall("2026-10-14 11:00")}, Step.LATER),
    ("2026-10-14 16:00", {"set_at": wall("2026-10-14 15:00")}, Step.JUST_MADE),
    ("2026-10-14 16:00", {"set_at": wall("2026-10-14 15:00"), "told_of": wall("2026-10-15 08:00")}, Step.NOW),
])  # fmt: skip
def test_where_a_reminder_stands(at, more, step):
    assert reminding.weigh(place(**more), hours=24, zone=NEW_YORK, at=wall(at)) is step


def test_a_practice_that_reminds_nobody_reminds_nobody():
    assert reminding.weigh(place(), hours=0, zone=NEW_YORK, at=wall("2026-10-14 10:00")) is Step.NONE


@given(
    hours=st.integers(0, reminding.MOST_HOURS), minutes=st.integers(-500, 20_000), set_before=st.integers(0, 20_000),
    stands=st.booleans(), told=st.sampled_from([None, timedelta(0), timedelta(hours=1)]),
)  # fmt: skip
def test_nobody_is_reminded_twice_of_a_time_nor_of_what_is_over_or_cancelled(
    hours, minutes, set_before, stands, told
):
    starts_at = wall("2026-11-02 09:00")
    at = starts_at - timedelta(minutes=minutes)
    one = Place(
        starts_at=starts_at, stands=stands, set_at=starts_at - timedelta(minutes=set_before),
        told_of=None if told is None else starts_at - told,
    )  # fmt: skip
    if reminding.weigh(one, hours=hours, zone=NEW_YORK, at=at) is Step.NOW:
        assert hours and stands and at < starts_at and one.told_of != starts_at
        assert at >= reminding.due_at(starts_at, hours, NEW_YORK)
        told_then = Place(starts_at=starts_at, stands=stands, set_at=one.set_at, told_of=starts_at)
        assert reminding.weigh(told_then, hours=hours, zone=NEW_YORK, at=at) is Step.TOLD


@pytest.mark.parametrize(("address", "agreed", "sends", "why"), [
    ("j@example.org", True, True, ""),
    ("", True, True, "no e-mail address is on file."),
    ("j@example.org", False, True, "the client has not agreed to messages by e-mail."),
    ("j@example.org", True, False, "no mail server is set up."),
])  # fmt: skip
def test_only_who_agreed_and_has_an_address_is_reminded(address, agreed, sends, why):
    assert reminding.obstacle(address=address, agreed=agreed, sends_mail=sends) == why


def test_the_letter_says_when_and_where_and_nothing_of_what_for():
    given = {
        "name": "Janet",
        "who": "Ana Torres",
        "at_home": False,
        "practice": "Northbridge",
        "address": "418 Alder St",
    }
    subject, text = reminding.letter(local=wall("2026-10-31 09:00"), phone="555-0142", **given)
    assert subject == "Your appointment on Saturday, October 31, at 9:00 am"
    assert text.startswith(
        "Hello Janet,\n\nthis is a reminder of your appointment on Saturday, October 31, at 9:00 am (EDT)."
    )
    assert "call us at 555-0142" in text and "With Ana Torres." in text and "418 Alder St" in text
    _, winter = reminding.letter(
        local=wall("2026-11-01 09:00"), phone="", **given | {"name": "", "at_home": True}
    )
    assert (
        "(EST)" in winter
        and "Ana Torres comes to you." in winter
        and winter.startswith("Hello,")
        and "tell us." in winter
    )
