"""Which free times are offered to a visitor for a first visit: near ones, those that suit them first, never too many."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

# From the day after tomorrow morning's calls: whoever asks today is written to or called before they come.
NOTICE = timedelta(hours=20)
AHEAD_DAYS = 14
DAYS_SHOWN, TIMES_A_DAY = 5, 6
SATURDAY = 5


def suits(times: str, local: datetime) -> bool:
    """Return whether a start suits what was said in the form. times: a key of rules.asking.TIMES; local: on the wall.

    >>> suits("morning", datetime(2026, 10, 14, 9)), suits("saturday", datetime(2026, 10, 14, 9))
    (True, False)
    """
    if times == "saturday":
        return local.weekday() == SATURDAY
    if local.weekday() >= SATURDAY:
        return False
    return {"morning": local.hour < 12, "afternoon": 12 <= local.hour < 17, "evening": local.hour >= 17}.get(
        times, False
    )


def offered(starts: Iterable[datetime], times: str) -> list[tuple[date, list[datetime]]]:
    """Return days with starts, the earliest first: those that suit where there are any, else all.

    starts: on the wall. Of a day's many starts, those spread over the day are shown, the first and the last among them.
    """
    known = sorted(starts)
    known = [one for one in known if suits(times, one)] or known
    days: dict[date, list[datetime]] = {}
    for one in known:
        days.setdefault(one.date(), []).append(one)
    return [(day, _spread(found)) for day, found in list(days.items())[:DAYS_SHOWN]]


def _spread(found: list[datetime]) -> list[datetime]:
    if len(found) <= TIMES_A_DAY:
        return found
    step = (len(found) - 1) / (TIMES_A_DAY - 1)
    return [found[round(place * step)] for place in range(TIMES_A_DAY)]
