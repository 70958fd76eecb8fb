"""Two people edit one record: the second one sees both and loses nothing.

An edit form carries the version it was opened with and what its fields said then. When someone else saved in between,
fields only they changed take their value, fields only this person changed keep theirs, and where both changed one the
typed text stays and theirs is shown beside it. Nothing is saved until the person has looked and saves again.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, QueryDict

from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.web.forms import Form
from medexpro.web.pages import toast
from medexpro.web.typed import from_json, whole_number

Done = TypeVar("Done")


def told(request: HttpRequest, do: Callable[[], Done]) -> Done | None:
    """Do what a button without a form asks for; an operation's no is said in a toast, and None is returned.

    A missing permission or record stays what it is: 403 or 404.
    """
    try:
        return do()
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        toast(request, str(refusal))
        return None


@dataclass(frozen=True)
class Difference:
    """One field someone else changed meanwhile. typed: what the form holds now; both: this person changed it too."""

    label: str
    theirs: str
    typed: str
    both: bool


class EditForm(Form):
    """A form over a versioned record. Give `initial` with the record's values and its `version`."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    base = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.differences: list[Difference] = []
        self.version_moved = False
        if not self.is_bound:
            stored = {name: self.get_initial_for_field(self.fields[name], name) for name in self._names}
            self.initial["base"] = json.dumps(
                {name: self._written(name, value) for name, value in stored.items()}
            )

    @property
    def shown_version(self) -> int | None:
        """Return the version the page showed; None when the hidden field was tampered with."""
        return whole_number(self.cleaned_data.get("version", ""))

    def values(self) -> dict[str, Any]:
        """Return the typed values, without what the form keeps for itself."""
        return {name: value for name, value in super().values().items() if name in self._names}

    def settle(self, conflict: Conflict) -> None:
        """Put both versions side by side. The form then holds the merged text and the new version."""
        base = self._base()
        self.version_moved = True
        data: QueryDict = self.data.copy()
        for name in self._names:
            if name not in conflict.theirs:
                continue
            theirs, mine = self._written(name, conflict.theirs[name]), self._typed_parts(name)
            before = base.get(name, mine)
            if theirs in (before, mine):
                continue
            both = mine != before
            if not both:
                for key, value in theirs.items():
                    data.setlist(key, value)
            self.differences.append(
                Difference(self.fields[name].label, _words(theirs), _words(mine if both else theirs), both)
            )
        stored = {
            name: self._written(name, conflict.theirs[name])
            for name in self._names
            if name in conflict.theirs
        }
        data[self.add_prefix("version")] = str(conflict.version or "")
        data[self.add_prefix("base")] = json.dumps(base | stored)
        self.data = data

    @property
    def _names(self) -> list[str]:
        return [name for name in self.fields if name not in {"version", "base"}]

    def _base(self) -> dict[str, dict[str, list[str]]]:
        try:
            base = from_json(self.cleaned_data.get("base") or "{}")
        except ValueError:
            return {}
        return base if isinstance(base, dict) else {}

    def _written(self, name: str, value: Any) -> dict[str, list[str]]:
        """Return a value as the form's own keys would carry it."""
        field, key = self.fields[name], self.add_prefix(name)
        value = field.prepare_value(value)
        if isinstance(field.widget, forms.MultiWidget):
            parts = field.widget.decompress(value)
            written = [
                part.format_value(item) for part, item in zip(field.widget.widgets, parts, strict=False)
            ]
            return {f"{key}_{n}": [_text(item)] for n, item in enumerate(written)}
        if isinstance(field.widget, forms.CheckboxInput):
            return {key: ["on"] if value else []}
        if isinstance(field.widget, forms.SelectMultiple | forms.CheckboxSelectMultiple):
            return {key: [str(item) for item in value or []]}
        written = field.widget.format_value(value)
        return {key: [_text(written[0] if isinstance(written, list) and written else written)]}

    def _typed_parts(self, name: str) -> dict[str, list[str]]:
        return {key: self.data.getlist(key) for key in self._written(name, None)}


def _text(value: Any) -> str:
    return "" if value is None or value == [] else str(value)


def _words(parts: dict[str, list[str]]) -> str:
    texts = [text for values in parts.values() for text in values if text]
    return " ".join(texts) or "empty"
