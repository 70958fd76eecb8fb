"""What “Why?” says beside a figure, wherever it stands: value, population, source, mark. `{% why reasons %}` draws it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from medexpro.kernel import reference as ref
from medexpro.kernel.reference import Verification
from medexpro.knowledge import presenters
from medexpro.knowledge.turning import NOTHING, TurnedOn


@dataclass(frozen=True)
class Reason:
    """What one figure rests on. mark: in words, with who turned it on where nobody verified it. url: its entry."""

    what: str
    figure: str
    population: str = ""
    source: str = ""
    mark: str = ""
    url: str = ""


def mark_words(mark: Verification | None, key: str = "", turned_on: Mapping[str, TurnedOn] = NOTHING) -> str:
    """Return a mark in words. key: the id under which the figure is turned on while it is unverified."""
    if mark is None:
        return ""
    return turned_on[key].label if not mark.in_force and key in turned_on else mark.label


def of_work(phase: ref.Phase) -> list[Reason]:
    """Return what the dosage of a phase rests on: one reason a kind of work."""
    return [
        Reason(
            f"{phase.name}, {kind.replace('_', ' ')}",
            f"{work.frequency}; {work.intensity}; {work.time}; {work.type}",
            source=work.source,
            mark=work.verification.label,
        )
        for kind, work in phase.fitt.items()
    ]


def of_criteria(protocol: ref.Protocol, phase: ref.Phase) -> list[Reason]:
    """Return what the criteria for going on rest on; the last of them leads to the whole protocol."""
    url, last = presenters.address("protocol", protocol.id), len(phase.progress_when)
    measures = presenters.shown().all_measures
    return [
        Reason(
            measures[one.measure].name if one.measure in measures else one.measure.replace("_", " "),
            one.text,
            source=protocol.condition,
            mark=one.verification.label,
            url=url if place == last else "",
        )
        for place, one in enumerate(phase.progress_when, 1)
    ]


def of_dose(exercise: ref.Exercise) -> list[Reason]:
    """Return what the starting dose of an exercise rests on."""
    return [
        Reason(
            exercise.name,
            presenters.dose_words(exercise.default_dose),
            source=exercise.source,
            mark=exercise.verification.label,
            url=presenters.address("exercise", exercise.id),
        )
    ]


def of_gates(gates: Iterable[ref.Gate], turned_on: Mapping[str, TurnedOn] = NOTHING) -> list[Reason]:
    """Return what safety gates rest on: what each watches, what it asks for, its source and mark.

    A written limit is a gate too, with no entry of its own: it names who wrote it.
    """
    ours = presenters.shown().gates
    return [
        Reason(
            presenters.gate_words(gate),
            gate.text,
            source=gate.source,
            mark=mark_words(gate.verification, gate.id, turned_on),
            url=presenters.address("gate", gate.id) if gate.id in ours else "",
        )
        for gate in gates
    ]


def of_precautions(
    protocol: ref.Protocol, precautions: Iterable[ref.Precaution], turned_on: Mapping[str, TurnedOn] = NOTHING
) -> list[Reason]:
    """Return what precautions of a protocol rest on."""
    url = presenters.address("protocol", protocol.id)
    return [
        Reason(one.phrase, one.text, "", one.source, mark_words(one.verification, one.id, turned_on), url)
        for one in precautions
    ]


def of_ranges(measure: ref.Measure) -> list[Reason]:
    """Return what the ranges a reading is checked against rest on: house rules, every one."""
    mark, url = Verification.HOUSE_RULE.label, presenters.address("measure", measure.id)

    def said(span: Any) -> str:
        return f"{presenters.plain(span.min)} to {presenters.with_unit(span.max, measure.unit)}"

    return [
        Reason("Refused outside", said(measure.valid_range), measure.name, "House rule", mark, url),
        Reason("Asked about outside", said(measure.plausible_range), measure.name, "House rule", mark, url),
    ]
