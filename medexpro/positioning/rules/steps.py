"""Whether a text written by hand is still in step with the sheet, and how it differs."""

import difflib
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A run of words of two texts. kind: same, old (only in the first), new (only in the second)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Step:
    """Where a text stands to the sheet. text: as it is read; draft: what the sheet makes now.

    by_hand: it was written by hand. behind: the sheet makes another draft now than when it was written.
    """

    text: str
    draft: str
    by_hand: bool
    behind: bool

    @property
    def difference(self) -> list[Piece]:
        """Return the text as it stands against the new draft."""
        return differing(self.text, self.draft)


def step(own: str, drafted: str, draft: str) -> Step:
    """Return where a text stands. own: as written by hand, empty for none; drafted: the draft at that time.

    >>> step("", "", "A.").text, step("B.", "A.", "A.").behind, step("B.", "A.", "C.").behind
    ('A.', False, True)
    """
    if not own.strip():
        return Step(draft, draft, by_hand=False, behind=False)
    return Step(own, draft, by_hand=True, behind=plain(drafted) != plain(draft))


def plain(text: str) -> str:
    """Return a text with one kind of line break and no blanks at the ends of lines."""
    return "\n".join(
        line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ).strip()


def differing(before: str, after: str) -> list[Piece]:
    """Return two texts as runs of words that are the same, only before, or only after. Nothing of either is lost.

    >>> [(piece.kind, piece.text) for piece in differing("We help people.", "We help runners.")]
    [('same', 'We help '), ('old', 'people.'), ('new', 'runners.')]
    """
    old, new = _words(before), _words(after)
    pieces = []
    for op, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        if b > a:
            pieces.append(Piece("old", "".join(old[a:b])))
        if d > c:
            pieces.append(Piece("new", "".join(new[c:d])))
    return pieces


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*|\s+", text)
