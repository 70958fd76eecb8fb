"""How a reading compares with published tables: only when the person and the test fall inside the table.

Otherwise the answer is the reason, so that nobody wonders where the percentile went.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from medexpro.kernel import quantities
from medexpro.kernel.reference import (
    CutOff,
    EquationRow,
    Measure,
    NormKind,
    NormRow,
    NormSet,
    NormVariant,
    Verification,
)

# Kinds that place a reading among people; lines (cut-offs) are read by `lines`.
COMPARISONS = (NormKind.PERCENTILES, NormKind.MIDDLE_HALF, NormKind.MEAN, NormKind.REFERENCE)
COMPARE = {
    "<": Decimal.__lt__,
    "<=": Decimal.__le__,
    ">": Decimal.__gt__,
    ">=": Decimal.__ge__,
}


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
class Comparison:
    """A reading placed in a table. sentence: what a person reads.

    below, above: the percentiles the reading lies between, where the table has them (None at an open end).
    low, high: the span to draw (middle half, or mean and SD); middle: the median or mean.
    """

    kind: NormKind
    title: str
    sentence: str
    source: str
    verification: Verification
    population: str
    middle: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    below: int | None = None
    above: int | None = None


@dataclass(frozen=True)
class NoComparison:
    """Why a reading is not placed in a table."""

    title: str
    reason: str


def compare(measure: Measure, table: NormSet, value: Decimal, subject: Subject) -> Comparison | NoComparison:
    """Place a reading (in the measure's unit) in one table, or say why not."""
    if not table.installed:
        return NoComparison(table.title, f"The table “{table.title}” is not installed.")
    reasons = []
    for variant in table.variants:
        if variant.kind not in COMPARISONS:
            continue
        rows = [row for row in table.rows if _is_of(row, variant) and row.measure_id == measure.id]
        found = _row_for(measure, table, variant, rows, subject)
        if isinstance(found, NormRow):
            return _placed(measure, table, variant, found, value)
        reasons.append(found)
    return NoComparison(
        table.title, reasons[0] if reasons else f"“{table.title}” gives lines, not a range of people."
    )


def best_comparison(
    measure: Measure, tables: Iterable[NormSet], value: Decimal, subject: Subject
) -> Comparison | NoComparison:
    """Return the first table that fits, in the measure's order of preference; else the first table's reason."""
    answers = [
        compare(measure, table, value, subject)
        for table in tables
        if not (table.intervals or table.equations)
    ]
    for answer in answers:
        if isinstance(answer, Comparison):
            return answer
    telling = [
        answer for answer in answers if isinstance(answer, NoComparison) and "lines, not" not in answer.reason
    ]
    if telling:
        return telling[0]
    return NoComparison("", f"There is no table of people for {measure.name}.")


def _is_of(row: NormRow, variant: NormVariant) -> bool:
    return variant.variant in {"all", row.variant}


def _row_for(
    measure: Measure, table: NormSet, variant: NormVariant, rows: list[NormRow], subject: Subject
) -> NormRow | str:
    """Return the row for this person, or the sentence that says what does not fit."""
    if variant.held:
        return f"“{table.title}” is held back: {variant.held}."
    if not rows:
        return f"“{table.title}” has no rows for {measure.name}."
    if any(row.unit != measure.unit for row in rows):
        return f"“{table.title}” is in {quantities.label(rows[0].unit)}, the test in {quantities.label(measure.unit)}."
    if reason := _test_differs(table, variant, subject):
        return reason
    if subject.age is None:
        return "The client's age is not known, so no table is shown."
    of_sex = [row for row in rows if row.sex in {"any", subject.sex}]
    if not of_sex:
        return f"“{table.title}” has rows for men and for women; the client's record names neither."
    for row in of_sex:
        if row.age_min <= subject.age <= row.age_max:
            if not row.verification.in_force:
                return f"“{table.title}” is not verified for this age, so it is not shown."
            return row
    youngest, oldest = min(row.age_min for row in of_sex), max(row.age_max for row in of_sex)
    if youngest <= subject.age <= oldest:
        return f"“{table.title}” has no row for the age of {subject.age}."
    return f"“{table.title}” covers the ages {youngest} to {oldest}; the client is {subject.age}."


def _test_differs(table: NormSet, variant: NormVariant, subject: Subject) -> str:
    """Return what of the way of testing lies outside the table; empty when it fits."""
    if variant.side == "best" and subject.side in {"left", "right"}:
        return f"“{table.title}” is for the better of both sides."
    if variant.side in {"left", "right"} and subject.side != variant.side:
        return f"“{table.title}” is for the {variant.side} side."
    if variant.kept and subject.kept != variant.kept:
        return f"“{table.title}” is made of the {variant.kept} of the trials."
    if variant.devices and subject.device not in variant.devices:
        wanted = " or ".join(device.replace("_", " ") for device in variant.devices)
        return f"“{table.title}” holds for {wanted}; another way was used, or none was recorded."
    return ""


def _placed(
    measure: Measure, table: NormSet, variant: NormVariant, row: NormRow, value: Decimal
) -> Comparison:
    common = {
        "kind": variant.kind,
        "title": table.title,
        "source": row.source,
        "verification": row.verification,
        "population": row.variant,
    }
    who = _people(row)
    if variant.kind is NormKind.PERCENTILES:
        below, above = _between(row.percentiles, value)
        return Comparison(
            sentence=f"{_percentile_words(below, above)} for {who} ({table.title}).",
            middle=row.percentiles.get(50),
            low=row.percentiles.get(25, row.percentiles.get(20)),
            high=row.percentiles.get(75, row.percentiles.get(80)),
            below=below,
            above=above,
            **common,  # type: ignore[arg-type]
        )
    if variant.kind is NormKind.MIDDLE_HALF and row.ref_low is not None and row.ref_high is not None:
        place = _place(value, row.ref_low, row.ref_high)
        span = f"{_plain(row.ref_low)} to {_unit(row.ref_high, row.unit)}"
        return Comparison(
            sentence=f"{place} the middle half of {who}, {span} ({table.title}).",
            low=row.ref_low,
            high=row.ref_high,
            **common,  # type: ignore[arg-type]
        )
    if variant.kind is NormKind.MEAN and row.mean is not None:
        side = "Above" if value > row.mean else "Below" if value < row.mean else "At"
        spread = f", SD {_plain(row.sd)}" if row.sd is not None else ""
        return Comparison(
            sentence=f"{side} the mean of {who}, {_unit(row.mean, row.unit)}{spread} ({table.title}).",
            middle=row.mean,
            low=row.mean - row.sd if row.sd is not None else None,
            high=row.mean + row.sd if row.sd is not None else None,
            **common,  # type: ignore[arg-type]
        )
    end = row.ref_high if row.ref_high is not None else row.ref_low
    return Comparison(
        sentence=f"The adult reference is {_unit(end or Decimal(0), row.unit)} ({table.title}).",
        low=row.ref_low,
        high=row.ref_high,
        **common,  # type: ignore[arg-type]
    )


def _between(percentiles: Mapping[int, Decimal], value: Decimal) -> tuple[int | None, int | None]:
    """Return the neighbouring percentiles of the table: the highest not above the value and the lowest above it.

    A value on a tabled percentile has that one below it.
    """
    below = max((key for key, tabled in percentiles.items() if tabled <= value), default=None)
    above = min((key for key, tabled in percentiles.items() if tabled > value), default=None)
    return below, above


def _percentile_words(below: int | None, above: int | None) -> str:
    if below is None:
        return f"Below the {_ordinal(above or 0)} percentile"
    if above is None:
        return f"At or above the {_ordinal(below)} percentile"
    return f"Between the {_ordinal(below)} and {_ordinal(above)} percentile"


def _ordinal(number: int) -> str:
    """Return 5th, 50th: all tabled percentiles take "th"."""
    return f"{number}th"


def _place(value: Decimal, low: Decimal, high: Decimal) -> str:
    return "Below" if value < low else "Above" if value > high else "Inside"


def _people(row: NormRow) -> str:
    sex = {"male": "men", "female": "women"}.get(row.sex, "people")
    if row.age_max >= 120:
        return f"{sex} of {row.age_min} and over"
    if row.age_min == row.age_max:
        return f"{sex} of {row.age_min}"
    return f"{sex} of {row.age_min} to {row.age_max}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def _unit(value: Decimal, unit: str) -> str:
    label = quantities.label(unit)
    return f"{_plain(value)}{label}" if label in {"°", "%"} else f"{_plain(value)} {label}".rstrip()


# ---- Published lines


@dataclass(frozen=True)
class Line:
    """A published line against a reading. crossed: None when it can't be weighed, and then `reason` says why."""

    cutoff: CutOff
    limit: Decimal | None
    crossed: bool | None
    reason: str = ""


def lines(
    measure: Measure,
    value: Decimal,
    subject: Subject,
    tables: Mapping[str, NormSet],
    *,
    tags: Collection[str] = (),
) -> list[Line]:
    """Return the measure's published lines for this person: those of their sex and conditions.

    tables: norm sets by file. tags: the client's, expanded. Lines about a difference (with a unit of their own) and
    unverified ones are left out. A line that needs what is not recorded comes with the reason.
    """
    found = []
    for cutoff in measure.cutoffs:
        if not cutoff.verification.in_force or cutoff.unit:
            continue
        if cutoff.condition and cutoff.condition not in tags:
            continue
        if cutoff.sex and cutoff.sex != subject.sex:
            continue
        limit, reason = _limit(measure, cutoff, subject, tables)
        crossed = None if limit is None else bool(COMPARE[cutoff.op](value, limit))
        found.append(Line(cutoff, limit, crossed, reason))
    return found


def _limit(
    measure: Measure, cutoff: CutOff, subject: Subject, tables: Mapping[str, NormSet]
) -> tuple[Decimal | None, str]:
    if cutoff.value is not None:
        return cutoff.value, ""
    table = tables[cutoff.table or cutoff.equation]
    if not table.installed:
        return None, f"The table “{table.title}” is not installed."
    if cutoff.equation:
        predicted = predict(table, subject)
        if isinstance(predicted, NoComparison):
            return None, predicted.reason
        return (
            predicted.lower_limit,
            "" if predicted.lower_limit is not None else "No lower limit is verified.",
        )
    reason = ""
    for variant in table.variants:
        if variant.kind is not NormKind.CUTOFF:
            continue
        rows = [row for row in table.rows if _is_of(row, variant) and row.measure_id == measure.id]
        row = _row_for(measure, table, variant, rows, subject)
        if isinstance(row, NormRow):
            return (row.ref_low if row.ref_low is not None else row.ref_high), ""
        reason = reason or row
    return None, reason


# ---- Equations


@dataclass(frozen=True)
class Prediction:
    """What an equation expects of a person, and the lower limit of normal where one is in force."""

    expected: Decimal
    lower_limit: Decimal | None
    equation: EquationRow


def predict(table: NormSet, subject: Subject, equation_id: str = "") -> Prediction | NoComparison:
    """Return what the table's equation expects of this person, in the measure's unit, or say why not.

    equation_id: which equation; empty takes the first that covers sex and age.
    """
    if subject.age is None or subject.height_cm is None or subject.weight_kg is None:
        return NoComparison(table.title, "The equation needs age, height and weight.")
    rows = [row for row in table.equations if row.sex in {"any", subject.sex}]
    rows = [row for row in rows if equation_id in {"", row.equation_id}]
    if not rows:
        return NoComparison(
            table.title, "The equations are for men and for women; the client's record names neither."
        )
    for row in rows:
        if row.age_min <= subject.age <= row.age_max and row.verification.in_force:
            expected = (
                row.intercept_m
                + row.height_cm_coef * subject.height_cm
                + row.weight_kg_coef * subject.weight_kg
                + row.age_y_coef * subject.age
            )
            offset_holds = row.lln_verification is not None and row.lln_verification.in_force
            lower = expected - row.lln_subtract_m if offset_holds and row.lln_subtract_m is not None else None
            return Prediction(expected, lower, row)
    youngest, oldest = min(row.age_min for row in rows), max(row.age_max for row in rows)
    return NoComparison(
        table.title, f"The equations cover the ages {youngest} to {oldest}; the client is {subject.age}."
    )
