"""Typed text into values."""

from django import forms as django_forms

from medexpro.knowledge.library import Library
from medexpro.web import forms


class MakeForm(forms.Form):
    """Which protocol, and the surgical approach where the protocol knows several."""

    protocol = django_forms.ChoiceField(label="Protocol")
    variant = django_forms.ChoiceField(label="Approach or procedure", required=False)

    def __init__(self, *args, library: Library, suggested: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        protocols = library.protocols
        self.fields["protocol"].choices = [(key, entry.condition) for key, entry in sorted(protocols.items())]
        self.fields["protocol"].initial = suggested
        by_protocol = [
            (entry.condition, [(one.id, one.name) for one in entry.variants])
            for _, entry in sorted(protocols.items())
            if entry.variants
        ]
        self.fields["variant"].choices = [("", "Not known: every precaution holds"), *by_protocol]


class DoseForm(forms.Form):
    """The dose and cue of one exercise."""

    sets = forms.NumberField(label="Sets", whole=True, lowest=1, highest=12)
    quantity = forms.NumberField(label="Quantity", lowest=1, highest=20000)
    load = forms.NumberField(label="Load", lowest=0, highest=500, required=False)
    load_unit = django_forms.CharField(label="Unit of the load", max_length=12, required=False)
    effort = django_forms.CharField(label="Effort, RPE of 10", max_length=12, required=False)
    cue = django_forms.CharField(label="Cue", max_length=160, required=False)
    version = django_forms.IntegerField(widget=django_forms.HiddenInput)


class AddForm(forms.Form):
    """Which exercise, and why it stays where a precaution warns."""

    exercise = django_forms.ChoiceField(label="Exercise")
    reason = django_forms.CharField(
        label="Why it stays, where a precaution warns", max_length=240, required=False
    )
    id = django_forms.UUIDField(widget=django_forms.HiddenInput)

    def __init__(self, *args, library: Library, taken=(), **kwargs):
        super().__init__(*args, **kwargs)
        by_region: dict[str, list] = {}
        for exercise in library.exercises.values():
            if exercise.id not in taken:
                by_region.setdefault(exercise.body_region.replace("_", " ").capitalize(), []).append(
                    (exercise.id, exercise.name)
                )
        self.fields["exercise"].choices = sorted(
            (region, sorted(rows, key=lambda row: row[1])) for region, rows in by_region.items()
        )


class PhaseForm(forms.Form):
    """Advance, hold or step back."""

    choice = django_forms.ChoiceField(
        label="Phase",
        choices=[("advance", "Advance"), ("hold", "Hold"), ("regress", "Step back")],
        widget=forms.Picks,
    )
    reason = django_forms.CharField(label="Why", max_length=500, required=False)

    def __init__(self, *args, **kwargs):
        # The page has another form with a reason, so these fields have ids of their own.
        super().__init__(*args, **{"auto_id": "phase_%s"} | kwargs)
