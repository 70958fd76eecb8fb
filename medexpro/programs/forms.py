"""Typed text into values."""

from django import forms as django_forms

from medexpro.knowledge.library import Library
from medexpro.programs.rules import progression
from medexpro.web import forms


class MakeForm(forms.Form):
    """Which protocol, the surgical approach where it knows several, and which of its entry criteria are met."""

    protocol = django_forms.ChoiceField(label="Protocol")
    variant = django_forms.ChoiceField(label="Approach or procedure", required=False)
    entry = django_forms.MultipleChoiceField(
        label="Entry criteria you confirm", required=False, widget=django_forms.CheckboxSelectMultiple
    )

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
        chosen = protocols.get(self.data.get("protocol") or self.initial.get("protocol") or suggested)
        self.chosen = chosen or next(iter(protocols.values()))
        self.fields["entry"].choices = [(one, one) for one in self.chosen.entry_criteria]


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


class EntryForm(forms.Form):
    """Which entry criteria are confirmed later, and by what."""

    entry = django_forms.MultipleChoiceField(
        label="You confirm", required=False, widget=django_forms.CheckboxSelectMultiple
    )
    words = django_forms.CharField(label="What shows it", max_length=240, required=False)

    def __init__(self, *args, open_criteria=(), **kwargs):
        super().__init__(*args, **{"auto_id": "entry_%s"} | kwargs)
        self.fields["entry"].choices = [(one, one) for one in open_criteria]


class SettleForm(forms.Form):
    """Whether a conditional precaution holds for this client, and why."""

    holds = django_forms.ChoiceField(
        label="For this client", choices=[("yes", "It holds"), ("no", "It does not")], widget=forms.Picks
    )
    words = django_forms.CharField(label="Why", max_length=240, required=False)


class PhaseForm(forms.Form):
    """Advance, hold, step back or refer back, with the answers to what the record can't say."""

    all_optional = True  # What has to be answered depends on the choice; the page says so.

    choice = django_forms.ChoiceField(label="You decide", widget=forms.Picks)
    easier = django_forms.BooleanField(
        label="Step back inside the phase: easier exercises, same phase", required=False
    )
    reason = django_forms.CharField(
        label="Why, where you decide otherwise than proposed", max_length=500, required=False
    )
    after = django_forms.CharField(max_length=40, required=False, widget=django_forms.HiddenInput)

    def __init__(self, *args, asking=(), last=False, **kwargs):
        # The page has another form with a reason, so these fields have ids of their own.
        super().__init__(*args, **{"auto_id": "phase_%s"} | kwargs)
        self.fields["choice"].choices = [
            (choice.value, words)
            for choice, words in progression.WORDS.items()
            if not (last and choice == progression.Choice.ADVANCE)
        ]
        self.asked = {f"ask_{item.id}": item.id for item in asking}
        for item in asking:
            self.fields[f"ask_{item.id}"] = django_forms.ChoiceField(
                label=item.asks, choices=[("no", "No"), ("yes", "Yes")], required=False, widget=forms.Picks
            )
        self.order_fields([*self.asked, "choice", "easier", "reason", "after"])

    def values(self):
        """Return the arguments of the decision: the answers by rule, those left open left out."""
        values = super().values()
        # A page that never showed the field knows no decision to come after.
        values["after"] = values["after"] if self.add_prefix("after") in self.data else None
        said = {rule: values.pop(name, "") for name, rule in self.asked.items()}
        return values | {"answers": {rule: answer == "yes" for rule, answer in said.items() if answer}}
