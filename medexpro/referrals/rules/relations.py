"""How a relationship stands: its stage with the reason, its rhythm, what it asks for next. Working rules of ours.

The figures stand in data/relations.yaml. Everything is said of days; the caller brings today.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from medexpro.referrals.rules.validity import acknowledge_by


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
    """What is known of one source. referrals: the days on which theirs came, in any order. said: the hand-set stage.

    to_thank: those for which this source is thanked; None: all. An organisation is not thanked for what a person sent whose
    relationship is kept beside it: one client, one thank-you.
    """

    referrals: Sequence[date] = ()
    touches: Sequence[Touch] = ()
    said: str = ""
    to_thank: Sequence[date] | None = None


class Need(StrEnum):
    """What a relationship asks for, the most pressing first."""

    THANKS = "thanks"
    FOLLOW_UP = "follow_up"
    STEP = "step"
    QUIET = "quiet"


@dataclass(frozen=True)
class Standing:
    """Where a relationship stands, and why in words. silent_days: since the last referral; None: there is none."""

    stage: Stage
    rung: Rung
    reason: str
    silent_days: int | None = None


@dataclass(frozen=True)
class Ask:
    """One thing a relationship asks for now. since: from when on. late: the day by which it should be has passed."""

    need: Need
    since: date
    late: bool


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
    """Return a day itself, or the next on which the practice works; who closes for a year is not waited for.

    >>> first_working_day(date(2026, 10, 10))
    datetime.date(2026, 10, 12)
    """
    return acknowledge_by(day - timedelta(days=1), working_days=1, closed=closed)


def rhythm_of(referrals: Sequence[date], policy: Relations) -> Rhythm:
    """Return a source's own rhythm, and from it how long silence may last.

    Several referrals on one day are one: they came in one envelope.
    """
    days = sorted(set(referrals))
    gap = None
    quiet = policy.default_quiet_days
    if len(days) >= policy.needs_referrals:
        gap = float(median((later - one).days for one, later in pairwise(days)))
        quiet = max(policy.shortest_quiet_days, round(policy.quiet_factor * gap))
    return Rhythm(gap, quiet, max(policy.shortest_lapsed_days, policy.lapsed_factor * quiet))


def standing_of(facts: Facts, today: date, policy: Relations) -> Standing:
    """Return where a relationship stands. Referrals tell most, then touches; what a person said fills the gaps only."""
    if facts.referrals:
        return _standing_by_referrals(facts.referrals, today, policy)
    kinds = {touch.kind for touch in facts.touches}
    known = Stage.TARGET
    if kinds & MEETING:
        known = Stage.MET
    elif kinds & REACHING:
        known = Stage.CONTACTED
    order = [Stage.TARGET, Stage.CONTACTED, Stage.MET]
    if facts.said and order.index(Stage(facts.said)) > order.index(known):
        return _before_referrals(Stage(facts.said), "Set by hand: no such touch is logged")
    reasons = {
        Stage.TARGET: "Named, not written to or called yet",
        Stage.CONTACTED: "Written to or called; not met yet",
        Stage.MET: "Met; no referral yet",
    }
    return _before_referrals(known, reasons[known])


def asks_of(
    facts: Facts,
    today: date,
    policy: Relations,
    *,
    step_on: date | None = None,
    closed: Collection[date] = (),
) -> list[Ask]:
    """Return what a relationship asks for today, the most pressing first.

    step_on: the day of the next step somebody planned. closed: days on which the practice is.
    """
    found = [
        _thanks(facts, today, policy, closed),
        _follow_up(facts, today, policy, closed),
        Ask(Need.STEP, step_on, late=step_on < today) if step_on and step_on <= today else None,
        _quiet(facts, today, policy),
    ]
    return [one for one in found if one is not None]


def _standing_by_referrals(referrals: Sequence[date], today: date, policy: Relations) -> Standing:
    last, rhythm = max(referrals), rhythm_of(referrals, policy)
    silent = (today - last).days
    lately = sum(1 for one in referrals if (today - one).days <= policy.steady_within_days)
    if len(referrals) == 1:
        rung, sent = Rung.FIRST, "1 client sent"
    else:
        rung = Rung.STEADY if lately >= policy.steady_referrals else Rung.GROWING
        sent = f"{len(referrals)} clients sent, {lately} in {policy.steady_within_days} days"
    stage = Stage.REFERRING
    if silent > rhythm.lapsed_after:
        stage = Stage.LAPSED
    elif silent > rhythm.quiet_after:
        stage = Stage.QUIET
    if stage is Stage.REFERRING:
        return Standing(stage, rung, sent, silent)
    return Standing(stage, rung, f"No referral for {silent} days, against {rhythm.words}", silent)


def _before_referrals(stage: Stage, reason: str) -> Standing:
    return Standing(stage, Rung.MET if stage is Stage.MET else Rung.TO_MEET, reason)


def _thanks(facts: Facts, today: date, policy: Relations, closed: Collection[date]) -> Ask | None:
    """Return that the newest referral was not thanked for. One thank-you answers all that came before it."""
    last = max(facts.referrals if facts.to_thank is None else facts.to_thank, default=None)
    if last is None or (today - last).days > policy.thank_forgotten_days:
        return None
    if any(touch.kind == "thanks" and touch.on >= last for touch in facts.touches):
        return None
    by = acknowledge_by(last, working_days=policy.thank_working_days, closed=closed)
    return Ask(Need.THANKS, last, late=today > by)


def _follow_up(facts: Facts, today: date, policy: Relations, closed: Collection[date]) -> Ask | None:
    """Return that the newest touch to be followed up waits: nobody spoke to them since, and they sent nobody."""
    waiting = [touch for touch in facts.touches if touch.follow_up_on]
    if not waiting:
        return None
    newest = max(waiting, key=lambda touch: (touch.on, touch.follow_up_on))
    answered = any(
        touch.on > newest.on and touch.kind in MEETING | REACHING and touch is not newest
        for touch in facts.touches
    ) or any(one > newest.on for one in facts.referrals)
    first = newest.follow_up_on
    if answered or first is None or first > today:
        return None
    wait = timedelta(days=policy.follow_up_last_days - policy.follow_up_first_days)
    return Ask(Need.FOLLOW_UP, first, late=today > first_working_day(first + wait, closed))


def _quiet(facts: Facts, today: date, policy: Relations) -> Ask | None:
    """Return that a source has gone quiet. Whoever spoke to them has done it, and is asked again after a while only."""
    if standing_of(facts, today, policy).stage is not Stage.QUIET:
        return None
    last = max((touch.on for touch in facts.touches), default=None)
    if last is not None and (today - last).days <= policy.shortest_quiet_days:
        return None
    quiet_on = max(facts.referrals) + timedelta(days=rhythm_of(facts.referrals, policy).quiet_after + 1)
    return Ask(Need.QUIET, quiet_on, late=False)


def reached(rungs: Sequence[Rung]) -> dict[Rung, tuple[int, int, int | None]]:
    """Return for each rung: how many stand on it, how many came at least so far, and the percent of those before.

    Percent of the sources that came to the rung before; None where there were none, and for the first rung.

    >>> reached([Rung.TO_MEET, Rung.MET, Rung.STEADY])[Rung.MET]
    (1, 2, 67)
    """
    found: dict[Rung, tuple[int, int, int | None]] = {}
    before: int | None = None
    for place, rung in enumerate(RUNGS):
        here = sum(1 for one in rungs if one is rung)
        so_far = sum(1 for one in rungs if RUNGS.index(one) >= place)
        found[rung] = (here, so_far, round(100 * so_far / before) if before else None)
        before = so_far
    return found
