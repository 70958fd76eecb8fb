"""Leads in figures, campaign codes, and how long a lead that came to nothing is kept."""

import re
from dataclasses import dataclass
from datetime import date

# Fewer than this, a share says nothing: it is shown as so many of so many.
FEW = 20


@dataclass(frozen=True)
class Conversion:
    """What became of the leads of one source. booked: of leads, clients: of leads."""

    source: str
    leads: int
    booked: int
    clients: int

    @property
    def said(self) -> str:
        """Return the share who became clients, or that there are too few to say one.

        >>> Conversion("Flyer", 40, 12, 6).said, Conversion("Talk", 3, 1, 1).said
        ('15%', 'too few to say')
        """
        return f"{round(100 * self.clients / self.leads)}%" if self.leads >= FEW else "too few to say"


def code_of(text: str) -> str:
    """Return a campaign code made of text: small letters, digits and dashes, 24 characters at most.

    >>> code_of("Flyer at the Library!")
    'flyer-at-the-library'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:24].strip("-")


def digits(phone: str) -> str:
    """Return the digits of a phone number."""
    return re.sub(r"\D", "", phone)


def months_before(day: date, months: int) -> date:
    """Return the day so many months before; the last of the month where it has no such day.

    >>> months_before(date(2026, 3, 31), 1)
    datetime.date(2026, 2, 28)
    """
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
