"""Typed text into values: a question to a provider, its answer taken down, a decision on an answer."""

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms

from medexpro.clients.forms import NewId
from medexpro.episodes.models import Episode
from medexpro.providers.models import Provider
from medexpro.reports import asking
from medexpro.reports.answering import MOST_WORDS
from medexpro.reports.replies import ANSWERS
from medexpro.web import forms
from medexpro.wording.forms import ScopeChecked


class QuestionForm(ScopeChecked, forms.Form):
    """One question to a provider, in words that leave the practice."""

    new_id = NewId()
    provider = django_forms.ChoiceField(label="To whom")
    text = django_forms.CharField(
        label="The question", max_length=asking.MOST,
        widget=django_forms.Textarea(attrs={"rows": 4, "data-wording": "provider"}),
        help_text="One question, in words a busy reader answers in a line",
        error_messages={"required": "Write the question."},
    )  # fmt: skip
    channel = django_forms.ChoiceField(
        label="How", choices=[(one.value, one.label) for one in asking.CHANNELS]
    )

    def __init__(self, *args: Any, episode: Episode, providers: Sequence[Provider], **kwargs: Any):
        super().__init__(*args, practice=episode.practice, names=(str(episode.client),), **kwargs)
        self.fields["provider"].choices = [(str(one.pk), one.formal_name) for one in providers]
        referring = episode.referral.provider_id if episode.referral else None
        self.fields["provider"].initial = str(referring or "")
        self.fields["channel"].choices = [
            (value, "E-mail with a link; nothing about the client in it" if value == "email" else label)
            for value, label in self.fields["channel"].choices
        ]


class TakenDownForm(forms.Form):
    """The answer to a question, as it came by phone, fax or in person."""

    new_id = NewId()
    words = django_forms.CharField(
        label="The answer, quoted", max_length=MOST_WORDS, widget=django_forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Quote the answer."},
    )  # fmt: skip
    name = django_forms.CharField(
        label="Who said so", max_length=120, error_messages={"required": "Write who said so."}
    )
    credential = django_forms.CharField(label="Credential", max_length=60, required=False)
    how = django_forms.ChoiceField(
        label="How it came", choices=[(one.value, one.label.capitalize()) for one in ANSWERS]
    )


class DeclineForm(forms.Form):
    """Why something a provider proposed is not taken over."""

    why = django_forms.CharField(
        label="Why not",
        max_length=240,
        error_messages={"required": "Write why; the reason stays with the answer."},
    )
