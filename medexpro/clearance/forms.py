"""Typed text into values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms as django_forms

from medexpro.clearance import presenters
from medexpro.clearance.models import PracticeLimit, Precaution, ProviderLimit, ReferBack, ToTell
from medexpro.clearance.questionnaire import clearing_policy
from medexpro.clearance.rules import clearing
from medexpro.clients.models import ClientDocument
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import once
from medexpro.kernel import quantities
from medexpro.kernel.findings import Closes, Finding, Weight
from medexpro.knowledge.library import library
from medexpro.providers.models import Channel, Provider
from medexpro.web import forms, widgets
from medexpro.wording.forms import ScopeChecked

LIMITED = ("bp_systolic", "bp_diastolic", "resting_hr", "spo2", "blood_glucose", "pain_nrs", "rpe_cr10")


class RowField(django_forms.ChoiceField):
    """A choice among rows that were read once, however many forms of a page offer them."""

    widget = widgets.LongSelect
    rows: Mapping[str, Any] = {}

    def offer(self, rows: Iterable[Any], label: Callable[[Any], str], *, none: str = "") -> None:
        """Offer these rows. none: the words for leaving it open."""
        self.rows = {str(row.pk): row for row in rows}
        offered = [(key, label(row)) for key, row in self.rows.items()]
        self.choices = [("", none), *offered] if none else offered

    def clean(self, value: Any) -> Any:
        """Return the row chosen; None for none."""
        return self.rows.get(super().clean(value))


class ProviderForm(forms.Form):
    """A form that names one of the practice's providers; the referring one is offered first.

    Several of these stand on one page, so each kind's fields have ids of their own. loosens: what it records, where
    that can loosen a safety rule; only providers who may clear are offered then.
    """

    provider = RowField(label="Provider")
    loosens = ""

    def __init__(self, *args: Any, episode: Episode, **kwargs: Any):
        kind = type(self).__name__.removesuffix("Form").lower()
        super().__init__(*args, **{"auto_id": f"{kind}_%s"} | kwargs)
        everyone = once(episode, "clearance:providers", lambda: _providers(episode))
        offered = [one for one in everyone if self.may_say(one)]
        referring = str(episode.referral.provider_id) if episode.referral else ""
        known = referring in {str(one.pk) for one in offered}
        self.offer("provider", offered, _with_license, none="" if known else "Choose the provider")
        self.fields["provider"].initial = referring if known else ""
        if self.loosens:
            self.fields["provider"].error_messages["invalid_choice"] = clearing.from_whom(
                clearing_policy(), self.loosens
            )
        if any(not clearing.may_clear(one.type, clearing_policy()) for one in everyone):
            self.fields["provider"].help_text = self.about_others()

    def may_say(self, provider: Provider) -> bool:
        """Tell whether a provider is offered."""
        return not self.loosens or clearing.may_clear(provider.type, clearing_policy())

    def about_others(self) -> str:
        """Return what is said beside the field where the practice knows providers who may not clear."""
        return f"Only who may clear is offered: {_may_clear()}" if self.loosens else ""

    def offer(self, name: str, rows: Iterable[Any], label: Callable[[Any], str], none: str = "") -> None:
        """Fill a field of rows."""
        self.fields[name].offer(rows, label, none=none)  # type: ignore[attr-defined]


class LetterForm(ProviderForm):
    """What a provider wrote, with the letter itself where it is on file."""

    document = RowField(
        label="The letter on file", required=False, help_text="Put it on file under Documents first"
    )

    def __init__(self, *args: Any, episode: Episode, **kwargs: Any):
        super().__init__(*args, episode=episode, **kwargs)
        letters = once(episode, "clearance:letters", lambda: _letters(episode))
        self.offer("document", letters, str, none="Not chosen")
        self.order_fields([name for name in self.fields if name != "document"] + ["document"])


def _may_clear() -> str:
    return clearing.clearing_types(clearing_policy())


def _providers(episode: Episode) -> list[Provider]:
    return list(Provider.objects.filter(practice_id=episode.practice_id, is_active=True))


def _letters(episode: Episode) -> list[ClientDocument]:
    rows = ClientDocument.objects.filter(practice_id=episode.practice_id, client_id=episode.client_id)
    return list(rows.filter(removed_at=None).order_by("-added_at"))


def _with_license(provider: Provider) -> str:
    """Return a provider's name with the license that counts here; once, where the credential says it already."""
    said = provider.type in provider.credential.replace(",", " ").split()
    return provider.formal_name if said else f"{provider.formal_name} ({provider.type})"


class GrantForm(LetterForm):
    """A provider's clearance."""

    loosens = "A clearance"
    provider_words = django_forms.CharField(
        label="The provider’s words, quoted",
        widget=django_forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        required=False,
    )
    valid_from = forms.DateField(label="Holds from", required=False, help_text="Empty: today")
    valid_to = forms.DateField(
        label="Last day covered", required=False, help_text="Empty: 12 months, 3 after surgery (working rule)"
    )
    vigorous = django_forms.BooleanField(label="Vigorous work is allowed", required=False)
    reason = django_forms.CharField(label="Remarks", max_length=1000, required=False)


class RefuseForm(ProviderForm):
    """Not cleared, and why."""

    reason = django_forms.CharField(
        label="Why not", widget=django_forms.Textarea(attrs={"rows": 2}), max_length=1000
    )


CLOSING = [
    (Closes.SESSION, "The whole session"),
    (Closes.AEROBIC, "Aerobic exercise"),
    (Closes.RESISTANCE, "Resistance exercise"),
]
TAKEN_BEFORE = "A limit at rest must be measured before every session"
SIDES = [(">", "No higher than"), ("<", "No lower than")]


def limited_measures() -> list[tuple[str, str]]:
    """Return the measures a limit is written for, each with the unit its value is in."""
    measures = library().measures
    units = {key: quantities.label(measures[key].unit) for key in LIMITED if key in measures}
    return [(key, f"{measures[key].name}, {unit}".rstrip(", ")) for key, unit in units.items()]


class LimitForm(LetterForm):
    """One limit a provider wrote."""

    measure = django_forms.ChoiceField(label="Measure", choices=limited_measures, help_text=TAKEN_BEFORE)
    op = django_forms.ChoiceField(label="Limit", choices=SIDES)
    value = forms.NumberField(label="Value")
    closes = django_forms.ChoiceField(label="Past it, this is closed", choices=CLOSING)
    written_on = forms.DateField(
        label="Written on",
        help_text="It takes the place of an older letter of the same provider; limits of others stay",
    )
    valid_to = forms.DateField(
        label="Last day", required=False, help_text="It still closes until it is ended"
    )
    words = django_forms.CharField(
        label="As written",
        max_length=240,
        required=False,
        help_text="What is looser than ours needs it, or the letter",
    )

    def about_others(self) -> str:
        """Return whose limit may loosen."""
        return f"Looser than ours only from who may clear: {_may_clear()}"


class ReleaseForm(LetterForm):
    """A provider's release of a limit: who, when, in which words or which letter."""

    loosens = "The release of a limit"
    on = forms.DateField(label="Released on")
    words = django_forms.CharField(
        label="The release, quoted", max_length=240, required=False, help_text="Empty only with the letter"
    )

    def __init__(self, *args: Any, limit: ProviderLimit, **kwargs: Any):
        self.limit = limit
        super().__init__(*args, auto_id=f"l-{limit.pk}-%s", **kwargs)
        if str(limit.provider_id) in self.fields["provider"].rows:  # type: ignore[attr-defined]
            self.fields["provider"].initial = str(limit.provider_id)

    def may_say(self, provider: Provider) -> bool:
        """Tell whether a provider is offered: who wrote the limit may release it too."""
        return provider.pk == self.limit.provider_id or super().may_say(provider)


class PracticeLimitForm(forms.Form):
    """One limit that the practice tightens for everyone."""

    measure = django_forms.ChoiceField(label="Measure", choices=limited_measures, help_text=TAKEN_BEFORE)
    op = django_forms.ChoiceField(label="Limit", choices=SIDES)
    value = forms.NumberField(label="Value")
    closes = django_forms.ChoiceField(label="Past it, this is closed", choices=CLOSING)
    reason = django_forms.CharField(label="Why", max_length=240)


class EndPracticeLimitForm(forms.Form):
    """Why a limit of the practice's own ends."""

    reason = django_forms.CharField(label="Why it ends", max_length=240)

    def __init__(self, *args: Any, limit: PracticeLimit, **kwargs: Any):
        super().__init__(*args, auto_id=f"e-{limit.pk}-%s", **kwargs)


class PlanForm(LetterForm):
    """A written cardiology or diabetes plan."""

    loosens = "A written plan"
    kind = django_forms.ChoiceField(
        label="Plan", choices=[("cardiology", "Cardiology plan"), ("diabetes", "Diabetes plan")]
    )
    names_service = django_forms.BooleanField(label="It names this service", required=False)
    written_on = forms.DateField(label="Written on")
    valid_to = forms.DateField(label="Last day", required=False)
    words = django_forms.CharField(
        label="What it says", widget=django_forms.Textarea(attrs={"rows": 3}), max_length=4000, required=False,
        help_text="Empty only with the letter",
    )  # fmt: skip


class PrecautionForm(ProviderForm):
    """A precaution of a provider's instruction."""

    text = django_forms.CharField(
        label="Precaution", max_length=240, help_text="A short phrase, shown everywhere"
    )
    tags = django_forms.MultipleChoiceField(label="Exercises it blocks", required=False)
    words = django_forms.CharField(label="The instruction, quoted", max_length=240, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["tags"].choices = sorted(library().exercise_tags.items(), key=lambda pair: pair[1])
        self.fields["tags"].widget.attrs["size"] = 5


class InstructionForm(ProviderForm):
    """The provider's instruction on one precaution. text: its phrase, made to fit what the provider says."""

    loosens = "The instruction on a precaution"
    text = django_forms.CharField(label="Short phrase, shown everywhere", max_length=240, required=False)
    words = django_forms.CharField(label="The instruction, quoted", max_length=240)
    ask_again_on = forms.DateField(label="Ask again on", required=False)


class TogetherForm(InstructionForm):
    """One instruction that names several suggested precautions."""

    text = None
    ask_again_on = None
    which = django_forms.MultipleChoiceField(
        label="The instruction names", widget=forms.PicksMultiple, required=False
    )

    def __init__(self, *args: Any, suggested: Sequence[Precaution], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = [(str(one.pk), one.text) for one in suggested]
        self.fields["which"].initial = [str(one.pk) for one in suggested]
        self.order_fields(["which", "provider", "words"])


HELD = "exercise is on hold until your answer"


class ReferBackForm(ScopeChecked, ProviderForm):
    """Findings for the provider, as observed. waiting: those of the screening that no provider has answered yet.

    found_on: the screening's day; with it `offered` holds each finding as an observed sentence, put in with one tap.
    """

    about = django_forms.MultipleChoiceField(
        label="It answers",
        widget=forms.PicksMultiple,
        required=False,
        help_text="None: something else you saw",
    )
    observed = django_forms.CharField(
        label="What you observed",
        help_text="No cause",
        widget=django_forms.Textarea(attrs={"rows": 3, "data-wording": "provider"}),
        max_length=2000,
    )
    channel = django_forms.ChoiceField(
        label="How the provider was told", choices=[("", "Not told yet"), *Channel.choices], required=False
    )
    id = django_forms.UUIDField(widget=django_forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        episode: Episode,
        waiting: Sequence[Finding] = (),
        found_on: date | None = None,
        **kwargs: Any,
    ):
        names = (str(episode.client),)
        super().__init__(*args, episode=episode, practice=episode.practice, names=names, **kwargs)
        self.fields["about"].choices = [(one.code, presenters.observed(one)) for one in waiting]
        self.fields["about"].initial = [one.code for one in waiting if one.weight == Weight.STOP]
        self.fields["about"].wide = True  # type: ignore[attr-defined]
        if not waiting:
            del self.fields["about"]
        self.fields["observed"].initial = "; ".join(
            presenters.observed(one) for one in waiting if one.weight == Weight.STOP
        )
        self.offered = [presenters.as_observed(one, found_on, HELD) for one in waiting] if found_on else []
        self.order_fields(["about", "observed", "provider", "channel"])


class AnswerForm(LetterForm):
    """The provider's answer to a refer back."""

    answer = django_forms.CharField(
        label="The provider’s answer, quoted",
        widget=django_forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
    )
    go_on = django_forms.ChoiceField(
        label="May exercise go on?",
        choices=[("yes", "Yes, cleared again"), ("no", "No")],
        widget=forms.Picks,
    )
    valid_to = forms.DateField(
        label="Cleared until",
        required=False,
        help_text="Only where the answer itself says a day. Empty: the clearance in force keeps its end",
    )

    def __init__(self, *args: Any, back: ReferBack, **kwargs: Any):
        super().__init__(*args, auto_id=f"a-{back.pk}-%s", **kwargs)
        if back.provider_id:
            self.fields["provider"].initial = str(back.provider_id)

    def about_others(self) -> str:
        """Return whose yes counts."""
        return f"A yes counts from who may clear: {_may_clear()}"


class TellForm(ProviderForm):
    """That a provider was told of a finding."""

    channel = django_forms.ChoiceField(label="How the provider was told", choices=Channel.choices)
    words = django_forms.CharField(label="What was said", max_length=240, required=False)

    def __init__(self, *args: Any, owed: ToTell, **kwargs: Any):
        super().__init__(*args, auto_id=f"t-{owed.pk}-%s", **kwargs)
