"""Typed text into values."""

from django import forms as django_forms

from medexpro.knowledge.turning import LONGEST_REASON
from medexpro.web import forms


class TurnForm(forms.Form):
    """Why unverified figures are turned on, or off again."""

    reason = django_forms.CharField(
        label="What you compared them with, or why they go",
        max_length=LONGEST_REASON,
        widget=django_forms.Textarea(attrs={"rows": 2}),
    )
