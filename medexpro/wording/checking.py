"""Asking the word list: the one place where a text of a practice is checked before somebody reads it."""

from collections.abc import Iterable, Mapping
from typing import Any

from medexpro.kernel.wording import Mark, find_marks
from medexpro.knowledge.library import library_of
from medexpro.wording.names import names_with

# Longer than any text we keep: what is behind it is not looked at.
LONGEST = 60_000


def marks_for(practice: Any, texts: Mapping[str, str], *, to: str, names: Iterable[str] = ()) -> list[Mark]:
    """Return the words out of scope in texts of a practice, by its own word list.

    to: who reads them: provider, client, public, staff; title for a member's own title. names: proper names the caller
    knows of, beside those of the record, which are looked up only when something is marked.
    """
    wording = library_of(practice).wording
    cut = {field: (text or "")[:LONGEST] for field, text in texts.items()}
    given = tuple(names)
    marks = find_marks(cut, wording, to=to, names=given)
    if not marks:
        return []
    known = names_with(practice, sorted({mark.found.lower() for mark in marks}))
    return find_marks(cut, wording, to=to, names=(*given, *known)) if known else marks


def sentence_of(marks: Iterable[Mark]) -> str:
    """Return the marked words as a sentence names them: “treated”, “patient”."""
    return ", ".join(dict.fromkeys(f"“{mark.found}”" for mark in marks))
