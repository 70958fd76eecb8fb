"""The functional profile: six domains, for each the measure that leads it, said with what it is compared with.

No number is made up for a domain and none is added up over domains: a walk in metres and a grip in kilograms have no
sum. What is shown is one real result each; what was not measured says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """One measure and side that could lead its domain. place: its place in the order of the library.

    other_side: the side the episode is not about. waits: leads only where nothing else was measured (grip, which is
    never marked better or worse). compared: it stands against people or a published line. judged: its change has a
    threshold in force. worse: it got worse.
    """

    domain: str
    place: int
    other_side: bool = False
    waits: bool = False
    has_goal: bool = False
    compared: bool = False
    judged: bool = False
    worse: bool = False


@dataclass(frozen=True)
class Standing:
    """One domain: which candidate leads it and which others got worse, by their position; None where nothing was
    measured."""

    domain: str
    leading: int | None
    also_worse: tuple[int, ...] = ()


def standings(domains: Sequence[str], candidates: Sequence[Candidate]) -> list[Standing]:
    """Return every domain in its order with the measure that leads it.

    First what the client works for (a goal), of the side the episode is about; then what has a meaning: a change that
    can be judged, a comparison; then the library's order. What got worse elsewhere in the domain is never left unsaid.

    >>> own = [Candidate("strength", 0), Candidate("strength", 1, has_goal=True)]
    >>> [one.leading for one in standings(["strength", "balance"], own)]
    [1, None]
    """
    found = []
    for domain in domains:
        own = [(n, one) for n, one in enumerate(candidates) if one.domain == domain]
        if not own:
            found.append(Standing(domain, None))
            continue
        leading, _ = min(own, key=lambda pair: _rank(pair[1]))
        worse = tuple(n for n, one in own if one.worse and n != leading)
        found.append(Standing(domain, leading, worse))
    return found


def _rank(one: Candidate) -> tuple[bool, bool, bool, bool, bool, int]:
    return one.waits, one.other_side, not one.has_goal, not one.judged, not one.compared, one.place


def sentence(figure: str, place: str, counts: str) -> str:
    """Return one result as a sentence: figure, its place among people or at a line, what its change counts for.

    >>> sentence("9.6 s", "Under the CDC STEADI line of 12 s", "4.2 s faster, beyond test error (2.5 s)")
    '9.6 s. Under the CDC STEADI line of 12 s. 4.2 s faster, beyond test error (2.5 s).'
    """
    parts = [part.rstrip(".") for part in (figure, place, counts) if part]
    return ". ".join(f"{part[:1].upper()}{part[1:]}" for part in parts) + "."
