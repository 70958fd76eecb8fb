"""The week that people mean when they say “all due this week”."""

from datetime import date, timedelta


def last_day_of_week(on: date) -> date:
    """Return the Sunday that ends a day's week.

    >>> [last_day_of_week(date(2026, 10, day)) for day in (12, 17, 18)]  # Monday, Saturday, the Sunday itself.
    [datetime.date(2026, 10, 18), datetime.date(2026, 10, 18), datetime.date(2026, 10, 18)]
    """
    return on + timedelta(days=6 - on.weekday())
