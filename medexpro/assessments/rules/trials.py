"""From trials to the value that is kept, and one side against the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from medexpro.kernel.reference import Direction, Measure

HUNDRED = Decimal(100)


def kept_value(measure: Measure, trials: Sequence[Decimal]) -> Decimal | None:
    """Return the value kept of one side's trials, in the measure's unit; None while there are none.

    The measure says which: the best by its direction, the mean of all, or (single) the last one taken,
    as a repeated single trial replaces a disturbed one.
    """
    if not trials:
        return None
    if measure.trials.kept == "best":
        return min(trials) if measure.direction is Direction.LOWER_BETTER else max(trials)
    if measure.trials.kept == "mean":
        return mean(trials)
    return trials[-1]


def mean(values: Sequence[Decimal]) -> Decimal:
    """Return the mean of at least one value. Raises ValueError for none.

    >>> mean([Decimal(22), Decimal(24), Decimal(23)])
    Decimal('23')
    """
    if not values:
        raise ValueError("there is no mean of nothing")
    return sum(values, Decimal(0)) / len(values)


def missing_trials(measure: Measure, trials: Sequence[Decimal]) -> int:
    """Return how many trials of one side the protocol still asks for."""
    return max(0, measure.trials.count - len(trials))


@dataclass(frozen=True)
class Sides:
    """Left and right of one measure, in its unit, with an involved side where there is one ("left" or "right")."""

    left: Decimal
    right: Decimal
    involved: str = ""

    @property
    def difference(self) -> Decimal:
        """Return the distance between the sides, never negative."""
        return abs(self.left - self.right)

    @property
    def difference_percent(self) -> Decimal | None:
        """Return the distance as percent of the larger side; None where that is not above zero.

        >>> Sides(Decimal(18), Decimal(24)).difference_percent
        Decimal('25')
        """
        larger = max(self.left, self.right)
        if larger <= 0 or min(self.left, self.right) < 0:
            return None
        return self.difference * HUNDRED / larger

    @property
    def symmetry_index(self) -> Decimal | None:
        """Return the involved side as percent of the other; None without an involved side or above-zero values.

        >>> Sides(Decimal(18), Decimal(24), involved="left").symmetry_index
        Decimal('75')
        """
        if self.involved not in {"left", "right"}:
            return None
        involved, other = (self.left, self.right) if self.involved == "left" else (self.right, self.left)
        if other <= 0 or involved < 0:
            return None
        return involved * HUNDRED / other

    def better(self, measure: Measure) -> Decimal:
        """Return the better of both sides by the measure's direction; tables of "the better hand" want this one."""
        if measure.direction is Direction.LOWER_BETTER:
            return min(self.left, self.right)
        return max(self.left, self.right)
