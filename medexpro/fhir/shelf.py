"""The resources of many files while they are sorted to people: on disk, so that memory stays flat.

The shelf is SQLite's own temporary database. It has no name, nobody else can open it, and it is gone when the run
ends, however it ends.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from medexpro.fhir.reading.bundle import Entry, addresses_of, spellings

_TABLES = """
CREATE TABLE resource (
    n INTEGER PRIMARY KEY, file INTEGER, type TEXT, id TEXT, full_url TEXT, place TEXT, subject TEXT,
    person INTEGER, used INTEGER DEFAULT 0, body BLOB
);
CREATE TABLE address (address TEXT, file INTEGER, n INTEGER, PRIMARY KEY (address, file, n)) WITHOUT ROWID;
"""
_PAGE = 2000
PERSON = "Patient"


@dataclass(frozen=True)
class Shelved:
    """One resource on the shelf. file: the number of its file; subject: the address of whom it is about."""

    n: int
    file: int
    entry: Entry


class Shelf:
    """Put resources on, sort them to people, take one person's off. Used by one run, in one thread."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        # The disk is only where memory ends; what is lost with the machine is read again.
        for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000", "locking_mode=EXCLUSIVE"):
            self._db.execute(f"PRAGMA {setting}")
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")
        self.number_of = lru_cache(maxsize=20_000)(self._number_of)

    def close(self) -> None:
        """Let go of everything."""
        self._db.close()

    def put(self, file: int, entry: Entry, *, subject: str = "") -> None:
        """Keep a resource. subject: the address of whom it is about; empty for people and what others name."""
        n = self._db.execute(
            "INSERT INTO resource (file, type, id, full_url, place, subject, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                file, entry.type, entry.id, entry.full_url, entry.place, subject,
                msgspec.json.encode(entry.resource),
            ),
        ).lastrowid  # fmt: skip
        self._db.executemany(
            "INSERT OR IGNORE INTO address VALUES (?, ?, ?)",
            [(address, file, n) for address in addresses_of(entry)],
        )

    def people(self) -> Iterator[Shelved]:
        """Yield every person, in the order of the files."""
        yield from self._each("type = ?", PERSON)

    def sort(self, known: dict[int, int]) -> None:
        """Give every fact the person it is about. known: number of a Patient to the number of the person it means."""
        after = 0
        while rows := self._db.execute(
            "SELECT n, file, subject FROM resource WHERE n > ? AND subject <> '' ORDER BY n LIMIT ?",
            (after, _PAGE),
        ).fetchall():
            after = rows[-1][0]
            found = [(known.get(self.number_of(subject, file) or 0), n) for n, file, subject in rows]
            self._db.executemany("UPDATE resource SET person = ? WHERE n = ?", found)
        self._db.execute("CREATE INDEX by_person ON resource (person, n) WHERE person IS NOT NULL")

    def of(self, person: int) -> Iterator[Shelved]:
        """Yield what is about a person, by the number `sort` was given."""
        for row in self._db.execute(_SELECT + "WHERE person = ? ORDER BY n", (person,)):
            yield _shelved(row)

    def strays(self) -> Iterator[Shelved]:
        """Yield facts about nobody in these files."""
        yield from self._each("subject <> '' AND person IS NULL")

    def by_number(self, n: int) -> Shelved:
        """Return one resource."""
        return _shelved(self._db.execute(_SELECT + "WHERE n = ?", (n,)).fetchone())

    def note_used(self, numbers: Iterable[int]) -> None:
        """Note that something which was taken names these."""
        self._db.executemany("UPDATE resource SET used = 1 WHERE n = ?", [(n,) for n in numbers])

    def named_by_others(self) -> Iterator[tuple[int, str, bool]]:
        """Yield file, kind and whether something taken names it, of what is neither a person nor about one."""
        yield from (
            (file, kind, bool(used))
            for file, kind, used in self._db.execute(
                "SELECT file, type, used FROM resource WHERE subject = '' AND type <> ?", (PERSON,)
            )
        )

    def _number_of(self, address: str, file: int) -> int | None:
        """Return the number of what a reference names: in its own file first, then the only one elsewhere."""
        for spelling in spellings(address):
            rows = self._db.execute(
                "SELECT n, file FROM address WHERE address = ? ORDER BY file <> ?, n LIMIT 2",
                (spelling, file),
            ).fetchall()
            if rows:
                clear = rows[0][1] == file or len(rows) == 1 or self._alike(spelling)
                return rows[0][0] if clear else None
        return None

    def _alike(self, address: str) -> bool:
        """Return whether everything known by an address says the same."""
        count = self._db.execute(
            "SELECT count(DISTINCT body) FROM resource WHERE n IN (SELECT n FROM address WHERE address = ?)",
            (address,),
        ).fetchone()
        return count[0] == 1

    def _each(self, which: str, *values: str) -> Iterator[Shelved]:
        after = 0
        while rows := self._db.execute(
            _SELECT + f"WHERE n > ? AND {which} ORDER BY n LIMIT 200", (after, *values)
        ).fetchall():
            after = rows[-1][0]
            yield from map(_shelved, rows)


_SELECT = "SELECT n, file, type, id, full_url, place, body FROM resource "


def _shelved(row: tuple) -> Shelved:
    n, file, kind, own, full_url, place, body = row
    return Shelved(n, file, Entry(kind, own, full_url, place, msgspec.json.decode(body)))
