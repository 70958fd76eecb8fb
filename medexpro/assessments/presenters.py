"""An assessment in words: its cards, its list of measures, and where every figure comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from medexpro.assessments import beside, catalogue, state
from medexpro.assessments.forms import HIGHEST_TRIAL, ONE
from medexpro.assessments.models import Assessment
from medexpro.assessments.outcomes import GRIP, Outcome, kept_words
from medexpro.assessments.readings import Key, Taken
from medexpro.assessments.rules import norms, said
from medexpro.assessments.rules.entry import RAW_SUM, Entry, units_for
from medexpro.assessments.standings import name_of, shown_unit
from medexpro.clients.models import Client
from medexpro.kernel import quantities
from medexpro.kernel.reference import ChangeValue, Measure, Verification
from medexpro.knowledge.library import library_of
from medexpro.knowledge.listing import Grouped, measures_by_kind
from medexpro.knowledge.why import mark_words
from medexpro.web import words

INTERVAL = 30
STEPPED = frozenset({"performance", "symptom"})


@dataclass(frozen=True)
class Cell:
    """One field of a card. name: of the input; said: why it was refused or is asked about, if it was."""

    name: str
    label: str
    value: str
    number: int


@dataclass(frozen=True)
class SideRow:
    """The fields of one side with the version the page shows, and what they add up to. key: begins the names.

    usual: what is usual for this person, with who the people are. unlike: what was done otherwise than last time.
    settled: the questions that were answered before the result was kept, with who answered.
    """

    side: str
    key: str
    label: str
    note: str
    cells: Sequence[Cell]
    version: int
    kept: str
    last: str
    last_number: str | None
    outcome: Outcome | None
    taken: Taken | None
    usual: str = ""
    unlike: Sequence[str] = ()
    settled: Sequence[str] = ()


@dataclass(frozen=True)
class Trouble:
    """A no, or a question, at one field of a card. kind: refused, asked, swapped or conflict."""

    field: str
    sentence: str
    kind: str = "refused"
    typed: str = ""
    instead: str = ""
    unit: str = ""
    side: str = ""


@dataclass(frozen=True)
class Card:
    """One measure of an assessment as its card shows it. between: one side against the other.

    before: the aid and the change of the test last time. may_repeat: whether one trial more may be taken.
    """

    measure: Measure
    entry: Entry
    rows: Sequence[SideRow]
    units: Sequence[tuple[str, str]]
    unit: str
    way: str
    aid: str
    modified: str
    device: str
    by_side: bool
    choose_side: bool
    side: str
    left_out: str
    troubles: Sequence[Trouble] = ()
    between: str = ""
    before: str = ""
    may_repeat: bool = False

    @property
    def usual(self) -> str:
        """Return what is usual, where it is the same for every side; else each row says its own."""
        found = {row.usual for row in self.rows}
        return next(iter(found)) if len(found) == 1 else ""

    @property
    def unlike(self) -> Sequence[str]:
        """Return what was done otherwise than last time, once for all sides."""
        return list(dict.fromkeys(one for row in self.rows for one in row.unlike))

    @property
    def settled(self) -> Sequence[str]:
        """Return the questions that were answered, with who answered."""
        return list(dict.fromkeys(one for row in self.rows for one in row.settled))

    @property
    def done(self) -> bool:
        """Return whether any side has a result in this assessment."""
        return any(row.taken for row in self.rows)

    @property
    def stepped(self) -> bool:
        """Return whether the count is tapped rather than typed."""
        one = self.measure.trials.count == 1 and not self.by_side
        return one and self.measure.whole_numbers and self.measure.category in STEPPED

    @property
    def unit_label(self) -> str:
        """Return the unit inside the field."""
        return unit_name(self.unit, self.entry) if self.unit != RAW_SUM else f"/ {self.entry.raw_highest}"

    @property
    def lead(self) -> str:
        """Return the first sentence of the protocol and how the trials count."""
        first = self.measure.protocol.partition(". ")[0].rstrip(".")
        return f"{first}. {kept_words(self.measure)}".strip()

    @property
    def trial_numbers(self) -> range:
        """Return the numbers of the trials."""
        return range(1, max((len(row.cells) for row in self.rows), default=1) + 1)

    @property
    def kept_name(self) -> str:
        """Return what the kept value is called where there are several trials: the best, the mean, the last one."""
        return (
            {"best": "Best", "mean": "Mean", "single": "Kept, last"}.get(self.measure.trials.kept, "")
            if len(self.trial_numbers) > 1
            else ""
        )

    @property
    def is_grip(self) -> bool:
        """Return whether this is grip, which shows value, percentile, line and own best and nothing else."""
        return self.measure.id == GRIP

    @property
    def bad(self) -> Mapping[str, Trouble]:
        """Return what is said at each field, by its name."""
        return {trouble.field: trouble for trouble in self.troubles}


@dataclass(frozen=True)
class Reason:
    """Where one figure comes from."""

    figure: str
    what: str
    population: str
    source: str
    mark: str


@dataclass
class Typed:
    """What was typed into a card that could not be kept as it is, so that the page gives it back."""

    values: Mapping[str, str] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


def title_of(assessment: Assessment, started_on: date | None) -> str:
    """Return what an assessment is called: “60-day reassessment”, where its day is near a multiple of 30."""
    if assessment.kind != Assessment.Kind.REASSESSMENT or started_on is None:
        return assessment.get_kind_display()
    days = (assessment.practice.day(assessment.started_at) - started_on).days
    steps = round(days / INTERVAL)
    return (
        f"{steps * INTERVAL}-day reassessment"
        if steps and abs(days - steps * INTERVAL) <= 7
        else "Reassessment"
    )


def day_words(started_on: date | None, on: date) -> str:
    """Return “day 57”; empty before service started."""
    return f"day {(on - started_on).days + 1}" if started_on and on >= started_on else ""


def unit_name(unit: str, entry: Entry) -> str:
    """Return a unit in a list of choices."""
    if unit == RAW_SUM:
        return f"raw sum, 0 to {entry.raw_highest}"
    return "score, 0 to 100" if entry.raw_table else quantities.label(unit)


def card_of(
    assessment: Assessment,
    measure: Measure,
    taken: Mapping[Key, Sequence[Taken]],
    outcomes: Mapping[Key, Outcome],
    *,
    units: str,
    client: Client,
    typed: Typed | None = None,
    more: bool = False,
) -> Card:
    """Return the card of one measure. taken, outcomes: of the episode up to today, by measure and side.

    more: show a field for one trial more than the protocol asks for, as after a disturbed one.
    """
    entry = catalogue.entry_of(measure)
    typed = typed or Typed()
    by_side = measure.trials.per == "side"
    here = {side: _in(assessment, taken.get((measure.id, side), ())) for side in (*measure.sides, "none")}
    recorded = next((one for one in here.values() if one), None)
    choose = bool(measure.sides) and not by_side
    involved = assessment.episode.side
    if by_side:
        sides = sorted(measure.sides, key=lambda side: (side != involved, side != "right"))
    elif choose:
        default = recorded.side if recorded else involved if involved in measure.sides else measure.sides[0]
        sides = [typed.values.get("side") or default]
    else:
        sides = ["none"]
    choices = units_for(measure, entry, us=units == "us")
    before = [readings[-1] for key, readings in taken.items() if key[0] == measure.id]
    known = recorded or (before[-1] if before else None)
    last_unit = known.trials[0].get("unit", "") if known and known.trials else ""
    unit = typed.values.get("unit") or (last_unit if last_unit in choices else choices[0])
    way = typed.values.get("device") or (known.device if known else "")
    rows = [
        _row(assessment, measure, entry, side, taken, outcomes, here.get(side), units, client, typed, more)
        for side in sides
    ]
    cells = max(len(row.cells) for row in rows)
    earlier = [one for one in before if one.assessment_id != assessment.pk]
    return Card(
        measure=measure,
        entry=entry,
        rows=rows,
        between=beside.between_sides(
            measure,
            {side: one.value for side, one in here.items() if one},
            involved,
            shown_unit(measure, entry, units),
        ),
        units=[(one, unit_name(one, entry)) for one in choices],
        unit=unit,
        way=way if way in entry.ways else "",
        device="" if entry.ways else way,
        aid=typed.values.get("aid", recorded.aid if recorded else ""),
        modified=typed.values.get("modified", recorded.modified if recorded else ""),
        by_side=by_side,
        choose_side=choose and recorded is None,
        side=sides[0],
        left_out=assessment.left_out.get(measure.id, ""),
        troubles=typed.troubles,
        before=words.joined(list(filter(None, (earlier[-1].aid, earlier[-1].modified)))) if earlier else "",
        may_repeat=bool(recorded) and cells < HIGHEST_TRIAL and not more,
    )


def _in(assessment: Assessment, readings: Sequence[Taken]) -> Taken | None:
    return next((one for one in reversed(readings) if one.assessment_id == assessment.pk), None)


def _row(
    assessment: Assessment,
    measure: Measure,
    entry: Entry,
    side: str,
    taken: Mapping[Key, Sequence[Taken]],
    outcomes: Mapping[Key, Outcome],
    here: Taken | None,
    units: str,
    client: Client,
    typed: Typed,
    more: bool,
) -> SideRow:
    key = ONE if measure.sides and measure.trials.per != "side" else side
    stored = {trial["n"]: trial["value"] for trial in here.trials} if here else {}
    count = min(max(measure.trials.count, max(stored, default=0)) + more, HIGHEST_TRIAL)
    cells = []
    for number in range(1, count + 1):
        name = f"{key}-{number}"
        label = f"Trial {number}" if count > 1 else _single_label(measure, entry)
        cells.append(Cell(name, label, typed.values.get(name, stored.get(number, "")), number))
    earlier = [one for one in taken.get((measure.id, side), ()) if one.assessment_id != assessment.pk]
    unit = shown_unit(measure, entry, units)
    last = said.figure(measure, earlier[-1].value, unit) if earlier else ""
    return SideRow(
        side=side,
        key=key,
        label=side.capitalize() if side != "none" else "",
        note=_side_note(assessment, measure, side, client),
        cells=cells,
        version=here.version if here else 0,
        kept=said.figure(measure, here.value, unit) if here else "",
        last_number=last.split(" ")[0] or None,
        last=f"{last}, {words.day(earlier[-1].on, 'short')}" if earlier else "",
        outcome=outcomes.get((measure.id, side)),
        taken=here,
        usual=beside.usual_words(
            assessment, measure, entry, side, outcomes.get((measure.id, side)), taken, unit
        ),
        unlike=beside.unlike(here, earlier[-1], entry) if here and earlier else (),
        settled=[f"{one['sentence']} {one['name']} kept it as typed." for one in here.asked] if here else (),
    )


def _single_label(measure: Measure, entry: Entry) -> str:
    if measure.category == "prom":
        return "Total score"
    return {"{stands}": "Full stands", "{points}": "0 to 10"}.get(measure.unit, entry.short)


def _side_note(assessment: Assessment, measure: Measure, side: str, client: Client) -> str:
    if measure.id == GRIP:
        return "dominant" if client.dominant_hand == side else ""
    return "involved" if side in ("left", "right") and side == assessment.episode.side else ""


# ---- Meaning


@dataclass(frozen=True)
class Reading:
    """The right half of a result: the change as a big figure, what it is against, and what it counts for."""

    figure: str
    unit: str
    against: str
    text: str
    icon: str
    css: str
    ruler: Any
    name: str


@dataclass(frozen=True)
class SideReading:
    """One side of a card with its meaning, and what “Why?” shows."""

    row: SideRow
    outcome: Outcome
    reading: Reading
    reasons: Sequence[Reason]
    percentile: str
    best: str


def reads_of(card: Card) -> list[SideReading]:
    """Return the meaning of each side of a card that was ever measured."""
    found = []
    for row in card.rows:
        reading = reading_of(row)
        if reading is None or row.outcome is None:
            continue
        outcome = row.outcome
        best = outcome.figure(outcome.best_before)
        found.append(
            SideReading(
                row,
                outcome,
                reading,
                reasons(outcome),
                percentile_words(outcome),
                f"{best} → {outcome.current_figure}",
            )
        )
    return found


ICONS = {
    "better": ("up", "ok"),
    "worse": ("down", "stop"),
    "same": ("flat", "soft"),
    "unknown": ("info", "soft"),
}


def reading_of(row: SideRow) -> Reading | None:
    """Return what one side's result means; None while nothing was ever measured."""
    outcome = row.outcome
    if outcome is None:
        return None
    name = name_of(outcome.entry, row.side)
    if row.taken is None or row.taken.id != outcome.current.id:
        return _waiting(outcome, name)
    icon, css = ICONS.get(outcome.verdict_kind, ("flat", "soft"))
    if outcome.limits is not None:
        outside = outcome.verdict == "outside limits"
        icon, css = ("warn", "hold") if outside else ("check", "soft")
        return Reading(
            outcome.figure(outcome.current),
            "",
            _limits_words(outcome),
            _sentence(outcome.counts),
            icon,
            css,
            None,
            name,
        )
    judged = outcome.against_best if outcome.measure.id == GRIP else outcome.change
    if judged is None:
        return Reading(
            outcome.figure(outcome.current),
            "",
            "first value",
            _sentence(outcome.counts),
            "flat",
            "soft",
            outcome.ruler,
            name,
        )
    first = outcome.best_before if outcome.measure.id == GRIP else outcome.baseline
    against = "own best" if outcome.measure.id == GRIP else "baseline"
    figure, unit = _change_figure(outcome, judged.difference)
    day = words.day(first.on, "short") if first else ""
    return Reading(
        figure, unit, f"against {against} {outcome.figure(first)}, {day}", _sentence(outcome.counts), icon, css,
        outcome.ruler, name,
    )  # fmt: skip


def _waiting(outcome: Outcome, name: str) -> Reading:
    """Nothing typed yet: what was there before, and from where on a change would count."""
    change = outcome.change
    threshold = change.threshold if change else None
    text = ""
    if threshold and outcome.limits is None and outcome.measure.id != GRIP:
        up = outcome.chart.better == "higher"
        line = outcome.baseline.value + (threshold.value if up else -threshold.value)
        compare = "or more" if up else "or less"
        text = f"{said.figure(outcome.measure, line, outcome.unit)} {compare} goes beyond {threshold.words}."
    before = f"baseline {outcome.figure(outcome.baseline)}"
    if outcome.current is not outcome.baseline:
        before += f", last {outcome.figure(outcome.current)}"
    ruler = outcome.ruler if outcome.limits is None else None
    return Reading("–", "", before, text, "flat", "soft", ruler, name)


def _change_figure(outcome: Outcome, difference: Decimal) -> tuple[str, str]:
    value = quantities.convert(difference, outcome.measure.unit, outcome.unit)
    label = quantities.label(outcome.unit)
    places = outcome.chart.places
    return words.signed(value, places), {"score": "points"}.get(label, label)


def _limits_words(outcome: Outcome) -> str:
    limits = outcome.limits
    if limits is None:
        return ""
    parts = []
    if limits.high is not None:
        parts.append(f"up to {said.figure(outcome.measure, limits.high)}")
    if limits.low is not None:
        parts.append(f"from {said.figure(outcome.measure, limits.low)}")
    return f"limit in force: {words.joined(parts)}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def percentile_words(outcome: Outcome | None) -> str:
    """Return “30th to 40th” for grip; a dash where no table fits."""
    found = outcome.compared if outcome else None
    if not isinstance(found, norms.Comparison) or (found.below is None and found.above is None):
        return "–"
    return norms.span_words(found.below, found.above)


def reasons(outcome: Outcome) -> list[Reason]:
    """Return every figure that stands beside the client's own values: value, population, source, mark.

    All published lines for this person are named, the one on the chart first.
    """
    found = [Reason(outcome.own, "Version in force", "", "", "")] if outcome.own else []
    measure, key = outcome.measure, outcome.measure.id

    def amount_of(value: ChangeValue, what: str = "") -> Reason:
        amount = (
            f"{value.value:f} {value.unit}"
            if value.unit
            else said.amount(measure, value.threshold, outcome.unit)
        )
        return _reason(
            amount, what or value.type, value.population, value.source, value.verification, outcome, key
        )

    judged = outcome.against_best if measure.id == GRIP else outcome.change
    if judged and judged.threshold and not outcome.differs:
        amounts = (judged.threshold.error, judged.threshold.matters)
        found += [amount_of(value) for value in amounts if value is not None]
    elif judged and outcome.limits is None and not outcome.differs:
        found.append(
            Reason("–", "Change that counts", "No verified amount of change fits this client.", "", "")
        )
        found += [amount_of(value) for value in judged.waiting]
    if judged and outcome.limits is None:
        found += [amount_of(value, f"{value.type}, shown and not used") for value in judged.beside]
    compared = outcome.compared
    if isinstance(compared, norms.Comparison):
        file = compared.key.partition(norms.PART)[0]
        found.append(
            _reason(
                compared.sentence, compared.title, compared.population, compared.source, compared.verification,
                outcome, file,
            )
        )  # fmt: skip
    elif compared.reason and outcome.limits is None:
        found.append(Reason("–", "Comparison with people", compared.reason, "", ""))
    for fact in outcome.facts_of_lines:
        cutoff = fact.line.cutoff
        words_ = f"{fact.name}: {fact.side}"
        found.append(
            _reason(
                words_, "Published line", cutoff.note, cutoff.source, cutoff.verification, outcome, cutoff.id
            )
        )
    return found


def _reason(
    figure: str, what: str, population: str, source: str, mark: Verification, outcome: Outcome, key: str
) -> Reason:
    return Reason(figure, what, population, source, mark_words(mark, key, outcome.on))


def tail_sentences(outcomes: Sequence[Outcome]) -> list[str]:
    """Return outcomes as sentences, for what has no chart of its own. Grip: value, percentile, line, own best."""
    found = []
    for outcome in outcomes:
        if outcome.measure.id != GRIP:
            found.append(f"{outcome.name}: {outcome.figure(outcome.current)}. {outcome.sentence}")
            continue
        parts = [outcome.figure(outcome.current)]
        if (place := percentile_words(outcome)) != "–":
            parts.append(f"{place} percentile")
        if outcome.line_name:
            parts.append(f"{outcome.line_words.removesuffix(' it')} the {outcome.line_name}")
        found.append(f"{outcome.name}: {', '.join(parts)}. {_sentence(outcome.says)}")
    return found


def measures_to_add(assessment: Assessment) -> Grouped:
    """Return the measures in service that are not planned, by kind and region."""
    known = library_of(assessment.episode.practice).measures.values()
    return measures_by_kind(
        one for one in known if one.id not in assessment.planned and catalogue.can_be_typed(one)
    )


# More than this reads as a list, and the list of measures stands below.
MOST_NAMED = 4


def missing_words(open_ones: Sequence[state.Missing]) -> str:
    """Return what still keeps an assessment from being finished; many are counted, the list beside names them."""
    if not open_ones:
        return "Nothing is missing."
    if len(open_ones) > MOST_NAMED:
        return f"{len(open_ones)} results are missing."
    return f"Missing: {words.joined([one.words for one in open_ones])}."
