"""Measures into the rows and charts of a progress report: figures as they are read, and what a change means."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from medexpro.assessments.outcomes import GRIP, Outcome, better_of, kept_words
from medexpro.assessments.rules import change as change_rules
from medexpro.assessments.rules import said
from medexpro.assessments.rules.norms import Comparison
from medexpro.assessments.state import domains
from medexpro.kernel import quantities
from medexpro.reports import snapshots
from medexpro.reports.record import PAIN, Record
from medexpro.reports.rules.lead import Changed, number_in_words
from medexpro.reports.snapshots import (
    Band,
    Chart,
    Domain,
    Gauge,
    Line,
    MeasureRow,
    Point,
    Tick,
    Verdict,
)
from medexpro.web import charts, words

MAX_ROWS = 8
VERDICTS = {
    change_rules.Verdict.BETTER: Verdict.BETTER,
    change_rules.Verdict.WORSE: Verdict.WORSE,
    change_rules.Verdict.NO_MEASURABLE_CHANGE: Verdict.NO_CHANGE,
}


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
    printed = {one.key for one in rows}
    return [
        Domain(name, [row_of(record, one, printed) for one in rows if one.outcome.domain == key])
        for key, name in domains().items()
    ]


def first_rows(record: Record, rows: Sequence[Reported]) -> list[Domain]:
    """Return the six domains with first results, each with how it compares with people of that age and sex."""
    return [
        Domain(name, [_first_row(one.outcome) for one in rows if one.outcome.domain == key])
        for key, name in domains().items()
    ]


def _first_row(outcome: Outcome) -> MeasureRow:
    # The place among people is worked out for the current result; it stands where that is the first one.
    alone = len(outcome.readings) == 1
    compared = outcome.compared.sentence if alone and isinstance(outcome.compared, Comparison) else ""
    return MeasureRow(
        name=_plain_name(outcome),
        detail=_detail(outcome),
        baseline=number(outcome, outcome.baseline.value),
        now="",
        change="",
        verdict=Verdict.UNKNOWN,
        meaning=compared.rstrip("."),
        gauge=gauge_of(outcome) if alone else None,
    )


def gauge_of(outcome: Outcome) -> Gauge | None:
    """Return the result on its scale as the layout draws it; None where neither direction is better. No cut-off of grip."""
    scale = outcome.ruler
    if scale is None or scale.now is None:
        return None
    norm = sorted((scale.position(scale.norm.low), scale.position(scale.norm.high))) if scale.norm else None
    lines = [scale.typical, scale.cut_off if outcome.measure.id != GRIP else None, scale.goal]
    typical, cut, goal = (scale.position(line.value) if line else None for line in lines)
    return Gauge(
        now=scale.position(scale.now),
        alt=scale.description,
        low=norm[0] if norm else None,
        high=norm[1] if norm else None,
        typical=None if norm else typical,
        cut=cut,
        goal=goal,
    )


def also_measured(all_measures: Sequence[Reported], rows: Sequence[Reported]) -> str:
    """Return the line under the first results on what was measured and is not printed; empty when all is."""
    standing = {one.key for one in rows}
    rest = [one.outcome for one in all_measures if one.key not in standing]
    return f"Measured too: {'; '.join(_names(rest))}." if rest else ""


def row_of(record: Record, one: Reported, printed: Collection[str] = ()) -> MeasureRow:
    """Return one measure's row. printed: the rows of the table; a side without one stands beside the other side."""
    outcome = one.outcome
    measured_once_later = not one.again and outcome.current.on != record.baseline_on
    return MeasureRow(
        name=_plain_name(outcome),
        detail=_detail(outcome) + _other_side(record, outcome, printed),
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
    kinds = {
        "Improved": [one.outcome for one in rest if one.verdict is Verdict.BETTER],
        "No change claimed": [one.outcome for one in rest if one.verdict is not Verdict.BETTER],
    }
    parts = [f"{what}: {'; '.join(_names(found))}." for what, found in kinds.items() if found]
    return f"Measured too. {' '.join(parts)}"


def _names(found: Sequence[Outcome]) -> list[str]:
    """Return the names of measures, the two sides of one as one."""
    count = Counter(one.measure.id for one in found)
    names = [f"{one.entry.short}, both sides" if count[one.measure.id] == 2 else one.name for one in found]
    return list(dict.fromkeys(names))


def changed(rows: Sequence[Reported], involved: str) -> list[Changed]:
    """Return the measures as the first sentence needs them. Pain stays out: it is no function.

    involved: the side the episode is about; the other side of a measure counts only where it got worse.
    """
    found = []
    for one in rows:
        outcome, judged = one.outcome, one.outcome.change
        if judged is None or outcome.measure.id == PAIN:
            continue
        sides = ("left", "right")
        other_side = involved in sides and outcome.side in sides and outcome.side != involved
        crossing = outcome.crossing
        found.append(
            Changed(
                measure=outcome.measure.id,
                name=outcome.name,
                says=_said_of(one),
                verdict=one.verdict,
                strength=one.strength,
                counts=not (other_side and outcome.entry.needs == "involved"),
                left=outcome.crossed if crossing and crossing.left else "",
            )
        )
    return found


def _said_of(one: Reported) -> str:
    """Return the change as the first sentence says it: “walks **31% faster**”."""
    outcome, judged = one.outcome, one.outcome.change
    if judged is None:
        return ""
    difference = said.difference(judged, outcome.unit)
    if not outcome.entry.lead or judged.difference == 0:
        return f"has in {outcome.name} **{difference}**"
    base = abs(outcome.baseline.value)
    return outcome.entry.lead.format(
        amount=difference.rsplit(" ", 1)[0],
        number=difference.split(" ")[0],
        word=difference.split(" ")[1] if "{number}" in outcome.entry.lead else difference.rsplit(" ", 1)[-1],
        times="time" if abs(judged.difference) == 1 else "times",
        percent=round(abs(judged.difference) / base * 100) if base else 0,
        side=outcome.side if outcome.side in ("left", "right") else "",
    )


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
        title=f"{spoken_name(outcome)[:-1]}{unit})" if outcome.entry.plain else f"{outcome.name}{unit}",
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


def _plain_name(outcome: Outcome) -> str:
    """Return what the test tells, with its side; the test's own name stands under it."""
    plain = outcome.entry.plain
    side = f", {outcome.side}" if outcome.side in ("left", "right") else ""
    return f"{plain}{side}" if plain else outcome.name


def spoken_name(outcome: Outcome) -> str:
    """Return what the test tells with the test's own name behind it: “Everyday function (LEFS)”."""
    plain = _plain_name(outcome)
    return f"{plain} ({outcome.entry.short})" if outcome.entry.plain else plain


def _detail(outcome: Outcome) -> str:
    measure = outcome.measure
    parts = [outcome.entry.short if outcome.entry.plain else ""]
    parts.append(kept_words(measure).removesuffix(".").removesuffix(" trials").lower())
    if measure.unit in said.POINTS:
        parts.append(f"{measure.valid_range.min}–{measure.valid_range.max}")
    else:
        parts.append({"deg": "degrees"}.get(measure.unit, quantities.label(outcome.unit)))
    said_ = ", ".join(part for part in parts if part)
    return said_[:1].upper() + said_[1:]


def _other_side(record: Record, outcome: Outcome, printed: Collection[str]) -> str:
    """Return the other side's result of the same day, taken alike: “, left 124”; empty where there is none."""
    opposite = {"left": "right", "right": "left"}.get(outcome.side, "")
    for other in record.outcomes:
        if other.key != (outcome.measure.id, opposite) or ":".join(other.key) in printed:
            continue
        if other.current.on == outcome.current.on and not outcome.current.done_like(other.current):
            return f", {opposite} {number(other, other.current.value)}"
    return ""


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
        return _with_crossing("No verified threshold: no change claimed", outcome)
    threshold = judged.threshold
    mark = ", working rule" if threshold.is_house_rule else ""
    line = f"{threshold.words} ({said.amount(outcome.measure, threshold.value, outcome.unit).split(' ')[0]}{mark})"
    if one.verdict is Verdict.NO_CHANGE:
        return f"{'Inside' if threshold.words == 'test error' else 'Smaller than'} {line}: no change claimed"
    if one.strength >= 2:
        times = int(one.strength)
        reach = "twice" if times == 2 else f"{number_in_words(times)} times"
        reach = reach.capitalize() if one.strength - times < 0.05 else f"More than {reach}"
    else:
        reach = "Beyond" if one.strength > 1 else "Reaches"
    return _with_crossing(f"{reach} {line}", outcome)


def _with_crossing(words_: str, outcome: Outcome) -> str:
    """Return the words with the published line that was crossed, where one was."""
    return f"{words_}; {outcome.crossed}" if outcome.crossed else words_
