"""What stands behind a booking in the areas above: each registers its door when the app starts, since imports go down."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Door(NamedTuple):
    """One way on from a booking: its words and where it leads."""

    label: str
    url: str


# Each is asked with the member who looks and the booking; None where it has nothing for them.
_doors: list[Callable[[Any, Any], Door | None]] = []


def add(door: Callable[[Any, Any], Door | None]) -> None:
    """Let a booking lead somewhere; adding it twice is adding it once."""
    if door not in _doors:
        _doors.append(door)


def of(member: Any, booking: Any) -> list[Door]:
    """Return the ways on from a booking for a member."""
    return [found for one in _doors if (found := one(member, booking)) is not None]
