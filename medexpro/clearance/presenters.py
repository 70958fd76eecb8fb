"""Values into the words of the clearance page."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from medexpro.clearance.models import PracticeLimit, ProviderLimit
from medexpro.kernel import quantities
from medexpro.kernel.findings import Closes, Finding
from medexpro.knowledge.library import library, library_of
from medexpro.web import words
from medexpro.wording.rules.observed import STATES, Observed, observed_sentence

CLOSES = {
    Closes.SESSION: "the whole session",
    Closes.AEROBIC: "aerobic exercise",
    Closes.RESISTANCE: "resistance exercise",
}


def limit(row: ProviderLimit | PracticeLimit) -> dict[str, Any]:
    """Return a limit as the page says it: Systolic pressure no higher than 150 mmHg."""
    measure = library_of(row.practice).measures.get(row.measure)
    unit = f" {quantities.label(measure.unit)}" if measure else ""
    value = f"{words.number(row.value.normalize())}{unit}".strip()
    return {
        "row": row,
        "says": f"{measure.name if measure else row.measure}, {row.get_op_display()} {value}",
        "closes": CLOSES.get(Closes(row.closes), row.closes),
    }


def pressures(figures: Mapping[str, str]) -> str:
    """Return above which pressure each part closes, in one sentence. figures: from state.pressure_figures.

    >>> pressures({"aerobic": "160/100", "resistance": "180/105", "session": "180/110"})
    'Aerobic exercise closes above 160/100, resistance exercise above 180/105, the whole session above 180/110.'
    """
    parts = [f"{CLOSES[Closes(part)]} above {figure}" for part, figure in figures.items()]
    said = ", ".join(parts).replace(" above", " closes above", 1)
    return f"{said[:1].upper()}{said[1:]}." if parts else ""


def standing(stricter: Decimal | None, measure: str) -> str:
    """Return what is said of a limit beside a stricter one; empty when the limit counts itself."""
    if stricter is None:
        return ""
    unit = quantities.label(library().measures[measure].unit)
    return f"The stricter limit of {words.number(stricter.normalize())} {unit} counts."


def observed(finding: Finding) -> str:
    """Return what a screening found without what we do about it: One leg swollen: “Left calf, since Sunday”."""
    said = finding.sentence.partition(". ")[0].partition(": not sure")[0].rstrip(".")
    return f"{said}: “{finding.figure}”" if finding.figure else said


def as_observed(finding: Finding, on: date, *done: str) -> str:
    """Return a finding as an observed sentence for the provider: what, when, what was done, no cause.

    on: the day it was told or measured. done: what we did, such as “exercise is on hold until your answer”.
    """
    said = finding.sentence.partition(". ")[0].partition(": not sure")[0].rstrip(".")
    what, _, state = said.partition(": ")
    measured = bool(finding.measure)
    if measured:
        # A reading stands with its limit; what the gate does about it stands in `done`.
        what = what.replace(" is above ", ", above ").replace(" is below ", ", below ")
    elif state.lower() not in STATES:
        what, state = said, ""
    return observed_sentence(
        Observed(what, words.day(on, "short"), "" if measured else finding.figure, state.lower(), measured),
        done,
    )
