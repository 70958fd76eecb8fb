"""Making a program from a protocol's phase: which exercises, in which order, with which starting dose."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from medexpro.kernel.reference import Exercise, Phase, PlannedExercise
from medexpro.programs.rules.fit import Block, check_fit

# House rule: as many as fit a 50-minute session with vitals and rests; the rest of the phase is offered to add.
EXERCISES_IN_A_SESSION = 8

# Effort on the 6-20 scale to the 0-10 one. House rule, set by the two pairs the gates name as equal:
# 14 of 20 with 6 of 10 (ACSM effort bands) and 17 of 20 with 8 of 10 (the ceiling).
EFFORT_OF_TEN = {11: 3, 12: 4, 13: 5, 14: 6, 15: 7, 16: 7, 17: 8}

CATEGORY_OF_PATTERN = {
    "aerobic": "functional",
    "balance": "balance",
    "function": "functional",
    "strength": "strength",
    "isometric": "strength",
    "mobility": "strength",
    "flexibility": "strength",
    "impact": "functional",
    "breathing": "strength",
}
PART_OF_PATTERN = {
    "aerobic": "aerobic",
    "impact": "aerobic",
    "strength": "resistance",
    "isometric": "resistance",
}
# Standing on hands and knees loads the foot as little as sitting does, but nobody is asked to judge that at the gate.
WEIGHT_BEARING = frozenset({"standing", "kneeling", "quadruped"})
# Which body regions of the library an exercise of a joint may belong to. House rule: the whole limb, as the library
# names a region and not every joint that moves.
REGIONS_OF_LIMB = {
    "lower": frozenset({"hip", "knee", "leg", "ankle", "whole"}),
    "upper": frozenset(
        {"shoulder", "chest", "elbow", "hand", "wrist", "thoracic", "thorax", "neck", "whole"}
    ),
}
LIMB_OF_JOINT = {"hip": "lower", "knee": "lower", "ankle": "lower", "foot": "lower"} | dict.fromkeys(
    ("shoulder", "elbow", "wrist", "hand"), "upper"
)
# The order of a session: warm up, work, balance while fresh enough, cool down.
ORDER_OF_PATTERN = [
    "aerobic",
    "mobility",
    "isometric",
    "strength",
    "function",
    "impact",
    "balance",
    "flexibility",
    "breathing",
]


@dataclass(frozen=True)
class PlannedLine:
    """One line of a new program. quantity is in `unit`; effort is RPE of 10."""

    exercise: Exercise
    sets: int
    quantity: int
    unit: str
    effort: int
    category: str
    part: str


def effort_of_ten(effort_6_20: int) -> int:
    """Return the 0-10 effort for a 6-20 one; below the table 3, above it the ceiling of 8.

    >>> [effort_of_ten(n) for n in (10, 12, 14, 18)]
    [3, 4, 6, 8]
    """
    return EFFORT_OF_TEN.get(effort_6_20, 3 if effort_6_20 < 11 else 8)


def highest(effort: str) -> int | None:
    """Return the upper end of an effort aimed at, None where it says no number.

    >>> highest("4-5"), highest("6"), highest("easy")
    (5, 6, None)
    """
    numbers = [int(part) for part in re.findall(r"\d+", effort)]
    return max(numbers, default=None)


def category_of(exercise: Exercise) -> str:
    """Return the service category whose clock runs with an exercise."""
    if exercise.movement_pattern == "aerobic" and "walk" in exercise.id:
        return "walking"
    return CATEGORY_OF_PATTERN.get(exercise.movement_pattern, "strength")


def part_of(exercise: Exercise) -> str:
    """Return the part of a session a gate may close: aerobic, resistance or other."""
    return PART_OF_PATTERN.get(exercise.movement_pattern, "other")


def closed_with(exercise: Exercise, joint: str) -> frozenset[str]:
    """Return the parts of a session whose closing closes this exercise.

    joint: the operated joint; without a known one every exercise counts as of that joint.

    >>> from types import SimpleNamespace as Example
    >>> press = Example(movement_pattern="strength", position="sitting", body_region="leg")
    >>> sorted(closed_with(press, "knee")), sorted(closed_with(press, "shoulder"))
    (['joint', 'resistance'], ['resistance'])
    """
    parts = {part_of(exercise)}
    if exercise.position in WEIGHT_BEARING:
        parts.add("weight_bearing")
    limb = LIMB_OF_JOINT.get(joint)
    if limb is None or exercise.body_region in REGIONS_OF_LIMB[limb]:
        parts.add("joint")
    return frozenset(parts)


def line_of(exercise: Exercise, planned: PlannedExercise | None = None) -> PlannedLine:
    """Return a line with the lower end of the phase's dose, else the library's starting dose."""
    dose = exercise.default_dose
    return PlannedLine(
        exercise=exercise,
        sets=planned.sets[0] if planned else dose.sets,
        quantity=planned.quantity[0] if planned else dose.quantity,
        unit=planned.unit if planned else dose.unit,
        effort=effort_of_ten(dose.effort_rpe_max),
        category=category_of(exercise),
        part=part_of(exercise),
    )


def lines_for(
    phase: Phase,
    library: Mapping[str, Exercise],
    blocks: Iterable[Block],
    *,
    done: Iterable[str] = (),
    limit: int = EXERCISES_IN_A_SESSION,
) -> list[PlannedLine]:
    """Return a session's worth of a phase that fits the precautions, in the order of a session.

    Every pattern the phase names gets one exercise before any gets a second, so that a shortened list
    still warms up, strengthens and balances. done: ids of the exercises of the phase before; what leads on from them
    comes before what begins anew.
    """
    leads_on = onward_from(done, library)
    blocks = list(blocks)
    fitting = [
        line_of(library[planned.exercise], planned)
        for planned in phase.exercises
        if not check_fit(library[planned.exercise], blocks)
    ]
    fitting.sort(key=lambda line: line.exercise.id not in leads_on)
    return in_session_order(_spread(fitting, limit))


def onward_from(done: Iterable[str], library: Mapping[str, Exercise]) -> frozenset[str]:
    """Return the exercises themselves and every step onward from them that the library names."""
    found: set[str] = set()
    for start in done:
        current: str | None = start
        while current is not None and current in library and current not in found:
            found.add(current)
            current = library[current].progression
    return frozenset(found)


def in_session_order(lines: Sequence[PlannedLine]) -> list[PlannedLine]:
    """Return the lines in the order of a session; within a pattern as the protocol lists them."""
    return sorted(lines, key=lambda line: ORDER_OF_PATTERN.index(line.exercise.movement_pattern))


def _spread(lines: Sequence[PlannedLine], limit: int) -> list[PlannedLine]:
    rounds: dict[str, int] = {}
    ranked = []
    for place, line in enumerate(lines):
        pattern = line.exercise.movement_pattern
        rounds[pattern] = rounds.get(pattern, 0) + 1
        ranked.append((rounds[pattern], place, line))
    return [line for _, _, line in sorted(ranked, key=lambda entry: entry[:2])[:limit]]
