"""Reads the data files into typed records. Any error names the file, the entry and the field.

Nothing here needs Django: a file is text, a record is a value. What the records must hold together
(references, ranges, marks) is checked by `checks`.
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
import yaml

from medexpro.kernel import reference as ref

DATA = Path(__file__).resolve().parent / "data"
UNCLEAR = "unclear_rights"
T = TypeVar("T")


class DataError(ValueError):
    """A data file can't be used. The text names file, entry and field."""


class LibraryData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the data files hold, as one value that is quick to write and read again."""

    hash: str
    measures: tuple[ref.Measure, ...]
    population_tags: tuple[ref.PopulationTag, ...]
    norms: tuple[ref.NormSet, ...]
    gates: tuple[ref.Gate, ...]
    limit_sets: tuple[ref.LimitSet, ...]
    default_limit_sets: tuple[str, ...]
    session_ceiling_gate: str
    required_each_session: tuple[str, ...]
    red_flag_question: ref.RedFlagQuestion
    symptoms: tuple[ref.Symptom, ...]
    histories: tuple[ref.History, ...]
    actions: dict[ref.Action, str]
    exercise_tags: dict[str, str]
    exercises: tuple[ref.Exercise, ...]
    protocols: tuple[ref.Protocol, ...]
    wording: ref.Wording
    measures_off: dict[str, str]
    protocols_off: dict[str, str]

    @property
    def measures_in_service(self) -> tuple[str, ...]:
        """Return the ids of the measures that are not off, in the order of their file."""
        return tuple(measure.id for measure in self.measures if measure.id not in self.measures_off)

    @property
    def protocols_in_service(self) -> tuple[str, ...]:
        """Return the ids of the protocols that are not off."""
        return tuple(protocol.id for protocol in self.protocols if protocol.id not in self.protocols_off)


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Refuses a key that stands twice, which plain YAML merges silently."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise DataError(f"line {key_node.start_mark.line + 1}: the key {key!r} stands twice")
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


class _File(NamedTuple):
    """A YAML file that was read: its name for messages and its content."""

    name: str
    content: dict

    def part(self, key: str) -> Any:
        if key not in self.content:
            raise DataError(f"{self.name}: {key} is missing")
        return self.content[key]


def data_files(folder: Path = DATA) -> list[Path]:
    """Return every data file, in a fixed order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".csv"})


def content_hash(folder: Path = DATA, *, extra: Iterable[Path] = ()) -> str:
    """Return the fingerprint of all data files, and of `extra` (the code that shapes the records)."""
    digest = hashlib.sha256()
    for path in [*data_files(folder), *extra]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def load(folder: Path = DATA) -> LibraryData:
    """Read all data files. Raises DataError naming file, entry and field at the first one that can't be read."""
    measures = _read_yaml(folder, "measures.yaml")
    gates = _read_yaml(folder, "safety_gates.yaml")
    exercises = _read_yaml(folder, "exercises.yaml")
    wording = _read_yaml(folder, "wording.yaml")
    catalogue = _read_yaml(folder, "catalogue.yaml")
    limit_sets = gates.part("limit_sets")
    protocols = []
    for path in sorted((folder / "protocols").glob("*.yaml")):
        protocols.append(_protocol(_read_yaml(folder, f"protocols/{path.name}"), path.stem))
    return LibraryData(
        hash=content_hash(folder),
        measures=_convert_list(_by_movement(measures), ref.Measure, f"{measures.name}: measures"),
        population_tags=_population_tags(measures),
        norms=tuple(_norm_sets(folder)),
        gates=_records(gates, "gates", ref.Gate),
        limit_sets=_convert_list(limit_sets["sets"], ref.LimitSet, f"{gates.name}: limit_sets"),
        default_limit_sets=tuple(limit_sets["default"]),
        session_ceiling_gate=limit_sets["session_ceiling"]["gate"],
        required_each_session=tuple(gates.part("required_each_session")),
        red_flag_question=_convert(
            gates.part("red_flag_question"), ref.RedFlagQuestion, f"{gates.name}: red_flag_question"
        ),
        symptoms=_records(gates, "symptoms", ref.Symptom),
        histories=_records(gates, "histories", ref.History),
        actions={ref.Action(key): entry["meaning"] for key, entry in gates.part("actions").items()},
        exercise_tags=dict(exercises.part("tags")),
        exercises=_records(exercises, "exercises", ref.Exercise),
        protocols=tuple(protocols),
        wording=ref.Wording(
            entries=_records(wording, "entries", ref.WordingEntry),
            allowed=tuple(wording.part("allowed")),
            among={name: tuple(words) for name, words in wording.part("among").items()},
            contexts={name: tuple(patterns) for name, patterns in wording.part("contexts").items()},
        ),
        measures_off=_reasons(catalogue, "measures_off"),
        protocols_off=_reasons(catalogue, "protocols_off"),
    )


def _read_yaml(folder: Path, name: str) -> _File:
    try:
        content = yaml.load((folder / name).read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({error.strerror})") from None
    except DataError as error:
        raise DataError(f"{name}: {error}") from None
    except yaml.YAMLError as error:
        raise DataError(f"{name}: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise DataError(f"{name}: the top level must be a mapping")
    if content.pop("schema_version", None) != 1:
        raise DataError(f"{name}: schema_version must be 1")
    _refuse_stray_keys(content, name)
    return _File(name, content)


# Fields that may be empty. Anywhere else an empty value is the trace of an unquoted comma.
MAY_BE_EMPTY = {"loinc", "progression", "regression"}


def _refuse_stray_keys(value: Any, where: str) -> None:
    """An unquoted comma inside {...} splits a text into keys without values: say where."""
    if isinstance(value, dict):
        for key, item in value.items():
            if item is None and key not in MAY_BE_EMPTY:
                raise DataError(f"{where}: {key!r} has no value (an unquoted comma?)")
            _refuse_stray_keys(item, f"{where}: {key}")
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            name = item.get("id", number) if isinstance(item, dict) else number
            if item is None or item == "":
                raise DataError(f"{where}: item {number} is empty")
            _refuse_stray_keys(item, f"{where}: {name}")


def _convert(value: Any, kind: type[T], where: str) -> T:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise DataError(f"{where}: {error}") from None


def _convert_list(values: list[dict], kind: type[T], where: str) -> tuple[T, ...]:
    return tuple(
        _convert(value, kind, f"{where}: {value.get('id', number) if isinstance(value, dict) else number}")
        for number, value in enumerate(values, 1)
    )


def _records(file: _File, key: str, kind: type[T]) -> tuple[T, ...]:
    return _convert_list(file.part(key), kind, f"{file.name}: {key}")


def _by_movement(file: _File) -> list[dict[str, Any]]:
    """Return the measures as written, and after one that is taken of several movements a measure for each of them."""
    found: list[dict[str, Any]] = []
    for entry in file.part("measures"):
        plain = {key: value for key, value in entry.items() if key != "movements"}
        found.append(plain)
        for key, name in entry.get("movements", {}).items():
            one = {"id": f"{entry['id']}_{key}", "name": f"{name} strength, muscle test"}
            lines = [line | {"id": f"{line['id']}_{key}"} for line in entry.get("cutoffs", ())]
            words = {
                "more": "stronger",
                "less": "weaker",
                "activity": f"{name[:1].lower()}{name[1:]} strength",
            }
            found.append(plain | one | {"cutoffs": lines, "words": words})
    return found


def _reasons(file: _File, key: str) -> dict[str, str]:
    return _convert(file.part(key), dict[str, str], f"{file.name}: {key}")


def _population_tags(file: _File) -> tuple[ref.PopulationTag, ...]:
    tags = []
    for group, kind in (("conditions", "condition"), ("procedures", "procedure")):
        for key, entry in file.part("population_tags")[group].items():
            where = f"{file.name}: population_tags: {key}"
            tags.append(_convert({"id": key, "kind": kind, **entry}, ref.PopulationTag, where))
    return tuple(tags)


def _protocol(file: _File, stem: str) -> ref.Protocol:
    protocol = _convert(file.content, ref.Protocol, file.name)
    if protocol.id != stem:
        raise DataError(f"{file.name}: id: {protocol.id!r} differs from the file's name")
    return protocol


# ---- Norm tables


def _norm_sets(folder: Path) -> Iterator[ref.NormSet]:
    index = _read_yaml(folder / "norms", "index.yaml")
    listed = set()
    for entry in index.part("files"):
        where = f"norms/index.yaml: {entry.get('file')}"
        norm_set = _convert(entry, ref.NormSet, where)
        listed.add(norm_set.file)
        place = folder / "norms" / UNCLEAR if norm_set.rights == "unclear" else folder / "norms"
        path = place / norm_set.file
        if path.exists():
            yield _filled(norm_set, path)
        elif norm_set.rights == "unclear":
            yield msgspec.structs.replace(norm_set, installed=False)
        else:
            raise DataError(f"{where}: there is no such file")
    for path in (folder / "norms").rglob("*.csv"):
        if path.name not in listed:
            raise DataError(f"norms/index.yaml: {path.name} has no entry")


def _filled(norm_set: ref.NormSet, path: Path) -> ref.NormSet:
    """Return the set with the rows of its file; the columns say what kind of rows they are."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [(reader.line_num, row) for row in reader]
        columns = set(reader.fieldnames or ())
    for number, row in rows:
        if None in row or None in row.values():
            raise DataError(f"{path.name}: line {number}: wrong number of columns")
    kind: type[msgspec.Struct]
    if "raw_sum" in columns:
        field, kind = "intervals", ref.IntervalRow
    elif "equation_id" in columns:
        field, kind = "equations", ref.EquationRow
    else:
        field, kind = "rows", ref.NormRow
    records = tuple(_convert_text(_cells(row), kind, f"{path.name}: line {number}") for number, row in rows)
    return msgspec.structs.replace(norm_set, **{field: records})


def _cells(row: dict[str, str]) -> dict[str, Any]:
    """Return the filled cells of a row; p5 to p95 become one field."""
    cells: dict[str, Any] = {key: text.strip() for key, text in row.items() if text.strip()}
    percentiles = {int(key[1:]): cells.pop(key) for key in list(cells) if key[0] == "p" and key[1:].isdigit()}
    if percentiles:
        cells["percentiles"] = percentiles
    return cells


def _convert_text(cells: dict[str, Any], kind: type[T], where: str) -> T:
    try:
        return msgspec.convert(cells, kind, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise DataError(f"{where}: {error}") from None
