"""Bookings that repeat: the days of a series, and what "only this one" and "this and later" reach."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from medexpro.scheduling.rules import words

# Half a year of three visits a week; nobody's program is planned further.
MOST = 78
LONGEST_DAYS = 366


class Reach(StrEnum):
    """What of a series a change is for."""

    ONE = "one"
    LATER = "later"


@dataclass(frozen=True)
class Repeat:
    """Every week on these weekdays, until a day (included) or so many times. weekdays: 0 for Monday to 6 for Sunday."""

    weekdays: frozenset[int]
    until: date | None = None
    times: int | None = None


def check(first: date, repeat: Repeat) -> str:
    """Return what is wrong with a series, in a sentence; empty when it can be booked."""
    if not repeat.weekdays:
        return "Choose the weekdays on which it repeats."
    if not repeat.weekdays <= frozenset(range(7)):
        return "Choose weekdays from Monday to Sunday."
    if (repeat.until is None) == (repeat.times is None):
        return "Say how often, or until which day: one of the two."
    if repeat.until is not None and repeat.until < first:
        return f"The last day, {words.day(repeat.until)}, is before the first."
    if repeat.until is not None and (repeat.until - first).days > LONGEST_DAYS:
        return "A series runs for a year at most."
    if repeat.times is not None and not 1 <= repeat.times <= MOST:
        return f"A series has 1 to {MOST} bookings."
    if repeat.times is None and not days(first, repeat):
        return "None of these weekdays falls between the first day and the last."
    if repeat.times is None and len(days(first, repeat)) > MOST:
        return f"These are more than {MOST} bookings. Choose an earlier last day."
    return ""


def days(first: date, repeat: Repeat) -> list[date]:
    """Return the days of a series in their order, the first day included where its weekday is chosen.

    >>> [day.day for day in days(date(2026, 10, 13), Repeat(frozenset({1, 3}), times=4))]
    [13, 15, 20, 22]
    """
    found: list[date] = []
    day, last = first, repeat.until or first + timedelta(days=7 * MOST)
    while day <= last and len(found) < (repeat.times or MOST + 1) and repeat.weekdays:
        if day.weekday() in repeat.weekdays:
            found.append(day)
        day += timedelta(days=1)
    return found


def in_words(repeat: Repeat) -> str:
    """Return a series in words.

    >>> in_words(Repeat(frozenset({1, 3}), until=date(2026, 11, 5)))
    'Tuesdays and Thursdays to Thu, Nov 5'
    >>> in_words(Repeat(frozenset({1}), times=8))
    'Tuesdays, 8 times'
    """
    ends = f" to {words.day(repeat.until)}" if repeat.until else f", {repeat.times} times"
    return words.weekdays(repeat.weekdays) + ends


class Placed(Protocol):
    """One booking of a series, as far as its place in it goes."""

    starts_at: datetime


Row = TypeVar("Row", bound=Placed)


def reached(series: Iterable[Row], this: Row, reach: Reach) -> list[Row]:
    """Return the bookings of a series that a change of one is for, in their order."""
    if reach is Reach.ONE:
        return [this]
    later = [one for one in series if one.starts_at > this.starts_at]
    return [this, *sorted(later, key=lambda one: one.starts_at)]


def moved(places: Sequence[tuple[date, time]], to: tuple[date, time]) -> list[tuple[date, time]]:
    """Return where bookings go when the first of them moves: as many days on, and all at the new time on the wall.

    places: day and time of each as the wall shows them, the one that was moved first. The weeks between stay as they were.

    >>> first, second = moved([(date(2026, 10, 13), time(9)), (date(2026, 10, 20), time(9))], (date(2026, 10, 15), time(10)))
    >>> second
    (datetime.date(2026, 10, 22), datetime.time(10, 0))
    """
    if not places:
        return []
    step = to[0] - places[0][0]
    return [(day + step, to[1]) for day, _ in places]
