"""Copying whole records inside the database, so that a practice of ten years is there in minutes.

A few clients are told by the operations a practice uses; their records are then copied hundreds of times: every table
that hangs on a client, whatever areas there are, each copy with its own ids, at its own time.

The id of a copied row is twelve hexadecimal digits of the copy's own, which sort by its time as in any UUIDv7, and the
rest of the original's id. So the rows of one copy find each other without a list of what became what. Where copies will
be copied again, the last twelve digits are the copy's own too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from medexpro.audit.models import Event, ReadMark
from medexpro.clients.models import Client
from medexpro.practice.models import Practice

PREFIX = 12
"""Hexadecimal digits of an id that tell its time."""

Record = dict[type[models.Model], models.QuerySet]
Overrides = Mapping[type[models.Model], Mapping[str, str]]


@dataclass
class Copy:
    """One copy to be made. days: how far it is moved in time. values: columns of its own, as `c.NAME` in overrides.

    tail: the last twelve digits of its ids; empty leaves those of the original.
    """

    prefix: str
    days: int
    values: dict[str, Any] = field(default_factory=dict)
    tail: str = ""


class Prefixes:
    """Hands out beginnings of ids: those of a day lie together, none is given twice."""

    def __init__(self) -> None:
        self.given = 0

    def at(self, moment: datetime) -> str:
        """Return the beginning of ids made at a moment."""
        self.given += 1
        midnight = int(moment.timestamp()) // 86400 * 86400
        return f"{midnight * 1000 + self.given:012x}"


def record_of(client: Client) -> Record:
    """Return everything that hangs on a client, table by table: found from the models, not from a list."""
    paths: dict[type[models.Model], str] = {Client: "pk"}
    waiting = [model for model in apps.get_models() if model is not Practice]
    while True:
        found = {}
        for model in waiting:
            for key in model._meta.concrete_fields:
                above = paths.get(key.related_model) if key.is_relation else None  # type: ignore[arg-type]
                if above is not None and model not in paths and key.related_model is not model:
                    found.setdefault(model, key.name if above == "pk" else f"{key.name}__{above}")
        if not found:
            break
        paths |= found
    record: Record = {
        model: model._base_manager.filter(**{path: client.pk}).order_by() for model, path in paths.items()
    }
    record[Event] = Event.objects.filter(client_id=client.pk).order_by()
    record[ReadMark] = ReadMark.objects.filter(client_id=client.pk).order_by()
    return record


OF_A_CLIENT: Overrides = {
    # Neither the trail nor its read marks have foreign keys; their columns are named here.
    Event: {"client_id": "copied:client_id", "subject_id": "copied-words:subject_id"},
    ReadMark: {"client_id": "copied:client_id"},
}


def pour(record: Record, copies: list[Copy], overrides: Overrides) -> int:
    """Insert the copies of a record; return how many rows.

    overrides: model to {column: SQL}. The SQL reads the original as `m`, with its place among its like in `m.ordinal`,
    and the copy as `c`; "copied:x" is the copied id in column x, "copied-words:x" one written with dashes.
    """
    rows = 0
    with connection.cursor() as cursor:
        _write_copies(cursor, copies)
        for model, queryset in record.items():
            cursor.execute("DROP TABLE IF EXISTS bench_original")
            inner, params = queryset.values("pk").query.sql_with_params()
            table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
            numbered = f"SELECT t.*, row_number() OVER (ORDER BY t.{key}) AS ordinal FROM {table} t"  # noqa: S608
            cursor.execute(
                f"CREATE TEMPORARY TABLE bench_original AS {numbered} WHERE t.{key} IN ({inner})", params
            )
            cursor.execute(_insertion(model, record, overrides.get(model, {})))
            rows += max(cursor.rowcount, 0)
    return rows


def _insertion(model: type[models.Model], record: Record, overrides: Mapping[str, str]) -> str:
    columns, values = [], []
    for key in model._meta.concrete_fields:
        if isinstance(key, models.AutoField):
            continue  # Counted by the database.
        column = key.column
        if (own := overrides.get(column)) is not None:
            kind, _, of = own.partition(":")
            value = {"copied": copied(of), "copied-words": copied_words(of)}.get(kind, own)
        elif key.primary_key or (key.is_relation and key.related_model in record):
            value = copied(column)
        else:
            value = _moved(key)
        columns.append(_quoted(column))
        values.append(value)
    # The order of the two tables is the order of work: copy after copy, so that what belongs together lies together.
    return (
        f"INSERT INTO {_quoted(model._meta.db_table)} ({', '.join(columns)}) "  # noqa: S608 - our own tables
        f"SELECT {', '.join(values)} FROM bench_copy c CROSS JOIN bench_original m"
    )


def copied(column: str) -> str:
    """Return the SQL of a copied id."""
    digits = f"m.{_quoted(column)}"
    if connection.vendor != "sqlite":
        digits = f"replace({digits}::text, '-', '')"
    made = f"c.prefix || substr({digits}, {PREFIX + 1}, 20 - length(c.tail)) || c.tail"
    return made if connection.vendor == "sqlite" else f"({made})::uuid"


def copied_words(column: str) -> str:
    """Return the SQL of a copied id that is kept as text with dashes."""
    return f"c.dashed || substr(m.{_quoted(column)}, {PREFIX + 2})"


def _moved(key: models.Field) -> str:
    """Return the SQL of a column as it is, a day or an instant moved with its copy."""
    column, kind = f"m.{_quoted(key.column)}", key.get_internal_type()
    if kind not in ("DateField", "DateTimeField"):
        return column
    if connection.vendor == "sqlite":
        day = f"date({column}, c.shift)"
        return day if kind == "DateField" else f"{day} || substr({column}, 11)"
    return f"{column} + c.days" if kind == "DateField" else f"{column} + c.days * interval '1 day'"


def _write_copies(cursor: Any, copies: list[Copy]) -> None:
    """Write the copies to be made into a temporary table; their own values become columns."""
    own = list(copies[0].values)
    kinds = {int: "integer", bool: "boolean", str: "text"}
    uuid_kind = "char(32)" if connection.vendor == "sqlite" else "uuid"
    names = ["prefix text", "dashed text", "tail text", "days integer", "shift text"]
    names += [f"{name} {kinds.get(type(copies[0].values[name]), uuid_kind)}" for name in own]
    cursor.execute("DROP TABLE IF EXISTS bench_copy")
    cursor.execute(f"CREATE TEMPORARY TABLE bench_copy ({', '.join(names)})")
    marks = ", ".join(["%s"] * len(names))
    cursor.executemany(f"INSERT INTO bench_copy VALUES ({marks})", _lines(copies, own))  # noqa: S608


def _lines(copies: Iterable[Copy], own: list[str]) -> list[list[Any]]:
    lines = []
    for copy in copies:
        values = [copy.values[name] for name in own]
        if connection.vendor == "sqlite":
            values = [value.hex if isinstance(value, UUID) else value for value in values]
        dashed = f"{copy.prefix[:8]}-{copy.prefix[8:]}"
        lines.append([copy.prefix, dashed, copy.tail, copy.days, f"{copy.days} days", *values])
    return lines


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
