"""The practice's own note phrases among its own versions: short sentences offered in the note after those of the log."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms as django_forms

from medexpro.kernel.reference import Record
from medexpro.kernel.wording import find_marks
from medexpro.knowledge import own_editors, own_kinds
from medexpro.knowledge.library import Library, library_of
from medexpro.knowledge.own_editors import Group, OwnForm

PHRASE = "phrase"
MOST_PHRASES = 8
LONGEST = 120


class OwnPhrase(Record):
    """One sentence a member may tap into the note."""

    id: str
    version: int
    text: str


def register() -> None:
    """Let practices have phrases of their own, when the app starts."""
    own_kinds.register(
        own_kinds.OwnKind(
            PHRASE, "note phrase", "Note phrases", OwnPhrase, dict, lambda ours, own: (), unfit,
            in_library=False, shown=lambda own: [("Offered in the note", own.text)],
        )
    )  # fmt: skip
    own_editors.add_editor(own_editors.Editor(PHRASE, PhraseForm))


def unfit(lib: Library, own: OwnPhrase) -> Iterator[tuple[str, str]]:
    """Yield why a phrase can't be offered. The word list is asked as when a document is written."""
    said = own.text.strip()
    if not said:
        yield "text", "Write the sentence."
    elif len(said) > LONGEST:
        yield "text", f"At most {LONGEST} characters; this has {len(said)}."
    for mark in find_marks({"text": said}, lib.wording, to="staff"):
        yield "text", f"“{mark.found}” is on the word list: {mark.why}. Write instead: {mark.suggestion}."
    others = [one for one in lib.further.get(PHRASE, {}).values() if one.id != own.id]
    if any(_text(one).casefold() == said.casefold() for one in others):
        yield "text", "This sentence is offered already."
    if len(others) >= MOST_PHRASES:
        yield "", f"A practice has at most {MOST_PHRASES} phrases of its own; withdraw one first."


def _text(phrase: Any) -> str:
    return str(phrase.text).strip()


def own_phrases(practice: Any) -> list[str]:
    """Return the practice's own phrases in force, as they are offered."""
    return [_text(one) for one in library_of(practice).further.get(PHRASE, {}).values()]


class PhraseForm(OwnForm):
    """A note phrase."""

    called = "sentence"
    needed = ("sentence",)
    places = {"text": "sentence"}

    sentence = django_forms.CharField(
        label="Sentence", max_length=LONGEST, required=False, help_text="Such as: Home program shown and repeated."
    )  # fmt: skip

    def begin(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return {"sentence": content.get("text", "")}

    def content(self) -> dict[str, Any]:
        return self.base | {"text": self.text("sentence")}

    def groups(self) -> list[Group]:
        hint = "Offered beside every session’s note, after what the log says. One tap puts it in; the member signs it."
        return [Group("The phrase", self.bound("sentence", "note"), hint)]
