"""The long select says what Django's own would."""

import re

import pytest
from django import forms as django_forms

from medexpro.web import forms
from medexpro.web.widgets import LongSelect

OFFERED = [("", "Not chosen"), ("a", "Dr. O’Hara & <Sons>"), ("7", "Seven")]


class Both(forms.Form):
    quick = django_forms.ChoiceField(choices=OFFERED, widget=LongSelect, help_text="Which")
    slow = django_forms.ChoiceField(choices=OFFERED, help_text="Which")


def drawn(form, name):
    """Return a control's tags and words, attributes in order of the alphabet; its own id and name left out."""
    # The first field with an error has the focus: the only thing in which two alike may differ.
    html = form[name].as_widget().replace(" autofocus", "")
    html = re.sub(rf"\b{name}\b|id_{name}\w*", "it", html)
    tags = re.findall(r"<[^>]+>[^<]*", html)
    return [sorted(tag.replace(">", " > ").split()) for tag in tags]


@pytest.mark.parametrize("data", [None, {"quick": "a", "slow": "a"}, {"quick": "zzz", "slow": "zzz"}, {}])
@pytest.mark.parametrize("chosen", [None, "a", 7])
def test_it_draws_what_the_template_would(data, chosen):
    form = Both(data, initial={"quick": chosen, "slow": chosen})
    form.is_valid()
    assert drawn(form, "quick") == drawn(form, "slow")
