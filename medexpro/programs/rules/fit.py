"""Whether an exercise fits the precautions in force, and what fits in its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.reference import Exercise


@dataclass(frozen=True)
class Block:
    """One precaution as far as exercises are concerned.

    text: the short phrase shown to people. mode: block and variant keep an exercise out of every session;
    conditional asks a named member for a reason. said_by: who set it, with the day.
    """

    text: str
    tags: frozenset[str]
    mode: str
    said_by: str = ""
    source: str = ""
    verification: str = ""


def check_fit(exercise: Exercise, blocks: Iterable[Block]) -> list[Finding]:
    """Return what the precautions say about an exercise; empty means it fits.

    A block or variant precaution is a STOP: the exercise enters no session until it is swapped or the
    provider releases the precaution. A conditional one is a DECIDE: it stays only with a reason.
    """
    findings = []
    for block in blocks:
        if not block.tags & set(exercise.contraindicated_tags):
            continue
        hard = block.mode in {"block", "variant"}
        findings.append(
            Finding(
                code=f"exercise-{exercise.id}",
                sentence=f"{exercise.name} doesn’t fit: {block.text[0].lower()}{block.text[1:]}",
                weight=Weight.STOP if hard else Weight.DECIDE,
                closes="exercise" if hard else "",
                figure=block.said_by,
                source=block.source,
                verification=block.verification,
                clears="Swap it, or record the provider’s release"
                if hard
                else "Give the reason it stays, or swap it",
            )
        )
    return findings


def alternatives(
    exercise: Exercise,
    library: Mapping[str, Exercise],
    blocks: Iterable[Block],
    *,
    taken: Iterable[str] = (),
    limit: int = 3,
) -> list[Exercise]:
    """Return the exercises nearest to this one that fit every precaution, the nearest first.

    Near means: the same region and pattern, then the same pattern, then the same region; inside that the
    step back or onward the library names, and the smallest difference of level.
    """
    blocks, unavailable = list(blocks), {exercise.id, *taken}

    def distance(other: Exercise) -> tuple[int, int, int, str]:
        region, pattern = (
            other.body_region == exercise.body_region,
            other.movement_pattern == exercise.movement_pattern,
        )
        kinship = 0 if region and pattern else 1 if pattern else 2
        named = 0 if other.id in {exercise.regression, exercise.progression} else 1
        return kinship, named, abs(other.level - exercise.level), other.name

    near = (
        other
        for other in library.values()
        if other.id not in unavailable
        and (other.body_region == exercise.body_region or other.movement_pattern == exercise.movement_pattern)
        and not check_fit(other, blocks)
    )
    return sorted(near, key=distance)[:limit]
