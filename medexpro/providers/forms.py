"""What people type about providers."""

from typing import Any
from uuid import UUID

from django import forms

from medexpro.kernel.documents import DOCUMENT_NAMES, LONGEST_REPORT_DAYS, SHORTEST_REPORT_DAYS
from medexpro.kernel.ids import uuid7
from medexpro.providers.models import Channel, Provider, ProviderType
from medexpro.providers.operations import CHOSEN
from medexpro.web.editing import EditForm
from medexpro.web.forms import NumberField
from medexpro.web.widgets import PicksMultiple

TYPED = (
    "given_name", "family_name", "type", "credential", "specialty", "npi", "phone", "fax", "email", "email_is_secure",
    "preferred_channel", "unwanted_documents", "report_days",
)  # fmt: skip


class ProviderForm(EditForm):
    """One licensed person outside the practice."""

    new_id = forms.CharField(required=False, widget=forms.HiddenInput, initial=lambda: str(uuid7()))
    given_name = forms.CharField(label="First name", max_length=80, required=False)
    family_name = forms.CharField(label="Last name", max_length=80)
    type = forms.ChoiceField(label="Licensed as", choices=ProviderType.choices, initial=ProviderType.MD)
    credential = forms.CharField(
        label="After the name", max_length=60, required=False, help_text="Such as MD; empty takes the type"
    )
    specialty = forms.CharField(label="Specialty", max_length=120, required=False)
    organisation_name = forms.CharField(label="Works at", max_length=200, required=False)
    npi = forms.CharField(
        label="NPI",
        max_length=20,
        required=False,
        help_text="10 digits; the last one is checked",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    phone = forms.CharField(
        label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    fax = forms.CharField(
        label="Fax", max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.EmailField(label="E-mail", required=False)
    email_is_secure = forms.BooleanField(
        label="Confirmed: this address is safe for health data", required=False
    )
    preferred_channel = forms.ChoiceField(
        label="Prefers to hear from us by", choices=Channel.choices, initial=Channel.FAX
    )
    unwanted_documents = forms.MultipleChoiceField(
        label="Asked not to get",
        choices=[(kind.value, DOCUMENT_NAMES[kind]) for kind in CHOSEN],
        widget=PicksMultiple,
        required=False,
        help_text="A change in status always goes out",
    )
    report_days = NumberField(
        label="A progress report every", unit="d", whole=True, lowest=SHORTEST_REPORT_DAYS,
        highest=LONGEST_REPORT_DAYS, initial=LONGEST_REPORT_DAYS, required=False, help_text="Empty: 30 days",
    )  # fmt: skip

    @classmethod
    def over(cls, provider: Provider, data: Any = None) -> "ProviderForm":
        """Return the form over a provider, or over what was typed about them."""
        stored = {name: getattr(provider, name) for name in TYPED}
        stored["organisation_name"] = provider.organisation.name if provider.organisation else ""
        return cls(data, initial=stored | {"version": str(provider.version)})

    @property
    def new_id_value(self) -> UUID | None:
        """Return the id the page made; None for nonsense."""
        try:
            return UUID(self.cleaned_data["new_id"])
        except ValueError:
            return None

    def values(self) -> dict[str, Any]:
        """Return the arguments of `add` and `change`."""
        values = {name: value for name, value in super().values().items() if name != "new_id"}
        return values | {"report_days": values["report_days"] or LONGEST_REPORT_DAYS}
