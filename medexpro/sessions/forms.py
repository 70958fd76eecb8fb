"""Typed text into values."""

from django import forms as django_forms

from medexpro.sessions.models import NotHeld
from medexpro.web import forms


class AddendumForm(forms.Form):
    """One addition to a signed note."""

    text = django_forms.CharField(
        label="What do you want to add?", widget=django_forms.Textarea(attrs={"rows": 4}), max_length=4000
    )


class NotHeldForm(forms.Form):
    """Why a session did not take place."""

    why = django_forms.ChoiceField(label="Why", choices=NotHeld.choices, widget=forms.Picks)
    words = django_forms.CharField(label="In one line", max_length=240, required=False)
