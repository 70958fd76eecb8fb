"""Two bookings for one person, one room or one client at the same time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class What(StrEnum):
    """What would be booked twice; also the field of the form it stands at."""

    MEMBER = "member"
    ROOM = "room"
    CLIENT = "client"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A stretch of time with who and what it takes. starts_at, ends_at: instants; the end is not part of it.

    member, room, clients: keys of any kind; room None takes none (a home visit, a talk on the phone).
    """

    starts_at: datetime
    ends_at: datetime
    member: object
    room: object = None
    clients: frozenset[object] = frozenset()


@dataclass(frozen=True)
class Clash:
    """What is taken already, and the slot that takes it."""

    what: What
    by: Slot


def overlaps(one: Slot, other: Slot) -> bool:
    """Return whether two slots share a moment; one may begin when the other ends."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def find(wanted: Slot, taken: Iterable[Slot]) -> list[Clash]:
    """Return what a wanted slot would book twice: the member first, then the room, then the client."""
    found = []
    for other in taken:
        if not overlaps(wanted, other):
            continue
        if wanted.member == other.member:
            found.append(Clash(What.MEMBER, other))
        if wanted.room is not None and wanted.room == other.room:
            found.append(Clash(What.ROOM, other))
        if wanted.clients & other.clients:
            found.append(Clash(What.CLIENT, other))
    return sorted(found, key=lambda clash: list(What).index(clash.what))


def places_left(places: int, taken: int) -> int:
    """Return how many places of a group are free; never less than none, if the group was made smaller later.

    >>> places_left(6, 5), places_left(4, 6)
    (1, 0)
    """
    return max(0, places - taken)
