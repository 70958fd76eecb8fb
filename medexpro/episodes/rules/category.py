"""What kind of service an episode is: worked out from dates when it starts, then frozen.

Day 0 is the later of onset and surgery. Within a year the service is Post Rehab, after it Medical Exercise.
Functional Maintenance and Corrective are a person's choice, with a reason.
"""

from dataclasses import dataclass
from datetime import date, timedelta

POST_REHAB = "post_rehab"
MEDICAL_EXERCISE = "medical_exercise"
CHOSEN = frozenset({"maintenance", "corrective"})
# DESIGN 4 and DOMAIN 4.2: within one year of onset or surgery; day 365 is the last one.
POST_REHAB_DAYS = 365


@dataclass(frozen=True)
class Derived:
    """A category with the days it was worked out from. days: from day 0 to the day of the question."""

    category: str
    days: int
    last_post_rehab_day: date


def counting_from(onset_on: date | None, surgery_on: date | None) -> date | None:
    """Return day 0: the later of onset and surgery; None when neither is known.

    >>> counting_from(date(2025, 1, 10), date(2026, 6, 22))
    datetime.date(2026, 6, 22)
    """
    return max((day for day in (onset_on, surgery_on) if day is not None), default=None)


def derive(day_0: date, on: date) -> Derived:
    """Return the category on a day.

    Day 365 still is Post Rehab, day 366 is not. Raises ValueError when `on` lies before day 0: no service
    for a condition begins before the condition.

    >>> [derive(date(2025, 10, 13), date(2026, 10, d)).category for d in (13, 14)]
    ['post_rehab', 'medical_exercise']
    """
    days = (on - day_0).days
    if days < 0:
        raise ValueError(f"{on} is before day 0, {day_0}")
    category = POST_REHAB if days <= POST_REHAB_DAYS else MEDICAL_EXERCISE
    return Derived(category, days, day_0 + timedelta(days=POST_REHAB_DAYS))


def crossed_on(category: str, day_0: date | None, on: date) -> date | None:
    """Return the day a Post Rehab episode passed its year, if it has by `on`; the category stays frozen."""
    if category != POST_REHAB or day_0 is None:
        return None
    first_day_after = derive(day_0, day_0).last_post_rehab_day + timedelta(days=1)
    return first_day_after if on >= first_day_after else None


def check_choice(category: str, reason: str) -> str:
    """Return why a chosen category can't stand, in a sentence; empty when it can.

    Only Functional Maintenance and Corrective are chosen. The other two follow from dates.
    """
    if category not in CHOSEN:
        return "This category follows from the dates of onset and surgery. Correct those instead."
    if not reason.strip():
        return "Say why this category fits. The reason stays with the episode."
    return ""
