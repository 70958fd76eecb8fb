"""Checks that every kind of entry needs, and the comparisons a line may use."""

import re
from collections.abc import Iterable, Iterator

COMPARISONS = {"<", "<=", ">", ">="}
IDENTIFIER = re.compile(r"^[a-z0-9_]+$")


def unique(ids: Iterable[str], where: str) -> Iterator[str]:
    seen: set[str] = set()
    for key in ids:
        if key in seen:
            yield f"{where}: {key}: stands twice"
        if not IDENTIFIER.match(key):
            yield f"{where}: {key}: an id is made of small letters, digits and _"
        seen.add(key)


def sourced(source: str, where: str) -> Iterator[str]:
    if not source.strip():
        yield f"{where}: source: a figure needs its source"


def versioned(version: int, where: str) -> Iterator[str]:
    if version < 1:
        yield f"{where}: version: counts from 1"
