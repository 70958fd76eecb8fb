"""Reads the figures. Any error names the file, the exercise and what is wrong with its pose."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
import yaml

from medexpro.knowledge.figures.body import PoseError
from medexpro.knowledge.figures.drawing import Figure, panels_of

FOLDER = Path(__file__).resolve().parent.parent / "data" / "figures"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FigureError(ValueError):
    """A figure can't be drawn. The text names file, exercise and reason."""


@cache
def figures(folder: Path = FOLDER) -> Mapping[str, Figure]:
    """Return every figure by the exercise it shows. Raises FigureError at the first that can't be read."""
    found: dict[str, Figure] = {}
    for path in sorted(folder.glob("*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 - the safe loader
        if content.pop("schema_version", None) != 1:
            raise FigureError(f"figures/{path.name}: schema_version must be 1")
        content.pop("places", None)
        for exercise, entry in content["figures"].items():
            where = f"figures/{path.name}: {exercise}"
            if exercise in found:
                raise FigureError(f"{where}: stands twice")
            try:
                found[exercise] = msgspec.convert(entry, Figure)
            except msgspec.ValidationError as error:
                raise FigureError(f"{where}: {error}") from None
    return found


def problems(exercises: Mapping[str, object], folder: Path = FOLDER) -> list[str]:
    """Return what is wrong: figures of no exercise, poses no body takes, active parts there are none of."""
    said = []
    for exercise, figure in figures(folder).items():
        if exercise not in exercises:
            said.append(f"figures: {exercise}: is not an exercise")
        if not figure.says.strip().endswith("."):
            said.append(f"figures: {exercise}: says: a sentence ends with a full stop")
        for part in figure.active:
            if part.rstrip("2s") not in PARTS and part not in PARTS:
                said.append(f"figures: {exercise}: active: there is no part {part!r}")
        try:
            panels_of(figure)
        except PoseError as error:
            said.append(f"figures: {exercise}: {error}")
    return said


PARTS = frozenset({"leg", "thigh", "shank", "foot", "feet", "arm", "upper", "forearm", "trunk", "head"})
