"""SQLite as the home of a practice: durable commits, and writers that take turns instead of failing.

Everything that writes through Django obeys, sign-in and the task worker too: the lock is taken before a write
transaction begins (`BEGIN IMMEDIATE`), or around a single write outside one, and handed on when the connection
is no longer in a transaction. Reading never waits for it.

Options, beside those of Django: `synchronous` (FULL: an acknowledged commit survives a power cut; NORMAL: only a
crash of the program) and `timeout` (seconds a writer waits for its turn).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.sqlite3 import base

from medexpro.config.db.sqlite.lock import LockTimeout, WriteLock

SYNCHRONOUS = ("FULL", "NORMAL", "EXTRA")
WAIT_S = 20.0
READS = ("SELECT", "EXPLAIN", "VALUES", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "END")
CHANGES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def writes(statement: str) -> bool:
    """Return whether an SQL statement may write, judged by its first word.

    A plain BEGIN does not: it takes SQLite's own lock only when a write follows, and so do we.

    >>> [writes(s) for s in ("SELECT 1", " insert into t values (1)", "BEGIN IMMEDIATE", "BEGIN")]
    [False, True, True, False]
    >>> [writes(s) for s in ("WITH a AS (SELECT 1) SELECT * FROM a", "with a as (select 1) delete from t")]
    [False, True]
    """
    words = statement.lstrip("( \t\r\n").split(None, 2)
    first = words[0].upper().rstrip(";") if words else ""
    if first == "BEGIN":
        return len(words) > 1 and words[1].upper().rstrip(";") in ("IMMEDIATE", "EXCLUSIVE")
    if first == "WITH":
        upper = statement.upper()
        return any(f"{change} " in upper for change in CHANGES)
    return first not in READS


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that takes its turn before it writes."""

    write_lock: WriteLock | None = None
    transaction_mode: str | None
    synchronous: str

    def get_connection_params(self) -> dict[str, Any]:
        """Return what the driver needs; our own options are taken out and kept."""
        params = super().get_connection_params()
        params.setdefault("timeout", WAIT_S)
        self.synchronous = str(params.pop("synchronous", "FULL")).upper()
        if self.synchronous not in SYNCHRONOUS:
            raise ImproperlyConfigured(
                f"SQLITE_SYNCHRONOUS is “{self.synchronous}”. "
                "Write FULL, or NORMAL to risk the last seconds in a power cut."
            )
        # A transaction that reads first and writes later is refused at once when another wrote meanwhile;
        # one that says at its beginning that it will write is not.
        self.transaction_mode = self.transaction_mode or "IMMEDIATE"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """Open the database and set what is not optional."""
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        if self.is_in_memory_db():
            return connection
        self.write_lock = WriteLock(f"{conn_params['database']}.lock", conn_params["timeout"])
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            self.take_turn()
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                self.write_lock.release()
        connection.execute(f"PRAGMA synchronous = {self.synchronous}")
        connection.execute("PRAGMA journal_size_limit = 67108864")
        # Every thread has a connection, and each its cache, KiB; behind them the system caches the file once for all.
        connection.execute("PRAGMA cache_size = -6000")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    def create_cursor(self, name: str | None = None) -> sqlite3.Cursor:
        """Return a cursor whose writes take their turn."""
        cursor: TurnTakingCursor = self.connection.cursor(factory=TurnTakingCursor)
        cursor.wrapper = self
        return cursor

    def take_turn(self) -> None:
        """Wait for the write lock. Raises OperationalError when the wait is in vain."""
        if self.write_lock is not None:
            try:
                self.write_lock.acquire()
            except LockTimeout as error:
                raise sqlite3.OperationalError(f"database is locked: {error}") from error

    def end_turn(self) -> None:
        """Hand the lock on, unless a transaction is still open."""
        if self.write_lock is not None and not (
            self.connection is not None and self.connection.in_transaction
        ):
            self.write_lock.release()

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self.end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self.end_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            if self.write_lock is not None:
                self.write_lock.close()
                self.write_lock = None


class TurnTakingCursor(base.SQLiteCursorWrapper):
    """Django's SQLite cursor; a write outside a transaction is a turn of its own."""

    wrapper: DatabaseWrapper
    _fetched: Iterator[Any] | None = None

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement, after waiting for our turn if it writes."""
        self._fetched = None
        if not writes(query):
            try:
                return super().execute(query, params)
            finally:
                self._end_turn()
        self.wrapper.take_turn()
        try:
            result = super().execute(query, params)
            if self.description is not None and not self.connection.in_transaction:
                # INSERT … RETURNING commits only when its last row is read: read it within our turn.
                self._fetched = iter(super().fetchall())
            return result
        finally:
            self._end_turn()

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        """Run one statement for many rows, in one turn."""
        self._fetched = None
        self.wrapper.take_turn()
        try:
            return super().executemany(query, param_list)
        finally:
            self._end_turn()

    def executescript(self, sql_script: str) -> Any:
        """Run many statements in one turn."""
        self._fetched = None
        self.wrapper.take_turn()
        try:
            return super().executescript(sql_script)
        finally:
            self._end_turn()

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        return super().fetchone() if self._fetched is None else next(self._fetched, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """Return up to `size` more rows."""
        if self._fetched is None:
            return super().fetchmany(size)
        return [row for _, row in zip(range(size or 1), self._fetched, strict=False)]

    def fetchall(self) -> list[Any]:
        """Return all remaining rows."""
        return super().fetchall() if self._fetched is None else list(self._fetched)

    def __iter__(self) -> Any:
        return super().__iter__() if self._fetched is None else self._fetched

    def _end_turn(self) -> None:
        if not self.connection.in_transaction:
            self.wrapper.end_turn()
