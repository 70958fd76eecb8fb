"""What people type on the pages of readiness."""

from typing import Any

from django import forms

from medexpro.clients.forms import NewId
from medexpro.outreach.models import ReadinessItem
from medexpro.web.editing import EditForm
from medexpro.web.forms import DateField, Form


class _Words(Form):
    title = forms.CharField(label="In a few words", max_length=120)
    detail = forms.CharField(label="What it means", max_length=240, required=False)

    def for_kind(self, kind: str) -> None:
        """Ask for the day of the plan, where it is a task."""
        if kind == ReadinessItem.Kind.TASK:
            widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "input input-num"})
            field = forms.IntegerField(label="Day of the plan", min_value=1, max_value=30, widget=widget)
            self.add("day", field)


class NewItem(_Words):
    """A standard or a task of the practice's own."""

    new_id = NewId()

    def __init__(self, *args: Any, kind: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.for_kind(kind)

    def values(self) -> dict[str, Any]:
        """Return the arguments of `word_item`."""
        values = super().values()
        return values | {"id": values.pop("new_id")}


class ChangeItem(EditForm, _Words):
    """One that is there."""

    def __init__(self, *args: Any, kind: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.for_kind(kind)


class SayForm(Form):
    """What shows that a standard is met."""

    new_id = NewId()
    note = forms.CharField(
        label="What shows it",
        max_length=240,
        required=False,
        help_text="Such as: policy 4411, in the blue folder",
    )
    link = forms.CharField(
        label="Where it can be seen", max_length=300, required=False, help_text="A web address"
    )
    good_until = DateField(label="Last day it holds", required=False)

    def values(self) -> dict[str, Any]:
        """Return the arguments of `say`."""
        values = super().values()
        return values | {"id": values.pop("new_id")}
