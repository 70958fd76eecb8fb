"""Measured values and changes in words: the number, its unit, the direction, and what it counts for."""

from decimal import Decimal

from medexpro.assessments.rules.change import Change, Verdict
from medexpro.kernel import quantities
from medexpro.kernel.reference import Measure

# Scores are converted to a thousandth; people read tenths.
FINEST = Decimal("0.01")
FINEST_SCORE = Decimal("0.1")
POINTS = {"{score}", "{points}"}
SINGULAR = {
    "stands": "stand",
    "points": "point",
    "reps": "rep",
    "steps": "step",
    "falls": "fall",
    "grade": "grade",
}
CLOSE_UP = {"°", "%"}
# The range a published line names, in words.
RANGES = {"<": "under", "<=": "at or under", ">": "over", ">=": "at or over"}


def figure(measure: Measure, value: Decimal, unit: str = "") -> str:
    """Return a reading of the measure with its unit, rounded to the step it is read in.

    value: in the measure's unit. unit: the unit to say it in; empty means the measure's own.
    Such as "12.4 s", "118°", "11 stands", "−5°".
    """
    return _with_unit(_rounded(measure, value, unit, _step(measure)), measure, unit)


def amount(measure: Measure, value: Decimal, unit: str = "") -> str:
    """Return a published amount as it stands in its source (0.96 stands), with its unit."""
    if unit not in {"", measure.unit}:
        return figure(measure, value, unit)
    return _with_unit(_plain(value), measure, unit)


def say(change: Change, unit: str = "") -> str:
    """Return the change as a part of a sentence. unit: the unit to say it in; empty means the measure's own.

    Such as "4.2 s faster, beyond test error (2.5 s)",
    "1 more stand, within test error (2.5 stands): no measurable change",
    "4.2 s faster: change of unknown meaning" or "166 mmHg, outside limits".
    """
    if change.verdict in {Verdict.INSIDE_LIMITS, Verdict.OUTSIDE_LIMITS}:
        return f"{figure(change.measure, change.latest, unit)}, {change.verdict}"
    said = difference(change, unit)
    if change.threshold is None or change.verdict is Verdict.UNKNOWN:
        return f"{said}: {Verdict.UNKNOWN}"
    words = change.threshold.words
    line = amount(change.measure, change.threshold.value, unit)
    if change.verdict is Verdict.NO_MEASURABLE_CHANGE:
        within = "within" if words == "test error" else "less than"
        return f"{said}, {within} {words} ({line}): {Verdict.NO_MEASURABLE_CHANGE}"
    reach = "beyond" if abs(change.difference) > change.threshold.value else "reaching"
    return f"{said}, {reach} {words} ({line})"


def say_with_function(change: Change, unit: str = "") -> str:
    """Return the change as a sentence that begins with the activity it speaks about: number plus function.

    Such as "Getting up, walking and turning: 4.2 s faster, beyond test error (2.5 s)."
    """
    topic = change.measure.words.activity if change.measure.words else change.measure.name
    return f"{topic[:1].upper()}{topic[1:]}: {say(change, unit)}."


def difference(change: Change, unit: str = "") -> str:
    """Return the raw change in words, such as "4.2 s faster", "3 more stands", "12° less" or "the same"."""
    measure, raw = change.measure, change.difference
    if raw == 0:
        return "the same"
    if measure.words is None:
        word = "higher" if raw > 0 else "lower"
    else:
        word = measure.words.more if raw > 0 else measure.words.less
    number = _rounded(measure, abs(raw), unit, _honest_step(change))
    if word in {"more", "fewer"} and measure.unit.startswith("{"):
        return f"{number} {word} {_noun(measure, unit, number)}"
    return f"{_with_unit(number, measure, unit)} {word}"


def _honest_step(change: Change) -> Decimal:
    """Return the step to round a change to: finer where rounding would move it across its threshold."""
    step = _step(change.measure)
    if change.threshold is None:
        return step
    line, size = change.threshold.value, abs(change.difference)
    while step > FINEST / 1000 and (quantities.rounded(size, step) >= line) != (size >= line):
        step /= 10
    return step


def _step(measure: Measure) -> Decimal:
    return max(measure.precision, FINEST_SCORE if measure.unit in POINTS else FINEST)


def _rounded(measure: Measure, value: Decimal, unit: str, step: Decimal) -> str:
    if unit not in {"", measure.unit}:
        value = quantities.convert(value, measure.unit, unit)
        step = min(step, FINEST_SCORE)
    shown = quantities.rounded(value, step)
    number = f"{shown:f}".replace("-", "−")
    return number.removesuffix(".0") if measure.unit in POINTS else number


def _plain(value: Decimal) -> str:
    number = f"{value:f}"
    return number.rstrip("0").rstrip(".") if "." in number else number


def _noun(measure: Measure, unit: str, number: str) -> str:
    noun = "points" if measure.unit in POINTS else quantities.label(unit or measure.unit)
    return SINGULAR.get(noun, noun) if number == "1" else noun


def _with_unit(number: str, measure: Measure, unit: str) -> str:
    noun = _noun(measure, unit, number)
    return f"{number}{noun}" if noun in CLOSE_UP else f"{number} {noun}".rstrip()
