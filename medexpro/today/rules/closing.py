"""Whether the day is accounted for: every booking of a client has an end that somebody gave it, or is still to come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class End(StrEnum):
    """What became of one visit. OPEN: nobody said, or the client came and nothing was logged."""

    DONE = "done"
    UNSIGNED = "unsigned"
    DID_NOT_COME = "did_not_come"
    NOT_HELD = "not_held"
    TO_COME = "to_come"
    OPEN = "open"


@dataclass(frozen=True)
class Booked:
    """One client's place in the day. episode: None where none was open; state: booked, came or no_show.

    logged: whether what happens in it stands in a session log, as all exercise does.
    """

    key: str
    episode: str | None
    starts_at: datetime
    ends_at: datetime
    state: str
    logged: bool = True


@dataclass(frozen=True)
class Held:
    """One session log opened on the day. state: as the log has it; why: of a session that did not take place."""

    key: str
    episode: str
    opened_at: datetime
    state: str
    why: str = ""


@dataclass(frozen=True)
class Visit:
    """A booking with its session; either may be missing: who came without a booking, who has no log."""

    booked: Booked | None
    held: Held | None
    end: End


def visits(booked: Iterable[Booked], held: Iterable[Held], now: datetime) -> list[Visit]:
    """Return every booking and every session of a day, each exactly once, with what became of it.

    A session belongs to the booking of its episode in the order of time: the first to the first. One that did not take
    place stands for a booking only where no other does; opened by mistake it stands for nothing.
    """
    live: dict[str, list[Held]] = {}
    void: dict[str, list[Held]] = {}
    for one in sorted(held, key=lambda one: (one.opened_at, one.key)):
        if one.state != "void":
            live.setdefault(one.episode, []).append(one)
        elif one.why != "mistake":
            void.setdefault(one.episode, []).append(one)
    found = []
    for place in sorted(booked, key=lambda one: (one.starts_at, one.key)):
        waiting = live.get(place.episode or "") or void.get(place.episode or "")
        session = waiting.pop(0) if waiting and place.logged else None
        found.append(Visit(place, session, end_of(place, session, now)))
    rest = [one for rows in (*live.values(), *void.values()) for one in rows]
    return found + [Visit(None, one, end_of(None, one, now)) for one in rest]


def end_of(booked: Booked | None, held: Held | None, now: datetime) -> End:
    """Return what became of one visit: the session log says it, else the booking.

    Coming without a log is an open end: what was done with a client stands nowhere then.
    """
    if held is not None:
        if held.state == "signed":
            return End.DONE
        if held.state != "void":
            return End.UNSIGNED
        return End.DID_NOT_COME if held.why == "no_show" else End.NOT_HELD
    if booked is None:
        raise ValueError("a visit is a booking, a session, or both")
    if booked.state == "no_show":
        return End.DID_NOT_COME
    if booked.state == "came":
        return End.OPEN if booked.logged else End.DONE
    return End.TO_COME if booked.ends_at > now else End.OPEN


def sentence(found: Sequence[Visit]) -> str:
    """Return how far the bookings of a day are accounted for.

    >>> sentence([])
    'Nothing is booked.'
    """
    booked = [one for one in found if one.booked is not None]
    left = sum(one.end is End.OPEN for one in booked)
    later = sum(one.end is End.TO_COME for one in booked)
    if not booked:
        return "Nothing is booked."
    bookings = "booking" if len(booked) == 1 else "bookings"
    still = f" {later} {'is' if later == 1 else 'are'} still to come." if later else ""
    if left:
        return f"{left} of {len(booked)} {bookings} {'is' if left == 1 else 'are'} not accounted for.{still}"
    if later == len(booked):
        return f"{len(booked)} {bookings} still to come."
    if later:
        return f"Every booking so far is accounted for.{still}"
    return (
        "The one booking is accounted for."
        if len(booked) == 1
        else f"All {len(booked)} bookings are accounted for."
    )
