"""Working days: Monday to Friday, without the days a practice is closed."""

from collections.abc import Collection
from datetime import date, timedelta

SATURDAY = 5
# A practice closed for longer than this has no next working day worth naming.
FARTHEST = 366


def is_working_day(day: date, closed: Collection[date] = ()) -> bool:
    """Return whether a practice works on a day. closed: its own closures; public holidays differ by place.

    >>> is_working_day(date(2026, 10, 9)), is_working_day(date(2026, 10, 10))
    (True, False)
    """
    return day.weekday() < SATURDAY and day not in closed


def after_working_days(day: date, count: int, closed: Collection[date] = ()) -> date:
    """Return the last of `count` working days after a day; the day itself is not one of them.

    Raises ValueError for a negative count, and where no working day comes within a year.

    >>> after_working_days(date(2026, 10, 9), 1)  # a Friday
    datetime.date(2026, 10, 12)
    >>> after_working_days(date(2026, 10, 9), 1, closed={date(2026, 10, 12)})
    datetime.date(2026, 10, 13)
    """
    if count < 0:
        raise ValueError(f"working days cannot be negative: {count}")
    last, left = day, count
    while left:
        last += timedelta(days=1)
        if (last - day).days > FARTHEST:
            raise ValueError("no working day within a year")
        left -= is_working_day(last, closed)
    return last
