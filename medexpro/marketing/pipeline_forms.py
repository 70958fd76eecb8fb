"""Forms of the pipeline, of sequences and newsletters."""

from collections.abc import Sequence
from typing import Any

from django import forms

from medexpro.clients.forms import NewId
from medexpro.marketing.operations.sequences import PLACES
from medexpro.marketing.rules.sequences import MOST_MAILS, Written
from medexpro.web.editing import EditForm
from medexpro.web.forms import DateField, Form, PicksMultiple
from medexpro.wording.forms import ScopeChecked

HOURS = [(number, f"{number % 12 or 12} {'am' if number < 12 else 'pm'}") for number in range(24)]
WEEKDAYS = list(
    enumerate(("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"))
)


class NextStep(Form):
    """What is next with a lead."""

    step = forms.CharField(
        label="Next step", max_length=160, required=False, help_text="Such as: call about Tuesday"
    )
    on = DateField(label="Due on", required=False)


class Talk(Form):
    """A word with a lead."""

    note = forms.CharField(
        label="What was said", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Nothing about health. Their mails of a sequence end here.",
    )  # fmt: skip


class NewCampaign(Form):
    """A new campaign code."""

    name = forms.CharField(label="What it is for", max_length=80, help_text="Such as Flyer at the library")
    code = forms.CharField(
        label="Code in the address",
        max_length=24,
        required=False,
        help_text="Left empty, it is made of the name",
    )


class ChangeMailRules(EditForm):
    """When mail leaves, and how long leads are kept."""

    quiet_from = forms.TypedChoiceField(label="Nothing leaves from", choices=HOURS, coerce=int)
    quiet_to = forms.TypedChoiceField(label="until", choices=HOURS, coerce=int)
    quiet_days = forms.TypedMultipleChoiceField(
        label="Nor on", choices=WEEKDAYS, coerce=int, required=False, widget=PicksMultiple()
    )
    leads_keep_months = forms.IntegerField(
        label="Let go of leads after", min_value=1, max_value=60, widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text="Months without a word, for leads that came to nothing. The counts stay.",
    )  # fmt: skip


class SequenceMails(ScopeChecked, Form):
    """The mails of a sequence, one after another; an empty one at the end is none."""

    def __init__(self, *args: Any, mails: Sequence[Written] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        for number in range(MOST_MAILS):
            known = mails[number] if number < len(mails) else None
            self.add(
                f"days_{number}",
                forms.IntegerField(
                    label="Days after the beginning", required=False, min_value=0, max_value=90,
                    initial=known.days if known else None, widget=forms.TextInput(attrs={"inputmode": "numeric"}),
                ),
            )  # fmt: skip
            self.add(
                f"subject_{number}",
                forms.CharField(
                    label="Subject", max_length=120, required=False, initial=known.subject if known else "",
                    widget=forms.TextInput(attrs={"data-wording": "public"}),
                ),
            )  # fmt: skip
            self.add(
                f"text_{number}",
                forms.CharField(
                    label="Text", max_length=4000, required=False, initial=known.text if known else "",
                    widget=forms.Textarea(attrs={"rows": 7, "data-wording": "public"}),
                    help_text=f"Filled in: {', '.join(PLACES)}",
                ),
            )  # fmt: skip

    @property
    def mails(self) -> list[dict[str, Any]]:
        """Return the fields of each mail that is shown: those that hold something, and one more."""
        found, empty = [], 0
        for number in range(MOST_MAILS):
            fields = [self[f"{name}_{number}"] for name in ("days", "subject", "text")]
            empty += not any(one.value() for one in fields[1:])
            if empty <= 1:
                found.append({"number": number + 1, "fields": fields})
        return found

    def written(self) -> list[Written]:
        """Return the mails as typed; what is wholly empty is none. Only after is_valid()."""
        values = self.cleaned_data
        rows = [
            Written(
                values.get(f"days_{n}") if values.get(f"days_{n}") is not None else -1,
                values.get(f"subject_{n}", ""), values.get(f"text_{n}", ""),
            )
            for n in range(MOST_MAILS)
        ]  # fmt: skip
        return [one for one in rows if one.subject.strip() or one.text.strip()]


class _Letter(ScopeChecked):
    subject = forms.CharField(
        label="Subject", max_length=120, widget=forms.TextInput(attrs={"data-wording": "public"})
    )
    text = forms.CharField(
        label="Text", max_length=20_000, widget=forms.Textarea(attrs={"rows": 16, "data-wording": "public"}),
        help_text="Markdown: # heading, **bold**, [words](https://address), - list. No HTML and no pictures.",
    )  # fmt: skip
    to_leads = forms.BooleanField(label="Leads who confirmed their e-mail", required=False)
    to_clients = forms.BooleanField(label="Clients who signed for the newsletter", required=False)


class NewNewsletter(_Letter, Form):
    """A new newsletter."""

    new_id = NewId()

    def values(self) -> dict[str, Any]:
        """Return the arguments of `write`."""
        values = super().values()
        return values | {"id": values.pop("new_id")}


class ChangeNewsletter(_Letter, EditForm):
    """A draft that is there."""
