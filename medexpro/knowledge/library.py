"""The reference library: what every area above asks about measures, norms, gates, protocols and exercises.

`library()` reads and checks the data files once, keeps the result as one compact file for the next start, and
hands out the same frozen records to everyone. `library_of(practice)` is the same with the practice's own versions
laid over: whatever is decided about a client of a practice asks that one.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.conf import settings

from medexpro.kernel import reference as ref
from medexpro.knowledge import checks, loading

# The code that shapes the records: when it changes, what was kept is made anew.
SHAPERS = (
    *sorted(Path(ref.__file__).parent.glob("*.py")),
    *sorted(Path(checks.__file__).parent.glob("*.py")),
    Path(loading.__file__),
)


class Entry(NamedTuple):
    """One versioned entry of the library."""

    kind: str
    key: str
    version: int
    record: ref.Record

    @property
    def title(self) -> str:
        """Return what a person calls the entry."""
        for part in ("name", "condition", "title", "text"):
            if title := getattr(self.record, part, ""):
                return title
        return self.key


class Own(NamedTuple):
    """An entry of which a practice's own version is in force: its count, who put it in service, on which day."""

    version: int
    by: str
    on: date
    hash: str


@dataclass(frozen=True)
class Library:
    """The data by id. `measures`, `protocols` and `exercises` hold what is in service, `all_…` everything known.

    own: kind and key of each entry that is a practice's own version. further: own records of kinds that another area
    registered, by kind and key.
    """

    data: loading.LibraryData
    measures: dict[str, ref.Measure]
    all_measures: dict[str, ref.Measure]
    protocols: dict[str, ref.Protocol]
    all_protocols: dict[str, ref.Protocol]
    exercises: dict[str, ref.Exercise]
    exercise_tags: dict[str, str]
    gates: dict[str, ref.Gate]
    limit_sets: dict[str, ref.LimitSet]
    symptoms: dict[str, ref.Symptom]
    histories: dict[str, ref.History]
    norms: dict[str, ref.NormSet]
    tags: dict[str, ref.PopulationTag]
    all_exercises: dict[str, ref.Exercise]
    own: Mapping[tuple[str, str], Own] = field(default_factory=dict)
    further: Mapping[str, Mapping[str, ref.Record]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: loading.LibraryData, *, past: tuple[ref.Exercise, ...] = (), **own: Any) -> "Library":
        """Return the library of loaded data. past: exercises no longer offered, which programs may still hold."""
        measures = {measure.id: measure for measure in data.measures}
        protocols = {protocol.id: protocol for protocol in data.protocols}
        return cls(
            data=data,
            measures={key: measures[key] for key in data.measures_in_service},
            all_measures=measures,
            protocols={key: protocols[key] for key in data.protocols_in_service},
            all_protocols=protocols,
            exercises={exercise.id: exercise for exercise in data.exercises},
            exercise_tags=data.exercise_tags,
            gates={gate.id: gate for gate in data.gates},
            limit_sets={limit_set.id: limit_set for limit_set in data.limit_sets},
            symptoms={symptom.id: symptom for symptom in data.symptoms},
            histories={history.id: history for history in data.histories},
            norms={norm_set.file: norm_set for norm_set in data.norms},
            tags={tag.id: tag for tag in data.population_tags},
            all_exercises={exercise.id: exercise for exercise in (*past, *data.exercises)},
            **own,
        )

    @property
    def hash(self) -> str:
        """Return the fingerprint of the data files."""
        return self.data.hash

    @property
    def required_each_session(self) -> tuple[str, ...]:
        """Return what closes a session when it was not taken: measures, and "red_flag_question"."""
        return self.data.required_each_session

    @property
    def default_limit_sets(self) -> tuple[str, ...]:
        """Return the limit sets in force until a provider or the practice says otherwise."""
        return self.data.default_limit_sets

    @property
    def session_ceiling(self) -> ref.Gate:
        """Return the gate that closes the session whatever the limit set."""
        return self.gates[self.data.session_ceiling_gate]

    @property
    def red_flag_question(self) -> ref.RedFlagQuestion:
        """Return the question on the nine red flags."""
        return self.data.red_flag_question

    @property
    def red_flags(self) -> tuple[ref.Symptom, ...]:
        """Return the nine red flags in the order they are asked."""
        return tuple(self.symptoms[key] for key in self.red_flag_question.asks)

    @property
    def actions(self) -> dict[ref.Action, str]:
        """Return what each gate action means, in words."""
        return self.data.actions

    @property
    def wording(self) -> ref.Wording:
        """Return the word list."""
        return self.data.wording

    @property
    def gates_in_force(self) -> tuple[ref.Gate, ...]:
        """Return the gates whose mark lets them be used."""
        return tuple(gate for gate in self.gates.values() if gate.verification.in_force)

    def norms_of(self, measure: ref.Measure) -> tuple[ref.NormSet, ...]:
        """Return the measure's norm tables, the preferred one first."""
        return tuple(self.norms[file] for file in measure.norms)

    def protocols_for_code(self, icd10cm: str) -> tuple[ref.Protocol, ...]:
        """Return the protocols in service that serve a diagnosis code, written with or without its dot."""
        plain = icd10cm.replace(".", "").upper()
        return tuple(
            protocol
            for protocol in self.protocols.values()
            if any(code.code.replace(".", "") == plain for code in protocol.icd10cm)
        )

    def tags_of_protocol(self, protocol_id: str) -> tuple[str, ...]:
        """Return the population tags a protocol stands for, for choosing change values."""
        return tuple(tag.id for tag in self.tags.values() if protocol_id in tag.protocols)

    def entries(self) -> Iterator[Entry]:
        """Return every versioned entry in service, by kind and id."""
        groups = (
            ("measure", self.measures),
            (
                "norm",
                {file: self.norms[file] for measure in self.measures.values() for file in measure.norms},
            ),
            ("gate", self.gates),
            ("limit_set", self.limit_sets),
            ("protocol", self.protocols),
            ("exercise", self.exercises),
            ("wording", {entry.id: entry for entry in self.wording.entries}),
        )
        for kind, group in groups:
            for key, record in group.items():
                yield Entry(kind, key, record.version, record)  # type: ignore[attr-defined]

    def entry(self, kind: str, key: str) -> Entry:
        """Return one entry. Raises KeyError when there is none in service."""
        for entry in self.entries():
            if (entry.kind, entry.key) == (kind, key):
                return entry
        raise KeyError(f"no {kind} {key!r} in service")


def marks(value: object) -> frozenset[ref.Verification]:
    """Return every verification mark a record carries, also deep inside it.

    A measure's ranges are house rules of ours, so every measure carries that mark.
    """
    found: set[ref.Verification] = set()
    if isinstance(value, ref.Measure):
        found.add(ref.Verification.HOUSE_RULE)
    _collect_marks(value, found)
    return frozenset(found)


def _collect_marks(value: object, found: set[ref.Verification]) -> None:
    if isinstance(value, ref.Verification):
        found.add(value)
    elif isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            _collect_marks(getattr(value, field), found)
    elif isinstance(value, tuple | list):
        for item in value:
            _collect_marks(item, found)
    elif isinstance(value, dict):
        for item in value.values():
            _collect_marks(item, found)


def build(folder: Path = loading.DATA) -> Library:
    """Read and check the data files afresh. Raises loading.DataError listing what is wrong."""
    data = loading.load(folder)
    if problems := checks.problems(data):
        raise loading.DataError("\n".join(problems))
    return Library.of(data)


@cache
def library() -> Library:
    """Return the library of this process; the first call reads it. Raises loading.DataError on wrong data."""
    kept = Path(settings.MEDEXPRO_HOME) / "cache" / f"knowledge-{loading.content_hash(extra=SHAPERS)}.msgpack"
    # A cache that can't be read is no loss: the data files are read instead.
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return Library.of(msgspec.msgpack.decode(kept.read_bytes(), type=loading.LibraryData))
    built = build()
    with contextlib.suppress(OSError):
        _keep(kept, msgspec.msgpack.encode(built.data))
    return built


def library_of(practice: Any) -> Library:
    """Return the library with what the practice put in service of its own laid over ours.

    practice: with its `knowledge_stamp`; None stands for no practice. One query a process and change, none where a
    practice has nothing of its own.
    """
    if practice is None or not practice.knowledge_stamp:
        return library()
    from medexpro.knowledge import overlay

    return overlay.library_of(library().hash, practice.pk, practice.knowledge_stamp)


_SHOWN: ContextVar[Library | None] = ContextVar("shown", default=None)


def shown() -> Library:
    """Return the library whose names a page about knowledge writes: ours, or the one it is showing."""
    return _SHOWN.get() or library()


@contextlib.contextmanager
def showing(lib: Library) -> Iterator[None]:
    """Let the words about entries name what stands in this library, also what only one practice has."""
    token = _SHOWN.set(lib)
    try:
        yield
    finally:
        _SHOWN.reset(token)


def _keep(path: Path, content: bytes) -> None:
    """Write the cache in one move, so that another process never reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".knowledge-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
