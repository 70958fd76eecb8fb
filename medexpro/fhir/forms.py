"""Choosing files, and saying who the person is."""

from typing import Any
from uuid import UUID

from django import forms as fields

from medexpro.clients.models import Client
from medexpro.web import words
from medexpro.web.forms import Form, Picks

NEW = "new"


class FilesInput(fields.FileInput):
    """One or several files."""

    allow_multiple_selected = True


class FilesField(fields.FileField):
    """Files; the value is the list of them."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list:  # type: ignore[override]
        chosen = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(FilesField, self).clean(file, initial) for file in chosen or [None]]


class Files(Form):
    """The files of one person or of many."""

    chosen = FilesField(
        label="Files",
        help_text="FHIR R4 as JSON or NDJSON, packed or not: Bundles, or the files of a bulk export, of one person or of many.",
        widget=FilesInput(
            attrs={"accept": ".json,.ndjson,.gz,application/json,application/fhir+json,application/gzip"}
        ),
        max_length=200,
    )


class Everybody(Form):
    """Bringing in many people at once."""

    all_new = fields.BooleanField(
        label="Everybody is somebody new, whoever looks like a client on file", required=False
    )


class Who(Form):
    """Whether the person of the file is somebody on file. matches: (client, reasons)."""

    who = fields.ChoiceField(label="Who is this?", widget=Picks)

    def __init__(self, *args: Any, matches: list[tuple[Client, tuple[str, ...]]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        choices = [(str(client.pk), client.name) for client, _ in matches]
        hints = {str(client.pk): _hint(client, reasons) for client, reasons in matches}
        hints[NEW] = "Adds a client."
        who: Any = self.fields["who"]
        who.choices = [*choices, (NEW, "Somebody new")]
        who.widget.hints = hints

    def values(self) -> dict[str, Any]:
        """Return the id of the client chosen, None for somebody new."""
        chosen = self.cleaned_data["who"]
        return {"into_id": None if chosen == NEW else UUID(chosen)}


def _hint(client: Client, reasons: tuple[str, ...]) -> str:
    day = client.birth_date
    born = f", born {words.day(day)}" if day else ""
    return f"On file: {', '.join(reasons)}{born}. Gaps are filled; what is recorded stays."
