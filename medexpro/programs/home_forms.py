"""What is typed on the pages of the home program."""

from django import forms as django_forms

from medexpro.programs.home_models import Felt
from medexpro.programs.home_operations import LINK_DAYS, LONGEST_LINK_DAYS
from medexpro.web import forms
from medexpro.wording.forms import ScopeChecked


class HomeDoseForm(ScopeChecked, forms.Form):
    """The dose of one exercise at home, and how it is done in the client's words."""

    sets = forms.NumberField(label="Sets", whole=True, lowest=1, highest=6)
    quantity = forms.NumberField(label="Quantity", lowest=1, highest=2000)
    days_a_week = forms.NumberField(label="Days a week", whole=True, lowest=1, highest=7)
    words = django_forms.CharField(
        label="How, in plain words", max_length=160, required=False,
        widget=django_forms.TextInput(attrs={"data-wording": "client"}),
    )  # fmt: skip
    version = django_forms.IntegerField(widget=django_forms.HiddenInput)


class GiveForm(forms.Form):
    """On paper, or by a link that is open for some days."""

    days = forms.NumberField(
        label="Link open for, days", whole=True, lowest=1, highest=LONGEST_LINK_DAYS, required=False,
        initial=LINK_DAYS,
    )  # fmt: skip
    new_id = django_forms.UUIDField(widget=django_forms.HiddenInput)
    how = django_forms.ChoiceField(
        choices=[("print", "Print"), ("link", "Link")], widget=django_forms.HiddenInput
    )


class DoneForm(forms.Form):
    """What the client may say about today; both as they like."""

    felt = django_forms.ChoiceField(
        label="How did it feel?", choices=Felt.choices, required=False, widget=forms.Picks
    )
    pain = forms.ScaleField(0, 10, label="Pain while doing it, 0 to 10", required=False)
