"""Which entries a practice may have versions of its own of: how each kind is read, and what it may never loosen.

An area above adds a kind of its own with `register`; the library then carries its records in `further`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from medexpro.kernel import reference as ref
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge import own_rules
from medexpro.knowledge.library import Library, library


class Wrong(NamedTuple):
    """One thing that keeps an own version out of service. field: where it stands, as the record names it."""

    field: str
    sentence: str


class OwnRefused(Refusal):
    """An own version can't be put in service. wrongs: each reason, at its field."""

    def __init__(self, wrongs: Iterable[Wrong]):
        self.wrongs = list(wrongs)
        super().__init__(self.wrongs[0].sentence, field=self.wrongs[0].field)


Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class OwnKind:
    """One kind of entry. ours: our records of it by id. loosened: what an own version takes away that must stay.

    problems: what is wrong with one record in a library in which it lies, beside what the library's own checks say of it.
    in_library: whether the library holds the kind itself. shown: how a record of a kind the library does not hold reads,
    as (what, words).
    """

    kind: str
    one: str
    many: str
    record: type[ref.Record]
    ours: Callable[[], Mapping[str, Any]]
    loosened: Callable[[Any, Any], Pairs]
    problems: Callable[[Library, Any], Pairs] | None = None
    in_library: bool = True
    shown: Callable[[Any], Pairs] | None = None

    def read(self, key: str, version: int, content: Mapping[str, Any]) -> Any:
        """Return the record of a content. Raises msgspec.ValidationError or ValueError."""
        given = {"id": key, "version": version, **content}
        given["version"] = version
        fields = set(self.record.__struct_fields__)
        if "version" not in fields:
            del given["version"]
        if "verification" in fields:
            # Whatever ours rests on: an own version stands with the name of who put it in service.
            given["verification"] = ref.Verification.HOUSE_RULE.value
        record = msgspec.convert(given, self.record, strict=False)
        _refuse_unkeepable(msgspec.to_builtins(record, builtin_types=(Decimal,)), "")
        return record


def _refuse_unkeepable(value: Any, path: str) -> None:
    """Refuse what no rule can weigh or no database keep: a number that is none, a sign of no letter."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_unkeepable(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            _refuse_unkeepable(item, f"{path}[{place}]")
    elif isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"a decimal is no number - at `${path}`")
    elif isinstance(value, str) and "\x00" in value:
        raise ValueError(f"a `str` holds a sign that can't be kept - at `${path}`")


def content_of(record: ref.Record) -> dict[str, Any]:
    """Return a record as an own version keeps it: without what the row itself says."""
    return {
        key: value
        for key, value in msgspec.json.decode(msgspec.json.encode(record)).items()
        if key not in {"id", "version", "verification"}
    }


KINDS: dict[str, OwnKind] = {}


def register(kind: OwnKind) -> None:
    """Let practices have versions of their own of a kind. Called when the area's app starts."""
    if KINDS.setdefault(kind.kind, kind).record is not kind.record:
        raise ValueError(f"the kind {kind.kind!r} is registered twice")


for _kind in (
    OwnKind(
        "measure", "measure", "Measures", ref.Measure, lambda: library().all_measures,
        lambda ours, own: own_rules.measure_loosened(ours, own, library().gates.values()),
        lambda lib, own: own_rules.measure_unknown(own, library().all_measures.values()),
    ),
    OwnKind(
        "exercise", "exercise", "Exercises", ref.Exercise, lambda: library().exercises, own_rules.exercise_loosened,
        lambda lib, own: own_rules.exercise_unknown(own, library().exercises.values()),
    ),
    OwnKind(
        "protocol", "protocol", "Protocols", ref.Protocol, lambda: library().all_protocols, own_rules.protocol_loosened
    ),
    OwnKind(
        "wording", "word", "Words", ref.WordingEntry, lambda: {one.id: one for one in library().wording.entries},
        own_rules.wording_loosened, lambda lib, own: own_rules.wording_unknown(own, lib.wording),
    ),
):  # fmt: skip
    register(_kind)
