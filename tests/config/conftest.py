"""Databases of our own, beside the one the suite runs on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import ConnectionHandler, connections

ALIAS = "turns"


@pytest.fixture
def sqlite_file(tmp_path: Path, django_db_blocker) -> Iterator["SqliteFile"]:
    """A real SQLite file with one table of notes; every thread has its own connection."""
    with django_db_blocker.unblock():
        file = SqliteFile(tmp_path / "practice.sqlite3")
        with file.connection().cursor() as cursor:
            cursor.execute("CREATE TABLE note (id integer PRIMARY KEY, body text)")
        yield file
        file.close()


class SqliteFile:
    """Opens connections to one file with the product's database backend."""

    def __init__(self, path: Path, **options):
        self.path = path
        self.handler = ConnectionHandler(
            {
                "default": {
                    "ENGINE": "medexpro.config.db.sqlite",
                    "NAME": str(path),
                    "OPTIONS": {"timeout": 20} | options,
                    "CONN_MAX_AGE": None,
                }
            }
        )

    def connection(self):
        """Return this thread's connection, known to `transaction.atomic(using=ALIAS)`."""
        connection = self.handler["default"]
        connection.alias = ALIAS
        connections[ALIAS] = connection
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        self.connection().close()
        del connections[ALIAS]

    def bodies(self) -> list[str]:
        """Return the notes kept, in order."""
        with self.connection().cursor() as cursor:
            cursor.execute("SELECT body FROM note ORDER BY id")
            return [body for (body,) in cursor.fetchall()]
