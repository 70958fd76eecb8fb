"""A consistent copy of the database, out and in: SQLite as a file, PostgreSQL as one COPY per table."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from medexpro.config.backups.swap import Swap
from medexpro.practice.models import Practice

Heads = dict[str, dict[str, Any]]
TRAIL_HEADS = """
    SELECT practice_id, position, hash FROM audit_event AS last
    WHERE position = (SELECT max(position) FROM audit_event WHERE practice_id = last.practice_id)
"""


class CannotRestore(Exception):
    """The database is in the way of a restore; the text is a sentence."""


def driver_errors() -> tuple[type[Exception], ...]:
    """Return what the driver raises by itself where Django does not translate, such as within COPY."""
    return (connection.Database.Error,)


def engine() -> str:
    """Return which database this practice lives on: sqlite or postgresql."""
    return connection.vendor


def applied_migrations() -> list[list[str]]:
    """Return [app, name] of every migration the database has seen."""
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def unknown_migrations(recorded: list[list[str]]) -> list[str]:
    """Return the recorded migrations that this release does not have: the backup comes from a newer one."""
    known = MigrationExecutor(connection).loader.disk_migrations
    replaced = {key for migration in known.values() for key in migration.replaces}
    return [
        f"{app}.{name}" for app, name in recorded if (app, name) not in known and (app, name) not in replaced
    ]


# ---- Out


def snapshot(folder: Path) -> Heads:
    """Copy the database as it is at one moment into `folder`; return the trails' heads of that same moment."""
    folder.mkdir(mode=0o700)
    return _snapshot_sqlite(folder) if engine() == "sqlite" else _snapshot_postgresql(folder)


def _snapshot_sqlite(folder: Path) -> Heads:
    target = folder / "db.sqlite3"
    # The backup interface reads one state while others write on; no writer waits for it.
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as source:
        with closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            return _heads(copy.execute(TRAIL_HEADS).fetchall())


def _snapshot_postgresql(folder: Path) -> Heads:
    tables = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table in sorted(connection.introspection.table_names(cursor)):
            columns = _stored_columns(cursor, table)
            with (folder / f"{table}.copy").open("wb") as out:
                with cursor.copy(f"COPY {_listed(table, columns)} TO STDOUT") as blocks:
                    for block in blocks:
                        out.write(block)
            tables.append({"table": table, "columns": columns})
        cursor.execute(TRAIL_HEADS)
        heads = _heads(cursor.fetchall())
    (folder / "tables.json").write_text(json.dumps(tables, indent=1), encoding="utf-8")
    return heads


def _heads(rows: list[tuple]) -> Heads:
    return {
        str(UUID(str(practice))): {"position": position, "hash": hash} for practice, position, hash in rows
    }


def _stored_columns(cursor: Any, table: str) -> list[str]:
    """Return a table's columns, without those the database computes by itself."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [connection.ops.quote_name(table)],
    )
    return [name for (name,) in cursor.fetchall()]


def _listed(table: str, columns: list[str]) -> str:
    quote = connection.ops.quote_name
    return f"{quote(table)} ({', '.join(quote(column) for column in columns)})"


# ---- In


def holds_a_practice() -> bool:
    """Return whether the database holds a practice that a restore would replace."""
    if engine() == "sqlite" and not Path(settings.DATABASES["default"]["NAME"]).exists():
        return False
    with connection.cursor() as cursor:
        if Practice._meta.db_table not in connection.introspection.table_names(cursor):
            return False
    return Practice.objects.exists()


@contextmanager
def beside(folder: Path, migrations: list[list[str]], swap: Swap) -> Iterator[None]:
    """Make a database of the copy in `folder` beside the living one; it takes that one's place when the block ends well.

    In the block the default connection looks at the new one, nobody else does. When anything is raised there, or the
    process is killed, the living one is as it was. migrations: those the copy has seen; all are known to this release.
    Raises CannotRestore.
    """
    if engine() == "sqlite":
        with _looking_at(_sound(folder / "db.sqlite3")):
            yield
        path = Path(settings.DATABASES["default"]["NAME"])
        # Remains of the old database's journal would be played into the new one.
        for suffix in ("-wal", "-shm", ""):
            swap.put(folder / f"db.sqlite3{suffix}", path.with_name(path.name + suffix))
    else:
        # Tables are dropped, made and filled in one transaction: its end is the step in which all see the new ones.
        with transaction.atomic():
            _fill_postgresql(folder, migrations)
            yield


def _sound(copy: Path) -> Path:
    with closing(sqlite3.connect(copy)) as database:
        state = database.execute("PRAGMA integrity_check").fetchone()[0]
    if state != "ok":
        raise CannotRestore(f"The database in the backup is damaged ({state}).")
    return copy


@contextmanager
def _looking_at(path: Path) -> Iterator[None]:
    """Let the default connection open another file, and write its journal into it before it is let go."""
    connections.close_all()
    living = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = living


def _fill_postgresql(folder: Path, migrations: list[list[str]]) -> None:
    tables = json.loads((folder / "tables.json").read_text(encoding="utf-8"))
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        # A program that still uses the database would make us wait for ever.
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        # A reference is checked with its row: what waits for the end would stand in the way of the next migration.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE IF EXISTS {quote(table)} CASCADE")
    executor = MigrationExecutor(connection)
    executor.migrate(_last_of_each_app(executor, {(app, name) for app, name in migrations}))
    with connection.cursor() as cursor:
        here = set(connection.introspection.table_names(cursor))
        for entry in tables:
            if entry["table"] not in here:
                _create_cache_table(entry["table"])
        cursor.execute(f"TRUNCATE {', '.join(quote(entry['table']) for entry in tables)} CASCADE")
        # Rows come table by table, in the order of their names; when all are there they are checked.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for entry in tables:
            with (folder / f"{entry['table']}.copy").open("rb") as source:
                with cursor.copy(f"COPY {_listed(entry['table'], entry['columns'])} FROM STDIN") as target:
                    while block := source.read(1 << 20):
                        target.write(block)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in connection.ops.sequence_reset_sql(no_style(), _models_of_tables()):
            cursor.execute(statement)


def _last_of_each_app(executor: MigrationExecutor, recorded: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the recorded migrations that no other recorded one of their app follows: the targets to migrate to."""
    graph = executor.loader.graph
    nodes = [key for key in graph.nodes if key in recorded]
    return [
        key
        for key in sorted(nodes)
        if not any(child.key[0] == key[0] and child.key in recorded for child in graph.node_map[key].children)
    ]


def _create_cache_table(table: str) -> None:
    """Create the one table that no migration makes. Any other name is a sign of a foreign backup."""
    from django.core.management import call_command

    if table != settings.CACHES["default"]["LOCATION"]:
        raise CannotRestore(f"The backup holds the table {table}, which this release does not know.")
    call_command("createcachetable", verbosity=0)


def _models_of_tables() -> list[Any]:
    from django.apps import apps

    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return [*models, MigrationRecorder.Migration]
