"""What areas above bring to the end of an episode: what to look at before it ends, what is frozen, where to go on.

They register when the app starts; nothing is imported upward.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from medexpro.episodes.models import Episode
from medexpro.practice.models import Member

_PARTS: list[Callable[..., dict[str, Any] | None]] = []
_MEASURES: list[Callable[[Episode, date], list[dict[str, str]]]] = []
_NEXT: list[Callable[[Episode, Member], str]] = []


def show(make: Callable[..., dict[str, Any] | None]) -> None:
    """Put a part beside the discharge. `make(episode, member=, day=)` returns its values with `template`, or None."""
    if make not in _PARTS:
        _PARTS.append(make)


def freeze(measures: Callable[[Episode, date], list[dict[str, str]]]) -> None:
    """Let an area say what is frozen with the episode: its last measures, in words."""
    if measures not in _MEASURES:
        _MEASURES.append(measures)


def go_on(address: Callable[[Episode, Member], str]) -> None:
    """Let an area offer where to go on once an episode has ended: an address, or nothing."""
    if address not in _NEXT:
        _NEXT.append(address)


def parts(episode: Episode, *, member: Member, day: date) -> list[dict[str, Any]]:
    """Return what to look at before an episode ends."""
    made = [make(episode, member=member, day=day) for make in _PARTS]
    return [part for part in made if part is not None]


def final_measures(episode: Episode, day: date) -> list[dict[str, str]]:
    """Return the last measures as they stand, to be frozen."""
    return [one for measures in _MEASURES for one in measures(episode, day)]


def next_address(episode: Episode, member: Member) -> str:
    """Return where to go on; empty where no area offers anything."""
    return next(filter(None, (address(episode, member) for address in _NEXT)), "")
