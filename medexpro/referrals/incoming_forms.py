"""What a member chooses when a referral from the web is accepted: whom it is for, from whom, which checks stand."""

from typing import Any

from django import forms

from medexpro.referrals.models import CheckKind
from medexpro.web.forms import Form, Picks, PicksMultiple

NEW = "new"


class Accept(Form):
    """Whom it is for, who sent it, and the checks that are confirmed with it. Nothing is typed."""

    client = forms.ChoiceField(label="For", widget=Picks)
    provider = forms.ChoiceField(label="From", widget=Picks)
    confirmed = forms.MultipleChoiceField(
        label="You confirm, by what was sent", required=False, widget=PicksMultiple,
        help_text="What is not ticked can be confirmed later, on the referral.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, clients: list, providers: list, checks: list, **kwargs: Any):
        super().__init__(data, **kwargs)
        for name, choices in (("client", clients), ("provider", providers)):
            field: Any = self.fields[name]
            field.choices = [(value, label) for value, label, _ in choices]
            field.widget.hints = {value: hint for value, _, hint in choices}
            field.error_messages["required"] = "Choose: somebody on file may be the same."
        confirmed: Any = self.fields["confirmed"]
        confirmed.choices = [(kind, CheckKind(kind).label) for kind, _ in checks]
        confirmed.widget.hints = dict(checks)


class Decline(Form):
    """Why it is declined. Stays in the practice."""

    reason = forms.CharField(
        label="Why it is declined", max_length=240,
        help_text="For your own record. The provider’s page says only that you can’t take it on.",
    )  # fmt: skip
