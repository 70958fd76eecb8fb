"""What people type on the pages of this area, turned into the arguments of operations."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from medexpro.clients.forms import NewId
from medexpro.clients.models import Sex
from medexpro.marketing import catalogue
from medexpro.marketing.models import AgreementKind, LeftOut
from medexpro.marketing.operations.measuring import Typed
from medexpro.marketing.rules.stations import Station
from medexpro.web.editing import EditForm
from medexpro.web.forms import DateField, Form, Picks, PicksMultiple

SEXES = [(Sex.FEMALE.value, "Woman"), (Sex.MALE.value, "Man"), (Sex.UNKNOWN.value, "Not said")]
TEL = {"inputmode": "tel"}


def _number(label: str, **more: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "input input-num"})
    return forms.IntegerField(label=label, widget=widget, min_value=1, max_value=9999, **more)


class _DayFields(Form):
    name = forms.CharField(
        label="Name", max_length=120, help_text="As people know the event, such as Fairhaven autumn market"
    )
    place = forms.CharField(label="Place", max_length=160, required=False)
    held_on = DateField(label="Day")

    def offer(self) -> None:
        """Offer the stations whose measures are in service."""
        stations = catalogue.stations()
        self.add(
            "stations",
            forms.MultipleChoiceField(
                label="Stations",
                choices=[(key, one.name) for key, one in stations.items()],
                widget=PicksMultiple(),
                help_text="Pressure and pulse come first wherever people exert themselves.",
                error_messages={"required": "Choose the stations of the day."},
            ),
        )
        self.fields["stations"].wide = True  # type: ignore[attr-defined]


class NewDay(_DayFields):
    """A new screening day."""

    new_id = NewId()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer()

    def values(self) -> dict[str, Any]:
        """Return the arguments of `make_day`."""
        values = super().values()
        new_id = values.pop("new_id")
        return values | {"id": new_id}


class ChangeDay(EditForm, _DayFields):
    """A day that is there."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.offer()


class _Who(Form):
    number = _number("Number", help_text="On the wristband")
    born = _number("Age or year of birth", help_text="Such as 67 or 1959")
    sex = forms.ChoiceField(
        label="Published tables for",
        choices=SEXES,
        widget=Picks(),
        error_messages={"required": "Choose one; “Not said” is an answer."},
    )
    first_name = forms.CharField(label="First name", max_length=40, required=False)


def _wishes(form: Form, on: date) -> None:
    """Add what somebody may agree to, in the words that are in use on a day."""
    page, contact = (catalogue.agreement(kind, on) for kind in (AgreementKind.PAGE, AgreementKind.CONTACT))
    form.add("page", forms.BooleanField(label="Send my page", required=False, help_text=page.text))
    form.add("contact", forms.BooleanField(label="Contact me", required=False, help_text=contact.text))
    form.add("email", forms.EmailField(label="E-mail", required=False))
    form.add(
        "phone",
        forms.CharField(label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs=TEL)),
    )
    form.add("family_name", forms.CharField(label="Last name", max_length=80, required=False))
    form.add("notes", forms.CharField(label="What they asked for", max_length=400, required=False))


WISHES = ("page", "contact", "email", "phone", "family_name", "notes")


class Register(_Who):
    """Somebody new at a day, in seconds; what they agree to below, for those who ask."""

    new_id = NewId()

    def __init__(self, *args: Any, on: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _wishes(self, on)
        if not self.is_bound:
            # The next number stands there already.
            self.fields["born"].widget.attrs["autofocus"] = True

    @property
    def who(self) -> list[Any]:
        """Return the fields that everybody is asked."""
        return [self[name] for name in ("number", "born", "sex", "first_name")]

    @property
    def wishes(self) -> list[Any]:
        """Return the fields for who wants to hear from us."""
        return [self[name] for name in WISHES]

    @property
    def wishes_open(self) -> bool:
        """Return whether anything stands in them."""
        return any(self[name].data for name in WISHES) if self.is_bound else False

    def values(self) -> dict[str, Any]:
        """Return the arguments of `register`."""
        values = super().values()
        new_id = values.pop("new_id")
        return values | {"id": new_id}


class ChangeParticipant(EditForm, _Who):
    """A registration that is there."""


class Agree(Form):
    """What a participant agrees to, later in the day."""

    def __init__(self, *args: Any, on: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        _wishes(self, on)


class ChangeLead(EditForm):
    """How a lead is called and reached, and what was said."""

    given_name = forms.CharField(label="First name", max_length=80, required=False)
    family_name = forms.CharField(label="Last name", max_length=80, required=False)
    phone = forms.CharField(label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs=TEL))
    email = forms.EmailField(label="E-mail", required=False)
    notes = forms.CharField(
        label="Notes", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was said and when to call; nothing about health",
    )  # fmt: skip


class BecomeClient(Form):
    """Making a client of a lead: only the name is asked, as it should stand on the record. picked: the time they chose."""

    new_id = NewId()
    given_name = forms.CharField(label="First name", max_length=80, required=False)
    family_name = forms.CharField(label="Last name", max_length=80, required=False)
    knowingly = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, picked: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        if picked:
            self.add("book", forms.BooleanField(label=f"Book the time they picked: {picked}", required=False))
        self.add(
            "ask_referral",
            forms.BooleanField(
                label="Ask for a written referral", required=False,
                help_text="Tomorrow it stands on Today as what is next.",
            ),
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Return the arguments of `convert`."""
        values = super().values()
        return {
            "given_name": values["given_name"],
            "family_name": values["family_name"],
            "book": bool(values.get("book")),
            "ask_referral": values["ask_referral"],
            "knowingly": values["knowingly"] == "yes",
            "id": values["new_id"],
        }


def read_station(data: Mapping[str, Any], lists: Any, station: Station) -> Typed:
    """Return what a station's form holds. data: one value by name; lists: all values of a name.

    `use` (slot:text) takes the proposed value in place of the typed one; `meant` names slots whose unusual value is so.
    """
    used, _, replacement = data.get("use", "").partition(":")
    return Typed(
        values={
            slot.name: replacement if slot.name == used else data.get(slot.name, "") for slot in station.slots
        },
        unit=data.get("unit", "")[:20],
        way=data.get("way", "")[:40],
        meant=frozenset(lists("meant")),
        left_out=data.get("left_out", ""),
        asked=bool(data.get("none") or lists("sign") or lists("history")),
        signs=tuple(lists("sign")),
        histories=tuple(lists("history")),
    )


def reasons() -> Sequence[tuple[str, str]]:
    """Return why a station may be left out."""
    return LeftOut.choices
