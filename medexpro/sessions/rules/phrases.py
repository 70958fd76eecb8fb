"""Phrases for the note, built from what was logged, so that nothing is typed twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Done:
    """One logged exercise: what was done now and last time. load is in the unit beside it; None is none.

    swapped: what took its place and why, "" where nothing did.
    """

    name: str
    sets: int
    quantity: Decimal
    load: Decimal | None
    load_unit: str
    effort: int | None
    pain: int | None
    last_quantity: Decimal | None = None
    last_load: Decimal | None = None
    skipped_reason: str = ""
    skipped: bool = False
    swapped: str = ""


@dataclass(frozen=True)
class Pressure:
    """One blood pressure in mmHg, at rest or at work."""

    systolic: Decimal
    diastolic: Decimal
    at_rest: bool


def offered(
    done: Sequence[Done], pressures: Sequence[Pressure], *, as_planned: bool, effort_ceiling: int
) -> list[str]:
    """Return short sentences a member may tap into the note, the most telling first. At most six.

    pressures: in the order taken. as_planned: nothing of the session is open, left out or swapped.
    """
    phrases: list[str] = []
    if len(pressures) > 1:
        phrases.append(f"Blood pressure {', then '.join(_pressures(pressures))}.")
    finished = [line for line in done if not line.skipped and not line.swapped]
    for line in finished:
        if line.load is not None and line.last_load is not None and line.load != line.last_load:
            more = line.load > line.last_load
            phrases.append(
                f"{line.name}: load {'up' if more else 'down'} to {_plain(line.load)} {line.load_unit}"
                f" from {_plain(line.last_load)}."
            )
        elif line.last_quantity is not None and line.quantity > line.last_quantity:
            phrases.append(f"{line.name}: {_plain(line.quantity)}, up from {_plain(line.last_quantity)}.")
    pains = [line.pain for line in finished if line.pain is not None]
    efforts = [line.effort for line in finished if line.effort is not None]
    if pains and efforts:
        phrases.append(f"Highest pain {max(pains)} of 10, highest effort {max(efforts)} of 10.")
    for line in done:
        if line.skipped:
            phrases.append(f"{line.name} left out: {line.skipped_reason or 'no reason given'}.")
        if line.swapped:
            phrases.append(f"{line.name} swapped for {line.swapped}.")
    inside = all(line.effort is not None and line.effort <= effort_ceiling for line in finished)
    if finished and as_planned and inside:
        phrases.append("All exercises done as planned, effort inside the ceiling.")
    return phrases[:6]


def _pressures(taken: Sequence[Pressure]) -> list[str]:
    """Say each pressure with what went before it: 138/82, 164/98 during exercise, 146/86 after rest."""
    said = []
    for place, one in enumerate(taken):
        when = " during exercise" if not one.at_rest else " after rest" if place else ""
        said.append(f"{_plain(one.systolic)}/{_plain(one.diastolic)}{when}")
    return said


def _plain(value: Decimal | Any) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
