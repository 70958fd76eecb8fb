"""When a document is due, from the days of the record."""

from datetime import date, datetime, timedelta

# DOMAIN 4.9: the letter within 24 hours of the first visit; a report every 30 days, and 2 days before a visit.
LETTER_HOURS = 24
REPORT_DAYS = 30
DAYS_BEFORE_VISIT = 2


def letter_due_at(first_visit_ended_at: datetime) -> datetime:
    """Return when the introductory letter is due."""
    return first_visit_ended_at + timedelta(hours=LETTER_HOURS)


def report_due_on(last: date, *, on: date, next_visit: date | None = None, reported: bool = True) -> date:
    """Return when the progress report is due: 30 days after the last one, or 2 days before the provider's visit.

    last: the day of the last report signed, or of the baseline where there is none yet (`reported` is False then).
    on: today. A visit that is over asks nothing. Nor does one whose two days had begun when the last report was
    signed: that report is the one the provider has at hand.

    >>> first = date(2026, 9, 1)
    >>> report_due_on(first, on=first), report_due_on(first, on=first, next_visit=date(2026, 9, 20))
    (datetime.date(2026, 10, 1), datetime.date(2026, 9, 18))
    >>> report_due_on(first, on=first, next_visit=date(2026, 9, 2))
    datetime.date(2026, 10, 1)
    >>> report_due_on(first, on=first, next_visit=date(2026, 9, 2), reported=False)
    datetime.date(2026, 9, 1)
    """
    regular = last + timedelta(days=REPORT_DAYS)
    if next_visit is None or next_visit <= last or next_visit < on:
        return regular
    before_visit = next_visit - timedelta(days=DAYS_BEFORE_VISIT)
    if before_visit <= last and reported:
        return regular
    return min(regular, max(last, before_visit))
