"""The next step of one exercise inside its phase: quantity, then a set, then load; never past a ceiling.

A suggestion needs two sessions in a row done as planned, at or under the effort aimed at and without more pain. Too
much effort or pain in the last one suggests a step down. The professional takes it with one tap, or does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from medexpro.programs.rules.facts import Done

UP, DOWN, ONWARD = "up", "down", "onward"


@dataclass(frozen=True)
class Dosage:
    """The figures of dosage.yaml. load: per unit, the steps as (up to this load, step); the last has no end."""

    sessions: int
    quantity: Mapping[str, Decimal]
    load: Mapping[str, tuple[tuple[Decimal | None, Decimal], ...]]
    pain_rise: int
    most_load: Decimal
    source: str
    verification: str

    def load_step(self, load: Decimal, unit: str) -> Decimal | None:
        """Return one step of load from where it is, None for a unit without steps."""
        for upto, step in self.load.get(unit, ()):
            if upto is None or load < upto:
                return step
        return None


def dosage_from(data: Mapping[str, Any]) -> Dosage:
    """Return the figures of the data file as a value."""
    return Dosage(
        sessions=data["sessions"],
        quantity={unit: Decimal(str(step)) for unit, step in data["quantity"].items()},
        load={
            unit: tuple(
                (None if upto is None else Decimal(str(upto)), Decimal(str(step))) for upto, step in steps
            )
            for unit, steps in data["load"].items()
        },
        pain_rise=data["pain_rise"],
        most_load=Decimal(str(data["most_load"])),
        source=data["source"],
        verification=data["verification"],
    )


@dataclass(frozen=True)
class Planned:
    """What the program says of one exercise, and the spans of its phase. onward: the next exercise, where one fits.

    A span of None has no end of its own: only the other one grows, and load. effort: the upper end aimed at.
    """

    sets: int
    quantity: Decimal
    unit: str
    load: Decimal | None = None
    load_unit: str = ""
    effort: int | None = None
    sets_span: tuple[int, int] | None = None
    quantity_span: tuple[int, int] | None = None
    onward: str = ""


@dataclass(frozen=True)
class Ceilings:
    """What no suggestion passes. closed: a precaution or a gate closes the exercise now."""

    effort: int
    pain: int
    closed: bool = False


@dataclass(frozen=True)
class Step:
    """The dose suggested next. way: up, down or onward (the next exercise of the library). because: in words."""

    way: str
    sets: int
    quantity: Decimal
    load: Decimal | None
    because: str
    load_unit: str = ""
    onward: str = ""


def next_step(plan: Planned, done: Sequence[Done], ceilings: Ceilings, figures: Dosage) -> Step | None:
    """Return the next step of an exercise, None where the dose stays.

    done: the last times it was done, the oldest first. The effort aimed at never grows; what was done harder than the
    program or a written limit allows asks for a step down.
    """
    if not done or ceilings.closed:
        return None
    aim = min(plan.effort, ceilings.effort) if plan.effort is not None else ceilings.effort
    last = done[-1]
    if down := _too_much(last, done[-2] if len(done) > 1 else None, ceilings, figures):
        return _down(plan, figures, down)
    recent = done[-figures.sessions :]
    if len(recent) < figures.sessions or not all(_as_planned(one, plan, aim) for one in recent):
        return None
    if any(_more_pain(before, after) for before, after in pairwise(recent)):
        return None
    said = max(one.effort for one in recent if one.effort is not None)
    pain = "pain not up" if any(one.pain is not None for one in recent) else "no pain said"
    because = f"{len(recent)} sessions in a row at effort {said} or less, aimed at {aim}, {pain}"
    return _up(plan, figures, because)


def _too_much(last: Done, before: Done | None, ceilings: Ceilings, figures: Dosage) -> str:
    if last.effort is not None and last.effort > ceilings.effort:
        return f"Effort {last.effort} last time, above the ceiling of {ceilings.effort}"
    if last.pain is not None and last.pain > ceilings.pain:
        return f"Pain {last.pain} of 10 last time, above {ceilings.pain}"
    if (
        before is not None
        and last.pain is not None
        and before.pain is not None
        and last.pain - before.pain >= figures.pain_rise
    ):
        return f"Pain up from {before.pain} to {last.pain} of 10"
    return ""


def _more_pain(before: Done, after: Done) -> bool:
    """Tell whether pain may have risen: what was not said after pain that was is no evidence of less."""
    if after.pain is None:
        return bool(before.pain)
    return after.pain > (before.pain or 0)


def _as_planned(one: Done, plan: Planned, aim: int) -> bool:
    """Tell whether every planned set was done in full, at or under the effort aimed at, with the planned load.

    Effort that was not said is no evidence of ease.
    """
    if one.effort is None or one.effort > aim or len(one.sets) < plan.sets:
        return False
    if plan.load and one.load_unit != plan.load_unit:
        return False
    full = [
        quantity
        for quantity, load in one.sets
        if quantity >= plan.quantity and (not plan.load or (load or 0) >= plan.load)
    ]
    return len(full) >= plan.sets


def _up(plan: Planned, figures: Dosage, because: str) -> Step | None:
    top = plan.quantity_span[1] if plan.quantity_span else None
    step = figures.quantity.get(plan.unit)
    if top is not None and step is not None and plan.quantity < top:
        more = min(plan.quantity + step, Decimal(top))
        return Step(UP, plan.sets, more, plan.load, because, plan.load_unit)
    if plan.sets_span and plan.sets < plan.sets_span[1]:
        return Step(UP, plan.sets + 1, plan.quantity, plan.load, because, plan.load_unit)
    load_step = figures.load_step(plan.load, plan.load_unit) if plan.load else None
    if plan.load and load_step is not None and plan.load + load_step <= figures.most_load:
        low = Decimal(plan.quantity_span[0]) if plan.quantity_span else plan.quantity
        return Step(UP, plan.sets, min(low, plan.quantity), plan.load + load_step, because, plan.load_unit)
    if plan.onward:
        return Step(ONWARD, plan.sets, plan.quantity, plan.load, because, plan.load_unit, plan.onward)
    return None


def _down(plan: Planned, figures: Dosage, because: str) -> Step | None:
    load_step = figures.load_step(plan.load, plan.load_unit) if plan.load else None
    if plan.load and load_step is not None and plan.load - load_step > 0:
        return Step(DOWN, plan.sets, plan.quantity, plan.load - load_step, because, plan.load_unit)
    low = plan.quantity_span[0] if plan.quantity_span else None
    step = figures.quantity.get(plan.unit)
    if low is not None and step is not None and plan.quantity > low:
        return Step(
            DOWN, plan.sets, max(plan.quantity - step, Decimal(low)), plan.load, because, plan.load_unit
        )
    if plan.sets_span and plan.sets > plan.sets_span[0]:
        return Step(DOWN, plan.sets - 1, plan.quantity, plan.load, because, plan.load_unit)
    return None
