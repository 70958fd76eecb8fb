"""Words that don't belong into what leaves the practice: found with a suggestion, never changed by themselves."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from medexpro.kernel.reference import Wording

OUTGOING = frozenset({"any", "outgoing", "client_document"})
# A suggestion this short can stand in the place of the word; a longer one is advice.
LONGEST_SUBSTITUTE = 2


@dataclass(frozen=True)
class Mark:
    """One word out of scope: in which field, as found, what to write instead, why. refused: no signing with it.

    entry: the id of the word list's entry.
    """

    field: str
    found: str
    entry: str
    suggestion: str
    why: str
    refused: bool

    @property
    def substitute(self) -> str:
        """Return the words that may take its place as they are; empty where the suggestion is advice."""
        short = len(self.suggestion.split()) <= LONGEST_SUBSTITUTE and "," not in self.suggestion
        return self.suggestion if short else ""

    @property
    def key(self) -> str:
        """Return what names this mark on the form: field and entry."""
        return f"{self.field}:{self.entry}"


@lru_cache(maxsize=512)
def _pattern(word: str) -> re.Pattern[str]:
    body = re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "")
    return re.compile(rf"(?<!\w){body}(?!\w)", re.IGNORECASE)


def find_marks(texts: Mapping[str, str], wording: Wording) -> list[Mark]:
    """Return the words out of scope in the texts of one document, in the order of its fields.

    Phrases the word list allows, such as the name of another profession, are passed over.
    """
    found = []
    for field, text in texts.items():
        bare = _without(text, wording)
        for entry in wording.entries:
            if entry.where not in OUTGOING or not entry.verification.in_force:
                continue
            hit = next((match for word in entry.words if (match := _pattern(word).search(bare))), None)
            if hit:
                # What one entry marks, a later and wider one leaves alone: “gait therapy” is one mark.
                bare = bare[: hit.start()] + " " * len(hit.group()) + bare[hit.end() :]
                said = text[hit.start() : hit.end()]
                found.append(
                    Mark(field, said, entry.id, entry.suggestion, entry.why, entry.level == "refuse")
                )
    return found


def _without(text: str, wording: Wording) -> str:
    """Return the text with the phrases that may stand blanked out, at the same length."""
    for phrase in sorted(wording.allowed, key=len, reverse=True):
        text = _pattern(phrase).sub(lambda match: " " * len(match.group()), text)
    return text
