"""The pathway of an operated joint: where it stands in weeks and phases, what holds, and one limb against the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from medexpro.assessments import catalogue
from medexpro.assessments.outcomes import Outcome
from medexpro.assessments.readings import Taken
from medexpro.assessments.rules import said
from medexpro.assessments.rules.limbs import Limbs, OfSide, compare_limbs
from medexpro.clearance.models import Precaution
from medexpro.clients.models import Surgery
from medexpro.kernel.reference import Gate
from medexpro.knowledge.library import library
from medexpro.practice.models import Practice
from medexpro.web import words

# What may go wrong at an operated joint, as far as gates of ours speak of it. Their texts and sources are the gates' own.
COMPLICATIONS = (
    "tjr_dislocation",
    "pe_signs",
    "calf_clot",
    "wound_tjr",
    "wound_tjr_fever",
)
# How a client walks: what tells of it, in this order.
WALKING = ("gait_speed_4m", "gait_speed_10m", "tug", "six_minute_walk", "stair_climb")


@dataclass(frozen=True)
class LimbRow:
    """Both sides of one measure in words."""

    name: str
    involved: str
    other: str
    difference: str
    percent: str
    since: str
    on: str


@dataclass(frozen=True)
class Held:
    """One precaution with where its question stands."""

    precaution: Precaution
    standing: str
    to_ask: bool


def weeks_words(surgery: Surgery, day: date) -> str:
    """Return how long ago the operation was: “Week 16, day 3”; empty without its day."""
    weeks = surgery.weeks_on(day)
    if weeks is None or surgery.performed_on is None:
        return ""
    return f"Week {weeks}, day {(day - surgery.performed_on).days % 7}"


def held(precautions: Sequence[Precaution], surgery: Surgery, day: date) -> list[Held]:
    """Return the precautions in force, each with who said it and when its release may be asked for."""
    rows = []
    for one in precautions:
        opens, asks = one.ask_release_from, False
        if opens is None:
            standing = "Stays until the provider releases it in writing."
        elif opens > day:
            week = surgery.weeks_on(opens)
            at = f" (week {week})" if week is not None else ""
            standing = f"Release may be asked for from {words.day(opens)}{at}. It stays until it is recorded."
        else:
            standing, asks = "Release may be asked for now. It stays until it is recorded.", True
        rows.append(Held(one, standing, asks))
    return rows


def limb_rows(
    series: Mapping[tuple[str, str], Sequence[Taken]], side: str, practice: Practice
) -> list[LimbRow]:
    """Return every measure taken on both sides alike, the involved side against the other.

    series: results by measure and side, the oldest first. side: the one the episode is about; without one, nothing.
    """
    if side not in {"left", "right"}:
        return []
    opposite = "left" if side == "right" else "right"
    rows = []
    for measure_id in dict.fromkeys(key for key, _ in series):
        measure = catalogue.any_measure(measure_id, practice)
        if measure is None or not measure.sides:
            continue
        found = compare_limbs(
            measure,
            _of_side(series.get((measure_id, side), ())),
            _of_side(series.get((measure_id, opposite), ())),
            side,
        )
        if found is not None:
            rows.append(_row(found))
    return sorted(rows, key=lambda row: row.name)


def _of_side(taken: Sequence[Taken]) -> list[OfSide]:
    return [
        OfSide(one.value, one.on, (one.device.casefold(), one.aid.casefold(), one.modified.casefold()))
        for one in taken
    ]


def _row(limbs: Limbs) -> LimbRow:
    measure = limbs.measure
    since = ""
    if limbs.first_on is not None:
        before = (
            f"{_percent(limbs.first_percent)}"
            if limbs.first_percent is not None
            else f"{said.figure(measure, limbs.first_difference or Decimal(0))} apart"
        )
        since = f"{before} on {words.day(limbs.first_on, 'short')}"
    return LimbRow(
        name=catalogue.entry_of(measure).short,
        involved=said.figure(measure, limbs.involved),
        other=said.figure(measure, limbs.other),
        difference=said.figure(measure, limbs.difference),
        percent=_percent(limbs.percent) if limbs.percent is not None else "",
        since=since,
        on=words.day(limbs.on, "short"),
    )


def _percent(value: Any) -> str:
    return f"{round(value)} %"


def walking(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return what tells how the client walks, in a fixed order."""
    by_measure = {one.measure.id: one for one in outcomes}
    return [by_measure[key] for key in WALKING if key in by_measure]


def complications() -> list[Gate]:
    """Return the gates on what may go wrong at an operated joint, those in force."""
    gates = library().gates
    return [gates[key] for key in COMPLICATIONS if key in gates and gates[key].verification.in_force]
