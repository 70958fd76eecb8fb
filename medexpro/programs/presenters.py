"""Programs in words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from medexpro.kernel.quantities import label
from medexpro.kernel.reference import Protocol
from medexpro.programs.models import ProgramExercise
from medexpro.web import words

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
            caption = f"Usually weeks {phase.weeks[0]}–{phase.weeks[1]}; opens by criteria"
        shown.append({"number": number + 1, "name": phase.name, "state": state, "caption": caption})
    return shown
