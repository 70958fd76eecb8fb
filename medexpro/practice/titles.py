"""What members call their profession: asked about once where the title is another profession's.

Which words those are the word list says; the area of words registers its check when the app starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medexpro.practice.models import Member, Practice
from medexpro.web.forms import Form

# A title and what stands after the name.
TITLED = ("credentials", "title")
READ_AS = {"data-wording": "title"}
KEEP = "this title"


@dataclass(frozen=True)
class TitleCheck:
    """asked: what to ask about a title, empty where it may be used. let_stand: keeps that titles of a member stay."""

    asked: Callable[[Practice, str], str]
    let_stand: Callable[..., None]


CHECKS: list[TitleCheck] = []


class TitleChecked(Form):
    """A form with a member's title. practice: whose word list. An unchanged title is not asked about again."""

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.practice = practice
        for name in TITLED:
            self.fields[name].widget.attrs.update(READ_AS)

    def _post_clean(self) -> None:
        super()._post_clean()
        for name in TITLED:
            text = self.cleaned_data.get(name) or ""
            if not text or text == self.initial.get(name):
                continue
            for sentence in filter(None, (check.asked(self.practice, text) for check in CHECKS)):
                self.ask(name, sentence, keep=KEEP)

    def keep_title(self, member: Member, *, by: Member, at: datetime) -> None:
        """Keep which titles were let stand. Call it beside the operation."""
        stood = {name: self.cleaned_data[name] for name in TITLED if name in self.kept}
        for check in CHECKS if stood else ():
            check.let_stand(member, stood, by=by, at=at)
