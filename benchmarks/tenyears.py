"""A practice after ten years, written straight into the tables: what matters is how much lies there."""

import json
import random
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from medexpro.kernel.ids import uuid7

GIVEN = (
    "Ada",
    "Ben",
    "Carla",
    "Dev",
    "Edith",
    "Frank",
    "Gita",
    "Hans",
    "Iris",
    "Jon",
    "Kate",
    "Liam",
    "Mara",
)
FAMILY = (
    "Abel",
    "Brandt",
    "Castro",
    "Diaz",
    "Eriksen",
    "Fischer",
    "Grant",
    "Hayes",
    "Ito",
    "Jansen",
    "Keller",
)


def _db(field: models.Field, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def copies(instance: models.Model, changes: list[dict[str, Any]], *, batch: int = 5000) -> None:
    """Insert copies of a saved row, each with its own changes (by column attribute). Fast: no model per row."""
    fields = instance._meta.concrete_fields
    base = [_db(field, getattr(instance, field.attname)) for field in fields]
    place = {field.attname: number for number, field in enumerate(fields)}
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table, marks = connection.ops.quote_name(instance._meta.db_table), ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - names of our own tables

    def rows():
        for change in changes:
            row = list(base)
            for name, value in change.items():
                row[place[name]] = _db(fields[place[name]], value)
            yield row

    source = rows()
    with connection.cursor() as cursor:
        while part := list(islice(source, batch)):
            cursor.executemany(sql, part)


@transaction.atomic
def build(episode: Any, *, clients: int, sessions: int, longest: int, now: datetime) -> None:
    """Fill the practice around one told episode: copies of its client, episode and sessions over ten years.

    episode: has a program and at least one signed session with readings and entries; it becomes the client with
    `longest` sessions.
    """
    chance = random.Random(7)
    client = episode.client
    people, episodes, spans = [], [], []
    for number in range(clients - 1):
        given, family = (
            chance.choice(GIVEN),
            f"{chance.choice(FAMILY)}{chance.choice(['', 'son', 'er', 'mann'])}",
        )
        pk = uuid7()
        people.append(
            {
                "id": pk,
                "given_name": given,
                "family_name": family,
                "external_id": "",
                "phone": f"555-{1000 + number:04}",
                "name_search": f"{given} {family}".lower(),
            }
        )
        episode_pk = uuid7()
        active = number < 120
        episodes.append(
            {
                "id": episode_pk,
                "client_id": pk,
                "status": "active" if active else "discharged",
                "referral_id": None,
                "surgery_id": None,
            }
        )
        spans.append((episode_pk, pk))
    copies(client, people)
    copies(episode, episodes)

    model = episode.sessions.order_by("-number").first()
    readings, entries = list(model.readings.all()), list(model.entries.all())
    each = max(1, (sessions - longest) // max(1, clients - 1))
    plan = [(episode.pk, client.pk, longest - episode.sessions.count(), episode.sessions.count())] + [
        (episode_pk, client_pk, each, 0) for episode_pk, client_pk in spans
    ]
    rows, reading_rows, entry_rows = [], {r.pk: [] for r in readings}, {e.pk: [] for e in entries}

    def flush() -> None:
        copies(model, rows)
        for reading in readings:
            copies(reading, reading_rows[reading.pk])
            reading_rows[reading.pk].clear()
        for entry in entries:
            copies(entry, entry_rows[entry.pk])
            entry_rows[entry.pk].clear()
        rows.clear()

    for episode_pk, _, count, first in plan:
        start = now - timedelta(days=3650 if episode_pk == episode.pk else chance.randrange(60, 3600))
        for number in range(count):
            at = (
                start + timedelta(days=3.5 * number)
                if episode_pk != episode.pk
                else start + timedelta(days=3.4 * number)
            )
            pk = uuid7()
            rows.append(
                {
                    "id": pk,
                    "episode_id": episode_pk,
                    "number": first + number + 1,
                    "opened_at": at,
                    "signed_at": at,
                    "program_id": model.program_id if episode_pk == episode.pk else None,
                }
            )
            for reading in readings:
                reading_rows[reading.pk].append(
                    {"id": uuid7(), "session_id": pk, "episode_id": episode_pk, "at": at}
                )
            for entry in entries:
                entry_rows[entry.pk].append({"id": uuid7(), "session_id": pk, "episode_id": episode_pk})
            if len(rows) >= 5000:
                flush()
    flush()


def describe() -> str:
    """Return how much lies in the tables."""
    from medexpro.clients.models import Client
    from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionReading

    counts = {
        name: model.objects.count()
        for name, model in (
            ("clients", Client),
            ("sessions", SessionLog),
            ("readings", SessionReading),
            ("exercise entries", ExerciseEntry),
        )
    }
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def plain(value: Any) -> str:
    """Return JSON text for a report file."""
    return json.dumps(value, indent=1, default=str)
