"""Slips of the hand that give a possible result: pounds for kilograms, a moved decimal point, left and right swapped.

The ranges refuse what can't be. This module looks at what can be, but lies far from what is known of the same client,
and says what was probably meant. Nothing is changed by itself: the person is asked once and what they say stands.
The figures are working rules of the project.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from medexpro.assessments.rules import ranges
from medexpro.kernel import quantities
from medexpro.kernel.reference import Measure

# What was meant lies this near to a known value (as part of it); what was typed this many times away from all of them.
NEAR = Decimal("0.15")
FAR = Decimal("1.7")
# A finger moves the point by one or two places, or adds or drops a nought.
SHIFTS = (Decimal("0.1"), Decimal(10), Decimal("0.01"), Decimal(100))
# Pain may well go from 1 to 10, and falls from none to many: no slip is seen in what people tell of themselves.
TOLD = frozenset({"symptom", "activity", "prom"})
# The sides of last time have to differ by this part of the larger one, or a swap could not be told from a change.
APART = Decimal("0.1")
SPOKEN = {
    "kg": "kilograms",
    "[lb_av]": "pounds",
    "cm": "centimeters",
    "[in_i]": "inches",
    "m": "meters",
    "[ft_i]": "feet",
    "[mi_i]/h": "miles an hour",
    "m/s": "meters a second",
}


@dataclass(frozen=True)
class Slip:
    """What was probably meant. sentence: the question.

    instead: as it would be typed into the same field, in the same unit. kind: unit or point.
    """

    kind: str
    sentence: str
    instead: str


def slip_of(
    measure: Measure,
    number: Decimal,
    unit: str,
    known: Sequence[Decimal],
    *,
    to_value: Callable[[Decimal], Decimal] | None = None,
) -> Slip | None:
    """Return the slip that explains a typed number better than a change does, or None.

    number, unit: as typed. known: values of the same measure and side in its unit, the surest first: the last result,
    then other trials. to_value: turns a typed number into the measure's unit, where it is not a matter of units alone.
    A slip is seen only in what is counted from zero, and only where the number is far from everything known while
    what would have been meant is near the surest value.
    """
    if measure.category in TOLD or measure.valid_range.min < 0 or number <= 0:
        return None
    sure = [value for value in known if value > 0]
    if not sure:
        return None
    convert = to_value or (lambda typed: quantities.to_canonical(typed, unit, measure.unit))
    value = convert(number)
    if value <= 0 or not all(_far(value, other) for other in sure):
        return None
    if to_value is None and (found := _other_unit(measure, number, unit, sure[0])):
        return found
    return _moved_point(measure, number, unit, sure[0], convert)


def _other_unit(measure: Measure, number: Decimal, unit: str, last: Decimal) -> Slip | None:
    for other in ranges.units_of(measure):
        if other == unit:
            continue
        meant = quantities.to_canonical(number, other, measure.unit)
        if not _near(meant, last) or not measure.valid_range.holds(meant):
            continue
        instead = _typed(quantities.convert(meant, measure.unit, unit), measure)
        return Slip("unit", f"Was that in {SPOKEN.get(other, quantities.label(other))}?", instead)
    return None


def _moved_point(
    measure: Measure, number: Decimal, unit: str, last: Decimal, convert: Callable[[Decimal], Decimal]
) -> Slip | None:
    for shift in SHIFTS:
        typed = number * shift
        if measure.whole_numbers and typed != typed.to_integral_value():
            continue
        meant = convert(typed)
        if _near(meant, last) and measure.valid_range.holds(meant):
            return Slip("point", "A slipped decimal point?", _typed(typed, measure, exact=True))
    return None


def _near(value: Decimal, other: Decimal) -> bool:
    return abs(value - other) <= NEAR * other


def _far(value: Decimal, other: Decimal) -> bool:
    return value >= FAR * other or value * FAR <= other


def _typed(number: Decimal, measure: Measure, *, exact: bool = False) -> str:
    """Return a number as one would type it: to a tenth, as it is read from a scale or tape; exact where it was typed."""
    if not exact:
        number = number.quantize(Decimal(1) if measure.whole_numbers else Decimal("0.1"))
        return f"{number:f}"
    return f"{number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize():f}"


@dataclass(frozen=True)
class TwoSides:
    """One value per side, in the measure's unit."""

    left: Decimal
    right: Decimal


def look_swapped(now: TwoSides, last: TwoSides) -> bool:
    """Tell whether left and right were probably typed into each other's fields.

    Each of the two lies nearer to the other side's last value than to its own, by a clear margin: less than half as
    far. Sides that were nearly alike last time say nothing.

    >>> look_swapped(TwoSides(Decimal(24), Decimal(18)), TwoSides(Decimal(18), Decimal(25)))
    True
    >>> look_swapped(TwoSides(Decimal(20), Decimal(25)), TwoSides(Decimal(18), Decimal(25)))
    False
    """
    gap = abs(last.left - last.right)
    if gap == 0 or gap < APART * max(abs(last.left), abs(last.right)):
        return False
    return 2 * abs(now.left - last.right) < abs(now.left - last.left) and 2 * abs(
        now.right - last.left
    ) < abs(now.right - last.right)
