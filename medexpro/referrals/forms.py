"""What people type from a referral's paper."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from medexpro.clients.forms import NewId, provider_choice
from medexpro.providers.models import Channel, ProviderType
from medexpro.referrals.models import CheckKind, Referral
from medexpro.web.editing import EditForm
from medexpro.web.forms import DateField, Form, PicksMultiple, SearchField

CODES = ("code_1", "code_2", "code_3", "code_4")


class Paper(EditForm):
    """What stands on the paper: who wrote it, when, for how long, in which words, with which codes."""

    provider = SearchField("providers:find", label="Provider", required=False)
    received_on = DateField(label="Received on")
    channel = forms.ChoiceField(label="It came by", choices=Channel.choices, initial=Channel.FAX)
    written_on = DateField(label="Written on", required=False)
    valid_from = DateField(label="Valid from", required=False)
    valid_to = DateField(
        label="Valid to, last day", required=False, help_text="Empty when the paper names no end"
    )
    purpose = forms.CharField(
        label="What for, in a few words",
        max_length=160,
        required=False,
        help_text="Such as Right knee replacement",
    )
    wording = forms.CharField(
        label="The provider’s words",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Copy the part that asks for our service",
    )
    code_1 = SearchField(
        "codes:search", label="ICD-10 code", required=False, help_text="As the paper gives it"
    )
    code_2 = SearchField("codes:search", label="Second code", required=False)
    code_3 = SearchField("codes:search", label="Third code", required=False)
    code_4 = SearchField("codes:search", label="Fourth code", required=False)
    exit_confirmed_on = DateField(
        label="Left medical care on",
        required=False,
        help_text="The day the provider confirms as the last one",
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["wording"].wide = True  # type: ignore[attr-defined]

    @classmethod
    def over(cls, referral: Referral, data: Any = None) -> "Paper":
        """Return the form over a referral, or over what was typed about it."""
        plain = (
            "received_on", "channel", "written_on", "valid_from", "valid_to", "purpose", "wording", "exit_confirmed_on",
        )  # fmt: skip
        stored: dict[str, Any] = {name: getattr(referral, name) for name in plain}
        stored["provider"] = provider_choice(referral.provider)
        for name, code in zip(CODES, referral.codes.all(), strict=False):
            stored[name] = (code.icd10, f"{code.icd10} {code.words}")
        return cls(data, initial=stored | {"version": str(referral.version)})

    def values(self) -> dict[str, Any]:
        """Return the arguments of `change`: codes as one list, the provider as chosen id."""
        values = super().values()
        codes = [values.pop(name) for name in CODES]
        return values | {"icd10": [code for code in codes if code]}


class ChosenOrNew(SearchField):
    """A choice that is needed unless someone new is typed beside it; the operation says which is missing."""

    def clean(self, value: Any) -> Any:
        """Return what was chosen, or nothing."""
        self.required = False
        try:
            return super().clean(value)
        finally:
            self.required = True


class TakeIn(Paper):
    """A referral that arrives: for whom, what stands on it, its scan."""

    new_id = NewId()
    client = ChosenOrNew("clients:find", label="Client")
    given_name = forms.CharField(label="First name", max_length=80, required=False)
    family_name = forms.CharField(label="Last name", max_length=80, required=False)
    birth_date = DateField(label="Birth date", required=False, help_text="Such as 3/14/1958")
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    new_client_id = NewId()
    knowingly = forms.CharField(required=False, widget=forms.HiddenInput)
    provider_given_name = forms.CharField(label="First name", max_length=80, required=False)
    provider_family_name = forms.CharField(label="Last name", max_length=80, required=False)
    provider_type = forms.ChoiceField(label="Licensed as", choices=ProviderType.choices, required=False)
    provider_npi = forms.CharField(label="NPI", max_length=20, required=False)
    provider_fax = forms.CharField(label="Fax", max_length=40, required=False)
    provider_organisation = forms.CharField(label="Works at", max_length=200, required=False)
    new_provider_id = NewId()
    confirmed = forms.MultipleChoiceField(
        label="You have checked on the paper",
        choices=[
            (CheckKind.WRITTEN, "It is written by a licensed provider"),
            (CheckKind.WORDING, "It names medical exercise or functional conditioning"),
            (CheckKind.CODED, "It gives an ICD-10 code"),
            (CheckKind.EXITED, "It confirms that the client has left medical care"),
        ],
        required=False,
        widget=PicksMultiple,
        help_text="What is not there yet can follow; the referral says what is missing.",
    )
    scan = forms.FileField(
        label="Scan or photo of the paper",
        required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}),
    )

    @classmethod
    def fresh(cls, today: date, client: tuple[str, str] | str = "") -> "TakeIn":
        """Return an empty form: received today."""
        return cls(initial={"received_on": today, "client": client})

    def values(self) -> dict[str, Any]:
        """Return the arguments of `intake`; client and provider still as chosen ids."""
        values = super().values()
        new_client = {name: values.pop(name) for name in ("given_name", "family_name", "birth_date", "phone")}
        new_client |= {"id": values.pop("new_client_id"), "knowingly": values.pop("knowingly") == "yes"}
        new_provider = {
            "given_name": values.pop("provider_given_name"),
            "family_name": values.pop("provider_family_name"),
            "type": values.pop("provider_type") or ProviderType.MD,
            "npi": values.pop("provider_npi"),
            "fax": values.pop("provider_fax"),
            "organisation_name": values.pop("provider_organisation"),
            "id": values.pop("new_provider_id"),
        }
        file = values.pop("scan")
        return values | {
            "id": values.pop("new_id"),
            "new_client": new_client,
            "new_provider": new_provider if new_provider["family_name"] and not values["provider"] else None,
            "scan": {"file": file, "size": file.size, "title": "Referral"} if file else None,
        }


def chosen_id(text: str) -> UUID | None:
    """Return the id a search field carries; None for none or nonsense."""
    try:
        return UUID(text)
    except ValueError:
        return None


class Acknowledge(Form):
    """How the provider was told."""

    channel = forms.ChoiceField(label="Told by", choices=Channel.choices)


class Decline(Form):
    """Why a referral is declined."""

    reason = forms.CharField(label="Why it is declined", max_length=240)


class Answer(Form):
    """One answer to one check."""

    kind = forms.ChoiceField(choices=CheckKind.choices, widget=forms.HiddenInput)
    met = forms.CharField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(label="Note", max_length=240, required=False)


class Scan(Form):
    """The paper itself."""

    new_id = NewId()
    scan = forms.FileField(
        label="Scan or photo of the paper",
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"}),
    )
