"""Our own words for letters, read from data/letters.yaml."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data" / "letters.yaml"
# What a person may write in each kind, in the order of the page.
FIELDS: dict[str, tuple[str, ...]] = {
    "introduction": ("opening", "who", "gets", "next", "closing"),
    "follow_up": ("opening", "who", "next", "closing"),
    "thank_you": ("opening", "who", "next", "closing"),
    "result": ("opening", "changes", "next", "closing"),
}
LISTS = frozenset({"gets", "changes"})


@cache
def _texts() -> dict[str, Any]:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def words_of(kind: str, reader: str, field: str) -> Sequence[str]:
    """Return the sentences a field begins with: the reader's own, else those for all; none where there are none."""
    found = _texts()[kind]
    return found.get(reader, {}).get(field) or found["all"].get(field) or ()


def heading_of(kind: str) -> str:
    """Return what a letter of a kind is called on its paper."""
    return str(_texts()[kind]["all"]["heading"])
