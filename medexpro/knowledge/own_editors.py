"""The editors of own versions: one form for each kind of entry, with every field of it that a practice may change.

A form turns a content into fields and what was typed back into a content, right or wrong: what can't be read stays as it
was typed. An area above adds the editor of a kind of its own with `add_editor`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms as django_forms

from medexpro.kernel import quantities
from medexpro.kernel import reference as ref
from medexpro.kernel.wording import ALLOW
from medexpro.knowledge.checks.measures import role_of
from medexpro.knowledge.library import Library, library
from medexpro.knowledge.listing import WHERE_SAID
from medexpro.knowledge.own_kinds import Wrong
from medexpro.knowledge.own_rules import changed_name
from medexpro.knowledge.presenters import DIRECTIONS, unit_words
from medexpro.web.forms import BoundField, Form, NumberField, PicksMultiple

AREA = django_forms.Textarea(attrs={"rows": 3})
MARKS = [(mark.value, mark.label) for mark in ref.Verification if mark is not ref.Verification.UNVERIFIED]
MOST_ROWS = 20


@dataclass(frozen=True)
class Group:
    """Fields that stand together on the page."""

    title: str
    fields: list[BoundField]
    hint: str = ""


@dataclass(frozen=True)
class Editor:
    """How one kind is edited. template: shows `form`; may_add: whether a practice makes new ones of this kind."""

    kind: str
    form: type["OwnForm"]
    template: str = "knowledge/own_edit.html"
    may_add: bool = True


class OwnForm(Form):
    """The base of every editor.

    content: what the page begins with. ours: our entry, None for one that only the practice has. lib: the practice's
    library. After a post `content()` is what to keep, and `wrongs(…)` puts what keeps it out of service at the fields.
    """

    all_optional = True
    needed: Sequence[str] = ()
    # The field that names an entry.
    called = "name"
    # Where a field of the record stands on the page, the longest that fits.
    places: Mapping[str, str] = {}

    note = django_forms.CharField(
        label="Why", max_length=240, required=False, help_text="Kept with the version, such as who advised it"
    )
    expected = django_forms.CharField(widget=django_forms.HiddenInput, required=False)

    def __init__(
        self, data: Any = None, *, content: Mapping[str, Any], ours: Any, lib: Library, **kwargs: Any
    ):
        self.base, self.ours, self.lib = dict(content), ours, lib
        super().__init__(data, **kwargs)
        self.build()
        for name, value in self.begin(self.base).items():
            if name in self.fields:
                self.fields[name].initial = value

    def build(self) -> None:
        """Give the fields their choices, and add those that depend on the entry."""

    def begin(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the fields hold at first."""
        raise NotImplementedError

    def content(self) -> dict[str, Any]:
        """Return what was typed as a content."""
        raise NotImplementedError

    def groups(self) -> list[Group]:
        """Return the fields in the groups of the page."""
        raise NotImplementedError

    def ready(self) -> bool:
        """Return whether every field that is needed holds something that can be read; says at the fields what does not."""
        well = self.is_valid()
        for name in self.needed:
            if name in self.fields and not self.errors.get(name) and not self.text(name):
                self.add_error(name, f"{self.fields[name].label} is needed.")
                well = False
        return well

    def wrongs(self, wrongs: Iterable[Wrong]) -> None:
        """Say what keeps the version out of service, each at its field."""
        self.is_valid()
        for wrong in wrongs:
            self.add_error(self.place_of(wrong.field), wrong.sentence)

    def place_of(self, path: str) -> str | None:
        """Return the field on the page for a field of the record, None for the whole."""
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            name = self.places.get(".".join(parts[:length]), ".".join(parts[:length]))
            if name in self.fields:
                return name
        return None

    def title(self) -> str:
        """Return what the page is called; empty for a new entry that has no name yet."""
        if self.called in self.fields:
            return str(self[self.called].value() or "")
        return changed_name(self.ours) if self.ours is not None else ""

    def text(self, name: str) -> str:
        """Return what stands in a field, as typed; a number that can be read, as the record writes it."""
        read = self.cleaned_data.get(name) if self.is_bound and self.is_valid() is not None else None
        if isinstance(read, Decimal):
            return f"{read:f}"
        if isinstance(read, int) and not isinstance(read, bool):
            return str(read)
        return str(self[name].value() or "").replace("\x00", "").strip()

    def items(self, name: str) -> list[str]:
        """Return what stands in a field of several, comma by comma."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def bound(self, *names: str) -> list[BoundField]:
        """Return fields by their names, without those this entry does not have."""
        return [self[name] for name in names if name in self.fields]


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _choices(keys: Iterable[str]) -> list[tuple[str, str]]:
    return [(key, _words(key)) for key in sorted(set(keys))]


class ExerciseForm(OwnForm):
    """An exercise."""

    needed = ("name", "sets", "quantity", "cues", "source")
    places = {
        "default_dose.sets": "sets",
        "default_dose.quantity": "quantity",
        "default_dose.unit": "unit",
        "default_dose.days_per_week": "days_per_week",
        "default_dose.effort_rpe_max": "effort_rpe_max",
        "default_dose": "sets",
    }

    name = django_forms.CharField(label="Name", max_length=120, required=False)
    body_region = django_forms.ChoiceField(label="Region", required=False)
    movement_pattern = django_forms.ChoiceField(label="Pattern", required=False)
    position = django_forms.ChoiceField(label="Position", required=False)
    level = django_forms.ChoiceField(
        label="Level", required=False, choices=[(str(n), str(n)) for n in range(1, 6)]
    )
    equipment = django_forms.CharField(
        label="Equipment", max_length=240, required=False, help_text="With commas between; empty for none"
    )
    primary_muscles = django_forms.CharField(
        label="Muscles", max_length=240, required=False, help_text="With commas between"
    )
    sets = NumberField(label="Sets", whole=True, lowest=1, highest=12, required=False)
    quantity = NumberField(label="Quantity", whole=True, lowest=1, highest=20_000, required=False)
    unit = django_forms.ChoiceField(label="Counted in", required=False)
    days_per_week = django_forms.CharField(
        label="Days a week", max_length=12, required=False, help_text="Such as 2-3"
    )
    effort_rpe_max = NumberField(
        label="Effort up to, of 20", whole=True, lowest=6, highest=20, required=False
    )
    cues = django_forms.CharField(label="Cues", widget=AREA, max_length=600, required=False)
    contraindicated_tags = django_forms.MultipleChoiceField(
        label="Not with", widget=PicksMultiple, required=False
    )
    progression = django_forms.ChoiceField(label="Next step", required=False)
    regression = django_forms.ChoiceField(label="Step back", required=False)
    cpt = django_forms.ChoiceField(
        label="Support category", required=False, help_text="Usual for documentation, no advice on billing"
    )
    source = django_forms.CharField(
        label="Source", max_length=400, required=False, help_text="Where it comes from, or “Our own practice”"
    )

    def build(self) -> None:
        known = library().exercises.values()
        for name in ("body_region", "movement_pattern", "position"):
            keys = [getattr(self.ours, name)] if self.ours else [getattr(one, name) for one in known]
            self.fields[name].choices = _choices(keys)  # type: ignore[attr-defined]
            if self.ours:
                self.fields[name].help_text = "Stays: a safety gate closes the exercise by it"
        self.fields["unit"].choices = _choices(one.default_dose.unit for one in known)  # type: ignore[attr-defined]
        self.fields["cpt"].choices = [(key, key) for key in sorted({one.cpt for one in known})]  # type: ignore[attr-defined]
        tags = sorted(self.lib.exercise_tags.items(), key=lambda pair: pair[1])
        self.fields["contraindicated_tags"].choices = tags  # type: ignore[attr-defined]
        if self.ours and self.ours.contraindicated_tags:
            self.fields["contraindicated_tags"].help_text = "You may add; what is ticked in ours must stay"
        by_region: dict[str, list[tuple[str, str]]] = {}
        for one in sorted(self.lib.exercises.values(), key=lambda one: one.name):
            if self.ours is None or one.id != self.ours.id:
                row = (one.id, f"{one.name}, level {one.level}")
                by_region.setdefault(_words(one.body_region), []).append(row)
        links = [("", "None"), *sorted(by_region.items())]
        for name in ("progression", "regression"):
            self.fields[name].choices = links  # type: ignore[attr-defined]

    def begin(self, content: Mapping[str, Any]) -> dict[str, Any]:
        dose = content.get("default_dose") or {}
        lists = {key: ", ".join(content.get(key) or ()) for key in ("equipment", "primary_muscles")}
        plain = {"days_per_week": "2-3", "effort_rpe_max": 13, "sets": 2, "unit": "reps", "level": "1"}
        return plain | {key: value for key, value in content.items() if key in self.fields} | dose | lists

    def content(self) -> dict[str, Any]:
        names = (
            "name", "body_region", "movement_pattern", "position", "level", "cues", "cpt", "source",
        )  # fmt: skip
        dose = ("sets", "quantity", "unit", "days_per_week", "effort_rpe_max")
        return (
            self.base
            | {name: self.text(name) for name in names}
            | {name: self.items(name) for name in ("equipment", "primary_muscles")}
            | {name: self.text(name) or None for name in ("progression", "regression")}
            | {
                "default_dose": {name: self.text(name) for name in dose},
                "contraindicated_tags": list(self["contraindicated_tags"].value() or ()),
            }
        )

    def groups(self) -> list[Group]:
        return [
            Group("The exercise", self.bound("name", "body_region", "movement_pattern", "position", "level",
                                             "equipment", "primary_muscles", "cues")),
            Group("Starting dose", self.bound("sets", "quantity", "unit", "days_per_week", "effort_rpe_max")),
            Group("Before and after it", self.bound("regression", "progression")),
            Group("Not with", self.bound("contraindicated_tags"),
                  "A precaution with one of these tags keeps the exercise away from a client."),
            Group("What it rests on", self.bound("source", "cpt", "note")),
        ]  # fmt: skip


# The six of the profile, as the area of measuring names them.
DOMAINS = [
    ("", "None"),
    ("function", "Function"),
    ("strength", "Strength"),
    ("flexibility", "Flexibility, range"),
    ("stability", "Stability"),
    ("endurance", "Endurance"),
    ("balance", "Balance, coordination"),
]
CATEGORIES = [
    ("performance", "Test of performance"),
    ("rom", "Range of motion"),
    ("anthropometric", "Size or weight"),
    ("activity", "Activity"),
    ("symptom", "Symptom"),
]
KEPT = [("best", "The best"), ("mean", "The mean"), ("single", "The last one alone")]
COMPARISONS = [("<", "below"), ("<=", "at or below"), (">", "above"), (">=", "at or above")]
SEXES = [("", "Anyone"), ("female", "Women"), ("male", "Men")]
CHANGE, LINE = "change", "cutoffs"
ROW_FIELDS = {
    CHANGE: ("population", "type", "value", "value_high", "source", "verification"),
    LINE: ("label", "op", "value", "sex", "source", "verification"),
}
# What makes a row more than an empty one.
ROW_TYPED = {CHANGE: ("population", "value", "source"), LINE: ("label", "value", "source")}
NEW_MEASURE = {
    "licence": {"status": "not_applicable", "items_may_ship": False},
    "norms": [],
    "change": [],
    "cutoffs": [],
}


class MeasureForm(OwnForm):
    """A measure: one number, however many trials it is made of."""

    needed = (
        "name", "construct", "protocol", "source", "count", "precision", "valid_min", "valid_max", "usual_min", "usual_max",
    )  # fmt: skip
    places = {
        "valid_range": "valid_min",
        "valid_range.max": "valid_max",
        "plausible_range": "usual_min",
        "plausible_range.max": "usual_max",
        "scale": "scale_min",
        "scale.max": "scale_max",
        "trials": "count",
        "trials.kept": "kept",
        "trials.note": "trials_note",
    }

    name = django_forms.CharField(label="Name", max_length=120, required=False)
    construct = django_forms.CharField(label="What it tells", max_length=240, required=False)
    category = django_forms.ChoiceField(label="Kind", choices=CATEGORIES, required=False)
    unit = django_forms.ChoiceField(label="Unit", required=False)
    direction = django_forms.ChoiceField(
        label="Better", choices=[(key.value, said) for key, said in DIRECTIONS.items()], required=False
    )
    both = django_forms.BooleanField(label="Left and right are kept apart", required=False)
    protocol = django_forms.CharField(
        label="How it is taken",
        widget=django_forms.Textarea(attrs={"rows": 6}),
        max_length=6000,
        required=False,
    )
    equipment = django_forms.CharField(
        label="Equipment", max_length=240, required=False, help_text="With commas between"
    )
    count = NumberField(label="Trials", whole=True, lowest=1, highest=6, required=False)
    kept = django_forms.ChoiceField(label="Kept", choices=KEPT, required=False)
    trials_note = django_forms.CharField(label="About the trials", max_length=240, required=False)
    valid_min = NumberField(label="Possible from", required=False)
    valid_max = NumberField(label="Possible to", required=False)
    usual_min = NumberField(label="Usual from", required=False)
    usual_max = NumberField(label="Usual to", required=False)
    precision = NumberField(label="Read in steps of", required=False)
    domain = django_forms.ChoiceField(label="Domain of the profile", choices=DOMAINS, required=False)
    scale_min = NumberField(label="Drawn from", required=False)
    scale_max = NumberField(label="Drawn to", required=False)
    source = django_forms.CharField(
        label="Source", max_length=400, required=False, help_text="Where it comes from, or “Our own practice”"
    )

    def build(self) -> None:
        if self.ours is not None:
            # What the results on record were taken by does not change under them.
            for name in ("category", "unit", "direction", "both"):
                del self.fields[name]
            if self.ours.trials.kept == "computed":
                self.fields["kept"].choices = [("computed", "Worked out from others")]  # type: ignore[attr-defined]
        else:
            units = sorted({one.unit for one in library().all_measures.values()}, key=unit_words)
            self.fields["unit"].choices = [(unit, unit_words(unit)) for unit in units]  # type: ignore[attr-defined]
        for kind in (CHANGE, LINE):
            for place in range(self._rows_shown(kind)):
                self._add_row(kind, f"{kind}-{place}")

    def _editable(self, kind: str) -> list[dict[str, Any]]:
        """Return the rows of the content that are edited: a line that a table draws stays as it is."""
        rows = [row for row in self.base.get(kind) or () if isinstance(row, Mapping)]
        return [dict(row) for row in rows if kind == CHANGE or not (row.get("table") or row.get("equation"))]

    def _rows_shown(self, kind: str) -> int:
        if not self.is_bound:
            return min(len(self._editable(kind)) + 1, MOST_ROWS)
        sent = [place for place in range(MOST_ROWS) if f"{kind}-{place}-source" in self.data]
        return max(sent, default=-1) + 1

    def _add_row(self, kind: str, place: str) -> None:
        if kind == CHANGE:
            types = sorted({change.type for one in library().all_measures.values() for change in one.change})
            self.add(
                f"{place}-population",
                django_forms.CharField(label="For whom", max_length=160, required=False),
            )
            self.add(
                f"{place}-type",
                django_forms.ChoiceField(label="Type", choices=[(key, key) for key in types], required=False),
            )
            self.add(f"{place}-value", NumberField(label="Amount", required=False))
            self.add(
                f"{place}-value_high", NumberField(label="Upper end, where it is a range", required=False)
            )
        else:
            self.add(
                f"{place}-label", django_forms.CharField(label="What it says", max_length=160, required=False)
            )
            self.add(
                f"{place}-op", django_forms.ChoiceField(label="Holds", choices=COMPARISONS, required=False)
            )
            self.add(f"{place}-value", NumberField(label="Value", required=False))
            self.add(f"{place}-sex", django_forms.ChoiceField(label="For", choices=SEXES, required=False))
        self.add(f"{place}-source", django_forms.CharField(label="Source", max_length=400, required=False))
        self.add(
            f"{place}-verification",
            django_forms.ChoiceField(label="How far checked", choices=MARKS, required=False),
        )
        self.add(f"{place}-rest", django_forms.CharField(widget=django_forms.HiddenInput, required=False))

    def begin(self, content: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {key: value for key, value in content.items() if key in self.fields}
        found.setdefault("unit", "s")
        found["equipment"] = ", ".join(content.get("equipment") or ())
        trials = content.get("trials") or {"count": 1, "kept": "single"}
        found |= {
            "count": trials.get("count"),
            "kept": trials.get("kept"),
            "trials_note": trials.get("note", ""),
        }
        for name, field in (("valid", "valid_range"), ("usual", "plausible_range"), ("scale", "scale")):
            span = content.get(field) or {}
            found |= {f"{name}_min": span.get("min"), f"{name}_max": span.get("max")}
        found["both"] = bool(content.get("sides"))
        for kind in (CHANGE, LINE):
            for place, row in enumerate(self._editable(kind)):
                shown = {name: row.pop(name, "") for name in ROW_FIELDS[kind]}
                found |= {f"{kind}-{place}-{name}": value for name, value in shown.items()}
                found[f"{kind}-{place}-rest"] = json.dumps(row)
        return found

    def content(self) -> dict[str, Any]:
        base = (NEW_MEASURE if self.ours is None else {}) | self.base
        found = base | {
            name: self.text(name)
            for name in ("name", "construct", "protocol", "source", "precision", "domain")
        }
        found |= {name: self.text(name) for name in ("category", "unit", "direction") if name in self.fields}
        if "both" in self.fields:
            found["sides"] = ["left", "right"] if self["both"].value() else []
        found["equipment"] = self.items("equipment")
        found["trials"] = {
            "count": self.text("count"),
            "kept": self.text("kept"),
            "per": self.ours.trials.per if self.ours else "side" if found["sides"] else "",
            "note": self.text("trials_note"),
        }
        for name, field in (("valid", "valid_range"), ("usual", "plausible_range")):
            found[field] = {"min": self.text(f"{name}_min"), "max": self.text(f"{name}_max")}
        scale = {"min": self.text("scale_min"), "max": self.text("scale_max")}
        found["scale"] = scale if any(scale.values()) else None
        fixed = [row for row in base.get(LINE) or () if row.get("table") or row.get("equation")]
        found[CHANGE] = [self._change(place) for place in self._typed_rows(CHANGE)]
        found[LINE] = fixed + self._lines({str(row.get("id")) for row in fixed})
        return found

    def _typed_rows(self, kind: str) -> list[int]:
        """Return the rows that hold something: one whose words were cleared is taken out."""
        return [
            place
            for place in range(self._rows_shown(kind))
            if any(self.text(f"{kind}-{place}-{name}") for name in ROW_TYPED[kind])
        ]

    def _row(self, kind: str, place: int) -> dict[str, Any]:
        try:
            rest = json.loads(self.text(f"{kind}-{place}-rest") or "{}")
        except ValueError:
            rest = {}
        rest = rest if isinstance(rest, dict) else {}
        return rest | {name: self.text(f"{kind}-{place}-{name}") for name in ROW_FIELDS[kind]}

    def _change(self, place: int) -> dict[str, Any]:
        row = self._row(CHANGE, place)
        row["value_high"] = row["value_high"] or None
        return row | {"role": role_of(row["type"]).value}

    def _lines(self, taken: set[str]) -> list[dict[str, Any]]:
        found = []
        for place in self._typed_rows(LINE):
            row = self._row(LINE, place)
            if not row.get("id"):
                stem = self.ours.id if self.ours else "own"
                row["id"] = f"{stem}_line_{place + 1}_{len(taken)}"
            taken.add(str(row["id"]))
            found.append(row)
        return found

    def place_of(self, path: str) -> str | None:
        kind, _, rest = path.partition(".")
        if kind in (CHANGE, LINE):
            return self._place_of_row(kind, rest)
        return super().place_of(path)

    def _place_of_row(self, kind: str, rest: str) -> str | None:
        """Return the field of a row. rest: its number in the content, or what the checks call it, then the field."""
        fixed = 0 if kind == CHANGE else len(self.content()[LINE]) - len(self._typed_rows(LINE))
        for number, place in enumerate(self._typed_rows(kind)):
            row = self._row(kind, place)
            called = f"{row.get('population')} {row.get('type')}" if kind == CHANGE else str(row.get("id"))
            for head in (str(number + fixed), called):
                if rest == head or rest.startswith(f"{head}."):
                    name = f"{kind}-{place}-{rest.removeprefix(head).strip('.') or 'value'}"
                    return name if name in self.fields else f"{kind}-{place}-value"
        return None

    def groups(self) -> list[Group]:
        unit = quantities.label(self.ours.unit) if self.ours else ""
        in_unit = f"In {unit}" if unit else "In the unit of the measure"
        found = [
            Group("The measure", self.bound("name", "construct", "category", "unit", "direction", "both", "domain")),
            Group("How it is taken", self.bound("protocol", "equipment", "count", "kept", "trials_note")),
            Group("What can be typed", self.bound("valid_min", "valid_max", "usual_min", "usual_max", "precision"),
                  f"{in_unit}. Outside what is possible is refused, outside what is usual is asked about once."),
            Group("How it is drawn", self.bound("scale_min", "scale_max"),
                  "The same from client to client. Empty draws what is usual."),
        ]  # fmt: skip
        hint = "With the source and how far it was checked. Clear the words of a row to take it out; keep the draft for one more."
        for kind, title in ((CHANGE, "Amount of change"), (LINE, "Published line")):
            for place in range(self._rows_shown(kind)):
                names = [f"{kind}-{place}-{name}" for name in ROW_FIELDS[kind]]
                found.append(Group(f"{title} {place + 1}", self.bound(*names), hint if place == 0 else ""))
        found.append(Group("What it rests on", self.bound("source", "note")))
        return found


LEVELS = [
    ("mark", "Marked, and asked about once"),
    ("refuse", "Not printed while it stands"),
    (ALLOW, "May stand: a phrase that holds a marked word"),
]


class WordingForm(OwnForm):
    """Words to mark in what is written."""

    called = "words"
    needed = ("words", "suggestion", "why", "source")

    words = django_forms.CharField(
        label="Words", widget=AREA, max_length=6000, required=False,
        help_text="With commas between. A * at the end takes any ending",
    )  # fmt: skip
    suggestion = django_forms.CharField(label="Write instead", max_length=160, required=False)
    where = django_forms.ChoiceField(label="Watched for in", choices=list(WHERE_SAID.items()), required=False)
    level = django_forms.ChoiceField(label="What happens", choices=LEVELS, required=False)
    why = django_forms.CharField(label="Why it is marked", max_length=240, required=False)
    source = django_forms.CharField(
        label="Source", max_length=400, required=False, help_text="Where it comes from, or “Our own practice”"
    )

    def build(self) -> None:
        if self.ours is not None:
            del self.fields["where"]
            self.fields["level"].choices = LEVELS[:2]  # type: ignore[attr-defined]
            self.fields["words"].help_text = "You may add; the words of ours must stay"

    def begin(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return {"level": "mark"} | dict(content) | {"words": ", ".join(content.get("words") or ())}

    def content(self) -> dict[str, Any]:
        names = ("suggestion", "where", "level", "why", "source")
        typed = {name: self.text(name) for name in names if name in self.fields}
        return self.base | typed | {"words": self.items("words")}

    def groups(self) -> list[Group]:
        return [
            Group("The words", self.bound("words", "suggestion", "why")),
            Group("What is done", self.bound("where", "level")),
            Group("What it rests on", self.bound("source", "note")),
        ]


EDITORS: dict[str, Editor] = {}


def add_editor(editor: Editor) -> None:
    """Let a kind be edited on its pages. Called when the area's app starts."""
    EDITORS[editor.kind] = editor


add_editor(Editor("exercise", ExerciseForm))
add_editor(Editor("measure", MeasureForm))
add_editor(Editor("wording", WordingForm))
