"""Taking a whole practice out: CSV for every table, JSON and files for every client, and the exact rows.

Tables are written from the leaves down: what a row refers to is older than the row, so it stands in the table that is
written later, and people may go on working meanwhile.
"""

import csv
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import models

from medexpro import __version__
from medexpro.audit import chain, trail
from medexpro.clients.models import Client, ClientDocument
from medexpro.config.backups import databases
from medexpro.config.takeout import events
from medexpro.config.takeout.tables import LEFT_OUT, Table, as_line, plain, tables
from medexpro.practice.models import Member, Practice, User
from medexpro.programs.models import HomeSheet
from medexpro.providers.models import Organisation, Provider
from medexpro.referrals.incoming_models import IncomingFile
from medexpro.reports.models import Document

FORMAT = 1
_CHUNK = 500
# Where papers lie that came with referrals from the web.
_INCOMING = "incoming"
_ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
# Whose names stand beside their ids in the tables.
_NAMED: tuple[type[models.Model], ...] = (Client, Provider, Organisation, User, Member)

Tell = Callable[[int, int, str], None]


class ExportRefused(Exception):
    """Nothing was taken out; the text is the sentence for the person at the keyboard."""


def write_practice(
    practice: Practice,
    folder: Path,
    *,
    by: Member | None,
    at: datetime,
    tell: Tell = lambda done, total, what: None,
) -> dict[str, Any]:
    """Write everything of a practice into a new folder, which only its owner on this machine may read.

    The folder appears under its name when it is whole. Returns the manifest. Raises ExportRefused for a folder that
    holds something, OSError when the disk is full.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportRefused(f"{folder} is there already and not empty. Choose a new folder.")
    if not folder.absolute().parent.is_dir():
        raise ExportRefused(f"There is no folder {folder.absolute().parent}.")
    chain.seal_all(practice.pk)
    partial = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=f".{folder.name}-"))
    try:
        manifest = Writing(practice, partial, at=at, tell=tell).write()
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    trail.record(
        events.PRACTICE_EXPORTED, practice, by=by, at=at, practice=practice, clients=manifest["clients"],
        files=len(manifest["sha256"]),
    )  # fmt: skip
    return manifest


class Writing:
    """One export. without: labels of tables that stay behind in the folder of a client."""

    without: frozenset[str] = frozenset()

    def __init__(self, practice: Practice, folder: Path, *, at: datetime, tell: Tell):
        self.practice, self.folder, self.at, self.tell = practice, folder, at, tell
        self.sha256: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.folders: dict[Any, str] = {}
        self.names: dict[type[models.Model], dict[Any, str]] = {}

    def write(self) -> dict[str, Any]:
        """Write all parts; return the manifest."""
        for part in ("tables", "data", "clients", _INCOMING):
            (self.folder / part).mkdir(mode=0o700)
        found = tables()
        clients = Client.objects.of(self.practice)
        steps = len(found) + clients.count()
        self._learn_names()
        for done, table in enumerate(reversed(found)):
            self.tell(done, steps, table.title)
            self._table(table)
        for done, client in enumerate(clients.order_by("pk").iterator(chunk_size=_CHUNK)):
            self.tell(len(found) + done, steps, client.name)
            self._client(client)
        for paper in (
            IncomingFile.objects.of(self.practice).select_related("incoming").iterator(chunk_size=20)
        ):
            self._file(self._pdf_path(paper), bytes(paper.content))
        manifest = {
            "format": FORMAT,
            "release": __version__,
            "practice": {"id": str(self.practice.pk), "name": self.practice.name},
            "made_at": self.at.isoformat(),
            "migrations": databases.applied_migrations(),
            "clients": len(self.folders),
            "rows": self.counts,
            "left_out": LEFT_OUT,
            "sha256": self.sha256,
        }
        self._file("README.txt", _readme(self.practice, self.at, self.counts).encode())
        self._file("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False).encode())
        self.tell(steps, steps, "Done")
        return manifest

    def _learn_names(self) -> None:
        """Learn the names that stand in the tables, and how each client's folder is called."""
        for model in _NAMED:
            rows = model._base_manager.all()
            rows = rows if model is User else rows.filter(practice_id=self.practice.pk)
            rows = rows.select_related("user") if model is Member else rows
            self.names[model] = {row.pk: str(row) for row in rows.iterator(chunk_size=_CHUNK)}
        named = Client.objects.of(self.practice).only("family_name", "given_name")
        for client in named.iterator(chunk_size=_CHUNK):
            self._folder_of(client)

    def _folder_of(self, client: Client) -> str:
        """Return the folder of a client, under the name they had when it was first asked for."""
        if client.pk not in self.folders:
            said = ", ".join(part for part in (client.family_name, client.given_name) if part)
            self.folders[client.pk] = f"clients/{_safe(said, 60)} {client.pk.hex[-8:]}"
        return self.folders[client.pk]

    def _folder_by_id(self, client_id: Any) -> str:
        return self.folders.get(client_id) or self._folder_of(Client.objects.get(pk=client_id))

    # ---- Tables

    def _table(self, table: Table) -> None:
        """Write one table twice: exactly, and for reading."""
        exact, read = self._new(f"data/{table.label}.ndjson"), self._new(f"tables/{table.name}.csv")
        with (
            exact.open("w", encoding="utf-8") as lines,
            read.open("w", encoding="utf-8-sig", newline="") as cells,
        ):
            out = csv.writer(cells, lineterminator="\r\n")
            out.writerow(self._headings(table))
            count = 0
            for row in self._rows(table):
                values = self._values(table, row)
                lines.write(as_line(values) + "\n")
                out.writerow(self._cells(table, row, values))
                count += 1
        self.counts[table.label] = count
        for path in (exact, read):
            self._seal(path)

    def _rows(self, table: Table) -> Iterator[Any]:
        """Yield the rows; a few at a time where each holds a whole document."""
        large = any(isinstance(field, models.BinaryField) for field in table.fields)
        rows = table.rows(self.practice)
        if table.model in (Document, HomeSheet):
            rows = rows.select_related("episode")
        if table.model is IncomingFile:
            rows = rows.select_related("incoming")
        yield from rows.iterator(chunk_size=20 if large else _CHUNK)

    def _values(self, table: Table, row: Any) -> dict[str, Any]:
        values = {}
        for field in table.fields:
            value = getattr(row, field.attname)
            if isinstance(field, models.BinaryField):
                value = {"file": self._pdf_path(row)} if value else None
            elif isinstance(field, models.FileField):
                value = {"file": self._paper_path(row), "stored": str(value)} if value else ""
            values[field.attname] = plain(value)
        return values

    def _headings(self, table: Table) -> list[str]:
        headings = ["Client"] if table.is_further_from_client else []
        for field in table.fields:
            said = str(field.verbose_name)
            said = said[:1].upper() + said[1:]
            if field.is_relation and field.related_model in self.names:
                headings.append(said)
                said = f"{said} ID"
            headings.append("ID" if field.primary_key else said)
        return headings

    def _cells(self, table: Table, row: Any, values: dict[str, Any]) -> Iterator[str]:
        if table.is_further_from_client:
            yield self.names[Client].get(row.whose, "")
        for field in table.fields:
            value = values[field.attname]
            if field.is_relation and field.related_model in self.names:
                yield self.names[field.related_model].get(getattr(row, field.attname), "")
            yield self._said(field, row, value)

    def _said(self, field: Any, row: Any, value: Any) -> str:
        """Return a value as a person reads it: words of a choice, times on the practice's clock, yes and no."""
        if value is None or value == "":
            return ""
        if isinstance(field, models.FileField | models.BinaryField):
            return value["file"]
        if isinstance(value, bool):
            return "yes" if value else "no"
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        stored = getattr(row, field.attname)
        if isinstance(stored, datetime):
            return f"{self.practice.local(stored):%Y-%m-%d %H:%M:%S}"
        if isinstance(value, list | dict):
            return json.dumps(value, ensure_ascii=False) if value else ""
        return str(value)

    # ---- Clients

    def _client(self, client: Client) -> None:
        """Write one client's whole record as JSON, and their papers and documents beside it."""
        folder = self._folder_of(client)
        (self.folder / folder).mkdir(mode=0o700)
        record: dict[str, Any] = {}
        for table in tables():
            if table.label in self.without:
                continue
            if table.client_path == "self":
                record[table.name] = self._values(table, client)
            elif table.client_path:
                rows = table.rows(self.practice).filter(**{table.client_path: client})
                found = [self._values(table, row) for row in rows.iterator(chunk_size=_CHUNK)]
                if found:
                    record[table.name] = found
        self._file(f"{folder}/record.json", json.dumps(record, indent=1, ensure_ascii=False).encode())
        for paper in ClientDocument.objects.filter(client=client).iterator():
            try:
                with paper.file.open("rb") as content:
                    self._file(self._paper_path(paper), content.read())
            except FileNotFoundError:
                self._file(f"{self._paper_path(paper)}.missing.txt", b"This file was not on the disk.\n")
        signed = Document.objects.filter(episode__client=client).exclude(pdf=None)
        for document in signed.select_related("episode").iterator(chunk_size=20):
            self._file(self._pdf_path(document), bytes(document.pdf or b""))
        given = HomeSheet.objects.filter(episode__client=client).select_related("episode")
        for sheet in given.iterator(chunk_size=20):
            self._file(self._pdf_path(sheet), bytes(sheet.pdf))

    def _paper_path(self, paper: Any) -> str:
        ending = _ENDINGS.get(paper.content_type, "")
        return f"{self._folder_by_id(paper.client_id)}/{_safe(paper.title, 60)} {paper.pk.hex[-8:]}{ending}"

    def _pdf_path(self, row: Any) -> str:
        """Return where the page of a row lies: a document under its number, a home program under its day.

        The paper of a referral from the web lies apart: it may belong to nobody yet.
        """
        if isinstance(row, IncomingFile):
            return f"{_INCOMING}/{row.incoming.number}{_ENDINGS.get(row.content_type, '')}"
        if isinstance(row, HomeSheet):
            name = f"Home program {self.practice.day(row.given_at)} {row.pk.hex[-8:]}"
        else:
            name = f"{row.number} {row.get_kind_display()}"
        return f"{self._folder_by_id(row.episode.client_id)}/{_safe(name, 80)}.pdf"

    # ---- Files

    def _new(self, name: str) -> Path:
        path = self.folder / name
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return path

    def _file(self, name: str, content: bytes) -> None:
        path = self._new(name)
        path.write_bytes(content)
        self._seal(path)

    def _seal(self, path: Path) -> None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.sha256[path.relative_to(self.folder).as_posix()] = digest


def _safe(said: str, most: int) -> str:
    """Return a text as any file system takes it: no signs with a meaning there, not too long, never empty.

    >>> _safe('O’Hara, "Cary"/../x', 60), _safe("...", 60)
    ('O’Hara, Cary .. x', 'no name')
    """
    plain_text = re.sub(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e]", " ", said)
    kept = " ".join(plain_text.split())
    # File systems count bytes: the longest of Unicode takes four.
    while len(kept) > most or len(kept.encode()) > most * 2:
        kept = kept[:-1]
    return kept.strip(" .") or "no name"


def _readme(practice: Practice, at: datetime, counts: dict[str, int]) -> str:
    by_label = {table.label: table for table in tables()}
    lines = [
        f"  tables/{by_label[label].name}.csv   {count:,} rows"
        for label, count in sorted(counts.items(), key=lambda one: by_label[one[0]].name)
    ]
    left = [f"  {why}" for why in dict.fromkeys(LEFT_OUT.values())]
    return "\n".join(
        [
            f"Everything of {practice.name}, taken out of MedExPRO on {practice.local(at):%B %-d, %Y at %H:%M}.",
            "",
            "It holds health data of every client. Keep it where only those may look who may read the record.",
            "",
            "clients/   a folder for each client: record.json holds the whole record, with all signed documents",
            "           and papers on file beside it, as PDF and pictures",
            "incoming/  papers that came with referrals from the web, under the number of the referral",
            "tables/    a spreadsheet (CSV, UTF-8) for each kind of record, in words; names stand beside IDs, by",
            "           which the tables refer to each other; days as 2026-10-13, times on the practice's clock",
            "data/      the same rows exactly, one line of JSON each, times in UTC; a new installation reads them:",
            "           medexpro import-practice FOLDER",
            "manifest.json   how many rows of each kind, and the SHA-256 of every file",
            "",
            "The tables:",
            *lines,
            "",
            "Not in here:",
            *left,
            "  Passwords, passkeys and one-time codes. People choose a new password in a new installation.",
            "",
        ]
    )
