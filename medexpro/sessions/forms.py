"""Typed text into values."""

from django import forms as django_forms

from medexpro.web import forms


class AddendumForm(forms.Form):
    """One addition to a signed note."""

    text = django_forms.CharField(
        label="What do you want to add?", widget=django_forms.Textarea(attrs={"rows": 4}), max_length=4000
    )
