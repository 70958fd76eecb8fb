"""Every figure of one entry, for its page: value, for whom, source, mark."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from medexpro.kernel import reference as ref
from medexpro.kernel.wording import GROUPS
from medexpro.knowledge.library import Entry, shown
from medexpro.knowledge.listing import WHERE_SAID
from medexpro.knowledge.presenters import (
    ACTIONS,
    COMPARISON,
    DIRECTIONS,
    ROLES,
    WHEN,
    Fact,
    Mark,
    Section,
    dose_words,
    gate_words,
    plain,
    rule_words,
    trial_words,
    with_unit,
)
from medexpro.knowledge.turning import TurnedOn

RANGES = "Ranges an entry is checked against"
HOUSE = Mark.of(ref.Verification.HOUSE_RULE)


def sections_of(entry: Entry, turned_on: Mapping[str, TurnedOn] | None = None) -> list[Section]:
    """Return an entry's figures in groups, each figure with what it rests on. turned_on: what the practice turned on."""
    found = [section for section in DETAILS[entry.kind](entry.record) if section.facts]
    return [_marked(section, turned_on) for section in found] if turned_on else found


def _marked(section: Section, turned_on: Mapping[str, TurnedOn]) -> Section:
    """Return a section whose unverified figures say who turned them on."""
    facts = (
        replace(fact, mark=Mark.on(turned_on[fact.turns])) if fact.turns in turned_on else fact
        for fact in section.facts
    )
    return replace(section, facts=tuple(facts))


def _fact(name: str, value: str, record: Any, population: str = "", turns: str = "") -> Fact:
    mark = getattr(record, "verification", None)
    turns = "" if mark is None or mark.in_force else turns
    return Fact(name, value, population, getattr(record, "source", ""), Mark.of(mark), turns)


def _measure(measure: ref.Measure) -> Iterator[Section]:
    unit = measure.unit
    valid, usual = measure.valid_range, measure.plausible_range
    trials = trial_words(measure)
    yield Section(
        "How it is taken",
        (
            _fact("Protocol", measure.protocol, measure),
            Fact("Trials", trials[:1].upper() + trials[1:], measure.trials.note),
            Fact("Equipment", ", ".join(measure.equipment).capitalize() or "None"),
            Fact("Direction", DIRECTIONS[measure.direction]),
        ),
    )
    yield Section(
        RANGES,
        (
            Fact(
                "Refused outside",
                f"{plain(valid.min)} to {with_unit(valid.max, unit)}",
                mark=HOUSE,
                source="House rule",
            ),
            Fact(
                "Asked about outside",
                f"{plain(usual.min)} to {with_unit(usual.max, unit)}",
                mark=HOUSE,
                source="House rule",
            ),
        ),
    )
    changes = []
    for value in measure.change:
        span = f"{plain(value.value)} to " if value.value_high is not None else ""
        said = f"{span}{with_unit(value.threshold, value.unit or unit)} ({value.type})"
        population = f"{value.population}{', ' + value.note if value.note else ''}"
        changes.append(_fact(ROLES[value.role], said, value, population, measure.id))
    yield Section("Amounts of change", tuple(changes))
    yield Section("Published lines", tuple(_line(cutoff, measure) for cutoff in measure.cutoffs))
    yield Section("Norm tables", tuple(_norm_fact(file) for file in measure.norms))
    yield Section("Rights", tuple(_licence(measure)))


def _line(cutoff: ref.CutOff, measure: ref.Measure) -> Fact:
    if cutoff.value is not None:
        value = f"{COMPARISON[cutoff.op].capitalize()} {with_unit(cutoff.value, cutoff.unit or measure.unit)}"
    else:
        table = shown().norms[cutoff.table or cutoff.equation]
        value = f"{COMPARISON[cutoff.op].capitalize()} the line of {table.title}"
    population = {"male": "men", "female": "women"}.get(cutoff.sex, "")
    return _fact(cutoff.label, value, cutoff, population, cutoff.id)


def _norm_fact(file: str) -> Fact:
    norm = shown().norms[file]
    rows: tuple[ref.NormRow | ref.IntervalRow | ref.EquationRow, ...] = (
        norm.rows or norm.intervals or norm.equations
    )
    source = rows[0].source if rows else ""
    return Fact(norm.title, f"version {norm.version}" if norm.installed else "not installed", source=source)


def _licence(measure: ref.Measure) -> Iterator[Fact]:
    licence = measure.licence
    if licence.status != "not_applicable":
        items = "Its items may be shown" if licence.items_may_ship else "Only the total is kept here"
        yield _fact(items, licence.note or licence.status.replace("_", " "), licence)
    if measure.loinc:
        yield _fact("LOINC", f"{measure.loinc.code} {measure.loinc.display}", measure.loinc)


def _gate(gate: ref.Gate) -> Iterator[Section]:
    data = shown()
    yield Section("What it says", (_fact(ACTIONS[gate.action], gate.text, gate, turns=gate.id),))
    facts = [Fact("Weighed", WHEN[gate.when])]
    joined = "all of" if gate.logic == "all" else "any of"
    facts += [
        Fact("Fires on" if len(gate.rules) == 1 else f"Fires on {joined}", rule_words(rule), rule.note)
        for rule in gate.rules
    ]
    for title, keys in (
        ("Only with all of", gate.requires),
        ("Only with any of", gate.requires_any),
        ("Not with", gate.unless),
    ):
        facts += [Fact(title, data.histories[key].professional) for key in keys]
    for clear in gate.clears_at:
        measure = data.all_measures[clear.measure]
        facts.append(
            Fact(
                "Cleared by", f"{measure.name} {COMPARISON[clear.op]} {with_unit(clear.value, measure.unit)}"
            )
        )
    if gate.tell_within_hours is not None:
        facts.append(Fact("Tell the provider", f"within {gate.tell_within_hours} hours"))
    if gate.limit_set:
        facts.append(Fact("Belongs to", data.limit_sets[gate.limit_set].name))
    if gate.note:
        facts.append(Fact("Background", gate.note))
    yield Section("When it fires", tuple(facts))


def _limit_set(limit_set: ref.LimitSet) -> Iterator[Section]:
    gates = shown().gates
    yield Section("Limits", (_fact(limit_set.name, limit_set.note, limit_set),))
    yield Section(
        "Its gates",
        tuple(_fact(gate_words(gates[key]), gates[key].text, gates[key]) for key in limit_set.gates),
    )


def _norm(norm: ref.NormSet) -> Iterator[Section]:
    measures = shown().all_measures
    for variant in norm.variants:
        rows = [row for row in norm.rows if variant.variant in {"all", row.variant}]
        facts = [Fact("Not shown", variant.held)] if variant.held else []
        for row in rows:
            sex = {"male": "Men", "female": "Women"}.get(row.sex, "Anyone")
            facts.append(
                _fact(
                    f"{measures[row.measure_id].name}: {sex}, {_ages(row)}",
                    _row(row),
                    row,
                    row.note,
                    norm.file,
                )
            )
        yield Section(rows[0].variant if rows else norm.title, tuple(facts))
    yield Section(
        "Raw sum to interval score",
        tuple(
            _fact(f"Raw sum {row.raw_sum}", plain(row.interval_score), row, turns=norm.file)
            for row in norm.intervals
        ),
    )
    yield Section("Equations", tuple(fact for row in norm.equations for fact in _equation(row, norm.file)))


def _ages(row: ref.NormRow | ref.EquationRow) -> str:
    """Return the years a row holds for: a span, or one age."""
    return f"{row.age_min} to {row.age_max}" if row.age_min < row.age_max else str(row.age_min)


def _row(row: ref.NormRow) -> str:
    if row.percentiles:
        return (
            ", ".join(f"{key}th: {plain(value)}" for key, value in sorted(row.percentiles.items()))
            + f" {row.unit}"
        )
    if row.mean is not None:
        spread = f", SD {plain(row.sd)}" if row.sd is not None else ""
        return f"mean {with_unit(row.mean, row.unit)}{spread}"
    low = plain(row.ref_low) if row.ref_low is not None else ""
    high = plain(row.ref_high) if row.ref_high is not None else ""
    return " to ".join(end for end in (low, high) if end) + f" {row.unit.strip('{}')}"


def _equation(row: ref.EquationRow, file: str) -> Iterator[Fact]:
    sex = {"male": "Men", "female": "Women"}.get(row.sex, "Anyone")
    name = f"{row.equation_id.replace('_', ' ').capitalize()}: {sex}, {_ages(row)}"
    height, weight = plain(row.height_cm_coef), plain(row.weight_kg_coef)
    said = f"{plain(row.intercept_m)} + {height} × height (cm) + {weight} × weight (kg) + {plain(row.age_y_coef)} × age"
    yield _fact(name, said, row, row.note, file)
    if row.lln_subtract_m is not None and row.lln_verification is not None:
        mark = row.lln_verification
        said = f"{plain(row.lln_subtract_m)} m below the expected distance"
        turns = "" if mark.in_force else file
        yield Fact(f"{name}, lower limit of normal", said, row.note, row.source, Mark.of(mark), turns)


def _protocol(protocol: ref.Protocol) -> Iterator[Section]:
    data = shown()
    yield Section("Who may enter", tuple(Fact("", text) for text in protocol.entry_criteria))
    yield Section("Not while", tuple(Fact("", text) for text in protocol.contraindications))
    yield Section(
        "Precautions",
        tuple(_fact(p.phrase, p.text, p, _lifts(p), p.id) for p in protocol.precautions),
    )
    measures = ", ".join(data.all_measures[key].name for key in protocol.baseline_measures)
    again = ", ".join(data.all_measures[key].name for key in protocol.reassess.measures)
    yield Section(
        "Measured",
        (
            Fact("At baseline", measures),
            Fact(f"Every {protocol.reassess.interval_days_max} days at most", again),
        ),
    )
    for phase in protocol.phases:
        facts = [Fact("Weeks", f"{phase.weeks[0]} to {phase.weeks[1]}", mark=HOUSE, source="House rule")]
        for kind, fitt in phase.fitt.items():
            facts.append(
                _fact(
                    kind.capitalize(), f"{fitt.frequency}; {fitt.intensity}; {fitt.time}; {fitt.type}", fitt
                )
            )
        facts += [Fact("Go on when", c.text, mark=Mark.of(c.verification)) for c in phase.progress_when]
        facts += [Fact("Hold when", text) for text in phase.hold_when]
        facts += [Fact("Step back when", text) for text in phase.regress_when]
        facts += [Fact("Refer back when", text) for text in phase.refer_back_when]
        names = ", ".join(data.exercises[planned.exercise].name for planned in phase.exercises)
        facts.append(Fact("Exercises", names))
        yield Section(f"Phase: {phase.name}", tuple(facts))
    yield Section("Discharge", tuple(Fact("", text) for text in protocol.discharge_criteria))
    yield Section(
        "Sources", tuple(Fact("", "", "", s.text, Mark.of(s.verification)) for s in protocol.sources)
    )


def _lifts(precaution: ref.Precaution) -> str:
    if precaution.lifts == "record_tag_removed":
        return "ends when a member removes the entry from the record, with a reason"
    asked = (
        f"; the question may be put from week {precaution.ask_release_from_week}"
        if precaution.ask_release_from_week
        else ""
    )
    return f"ends with the provider’s recorded release{asked}"


def _exercise(exercise: ref.Exercise) -> Iterator[Section]:
    data = shown()
    facts = [
        _fact("Starting dose", dose_words(exercise.default_dose), exercise),
        Fact("Cues", exercise.cues),
        Fact("Equipment", ", ".join(exercise.equipment).capitalize() or "None"),
        Fact("Muscles", ", ".join(exercise.primary_muscles) or "None in particular"),
    ]
    for title, key in (("Next step", exercise.progression), ("Step back", exercise.regression)):
        if key:
            facts.append(Fact(title, data.exercises[key].name))
    yield Section("The exercise", tuple(facts))
    yield Section(
        "Not with",
        tuple(Fact(key.replace("_", " "), data.exercise_tags[key]) for key in exercise.contraindicated_tags),
    )


def _wording(entry: ref.WordingEntry) -> Iterator[Section]:
    yield Section(
        "The word",
        (
            _fact("Watched for", ", ".join(entry.words), entry),
            Fact("Suggestion", entry.suggestion),
            Fact("Why", entry.why),
            Fact("Kind", GROUPS[entry.group]),
            Fact("Where", WHERE_SAID[entry.where]),
        ),
    )


DETAILS: dict[str, Any] = {
    "gate": _gate,
    "limit_set": _limit_set,
    "measure": _measure,
    "norm": _norm,
    "protocol": _protocol,
    "exercise": _exercise,
    "wording": _wording,
}
