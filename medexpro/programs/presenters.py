"""Programs in words."""

from decimal import Decimal

from medexpro.kernel.quantities import label
from medexpro.programs.models import ProgramExercise

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
