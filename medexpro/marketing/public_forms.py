"""Forms of the public page's editor. Everything in them is read by the public, so words out of scope are asked about."""

from typing import Any

from django import forms

from medexpro.clients.forms import NewId
from medexpro.marketing.operations.public_page import MOST_QUESTIONS
from medexpro.marketing.public_texts import Texts
from medexpro.scheduling.forms import Rows
from medexpro.scheduling.models import Service
from medexpro.web.editing import EditForm
from medexpro.web.forms import Form
from medexpro.wording.forms import ScopeChecked

PUBLIC = {"data-wording": "public"}


def _line(label: str, longest: int, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=False, help_text=hint, widget=forms.TextInput(attrs=PUBLIC)
    )


class Page(ScopeChecked, EditForm):
    """The page's own texts. Each question stands with its answer; two empty rows wait for more."""

    all_optional = True

    headline = _line("Headline", 90, "Empty takes the positioning line")
    arrival = _line("How to get in", 160, "Stands behind the address, such as step-free, parking at the door")
    first_visit = Rows(label="Visitors may pick a time for", required=False, nobody="Offer no times")

    def __init__(self, *args: Any, texts: Texts, **kwargs: Any):
        super().__init__(*args, **kwargs)
        shown = min(len(texts.questions) + 2, MOST_QUESTIONS)
        # Somebody may have added a question while this page was open: what was typed has its field all the same.
        sent = [
            int(name[9:]) + 1 for name in self.data if name.startswith("question_") and name[9:].isdecimal()
        ]
        self.rows = min(max([shown, *sent]), MOST_QUESTIONS)
        for n in range(self.rows):
            self.add(f"question_{n}", _line(f"Question {n + 1}", 120))
            answer = forms.CharField(
                label=f"Answer {n + 1}", max_length=600, required=False, widget=forms.Textarea(attrs=PUBLIC | {"rows": 3})
            )  # fmt: skip
            self.add(f"answer_{n}", answer)
            if not self.is_bound and n < len(texts.questions):
                self.initial[f"question_{n}"] = texts.questions[n].question
                self.initial[f"answer_{n}"] = texts.questions[n].answer
        rows = Service.objects.of(self.practice).filter(retired_at=None, places=1)
        self.fields["first_visit"].offer(rows)  # type: ignore[attr-defined]
        if not self.is_bound:
            self.settle_base()

    def settle_base(self) -> None:
        """Note what the fields said when the page was opened, those that were added too."""
        import json

        stored = {
            name: self.get_initial_for_field(self.fields[name], name)
            for name in self.fields
            if name not in ("base", "version")
        }
        self.initial["base"] = json.dumps(stored, default=str)

    def clean(self) -> dict[str, Any]:
        """Ask for the other half of a question without answer, or the other way round."""
        for n in range(self.rows):
            question, answer = (
                self.cleaned_data.get(f"question_{n}", ""),
                self.cleaned_data.get(f"answer_{n}", ""),
            )
            if question and not answer:
                self.add_error(f"answer_{n}", "Write the answer, or empty the question.")
            if answer and not question:
                self.add_error(f"question_{n}", "Write the question, or empty the answer.")
        return self.cleaned_data

    def page_values(self) -> dict[str, Any]:
        """Return the arguments of `change_page`."""
        said = self.cleaned_data
        questions = [
            {"question": " ".join(said[f"question_{n}"].split()), "answer": " ".join(said[f"answer_{n}"].split())}
            for n in range(self.rows)
            if said[f"question_{n}"]
        ]  # fmt: skip
        return {
            "headline": said["headline"],
            "arrival": said["arrival"],
            "first_visit": said["first_visit"],
            "questions": questions or None,
        }


class _Article(ScopeChecked):
    title = forms.CharField(label="Title", max_length=120, widget=forms.TextInput(attrs=PUBLIC))
    summary = _line("In one sentence", 200, "Stands in the list and with search engines")
    body = forms.CharField(
        label="Text",
        max_length=20_000,
        widget=forms.Textarea(attrs=PUBLIC | {"rows": 18}),
        help_text="Markdown: # heading, **bold**, - list, [words](https://…). No pictures, no HTML.",
    )

    def article_values(self) -> dict[str, str]:
        """Return what was written, as the operations take it."""
        return {name: self.cleaned_data[name] for name in ("title", "summary", "body")}


class NewArticle(_Article, Form):
    """An article that begins."""

    new_id = NewId()


class ChangeArticle(_Article, EditForm):
    """An article that is there."""
