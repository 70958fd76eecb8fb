"""Bringing a whole practice into a fresh installation, exactly as it was taken out."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, models, transaction

from medexpro.audit import chain, heads, trail
from medexpro.config.backups import databases
from medexpro.config.takeout import events
from medexpro.config.takeout.tables import SECRET_FIELDS, Table, from_lines, tables
from medexpro.config.takeout.writing import FORMAT
from medexpro.knowledge.models import KnowledgeVersion
from medexpro.practice.models import Practice, User

Tell = Callable[[int, int, str], None]


class ImportRefused(Exception):
    """Nothing was brought in; the text is the sentence for the person at the keyboard."""


def read_practice(
    folder: Path, *, at: datetime, tell: Tell = lambda done, total, what: None
) -> dict[str, Any]:
    """Bring in what `write_practice` wrote, into an installation without any practice; return the manifest.

    All of it or nothing. Every file is compared with its hash, and the trail is proved from its first event. People
    have no password afterwards. Raises ImportRefused with a sentence.
    """
    if Practice.objects.exists() or User.objects.exists():
        raise ImportRefused("There is a practice here already. Bring the folder into a fresh installation.")
    manifest = _manifest(folder)
    reading = _Reading(folder, manifest)
    try:
        with transaction.atomic():
            for done, table in enumerate(tables()):
                tell(done, len(tables()), table.title)
                reading.table(table)
            practice = Practice.objects.get(pk=UUID(manifest["practice"]["id"]))
            verdict = chain.verify(practice.pk)
            if not verdict.whole:
                raise ImportRefused(f"Its trail is broken: {verdict.reason}.")
            trail.record(events.PRACTICE_BROUGHT_IN, practice, by=None, at=at, practice=practice)
    except (
        DatabaseError,
        KeyError,
        TypeError,
        ValueError,
        ValidationError,
        SuspiciousOperation,
        OSError,
    ) as error:
        reading.take_back_files()
        said = str(error).strip().split("\n")[0][:200].rstrip(".")
        raise ImportRefused(f"{reading.where} can’t be brought in: {said}. Nothing was changed.") from error
    except BaseException:
        reading.take_back_files()
        raise
    if verdict.sealed:
        heads.note(practice.pk, verdict.sealed, verdict.head)
    tell(len(tables()), len(tables()), "Done")
    return manifest


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        listed, made, migrations = manifest["sha256"], manifest["format"], manifest["migrations"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ImportRefused(f"{folder} is no export of a practice: its manifest can’t be read.") from error
    if made != FORMAT or databases.unknown_migrations(migrations):
        raise ImportRefused(f"The export is of release {manifest.get('release')}, newer than this one.")
    for name, digest in listed.items():
        path = folder / name
        if (
            not path.resolve().is_relative_to(folder.resolve())
            or not path.is_file()
            or _sha256(path) != digest
        ):
            raise ImportRefused(f"The export is damaged: {name} is not what was written.")
    for table in tables():
        if f"data/{table.label}.ndjson" not in listed:
            raise ImportRefused(f"The export is damaged: data/{table.label}.ndjson is missing.")
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Reading:
    """One import."""

    def __init__(self, folder: Path, manifest: dict[str, Any]):
        self.folder, self.manifest = folder, manifest
        self.where = "The export"
        # Reference data are in a fresh installation already, under other ids.
        self.known: dict[str, UUID] = {}
        self.stored: list[tuple[Any, str]] = []

    def table(self, table: Table) -> None:
        """Bring in one table, row by row."""
        self.where = f"data/{table.label}.ndjson"
        with (self.folder / self.where).open(encoding="utf-8") as lines:
            for number, values in enumerate(from_lines(iter(lines)), start=1):
                self.where = f"data/{table.label}.ndjson, line {number}"
                self._row(table, values)

    def _row(self, table: Table, values: dict[str, Any]) -> None:
        if table.model is KnowledgeVersion and self._is_known(values):
            return
        row = table.model()
        for field in table.model._meta.concrete_fields:
            if field.name in SECRET_FIELDS:
                continue
            setattr(row, field.attname, self._value(field, values[field.attname]))
        if isinstance(row, User):
            row.set_unusable_password()
        # Raw: times of making stay what they were.
        row.save_base(raw=True, force_insert=True)

    def _value(self, field: Any, value: Any) -> Any:
        if field.is_relation:
            target = field.target_field
            if field.related_model is KnowledgeVersion and value in self.known:
                return self.known[value]
            return target.to_python(value)
        if isinstance(field, models.FileField):
            return self._file(field, value) if value else ""
        if isinstance(field, models.BinaryField):
            return self._bytes(value["file"]) if value else value
        return value if isinstance(field, models.JSONField) else field.to_python(value)

    def _is_known(self, values: dict[str, Any]) -> bool:
        if values["practice_id"] is not None:
            return False
        found = KnowledgeVersion.objects.filter(
            kind=values["kind"], key=values["key"], hash=values["hash"], practice_id=None
        ).first()
        if found is not None:
            self.known[values["id"]] = found.pk
        return found is not None

    def _bytes(self, name: str) -> bytes:
        if name not in self.manifest["sha256"]:
            raise ValueError(f"{name} is not among the files")
        return (self.folder / name).read_bytes()

    def _file(self, field: Any, value: dict[str, str]) -> str:
        if value["file"] not in self.manifest["sha256"]:
            return value["stored"]  # It was missing when it was taken out, too.
        name = field.storage.save(value["stored"], ContentFile(self._bytes(value["file"])))
        self.stored.append((field.storage, name))
        return name

    def take_back_files(self) -> None:
        """Remove the files that were put in place for rows that are not."""
        for storage, name in self.stored:
            storage.delete(name)
