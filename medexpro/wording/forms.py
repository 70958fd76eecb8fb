"""Forms whose text leaves the practice: marked words are asked about once, then kept with who let them stand.

Three steps for a form. The field says who reads it; the view gives the practice; after the operation what was let
stand is kept:

    class WriteLetter(ScopeChecked, Form):
        text = CharField(widget=Textarea(attrs={"data-wording": "provider"}))

    form = WriteLetter(request.POST or None, practice=member.practice)
    if form.is_valid():
        letter = operations.write(...)
        form.keep_let_stand(letter, by=member, at=at)

While it is written the page's script marks the words under the field (web/js/wording.js). Without scripts the form
comes back once: “Keep these words” under the field lets them stand, a change asks again.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from medexpro.kernel.wording import Mark
from medexpro.practice.models import Member, Practice
from medexpro.web.forms import Form
from medexpro.wording.checking import marks_for, sentence_of
from medexpro.wording.operations import let_stand

ATTRIBUTE = "data-wording"
KEEP = "these words"


class ScopeChecked(Form):
    """A form with words for people outside. practice: whose word list; names: proper names that may stand."""

    def __init__(self, *args: Any, practice: Practice, names: Iterable[str] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.practice, self.names = practice, tuple(names)
        self.let_stood: list[Mark] = []

    def readers(self) -> dict[str, str]:
        """Return who reads each field, by the attribute of its widget."""
        read = {name: field.widget.attrs.get(ATTRIBUTE, "") for name, field in self.fields.items()}
        return {name: to for name, to in read.items() if to}

    def words_unchanged(self, name: str) -> bool:
        """Return whether a field holds what the record itself proposes, which is checked data. Overridden where it is so."""
        return False

    def marks(self) -> list[Mark]:
        """Return the marked words in what was typed. Only after the fields were read."""
        found: list[Mark] = []
        for name, to in self.readers().items():
            text = self.cleaned_data.get(name)
            if isinstance(text, str) and text and not self.words_unchanged(name):
                found += marks_for(self.practice, {name: text}, to=to, names=self.names)
        return found

    def _post_clean(self) -> None:
        super()._post_clean()
        found = self.marks()
        for name in dict.fromkeys(mark.field for mark in found):
            here = [mark for mark in found if mark.field == name]
            if refused := [mark for mark in here if mark.refused]:
                self.add_error(name, f"{sentence_of(refused)} can’t stand here: {refused[0].why}.")
                continue
            self.ask(name, _asked(here), keep=KEEP)
            if name in self.kept:
                self.let_stood += here

    def keep_let_stand(self, about: Any, *, by: Member, at: datetime) -> None:
        """Keep what the member let stand, with the document it stands in. Call it beside the operation."""
        for to in dict.fromkeys(self.readers().values()):
            here = [mark for mark in self.let_stood if self.readers()[mark.field] == to]
            if here:
                texts = {mark.field: self.cleaned_data[mark.field] for mark in here}
                let_stand(self.practice, here, about=about, to=to, texts=texts, by=by, at=at)


def _asked(marks: list[Mark]) -> str:
    """Return what is asked about marked words: which, why, what to write instead."""
    first = marks[0]
    if len(marks) == 1:
        better = f" Better: {first.substitute or first.suggestion}." if first.suggestion else ""
        return f"“{first.found}”: {first.why}.{better}"
    return f"These words are out of scope: {sentence_of(marks)}. {first.why}."
