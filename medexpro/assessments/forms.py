"""What is typed into a card, and the forms of goals and of finishing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from medexpro.assessments.models import Assessment
from medexpro.assessments.outcomes import Outcome
from medexpro.assessments.rules.entry import Entry
from medexpro.assessments.rules.flow import LONGEST_NAME, Step
from medexpro.assessments.rules.ranges import ReadingRefused, read_number
from medexpro.assessments.standings import shown_unit
from medexpro.kernel import quantities
from medexpro.kernel.reference import Measure
from medexpro.web.forms import Form, Picks
from medexpro.web.typed import whole_number
from medexpro.wording.forms import ScopeChecked

HIGHEST_TRIAL = 6
# What the fields of a measure are named by when either side will do.
ONE = "one"


@dataclass(frozen=True)
class TypedSide:
    """What one side's fields hold. key: what their names begin with. version: of the row the page showed, 0 for none."""

    side: str
    key: str
    trials: Sequence[dict[str, Any]]
    version: int | None

    @property
    def empty(self) -> bool:
        """Return whether no trial holds anything."""
        return not any(trial["value"].strip() for trial in self.trials)


def read_card(data: Mapping[str, str], measure: Measure) -> list[TypedSide]:
    """Return what a card's fields hold, one entry per side. Fields are named key-number.

    `use` (key-number:text) takes the proposed value in place of the typed one; `keep` (key-number) says that an
    unusual value is meant; `mine` (key) that the newer version of someone else may be replaced; `swap` that left and
    right stand in each other's fields.
    """
    used, _, replacement = data.get("use", "").partition(":")
    if data.get("swap"):
        data = _swapped(data)
    found = []
    for key, side in _sides(data, measure):
        trials = []
        for number in range(1, HIGHEST_TRIAL + 1):
            name = f"{key}-{number}"
            if name in data:
                value = replacement if name == used else data[name]
                trials.append(
                    {
                        "n": number,
                        "value": value,
                        "unit": data.get("unit", ""),
                        "meant": data.get("keep") == name,
                    }
                )
        version = None if data.get("mine") == key else _version(data.get(f"{key}-version", "0"))
        found.append(TypedSide(side, key, trials, version))
    return found


def _swapped(data: Mapping[str, str]) -> dict[str, str]:
    """Return the fields with the trials of left and right in each other's place; versions stay with their row."""
    other = {"left": "right", "right": "left"}
    found = dict(data.items())
    for name in data:
        side, _, number = name.partition("-")
        if side in other and number.isdecimal():
            found[f"{other[side]}-{number}"] = data[name]
    return found


def _sides(data: Mapping[str, str], measure: Measure) -> list[tuple[str, str]]:
    if not measure.sides:
        return [("none", "none")]
    if measure.trials.per == "side":
        return [(side, side) for side in measure.sides if any(name.startswith(f"{side}-") for name in data)]
    # One row of fields for either side; the choice says which one is meant.
    return [(ONE, data.get("side", ""))]


def _version(text: str) -> int:
    return whole_number(text) or 0


class StepNamesForm(Form):
    """What a practice calls the steps. An empty name brings ours back."""

    all_optional = True

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, steps: Sequence[Step], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._ids = [step.id for step in steps]
        for step in steps:
            help_text = f"Empty: {step.label}." + (" Our own step; nobody published it." if step.ours else "")
            field = forms.CharField(
                label=f"Step {step.number}",
                required=False,
                max_length=LONGEST_NAME,
                help_text=help_text,
                widget=forms.TextInput(attrs={"placeholder": step.label}),
            )
            self.add(step.id, field)

    def names(self) -> dict[str, str]:
        """Return the names by step id."""
        return {key: self.cleaned_data[key] for key in self._ids}


class StartForm(Form):
    """Which assessment to start."""

    kind = forms.ChoiceField(label="Assessment", choices=Assessment.Kind.choices, widget=Picks)


class GoalForm(ScopeChecked, Form):
    """A goal: measure with side, target, days, activity."""

    measure = forms.ChoiceField(
        label="Measure", error_messages={"required": "Choose what the goal is measured by."}
    )
    target = forms.CharField(
        label="Target", max_length=24, error_messages={"required": "Type the target, such as 9.6."}
    )
    horizon_days = forms.TypedChoiceField(
        label="Within", coerce=int, choices=[(30, "30 days"), (90, "90 days")], widget=Picks, initial=30,
        error_messages={"required": "Choose 30 or 90 days."},
    )  # fmt: skip
    activity = forms.CharField(
        label="What the client will do",
        help_text="An activity of daily life, such as: climb the stairs at home.",
        max_length=160,
        widget=forms.TextInput(attrs={"data-wording": "provider"}),
        error_messages={"required": "Name what the client will do, such as: climb the stairs at home."},
    )

    def __init__(self, *args: Any, outcomes: Sequence[Outcome], units: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._outcomes = {f"{one.measure.id}/{one.side}": one for one in outcomes}
        self._units = units
        self.fields["measure"].choices = [
            ("", "Choose a measure"),
            *((key, f"{one.name}: {one.current_figure} now") for key, one in self._outcomes.items()),
        ]
        for field in self.fields.values():
            field.wide = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        outcome = self._outcomes.get(values.get("measure", ""))
        if outcome is not None and values.get("target"):
            try:
                values["target"] = target_of(values["target"], outcome.measure, outcome.entry, self._units)
            except ReadingRefused as refusal:
                self.add_error("target", str(refusal))
        return values

    def values(self) -> dict[str, Any]:
        """Return the arguments of set_goal."""
        values = dict(self.cleaned_data)
        values["measure"], _, values["side"] = values["measure"].partition("/")
        return values


class GoalChangeForm(ScopeChecked, Form):
    """Another target, or another activity, for a goal that is open."""

    target = forms.CharField(label="Target", max_length=24)
    activity = forms.CharField(
        label="What the client will do",
        max_length=160,
        widget=forms.TextInput(attrs={"data-wording": "provider"}),
    )
    reason = forms.CharField(label="Why it changes", required=False, max_length=240)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, measure: Measure, entry: Entry, units: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._measure, self._entry, self._units = measure, entry, units
        self.fields["target"].unit_label = quantities.label(shown_unit(measure, entry, units))  # type: ignore[attr-defined]

    def clean_target(self) -> Decimal:
        try:
            return target_of(self.cleaned_data["target"], self._measure, self._entry, self._units)
        except ReadingRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None


def target_of(text: str, measure: Measure, entry: Entry, units: str) -> Decimal:
    """Return a typed target in the measure's unit. Raises ReadingRefused for what is no number."""
    number = read_number(text, name="The target", field="target")
    return quantities.to_canonical(number, shown_unit(measure, entry, units), measure.unit)
