"""Measures into the rows and charts of a progress report: figures as they are read, and what a change means."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from medexpro.assessments.outcomes import GRIP, Outcome, better_of, kept_words
from medexpro.assessments.rules import change as change_rules
from medexpro.assessments.rules import said
from medexpro.assessments.state import domains
from medexpro.kernel import quantities
from medexpro.reports import snapshots
from medexpro.reports.record import PAIN, Record
from medexpro.reports.rules.lead import Changed
from medexpro.reports.snapshots import Band, Chart, Domain, Line, MeasureRow, Point, Tick, Verdict
from medexpro.web import charts, words

MAX_ROWS = 8
VERDICTS = {
    change_rules.Verdict.BETTER: Verdict.BETTER,
    change_rules.Verdict.WORSE: Verdict.WORSE,
    change_rules.Verdict.NO_MEASURABLE_CHANGE: Verdict.NO_CHANGE,
}
OPS = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


@dataclass(frozen=True)
class Reported:
    """One measure as the report sees it. key: "tug:none", as the form names it."""

    outcome: Outcome
    verdict: Verdict
    strength: float

    @property
    def key(self) -> str:
        """Return measure and side in one word."""
        return ":".join(self.outcome.key)

    @property
    def again(self) -> bool:
        """Return whether it was measured at least twice."""
        return self.outcome.change is not None

    @property
    def must_stand(self) -> bool:
        """Return whether it may not be left out: what got worse is always said."""
        return self.verdict is Verdict.WORSE


def reported(record: Record) -> list[Reported]:
    """Return every measure of the record with its verdict since the baseline."""
    found = []
    for outcome in record.outcomes:
        judged = outcome.change
        verdict = (
            VERDICTS.get(judged.verdict, Verdict.UNKNOWN)
            if judged and not outcome.differs
            else Verdict.UNKNOWN
        )
        strength = 0.0
        if judged and judged.threshold and not outcome.differs:
            strength = float(abs(judged.difference) / judged.threshold.value)
        found.append(Reported(outcome, verdict, strength))
    return found


def chosen_rows(
    all_measures: Sequence[Reported], chosen: Sequence[str] | None, *, most: int = MAX_ROWS
) -> list[Reported]:
    """Return the measures the table prints, in the order of the record. chosen: keys; None chooses by itself.

    By itself: one of every domain that was measured, so that none reads as not measured; then what got worse, what has
    a goal, and the strongest changes. What got worse stands in any case.
    """
    if chosen is not None:
        return [one for one in all_measures if one.must_stand or one.key in chosen]
    ranked = sorted(
        all_measures,
        key=lambda one: (not one.must_stand, not one.again, one.outcome.goal is None, -one.strength),
    )
    first: dict[str, Reported] = {}
    for one in ranked:
        first.setdefault(one.outcome.domain, one)
    standing = {one.key for one in ranked if one.must_stand or first[one.outcome.domain] is one}
    for one in ranked:
        if len(standing) >= most:
            break
        standing.add(one.key)
    return [one for one in all_measures if one.key in standing]


def without_weakest(rows: Sequence[Reported]) -> list[Reported] | None:
    """Return the rows less the weakest of a domain that has another; None when none may go."""
    count = Counter(one.outcome.domain for one in rows)
    spare = [one for one in rows if count[one.outcome.domain] > 1 and not one.must_stand]
    if not spare:
        return None
    weakest = min(spare, key=lambda one: (one.again, one.outcome.goal is not None, one.strength))
    return [one for one in rows if one is not weakest]


def domain_rows(record: Record, rows: Sequence[Reported]) -> list[Domain]:
    """Return the six domains with their rows; a domain without says "not measured"."""
    return [
        Domain(name, [row_of(record, one) for one in rows if one.outcome.domain == key])
        for key, name in domains().items()
    ]


def row_of(record: Record, one: Reported) -> MeasureRow:
    """Return one measure's row."""
    outcome = one.outcome
    measured_once_later = not one.again and outcome.current.on != record.baseline_on
    return MeasureRow(
        name=outcome.name,
        detail=_detail(outcome),
        baseline="" if measured_once_later else number(outcome, outcome.baseline.value),
        now=number(outcome, outcome.current.value) if one.again or measured_once_later else "",
        change=_signed_change(outcome),
        verdict=one.verdict,
        meaning=_meaning(record, one),
    )


def left_out_words(all_measures: Sequence[Reported], rows: Sequence[Reported]) -> str:
    """Return the line under the table on what was measured and is not printed; empty when all is."""
    standing = {one.key for one in rows}
    rest = [one for one in all_measures if one.key not in standing]
    if not rest:
        return ""
    names = {
        "improved": [one.outcome.name for one in rest if one.verdict is Verdict.BETTER],
        "no change claimed": [one.outcome.name for one in rest if one.verdict is not Verdict.BETTER],
    }
    parts = [f"{', '.join(found)} ({what})" for what, found in names.items() if found]
    return f"Measured too: {'; '.join(parts)}."


def changed(rows: Sequence[Reported]) -> list[Changed]:
    """Return the measures as the first sentence needs them. Pain stays out: it is no function."""
    found = []
    for one in rows:
        judged = one.outcome.change
        if judged is None or one.outcome.measure.id == PAIN:
            continue
        measure = one.outcome.measure
        difference = said.difference(judged, one.outcome.unit)
        side = f", {one.outcome.side}" if one.outcome.side in ("left", "right") else ""
        activity = measure.words.activity if measure.words else measure.name[:1].lower() + measure.name[1:]
        found.append(
            Changed(
                name=one.outcome.name,
                activity=f"{activity}{side}",
                difference=difference,
                word=difference.rsplit(" ", 1)[-1],
                verdict=one.verdict,
                strength=one.strength,
            )
        )
    return found


def charts_of(record: Record, rows: Sequence[Reported]) -> list[Chart]:
    """Return up to two charts: measures with a goal first, then what changed most; each needs two results."""
    drawable = [one for one in rows if len(one.outcome.readings) > 1 and better_of(one.outcome.measure)]
    drawable.sort(key=lambda one: (one.outcome.goal is None, not one.must_stand, -one.strength))
    return [chart_of(record, one.outcome) for one in drawable[: snapshots.MAX_CHARTS]]


def chart_of(record: Record, outcome: Outcome) -> Chart:
    """Return the outcome's trend as the values a layout draws; the same fixed range as on the screen."""
    trend = outcome.chart
    first = trend.points[0].on
    last_day = max([record.day, *([outcome.due_on] if outcome.due_on else [])])
    ticks = list(trend.ticks) or [trend.y_min, (trend.y_min + trend.y_max) / 2, trend.y_max]
    base = float(quantities.convert(outcome.baseline.value, outcome.measure.unit, outcome.unit))
    unit = f", {trend.unit}" if trend.unit and outcome.measure.unit not in said.POINTS else ""
    return Chart(
        title=f"{outcome.name}{unit}",
        better=f"{trend.better} is better",
        low=trend.y_min,
        high=trend.y_max,
        ticks=[Tick(value, words.number(value)) for value in ticks],
        points=[
            Point((point.on - first).days, point.value, words.day(point.on, "short"), point.label)
            for point in _spread(trend.points)
        ],
        until=max((last_day - first).days, (trend.points[-1].on - first).days),
        baseline=Line(base, f"Baseline {number(outcome, outcome.baseline.value)}"),
        band=Band(trend.band.low, trend.band.high, trend.band.label) if trend.band else None,
        goal=Line(trend.goal.value, trend.goal.label) if trend.goal else None,
        cut=Line(trend.cut_off.value, trend.cut_off.label)
        if trend.cut_off and outcome.measure.id != GRIP
        else None,
        alt=trend.description,
    )


def number(outcome: Outcome, value) -> str:
    """Return a value as the table prints it: no unit but the degree sign."""
    return said.figure(outcome.measure, value, outcome.unit).split(" ")[0].removesuffix("%")


def _spread(points: Sequence[charts.Point]) -> list[charts.Point]:
    """Return at most eight points: the first, the last, and what lies between at even steps."""
    if len(points) <= 8:
        return list(points)
    step = (len(points) - 1) / 7
    return [points[round(place * step)] for place in range(8)]


def _detail(outcome: Outcome) -> str:
    measure = outcome.measure
    parts = [kept_words(measure).removesuffix(".").removesuffix(" trials")]
    if measure.unit in said.POINTS:
        parts.append(f"{measure.valid_range.min}–{measure.valid_range.max}")
    else:
        parts.append({"deg": "degrees"}.get(measure.unit, quantities.label(outcome.unit)))
    return ", ".join(part for part in parts if part)


def _signed_change(outcome: Outcome) -> str:
    judged = outcome.change
    if judged is None:
        return ""
    if judged.difference == 0:
        return "0"
    size = said.difference(judged, outcome.unit).split(" ")[0].removesuffix("%")
    return f"{'+' if judged.difference > 0 else words.MINUS}{size}"


def _meaning(record: Record, one: Reported) -> str:
    outcome, judged = one.outcome, one.outcome.change
    if judged is None:
        when = words.day(outcome.current.on, "short")
        return (
            "Measured at the baseline"
            if outcome.current.on == record.baseline_on
            else f"First measured {when}"
        )
    said_of = _said_of_change(one)
    if outcome.baseline.on != record.baseline_on:
        said_of += f" (since {words.day(outcome.baseline.on, 'short')})"
    if outcome.current.on != record.now_on:
        said_of += f" (measured {words.day(outcome.current.on, 'short')})"
    return said_of


def _said_of_change(one: Reported) -> str:
    outcome, judged = one.outcome, one.outcome.change
    if judged is None or (judged.difference == 0 and judged.threshold is None):
        return "The same"
    if outcome.differs:
        return f"Measured with {outcome.differs}: no change claimed"
    if judged.threshold is None or one.verdict is Verdict.UNKNOWN:
        return "No published figure says what counts here: no change claimed"
    threshold = judged.threshold
    mark = ", working rule" if threshold.is_house_rule else ""
    line = f"{threshold.words} ({said.amount(outcome.measure, threshold.value, outcome.unit).split(' ')[0]}{mark})"
    if one.verdict is Verdict.NO_CHANGE:
        return f"{'Inside' if threshold.words == 'test error' else 'Smaller than'} {line}: no change claimed"
    if one.strength >= 2:
        reach = "More than twice" if one.strength > 2.05 else "Twice"
    else:
        reach = "Beyond" if one.strength > 1 else "Reaches"
    return f"{reach} {line}{_crossed(outcome)}"


def _crossed(outcome: Outcome) -> str:
    """Return that a published line was left behind or reached, for the words after the change. Never for grip."""
    line = outcome.line
    if line is None or line.limit is None or outcome.measure.id == GRIP or line.cutoff.op not in OPS:
        return ""
    inside = OPS[line.cutoff.op]
    was, now = inside(outcome.baseline.value, line.limit), inside(outcome.current.value, line.limit)
    if was == now:
        return ""
    return f"; {'reached' if now else 'left'} the range of the {outcome.line_name}"
