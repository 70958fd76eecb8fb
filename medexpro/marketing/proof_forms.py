"""What people type on the pages of figures and stories."""

from datetime import date, timedelta
from typing import Any

from django import forms

from medexpro.web.editing import EditForm
from medexpro.web.forms import DateField, Form, Picks, SignatureField
from medexpro.wording.forms import ScopeChecked

PUBLIC = {"data-wording": "public"}


class Period(Form):
    """From which day to which clients were discharged."""

    since = DateField(label="Discharged from")
    until = DateField(label="to")


def period_of(data: Any, today: date) -> tuple[Period, date, date]:
    """Return the form, and the period it says; the last twelve months where it says none that can be read."""
    year = {"since": today - timedelta(days=364), "until": today}
    form = Period(data if data.get("since") else None, initial=year)
    if form.is_bound and form.is_valid():
        return form, form.cleaned_data["since"], form.cleaned_data["until"]
    return form, year["since"], year["until"]


class Least(Form):
    """From how many clients on figures are made."""

    least = forms.IntegerField(
        label="Figures from how many clients on",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input input-num"}),
        help_text="5 is the least; a practice may only ask for more.",
    )


class StoryForm(ScopeChecked, EditForm):
    """The words of a story."""

    title = forms.CharField(label="Title", max_length=120, widget=forms.TextInput(attrs=PUBLIC))
    text = forms.CharField(
        label="The story",
        max_length=4000,
        widget=forms.Textarea(attrs=PUBLIC | {"rows": 14}),
        help_text="A blank line begins a paragraph. Say nothing by which somebody who knows the client would know them.",
    )


class AgreeForm(Form):
    """The client signs the very words of a story."""

    signed_name = forms.CharField(label="Name of the person who signs", max_length=160)
    signed_as = forms.ChoiceField(
        label="Signs as",
        choices=[("client", "Client"), ("guardian", "Guardian")],
        widget=Picks,
        initial="client",
    )
    signature = SignatureField(label="Signature")
    number = forms.CharField(widget=forms.HiddenInput, required=False)

    def values(self) -> dict[str, Any]:
        """Return the arguments of `agree` besides the version."""
        values = super().values()
        return {
            "signed_name": values["signed_name"], "signed_as": values["signed_as"], "signature": values["signature"].strokes,
        }  # fmt: skip
