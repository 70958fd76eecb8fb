"""Programs in words."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from medexpro.kernel.quantities import label
from medexpro.kernel.reference import Exercise, Phase, Protocol
from medexpro.programs.models import PhaseDecision, Program, ProgramExercise
from medexpro.programs.rules.dosage import Step
from medexpro.programs.rules.progression import WORDS, Choice, Proposal
from medexpro.web import words

AFTER_SURGERY = "since_surgery_or_event"
# What each choice is weighed under on the page, the strictest first.
GROUPS = (
    (Choice.REFER_BACK, "Refer back if"),
    (Choice.REGRESS, "Back one step if"),
    (Choice.HOLD, "Hold if"),
)
UNITS = {"reps": "", "seconds": " s", "minutes": " min", "metres": " m", "flights": " flights"}


def plain(value: Decimal | None) -> str:
    """Return a decimal without needless zeros."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def dose_words(line: ProgramExercise) -> str:
    """Return the dose as people say it: 3 × 10; 8 min."""
    quantity = plain(line.quantity) + UNITS.get(line.quantity_unit, f" {line.quantity_unit}")
    return f"{line.sets} × {quantity}" if line.sets > 1 else quantity


def load_words(line: ProgramExercise) -> str:
    """Return the load with its unit, or “none”."""
    return f"{plain(line.load)} {label(line.load_unit)}".strip() if line.load else "none"


def phases(
    protocol: Protocol, place: int, entered: Mapping[str, date], *, began_on: date
) -> list[dict[str, Any]]:
    """Return the phases in their order: those behind with the day they were passed, the one in use since when.

    place: of the phase in use. entered: by phase, the day a decision opened it; the first began with the program.
    """
    shown = []
    for number, phase in enumerate(protocol.phases):
        following = protocol.phases[number + 1].id if number + 1 < len(protocol.phases) else ""
        if number < place:
            state, passed = "done", entered.get(following)
            caption = f"Passed {words.day(passed, 'short')}" if passed else "Passed"
        elif number == place:
            state, caption = "now", f"Since {words.day(entered.get(phase.id, began_on), 'short')}"
        else:
            state = "todo"
            counted = " after surgery" if protocol.week_basis == AFTER_SURGERY else ""
            caption = f"Usually weeks {phase.weeks[0]}–{phase.weeks[1]}{counted}; opens by criteria"
        shown.append({"number": number + 1, "name": phase.name, "state": state, "caption": caption})
    return shown


def weeks(protocol: Protocol, surgery: Any, began_on: date, on: date) -> str:
    """Return which week it is, counted as the protocol counts: after the operation, else of the program."""
    if protocol.week_basis == AFTER_SURGERY and surgery is not None:
        passed = surgery.weeks_on(on)
        return "" if passed is None else f"Week {passed} after surgery"
    return f"Week {(on - began_on).days // 7 + 1} of the program"


def evidence_groups(proposal: Proposal) -> list[dict[str, Any]]:
    """Return what was weighed, by what it speaks for, the strictest first; what always holds only where it speaks."""
    return [
        {"title": title, "items": items}
        for choice, title in GROUPS
        if (
            items := [
                item for item in proposal.items if item.choice == choice and (item.holds or not item.always)
            ]
        )
    ]


def decided(decisions: Sequence[PhaseDecision], protocol: Protocol) -> list[dict[str, Any]]:
    """Return decisions in words: what was decided, where it led, and why where it was another than proposed."""
    names = {phase.id: phase.name for phase in protocol.phases}
    return [
        {
            "choice": WORDS[Choice(one.choice)],
            "to": names.get(one.to_phase, one.to_phase) if one.to_phase != one.from_phase else "",
            "proposed": WORDS[Choice(one.proposed)] if one.proposed and one.proposed != one.choice else "",
            "reason": one.reason,
            "seen": [
                f"{item['text']}: {item['seen']}"
                for item in one.evidence
                if item.get("holds") and item.get("choice") == one.choice
            ],
            "by": one.by,
            "at": one.at,
        }
        for one in decisions
    ]


def entry(protocol: Protocol, program: Program) -> list[dict[str, Any]]:
    """Return the protocol's entry criteria, each with who confirmed it, when and by what."""
    rows = []
    for criterion in protocol.entry_criteria:
        said = program.entry.get(criterion)
        on = program.practice.day(datetime.fromisoformat(said["at"])) if said else None
        rows.append(
            {
                "text": criterion,
                "by": said["by"] if said else "",
                "on": on,
                "words": said["words"] if said else "",
            }
        )
    return rows


def blocked_names(precaution: Any, phase: Phase, library: Mapping[str, Exercise]) -> list[str]:
    """Return the phase's exercises that a precaution speaks against."""
    tags = set(precaution.tags)
    planned = (library.get(one.exercise) for one in phase.exercises)
    return [one.name for one in planned if one is not None and tags & set(one.contraindicated_tags)]


def step_words(
    line: ProgramExercise, step: Step | None, library: Mapping[str, Exercise]
) -> dict[str, str] | None:
    """Return a suggested step in words: what comes next, and why. None without one."""
    if step is None:
        return None
    if step.onward:
        return {"next": library[step.onward].name, "because": step.because, "way": step.way}
    quantity = plain(step.quantity) + UNITS.get(line.quantity_unit, f" {line.quantity_unit}")
    dose = f"{step.sets} × {quantity}" if step.sets > 1 else quantity
    load = f", {plain(step.load)} {label(step.load_unit)}" if step.load else ""
    return {"next": f"{dose}{load}", "because": step.because, "way": step.way}
