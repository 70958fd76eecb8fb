"""What people write to colleagues about a client."""

from collections.abc import Sequence
from typing import Any

from django import forms

from medexpro.clients.forms import NewId
from medexpro.practice.models import Member
from medexpro.record.models import LONGEST
from medexpro.web.forms import Form, PicksMultiple

TEAM = "team"


class WriteMessage(Form):
    """A message and who gets it. members: whom the writer may choose."""

    new_id = NewId()
    to = forms.MultipleChoiceField(label="To", widget=PicksMultiple)
    text = forms.CharField(label="Message", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.members = {str(member.pk): member for member in members}
        everyone = (TEAM, "Everyone who may see this client")
        self.fields["to"].choices = [everyone, *((key, str(one)) for key, one in self.members.items())]

    def values(self) -> dict[str, Any]:
        """Return the arguments of `write_message`."""
        values = super().values()
        chosen = values["to"]
        return {
            "id": values["new_id"],
            "text": values["text"],
            "to_team": TEAM in chosen,
            "to": [self.members[key] for key in chosen if key != TEAM],
        }
