"""Who was measured and how: what has to fall inside a table before a reading is placed in it."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from medexpro.kernel.reference import Verification


@dataclass(frozen=True)
class Subject:
    """Who was measured, and how: what has to fall inside a table.

    age: whole years on the day, None when not known. sex: "male", "female", or anything else when the record
    says neither. side: "left", "right", "best" (the better of both), or empty for a measure without sides.
    kept: "best" or "mean" of the trials. device: the device, course or version that was used.
    height_cm, weight_kg: for equations.
    """

    age: int | None = None
    sex: str = ""
    side: str = ""
    kept: str = ""
    device: str = ""
    height_cm: Decimal | None = None
    weight_kg: Decimal | None = None


@dataclass(frozen=True)
class NoComparison:
    """Why a reading is not placed in a table."""

    title: str
    reason: str


def holds(mark: Verification, key: str, turned_on: Collection[str]) -> bool:
    """Tell whether a figure may be used: its mark allows it, or the practice compared it and turned it on.

    key: the id of the figure's entry: the file of a norm table, the measure of an amount of change, the line's own id.

    >>> holds(Verification.UNVERIFIED, "tug", ()), holds(Verification.UNVERIFIED, "tug", {"tug"})
    (False, True)
    """
    return mark.in_force or key in turned_on
