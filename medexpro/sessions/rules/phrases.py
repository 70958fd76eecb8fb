"""Phrases for the note, built from what was logged, so that nothing is typed twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Done:
    """One logged exercise: what was done now and last time. load is in the unit beside it; None is none."""

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


def offered(done: Sequence[Done], readings: Mapping[str, Sequence[Decimal]], held_for: str = "") -> list[str]:
    """Return short sentences a member may tap into the note, the most telling first. At most six.

    readings: measure id to its values in the order taken. held_for: why the session was held, if it was.
    """
    phrases: list[str] = []
    if held_for:
        phrases.append(f"Held: {held_for}")
    rechecked = readings.get("bp_systolic", ())
    if len(rechecked) > 1:
        low = readings.get("bp_diastolic", ())
        pairs = [f"{_plain(s)}/{_plain(d)}" for s, d in zip(rechecked, low, strict=False)]
        phrases.append(f"Blood pressure {', then '.join(pairs)} after rest.")
    finished = [line for line in done if not line.skipped]
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
    if finished and all(line.effort is not None and line.effort <= 6 for line in finished):
        phrases.append("All exercises done as planned, effort inside the ceiling.")
    return phrases[:6]


def _plain(value: Decimal | Any) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
