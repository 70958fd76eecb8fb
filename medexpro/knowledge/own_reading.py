"""What is wrong with an own version, said at its field in the words of who types it."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from medexpro.kernel import reference as ref
from medexpro.knowledge import checks
from medexpro.knowledge.library import Library, library
from medexpro.knowledge.own_kinds import KINDS, Wrong, content_of

MARK = "verification"
HOUSE_RULE = ref.Verification.HOUSE_RULE.value
VERIFIED = frozenset({ref.Verification.VERIFIED_PRIMARY.value, ref.Verification.VERIFIED_SECONDARY.value})
AT = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>.*)`)?$", re.DOTALL)
NAMED = re.compile(r"field `(?P<field>\w+)`")
# What the typed records say, in words for the person who typed. The first that is found in it counts.
TYPES = (
    ("missing required field", "Fill this in."),
    ("unknown field", "This kind of entry has no such field."),
    ("`int`", "Type a whole number."),
    ("ecimal", "Type a number."),
    ("enum value", "Choose one of the answers offered."),
    ("`array`", "Give a list here."),
    ("`object`", "Give the parts of it here."),
    ("length", "The number of parts is not right."),
    ("`bool`", "Say yes or no."),
    ("`str`", "Type words here."),
)
# What the checks of the data say, likewise.
CHECKS = (
    (re.compile(r"^leads back to (?P<key>\w+)$"), "The links lead in a circle: from here they come back to {key}."),
    (re.compile(r"^(?P<key>\w+) is not an exercise$"), "There is no exercise {key} in service."),
    (re.compile(r"^(?P<key>\w+) is not a measure.*$"), "There is no measure {key} in service."),
    (re.compile(r"^(?P<key>\w+) is not a tag$"), "There is no tag {key}."),
    (re.compile(r"^must lie inside valid_range$"), "What is usual must lie inside what is possible."),
    (re.compile(r"^a figure needs its source$"), "Say where this comes from."),
    (re.compile(r"^runs from 1 to 5$"), "The level runs from 1 to 5."),
    (re.compile(r"^must be above 0$"), "This must be above 0."),
    (re.compile(r"^there is no best without a better direction$"), "There is no best trial where neither way is better."),
    (re.compile(r"^lies below value$"), "The upper end lies below the lower one."),
    (re.compile(r"^(?P<key>\w+) carries a tag blocked by (?P<other>\w+)$"),
     "{key} carries a tag that the precaution {other} blocks in this phase."),
)  # fmt: skip
WRONG_LEVEL = re.compile(r"^(?P<key>\w+) goes the wrong way in level$")


class Unreadable(ValueError):
    """A content is no record of its kind. wrongs: why, at its fields."""

    def __init__(self, wrongs: list[Wrong]):
        super().__init__(wrongs[0].sentence)
        self.wrongs = wrongs


def read(kind: str, key: str, version: int, content: Mapping[str, Any]) -> Any:
    """Return the record of a content. Raises Unreadable with every empty field, or the first that can't be read.

    A part that stands in ours word for word keeps its mark; what the practice wrote was verified by nobody.
    """
    try:
        known = KINDS[kind]
        said = content_of(known.read(key, version, content))
        ours = known.ours().get(key)
        kept = frozenset(_parts(content_of(ours))) if ours is not None else frozenset()
        return known.read(key, version, _in_its_own_name(said, kept))
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise Unreadable([_of_type(str(error))]) from None


def _parts(value: Any) -> Iterator[str]:
    """Yield every part of a content that carries a mark, as text."""
    if isinstance(value, Mapping):
        if MARK in value:
            yield _as_text(value)
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)


def _as_text(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()


def _in_its_own_name(value: Any, kept: Collection[str]) -> Any:
    """Return a content in which no part says it was verified but those that are kept."""
    if isinstance(value, Mapping):
        if MARK in value and _as_text(value) in kept:
            return value
        said = {name: _in_its_own_name(item, kept) for name, item in value.items()}
        return said | ({MARK: HOUSE_RULE} if said.get(MARK) in VERIFIED else {})
    return [_in_its_own_name(item, kept) for item in value] if isinstance(value, list) else value


def _of_type(said: str) -> Wrong:
    found = AT.match(said)
    what, path = (found["what"], found["path"] or "") if found else (said, "")
    named = NAMED.search(what)
    field = ".".join(filter(None, [path, named["field"] if named else ""]))
    field = re.sub(r"\[(\d+|\.\.\.)\]", r".\1", field).strip(".")
    sentence = next((sentence for part, sentence in TYPES if part in what), "This can’t be kept so.")
    return Wrong(field, sentence)


def wrongs_in(lib: Library, kind: str, record: Any) -> list[Wrong]:
    """Return what is wrong with a record that lies in a library, and what it makes wrong in others. Empty is well."""
    known = KINDS[kind]
    ours = known.ours().get(record.id)
    off = (library().data.measures_off | library().data.protocols_off).get(record.id)
    if off is not None and kind in {"measure", "protocol"}:
        return [Wrong("", f"This entry is off, and stays so: {off}")]
    found = [Wrong(*pair) for pair in known.loosened(ours, record)] if ours is not None else []
    if known.problems is not None:
        found += [Wrong(*pair) for pair in known.problems(lib, record)]
    return found + data_wrongs(lib, kind, record.id)


def data_wrongs(lib: Library, kind: str = "", key: str = "") -> list[Wrong]:
    """Return what the checks of the data say of a library and did not say of ours, this entry's at its fields."""
    told = _told_of_ours(library().hash)
    names = names_of(lib)
    found = [_of_check(one, kind, key, names) for one in checks.problems(lib.data) if one not in told]
    return sorted(set(found), key=found.index)


@lru_cache(maxsize=2)
def _told_of_ours(content: str) -> frozenset[str]:
    return frozenset(checks.problems(library().data))


def _of_check(problem: str, kind: str, key: str, names: Mapping[str, str]) -> Wrong:
    heads = {
        "exercise": f"exercises.yaml: {key}: ",
        "measure": f"measures.yaml: {key}: ",
        "protocol": f"protocols/{key}.yaml: ",
        "wording": f"wording.yaml: {key}: ",
    }
    head = heads.get(kind, "")
    mine = bool(head) and problem.startswith(head)
    parts = (problem.removeprefix(head) if mine else problem.partition(": ")[2] or problem).split(": ")
    field = ".".join(parts[:-1]) if mine else ""
    what = parts[-1]
    sentence = _sentence(what, parts[-2] if len(parts) > 1 else "", names)
    if mine:
        return Wrong(field, sentence)
    about = next((names[part] for part in parts[:-1] if part in names), "")
    file = problem.partition(": ")[0].removeprefix("protocols/").removesuffix(".yaml")
    about = about or names.get(file, "")
    return Wrong("", f"{about}: {sentence}" if about else sentence)


def _sentence(what: str, field: str, names: Mapping[str, str]) -> str:
    if found := WRONG_LEVEL.match(what):
        easier = "easier than this exercise, so it is no next step" if field == "progression" else ""
        easier = easier or "harder than this exercise, so it is no step back"
        return f"{_name(found['key'], names)} is {easier}."
    for pattern, sentence in CHECKS:
        if found := pattern.match(what):
            return sentence.format(**{part: _name(said, names) for part, said in found.groupdict().items()})
    said = re.sub(r"\b[a-z0-9_]{3,}\b", lambda match: _known(match[0], names), what)
    said = said[:1].upper() + said[1:]
    return said if said.endswith((".", "?")) else f"{said}."


def _name(key: str, names: Mapping[str, str]) -> str:
    return f"“{names.get(key, key.replace('_', ' '))}”"


def _known(word: str, names: Mapping[str, str]) -> str:
    if word in names:
        return f"“{names[word]}”"
    return word.replace("_", " ")


def names_of(lib: Library) -> dict[str, str]:
    """Return what people call each id of a library."""
    found = {exercise.id: exercise.name for exercise in lib.all_exercises.values()}
    found |= {measure.id: measure.name for measure in lib.all_measures.values()}
    found |= {protocol.id: protocol.condition for protocol in lib.all_protocols.values()}
    for protocol in lib.all_protocols.values():
        found |= {one.id: one.phrase for one in protocol.precautions}
    return found
