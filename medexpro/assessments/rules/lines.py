"""Published lines: on which side a value stands, and whether that changed since the baseline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

INSIDE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
}
# The side of the limit on which a value stands: inside the range the line names, and outside it.
SIDES = {
    "<": ("under", "at or above"),
    "<=": ("at or under", "above"),
    ">": ("above", "at or under"),
    ">=": ("at or above", "under"),
}


@dataclass(frozen=True)
class Crossing:
    """A value that changed sides. side: where it stands now, as people say it. left: it is out of the line's range."""

    side: str
    left: bool


def crossing(op: str, limit: Decimal, *, was: Decimal, now: Decimal) -> Crossing | None:
    """Return where a value stands now, or None where it did not change sides.

    op, limit: of the published line: at or above 12 s names a range of 12 s and more. was, now: in the line's unit.

    >>> crossing(">=", Decimal(12), was=Decimal("13.8"), now=Decimal("9.9"))
    Crossing(side='under', left=True)
    >>> crossing("<", Decimal(11), was=Decimal(8), now=Decimal(10)) is None
    True
    """
    holds = INSIDE.get(op)
    if holds is None or holds(was, limit) == holds(now, limit):
        return None
    inside, outside = SIDES[op]
    return Crossing(inside, left=False) if holds(now, limit) else Crossing(outside, left=True)
