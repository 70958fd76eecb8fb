"""Typed text into values."""

from typing import Any

from django import forms as django_forms

from medexpro.knowledge.turning import LONGEST_REASON
from medexpro.web import forms


class TurnForm(forms.Form):
    """Why unverified figures are turned on, or off again."""

    reason = django_forms.CharField(
        max_length=LONGEST_REASON, widget=django_forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, on: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        asked = "What did you compare them with?" if on else "Why are they no longer used?"
        self.fields["reason"].label = asked
