"""Typed text into values."""

from typing import Any

from django import forms as django_forms

from medexpro.pdf.characters import warning
from medexpro.reports.contents import FIELDS, Contents
from medexpro.reports.models import Document
from medexpro.reports.rules.one_page import LIMITS, check_length
from medexpro.reports.sending import CHANNELS, LINK_DAYS
from medexpro.web import forms

LABELS = {
    "lead": "The sentence",
    "program": "Program",
    "next": "Next",
    "found": "What we found",
    "plan": "What we plan",
    "precautions": "Precautions, one a line",
    "closing": "The closing line",
    "ask": "One more question, as a box to tick",
}


class WordsForm(forms.Form):
    """What a person writes in a document. Strong words stand between double asterisks."""

    version = django_forms.IntegerField(widget=django_forms.HiddenInput)

    def __init__(self, *args: Any, document: Document, contents: Contents, **kwargs: Any):
        initial = (
            {"version": document.version}
            | contents.texts
            | {"show_pain": document.words.get("show_pain", False)}
        )
        super().__init__(*args, initial=initial, **kwargs)
        for key in FIELDS[document.kind]:
            rows = 1 if key in ("ask", "closing") else 3
            self.fields[key] = django_forms.CharField(
                label=LABELS[key],
                widget=django_forms.Textarea(attrs={"rows": rows}),
                required=False,
                max_length=2000,
            )
        if document.kind == Document.Kind.PROGRESS:
            self.fields["show_pain"] = django_forms.BooleanField(label="Show pain, too", required=False)

    def clean(self) -> dict[str, Any]:
        """Say at the field what is too long for the page, and which signs print as a marked box."""
        values = super().clean() or self.cleaned_data
        for key, text in values.items():
            if not isinstance(text, str) or key not in self.fields:
                continue
            lines = [line for line in text.splitlines() if line.strip()] if key == "precautions" else text
            if (key in LIMITS and (said := check_length(key, lines))) or (said := warning(text)):
                self.add_error(key, said)
        return values


class SendForm(forms.Form):
    """How a document leaves."""

    channel = django_forms.ChoiceField(label="How", choices=[(one.value, one.label) for one in CHANNELS])
    to = django_forms.CharField(label="To", max_length=200, required=False, help_text="Empty: as on file")
    days = forms.NumberField(
        label="A link opens for", unit="d", whole=True, lowest=1, highest=60, initial=LINK_DAYS
    )
