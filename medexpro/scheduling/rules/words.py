"""How the rules of this area say days, times and weekdays, so that every sentence sounds the same."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def day(on: date) -> str:
    """Return a day as a calendar says it.

    >>> day(date(2026, 10, 13))
    'Tue, Oct 13'
    """
    return f"{on:%a}, {on:%b} {on.day}"


def clock(at: time | datetime) -> str:
    """Return a time of the day.

    >>> clock(time(9, 5)), clock(time(13, 0))
    ('9:05 am', '1:00 pm')
    """
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"


def weekdays(chosen: Iterable[int]) -> str:
    """Return weekdays in words. chosen: 0 for Monday to 6 for Sunday.

    >>> weekdays([3, 1])
    'Tuesdays and Thursdays'
    """
    return listing([WEEKDAYS[one] for one in sorted(set(chosen))])


def listing(items: Sequence[str]) -> str:
    """Return items as one phrase.

    >>> listing(["Ana", "the small room"]), listing([])
    ('Ana and the small room', '')
    """
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))
