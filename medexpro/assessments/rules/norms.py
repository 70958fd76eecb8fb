"""How a reading compares with published tables: only when the person and the test fall inside the table.

Otherwise the answer is the reason, so that nobody wonders where the percentile went.

A percentile is said as the table prints it: between two of its columns, or at one of them. Nothing is read between
columns. The columns of a grip table lie some 2 kg apart and the test's own error is 5 kg and more, so "about the 37th"
would promise a finer answer than the reading can give; the span is what is known. A mean with its spread gives the
distance from the mean in standard deviations (z), never a percentile: that would take the values to be spread
evenly about the mean, which the tables do not say.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from medexpro.assessments.rules import equations
from medexpro.assessments.rules.equations import Prediction, predict
from medexpro.assessments.rules.subject import NoComparison, Subject, holds
from medexpro.kernel import quantities
from medexpro.kernel.reference import CutOff, Measure, NormKind, NormRow, NormSet, NormVariant, Verification

__all__ = [
    "Comparison",
    "Line",
    "NoComparison",
    "Option",
    "Prediction",
    "Subject",
    "best_comparison",
    "compare",
    "lines",
    "options",
    "ordinal",
    "predict",
    "span_words",
]

# Kinds that place a reading among people; lines (cut-offs) are read by `lines`.
COMPARISONS = (NormKind.PERCENTILES, NormKind.MIDDLE_HALF, NormKind.MEAN, NormKind.REFERENCE)
COMPARE = {
    "<": Decimal.__lt__,
    "<=": Decimal.__le__,
    ">": Decimal.__gt__,
    ">=": Decimal.__ge__,
}
TENTH = Decimal("0.1")
# Stands between a table and one of its equations in the key of an option.
PART = "#"


@dataclass(frozen=True)
class Comparison:
    """A reading placed in a table. sentence: what a person reads; key: the option it comes from.

    below, above: the percentiles the reading lies between, where the table has them (None at an open end); both are
    the same at a tabled one. z: standard deviations from the mean, where the table has both. percent: of what an
    equation expects. low, high: the span to draw (middle half, or mean and SD; for an equation low is the lower limit);
    middle: the median, the mean, or what is expected.
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
    z: Decimal | None = None
    percent: Decimal | None = None
    key: str = ""


@dataclass(frozen=True)
class Option:
    """A way of placing a reading among people: a table, or one of a table's equations. key: its name in the record."""

    key: str
    title: str
    table: NormSet
    equation: str = ""


def options(measure: Measure, tables: Iterable[NormSet]) -> tuple[Option, ...]:
    """Return what the measure's readings may be compared with, in the measure's order; lines alone are left out.

    Several equations of one table are options of their own: they were made of different people.
    """
    found: list[Option] = []
    for table in tables:
        if table.equations:
            for one in equations.equation_ids(table):
                name = equations.NAMES.get(one, one.replace("_", " "))
                found.append(Option(f"{table.file}{PART}{one}", f"{name}, equation", table, one))
        elif not table.intervals and any(variant.kind in COMPARISONS for variant in table.variants):
            found.append(Option(table.file, table.title, table))
    return tuple(found)


def compare(
    measure: Measure,
    table: NormSet,
    value: Decimal,
    subject: Subject,
    *,
    equation: str = "",
    turned_on: Collection[str] = (),
) -> Comparison | NoComparison:
    """Place a reading (in the measure's unit) in one table, or say why not.

    equation: which of the table's equations; empty takes the first that covers sex and age.
    turned_on: the files of unverified tables that the practice has compared with their source and turned on.
    """
    if not table.installed:
        return NoComparison(table.title, f"The table “{table.title}” is not installed.")
    if table.equations:
        return _expected(measure, table, value, subject, equation, turned_on)
    reasons = []
    for variant in table.variants:
        if variant.kind not in COMPARISONS:
            continue
        rows = [row for row in table.rows if _is_of(row, variant) and row.measure_id == measure.id]
        found = _row_for(measure, table, variant, rows, subject, turned_on)
        if isinstance(found, NormRow):
            return _placed(table, variant, found, value)
        reasons.append(found)
    return NoComparison(
        table.title, reasons[0] if reasons else f"“{table.title}” gives lines, not a range of people."
    )


def best_comparison(
    measure: Measure,
    tables: Iterable[NormSet],
    value: Decimal,
    subject: Subject,
    *,
    chosen: str = "",
    turned_on: Collection[str] = (),
) -> Comparison | NoComparison:
    """Return the first table that fits, in the measure's order of preference; else the first table's reason.

    chosen: the key of the option that the practice or the client's professional chose. It alone answers then, also
    with its reason: another table would say something nobody asked for. One the measure does not have is passed over.
    """
    every = options(measure, tables)
    own = [option for option in every if option.key == chosen]
    first: NoComparison | None = None
    for option in own or every:
        answer = compare(measure, option.table, value, subject, equation=option.equation, turned_on=turned_on)
        if isinstance(answer, Comparison):
            return answer
        first = first or answer
    return first or NoComparison("", f"There is no table of people for {measure.name}.")


def _is_of(row: NormRow, variant: NormVariant) -> bool:
    return variant.variant in {"all", row.variant}


def _row_for(
    measure: Measure,
    table: NormSet,
    variant: NormVariant,
    rows: list[NormRow],
    subject: Subject,
    turned_on: Collection[str] = (),
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
            if not holds(row.verification, table.file, turned_on):
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


def _expected(
    measure: Measure,
    table: NormSet,
    value: Decimal,
    subject: Subject,
    equation: str,
    turned_on: Collection[str],
) -> Comparison | NoComparison:
    """Return a reading as per cent of what an equation expects of this person, or say why not."""
    if reason := equations.course_differs(table, subject):
        return NoComparison(table.title, reason)
    found = predict(table, subject, equation, turned_on=turned_on)
    if isinstance(found, NoComparison):
        return found
    percent, expected = found.percent(value), quantities.rounded(found.expected, 1)
    limit = found.lower_limit
    side = ""
    if limit is not None:
        place = "under" if value < limit else "not under"
        side = f", {place} the lower limit of {_unit(quantities.rounded(limit, 1), measure.unit)}"
    return Comparison(
        kind=NormKind.EQUATION,
        title=f"{found.name}, equation",
        sentence=(
            f"{quantities.rounded(percent, 1)}% of the {_unit(expected, measure.unit)} expected at this age, height "
            f"and weight{side} ({found.name})."
        ),
        source=found.equation.source,
        verification=found.equation.verification,
        population=f"{_sexed(found.equation.sex)} of {found.equation.age_min} to {found.equation.age_max}"
        if found.equation.age_max < OLDEST
        else f"{_sexed(found.equation.sex)} of {found.equation.age_min} and over",
        middle=found.expected,
        low=limit,
        percent=percent,
        key=f"{table.file}{PART}{found.equation.equation_id}",
    )


def _placed(table: NormSet, variant: NormVariant, row: NormRow, value: Decimal) -> Comparison:
    common = {
        "kind": variant.kind,
        "title": table.title,
        "source": row.source,
        "verification": row.verification,
        "population": row.variant,
        "key": table.file,
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
        spread = f", SD {_plain(row.sd)}" if row.sd is not None else ""
        z = (value - row.mean) / row.sd if row.sd else None
        return Comparison(
            sentence=f"{_from_mean(value, row.mean, z)} of {who}, {_unit(row.mean, row.unit)}{spread} ({table.title}).",
            middle=row.mean,
            low=row.mean - row.sd if row.sd is not None else None,
            high=row.mean + row.sd if row.sd is not None else None,
            z=z,
            **common,  # type: ignore[arg-type]
        )
    end = row.ref_high if row.ref_high is not None else row.ref_low
    return Comparison(
        sentence=f"The adult reference is {_unit(end or Decimal(0), row.unit)} ({table.title}).",
        low=row.ref_low,
        high=row.ref_high,
        **common,  # type: ignore[arg-type]
    )


def _from_mean(value: Decimal, mean: Decimal, z: Decimal | None) -> str:
    """Return where a value stands to a mean: “0.4 SD below the mean”; without a spread only the side."""
    if z is not None and (shown := abs(quantities.rounded(z, TENTH))) > 0:
        return f"{shown} SD {'above' if z > 0 else 'below'} the mean"
    if z is not None:
        return "At the mean" if value == mean else "Less than 0.1 SD from the mean"
    return "Above the mean" if value > mean else "Below the mean" if value < mean else "At the mean"


def _between(percentiles: Mapping[int, Decimal], value: Decimal) -> tuple[int | None, int | None]:
    """Return the neighbouring percentiles of the table: the highest not above the value and the lowest above it.

    A value on a tabled percentile has that one on both sides; where the table gives neighbours the same value, the
    lowest and the highest of them.
    """
    if at := [key for key, tabled in percentiles.items() if tabled == value]:
        return min(at), max(at)
    below = max((key for key, tabled in percentiles.items() if tabled < value), default=None)
    above = min((key for key, tabled in percentiles.items() if tabled > value), default=None)
    return below, above


def _percentile_words(below: int | None, above: int | None) -> str:
    if below is None:
        return f"Below the {ordinal(above or 0)} percentile"
    if above is None:
        return f"Above the {ordinal(below)} percentile"
    if below == above:
        return f"At the {ordinal(below)} percentile"
    return f"Between the {ordinal(below)} and {ordinal(above)} percentile"


def span_words(below: int | None, above: int | None) -> str:
    """Return a percentile span for a narrow column: “30th to 40th”, “under 5th”, “over 95th”, “30th”.

    >>> span_words(30, 40), span_words(None, 5), span_words(95, None), span_words(30, 30), span_words(None, None)
    ('30th to 40th', 'under 5th', 'over 95th', '30th', '–')
    """
    if below is None:
        return "–" if above is None else f"under {ordinal(above)}"
    if above is None:
        return f"over {ordinal(below)}"
    return ordinal(below) if below == above else f"{ordinal(below)} to {ordinal(above)}"


def ordinal(number: int) -> str:
    """Return a number in order.

    >>> [ordinal(n) for n in (1, 2, 3, 5, 11, 22, 50, 95)]
    ['1st', '2nd', '3rd', '5th', '11th', '22nd', '50th', '95th']
    """
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(number % 10, 'th')}"


def _place(value: Decimal, low: Decimal, high: Decimal) -> str:
    return "Below" if value < low else "Above" if value > high else "Inside"


# Tables write an open upper age as 120.
OLDEST = 120


def _sexed(sex: str) -> str:
    return {"male": "men", "female": "women"}.get(sex, "people")


def _people(row: NormRow) -> str:
    sex = _sexed(row.sex)
    if row.age_max >= OLDEST:
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
    """A published line against a reading. limit: in the measure's unit.

    crossed: whether the reading lies in the range the line names; None when it can't be weighed, and then `reason` says
    why.
    """

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
    turned_on: Collection[str] = (),
) -> list[Line]:
    """Return the measure's published lines for this person by name: those of their sex and conditions.

    tables: norm sets by file. tags: the client's, expanded. Lines about a difference (with a unit of their own) and
    unverified ones are left out, unless the practice turned them on by their id. A line that needs what is not
    recorded comes with the reason.
    """
    found = []
    for cutoff in measure.cutoffs:
        if not holds(cutoff.verification, cutoff.id, turned_on) or cutoff.unit:
            continue
        if cutoff.condition and cutoff.condition not in tags:
            continue
        if cutoff.sex and cutoff.sex != subject.sex:
            continue
        limit, reason = _limit(measure, cutoff, subject, tables, turned_on)
        crossed = None if limit is None else bool(COMPARE[cutoff.op](value, limit))
        found.append(Line(cutoff, limit, crossed, reason))
    return found


def _limit(
    measure: Measure,
    cutoff: CutOff,
    subject: Subject,
    tables: Mapping[str, NormSet],
    turned_on: Collection[str] = (),
) -> tuple[Decimal | None, str]:
    if cutoff.value is not None:
        return cutoff.value, ""
    table = tables[cutoff.table or cutoff.equation]
    if not table.installed:
        return None, f"The table “{table.title}” is not installed."
    if cutoff.equation:
        if reason := equations.course_differs(table, subject):
            return None, reason
        predicted = predict(table, subject, turned_on=turned_on)
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
        row = _row_for(measure, table, variant, rows, subject, turned_on)
        if isinstance(row, NormRow):
            return (row.ref_low if row.ref_low is not None else row.ref_high), ""
        reason = reason or row
    return None, reason
