"""Session logs as plain values: what the tablet draws, and what two versions look like side by side."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from medexpro.kernel.findings import Finding
from medexpro.kernel.quantities import label
from medexpro.kernel.reference import Verification
from medexpro.knowledge.library import library, library_of
from medexpro.programs.models import ServiceCategory
from medexpro.programs.rules.fit import Block
from medexpro.programs.rules.making import line_of
from medexpro.sessions.gate import Gate, Weighing, parts_of
from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionReading
from medexpro.sessions.operations import last_entries, last_of, load_unit_of
from medexpro.sessions.own_phrases import own_phrases
from medexpro.sessions.rules.phrases import Done, Pressure, offered
from medexpro.sessions.rules.swapping import SWAPPED, Choice, choices
from medexpro.sessions.rules.times import floor_closes_at

# Without a program: the working rule for effort and pain, both of 10.
EFFORT_CEILING, PAIN_CEILING = 6, 5


def plain(value: Decimal | str | None) -> str:
    """Return a decimal without needless zeros; "" for none."""
    if value is None:
        return ""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def entry_state(session: SessionLog, entry: ExerciseEntry) -> dict[str, Any]:
    """Return one exercise entry for the tablet."""
    return {
        "id": str(entry.pk),
        "exercise": entry.exercise,
        "name": entry.name,
        "category": entry.category,
        "part": entry.part,
        "parts": sorted(parts_of(session, entry)),
        "logged_at": entry.logged_at.isoformat() if entry.logged_at else None,
        "order": entry.order,
        "state": entry.state,
        "sets": entry.sets,
        "quantity_unit": entry.quantity_unit,
        "load_unit": label(entry.load_unit),
        "target": entry.target,
        "last": entry.last,
        "effort": entry.effort,
        "pain": entry.pain,
        "reason": entry.reason,
    }


def gate_state(session: SessionLog, gate: Gate, *, at: datetime) -> dict[str, Any]:
    """Return the gate for the tablet: the verdict, every finding, every reading so far."""
    return gate.verdict.as_dict() | {
        "findings": [finding_state(finding) for finding in gate.findings],
        "answers": session.answers,
        "weighed_at": at.isoformat(),
    }


def finding_state(finding: Finding) -> dict[str, Any]:
    """Return a finding for the tablet; a working rule of the practice says that it is one."""
    rule = finding.verification == Verification.HOUSE_RULE and not finding.code.endswith("-not-taken")
    return finding.as_dict() | {"mark": Verification.HOUSE_RULE.label if rule else ""}


def found_in(session: SessionLog) -> list[dict[str, str]]:
    """Return what the gates said, for the note: a sentence several of them say stands once, with the source of each."""
    sources: dict[str, list[str]] = {}
    for finding in session.findings:
        if not finding["code"].endswith("-not-taken"):
            sources.setdefault(finding["sentence"], []).append(finding["source"])
    return [{"sentence": said, "source": "; ".join(dict.fromkeys(found))} for said, found in sources.items()]


def readings_state(readings: Sequence[SessionReading]) -> list[dict[str, Any]]:
    """Return readings in the order taken."""
    return [
        {
            "measure": reading.measure,
            "value": plain(reading.value),
            "unit": label(reading.unit),
            "moment": reading.moment,
            "at": reading.at.isoformat(),
        }
        for reading in readings
    ]


def session_state(weighing: Weighing) -> dict[str, Any]:
    """Return everything the session page draws from, the gate weighed now."""
    session, entries, readings = weighing.session, weighing.entries, weighing.readings
    program = session.program
    return {
        "id": str(session.pk),
        "practice": str(session.practice_id),
        "version": session.version,
        "number": session.number,
        "planned": program.sessions_planned if program else None,
        "state": session.state,
        "opened_at": session.opened_at.isoformat(),
        "floor_closes_at": floor_closes_at(session.opened_at, session.practice.tz).isoformat(),
        "stopped": session.stopped,
        "started_at": session.started_at.isoformat() if session.started_at else None,
        "red_flags": session.red_flags,
        "red_flags_at": session.red_flags_at.isoformat() if session.red_flags_at else None,
        "signs": session.signs,
        "readings": readings_state(readings),
        "gate": gate_state(session, weighing.gate(), at=weighing.at),
        "entries": [entry_state(session, entry) for entry in entries],
        "minutes": session.minutes,
        "place": session.place,
        "note": session.note,
        "phrases": phrases_of(session, entries, readings),
        "own_phrases": own_phrases(session.episode.practice),
        "close": {
            "response": session.response,
            "decision": session.decision,
            "reason": session.decision_reason,
            "next_plan": session.next_plan,
            "proposed_by": session.proposed_by,
        },
        "ceilings": {
            "effort": program.effort_ceiling if program else EFFORT_CEILING,
            "pain": program.pain_ceiling if program else PAIN_CEILING,
        },
        "categories": [{"key": key, "label": words} for key, words in ServiceCategory.choices],
    }


def swaps_state(weighing: Weighing, blocks: Sequence[Block]) -> dict[str, Any]:
    """Return what may take the place of each exercise of a session: ids by exercise, and each of them once.

    Each comes as the entry it would be, with what was done of it the last time, and with what speaks against it.
    """
    session = weighing.session
    known = library_of(session.episode.practice).exercises
    taken = [entry.exercise for entry in weighing.entries]
    found = {
        key: choices(known[key], known, blocks, taken=taken) for key in dict.fromkeys(taken) if key in known
    }
    every = {one.exercise.id: one for options in found.values() for one in options}
    last = last_entries(session.episode, list(every), before=session.number)
    return {
        "instead": {key: [one.exercise.id for one in options] for key, options in found.items()},
        "others": {key: _other(one, session, last.get(key)) for key, one in every.items()},
    }


def _other(choice: Choice, session: SessionLog, last: ExerciseEntry | None) -> dict[str, Any]:
    exercise, line = choice.exercise, line_of(choice.exercise)
    said = {"warning": choice.warning, "blocked": choice.blocked} if choice.findings else {}
    return said | {
        "exercise": exercise.id,
        "name": exercise.name,
        "category": line.category,
        "part": line.part,
        "parts": sorted(parts_of(session, ExerciseEntry(exercise=exercise.id, part=line.part))),
        "quantity_unit": line.unit,
        "load_unit": label(load_unit_of(session)),
        "last": last_of(last),
        "target": {
            "sets": line.sets,
            "quantity": str(line.quantity),
            "load": None,
            "effort": str(line.effort),
            "cue": exercise.cues[:160],
        },
    }


def phrases_of(
    session: SessionLog, entries: Sequence[ExerciseEntry], readings: Sequence[SessionReading]
) -> list[str]:
    """Return the phrases offered for the note."""
    done = []
    for entry in entries:
        if entry.state == "open" or (entry.state == "swapped" and not entry.reason.startswith(SWAPPED)):
            continue
        first = entry.sets[0] if entry.sets else {}
        last = (entry.last.get("sets") or [{}])[0]
        done.append(
            Done(
                name=entry.name,
                sets=len(entry.sets),
                quantity=Decimal(first.get("quantity") or 0),
                load=Decimal(first["load"]) if first.get("load") else None,
                load_unit=label(entry.load_unit),
                effort=entry.effort,
                pain=entry.pain,
                last_quantity=Decimal(last["quantity"]) if last.get("quantity") else None,
                last_load=Decimal(last["load"]) if last.get("load") else None,
                skipped=entry.state == "skipped",
                skipped_reason=entry.reason,
                swapped=entry.reason.removeprefix(SWAPPED) if entry.state == "swapped" else "",
            )
        )
    program = session.program
    return offered(
        done,
        pressures_of(readings),
        as_planned=all(entry.state == "done" for entry in entries),
        effort_ceiling=program.effort_ceiling if program else EFFORT_CEILING,
    )


def pressures_of(readings: Sequence[SessionReading]) -> list[Pressure]:
    """Return a session's blood pressures in the order taken; the upper number is sent before the lower."""
    high = [reading for reading in readings if reading.measure == "bp_systolic"]
    low = [reading for reading in readings if reading.measure == "bp_diastolic"]
    return [
        Pressure(upper.value, lower.value, upper.moment == "pre")
        for upper, lower in zip(high, low, strict=False)
    ]


def target_value(session: SessionLog, target: str) -> dict[str, Any]:
    """Return what stands now at a command's target, to be shown beside what the other device sent."""
    if target.startswith("entry:"):
        entry = session.entries.filter(pk=target.removeprefix("entry:")).first()
        return entry_state(session, entry) if entry else {}
    return {
        "note": {"text": session.note},
        "minutes": {"seconds": session.minutes},
        "place": {"place": session.place},
        "red_flags": {"items": session.red_flags},
        "close": {
            "decision": session.decision,
            "reason": session.decision_reason,
            "response": session.response,
            "next_plan": session.next_plan,
        },
    }.get(target, {})


def stop_of(session: SessionLog) -> dict[str, Any] | None:
    """Return what stopped a session and when, for the note; None when nothing did."""
    if session.stopped is None:
        return None
    return {"at": datetime.fromisoformat(session.stopped["at"]), "observed": session.stopped["observed"]}


def set_words(entry: ExerciseEntry) -> str:
    """Return an entry's sets in words: 3 × 10 at 70 lb; 8 min."""
    units = {"reps": "", "seconds": " s", "minutes": " min", "metres": " m", "flights": " flights"}
    if not entry.sets:
        return ""
    quantities = [plain(one["quantity"]) for one in entry.sets]
    unit = units.get(entry.quantity_unit, f" {entry.quantity_unit}")
    same = len(set(quantities)) == 1
    words = (
        f"{len(quantities)} × {quantities[0]}{unit}"
        if same and len(quantities) > 1
        else f"{', '.join(quantities)}{unit}"
    )
    load = entry.sets[-1].get("load")
    return f"{words} at {plain(load)} {label(entry.load_unit)}" if load else words


def readings_by_name(session: SessionLog) -> list[tuple[str, list[tuple[str, datetime, str]]]]:
    """Return what was read, in the order taken: name, then value with unit, time and moment of each reading.

    The two numbers of a blood pressure are one reading: 138/82 mmHg.
    """
    found: dict[str, list[tuple[str, datetime, str]]] = {}
    readings = list(session.readings.all())
    low = [one for one in readings if one.measure == "bp_diastolic"]
    high = [one for one in readings if one.measure == "bp_systolic"]
    pairs = dict(zip((one.pk for one in high), low, strict=False))
    paired = {one.pk for one in pairs.values()}
    for one in readings:
        if one.pk in paired:
            continue
        unit = label(one.unit)
        if one.pk in pairs:
            value = f"{plain(one.value)}/{plain(pairs[one.pk].value)} {unit}"
            found.setdefault("Blood pressure", []).append((value, one.at, one.moment))
            continue
        value = plain(one.value) + ("" if unit.startswith("/") else " ") + unit
        found.setdefault(measure_name(one.measure, session.practice), []).append(
            (value.strip(), one.at, one.moment)
        )
    return list(found.items())


def symptom_words(ids: Sequence[str]) -> list[str]:
    """Return red flags or signs as a professional reads them; one the library does not know stays as its id."""
    known = library().symptoms | library().histories
    return [known[key].professional if key in known else key.replace("_", " ") for key in ids]


def measure_name(measure: str, practice: Any) -> str:
    """Return what people of a practice call a measure."""
    known = library_of(practice).all_measures.get(measure)
    return known.name if known else measure
