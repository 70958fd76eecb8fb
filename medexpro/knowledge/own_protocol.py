"""The editor of a practice's own protocols: who may enter, what limits it, what is measured, and each phase with its rows.

Exercises and measures are typed by name, with the names offered; whatever can't be found stays as typed and is said at
its field. What the page does not show of a row (variants, how long a mark is kept) stays as it was.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django import forms as django_forms

from medexpro.kernel import reference as ref
from medexpro.knowledge.library import library
from medexpro.knowledge.own_editors import COMPARISONS, Editor, Group, OwnForm, add_editor
from medexpro.web.forms import BoundField, NumberField, PicksMultiple

OURS = "Our own practice"
MOST_PHASES = 4
PAIR = re.compile(r"^(\d+)(?:\s*(?:-|–|to)\s*(\d+))?$")
BASES = [
    ("since_programme_start", "The first day of the program"),
    ("since_surgery_or_event", "The operation or event"),
]
MODES = [
    ("block", "Keeps its exercises out of every session"),
    ("conditional", "Asks for a reason where the record carries the tag"),
    ("variant", "Holds for one surgical approach"),
]
LIFTS = [
    ("provider_release", "The provider’s recorded release"),
    ("record_tag_removed", "A member takes the entry from the record"),
]
# A new protocol begins with these phases; a member names them anew. House rule: three phases of four weeks.
FIRST_PHASES = (("Begin", 1, 4), ("Build", 5, 8), ("Keep", 9, 12))


@dataclass(frozen=True)
class Rows:
    """Rows of one kind: what each holds, what makes a row more than an empty one, and how many empty ones are offered."""

    title: str
    fields: Mapping[str, Callable[[], django_forms.Field]]
    typed: tuple[str, ...]
    most: int
    spare: int = 1
    hint: str = ""


@dataclass(frozen=True)
class RowsShown:
    """The rows of one kind as the page draws them."""

    title: str
    hint: str
    rows: list[list[BoundField]]


@dataclass(frozen=True)
class PhaseShown:
    """One phase as the page draws it."""

    title: str
    head: list[BoundField]
    rows: list[RowsShown]
    tail: list[BoundField]


def _typed(label: str, length: int = 240, **attrs: str) -> Callable[[], django_forms.Field]:
    return lambda: django_forms.CharField(
        label=label, max_length=length, required=False, widget=django_forms.TextInput(attrs=attrs)
    )


def _chosen(label: str, choices: Callable[[], list[tuple[str, str]]]) -> Callable[[], django_forms.Field]:
    return lambda: django_forms.ChoiceField(label=label, choices=choices(), required=False)


def _lines(label: str, hint: str = "One a line", rows: int = 3) -> django_forms.Field:
    area = django_forms.Textarea(attrs={"rows": rows})
    return django_forms.CharField(label=label, widget=area, max_length=6000, required=False, help_text=hint)


def _folded(field: django_forms.Field) -> django_forms.Field:
    """Let a long list of answers stand behind its name until it is opened."""
    field.folded = True  # type: ignore[attr-defined]
    return field


def _units() -> list[tuple[str, str]]:
    units = sorted({one.default_dose.unit for one in library().exercises.values()})
    return [(unit, unit) for unit in units]


def _work() -> list[tuple[str, str]]:
    kinds = sorted(
        {kind for one in library().all_protocols.values() for phase in one.phases for kind in phase.fitt}
    )
    return [("", "Choose"), *((kind, kind.replace("_", " ").capitalize()) for kind in kinds)]


def _tags() -> django_forms.Field:
    choices = sorted(library().exercise_tags.items(), key=lambda pair: pair[1])
    return _folded(
        django_forms.MultipleChoiceField(
            label="Exercises it speaks against", choices=choices, widget=PicksMultiple, required=False
        )
    )


def _applies() -> django_forms.Field:
    choices = [(f"p{n}", f"Phase {n}") for n in range(1, MOST_PHASES + 1)]
    return django_forms.MultipleChoiceField(
        label="Expected in", choices=choices, widget=PicksMultiple, required=False
    )


WORK = Rows(
    "Dosage", {"kind": _chosen("Work", _work), "frequency": _typed("How often"), "intensity": _typed("How hard"),
    "time": _typed("How long"), "type": _typed("Of what kind"), "source": _typed("Source", 400)},
    typed=("kind",), most=8, hint="Frequency, intensity, time and type of each kind of work.",
)  # fmt: skip
PLANNED = Rows(
    "Exercises", {"exercise": _typed("Exercise", 120, list="own-exercises"), "sets": _typed("Sets", 12),
    "quantity": _typed("Quantity", 16), "unit": _chosen("Counted in", _units)},
    typed=("exercise",), most=24, spare=3, hint="At least five. From and to, such as 2-3 sets of 8-12.",
)  # fmt: skip
GOING_ON = Rows(
    "Goes on when", {"measure": _typed("Measure", 160, list="own-measures"), "op": _chosen("Is", lambda: list(COMPARISONS)),
    "value": lambda: NumberField(label="Value", required=False), "text": _typed("In words", 240)},
    typed=("measure", "text"), most=10, hint="Every measure needs its baseline. All are met before the next phase opens.",
)  # fmt: skip
LIMITS = Rows(
    "Precautions", {"phrase": _typed("In a few words", 60), "text": _typed("The whole of it", 600),
    "mode": _chosen("What it does", lambda: list(MODES)), "lifts": _chosen("What ends it", lambda: list(LIFTS)),
    "ask_release_from_week": lambda: NumberField(label="Ask from week", whole=True, lowest=1, highest=520, required=False),
    "source": _typed("Source", 400), "applies_to": _applies, "tags": _tags},
    typed=("phrase", "text"), most=16, hint="None ends by a date. Clear the words of one to take it out.",
)  # fmt: skip
OF_PHASE = {"fitt": WORK, "exercises": PLANNED, "progress_when": GOING_ON}
LINES_OF_PHASE = {
    "hold_when": "Hold when",
    "regress_when": "Step back when",
    "refer_back_when": "Refer back when",
}
LISTS = {"applies_to", "tags"}


class ProtocolForm(OwnForm):
    """A protocol: everything a phase of it is made of."""

    needed = ("name", "entry_criteria", "baseline_measures", "discharge_criteria")
    places = {"condition": "name", "reassess": "again", "reassess.measures": "again", "icd10cm": "codes"}

    name = django_forms.CharField(label="Condition", max_length=160, required=False)
    scope_note = django_forms.CharField(label="What it is and is not", max_length=400, required=False)
    week_basis = django_forms.ChoiceField(label="Weeks are counted from", choices=BASES, required=False)
    codes = _lines("ICD-10 codes", "One a line: the code, then its description", 4)
    entry_criteria = _lines("Who may enter", rows=5)
    contraindications = _lines("Not while", rows=5)
    goals = _lines("Goals")
    baseline_measures = _lines("Measured at baseline", "The name of a measure on each line", 8)
    again = _lines("Measured again", "Every 30 days at most; each of them has a baseline", 6)
    discharge_criteria = _lines("Discharge when")
    gates = django_forms.MultipleChoiceField(
        label="Safety gates whose readings are taken before each session",
        widget=PicksMultiple,
        required=False,
    )
    sources = _lines("Sources", "One a line", 4)

    def build(self) -> None:
        self.exercises = {one.name: one.id for one in self.lib.exercises.values()}
        self.measures = {one.name: one.id for one in self.lib.measures.values()}
        gates = sorted(self.lib.gates.values(), key=lambda gate: gate.text)
        self.fields["gates"].choices = [(gate.id, gate.text) for gate in gates if gate.verification.in_force]  # type: ignore[attr-defined]
        _folded(self.fields["gates"])
        if self.ours is not None:
            del self.fields["week_basis"]
            self.fields["gates"].help_text = "You may add; what is ticked in the general version must stay"
        self._add_rows("precautions", LIMITS, self._base_rows("precautions"))
        for place in range(self._phases()):
            phase = self._base_phase(place)
            head = f"phases-{place}"
            self.add(f"{head}-name", django_forms.CharField(label="Name", max_length=80, required=False))
            for end, label in (("from", "From week"), ("to", "To week")):
                self.add(
                    f"{head}-{end}",
                    NumberField(label=label, whole=True, lowest=0, highest=520, required=False),
                )
            for key, label in LINES_OF_PHASE.items():
                self.add(f"{head}-{key}", _lines(label))
            self.add(f"{head}-rest", django_forms.CharField(widget=django_forms.HiddenInput, required=False))
            for key, rows in OF_PHASE.items():
                self._add_rows(f"{head}-{key}", rows, _rows_of(phase, key))

    # ---- How many, and what they hold at first

    def _base_rows(self, key: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.base.get(key) or () if isinstance(row, Mapping)]

    def _base_phase(self, place: int) -> dict[str, Any]:
        phases = self._base_rows("phases")
        if place < len(phases):
            return phases[place]
        if self.base or place >= len(FIRST_PHASES):
            return {}
        name, first, last = FIRST_PHASES[place]
        return {"name": name, "weeks": [first, last]}

    def _phases(self) -> int:
        if self.is_bound:
            return max((n + 1 for n in range(MOST_PHASES) if f"phases-{n}-name" in self.data), default=0)
        return min(max(len(self._base_rows("phases")) + bool(self.base), len(FIRST_PHASES)), MOST_PHASES)

    def _count(self, head: str, rows: Rows, there: int) -> int:
        if self.is_bound:
            first = next(iter(rows.fields))
            return max((n + 1 for n in range(rows.most) if f"{head}-{n}-{first}" in self.data), default=0)
        return min(there + rows.spare, rows.most)

    def _add_rows(self, head: str, rows: Rows, there: list[dict[str, Any]]) -> None:
        for n in range(self._count(head, rows, len(there))):
            for name, make in rows.fields.items():
                self.add(f"{head}-{n}-{name}", make())
            self.add(
                f"{head}-{n}-rest", django_forms.CharField(widget=django_forms.HiddenInput, required=False)
            )

    def begin(self, content: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "name": content.get("condition", ""),
            "scope_note": content.get("scope_note", ""),
            "week_basis": content.get("week_basis", BASES[0][0]),
            "codes": "\n".join(f"{row['code']} {row['description']}" for row in self._base_rows("icd10cm")),
            "gates": content.get("gates") or _usual_gates(),
            "baseline_measures": self._named(content.get("baseline_measures") or (), self.measures),
            "again": self._named((content.get("reassess") or {}).get("measures") or (), self.measures),
            "sources": "\n".join(row["text"] for row in self._base_rows("sources")) or OURS,
        }
        for key in ("entry_criteria", "contraindications", "goals", "discharge_criteria"):
            found[key] = "\n".join(content.get(key) or ())
        found |= self._begin_rows("precautions", LIMITS, self._base_rows("precautions"))
        for place in range(self._phases()):
            phase, head = self._base_phase(place), f"phases-{place}"
            weeks = phase.get("weeks") or ("", "")
            found |= {f"{head}-name": phase.get("name", ""), f"{head}-from": weeks[0], f"{head}-to": weeks[1]}
            found |= {f"{head}-{key}": "\n".join(phase.get(key) or ()) for key in LINES_OF_PHASE}
            found[f"{head}-rest"] = json.dumps({"id": phase["id"]} if "id" in phase else {})
            for key, rows in OF_PHASE.items():
                found |= self._begin_rows(f"{head}-{key}", rows, _rows_of(phase, key))
        return found

    def _begin_rows(self, head: str, rows: Rows, there: list[dict[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for n, row in enumerate(there):
            shown = {name: row.pop(name, "") for name in rows.fields}
            if "exercise" in shown:
                shown["exercise"] = self._named([shown["exercise"]], self.exercises)
                shown |= {key: _span(shown[key]) for key in ("sets", "quantity")}
            if "measure" in shown:
                shown["measure"] = self._named([shown["measure"]], self.measures)
            found |= {f"{head}-{n}-{name}": "" if value is None else value for name, value in shown.items()}
            found[f"{head}-{n}-rest"] = json.dumps(row)
        return found

    @staticmethod
    def _named(keys: Iterable[str], names: Mapping[str, str]) -> str:
        back = {key: name for name, key in names.items()}
        return "\n".join(back.get(key, key) for key in keys)

    # ---- Back into a content

    def content(self) -> dict[str, Any]:
        found = self.base | {
            "condition": self.text("name"),
            "scope_note": self.text("scope_note"),
            "icd10cm": [_code(line) for line in self.lines("codes")],
            "icd_source": self.base.get("icd_source") or OURS,
            "baseline_measures": self._keys("baseline_measures"),
            "gates": list(self["gates"].value() or ()),
            "variants": self.base.get("variants") or [],
            "precautions": [self._precaution(n) for n in self._typed_rows("precautions", LIMITS)],
        }
        if "week_basis" in self.fields:
            found["week_basis"] = self.text("week_basis") or BASES[0][0]
        for key in ("entry_criteria", "contraindications", "goals", "discharge_criteria"):
            found[key] = self.lines(key)
        again = self.base.get("reassess") or {"interval_days_max": 30, "typical_weeks": 4}
        found["reassess"] = dict(again) | {"measures": self._keys("again")}
        marks = {row["text"]: row.get("verification") for row in self._base_rows("sources")}
        house = ref.Verification.HOUSE_RULE.value
        found["sources"] = [
            {"text": line, "verification": marks.get(line) or house} for line in self.lines("sources")
        ]
        found["phases"] = self._with_ids([self._phase(place) for place in self._typed_phases()])
        return found

    @staticmethod
    def _with_ids(phases: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give phases that are new an id that no other has: taking out the first and adding one must not make twins."""
        taken = {phase["id"] for phase in phases if phase.get("id")}
        free = (key for key in (f"p{n}" for n in range(1, 2 * MOST_PHASES + 1)) if key not in taken)
        return [{**phase, "id": phase.get("id") or next(free)} for phase in phases]

    def lines(self, name: str) -> list[str]:
        """Return what stands in a field line by line."""
        return [" ".join(line.split()) for line in self.text(name).splitlines() if line.strip()]

    def _keys(self, name: str) -> list[str]:
        return list(dict.fromkeys(_key_of(line, self.measures) for line in self.lines(name)))

    def _typed_phases(self) -> list[int]:
        """Return the phases that hold something; one without name, exercises and criteria is none."""
        return [
            place
            for place in range(self._phases())
            if self.text(f"phases-{place}-name")
            or any(self._typed_rows(f"phases-{place}-{key}", rows) for key, rows in OF_PHASE.items())
        ]

    def _typed_rows(self, head: str, rows: Rows) -> list[int]:
        count = self._count(head, rows, 0)
        return [n for n in range(count) if any(self.text(f"{head}-{n}-{name}") for name in rows.typed)]

    def _row(self, head: str, n: int, rows: Rows) -> dict[str, Any]:
        row = self._rest(f"{head}-{n}-rest")
        for name in rows.fields:
            field = f"{head}-{n}-{name}"
            row[name] = list(self[field].value() or ()) if name in LISTS else self.text(field)
        return row

    def _rest(self, name: str) -> dict[str, Any]:
        try:
            rest = json.loads(self.text(name) or "{}")
        except ValueError:
            rest = {}
        return rest if isinstance(rest, dict) else {}

    def _precaution(self, n: int) -> dict[str, Any]:
        row = self._row("precautions", n, LIMITS)
        row["ask_release_from_week"] = row["ask_release_from_week"] or None
        row.setdefault("id", self._free_id(n))
        row.setdefault("verification", ref.Verification.HOUSE_RULE.value)
        return row

    def _free_id(self, n: int) -> str:
        """Return the id of a precaution that has none yet: its row's number, further on where an older row has that."""
        count = self._count("precautions", LIMITS, 0)
        taken = {self._rest(f"precautions-{m}-rest").get("id") for m in range(count)}
        number = n + 1
        while f"own_{number}" in taken:
            number += LIMITS.most
        return f"own_{number}"

    def _phase(self, place: int) -> dict[str, Any]:
        head = f"phases-{place}"
        house = {"verification": ref.Verification.HOUSE_RULE.value}
        phase = {"id": ""} | self._rest(f"{head}-rest")
        phase |= {
            "name": self.text(f"{head}-name"),
            "weeks": [self.text(f"{head}-from"), self.text(f"{head}-to")],
        }
        phase |= {key: self.lines(f"{head}-{key}") for key in LINES_OF_PHASE}
        work = [self._row(f"{head}-fitt", n, WORK) for n in self._typed_rows(f"{head}-fitt", WORK)]
        phase["fitt"] = {row.pop("kind"): house | row for row in work}
        phase["exercises"] = [
            self._planned(f"{head}-exercises", n) for n in self._typed_rows(f"{head}-exercises", PLANNED)
        ]
        rows = [
            self._row(f"{head}-progress_when", n, GOING_ON)
            for n in self._typed_rows(f"{head}-progress_when", GOING_ON)
        ]
        phase["progress_when"] = [
            house | row | {"measure": _key_of(row["measure"], self.measures)} for row in rows
        ]
        return phase

    def _planned(self, head: str, n: int) -> dict[str, Any]:
        row = self._row(head, n, PLANNED)
        row["exercise"] = _key_of(row["exercise"], self.exercises)
        return row | {key: _pair(row[key]) for key in ("sets", "quantity")}

    def ready(self) -> bool:
        """Return whether everything can be read; a name that is none is said at its field, with the nearest one."""
        well = super().ready()
        faults = list(self._unknown_names())
        for name, sentence in faults:
            self.add_error(name, sentence)
        return well and not faults

    def _unknown_names(self) -> Iterator[tuple[str, str]]:
        for name in ("baseline_measures", "again"):
            for line in self.lines(name):
                if _key_of(line, self.measures) not in self.measures.values():
                    yield name, _unknown("measure", line, self.measures)
        for place in self._typed_phases():
            head = f"phases-{place}"
            for n in self._typed_rows(f"{head}-exercises", PLANNED):
                at = f"{head}-exercises-{n}"
                typed = self.text(f"{at}-exercise")
                if _key_of(typed, self.exercises) not in self.exercises.values():
                    yield f"{at}-exercise", _unknown("exercise", typed, self.exercises)
                for key in ("sets", "quantity"):
                    if not PAIR.match(self.text(f"{at}-{key}")):
                        yield f"{at}-{key}", "Type a number, or from and to, such as 8-12."
            for n in self._typed_rows(f"{head}-progress_when", GOING_ON):
                typed = self.text(f"{head}-progress_when-{n}-measure")
                if _key_of(typed, self.measures) not in self.measures.values():
                    yield f"{head}-progress_when-{n}-measure", _unknown("measure", typed, self.measures)

    # ---- Where a fault stands

    def place_of(self, path: str) -> str | None:
        head, _, rest = path.partition(".")
        if head == "phases":
            return self._place_in_phase(rest)
        if head == "precautions":
            rows = self._typed_rows("precautions", LIMITS)
            called = [self._precaution(n)["id"] for n in rows]
            return self._place_in_row("precautions", LIMITS, rows, called, rest) or super().place_of(path)
        return super().place_of(path)

    def _place_in_phase(self, path: str) -> str | None:
        """Return the field of a phase. path: its number in the content or its id, then what of it."""
        first, _, rest = path.partition(".")
        places = self._typed_phases()
        ids = [phase["id"] for phase in self._with_ids([self._phase(place) for place in places])]
        found = next((p for n, p in enumerate(places) if first in (str(n), ids[n])), None)
        if found is None:
            return "phases-0-name" if "phases-0-name" in self.fields else None
        head = f"phases-{found}"
        key, _, inner = rest.partition(".")
        if key in OF_PHASE:
            rows = self._typed_rows(f"{head}-{key}", OF_PHASE[key])
            made = [self._row(f"{head}-{key}", n, OF_PHASE[key]) for n in rows]
            name = next(iter(OF_PHASE[key].fields))
            known = self.exercises if name == "exercise" else self.measures
            called = [_key_of(row[name], known) for row in made]
            # An exercise that carries a blocked tag is named in the sentence's own path.
            return self._place_in_row(f"{head}-{key}", OF_PHASE[key], rows, called, inner) or f"{head}-name"
        if key == "weeks":
            return f"{head}-from"
        return f"{head}-{key}" if f"{head}-{key}" in self.fields else f"{head}-name"

    def _place_in_row(
        self, head: str, rows: Rows, places: list[int], called: list[str], path: str
    ) -> str | None:
        first, _, rest = path.partition(".")
        for number, place in enumerate(places):
            if first and first.partition(" ")[0] in (str(number), called[number]):
                name = f"{head}-{place}-{rest.partition('.')[0]}"
                return name if name in self.fields else f"{head}-{place}-{next(iter(rows.fields))}"
        return None

    # ---- The page

    def groups(self) -> list[Group]:
        """Return the fields above the phases."""
        return [
            Group("The protocol", self.bound("name", "scope_note", "week_basis", "codes")),
            Group("Who it is for", self.bound("entry_criteria", "contraindications")),
            Group("What is measured", self.bound("baseline_measures", "again"),
                  "Each measure by its name, as it stands under Knowledge."),
            Group("What it aims at", self.bound("goals", "discharge_criteria")),
        ]  # fmt: skip

    def precautions(self) -> RowsShown:
        """Return the rows of precautions."""
        return self._shown("precautions", LIMITS)

    def phases(self) -> list[PhaseShown]:
        """Return the phases with their rows."""
        return [
            PhaseShown(
                f"Phase {place + 1}",
                self.bound(*(f"phases-{place}-{name}" for name in ("name", "from", "to"))),
                [self._shown(f"phases-{place}-{key}", rows) for key, rows in OF_PHASE.items()],
                self.bound(*(f"phases-{place}-{key}" for key in LINES_OF_PHASE)),
            )
            for place in range(self._phases())
        ]

    def last(self) -> list[Group]:
        """Return the fields below the phases."""
        return [
            Group("Safety gates", self.bound("gates")),
            Group("What it rests on", self.bound("sources", "note")),
        ]

    def _shown(self, head: str, rows: Rows) -> RowsShown:
        count = sum(
            1
            for name in self.fields
            if name.startswith(f"{head}-") and name.endswith("-rest") and name != f"{head}-rest"
        )
        made = [self.bound(*(f"{head}-{n}-{name}" for name in rows.fields)) for n in range(count)]
        return RowsShown(rows.title, rows.hint, made)

    def names(self) -> dict[str, list[str]]:
        """Return the names that are offered while typing."""
        return {"exercises": sorted(self.exercises), "measures": sorted(self.measures)}


def _rows_of(phase: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    there = phase.get(key) or ()
    if isinstance(there, Mapping):
        return [{"kind": kind, **row} for kind, row in there.items() if isinstance(row, Mapping)]
    return [dict(row) for row in there if isinstance(row, Mapping)]


def _usual_gates() -> list[str]:
    """Return the gates that every protocol of ours lists."""
    listed = [set(one.gates) for one in library().all_protocols.values()]
    return sorted(set.intersection(*listed)) if listed else []


def _key_of(typed: str, names: Mapping[str, str]) -> str:
    """Return the id for a name as typed, in whatever case; what is no name stays as it was typed."""
    if typed in names.values():
        return typed
    by_name = {name.casefold(): key for name, key in names.items()}
    return by_name.get(" ".join(typed.split()).casefold(), typed)


def _unknown(one: str, typed: str, names: Mapping[str, str]) -> str:
    """Return that there is no such name, with the nearest there is."""
    near = get_close_matches(typed.casefold(), [name.casefold() for name in names], n=1, cutoff=0.6)
    nearest = next((name for name in names if near and name.casefold() == near[0]), "")
    return f"There is no {one} “{typed}” in service." + (f" Did you mean “{nearest}”?" if nearest else "")


def _pair(typed: str) -> list[Any]:
    """Return from and to: "2-3" or "2"; what is neither stays as it was typed.

    >>> _pair("8-12"), _pair("2"), _pair("many")
    ([8, 12], [2, 2], ['many', 'many'])
    """
    found = PAIR.match(typed.strip())
    if not found:
        return [typed, typed]
    low = int(found[1])
    return [low, int(found[2]) if found[2] else low]


def _span(pair: Any) -> str:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        return str(pair or "")
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}-{pair[1]}"


def _code(line: str) -> dict[str, str]:
    code, _, description = line.partition(" ")
    return {"code": code.upper(), "description": description.strip()}


add_editor(Editor("protocol", ProtocolForm, "knowledge/own_protocol.html"))
