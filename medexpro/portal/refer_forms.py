"""What a provider types on the page on which they refer. Nothing typed is lost, whatever is wrong with it."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest

from medexpro.clients import uploads
from medexpro.knowledge.codes.search import CodeHit
from medexpro.providers.models import ProviderType
from medexpro.referrals import incoming
from medexpro.referrals.incoming import LONGEST_QUOTE, MOST_CODES
from medexpro.referrals.policy import policy
from medexpro.referrals.rules import incoming as rule
from medexpro.referrals.source_models import Source
from medexpro.web.forms import DateField, Form, Picks

# What providers of each kind choose among; "Choose" is no answer.
TYPES = [("", "Choose"), *ProviderType.choices]
WAYS = [
    (rule.FAX, "Fax"),
    (rule.LINK, "E-mail with a secure link"),
    (rule.PHONE, "Phone"),
]
FILE_AGAIN = "Choose the file again: a browser forgets it when something else needs a look."
# Beginnings of the fields that say who refers.
WHO = ("provider_", "reply_by")
EXERCISE = "I ask for medical exercise and functional conditioning"
_APART = re.compile(r"[,;\s]+")


class Refer(Form):
    """One referral: who refers, for whom, what for, the paper, the signature."""

    # Much may be left out, and of several ways one is enough: the labels say which is which.
    all_optional = True

    provider_given_name = forms.CharField(label="First name", max_length=80, required=False)
    # Two people have a last name here: the list of what is missing says whose.
    provider_family_name = forms.CharField(
        label="Last name", max_length=80, error_messages={"required": "Your last name is needed."}
    )
    provider_type = forms.ChoiceField(label="Licensed as", choices=TYPES)
    provider_npi = forms.CharField(
        label="NPI (optional)", max_length=20, required=False, help_text="10 digits, if you have it at hand"
    )
    provider_place = forms.CharField(label="Clinic or group (optional)", max_length=200, required=False)
    provider_fax = forms.CharField(label="Fax", max_length=40, required=False)
    provider_phone = forms.CharField(label="Phone", max_length=40, required=False)
    provider_email = forms.EmailField(label="E-mail", required=False)
    reply_by = forms.ChoiceField(label="Answer me by", choices=WAYS, required=False, widget=Picks)

    given_name = forms.CharField(label="First name", max_length=80, required=False)
    family_name = forms.CharField(
        label="Last name", max_length=80, error_messages={"required": "The client’s last name is needed."}
    )
    birth_date = DateField(label="Birth date", help_text="Such as 5/1/1961")
    phone = forms.CharField(label="Phone", max_length=40, required=False)
    email = forms.EmailField(label="E-mail", required=False)

    diagnosis = forms.CharField(
        label="Diagnosis or reason",
        max_length=160,
        required=False,
        help_text="Such as right knee replacement",
    )
    icd10 = forms.CharField(
        label="ICD-10-CM code", max_length=80, required=False,
        help_text="Such as Z96.651; several with commas. Or type words above and find it.",
    )  # fmt: skip
    asks_exercise = forms.BooleanField(label=EXERCISE, required=False)
    wording = forms.CharField(
        label="In your own words (optional)", required=False, max_length=LONGEST_QUOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    exit_on = DateField(
        label="Last day in medical care", required=False,
        help_text="Empty if medical care goes on",
    )  # fmt: skip
    next_visit_on = DateField(
        label="Next visit with you (optional)", required=False, help_text="Our report reaches you before it"
    )
    limits = forms.CharField(
        label="Limits and precautions (optional)", required=False, max_length=LONGEST_QUOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Such as weight bearing, range, blood pressure, until when",
    )  # fmt: skip
    paper = forms.FileField(
        label="The referral itself as a file (optional)", required=False,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/*,.tif,.tiff"}),
    )  # fmt: skip
    signed_name = forms.CharField(label="Your full name, as signature", max_length=160)

    def __init__(self, *args: Any, hits: Iterable[CodeHit] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.hits = list(hits)
        self.fields[
            "paper"
        ].help_text = (
            f"PDF, photo or fax picture (TIFF), up to {settings.UPLOAD_LIMIT_BYTES // 1024 // 1024} MB"
        )
        for name, token in (
            ("provider_given_name", "given-name"), ("provider_family_name", "family-name"), ("provider_phone", "tel"),
            ("provider_email", "email"), ("provider_place", "organization"), ("signed_name", "name"),
        ):  # fmt: skip
            # The provider's own device may fill in the provider; what is asked of the client stays off.
            self.fields[name].widget.attrs["autocomplete"] = token
        for name in ("provider_phone", "provider_fax", "phone"):
            self.fields[name].widget.input_type = "tel"

    @classmethod
    def from_source(cls, source: Source | None, **kwargs: Any) -> "Refer":
        """Return an empty form, with what is on file of the source whose own address was opened."""
        return cls(initial=known_of(source), **kwargs)

    @classmethod
    def as_typed(cls, request: HttpRequest, **kwargs: Any) -> "Refer":
        """Return the form with what was typed, which nobody has looked into yet."""
        return cls(initial=request.POST.dict(), **kwargs)

    def clean_provider_npi(self) -> str:
        """Take spaces out, so that a number read from a card is not too long."""
        return re.sub(r"[\s.\-]", "", self.cleaned_data["provider_npi"])

    def clean(self) -> dict[str, Any]:
        """Look into the file last: only when all else stands it costs anything."""
        cleaned = super().clean() or {}
        if file := cleaned.get("paper"):
            if self.errors:
                self.ask_for_the_file_again()
                return cleaned
            try:
                cleaned["file"] = uploads.check(file, size=file.size, limit=settings.UPLOAD_LIMIT_BYTES)
            except uploads.UploadRefused as refusal:
                self.add_error("paper", f"{refusal} All that you typed is kept.")
        return cleaned

    def ask_for_the_file_again(self) -> None:
        """Say that the file is to be chosen again, where one was: a browser does not keep it."""
        if self.files and "paper" not in self.errors:
            self.add_error("paper", FILE_AGAIN)

    def values(self) -> dict[str, Any]:
        """Return the arguments of `incoming.receive`."""
        values = super().values()
        del values["paper"]
        values["wording"] = rule.asks_for(
            values.pop("wording"), ticked=values.pop("asks_exercise"), phrases=policy().phrases
        )
        values["icd10"] = codes_in(values["icd10"], self.data)
        return {"file": None} | values


def codes_in(typed: str, data: Any) -> list[str]:
    """Return the codes typed, and those ticked in the list that was found."""
    found = data.getlist("found") if hasattr(data, "getlist") else []
    # What is ticked is no field of the form, which looks for this sign: no database keeps it.
    ticked = [one.replace("\x00", "") for one in found]
    return list(dict.fromkeys(one.upper() for one in [*_APART.split(typed), *ticked[:MOST_CODES]] if one))


def known_of(source: Source | None) -> dict[str, Any]:
    """Return what the page fills in for a source: name, license, NPI, clinic, and how they like to be answered.

    Numbers and addresses stay with us: whoever holds a printed code may see who it is for, and no more.
    """
    if source is None:
        return {}
    if source.provider is None:
        return {"provider_place": str(source.organisation)}
    one = source.provider
    return {
        "provider_given_name": one.given_name, "provider_family_name": one.family_name, "provider_type": one.type,
        "provider_npi": one.npi, "provider_place": str(one.organisation or ""), "reply_by": incoming.way_on_file(source),
    }  # fmt: skip
