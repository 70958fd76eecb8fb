"""How a relationship stands: its stage with the reason, its rhythm, what it asks for next. Working rules of ours.

The figures stand in data/relations.yaml. Everything is said of days; the caller brings today.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from medexpro.kernel import workdays


class Stage(StrEnum):
    """Where a relationship stands, from facts where they tell."""

    TARGET = "target"
    CONTACTED = "contacted"
    MET = "met"
    REFERRING = "referring"
    QUIET = "quiet"
    LAPSED = "lapsed"


class Rung(StrEnum):
    """How far a relationship has come, as the board counts: one step after the other."""

    TO_MEET = "to_meet"
    MET = "met"
    FIRST = "first"
    GROWING = "growing"
    STEADY = "steady"


RUNGS = tuple(Rung)
# What brings people face to face, and what only speaks to them.
MEETING = frozenset({"visit", "talk", "lunch"})
REACHING = frozenset({"letter", "call", "email", "page"})


@dataclass(frozen=True)
class Relations:
    """The figures of data/relations.yaml, by their names there. Days are calendar days unless they say working."""

    follow_up_first_days: int
    follow_up_last_days: int
    thank_working_days: int
    thank_forgotten_days: int
    needs_referrals: int
    quiet_factor: int
    shortest_quiet_days: int
    default_quiet_days: int
    lapsed_factor: int
    shortest_lapsed_days: int
    steady_referrals: int
    steady_within_days: int
    touches_a_week: int


@dataclass(frozen=True)
class Touch:
    """One touch that counts. follow_up_on: the first day on which to follow it up."""

    kind: str
    on: date
    follow_up_on: date | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of one source. referrals: the days on which theirs came, in any order. said: the hand-set stage."""

    referrals: Sequence[date] = ()
    touches: Sequence[Touch] = ()
    said: str = ""


@dataclass(frozen=True)
class Standing:
    """Where a relationship stands, and why in words."""

    stage: Stage
    rung: Rung
    reason: str


@dataclass(frozen=True)
class Rhythm:
    """How often a source refers. gap_days: the median of the days between; None: too few referrals to say.

    quiet_after, lapsed_after: days of silence that pass before it is quiet, and lapsed.
    """

    gap_days: float | None
    quiet_after: int
    lapsed_after: int

    @property
    def words(self) -> str:
        """Return what the silence is compared with."""
        if self.gap_days is None:
            return f"the working rule of {self.quiet_after} days"
        return f"their own rhythm, one in {round(self.gap_days)} days"


def first_working_day(day: date, closed: Collection[date] = ()) -> date:
    """Return a day itself, or the next on which the practice works.

    >>> first_working_day(date(2026, 10, 10))
    datetime.date(2026, 10, 12)
    """
    return day if workdays.is_working_day(day, closed) else workdays.after_working_days(day, 1, closed)


def rhythm_of(referrals: Sequence[date], policy: Relations) -> Rhythm:
    """Return a source's own rhythm, and from it how long silence may last.

    Several referrals on one day are one: they came in one envelope.
    """
    days = sorted(set(referrals))
    gap = None
    quiet = policy.default_quiet_days
    if len(days) >= policy.needs_referrals:
        gap = float(median((later - one).days for one, later in zip(days, days[1:], strict=False)))
        quiet = max(policy.shortest_quiet_days, round(policy.quiet_factor * gap))
    return Rhythm(gap, quiet, max(policy.shortest_lapsed_days, policy.lapsed_factor * quiet))
