"""How ready a practice is to receive a referral: what counts as shown, the score of it, where a plan stands today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

PLAN_DAYS = 30
# What ends within this many days is told before it does.
SOON_DAYS = 30


class Shown(StrEnum):
    """How far something is shown."""

    MET = "met"
    PARTLY = "partly"
    ENDING = "ending"
    OPEN = "open"


@dataclass(frozen=True)
class Proof:
    """What the record says. words: with its figures. url: where it can be seen or done."""

    shown: Shown
    words: str
    url: str = ""


@dataclass(frozen=True)
class Said:
    """What a person said last. good_until: the last day it holds; None holds for good."""

    on: date
    by: str
    note: str = ""
    link: str = ""
    good_until: date | None = None


@dataclass(frozen=True)
class Score:
    """How many of how many are met."""

    met: int
    of: int


def of_share(kept: int, total: int, *, enough: int = 1) -> Shown:
    """Return how far a promise is kept: met where every time, of at least `enough` times.

    >>> [of_share(*one).value for one in ((0, 0), (11, 12), (12, 12))], of_share(3, 3, enough=5).value
    (['open', 'partly', 'met'], 'partly')
    """
    if not total:
        return Shown.OPEN
    return Shown.MET if kept == total and total >= enough else Shown.PARTLY


def of_count(count: int, wanted: int) -> Shown:
    """Return how far a number is reached.

    >>> [of_count(n, 5).value for n in (0, 4, 5)]
    ['open', 'partly', 'met']
    """
    return Shown.MET if count >= wanted else Shown.PARTLY if count else Shown.OPEN


def of_said(said: Said | None, today: date, *, lasts: int | None = None) -> Shown:
    """Return how far what a person said still holds. lasts: days after which it is asked anew, unless they gave a day.

    >>> day = date(2026, 11, 2)
    >>> [of_said(Said(day, "Ana", good_until=end), day).value for end in (None, date(2026, 12, 3), date(2026, 12, 2))]
    ['met', 'met', 'ending']
    >>> of_said(Said(day, "Ana"), date(2027, 5, 2), lasts=180).value, of_said(None, day).value
    ('open', 'open')
    """
    if said is None:
        return Shown.OPEN
    until = holds_until(said, lasts=lasts)
    if until is None:
        return Shown.MET
    if until < today:
        return Shown.OPEN
    return Shown.ENDING if (until - today).days <= SOON_DAYS else Shown.MET


def holds_until(said: Said, *, lasts: int | None = None) -> date | None:
    """Return the last day on which what a person said holds; None where it holds for good."""
    if said.good_until is not None:
        return said.good_until
    return said.on + timedelta(days=lasts) if lasts else None


def score_of(shown: Sequence[Shown]) -> Score:
    """Return the score: what is met, and what still holds but ends soon, of all.

    >>> score_of([Shown.MET, Shown.ENDING, Shown.PARTLY, Shown.OPEN])
    Score(met=2, of=4)
    """
    return Score(sum(1 for one in shown if one in (Shown.MET, Shown.ENDING)), len(shown))


def plan_day(begun_on: date, today: date) -> int:
    """Return the plan's day, the first being 1; never more than its last.

    >>> [plan_day(date(2026, 11, 2), date(2026, 11, day)) for day in (2, 5)], plan_day(date(2026, 1, 1), date(2026, 11, 2))
    ([1, 4], 30)
    """
    return max(1, min(PLAN_DAYS, (today - begun_on).days + 1))
