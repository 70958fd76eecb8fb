"""Progression by criteria, never by date alone: what the record says about going on, holding or stepping back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from medexpro.kernel.reference import Criterion, Phase

COMPARE = {
    "<": lambda value, mark: value < mark,
    "<=": lambda value, mark: value <= mark,
    ">": lambda value, mark: value > mark,
    ">=": lambda value, mark: value >= mark,
}


@dataclass(frozen=True)
class CriterionState:
    """One criterion against the record: met, not met, or not measured (met is None)."""

    text: str
    met: bool | None
    value: Decimal | None
    measure: str


@dataclass(frozen=True)
class Proposal:
    """What the record speaks for, with the evidence. The professional decides."""

    choice: str  # advance, hold
    sentence: str
    criteria: tuple[CriterionState, ...]


def weigh_criteria(
    criteria: Sequence[Criterion], latest: Mapping[str, Decimal]
) -> tuple[CriterionState, ...]:
    """Return each criterion's state. latest: the newest kept value per measure; sides: the weaker one."""
    states = []
    for criterion in criteria:
        value = latest.get(criterion.measure)
        met = None if value is None else COMPARE[criterion.op](value, criterion.value)
        states.append(CriterionState(criterion.text, met, value, criterion.measure))
    return tuple(states)


def propose(phase: Phase, next_phase: Phase | None, latest: Mapping[str, Decimal]) -> Proposal:
    """Return what the criteria of a phase speak for. A criterion not measured is not met."""
    states = weigh_criteria(phase.progress_when, latest)
    met, total = sum(state.met is True for state in states), len(states)
    if total and met == total and next_phase:
        return Proposal("advance", f"All {total} criteria are met: {next_phase.name} may open.", states)
    if total and met == total:
        return Proposal(
            "advance", f"All {total} criteria of the last phase are met: plan the discharge.", states
        )
    return Proposal("hold", f"{met} of {total} criteria met.", states)
