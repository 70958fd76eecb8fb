"""Dates of a life: what can't be so is refused at its field."""

from datetime import date

OLDEST_YEARS = 120
ADULT_YEARS = 18


def age_on(birth_date: date, on: date) -> int:
    """Return completed years on a day."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def check_birth_date(birth_date: date | None, today: date) -> str:
    """Return what is wrong with a birth date, in a sentence; empty when it can be one.

    >>> check_birth_date(date(2027, 1, 1), date(2026, 10, 13))
    'A birth date can’t lie in the future.'
    """
    if birth_date is None:
        return ""
    if birth_date > today:
        return "A birth date can’t lie in the future."
    if age_on(birth_date, today) > OLDEST_YEARS:
        return f"This birth date makes the client older than {OLDEST_YEARS}. Look at the year again."
    return ""


def is_minor(birth_date: date | None, on: date) -> bool:
    """Return whether someone is under 18 on a day; unknown age counts as grown up."""
    return birth_date is not None and age_on(birth_date, on) < ADULT_YEARS


def check_past(day: date | None, what: str, *, today: date, birth_date: date | None = None) -> str:
    """Return what is wrong with a day something happened to a client; empty when it can be so.

    what: begins the sentence, such as "The day of surgery".
    """
    if day is None:
        return ""
    if day > today:
        return f"{what} can’t lie in the future."
    if birth_date is not None and day < birth_date:
        return f"{what} lies before the client’s birth."
    if birth_date is None and age_on(day, today) > OLDEST_YEARS:
        return f"{what} lies more than {OLDEST_YEARS} years back. Look at the year again."
    return ""


def check_span(start: date | None, end: date | None) -> str:
    """Return what is wrong with a first and a last day; empty when they can be so."""
    if start is not None and end is not None and end < start:
        return "The last day lies before the first."
    return ""
