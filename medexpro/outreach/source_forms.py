"""What people type about sources, touches and what comes next."""

from datetime import date
from typing import Any

from django import forms

from medexpro.clients.forms import NewId
from medexpro.practice.models import Member, Practice
from medexpro.providers.models import Channel, ProviderType
from medexpro.referrals.source_models import SaidStage, Source, SourceKind, TouchKind
from medexpro.web.editing import EditForm
from medexpro.web.forms import DateField, Form, SearchField
from medexpro.web.widgets import Picks

NO_CLIENT = "No client’s name or health here: the log is about the relationship"
WRITTEN = "Month/day/year"
# In the order a thumb wants them.
QUICK = (
    (TouchKind.CALL, "phone"), (TouchKind.VISIT, "walk"), (TouchKind.LUNCH, "clock"), (TouchKind.LETTER, "file"),
    (TouchKind.THANKS, "check"), (TouchKind.TALK, "users"), (TouchKind.EMAIL, "mail"), (TouchKind.OTHER, "pen"),
)  # fmt: skip


def owners(practice: Practice) -> list[tuple[str, str]]:
    """Return who may look after a source."""
    rows = Member.objects.of(practice).active().select_related("user").order_by("user__full_name")
    return [("", "Nobody yet"), *((str(one.pk), str(one)) for one in rows)]


def owner_of(practice: Practice, chosen: str) -> Member | None:
    """Return the member a form names; None for none."""
    return Member.objects.of(practice).filter(pk=chosen).first() if chosen else None


class Relationship(EditForm):
    """Who a source is to us."""

    kind = forms.ChoiceField(label="What they are", choices=SourceKind.choices)
    interests = forms.CharField(
        label="Conditions they send or care for",
        max_length=400,
        required=False,
        help_text="Parted by commas: knee, hip, back",
    )
    is_ideal = forms.BooleanField(label="One of the sources we want most", required=False)
    owner = forms.ChoiceField(label="Looked after by", required=False)
    preferred_channel = forms.ChoiceField(
        label="Likes to hear of us by", choices=[("", "Not known"), *Channel.choices], required=False
    )
    said_stage = forms.ChoiceField(
        label="Where we stand, where the log does not tell",
        choices=[("", "The log tells"), *SaidStage.choices],
        required=False,
        help_text="Referrals and logged touches always count more",
    )
    is_active = forms.BooleanField(label="Ask us to stay in touch", required=False, initial=True)

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.practice = practice
        self.fields["owner"].choices = owners(practice)

    @classmethod
    def over(cls, source: Source, data: Any = None) -> "Relationship":
        """Return the form over a source, or over what was typed about it."""
        return cls(data, practice=source.practice, initial=stored(source) | {"version": str(source.version)})

    def values(self) -> dict[str, Any]:
        """Return the arguments of `change`."""
        values = super().values()
        return values | {
            "interests": values["interests"].split(","),
            "owner": owner_of(self.practice, values["owner"]),
        }


def stored(source: Source) -> dict[str, Any]:
    """Return what is kept of a source as the form writes it."""
    names = ("kind", "is_ideal", "preferred_channel", "said_stage", "is_active")
    return {name: getattr(source, name) for name in names} | {
        "interests": ", ".join(source.interests),
        "owner": str(source.owner_id or ""),
    }


class AddSource(Form):
    """A new relationship: with a provider on file, with one typed here, or with an organisation."""

    new_id = NewId()
    provider = SearchField("providers:find", label="A provider on file", required=False)
    given_name = forms.CharField(label="Or a new one: first name", max_length=80, required=False)
    family_name = forms.CharField(label="Last name", max_length=80, required=False)
    type = forms.ChoiceField(label="Licensed as", choices=ProviderType.choices, initial=ProviderType.MD)
    specialty = forms.CharField(label="Specialty", max_length=120, required=False)
    organisation_name = forms.CharField(
        label="Works at, or the organisation itself",
        max_length=200,
        required=False,
        help_text="Without a last name the organisation is the source",
    )
    npi = forms.CharField(
        label="NPI", max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    phone = forms.CharField(
        label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    interests = forms.CharField(
        label="Conditions they send or care for", max_length=400, required=False, help_text="Parted by commas"
    )
    is_ideal = forms.BooleanField(label="One of the sources we want most", required=False)
    next_step = forms.CharField(
        label="Next step", max_length=160, required=False, help_text="Such as: letter, then a visit"
    )
    next_on = DateField(label="On", required=False, help_text=WRITTEN)


class LogTouch(Form):
    """One touch: two taps with a thumb, more where there is more to say."""

    new_id = NewId()
    kind = forms.ChoiceField(label="What it was", choices=TouchKind.choices, widget=Picks)
    on = DateField(label="On", help_text=WRITTEN)
    note = forms.CharField(label="Note", max_length=400, required=False, help_text=NO_CLIENT)
    settles_step = forms.BooleanField(label="This was the next step", required=False)
    next_step = forms.CharField(
        label="Then", max_length=160, required=False, help_text="What comes next, such as: coffee"
    )
    next_on = DateField(label="On", required=False, help_text=WRITTEN)

    @classmethod
    def fresh(cls, source: Source | None, day: date, kind: str) -> "LogTouch":
        """Return the empty form, with today in it."""
        due = source is not None and source.next_on is not None and source.next_on <= day
        return cls(initial={"kind": kind, "on": day, "settles_step": due})


class LogAnyTouch(LogTouch):
    """One touch with a source that is chosen here."""

    source = SearchField("outreach:find", label="With whom")
    field_order = ("source",)


class Plan(Form):
    """What comes next with a source."""

    next_step = forms.CharField(
        label="Next step", max_length=160, required=False, help_text="Empty takes it away"
    )
    next_on = DateField(label="On", required=False, help_text=WRITTEN)


class ListUpload(Form):
    """A list of providers as a spreadsheet writes it."""

    file = forms.FileField(
        label="CSV file", help_text="Up to 5,000 rows: name, NPI, specialty, workplace, phone, fax, e-mail"
    )
