"""Other words for the same: `data/also_said.yaml`, read once."""

from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "data" / "also_said.yaml"


@cache
def also_said() -> tuple[tuple[frozenset[str], tuple[str, ...]], ...]:
    """Return the pairs of what is typed and what the code book says, as words; the longest first."""
    pairs = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    pairs.sort(key=lambda pair: -len(pair[0].split()))
    return tuple((frozenset(typed.split()), tuple(book.split())) for typed, book in pairs)


def said_otherwise(asked: list[str]) -> list[str]:
    """Return the asked words as the code book puts them, by the first pair that fits whole; empty when none does."""
    words = set(asked)
    for typed, book in also_said():
        if typed <= words:
            return list(dict.fromkeys([word for word in asked if word not in typed] + list(book)))
    return []
