"""What a list of the reference data can be narrowed by, and whether each entry is in service, off, or half on."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from medexpro.kernel import reference as ref
from medexpro.knowledge.library import Entry, Library, marks
from medexpro.knowledge.turning import TurnedOn, unverified

IN_SERVICE, OFF, HELD, TURNED, OWN, WAITS, CHANGED = (
    "in_service", "off", "unverified", "turned_on", "own", "waits", "changed",
)  # fmt: skip
STATES = {
    IN_SERVICE: "In service",
    OFF: "Off",
    HELD: "Unverified figures, off",
    TURNED: "Unverified figures, turned on",
    OWN: "The practice’s own",
    WAITS: "Waits for approval",
    CHANGED: "Changed since the approval",
}
# Who reads what an entry of the word list watches.
WHERE_SAID = {
    "any": "Wherever a member writes",
    "outgoing": "Letters, messages and the public page",
    "client_document": "Documents that name a client",
    "provider": "Letters to providers",
    "public": "The public page",
    "title": "What members call themselves",
}
CATEGORIES = {
    "performance": "Performance tests",
    "rom": "Range of motion",
    "prom": "Questionnaires",
    "vital": "Vital signs",
    "symptom": "Symptoms and effort",
    "activity": "Activity and falls",
    "anthropometric": "Body size",
    "pre": "Before the session",
    "in_session": "During the session",
    "post": "After the session",
    "any_time": "At any time",
} | WHERE_SAID
# Sources name one place in several ways; a person looks for it under one.
REGIONS = {
    "cervical": "Neck",
    "chest": "Chest and ribs",
    "lumbar": "Low back and trunk",
    "neck": "Neck",
    "thoracic": "Upper back",
    "thoracolumbar": "Low back and trunk",
    "thorax": "Chest and ribs",
    "trunk": "Low back and trunk",
}
NO_LIST = "No measure in service uses it."
NOT_INSTALLED = "Left out: whether the whole table may be passed on is not settled."
ALL_HELD = "Every figure in it is unverified."


# Kind and key of an entry, and the conditions it is used for.
Uses = Mapping[tuple[str, str], frozenset[str]]


@dataclass(frozen=True)
class Facets:
    """What one entry can be found by: words as a person reads them. marks: of its figures."""

    category: str = ""
    region: str = ""
    conditions: frozenset[str] = frozenset()
    marks: frozenset[ref.Verification] = frozenset()


@dataclass(frozen=True)
class Standing:
    """How far an entry is in service. reason: why it is off. held, on: how many kinds of its figures are off or on."""

    states: frozenset[str]
    reason: str = ""
    held: tuple[str, ...] = ()
    on: tuple[TurnedOn, ...] = ()

    @property
    def is_off(self) -> bool:
        """Tell whether the whole entry is off."""
        return OFF in self.states


def every_entry(lib: Library, kind: str) -> list[Entry]:
    """Return the entries of one kind: what is in service, then what is off."""
    found = [entry for entry in lib.entries() if entry.kind == kind]
    known = {entry.key for entry in found}
    rest: Mapping[str, Any] = {
        "measure": lib.all_measures,
        "norm": lib.norms,
        "protocol": lib.all_protocols,
        "exercise": lib.all_exercises,
    }.get(kind, {})
    return found + [Entry(kind, key, one.version, one) for key, one in rest.items() if key not in known]


def standing_of(
    entry: Entry,
    lib: Library,
    turned_on: Mapping[str, TurnedOn],
    *,
    waits: bool = False,
    changed: bool = False,
) -> Standing:
    """Return whether an entry is in service. waits: for an approval; changed: it had one in an earlier version."""
    record = entry.record
    ids = unverified(record)
    held = tuple(key for key in ids if key not in turned_on)
    on = tuple(dict.fromkeys(turned_on[key] for key in ids if key in turned_on))
    reason = _reason_off(entry, lib, held)
    states = {OFF if reason else IN_SERVICE}
    for state, so in (
        (HELD, bool(held)),
        (TURNED, bool(on)),
        (OWN, (entry.kind, entry.key) in lib.own),
        (WAITS, waits),
        (CHANGED, changed),
    ):
        if so:
            states.add(state)
    return Standing(frozenset(states), reason, held, on)


def _reason_off(entry: Entry, lib: Library, held: Collection[str]) -> str:
    """Return why an entry is off, as a sentence; empty when it is in service."""
    record: Any = entry.record
    if entry.kind == "measure":
        return lib.data.measures_off.get(entry.key, "")
    if entry.kind == "protocol":
        return lib.data.protocols_off.get(entry.key, "")
    if entry.kind == "exercise":
        return "" if entry.key in lib.exercises else "No longer offered by the practice."
    if entry.kind == "gate":
        return ALL_HELD if held else ""
    return _reason_table_off(record, lib, held) if entry.kind == "norm" else ""


def _reason_table_off(table: ref.NormSet, lib: Library, held: Collection[str]) -> str:
    if not table.installed:
        return NOT_INSTALLED
    if not any(table.file in measure.norms for measure in lib.measures.values()):
        return NO_LIST
    if table.variants and all(variant.held for variant in table.variants):
        return f"{table.variants[0].held}."
    rows = [*table.rows, *table.intervals, *table.equations]
    return ALL_HELD if held and not any(row.verification.in_force for row in rows) else ""


def facets_of(entry: Entry, lib: Library, uses: Uses) -> Facets:
    """Return what an entry can be found by. uses: what it is used for, from `uses_of`."""
    record: Any = entry.record
    found = marks(record)
    where = uses.get((entry.kind, entry.key), frozenset())
    match entry.kind:
        case "measure":
            return Facets(CATEGORIES[record.category], region(record.region), where, found)
        case "exercise":
            return Facets(_capital(record.movement_pattern), region(record.body_region), where, found)
        case "gate":
            return Facets(CATEGORIES["any_time" if record.when == "any" else record.when], "", where, found)
        case "norm":
            of = [m for m in lib.all_measures.values() if entry.key in m.norms]
            return Facets(CATEGORIES[of[0].category] if of else "", "", where, found)
        case "wording":
            return Facets(CATEGORIES[record.where], "", where, found)
    return Facets("", "", where, found)


def region(name: str) -> str:
    """Return a region of the body as people look for it; empty stays empty."""
    return REGIONS.get(name, _capital(name))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:].replace("_", " ")


def uses_of(lib: Library) -> Uses:
    """Return, by kind and key, the conditions that an entry is used for. Asked once for a whole list."""
    found: dict[tuple[str, str], set[str]] = {}
    for kind, key, condition in _uses(lib):
        found.setdefault((kind, key), set()).add(condition)
    return {name: frozenset(names) for name, names in found.items()}


def _uses(lib: Library) -> Iterator[tuple[str, str, str]]:
    for protocol in lib.all_protocols.values():
        name = protocol.condition
        yield from (("measure", key, name) for key in protocol.baseline_measures)
        yield from (("gate", key, name) for key in protocol.gates)
        for phase in protocol.phases:
            yield from (("exercise", planned.exercise, name) for planned in phase.exercises)
        yield "protocol", protocol.id, name
    for measure in lib.all_measures.values():
        tags = {
            tag
            for change in measure.change
            for tag in (*change.applies_to.conditions, *change.applies_to.procedures)
        } | {line.condition for line in measure.cutoffs if line.condition}
        for tag in sorted(tags & lib.tags.keys()):
            known = [key for key in lib.tags[tag].protocols if key in lib.all_protocols]
            names = [lib.all_protocols[key].condition for key in known] or [lib.tags[tag].name]
            yield from (("measure", measure.id, name) for name in names)


Grouped = list[tuple[str, list[tuple[str, str]]]]


def measures_by_kind(measures: Iterable[ref.Measure]) -> Grouped:
    """Return ids and names of measures under their kind and region, for a choice among many: “Range of motion, Knee”."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for measure in measures:
        said = ", ".join(part for part in (CATEGORIES[measure.category], region(measure.region)) if part)
        groups.setdefault(said, []).append((measure.id, measure.name))
    return [(title, sorted(rows, key=lambda row: row[1])) for title, rows in sorted(groups.items())]


# ---- Narrowing


@dataclass(frozen=True)
class Narrowed:
    """What a person asked for; an empty one asks nothing."""

    mark: str = ""
    region: str = ""
    category: str = ""
    condition: str = ""
    state: str = ""

    @property
    def any(self) -> bool:
        """Tell whether anything is asked."""
        return any((self.mark, self.region, self.category, self.condition, self.state))

    def holds(self, facets: Facets, standing: Standing) -> bool:
        """Tell whether an entry is among what was asked for."""
        return (
            (not self.mark or self.mark in facets.marks)
            and (not self.region or self.region == facets.region)
            and (not self.category or self.category == facets.category)
            and (not self.condition or self.condition in facets.conditions)
            and (not self.state or self.state in standing.states)
        )


@dataclass(frozen=True)
class Choice:
    """One way to narrow a list. options: value and words; chosen: the value that was asked for."""

    name: str
    label: str
    every: str
    options: tuple[tuple[str, str], ...]
    chosen: str


def choices(entries: Iterable[tuple[Facets, Standing]], asked: Narrowed) -> list[Choice]:
    """Return the ways in which these entries can be told apart; a way with one answer is left out."""
    listed = list(entries)
    marked = {mark for facets, _ in listed for mark in facets.marks}
    states = {state for _, standing in listed for state in standing.states}
    offered = (
        ("state", "State", "Every state", [(key, name) for key, name in STATES.items() if key in states]),
        ("mark", "Mark", "Every mark", [(mark.value, mark.label) for mark in ref.Verification if mark in marked]),
        ("category", "Kind", "Every kind", _same({facets.category for facets, _ in listed})),
        ("region", "Region", "Every region", _same({facets.region for facets, _ in listed})),
        ("condition", "Condition", "Every condition", _same({c for facets, _ in listed for c in facets.conditions})),
    )  # fmt: skip
    return [
        Choice(name, label, every, tuple(options), getattr(asked, name))
        for name, label, every, options in offered
        if len(options) > 1 or getattr(asked, name)
    ]


def _same(names: set[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(names - {""})]
