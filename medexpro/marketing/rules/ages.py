"""How old a participant is, from what is typed in a second: an age, or a year of birth."""

from dataclasses import dataclass
from datetime import date

YOUNGEST, OLDEST = 18, 110


@dataclass(frozen=True)
class Age:
    """Whole years. by_year: worked out from the year of birth, so it may be one too many."""

    years: int
    by_year: bool


def read_age(number: int, on: date) -> Age | str:
    """Return the age a number means on a day, or the sentence why it is none. Four digits are a year of birth.

    Only adults take part: a minor's guardian would have to agree.

    >>> read_age(1958, date(2026, 10, 13)), read_age(67, date(2026, 10, 13))
    (Age(years=68, by_year=True), Age(years=67, by_year=False))
    """
    by_year = number >= 1000
    years = on.year - number if by_year else number
    if 0 <= years < YOUNGEST:
        return f"A screening day is for people of {YOUNGEST} and over."
    if not YOUNGEST <= years <= OLDEST:
        return f"Type the age, such as 67, or the year of birth, such as {on.year - 67}."
    return Age(years, by_year)
