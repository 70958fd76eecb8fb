"""Proper names that may stand: whoever keeps names says how to look for those that hold a marked word.

An area above registers a finder when its app starts. It is asked only when something is marked, with the marked words.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Finder = Callable[[Any, Sequence[str]], Iterable[str]]
FINDERS: list[Finder] = []


def register(finder: Finder) -> None:
    """Let a finder be asked: `finder(practice, words)` returns names of the record that hold one of the words."""
    if finder not in FINDERS:
        FINDERS.append(finder)


def names_with(practice: Any, words: Sequence[str]) -> list[str]:
    """Return the names the practice knows that hold one of these words, its own name among them."""
    own = [practice.name] if any(word.lower() in practice.name.lower() for word in words) else []
    return [*own, *(name for finder in FINDERS for name in finder(practice, words))]
