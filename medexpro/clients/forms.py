"""What people type about clients, turned into the arguments of operations."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from medexpro.clients.models import Client, ClientDocument, ClientSheet, Sex, Side
from medexpro.clients.rules.sheets import COLUMNS
from medexpro.kernel import quantities
from medexpro.kernel.ids import uuid7
from medexpro.kernel.quantities import Quantity
from medexpro.knowledge.library import library
from medexpro.pdf.characters import warning
from medexpro.practice.models import Practice
from medexpro.providers.models import Provider
from medexpro.web.editing import EditForm
from medexpro.web.forms import (
    DateField,
    Form,
    Picks,
    PicksMultiple,
    QuantityField,
    SearchField,
    SignatureField,
)
from medexpro.web.typed import whole_number

# What the safety gates ask about a condition, and about a medicine; the words stand in the reference data.
MEANINGS = (
    "heart_failure",
    "diabetes",
    "osteoporosis",
    "cancer_history",
    "pregnancy_or_birth_6w",
    "eye_disease_not_released",
)
EFFECTS = (
    "hr_affecting_medicine",
    "blood_thinner",
    "insulin_user",
    "insulin_or_sulfonylurea",
    "long_steroid_use",
)
SIDES = [(Side.NONE, "No side"), (Side.LEFT, "Left"), (Side.RIGHT, "Right"), (Side.BOTH, "Both")]

# Names that stand in letters and reports: what no font has is said at the field.
NAMES = ("given_name", "family_name", "preferred_name", "salutation")


class NewId(forms.CharField):
    """The id a page makes for what it will add, so that sending it twice adds it once. Nonsense counts as none."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=lambda: str(uuid7()))

    def clean(self, value: Any) -> UUID | None:
        """Return the id, or None for what is none."""
        try:
            return UUID(str(value))
        except ValueError:
            return None


class QuickAdd(Form):
    """A new client; a name is enough."""

    new_id = NewId()
    given_name = forms.CharField(label="First name", max_length=80, required=False)
    family_name = forms.CharField(label="Last name", max_length=80, required=False)
    birth_date = DateField(label="Birth date", required=False, help_text="Such as 3/14/1958")
    phone = forms.CharField(
        label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    knowingly = forms.CharField(required=False, widget=forms.HiddenInput)

    def values(self) -> dict[str, Any]:
        """Return the arguments of `quick_add`."""
        values = super().values()
        return values | {"id": values.pop("new_id"), "knowingly": values.pop("knowingly") == "yes"}


class Details(EditForm):
    """Who a client is and how to reach them."""

    given_name = forms.CharField(label="First name", max_length=80, required=False)
    family_name = forms.CharField(label="Last name", max_length=80, required=False)
    preferred_name = forms.CharField(label="Likes to be called", max_length=80, required=False)
    salutation = forms.CharField(
        label="In letters", max_length=20, required=False, help_text="Such as Mrs.; empty uses the full name"
    )
    pronouns = forms.CharField(label="Pronouns", max_length=30, required=False)
    birth_date = DateField(label="Birth date", required=False, help_text="Such as 3/14/1958")
    sex = forms.ChoiceField(label="Sex, as norm tables use it", choices=Sex.choices, widget=Picks)
    dominant_hand = forms.ChoiceField(
        label="Dominant hand",
        choices=[("", "Not asked"), ("right", "Right"), ("left", "Left"), ("both", "Both")],
        required=False,
        widget=Picks,
    )
    height_cm = QuantityField(
        ["[in_i]", "cm"], canonical="cm", lowest=50, highest=250, required=False, label="Height"
    )
    phone = forms.CharField(
        label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.EmailField(label="E-mail", required=False)
    address = forms.CharField(label="Address", max_length=240, required=False)
    language = forms.CharField(label="Language", max_length=40, required=False)
    notes_to_staff = forms.CharField(
        label="For the staff", max_length=240, required=False, help_text="Such as: hard of hearing, left side"
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        texts = self.data if self.is_bound else self.initial
        for name in NAMES:
            if said := warning(str(texts.get(name) or "")):
                self.fields[name].help_text = said

    @classmethod
    def over(cls, client: Client, data: Any = None) -> "Details":
        """Return the form over a client's details, or over what was typed about them."""
        stored = {name: getattr(client, name) for name in cls.base_fields if hasattr(client, name)}
        return cls(data, initial=cls.shown(stored, client.practice) | {"version": client.version})

    @staticmethod
    def shown(stored: dict[str, Any], practice: Practice) -> dict[str, Any]:
        """Return stored values as the fields hold them: height in the practice's unit."""
        height = stored.get("height_cm")
        if isinstance(height, Decimal):
            metric = practice.units == "metric"
            value = (
                height if metric else quantities.rounded(quantities.convert(height, "cm", "[in_i]"), "0.5")
            )
            stored = stored | {"height_cm": Quantity(value, "cm" if metric else "[in_i]")}
        return stored

    def values(self) -> dict[str, Any]:
        """Return the arguments of `update`. A height that was not touched keeps its exact stored value."""
        values = super().values()
        height = values["height_cm"]
        if height is not None and "height_cm" not in self.changed_data:
            del values["height_cm"]
        elif height is not None:
            values["height_cm"] = quantities.rounded(
                quantities.convert(height.value, height.unit, "cm"), "0.1"
            )
        return values


class Contact(EditForm):
    """Someone beside a client."""

    new_id = NewId()
    name = forms.CharField(label="Name", max_length=160)
    relation = forms.CharField(label="Relation", max_length=60, required=False, help_text="Such as husband")
    phone = forms.CharField(
        label="Phone", max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.EmailField(label="E-mail", required=False)
    is_emergency = forms.BooleanField(label="Call in an emergency", required=False)
    is_guardian = forms.BooleanField(label="Guardian: signs for the client", required=False)

    def values(self) -> dict[str, Any]:
        """Return the fields of a contact person."""
        values = super().values()
        values.pop("new_id")
        return values


def provider_choice(provider: Provider | None) -> tuple[str, str] | str:
    """Return a provider as a search field shows one that was chosen."""
    return (str(provider.pk), provider.formal_name) if provider else ""


class ConditionForm(EditForm):
    """A condition: words, and a code where one was given."""

    words = forms.CharField(label="In the words you were given", max_length=240, required=False)
    icd10 = SearchField(
        "codes:search",
        label="ICD-10 code",
        required=False,
        help_text="Only as a provider gave it. Type words or a code.",
    )
    side = forms.ChoiceField(label="Side", choices=SIDES, initial=Side.NONE)
    onset_on = DateField(label="Began on", required=False)
    ended_on = DateField(label="Ended on", required=False)
    source = forms.CharField(
        label="Who said so",
        max_length=120,
        required=False,
        help_text="Such as Dr. Raman’s letter, or the client",
    )
    effects = forms.MultipleChoiceField(
        label="For the safety rules it means",
        required=False,
        widget=PicksMultiple,
        help_text="Only what the provider or the client said",
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["effects"].choices = effects(MEANINGS)  # type: ignore[attr-defined]


def procedures() -> list[tuple[str, str]]:
    """Return the operations the reference data know, for choosing protocols and change values."""
    tags = [tag for tag in library().tags.values() if tag.kind == "procedure"]
    return [("", "None of these"), *((tag.id, tag.name) for tag in tags)]


class SurgeryForm(EditForm):
    """An operation."""

    procedure = forms.CharField(label="Operation, as it is written", max_length=240)
    procedure_tag = forms.ChoiceField(label="Is it one of these", required=False)
    joint = forms.CharField(
        label="Joint",
        max_length=20,
        required=False,
        help_text="Knee, hip, shoulder, ankle, foot, elbow, wrist or hand",
    )
    side = forms.ChoiceField(label="Side", choices=SIDES, initial=Side.NONE)
    performed_on = DateField(label="Day of surgery", required=False)
    approach = forms.CharField(label="Approach", max_length=40, required=False, help_text="Such as posterior")
    surgeon = SearchField("providers:find", label="Surgeon", required=False)
    surgeon_words = forms.CharField(label="Surgeon, if not listed", max_length=160, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["procedure_tag"].choices = procedures()  # type: ignore[attr-defined]

    def clean_joint(self) -> str:
        """Return the joint as the rules name it: a tablet's keyboard begins with a capital."""
        return self.cleaned_data["joint"].strip().lower()


def effects(keys: Sequence[str]) -> list[tuple[str, str]]:
    """Return what a condition may mean, or a medicine do, that the safety gates ask about."""
    return [(key, library().histories[key].client) for key in keys if key in library().histories]


class MedicationForm(EditForm):
    """A medicine as it is written."""

    words = forms.CharField(label="Medicine, as it is written", max_length=240)
    effects = forms.MultipleChoiceField(
        label="For the safety rules it means",
        required=False,
        widget=PicksMultiple,
        help_text="Only what the provider, the label or the client said",
    )
    started_on = DateField(label="Since", required=False)
    ended_on = DateField(label="Until", required=False)
    source = forms.CharField(label="Who said so", max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["effects"].choices = effects(EFFECTS)  # type: ignore[attr-defined]


class AllergyForm(EditForm):
    """An allergy or intolerance."""

    words = forms.CharField(label="Allergy or intolerance", max_length=240)
    reaction = forms.CharField(label="Reaction", max_length=240, required=False)
    source = forms.CharField(label="Who said so", max_length=120, required=False)


class Upload(Form):
    """A paper or photo to put on file."""

    new_id = NewId()
    file = forms.FileField(
        label="PDF or photo", widget=forms.FileInput(attrs={"accept": "application/pdf,image/*"})
    )
    kind = forms.ChoiceField(label="What it is", choices=ClientDocument._meta.get_field("kind").choices)
    title = forms.CharField(
        label="Title", max_length=160, required=False, help_text="Such as Referral, Dr. Raman"
    )


class Sign(Form):
    """Signing one agreement."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    signed_name = forms.CharField(label="Name of the person who signs", max_length=160)
    signed_as = forms.ChoiceField(
        label="Signs as",
        choices=[("client", "Client"), ("guardian", "Guardian")],
        widget=Picks,
        initial="client",
    )
    signature = SignatureField(label="Signature")

    def values(self) -> dict[str, Any]:
        """Return the arguments of `sign_consent` besides the kind."""
        values = super().values()
        signature = values["signature"]
        return {
            "version": whole_number(values["version"], digits=4) or 0,
            "signed_name": values["signed_name"],
            "signed_as": values["signed_as"],
            "signature": signature.strokes,
        }


class Reason(Form):
    """Why something is taken back."""

    reason = forms.CharField(label="How and why", max_length=240)


class SheetUpload(Form):
    """A list of clients to bring in."""

    file = forms.FileField(
        label="List",
        max_length=200,
        help_text="A CSV file with a heading over each column, as spreadsheets and other programs save it",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )


class SheetColumns(Form):
    """What each column of a list is. headings, samples: of the list."""

    all_optional = True
    day_order = forms.ChoiceField(
        label="Birth dates in numbers are written",
        choices=[("month", "Month first, 3/14/1958"), ("day", "Day first, 14/3/1958")],
        widget=Picks,
    )

    def __init__(self, *args: Any, sheet: ClientSheet, samples: Sequence[str], **kwargs: Any):
        proposed = {f"column_{place}": key for place, key in enumerate(sheet.columns)}
        kwargs["initial"] = proposed | {"day_order": sheet.day_order or "month"}
        super().__init__(*args, **kwargs)
        choices = [("", "Leave out"), *((column.key, column.words) for column in COLUMNS)]
        for place, (heading, sample) in enumerate(zip(sheet.headings, samples, strict=True)):
            self.add(
                f"column_{place}",
                forms.ChoiceField(
                    label=heading or f"Column {place + 1}", choices=choices, required=False, help_text=sample
                ),
            )
        self.order_fields([*proposed, "day_order"])

    def values(self) -> dict[str, Any]:
        """Return the arguments of `choose_columns`."""
        values = super().values()
        order = values.pop("day_order")
        return {"columns": [values[f"column_{place}"] for place in range(len(values))], "order": order}


class Assign(Form):
    """Who looks after a client."""

    member = forms.ChoiceField(label="Add")

    def __init__(self, *args: Any, members: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = members  # type: ignore[attr-defined]
