"""One outcome per measure and side: from where to where, what the change means, how it compares, and its drawings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from medexpro.assessments import catalogue, due, limits, tables
from medexpro.assessments.models import Goal
from medexpro.assessments.readings import Key, Taken, baseline_of, series
from medexpro.assessments.rules import change as change_rules
from medexpro.assessments.rules import lines, norms, said
from medexpro.assessments.rules.change import JUDGED_BY_LIMITS, Change, Limits, Verdict
from medexpro.assessments.rules.entry import Entry
from medexpro.assessments.standings import GoalStanding, goal_for, goal_rows, name_of, shown_unit
from medexpro.episodes.models import Episode
from medexpro.kernel import quantities
from medexpro.kernel.reference import Direction, Measure, NormKind
from medexpro.knowledge.library import library, library_of
from medexpro.knowledge.own import own_version_words
from medexpro.knowledge.turning import NOTHING, TurnedOn, turned_on
from medexpro.web import words
from medexpro.web.charts import Band, Better, Line, Point, Ruler, TrendChart, band_too_small

GRIP = "grip_strength"
OP_WORDS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
KINDS = {Verdict.BETTER: "better", Verdict.WORSE: "worse", Verdict.NO_MEASURABLE_CHANGE: "same"}
NOBODY, OWN_ORDER = norms.Subject(), tables.InForce()
ONE_VALUE = "One value so far; nothing to compare with yet"


@dataclass(frozen=True)
class LineFact:
    """A published line in words. name: “Weakness (SDOC), under 20 kg”; side: where the value lies: “not under”."""

    line: norms.Line
    name: str
    side: str


@dataclass(frozen=True)
class Outcome:
    """One measure and side of an episode on a day. Values in the measure's unit, results that stand only.

    baseline, previous, current: previous is empty until the third result; best_before: the best before the current
    one. change: from baseline to current; since_last: from the one before. compared: the place among people at the
    age of the test, or why it is not shown; line: the published line by its name. differs: why baseline and current
    can't be compared. goal: the open one that ends first, else the one met last. age: at the current test.
    weighed: all published lines for this person. subject: who is placed in a table; table: the choice in force.
    on: unverified figures the practice turned on, by the id of their holder. own: the practice's own version of the
    measure in words, where one is in force.
    """

    measure: Measure
    entry: Entry
    side: str
    readings: Sequence[Taken]
    baseline: Taken
    current: Taken
    previous: Taken | None
    best_before: Taken | None
    change: Change | None
    since_last: Change | None
    against_best: Change | None
    compared: norms.Comparison | norms.NoComparison
    line: norms.Line | None
    limits: Limits | None
    differs: str
    goal: GoalStanding | None
    due_on: date | None
    unit: str
    age: int | None
    weighed: Sequence[norms.Line] = ()
    subject: norms.Subject = NOBODY
    table: tables.InForce = OWN_ORDER
    on: Mapping[str, TurnedOn] = field(default_factory=lambda: NOTHING)
    own: str = ""

    @property
    def key(self) -> Key:
        """Return measure id and side."""
        return self.measure.id, self.side

    @property
    def name(self) -> str:
        """Return the short name with the side: “Knee flexion, right”."""
        return name_of(self.entry, self.side)

    @property
    def domain(self) -> str:
        """Return the key of its domain in the progress report; empty for vital signs and body size."""
        return self.entry.domain

    @property
    def verdict(self) -> Verdict | None:
        """Return the verdict since baseline; None while there is one value, inside or outside limits for pressure."""
        return self._judged.verdict if self._judged else None

    @property
    def verdict_kind(self) -> str:
        """Return better, worse, same, unknown or nothing, as the charts draw it. Grip is never marked."""
        if self._judged is None or self.measure.id == GRIP or self.limits is not None:
            return ""
        return KINDS.get(self._judged.verdict, "unknown")

    @property
    def crossing(self) -> lines.Crossing | None:
        """Return how the value stands to the published line now, where that changed since the baseline; never for grip."""
        line = self.line
        if line is None or line.limit is None or self.measure.id == GRIP or self.differs:
            return None
        return lines.crossing(line.cutoff.op, line.limit, was=self.baseline.value, now=self.current.value)

    @property
    def crossed(self) -> str:
        """Return the crossing in words: “now under the CDC STEADI line of 12 s”; empty where there was none."""
        found, line = self.crossing, self.line
        if found is None or line is None or line.limit is None:
            return ""
        limit = said.amount(self.measure, line.limit, self.unit)
        if self.measure.unit.startswith("{"):
            limit = limit.split(" ")[0]  # Counts need no unit: “the line of 11”.
        return f"now {found.side} the {self.entry.lines[line.cutoff.id]} of {limit}"

    @property
    def counts(self) -> str:
        """Return what the change counts for, without a full stop: “4.2 s faster, beyond test error (2.5 s)”."""
        judged = self._judged
        if judged is None:
            return ONE_VALUE
        if self.limits is None and self.differs:
            return f"{said.difference(judged, self.unit)}, measured with {self.differs}: {Verdict.UNKNOWN}"
        if judged.difference == 0 and judged.verdict is Verdict.UNKNOWN:
            return "the same"
        words_ = said.say(judged, self.unit)
        if not self.crossed or judged.verdict is Verdict.NO_MEASURABLE_CHANGE:
            return words_
        if judged.verdict is Verdict.UNKNOWN:
            return f"{said.difference(judged, self.unit)}, {self.crossed}: {Verdict.UNKNOWN}"
        return f"{words_}, {self.crossed}"

    @property
    def says(self) -> str:
        """Return `counts`; for grip also the own best it is held against."""
        if self.measure.id == GRIP and self.best_before is not None:
            return f"{self.counts}, against the own best of {self.figure(self.best_before)}"
        return self.counts

    @property
    def sentence(self) -> str:
        """Return number plus function: “Getting up, walking and turning: 4.2 s faster, beyond test error (2.5 s).”"""
        topic = self.name
        if self.measure.words and self.limits is None and self._judged is not None:
            activity = self.measure.words.activity
            topic = f"{activity[:1].upper()}{activity[1:]}"
            topic += f" ({self.side})" if self.side in ("left", "right") else ""
        return f"{topic}: {self.says}."

    @property
    def is_substantial(self) -> bool:
        """Return whether the change for the better is also a large one."""
        return bool(self.change and not self.differs and self.change.is_substantial)

    @property
    def _judged(self) -> Change | None:
        return self.against_best if self.measure.id == GRIP else self.change

    def figure(self, taken: Taken | None) -> str:
        """Return a result in words with its unit; a dash for none."""
        return "–" if taken is None else said.figure(self.measure, taken.value, self.unit)

    @property
    def baseline_figure(self) -> str:
        """Return the baseline in words."""
        return self.figure(self.baseline)

    @property
    def previous_figure(self) -> str:
        """Return the result before the current one in words; a dash where that is the baseline."""
        return self.figure(self.previous)

    @property
    def current_figure(self) -> str:
        """Return the current result in words."""
        return self.figure(self.current)

    @property
    def compared_words(self) -> str:
        """Return the place among people as a sentence, or why none is shown."""
        found = self.compared
        return found.sentence if isinstance(found, norms.Comparison) else found.reason

    @cached_property
    def options(self) -> tuple[norms.Option, ...]:
        """Return what the measure may be compared with, the preferred one first."""
        return tables.options_of(self.measure)

    @property
    def place_in(self) -> Callable[[norms.Option], norms.Comparison | norms.NoComparison]:
        """Return the function that places the current result by one option, or says why not."""

        def place(option: norms.Option) -> norms.Comparison | norms.NoComparison:
            if (reason := _never_compared(self.measure, self.current)) is not None:
                return reason
            return norms.compare(
                self.measure,
                option.table,
                self.current.value,
                self.subject,
                equation=option.equation,
                turned_on=self.on,
            )

        return place

    @property
    def line_facts(self) -> list[tuple[str, str]]:
        """Return every published line by name, with the side of it the value lies on."""
        return [(fact.name, fact.side) for fact in self.facts_of_lines]

    @property
    def facts_of_lines(self) -> list[LineFact]:
        """Return every published line that could be weighed, by name, the one the chart draws first."""
        known = [line for line in self.weighed if line.limit is not None and line.crossed is not None]
        known.sort(key=lambda line: line is not self.line)
        return [self._fact(line) for line in known]

    def _fact(self, line: norms.Line) -> LineFact:
        word = said.RANGES[line.cutoff.op]
        figure = said.amount(self.measure, line.limit or Decimal(0), self.unit)
        own = self.entry.lines.get(line.cutoff.id)
        name = f"{own or line.cutoff.label}, {word} {figure}"
        return LineFact(line, name, word if line.crossed else f"not {word}")

    @property
    def line_name(self) -> str:
        """Return the published line by its name, with its figure: “CDC STEADI line ≥ 12 s”."""
        if self.line is None or self.line.limit is None:
            return ""
        return f"{self.entry.lines[self.line.cutoff.id]} {OP_WORDS[self.line.cutoff.op]} " + said.amount(
            self.measure, self.line.limit, self.unit
        )

    @property
    def line_words(self) -> str:
        """Return on which side of the line the current value lies: below it, above it, at it."""
        if self.line is None or self.line.limit is None:
            return ""
        value, limit = self.current.value, self.line.limit
        return "below it" if value < limit else "above it" if value > limit else "at it"

    @property
    def sources(self) -> list[str]:
        """Return the sources of everything that stands beside the client's own values."""
        found = []
        if self._judged and self._judged.threshold and not self.differs:
            found.append(self._judged.threshold.governing.source)
        if isinstance(self.compared, norms.Comparison):
            found.append(self.compared.source)
        if self.line is not None and self.line.limit is not None:
            found.append(self.line.cutoff.source)
        return list(dict.fromkeys(source for source in found if source))

    @cached_property
    def chart(self) -> TrendChart:
        """Return the trend by the design's rules."""
        low, high = self.entry.scale
        better = better_of(self.measure)
        points, before = [], None
        for one in self.readings:
            gap = before is not None and bool(one.done_like(before))
            points.append(Point(one.on, self._number(one.value), self._text(one.value), after_gap=gap))
            before = one
        base = self._number(self.baseline.value)
        return TrendChart(
            name=self.name,
            points=points,
            y_min=self._number(low),
            y_max=self._number(high),
            better=better,
            unit=quantities.label(self.unit),
            places=self._places,
            baseline=Line(base, f"Base {self._text(self.baseline.value)}") if self._draws_baseline else None,
            goal=self._goal_line,
            band=self._band if self._draws_baseline else None,
            norm=self._norm_band,
            cut_off=self._cut_off,
            due_on=self.due_on,
            ticks=[self._number(tick) for tick in self.entry.ticks] if self.unit == self.measure.unit else (),
            verdict=f"{self.says[:1].upper()}{self.says[1:]}",
            verdict_kind=self.verdict_kind,
            note=f"{kept_words(self.measure)} {self._left_out}".strip(),
            sources=self.sources,
        )

    @cached_property
    def ruler(self) -> Ruler | None:
        """Return the one-line drawing; None where neither direction is better."""
        better = better_of(self.measure)
        if not better:
            return None
        low, high = self.entry.scale
        middle = [one for one in self.readings if one not in (self.baseline, self.current)][-1:]
        several = self.baseline is not self.current
        return Ruler(
            name=self.name,
            y_min=self._number(low),
            y_max=self._number(high),
            now=self._number(self.current.value),
            better=better,
            unit=quantities.label(self.unit),
            places=self._places,
            baseline=self._number(self.baseline.value) if several else None,
            earlier=[self._number(one.value) for one in middle],
            goal=self._goal_line,
            cut_off=self._cut_off,
            band=self._band if several else None,
            norm=self._norm_band,
            typical=self._typical,
        )

    @property
    def _left_out(self) -> str:
        """Return what of a long history is not drawn; empty when all is."""
        of, drawn = self.current.of, len(self.readings)
        return (
            f"{drawn} of {of} results: the first, the highest and lowest, the newest." if of > drawn else ""
        )

    @property
    def _draws_baseline(self) -> bool:
        return len(self.readings) > 1 and self.limits is None

    @property
    def _band(self) -> Band | None:
        judged = self.change
        if judged is None or judged.threshold is None or self.differs or self.limits is not None:
            return None
        if not better_of(self.measure):
            return None
        governing = judged.threshold.governing
        label = (
            governing.type
            if len(governing.type) <= 8
            else judged.threshold.words[:1].upper() + judged.threshold.words[1:]
        )
        return band_too_small(
            self._number(self.baseline.value),
            self._number(judged.threshold.value),
            better_of(self.measure),
            label,
        )

    @property
    def _norm_band(self) -> Band | None:
        found = self.compared
        if not isinstance(found, norms.Comparison) or found.low is None or found.high is None:
            return None
        label = {NormKind.MEAN: "Mean ± SD", NormKind.REFERENCE: "Reference"}.get(found.kind, "Middle half")
        return Band(self._number(found.low), self._number(found.high), f"{label}, age {self.age}")

    @property
    def _typical(self) -> Line | None:
        """Return the mean, expected or reference value where the table gives no range to draw."""
        found = self.compared
        if not isinstance(found, norms.Comparison) or self._norm_band is not None:
            return None
        value = found.middle if found.middle is not None else found.high
        if value is None:
            return None
        word = {NormKind.EQUATION: "Expected", NormKind.REFERENCE: "Reference"}.get(found.kind, "Mean")
        return Line(self._number(value), f"{word} {self._text(value)}")

    @property
    def _cut_off(self) -> Line | None:
        if self.limits is not None:
            high = self.limits.high
            return Line(self._number(high), f"Limit {self._text(high)}") if high is not None else None
        if self.line is None or self.line.limit is None:
            return None
        short = self.entry.lines[self.line.cutoff.id].replace(" line", "").replace(" cut-off for women", "")
        short = short.replace(" cut-off for men", "")
        return Line(
            self._number(self.line.limit),
            f"{short} {OP_WORDS[self.line.cutoff.op]} {words.number(self._number(self.line.limit))}",
        )

    @property
    def _goal_line(self) -> Line | None:
        if self.goal is None:
            return None
        target = self.goal.goal.target
        return Line(self._number(target), f"Goal {self._text(target)}")

    @property
    def _places(self) -> int:
        step = self.measure.precision
        if self.measure.unit in said.POINTS or self.unit != self.measure.unit:
            step = max(step, said.FINEST_SCORE)
        return max(0, -int(step.normalize().as_tuple().exponent))

    def _number(self, value: Decimal) -> float:
        return float(quantities.convert(value, self.measure.unit, self.unit))

    def _text(self, value: Decimal) -> str:
        return said.figure(self.measure, value, self.unit).split(" ")[0].removesuffix("°").removesuffix("%")


def better_of(measure: Measure) -> Better:
    """Return which way counts as better: higher, lower, or empty where neither does."""
    if measure.id in JUDGED_BY_LIMITS:
        return ""
    if measure.direction is Direction.HIGHER_BETTER:
        return "higher"
    return "lower" if measure.direction is Direction.LOWER_BETTER else ""


def kept_words(measure: Measure) -> str:
    """Return how a result comes from its trials: “Best of 3 trials.”"""
    if measure.trials.count < 2:
        return ""
    kept = {"best": "Best", "mean": "Mean"}.get(measure.trials.kept)
    return f"{kept} of {measure.trials.count} trials." if kept else ""


def outcomes(
    episode: Episode,
    on: date,
    *,
    measures: Iterable[str] | None = None,
    taken: Mapping[Key, Sequence[Taken]] | None = None,
    goals: Sequence[Goal] | None = None,
) -> list[Outcome]:
    """Return an outcome for every measure and side with a result up to a day, in the order of the library.

    episode: with client and practice at hand. taken, goals: where the caller has them (`series`, `goal_rows`). Three to
    five queries whatever the history: results, goals, the last full assessment, and limits where pressure or pulse
    was taken. Verdicts take the most specific figures for the episode's population and the age at the test.
    """
    found = dict(taken) if taken is not None else series(episode, measures, until=on)
    if not found:
        return []
    tags = change_rules.expand_tags(episode.population, library_of(episode.practice).tags)
    goals = goal_rows(episode) if goals is None else goals
    due_on = due.reassessment_due_on(episode)
    chosen = tables.in_force(episode) if _has_choice(found) else {}
    in_limits = limits.limits_for(episode, on) if any(key[0] in JUDGED_BY_LIMITS for key in found) else {}
    order = {key: place for place, key in enumerate(library_of(episode.practice).all_measures)}
    made = []
    for key in sorted(found, key=lambda key: (order.get(key[0], len(order)), key[1] != episode.side, key[1])):
        measure = catalogue.any_measure(key[0], episode.practice)
        if measure is not None:
            goal = goal_for(goals, key, found, episode)
            table = chosen.get(key[0], OWN_ORDER)
            made.append(
                _outcome(episode, measure, key[1], found, tags, goal, due_on, in_limits.get(key[0]), table)
            )
    return made


def _has_choice(found: Iterable[Key]) -> bool:
    """Return whether a measure has more than one table, so that a choice could be in force."""
    return any(measure in tables.choosable() for measure, _ in found)


def _outcome(
    episode: Episode,
    measure: Measure,
    side: str,
    found: Mapping[Key, Sequence[Taken]],
    tags: frozenset[str],
    goal: GoalStanding | None,
    due_on: date | None,
    in_limits: Limits | None,
    table: tables.InForce,
) -> Outcome:
    readings = found[measure.id, side]
    entry, current = catalogue.entry_of(measure), readings[-1]
    earlier = readings[:-1]
    baseline = baseline_of(readings)
    previous = earlier[-1] if earlier and earlier[-1] is not baseline else None
    best_before = _best(measure, earlier)
    age = episode.client.age_on(current.on)
    on = turned_on(episode.practice)

    def judge(first: Taken | None) -> Change | None:
        if in_limits is not None:
            return change_rules.judge(measure, (first or current).value, current.value, limits=in_limits)
        if first is None or first is current:
            return None
        return _judge(measure, first, current, tags, age, on)

    subject = _subject(episode, measure, entry, current, found)
    # A line is drawn for the test as it is published, like a table: one that was changed is another test.
    placed = _is_better_hand(measure, current, found) and not current.modified
    weighed = (
        norms.lines(measure, current.value, subject, library().norms, tags=tags, turned_on=on)
        if placed
        else []
    )
    line = next((line for line in weighed if line.cutoff.id in entry.lines), None)
    return Outcome(
        measure=measure, entry=entry, side=side, readings=readings, baseline=baseline, current=current,
        previous=previous, best_before=best_before, change=judge(baseline),
        since_last=judge(earlier[-1] if earlier else None), against_best=judge(best_before),
        compared=_compared(measure, current, subject, table.key, on),
        line=line, limits=in_limits,
        differs=current.done_like(baseline) if current is not baseline else "", goal=goal, due_on=due_on,
        unit=shown_unit(measure, entry, episode.practice.units),
        age=age, weighed=weighed, subject=subject, table=table, on=on,
        own=own_version_words(episode.practice, "measure", measure.id),
    )  # fmt: skip


def _judge(
    measure: Measure,
    first: Taken,
    latest: Taken,
    tags: frozenset[str],
    age: int | None,
    on: Mapping[str, TurnedOn],
) -> Change:
    raters = 1 if first.by_id == latest.by_id else 2
    judged = change_rules.judge(
        measure, first.value, latest.value, tags=tags, age=age, raters=raters, turned_on=on
    )
    if not latest.done_like(first):
        return judged
    # Another aid or course: the raw change stands, what it means is not claimed.
    return Change(measure, first.value, latest.value, Verdict.UNKNOWN)


def _best(measure: Measure, readings: Sequence[Taken]) -> Taken | None:
    if not readings:
        return None
    if measure.direction is Direction.LOWER_BETTER:
        return min(readings, key=lambda one: one.value)
    return max(readings, key=lambda one: one.value)


def _is_better_hand(measure: Measure, current: Taken, found: Mapping[Key, Sequence[Taken]]) -> bool:
    """Grip lines and tables are made of the better hand of one test: only that one is placed among people."""
    if measure.id != GRIP:
        return True
    hands = [readings[-1] for key, readings in found.items() if key[0] == GRIP]
    hands = [hand for hand in hands if hand.assessment_id == current.assessment_id]
    return len(hands) == 2 and current.value == max(hand.value for hand in hands)


def _subject(
    episode: Episode, measure: Measure, entry: Entry, current: Taken, found: Mapping[Key, Sequence[Taken]]
) -> norms.Subject:
    better = measure.id == GRIP and _is_better_hand(measure, current, found)
    way = entry.ways.get(current.device)
    body = {key: readings[-1].value for (key, _), readings in found.items() if key in ("height", "weight")}
    return norms.Subject(
        age=episode.client.age_on(current.on),
        sex=episode.client.sex,
        side="best" if better else current.side if current.side in ("left", "right") else "",
        kept=measure.trials.kept,
        device=(way.norm or way.id) if way else current.device,
        height_cm=body.get("height"),
        weight_kg=body.get("weight"),
    )


def _never_compared(measure: Measure, current: Taken) -> norms.NoComparison | None:
    """Return why a result is placed in no table at all, whatever the table; None where a table may answer."""
    if measure.id in JUDGED_BY_LIMITS:
        return norms.NoComparison("", "Pressure and pulse are inside or outside limits, nothing else.")
    if current.modified:
        return norms.NoComparison("", "The test was modified, so no table fits it.")
    return None


def _compared(
    measure: Measure, current: Taken, subject: norms.Subject, chosen: str, on: Mapping[str, TurnedOn]
) -> norms.Comparison | norms.NoComparison:
    never = _never_compared(measure, current)
    if never is not None:
        return never
    tables_ = library().norms_of(measure)
    return norms.best_comparison(measure, tables_, current.value, subject, chosen=chosen, turned_on=on)
