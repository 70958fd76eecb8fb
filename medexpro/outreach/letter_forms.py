"""Typed text of letters into values."""

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms

from medexpro.clients.forms import NewId
from medexpro.outreach.letter_batches import CHANNELS as TO_MANY
from medexpro.outreach.letter_batches import KINDS
from medexpro.outreach.letter_contents import ENCLOSURES, Contents
from medexpro.outreach.letter_models import Letter
from medexpro.outreach.letter_sending import CHANNELS, LINK_DAYS, LONGEST_LINK_DAYS
from medexpro.outreach.letter_texts import FIELDS, LISTS
from medexpro.pdf.characters import warning
from medexpro.referrals.source_models import Source
from medexpro.web import forms
from medexpro.wording.forms import ScopeChecked

LABELS = {
    "opening": "The sentence that matters",
    "who": "What we do",
    "gets": "What comes back to them, one a line",
    "next": "What comes next",
    "closing": "The closing line",
}
LONGEST = 2000


class WordsForm(ScopeChecked, forms.Form):
    """What a person writes in a letter. Strong words stand between double asterisks."""

    all_optional = True
    version = django_forms.IntegerField(widget=django_forms.HiddenInput)

    def __init__(self, *args: Any, letter: Letter, contents: Contents, **kwargs: Any):
        initial = {"version": letter.version, "reader": letter.reader, "enclosed": letter.enclosed}
        names = [letter.client.name, letter.client.family_name] if letter.client else []
        super().__init__(
            *args, initial=initial | contents.texts, practice=letter.practice, names=names, **kwargs
        )
        self.own = contents.own
        reader = django_forms.ChoiceField(
            label="Worded for", choices=Letter.Reader.choices, help_text="Your own words stay; ours change with it"
        )  # fmt: skip
        self.add("reader", reader)
        for key in FIELDS[letter.kind]:
            if key == "changes":
                continue
            rows = 5 if key in LISTS else 2 if key == "closing" else 3
            text = django_forms.Textarea(attrs={"rows": rows, "data-wording": "provider"})
            field = django_forms.CharField(label=LABELS[key], widget=text, required=False, max_length=LONGEST)
            self.add(key, field)
        along = django_forms.MultipleChoiceField(
            label="Enclosed", choices=list(ENCLOSURES.items()), widget=forms.PicksMultiple(), required=False
        )
        self.add("enclosed", along)

    def words_unchanged(self, name: str) -> bool:
        """Return whether a field holds our own words, which the letter's own check looks at when it is signed."""
        return " ".join(str(self.cleaned_data.get(name, "")).split()) == " ".join(
            self.own.get(name, "").split()
        )

    def words(self) -> dict[str, str]:
        """Return what was written, by field."""
        return {key: str(self.cleaned_data.get(key, "")) for key in self.own}


def notes_on(contents: Contents) -> list[tuple[str, str]]:
    """Return what to know while writing, as label and sentence: what prints as a box."""
    said = [(LABELS[key], warning(text)) for key, text in contents.texts.items()]
    said.append(("Addressed to", warning(contents.snapshot.to.name)))
    said.append(("Re", warning(contents.snapshot.re.name)))
    return [(label, sentence) for label, sentence in said if sentence]


class SendForm(forms.Form):
    """How a letter leaves."""

    new_id = NewId()
    channel = django_forms.ChoiceField(label="How")
    to = django_forms.CharField(label="To", max_length=200, required=False, help_text="Empty: as on file")
    days = forms.NumberField(
        label="A link opens for", unit="d", whole=True, lowest=1, highest=LONGEST_LINK_DAYS, initial=LINK_DAYS
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        names = {"email": "E-mail"}
        self.fields["channel"].choices = [(one.value, names.get(one.value, one.label)) for one in CHANNELS]


class ReaddressForm(forms.Form):
    """To whom a letter goes instead."""

    source = django_forms.ChoiceField(label="To whom instead")

    def __init__(self, *args: Any, sources: Sequence[Source], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(str(one.pk), one.name) for one in sources]


class ManyForm(forms.Form):
    """One kind of letter to many sources."""

    new_id = NewId()
    kind = django_forms.ChoiceField(label="Which letter", choices=[(one.value, one.label) for one in KINDS])
    to = django_forms.MultipleChoiceField(label="To whom", widget=django_forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, sources: Sequence[Source], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.sources = {str(one.pk): one for one in sources}
        self.fields["to"].choices = [(key, one.name) for key, one in self.sources.items()]

    def chosen(self) -> list[Source]:
        """Return the sources that were ticked."""
        return [self.sources[key] for key in self.cleaned_data["to"]]


class FinishForm(forms.Form):
    """How all letters of a batch leave."""

    channel = django_forms.ChoiceField(label="How they go out")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        names = {"email": "E-mail", "print": "Print and post, noted as sent", "fax": "Fax, noted as sent"}
        self.fields["channel"].choices = [(one.value, names[one.value]) for one in TO_MANY]
