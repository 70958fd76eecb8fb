"""What may be typed for a measure: a number, in a unit we know, that the test can give.

The valid range refuses; the plausible range asks once. Both are working rules of the project.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from medexpro.kernel import quantities
from medexpro.kernel.reference import Measure
from medexpro.kernel.refusals import Refusal

# Beside the measure's own unit, these may be typed.
ALSO_TYPED = {
    "kg": ("[lb_av]",),
    "cm": ("[in_i]",),
    "m": ("[ft_i]",),
    "m/s": ("[mi_i]/h",),
    "mg/dL": ("mmol/L",),
}
NUMBER = re.compile(r"[+-]?(\d{1,9}([.,]\d{1,6})?|[.,]\d{1,6})")
LONGEST_SHOWN = 24


class ReadingRefused(Refusal):
    """What was typed is not a possible result of the test."""


@dataclass(frozen=True)
class Reading:
    """A typed result: the text and unit as typed, and the exact value in the measure's unit.

    question: empty, or the sentence that asks whether an unusual value is meant.
    """

    typed: str
    unit: str
    value: Decimal
    question: str = ""


def units_of(measure: Measure) -> tuple[str, ...]:
    """Return the units a result may be typed in, the measure's own first."""
    return (measure.unit, *ALSO_TYPED.get(measure.unit, ()))


def read_number(text: str, *, name: str = "This", field: str | None = None) -> Decimal:
    """Return the number that was typed; a decimal comma and a true minus are fine.

    name: what the sentence is about, such as "Trial 1". Raises ReadingRefused with a sentence for anything else:
    letters, words, other signs, more digits than a reading has.

    >>> read_number(" 9,6 ")
    Decimal('9.6')
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    if not plain:
        raise ReadingRefused(f"{name} is empty. Type a number, such as 9.6.", field=field)
    # Digits of other scripts look alike but are easily misread: only 0-9 count.
    if not plain.isascii() or not NUMBER.fullmatch(plain):
        shown = text.strip()
        shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
        raise ReadingRefused(f"“{shown}” is not a number we can read. Type digits, such as 9.6.", field=field)
    return Decimal(plain.replace(",", "."))


def read(
    measure: Measure, text: str, unit: str = "", *, confirmed: bool = False, field: str | None = None
) -> Reading:
    """Return a typed result as a reading of the measure.

    unit: the unit it was typed in; empty means the measure's own. confirmed: the person was asked and meant it.
    Raises ReadingRefused, with the sentence for the field, for what is no number, no unit of this measure, a
    fraction of something counted, or a value outside the valid range.
    """
    unit = unit or measure.unit
    if unit not in units_of(measure):
        units = " or ".join(quantities.label(known) for known in units_of(measure))
        raise ReadingRefused(f"{measure.name} is taken in {units}.", field=field)
    typed = read_number(text, name=measure.name, field=field)
    return check(measure, typed, unit, typed=text.strip(), confirmed=confirmed, field=field)


def check(
    measure: Measure,
    number: Decimal,
    unit: str = "",
    *,
    typed: str = "",
    confirmed: bool = False,
    field: str | None = None,
) -> Reading:
    """Return a number in a unit of the measure as a reading.

    Raises as `read` does, and UnitMismatch for a unit that can't be converted.
    """
    unit = unit or measure.unit
    if measure.whole_numbers and number != number.to_integral_value():
        raise ReadingRefused(
            f"{measure.name} is counted in whole numbers. You typed {_number(number)}.", field=field
        )
    value = quantities.to_canonical(number, unit, measure.unit)
    if not measure.valid_range.holds(value):
        span = _span(measure.valid_range.min, measure.valid_range.max, measure, unit)
        raise ReadingRefused(f"{measure.name} lies between {span}. You typed {_number(number)}.", field=field)
    question = ""
    if not confirmed and not measure.plausible_range.holds(value):
        span = _span(measure.plausible_range.min, measure.plausible_range.max, measure, unit)
        said = f"{_number(number)}{_unit(unit)}"
        question = f"{said} is unusual: most results lie between {span}. Is it right?"
    return Reading(typed or _number(number), unit, value, question)


def _span(low: Decimal, high: Decimal, measure: Measure, unit: str) -> str:
    """Return "3 and 300 s": the range in the unit that was typed."""
    low, high = (quantities.convert(end, measure.unit, unit) for end in (low, high))
    if unit != measure.unit:
        low, high = (quantities.rounded(end, "0.1") for end in (low, high))
    return f"{_number(low)} and {_number(high)}{_unit(unit)}"


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def _unit(unit: str) -> str:
    label = quantities.label(unit)
    return label if label in {"°", "%"} or not label else f" {label}"
