"""Finding an exercise in the library: by words, region, pattern, equipment and level, each narrowing the others."""

from collections.abc import Iterable
from dataclasses import dataclass

from medexpro.kernel.reference import Exercise

# Chosen in the place of an equipment: what needs none at all.
NOTHING = "none"


@dataclass(frozen=True)
class Wanted:
    """What a person looks for; empty means any. level: 1 is easiest, 5 hardest."""

    words: str = ""
    region: str = ""
    pattern: str = ""
    equipment: str = ""
    level: int | None = None


def is_wanted(exercise: Exercise, wanted: Wanted) -> bool:
    """Return whether an exercise has everything that is wanted. Each word typed has to begin a word of it.

    >>> from types import SimpleNamespace as Example
    >>> row = Example(name="Band row", body_region="thoracic", movement_pattern="strength", level=2, equipment=("band",),
    ...               primary_muscles=("rhomboids",), position="standing", cues="Elbows by ribs")
    >>> is_wanted(row, Wanted("row elb", region="thoracic")), is_wanted(row, Wanted("owl")), is_wanted(row, Wanted(level=3))
    (True, False, False)
    """
    if wanted.region and exercise.body_region != wanted.region:
        return False
    if wanted.pattern and exercise.movement_pattern != wanted.pattern:
        return False
    if wanted.level and exercise.level != wanted.level:
        return False
    if wanted.equipment == NOTHING and exercise.equipment:
        return False
    if wanted.equipment not in ("", NOTHING) and wanted.equipment not in exercise.equipment:
        return False
    known = _words(exercise)
    return all(any(word.startswith(typed) for word in known) for typed in _parts(wanted.words))


def found(exercises: Iterable[Exercise], wanted: Wanted) -> list[Exercise]:
    """Return what is wanted, the easiest first in each region."""
    hits = [exercise for exercise in exercises if is_wanted(exercise, wanted)]
    return sorted(hits, key=lambda one: (one.body_region, one.level, one.name))


def _words(exercise: Exercise) -> set[str]:
    said = [
        exercise.name, exercise.body_region, exercise.movement_pattern, exercise.position, exercise.cues,
        *exercise.primary_muscles, *exercise.equipment,
    ]  # fmt: skip
    return set(_parts(" ".join(said)))


def _parts(text: str) -> list[str]:
    """Return the words of a text, small, without signs.

    >>> _parts("Sit-to-stand, 10 cm")
    ['sit', 'to', 'stand', '10', 'cm']
    """
    return "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()
