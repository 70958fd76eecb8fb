"""How much a person may write in each field of a one-page document.

These are house rules for the form, so that nobody writes far past the page. Whether a document really
fits is decided by setting it (`pdf.engine.pages_needed`): eight measures leave less room than three.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class TextLimit:
    """The most one field takes: characters in a text, or lines of characters each."""

    label: str
    characters: int
    lines: int = 1


LIMITS: Mapping[str, TextLimit] = {
    "lead": TextLimit("The sentence", 280),
    "program": TextLimit("The program", 260),
    "next": TextLimit("Next", 200),
    "attendance": TextLimit("Attendance", 120),
    "precautions": TextLimit("A precaution", 80, lines=6),
    "asks": TextLimit("A question", 44, lines=3),
    "meaning": TextLimit("What it means", 90),
    "found": TextLimit("What we found", 420),
    "plan": TextLimit("What we plan", 420),
    "closing": TextLimit("The closing line", 160),
    "needed": TextLimit("A line", 110, lines=5),
    "goals": TextLimit("A goal", 140, lines=6),
    "observed": TextLimit("What was observed", 600),
    "done": TextLimit("What we did", 420),
    "reached": TextLimit("What the client can do now", 280),
}


def check_length(field: str, text: str | Sequence[str]) -> str:
    """Return the sentence for the field when it holds too much, "" when it is fine.

    text: one text, or the lines of a list. Emphasis marks (**) don't count.
    Raises KeyError for a field that has no limit.

    >>> check_length("next", "Stairs."), check_length("asks", ["a", "b", "c", "d"])
    ('', 'Up to 3 lines fit on the page; there are 4.')
    >>> check_length("asks", ["x" * 50])
    'A question is 6 characters too long for the page (44 at most).'
    """
    limit = LIMITS[field]
    lines = [text] if isinstance(text, str) else list(text)
    if len(lines) > limit.lines:
        return f"Up to {limit.lines} lines fit on the page; there are {len(lines)}."
    over = max((len(line.replace("**", "")) - limit.characters for line in lines), default=0)
    if over <= 0:
        return ""
    unit = "character" if over == 1 else "characters"
    return f"{limit.label} is {over} {unit} too long for the page ({limit.characters} at most)."


def check_texts(texts: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    """Return a sentence for every field that holds too much; empty when all are fine."""
    said = {field: check_length(field, text) for field, text in texts.items()}
    return {field: sentence for field, sentence in said.items() if sentence}
