"""What a calendar outside is told of somebody's bookings: when, and as little as helps (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

BACK, AHEAD = timedelta(days=30), timedelta(days=180)
# What each kind of booking is called outside: a service's own name may tell what somebody comes for.
CALLED = {"exercise": "Session", "measuring": "Assessment", "talk": "Talk"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One booking as it is told outside.

    uid: the same for ever, however often it moves. changes: how often it was changed; changed_at: when last.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    where: str = ""
    url: str = ""
    cancelled: bool = False
    changes: int = 0
    changed_at: datetime


def window(at: datetime) -> tuple[datetime, datetime]:
    """Return the stretch of time that is told: a month back, half a year ahead."""
    return at - BACK, at + AHEAD


def initials(given: str, family: str) -> str:
    """Return the initials of a name.

    >>> initials("Janet", "Ellery"), initials("", "ellery"), initials("Zoë Ann", "")
    ('J. E.', 'E.', 'Z.')
    """
    return " ".join(f"{one.strip()[0].upper()}." for one in (given, family) if one.strip())


def summary(kind: str, who: str = "", *, taken: int | None = None, places: int = 0) -> str:
    """Return the line of a booking: what kind, and for whom.

    who: a client's initials, or the name where the practice chose so. taken: for a group, how many of its places are.

    >>> summary("exercise", "J. E."), summary("exercise", taken=2, places=6)
    ('Session J. E.', 'Group, 2 of 6')
    """
    if taken is not None:
        return f"Group, {taken} of {places}"
    return f"{CALLED.get(kind, 'Booking')} {who}".strip()


def as_ics(entries: Iterable[Entry], *, name: str, product: str) -> bytes:
    """Return bookings as an iCalendar file. Times are in UTC: each calendar shows them in its own zone.

    name: what a calendar program calls it. product: what made it.
    """
    calendar = Calendar()
    for key, value in (
        ("prodid", f"-//{product}//Calendar//EN"), ("version", "2.0"), ("calscale", "GREGORIAN"),
        ("method", "PUBLISH"), ("x-wr-calname", _line(name)), ("x-published-ttl", "PT1H"),
    ):  # fmt: skip
        calendar.add(key, value)
    for entry in entries:
        calendar.add_component(_event(entry))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.changes)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", _line(entry.summary))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("class", "PRIVATE")
    if entry.where:
        event.add("location", _line(entry.where))
    if entry.url:
        event.add("url", entry.url)
    return event


def _line(text: str) -> str:
    """Return a text as one line of what can be printed: other signs end a line or a file in some programs."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())
