"""What differs between two versions of an entry, field by field, in words. Plain values in, plain values out.

Lists are compared by what their items are called, so that a phase or a line moved to another place is not said to
have gone. An item that came or went is one change.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# By what the items of a list are recognised, the first that every item of both lists has and none shares.
IDENTITIES = (
    ("id",),
    ("exercise",),
    ("code",),
    ("file",),
    ("raw_sum",),
    ("measure_id", "variant", "sex", "age_min", "age_max"),
    ("equation_id", "sex"),
    ("variant",),
    ("population", "type"),
    ("measure", "op"),
    ("measure",),
    ("text",),
)
# What an item is called, the first that it has.
NAMES = ("name", "phrase", "condition", "title", "label", "text", "description", "population", "code")
# The number of the version is said beside the changes, never as one of them.
UNSAID = frozenset({"version"})
LABELS = {
    "applies_to": "Holds for",
    "ask_release_from_week": "Ask for release from week",
    "baseline_measures": "Measured at baseline",
    "body_region": "Region",
    "change": "Amount of change",
    "clears_at": "Cleared by",
    "contraindicated_tags": "Not with",
    "cpt": "Support category",
    "cutoffs": "Published line",
    "default_dose": "Starting dose",
    "effort_rpe_max": "Effort up to, of 20",
    "equations": "Equation",
    "exercises": "Exercise",
    "fitt": "Work",
    "icd10cm": "Code",
    "icd_source": "Source of the codes",
    "interval_days_max": "Days at most",
    "intervals": "Row",
    "items_may_ship": "Items may be shown",
    "kept": "Kept value",
    "lifts": "Lifted by",
    "loinc": "LOINC",
    "max": "highest",
    "min": "lowest",
    "op": "Comparison",
    "phases": "Phase",
    "plausible_range": "Asked about outside",
    "precautions": "Precaution",
    "progress_when": "Go on when",
    "quantity": "Quantity",
    "reassess": "Reassessment",
    "ref_high": "Upper value",
    "ref_low": "Lower value",
    "rows": "Row",
    "rules": "Condition",
    "sources": "Source",
    "valid_range": "Refused outside",
    "value_high": "Upper end",
    "variants": "Variant",
    "verification": "Mark",
    "weeks": "Weeks",
}
OPERATORS = {"<": "below", "<=": "at or below", ">": "above", ">=": "at or above", "change>": "change above"}


@dataclass(frozen=True)
class Change:
    """One difference. path: where it stands in the entry; label: the same in words; empty before or after: it came or went."""

    path: str
    label: str
    before: str
    after: str


def changes(old: dict, new: dict, *, names: Mapping[str, str] | None = None) -> list[Change]:
    """Return what differs between two contents of an entry, in the order of the newer one.

    old, new: plain values, as `KnowledgeVersion.content` keeps them. names: what people call an id that a field
    refers to, such as an exercise; an id without a name is said with spaces.

    >>> changes({"version": 1, "unit": "kg"}, {"version": 2, "unit": "g"})
    [Change(path='unit', label='Unit', before='kg', after='g')]
    """
    return list(_of_mappings(_listed(old), _listed(new), "", (), _Words(names or {})))


def _listed(value: Any) -> Any:
    """Return the value with every tuple as a list: what is kept as JSON and what is in memory are alike then."""
    if isinstance(value, Mapping):
        return {str(key): _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class _Words:
    """How values and ids are said."""

    names: Mapping[str, str]

    def called(self, key: str) -> str:
        return self.names.get(key) or key.replace("_", " ")

    def value(self, value: Any) -> str:
        """Return a value in words; empty for none."""
        if value is None or value in ("", [], {}, ()):
            return ""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if isinstance(value, str):
            said = OPERATORS.get(value) or self.names.get(value) or value
            return f"−{said[1:]}" if said[:1] == "-" and said[1:2].isdigit() else said
        if isinstance(value, Sequence):
            if len(value) == 2 and all(isinstance(one, int) for one in value):
                return f"{value[0]} to {value[1]}"
            return ", ".join(self.value(one) for one in value)
        if isinstance(value, Mapping):
            return self.item(value)
        return str(value).replace("-", "−") if isinstance(value, int | float) else str(value)

    def item(self, item: Mapping) -> str:
        """Return a whole item in a line: its fields that say something."""
        said = [
            f"{_label(key).lower()} {self.value(value)}"
            for key, value in item.items()
            if key not in {"id", *UNSAID} and self.value(value)
        ]
        return "; ".join(said)

    def name(self, item: Any, place: str) -> str:
        """Return what an item of a list is called: its name, what it refers to, or its place."""
        if not isinstance(item, Mapping):
            return self.value(item)
        if {"sex", "age_min", "age_max"} <= item.keys():
            who = {"male": "men", "female": "women"}.get(str(item["sex"]), "anyone")
            table = item.get("variant") or item.get("equation_id") or ""
            return f"{table}, {who} {item['age_min']} to {item['age_max']}".lstrip(", ")
        for field in ("exercise", "measure"):
            if item.get(field):
                return self.called(str(item[field]))
        if "raw_sum" in item:
            return str(item["raw_sum"])
        for field in NAMES:
            if item.get(field):
                extra = f" ({item['type']})" if field == "population" and item.get("type") else ""
                return f"{item[field]}{extra}"
        return self.called(str(item["id"])) if item.get("id") else place


def _label(key: str) -> str:
    if key in LABELS:
        return LABELS[key]
    if key.isdigit():
        return f"{key}th percentile"
    words = key.replace("_", " ")
    return words[:1].upper() + words[1:]


def _said(trail: tuple[str, ...]) -> str:
    """Return the way to a field as one label: “Phase “Strength build”, weeks”."""
    small = (part if part[1:2].isupper() else part[:1].lower() + part[1:] for part in trail[1:])
    return ", ".join([trail[0], *small])


def _of_mappings(
    old: Mapping, new: Mapping, path: str, trail: tuple[str, ...], words: _Words
) -> Iterator[Change]:
    for key in dict.fromkeys((*new, *old)):
        if key in UNSAID and not path:
            continue
        at = f"{path}.{key}" if path else str(key)
        yield from _of_values(old.get(key), new.get(key), at, (*trail, _label(str(key))), words)


def _of_values(old: Any, new: Any, path: str, trail: tuple[str, ...], words: _Words) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_mappings(old, new, path, trail, words)
    elif _lists_of_items(old, new):
        yield from _of_lists(old or (), new or (), path, trail, words)
    elif _lists_of_texts(old, new):
        yield from _of_texts(old or (), new or (), path, trail, words)
    elif words.value(old) != words.value(new):
        yield Change(path, _said(trail), words.value(old), words.value(new))


def _all(kind: type, *lists: Any) -> bool:
    known = [one for one in lists if one is not None]
    return bool(known) and all(
        isinstance(one, list | tuple) and all(isinstance(item, kind) for item in one) for one in known
    )


def _lists_of_items(old: Any, new: Any) -> bool:
    return _all(Mapping, old, new) and bool(old or new)


def _lists_of_texts(old: Any, new: Any) -> bool:
    return _all(str, old, new)


def _of_texts(
    old: Sequence[str], new: Sequence[str], path: str, trail: tuple[str, ...], words: _Words
) -> Iterator[Change]:
    """Compare lists of words or sentences: what went, what came; only a new order where neither did."""
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    yield from (Change(path, _said(trail), words.value(one), "") for one in gone if one)
    yield from (Change(path, _said(trail), "", words.value(one)) for one in come if one)
    if not gone and not come and words.value(list(old)) != words.value(list(new)):
        yield Change(path, f"{_said(trail)}, order", words.value(list(old)), words.value(list(new)))


def _identity(old: Sequence[Mapping], new: Sequence[Mapping]) -> Callable[[Mapping, int], Any]:
    """Return what tells the items of both lists apart; their place where no field does."""
    for fields in IDENTITIES:
        keys = [[tuple(item.get(field) for field in fields) for item in items] for items in (old, new)]
        named = all(isinstance(one, str | int) for side in keys for key in side for one in key)
        if named and all(len(set(side)) == len(side) for side in keys):
            return lambda item, _, fields=fields: tuple(item[field] for field in fields)
    return lambda _, place: place


def _of_lists(
    old: Sequence[Mapping], new: Sequence[Mapping], path: str, trail: tuple[str, ...], words: _Words
) -> Iterator[Change]:
    key_of = _identity(old, new)
    before = {key_of(item, place): item for place, item in enumerate(old, 1)}
    after = {key_of(item, place): item for place, item in enumerate(new, 1)}
    for key in dict.fromkeys((*after, *before)):
        name = words.name(after.get(key, before.get(key)), str(key))
        at = f"{path}[{'/'.join(map(str, key)) if isinstance(key, tuple) else key}]"
        here = (*trail[:-1], f"{trail[-1]} “{name}”")
        if key not in before or key not in after:
            came, went = words.item(after.get(key, {})), words.item(before.get(key, {}))
            if came or went:
                yield Change(at, _said(here), went, came)
        else:
            yield from _of_mappings(before[key], after[key], at, here, words)
    if list(before) != list(after) and before.keys() == after.keys():
        was, now = ([words.name(item, str(key)) for key, item in side.items()] for side in (before, after))
        if was != now:
            yield Change(path, f"{_said(trail)}, order", ", ".join(was), ", ".join(now))
