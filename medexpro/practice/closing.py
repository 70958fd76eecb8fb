"""On which days the whole practice is closed. The calendar lies above and says how they are found, when the app starts."""

from collections.abc import Callable
from datetime import date

from medexpro.practice.models import Practice

Find = Callable[[Practice, date], frozenset[date]]
_FINDERS: list[Find] = []


def found_by(find: Find) -> None:
    """Let an area say on which days a practice is closed: `find(practice, since)` returns those from a day on."""
    if find not in _FINDERS:
        _FINDERS.append(find)


def closed_days(practice: Practice, since: date) -> frozenset[date]:
    """Return the days from a day on, also those to come, on which nobody works. One query."""
    return frozenset().union(*(find(practice, since) for find in _FINDERS))
