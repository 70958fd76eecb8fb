"""What a calendar program reads: parsed again by the library itself, whatever names and times there are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from medexpro.scheduling.rules import feed
from medexpro.scheduling.rules.feed import Entry

NINE = datetime(2026, 10, 15, 13, tzinfo=UTC)
ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


def entry(**more) -> Entry:
    return Entry(**{
        "uid": "0199-one", "starts_at": NINE, "ends_at": NINE + timedelta(hours=1), "summary": "Session J. E.",
        "changed_at": NINE - timedelta(days=3),
    } | more)  # fmt: skip


def events(*entries: Entry):
    """Return the events as another program understands them."""
    return Calendar.from_ical(feed.as_ics(entries, name="Ana Torres", product="MedExPRO")).walk("VEVENT")


def test_a_booking_is_told_with_its_time_in_utc():
    written = feed.as_ics(
        [entry(where="Studio, North", url="https://p.example/1/")], name="Ana", product="Ours"
    )
    lines = written.decode().split("\r\n")
    assert {"DTSTART:20261015T130000Z", "DTEND:20261015T140000Z", "STATUS:CONFIRMED", "CLASS:PRIVATE"} <= set(
        lines
    )
    assert "LOCATION:Studio\\, North" in lines and "PRODID:-//Ours//Calendar//EN" in lines
    assert lines[0] == "BEGIN:VCALENDAR" and "VERSION:2.0" in lines and lines[-2:] == ["END:VCALENDAR", ""]


def test_a_cancelled_booking_says_so_under_the_same_name():
    [one] = events(entry(cancelled=True, changes=4))
    assert (one["STATUS"], one["UID"], one["SEQUENCE"]) == ("CANCELLED", "0199-one", 4)


def test_an_empty_calendar_is_a_calendar():
    assert Calendar.from_ical(feed.as_ics([], name="", product="Ours"))["VERSION"] == "2.0" and not events()


@given(
    summary=st.text(max_size=200), where=st.text(max_size=90), name=st.text(max_size=60), zone=st.sampled_from(ZONES),
    at=st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)), minutes=st.integers(5, 480),
    cancelled=st.booleans(), changes=st.integers(0, 500),
)  # fmt: skip
def test_whatever_is_written_is_read_back(summary, where, name, zone, at, minutes, cancelled, changes):
    starts_at = at.replace(microsecond=0, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    told = entry(
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes), summary=summary, where=where,
        cancelled=cancelled, changes=changes,
    )  # fmt: skip
    written = feed.as_ics([told, entry(uid="another")], name=name, product="Ours")
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    one, other = Calendar.from_ical(written).walk("VEVENT")
    assert one["DTSTART"].dt == starts_at and one["DTEND"].dt - one["DTSTART"].dt == timedelta(
        minutes=minutes
    )
    assert str(one["SUMMARY"]) == "".join(c for c in " ".join(summary.split()) if c.isprintable())
    assert (one["STATUS"] == "CANCELLED", one["SEQUENCE"]) == (cancelled, changes)
    assert str(other["SUMMARY"]) == "Session J. E." and not other.get("LOCATION")


@given(st.text(max_size=80), st.text(max_size=80))
def test_initials_tell_two_letters_of_a_name_at_most(given_name, family_name):
    said = feed.initials(given_name, family_name)
    assert sum(one.isalnum() for one in said) <= 4  # Some letters are two when they are large, such as ß.
    assert len(said) <= 9


@pytest.mark.parametrize(("kind", "said"), [("exercise", "Session J. E."), ("measuring", "Assessment J. E."),
                                            ("talk", "Talk J. E."), ("", "Booking J. E.")])  # fmt: skip
def test_a_kind_is_told_and_never_the_name_of_a_service(kind, said):
    assert feed.summary(kind, "J. E.") == said


def test_the_window_is_bounded():
    since, until = feed.window(NINE)
    assert (NINE - since, until - NINE) == (timedelta(days=30), timedelta(days=180))
