"""What is typed on the pages of the exercise library."""

from typing import Any

from django import forms as django_forms

from medexpro.programs.rules.finding import Wanted
from medexpro.web import forms


class FindForm(forms.Form):
    """What is looked for. An answer the library does not offer counts as any."""

    q = django_forms.CharField(
        label="Words", max_length=80, required=False, widget=django_forms.TextInput(attrs={"type": "search"})
    )
    region = django_forms.ChoiceField(label="Region", required=False)
    pattern = django_forms.ChoiceField(label="Pattern", required=False)
    equipment = django_forms.ChoiceField(label="Equipment", required=False)
    level = django_forms.ChoiceField(label="Level", required=False)
    instead = django_forms.CharField(required=False, max_length=40, widget=django_forms.HiddenInput)

    def __init__(self, data: Any = None, *, choices: dict[str, list[tuple[Any, str]]]):
        super().__init__(data, auto_id="find_%s")
        for name, offered in choices.items():
            self.fields[name].choices = [("", "Any"), *offered]

    def filters(self) -> list[Any]:
        """Return the filters beside the words."""
        return [self[name] for name in ("region", "pattern", "equipment", "level")]

    def wanted(self) -> Wanted:
        """Return what to look for."""
        self.is_valid()
        given = getattr(self, "cleaned_data", {})
        level = given.get("level") or ""
        return Wanted(
            words=given.get("q") or "",
            region=given.get("region") or "",
            pattern=given.get("pattern") or "",
            equipment=given.get("equipment") or "",
            level=int(level) if level else None,
        )


class ChooseForm(forms.Form):
    """One exercise for the program; the reason where a precaution warns."""

    exercise = django_forms.CharField(max_length=60)
    reason = django_forms.CharField(max_length=240, required=False)
    id = django_forms.UUIDField()
