"""Every setting of the practice in one place: its own fields, and what each area above adds when the app starts.

A setting that is changed on a page of its own stands here with its value, its effect and the way there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from medexpro.practice.models import Member


@dataclass(frozen=True)
class Line:
    """One setting that is changed elsewhere. value: as it stands now; effect: what it changes, in one sentence.

    url: where it is changed; empty for a figure nobody changes. verb: what the button there says. words: what else people
    look for it by.
    """

    label: str
    value: str
    effect: str
    url: str = ""
    words: str = ""
    verb: str = "Change"


Make = Callable[[Member, datetime], Sequence[Line]]


@dataclass(frozen=True)
class Part:
    """What one area adds under a title. holds: labels of the tables whose rows these settings are."""

    title: str
    make: Make
    holds: tuple[str, ...] = ()
    order: int = 50


_PARTS: list[Part] = []


def add(part: Part) -> None:
    """Put an area's settings on the page, when the app starts."""
    if all(known.make is not part.make for known in _PARTS):
        _PARTS.append(part)
        _PARTS.sort(key=lambda known: known.order)


def lines_of(member: Member, at: datetime) -> dict[str, list[Line]]:
    """Return the settings that are changed elsewhere, by title, in their order."""
    found: dict[str, list[Line]] = {}
    for part in _PARTS:
        found.setdefault(part.title, []).extend(part.make(member, at))
    return found


def held() -> frozenset[str]:
    """Return the labels of all tables whose rows stand on the page as settings."""
    return frozenset(label for part in _PARTS for label in part.holds)


def searched(*texts: str) -> str:
    """Return what a setting is found by: all its words in small letters."""
    return " ".join(" ".join(texts).casefold().split())


def matches(typed: str, by: str) -> bool:
    """Return whether a setting is shown for what was typed: each word of it begins one in `by`.

    >>> matches("Screen lock", searched("Minutes until the screen locks")), matches("lock", searched("The clock"))
    (True, False)
    """
    return all(f" {word}" in f" {by}" for word in typed.casefold().split())
