"""Quantities: a typed value and unit, its exact canonical value, and how it is shown.

Units are UCUM. What was typed is kept beside the canonical decimal; comparisons use the canonical one.
Factors are exact by definition (international yard and pound agreement, 1959) unless a note says so.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

# (from, to): multiply by. The other direction divides, so one factor serves both exactly.
FACTORS: dict[tuple[str, str], Decimal] = {
    ("[lb_av]", "kg"): Decimal("0.45359237"),
    ("[in_i]", "cm"): Decimal("2.54"),
    ("[ft_i]", "m"): Decimal("0.3048"),
    ("[ft_i]", "cm"): Decimal("30.48"),
    ("m", "cm"): Decimal(100),
    ("[mi_i]", "m"): Decimal("1609.344"),
    ("km", "m"): Decimal(1000),
    ("min", "s"): Decimal(60),
    ("h", "min"): Decimal(60),
    ("g", "kg"): Decimal("0.001"),
    ("km/h", "m/s"): Decimal(1000) / Decimal(3600),
    ("[mi_i]/h", "m/s"): Decimal("0.44704"),
    # Glucose, molar mass 180.156 g/mol: 1 mmol/L = 18.0156 mg/dL (IFCC).
    ("mmol/L", "mg/dL"): Decimal("18.0156"),
}

# How a unit is written for people.
LABELS = {
    "[lb_av]": "lb",
    "[in_i]": "in",
    "[ft_i]": "ft",
    "[mi_i]": "mi",
    "[mi_i]/h": "mph",
    "mm[Hg]": "mmHg",
    "/min": "/min",
    "min/wk": "min a week",
    "deg": "°",
    "Cel": "°C",
    "[degF]": "°F",
    "1": "",
    "": "",
}

# What a US practice shows in place of the canonical unit.
US_UNITS = {"kg": "[lb_av]", "cm": "[in_i]", "m": "[ft_i]", "Cel": "[degF]"}


class UnitMismatch(ValueError):
    """There is no way from the one unit to the other."""


@dataclass(frozen=True)
class Quantity:
    """A value with its UCUM unit, as typed or as stored."""

    value: Decimal
    unit: str

    def to(self, unit: str) -> "Quantity":
        """Return the same quantity in another unit. Raises UnitMismatch."""
        return Quantity(convert(self.value, self.unit, unit), unit)


def convert(value: Decimal, unit: str, to_unit: str) -> Decimal:
    """Return the value in `to_unit`, exact where the factor is.

    >>> convert(Decimal("10"), "[lb_av]", "kg")
    Decimal('4.53592370')
    >>> convert(Decimal("100"), "[degF]", "Cel").quantize(Decimal("0.1"))
    Decimal('37.8')
    """
    if unit == to_unit:
        return value
    if (unit, to_unit) in FACTORS:
        return value * FACTORS[unit, to_unit]
    if (to_unit, unit) in FACTORS:
        return value / FACTORS[to_unit, unit]
    if (unit, to_unit) == ("[degF]", "Cel"):
        return (value - 32) * 5 / 9
    if (unit, to_unit) == ("Cel", "[degF]"):
        return value * 9 / 5 + 32
    raise UnitMismatch(f"{unit} cannot be read as {to_unit}")


def to_canonical(value: Decimal, unit: str, canonical_unit: str) -> Decimal:
    """Return the exact canonical decimal of a typed value, kept to 6 places. Raises UnitMismatch."""
    return convert(value, unit, canonical_unit).quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)


def rounded(value: Decimal, precision: Decimal | float | str) -> Decimal:
    """Return the value rounded to a measure's precision, such as 0.1 or 1 or 5.

    >>> rounded(Decimal("21.64"), "0.1")
    Decimal('21.6')
    """
    step = Decimal(str(precision))
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step


def label(unit: str) -> str:
    """Return how people write the unit.

    >>> label("[lb_av]"), label("kg")
    ('lb', 'kg')
    """
    return LABELS.get(unit, unit.strip("{}"))


def parse_decimal(text: str) -> Decimal:
    """Return the number a person typed; a decimal comma is fine. Raises ValueError with a sentence.

    >>> parse_decimal(" 9,6 ")
    Decimal('9.6')
    """
    cleaned = text.strip().replace("\u2212", "-").replace(" ", "")
    if cleaned.count(",") == 1 and "." not in cleaned:
        cleaned = cleaned.replace(",", ".")
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        raise ValueError(f"“{text.strip()}” is not a number. Type digits, such as 9.6.") from None
    if not value.is_finite():
        raise ValueError(f"“{text.strip()}” is not a number. Type digits, such as 9.6.")
    return value
