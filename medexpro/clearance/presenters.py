"""Values into the words of the clearance page."""

from typing import Any

from medexpro.clearance.models import PracticeLimit, ProviderLimit
from medexpro.kernel import quantities
from medexpro.kernel.findings import Closes, Finding
from medexpro.knowledge.library import library
from medexpro.web import words

CLOSES = {
    Closes.SESSION: "the whole session",
    Closes.AEROBIC: "aerobic exercise",
    Closes.RESISTANCE: "resistance exercise",
}


def limit(row: ProviderLimit | PracticeLimit) -> dict[str, Any]:
    """Return a limit as the page says it: Systolic pressure no higher than 150 mmHg."""
    measure = library().measures.get(row.measure)
    unit = f" {quantities.label(measure.unit)}" if measure else ""
    value = f"{words.number(row.value.normalize())}{unit}".strip()
    return {
        "row": row,
        "says": f"{measure.name if measure else row.measure}, {row.get_op_display()} {value}",
        "closes": CLOSES.get(Closes(row.closes), row.closes),
    }


def observed(finding: Finding) -> str:
    """Return what a screening found without what we do about it: One leg swollen: “Left calf, since Sunday”."""
    said = finding.sentence.partition(". ")[0].partition(": not sure")[0].rstrip(".")
    return f"{said}: “{finding.figure}”" if finding.figure else said
