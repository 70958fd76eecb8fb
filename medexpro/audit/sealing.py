"""Signed is signed, in the database itself: rows that are closed refuse every change, whoever asks.

A model says when its rows close and which fields may still follow. After every migration the database has a trigger
for each of these sentences, on SQLite and PostgreSQL alike, so that neither a slip in a new operation nor a shell
changes what somebody signed. An administrator can lift a trigger; what was changed then, the trail's chain and the
hashes of signed things show.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models

Model = TypeVar("Model", bound=type[models.Model])
PREFIX = "sealed_"


@dataclass(frozen=True)
class Seal:
    """One sentence about one table.

    closed: SQL over OLD that says whether the row is closed; empty closes it from the start. may_follow: fields that
    may still change. lasting: whether a closed row can't be deleted either.
    """

    model: type[models.Model]
    closed: str
    may_follow: frozenset[str]
    lasting: bool

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def words(self) -> str:
        """Return what the database answers."""
        return f"{self.model._meta.label} is closed and does not change"


SEALS: list[Seal] = []


def sealed(
    closed: str = "", *, may_follow: tuple[str, ...] = (), lasting: bool = True
) -> Callable[[Model], Model]:
    """Let the rows of a model close. See Seal."""

    def decorate(model: Model) -> Model:
        SEALS.append(Seal(model, closed or "1 = 1", frozenset(may_follow), lasting))
        return model

    return decorate


def keep(using: str = DEFAULT_DB_ALIAS) -> None:
    """Bring the database's triggers to what the models say. Safe to repeat; does nothing when they are there."""
    connection = connections[using]
    there = dict(_triggers(connection))
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        wanted = {
            name: body for seal in SEALS if seal.table in tables for name, body in _bodies(seal, connection)
        }
        for name in there.keys() - wanted.keys():
            _drop(cursor, connection, name, there[name])
        for name in wanted.keys() - there.keys():
            for statement in wanted[name]:
                cursor.execute(statement)


def lift(using: str = DEFAULT_DB_ALIAS) -> None:
    """Take the triggers off. A migration needs it: it rebuilds tables that triggers of others name."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for name, table in _triggers(connection):
            _drop(cursor, connection, name, table)


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Take the triggers off for a while, as an administrator could: tests of tampering and benchmarks need it."""
    lift(using)
    try:
        yield
    finally:
        keep(using)


def _triggers(connection: Any) -> list[tuple[str, str]]:
    """Return (name, table) of the triggers of ours that the database has."""
    sql = {
        "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'sealed_%'",
        "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "WHERE NOT t.tgisinternal AND t.tgname LIKE 'sealed_%'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _drop(cursor: Any, connection: Any, name: str, table: str) -> None:
    if connection.vendor == "sqlite":
        cursor.execute(f'DROP TRIGGER "{name}"')
    else:
        cursor.execute(f'DROP TRIGGER "{name}" ON "{table}"')
        cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"()')


def _bodies(seal: Seal, connection: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield each trigger of a seal: its name, which changes with what it says, and the statements that make it."""
    differs = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}[connection.vendor]
    columns = [
        field.column for field in seal.model._meta.concrete_fields if field.name not in seal.may_follow
    ]
    changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in columns)
    cases = {"UPDATE": f"({seal.closed}) AND ({changed})"}
    # The suite empties its SQLite tables row by row after a test; PostgreSQL truncates, which fires nothing.
    if seal.lasting and not (connection.vendor == "sqlite" and settings.MEDEXPRO_TESTING):
        cases["DELETE"] = seal.closed
    for event, refused in cases.items():
        digest = hashlib.sha256(f"{event}{refused}".encode()).hexdigest()[:8]
        name = f"{PREFIX}{seal.table[:40]}_{digest}"
        make = _sqlite if connection.vendor == "sqlite" else _postgresql
        yield name, make(name, seal, event, refused)


def _sqlite(name: str, seal: Seal, event: str, refused: str) -> list[str]:
    return [
        f'CREATE TRIGGER "{name}" BEFORE {event} ON "{seal.table}" FOR EACH ROW BEGIN '
        f"SELECT RAISE(ABORT, '{seal.words}') WHERE {refused}; END"
    ]


def _postgresql(name: str, seal: Seal, event: str, refused: str) -> list[str]:
    answer = "NEW" if event == "UPDATE" else "OLD"
    return [
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused} THEN '
        f"RAISE EXCEPTION '{seal.words}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {answer}; END $$",
        f'CREATE TRIGGER "{name}" BEFORE {event} ON "{seal.table}" FOR EACH ROW EXECUTE FUNCTION "{name}"()',
    ]
