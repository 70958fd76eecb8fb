"""The exercise library as a page reads it: each exercise with its figure, its words, and what this client's limits say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.reference import Exercise
from medexpro.knowledge.library import Library, library_of
from medexpro.knowledge.presenters import dose_words
from medexpro.programs import state
from medexpro.programs.models import Program
from medexpro.programs.rules.finding import NOTHING, Wanted, found
from medexpro.programs.rules.fit import Block, alternatives, check_fit

A_PAGE = 24
NEAREST = 6


@dataclass(frozen=True)
class Card:
    """One exercise. findings: what the precautions in force say; tags: what would speak against it, in words."""

    exercise: Exercise
    dose: str
    tags: list[str]
    onward: Exercise | None
    back: Exercise | None
    findings: list[Finding] = field(default_factory=list)
    taken: bool = False

    @property
    def blocked(self) -> bool:
        """Return whether it enters no session, whatever reason is given."""
        return any(finding.weight == Weight.STOP for finding in self.findings)

    @property
    def warns(self) -> bool:
        """Return whether it enters a program only with a reason."""
        return bool(self.findings) and not self.blocked


def card_of(
    exercise: Exercise, lib: Library, blocks: Sequence[Block] = (), taken: Iterable[str] = ()
) -> Card:
    """Return an exercise as a card. blocks: the precautions in force; taken: what the program has already."""
    known = lib.exercises
    return Card(
        exercise=exercise,
        dose=dose_words(exercise.default_dose),
        tags=[lib.exercise_tags[tag] for tag in exercise.contraindicated_tags if tag in lib.exercise_tags],
        onward=known.get(exercise.progression or ""),
        back=known.get(exercise.regression or ""),
        findings=check_fit(exercise, blocks),
        taken=exercise.id in set(taken),
    )


def cards(
    lib: Library, wanted: Wanted, blocks: Sequence[Block] = (), taken: Iterable[str] = ()
) -> list[Card]:
    """Return what is wanted; in a program what fits comes first, and what is blocked stands last with why."""
    taken = set(taken)
    made = [card_of(one, lib, blocks, taken) for one in found(lib.exercises.values(), wanted)]
    return sorted(made, key=lambda card: (card.blocked, card.warns)) if blocks else made


def nearest(program: Program, exercise_id: str, lib: Library, blocks: Sequence[Block]) -> list[Card]:
    """Return the nearest exercises that may take one's place in a program: none is blocked, none warned of."""
    exercise = lib.all_exercises.get(exercise_id)
    if exercise is None:
        return []
    taken = taken_in(program)
    near = alternatives(exercise, lib.exercises, blocks, taken=taken, limit=NEAREST)
    return [card_of(one, lib, blocks, taken) for one in near]


def taken_in(program: Program) -> set[str]:
    """Return the exercises that are in a program."""
    return set(program.exercises.filter(removed_at=None).values_list("exercise", flat=True))


def weighed_for(program: Program) -> tuple[Library, list[Block], set[str]]:
    """Return what a program's library page weighs with: the practice's library, the precautions, what is taken."""
    return library_of(program.practice), state.blocks_of(program.episode), taken_in(program)


def choices(lib: Library) -> dict[str, list[tuple[Any, str]]]:
    """Return what each filter offers, from what the library holds."""
    every = lib.exercises.values()
    equipment = sorted({one for exercise in every for one in exercise.equipment})
    return {
        "region": [(one, in_words(one)) for one in sorted({exercise.body_region for exercise in every})],
        "pattern": [
            (one, in_words(one)) for one in sorted({exercise.movement_pattern for exercise in every})
        ],
        "equipment": [(NOTHING, "No equipment"), *[(one, in_words(one)) for one in equipment]],
        "level": [(one, LEVELS[one]) for one in sorted({exercise.level for exercise in every})],
    }


LEVELS = {1: "1, easiest", 2: "2", 3: "3", 4: "4", 5: "5, hardest"}


def in_words(name: str) -> str:
    """Return a name of the data as a person reads it."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]
