"""Many files, one resource after the other: Bundles whole, NDJSON line by line, folders by name."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from medexpro.fhir.reading.bundle import Entry, FileRefused, entries_of, entry_of_line

READ = (".json", ".json.gz", ".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
_BY_LINE = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
LONGEST_LINE = 16_000_000  # bytes; a resource with a scanned letter inside takes a few million


def files_in(paths: Iterable[Path]) -> list[tuple[str, Path]]:
    """Return (name to show, path) of every file meant, folders opened, each once, in the order of their names.

    In a folder only files with the endings of FHIR are meant; other files there, and a manifest or log beside a bulk
    export, are passed over. Raises FileRefused for a path that is not there.
    """
    found: dict[Path, str] = {}
    for path in paths:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                if inner.is_file() and inner.name.lower().endswith(READ) and not _beside(inner):
                    found.setdefault(inner.resolve(), str(inner.relative_to(path)))
        elif path.is_file():
            found.setdefault(path.resolve(), path.name)
        else:
            raise FileRefused(f"There is no file {path}.")
    shown = list(found.values())
    return [
        (name if shown.count(name) == 1 else str(path), path) for path, name in found.items()
    ]  # Two of one name are told apart by their whole path.


def _beside(path: Path) -> bool:
    return path.name.lower().partition(".")[0] in {"manifest", "log"}


def is_by_line(path: Path) -> bool:
    """Return whether a file is NDJSON, by its name."""
    return path.name.lower().endswith(_BY_LINE)


def entries_in(path: Path, name: str, *, most_bytes: int | None = None) -> Iterator[Entry]:
    """Yield the resources of one file, each with its place. A file of lines is never whole in memory.

    most_bytes: to which a file of lines may unpack; None for any length.

    Raises FileRefused: at once for a Bundle that can't be read, after the lines before it for a packed file cut off.
    """
    if not is_by_line(path):
        yield from entries_of(path, name)
        return
    try:
        with _opened(path) as file:
            yield from _lines(file, name, most_bytes)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileRefused(f"{name} is cut off or damaged. What came before was read.") from error
    except OSError as error:
        raise FileRefused(f"{name} can’t be read: {error.strerror}.") from error


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _lines(file: BinaryIO, name: str, most_bytes: int | None) -> Iterator[Entry]:
    number = size = 0
    while line := file.readline(LONGEST_LINE):
        number, size = number + 1, size + len(line)
        if most_bytes is not None and size > most_bytes:
            raise FileRefused(f"{name} unpacks to more than {most_bytes / 1e6:,.0f} MB. It is not read.")
        place = f"{name}, line {number:,}"
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                size += len(rest)
                if most_bytes is not None and size > most_bytes:
                    break
            yield Entry("?", "", "", place, {}, f"The line is longer than {LONGEST_LINE // 1_000_000} MB.")
        elif line.strip():
            yield entry_of_line(line, place)
