"""The area's own data, read once: how each measure is entered, drawn and reported; and the measures in service."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from medexpro.assessments.rules.clocks import Clock, clock_from
from medexpro.assessments.rules.entry import Entry, Way
from medexpro.kernel.reference import Measure, NormSet
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.library import library, library_of

DATA = Path(__file__).parent / "data"


class UnknownMeasure(Refusal):
    """There is no such measure in service."""


@cache
def _file() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / "measures.yaml").read_text(encoding="utf-8"))
    return data


@cache
def entries() -> dict[str, Entry]:
    """Return how each measure is entered, by its id."""
    return {key: _entry(key, value) for key, value in _file()["measures"].items()}


@cache
def clocks() -> dict[str, Clock]:
    """Return what times each test on its card, by the measure's id."""
    data = yaml.safe_load((DATA / "clocks.yaml").read_text(encoding="utf-8"))
    return {key: clock_from(value) for key, value in data.items()}


def domains() -> dict[str, str]:
    """Return the six domains of the progress report in their order: key and name."""
    return dict(_file()["domains"])


def entry_of(measure: Measure) -> Entry:
    """Return how a measure is entered; one without an entry is one number drawn over its plausible range."""
    known = entries().get(measure.id)
    if known is not None and not measure.domain and measure.scale is None:
        return known
    # What a practice's own version says of how it is drawn wins over ours.
    scale = measure.scale or measure.plausible_range
    known = known or Entry(measure.name, (scale.min, scale.max))
    drawn = (scale.min, scale.max) if measure.scale else known.scale
    return replace(known, domain=measure.domain or known.domain, scale=drawn)


def measure_of(measure_id: str, practice: Any = None) -> Measure:
    """Return a measure in service, in the practice's own version where it has one. Raises UnknownMeasure."""
    try:
        return library_of(practice).measures[measure_id]
    except KeyError:
        raise UnknownMeasure("There is no such measure in service.", field="measure") from None


def any_measure(measure_id: str, practice: Any = None) -> Measure | None:
    """Return a measure for showing old results, also one that is no longer in service."""
    return library_of(practice).all_measures.get(measure_id)


def raw_table(entry: Entry) -> NormSet | None:
    """Return the table that turns a raw sum into the score, where the measure has one."""
    return library().norms.get(entry.raw_table) if entry.raw_table else None


def can_be_typed(measure: Measure) -> bool:
    """Return whether results of the measure are typed, not worked out from others."""
    return measure.trials.kept != "computed"


def _entry(key: str, value: dict[str, Any]) -> Entry:
    low, high = value["scale"]
    raw = value.get("raw") or {}
    return Entry(
        short=value["short"],
        scale=(Decimal(str(low)), Decimal(str(high))),
        domain=value.get("domain", ""),
        ticks=tuple(Decimal(str(tick)) for tick in value.get("ticks", ())),
        needs=value.get("needs", "any"),
        raw_table=raw.get("table", ""),
        raw_highest=raw.get("highest", 0),
        ways={
            key: Way(
                key, way["name"], way.get("norm", ""), Decimal(way["course_m"]) if "course_m" in way else None
            )
            for key, way in (value.get("ways") or {}).items()
        },
        clock=clocks().get(key),
        lines=value.get("line") or {},
        us=value.get("us", ""),
        plain=value.get("plain", ""),
        lead=value.get("lead", ""),
    )
