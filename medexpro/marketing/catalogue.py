"""The area's own data, read once: stations whose measures are in service, and the words people agree to."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from medexpro.assessments import catalogue as measuring
from medexpro.assessments.operations.measuring import AT_REST
from medexpro.kernel.reference import Measure
from medexpro.knowledge.library import library
from medexpro.marketing.rules.stations import Station, slots_of

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class AgreementText:
    """One version of the words of one kind of agreement."""

    kind: str
    name: str
    version: int
    valid_from: date
    text: str


@cache
def stations() -> dict[str, Station]:
    """Return the stations that can be offered, by key, in the order of the file."""
    listed = yaml.safe_load((DATA / "stations.yaml").read_text(encoding="utf-8"))["stations"]
    known = library().measures
    return {
        key: _station(key, value) for key, value in listed.items() if set(value["measures"]) <= known.keys()
    }


def _station(key: str, value: dict[str, Any]) -> Station:
    measures = [measuring.measure_of(name) for name in value["measures"]]
    ways = measuring.entry_of(measures[0]).ways
    return Station(
        key=key,
        name=value["name"],
        short=value["short"],
        do=" ".join(value["do"].split()),
        measures=tuple(value["measures"]),
        exerts=any(measure.category not in AT_REST for measure in measures),
        slots=tuple(sorted((slot for one in measures for slot in _slots(one)), key=lambda slot: slot.number)),
        means={name: " ".join(words.split()) for name, words in value["means"].items()},
        way=value.get("way", ""),
        ways={name: way.name for name, way in ways.items()},
    )


def _slots(measure: Measure) -> list[Any]:
    """Return the fields of a measure: each side where the test is done on both, else one row."""
    sides = measure.sides if measure.trials.per == "side" else ()
    return slots_of(measure.id, sides, measure.trials.count)


def stations_of(keys: list[str]) -> list[Station]:
    """Return the stations of a day that are still offered, in its order."""
    return [stations()[key] for key in keys if key in stations()]


@cache
def _agreements() -> dict[str, tuple[AgreementText, ...]]:
    listed = yaml.safe_load((DATA / "agreements.yaml").read_text(encoding="utf-8"))
    return {
        entry["kind"]: tuple(
            AgreementText(
                entry["kind"], entry["name"], one["version"], one["from"], " ".join(one["text"].split())
            )
            for one in entry["versions"]
        )
        for entry in listed
    }


def agreement(kind: str, on: date) -> AgreementText:
    """Return the words in use on a day: the newest version that has begun, else the first."""
    versions = _agreements()[kind]
    return next((one for one in reversed(versions) if one.valid_from <= on), versions[0])
