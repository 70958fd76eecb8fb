"""Typed text into values."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms as django_forms

from medexpro.clients.forms import NewId
from medexpro.pdf.characters import warning
from medexpro.providers.models import Channel, Provider
from medexpro.reports.contents import FIELDS, WITH_CHARTS, WITH_TABLE, Contents
from medexpro.reports.models import Delivery, Document
from medexpro.reports.replies import ANSWERS, RECEIPTS
from medexpro.reports.rows import Reported
from medexpro.reports.rules.one_page import LIMITS, check_length
from medexpro.reports.sending import BY_HAND, CHANNELS, LINK_DAYS
from medexpro.web import forms

LABELS = {
    "lead": "The sentence",
    "program": "Program",
    "next": "Next",
    "found": "What we found",
    "plan": "What we plan",
    "precautions": "Precautions, one a line",
    "needed": "What we still need, one a line",
    "goals": "Goals, one a line",
    "observed": "What was observed; no cause",
    "done": "What we did",
    "reached": "What the client can do now",
    "closing": "The closing line",
    "ask": "One more question, as a box to tick",
}


# Fields of which every line is one of a list.
LISTS = frozenset({"precautions", "needed", "goals"})


class WordsForm(forms.Form):
    """What a person writes in a document. Strong words stand between double asterisks."""

    all_optional = True
    version = django_forms.IntegerField(widget=django_forms.HiddenInput)

    def __init__(self, *args: Any, document: Document, contents: Contents, **kwargs: Any):
        initial = (
            {"version": document.version}
            | contents.texts
            | {
                "show_pain": document.words.get("show_pain", False),
                "charts": document.words.get("charts", True),
            }
            | {"rows": contents.printed}
        )
        self.proposed_rows = contents.printed if document.words.get("rows") is None else None
        super().__init__(*args, initial=initial, **kwargs)
        for key in FIELDS[document.kind]:
            text = django_forms.Textarea(attrs={"rows": 1 if key in ("ask", "closing") else 3})
            self.add(
                key, django_forms.CharField(label=LABELS[key], widget=text, required=False, max_length=2000)
            )
        if document.kind in WITH_TABLE:
            rows = django_forms.MultipleChoiceField(
                label="Measures in the table",
                choices=[(one.key, _row_label(one)) for one in contents.choices],
                widget=forms.PicksMultiple(),
                required=False,
                help_text="What is left out is named in one line under the table. What got worse always stands.",
            )
            self.add("rows", rows)
            if document.kind in WITH_CHARTS:
                self.add("charts", django_forms.BooleanField(label="Two charts", required=False))
            pain = django_forms.BooleanField(
                label="Recorded pain, too", required=False, help_text="Off unless the provider asked for it."
            )
            self.add("show_pain", pain)

    def words(self) -> dict[str, Any]:
        """Return what was written and chosen; None for rows where the record's own choice was left as it is."""
        words = {key: value for key, value in self.cleaned_data.items() if key != "version"}
        if (
            "rows" in words
            and self.proposed_rows is not None
            and set(words["rows"]) == set(self.proposed_rows)
        ):
            words["rows"] = None
        return words


def notes_on(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what to know about the words while writing, as label and sentence: too long, or prints as a box.

    Nothing here is refused: whether the page holds it is found by setting it, and a box prints and is marked.
    """
    found = []
    for key, text in texts.items():
        lines = [line for line in text.splitlines() if line.strip()] if key in LISTS else text
        limit = {"ask": "asks"}.get(key, key)
        said = [check_length(limit, lines) if limit in LIMITS else "", warning(text)]
        found += [(LABELS[key], sentence) for sentence in said if sentence]
    return found


def _row_label(one: Reported) -> str:
    return f"{one.outcome.name} (got worse)" if one.must_stand else one.outcome.name


# One of the ways on the form: the link goes to the provider's mailbox instead of to the hands of who makes it.
LINK_BY_MAIL = "link-by-mail"


class SendForm(forms.Form):
    """How a document leaves."""

    new_id = NewId()
    channel = django_forms.ChoiceField(
        label="How",
        choices=[
            *((one.value, one.label) for one in CHANNELS),
            (LINK_BY_MAIL, "Mail them the secure link"),
        ],
    )
    to = django_forms.CharField(label="To", max_length=200, required=False, help_text="Empty: as on file")
    days = forms.NumberField(
        label="A link opens for", unit="d", whole=True, lowest=1, highest=60, initial=LINK_DAYS
    )

    def __init__(self, *args: Any, only_by_hand: bool = False, **kwargs: Any):
        """only_by_hand: for who may record what they faxed or handed over, and opens nothing themselves."""
        super().__init__(*args, **kwargs)
        if only_by_hand:
            self.fields["channel"].choices = [(one.value, one.label) for one in BY_HAND]
            del self.fields["days"]

    @property
    def mails_the_link(self) -> bool:
        """Return whether the link is to be mailed."""
        return bool(self.cleaned_data["channel"] == LINK_BY_MAIL)

    def values(self) -> dict[str, Any]:
        """Return what was chosen; a link that is mailed is a link."""
        values = super().values()
        return values | {"channel": Channel.LINK.value if self.mails_the_link else values["channel"]}


class ReplyForm(forms.Form):
    """What came back for a document that left, and who said so."""

    delivery = django_forms.ChoiceField(label="Of which")
    reply = django_forms.ChoiceField(
        label="What came back",
        choices=[(one.value, one.label.capitalize()) for one in RECEIPTS]
        + [(one.value, f"Acknowledged {one.label}") for one in ANSWERS],
    )
    who = django_forms.CharField(
        label="Who said so",
        max_length=120,
        required=False,
        help_text="At the provider’s office; not needed for a fax report or a page handed over",
    )

    def __init__(self, *args: Any, deliveries: Sequence[Delivery], **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["delivery"]
        field.choices = [(str(one.pk), f"{one.get_channel_display()} to {one.to}") for one in deliveries]
        if len(deliveries) == 1:
            field.widget, self.initial["delivery"] = django_forms.HiddenInput(), str(deliveries[0].pk)


class ReaddressForm(forms.Form):
    """To whom of the same workplace a document goes instead."""

    provider = django_forms.ChoiceField(label="To whom instead")

    def __init__(self, *args: Any, colleagues: Sequence[Provider], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["provider"].choices = [(str(one.pk), one.formal_name) for one in colleagues]


class BatchForm(forms.Form):
    """What is to be drafted in one go: the lines ticked, or all that are due this week."""

    new_id = NewId()
    which = django_forms.ChoiceField(choices=[("ticked", "Ticked"), ("week", "This week")])
