"""Whether a goal is reached and how far the way to it has been walked."""

from dataclasses import dataclass
from decimal import Decimal

from medexpro.kernel.reference import Direction, Measure
from medexpro.kernel.refusals import Refusal

NONE, ALL = Decimal(0), Decimal(1)


class GoalRefused(Refusal):
    """The target is no goal for this measure and client."""


@dataclass(frozen=True)
class Progress:
    """How a goal stands. fraction: part of the way from baseline to target, from 0 to 1."""

    reached: bool
    fraction: Decimal

    @property
    def percent(self) -> int:
        """Return the way walked in whole percent; 100 only once the goal is reached."""
        return 100 if self.reached else min(99, int(self.fraction * 100))


def upward(measure: Measure, baseline: Decimal | None, target: Decimal) -> bool:
    """Tell whether the goal lies upward: by the measure's direction, else from baseline to target."""
    if measure.direction in {Direction.HIGHER_BETTER, Direction.LOWER_BETTER}:
        return measure.direction is Direction.HIGHER_BETTER
    return baseline is None or target >= baseline


def is_reached(measure: Measure, baseline: Decimal | None, target: Decimal, latest: Decimal) -> bool:
    """Tell whether a reading reaches the target; one at the target does."""
    return latest >= target if upward(measure, baseline, target) else latest <= target


def progress(measure: Measure, baseline: Decimal | None, target: Decimal, latest: Decimal) -> Progress:
    """Return how a goal stands at the latest reading. All values in the measure's unit, the same side.

    Without a baseline, or with one at the target, the way is all or nothing. Going away from the target counts as 0.
    """
    reached = is_reached(measure, baseline, target, latest)
    if reached:
        return Progress(True, ALL)
    if baseline is None or baseline == target or is_reached(measure, baseline, target, baseline):
        return Progress(False, NONE)
    fraction = (latest - baseline) / (target - baseline)
    return Progress(False, min(max(fraction, NONE), ALL))


def check_target(
    measure: Measure, baseline: Decimal | None, target: Decimal, *, field: str | None = None
) -> None:
    """Refuse a target the measure can't give or the client has already reached.

    Raises GoalRefused with the sentence for the field.
    """
    span = measure.valid_range
    if not span.holds(target):
        raise GoalRefused(
            f"{measure.name} lies between {span.min} and {span.max}. Choose a target inside.", field=field
        )
    if baseline is not None and is_reached(measure, baseline, target, baseline):
        raise GoalRefused(
            "The baseline already reaches this target. Choose one further on, or a goal to keep the level.",
            field=field,
        )
