"""Lower than the client's own best, by more than counts: an observation to offer, never a verdict on the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from medexpro.kernel.reference import Direction, Measure


@dataclass(frozen=True)
class Result:
    """One result of one side, in the measure's unit."""

    value: Decimal
    on: date


@dataclass(frozen=True)
class Decline:
    """How far the newest result lies from the own best. limit: from where on it is told; a drop at the limit passes."""

    measure: Measure
    side: str
    best: Result
    newest: Result
    limit: Decimal

    @property
    def drop(self) -> Decimal:
        """Return the distance from the best, never negative."""
        return abs(self.best.value - self.newest.value)


def decline(measure: Measure, side: str, results: Sequence[Result], limit: Decimal | None) -> Decline | None:
    """Return how far the newest result lies below the client's own best, where that is more than the limit.

    results: those taken alike, the oldest first. limit: in the measure's unit: what the practice set, else the larger of
    error and what matters in force for this client; None (nothing in force) tells nothing. Of a measure where lower is
    better, "below" means above. Measures without a better direction are never told.
    Source: the reference data's change values; that a drop past them is told is a house rule (grip_brain, section 4).

    >>> from types import SimpleNamespace as Example
    >>> grip = Example(direction=Direction.HIGHER_BETTER)
    >>> day = date(2026, 10, 13)
    >>> [bool(decline(grip, "right", [Result(Decimal(26), day), Result(Decimal(now), day)], Decimal(6))) for now in (20, 19)]
    [False, True]
    """
    if len(results) < 2 or limit is None or limit <= 0:
        return None
    if measure.direction not in (Direction.HIGHER_BETTER, Direction.LOWER_BETTER):
        return None
    higher = measure.direction is Direction.HIGHER_BETTER
    best = (max if higher else min)(results[:-1], key=lambda one: one.value)
    newest = results[-1]
    drop = best.value - newest.value if higher else newest.value - best.value
    return Decline(measure, side, best, newest, limit) if drop > limit else None
