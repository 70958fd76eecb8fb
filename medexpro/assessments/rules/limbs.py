"""One limb against the other: how the side an episode is about compares with the one beside it, and since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from medexpro.assessments.rules.trials import Sides
from medexpro.kernel.reference import Measure


@dataclass(frozen=True)
class OfSide:
    """One result of one side, in the measure's unit. how: device, aid and change of the test, as they were noted."""

    value: Decimal
    on: date
    how: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limbs:
    """Both sides of a measure on their newest common day, and on their first one.

    percent: the involved side as percent of the other (limb symmetry index); None where percent says nothing, as for an
    extension deficit below zero. first_percent: the same on the first common day; None where that is the newest one.
    """

    measure: Measure
    on: date
    involved: Decimal
    other: Decimal
    percent: Decimal | None
    first_on: date | None = None
    first_percent: Decimal | None = None
    first_difference: Decimal | None = None

    @property
    def difference(self) -> Decimal:
        """Return the distance between the sides, never negative."""
        return abs(self.involved - self.other)


def compare_limbs(
    measure: Measure, involved: Sequence[OfSide], other: Sequence[OfSide], side: str
) -> Limbs | None:
    """Return both sides of the newest day on which both were taken alike; None where there is no such day.

    involved, other: results that stand, the oldest first. side: "left" or "right", the involved one.
    Two sides are compared only within one day and one way of testing, so that a change of device or of the weeks
    between reads as no difference of the limbs. The index is a description; no published line is drawn on it here.
    """
    if side not in {"left", "right"}:
        return None
    pairs = [pair for pair in (_pair(one, other) for one in involved) if pair is not None]
    if not pairs:
        return None
    first, newest = pairs[0], pairs[-1]
    here = _sides(newest, side)
    before = _sides(first, side) if first[0].on < newest[0].on else None
    return Limbs(
        measure=measure,
        on=newest[0].on,
        involved=newest[0].value,
        other=newest[1].value,
        percent=here.symmetry_index,
        first_on=first[0].on if before else None,
        first_percent=before.symmetry_index if before else None,
        first_difference=before.difference if before else None,
    )


def _pair(one: OfSide, others: Sequence[OfSide]) -> tuple[OfSide, OfSide] | None:
    same = [other for other in others if other.on == one.on and other.how == one.how]
    return (one, same[-1]) if same else None


def _sides(pair: tuple[OfSide, OfSide], side: str) -> Sides:
    mine, theirs = pair[0].value, pair[1].value
    return Sides(mine, theirs, side) if side == "left" else Sides(theirs, mine, side)
