"""To whom a client's record is given, and why."""

from typing import Any

from django import forms

from medexpro.clients.forms import NewId
from medexpro.web.forms import Form


class GiveOut(Form):
    """A client's whole record, to be given to someone."""

    new_id = NewId()
    recipient = forms.CharField(
        label="Who gets it", max_length=160, help_text="Such as the client, or Dr. Raman’s office"
    )
    reason = forms.CharField(
        label="Why", max_length=240, help_text="Such as: the client asked for a copy in writing"
    )
    with_messages = forms.BooleanField(
        label="With messages between colleagues", required=False, help_text="They are no part of the note"
    )

    def values(self) -> dict[str, Any]:
        """Return the arguments of `ask_for_record`."""
        values = super().values()
        new_id = values.pop("new_id")
        return values | {"id": new_id}
