"""One client's whole record, to be given to someone: a PDF to read and print, and a ZIP with everything in it.

It is made by the same readers as the export of a practice. What was asked for, by whom and for whom stands in
`record.Disclosure`; the files lie in the home folder for a day.
"""

import csv
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.db import models

from medexpro.audit import trail
from medexpro.clients import agreements
from medexpro.clients.models import Client
from medexpro.config.takeout.said import is_said, plainly
from medexpro.config.takeout.tables import Table, tables
from medexpro.config.takeout.writing import Writing
from medexpro.kernel import quantities
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.library import library_of
from medexpro.pdf import engine
from medexpro.pdf.engine import Layout
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.record.models import Disclosure
from medexpro.reports.contents import letterhead_of
from medexpro.web import words

LAYOUT = Layout("client_record", Path(__file__).parent / "layouts" / "client_record.typ", number=1)
KEPT_FOR = timedelta(days=1)
DEAD_AFTER = timedelta(minutes=4)
MESSAGES = frozenset({"record.Message", "record.MessageTo"})
# Rows that are said within the session they belong to, not in a chapter of their own.
IN_SESSIONS = {"session_logs.SessionReading": "readings", "session_logs.ExerciseEntry": "entries"}
# Chapters in the order people read; what is not named follows.
ORDER = (
    "clients.Client", "clients.ContactPerson", "clients.Consent", "clients.Condition", "clients.Surgery",
    "clients.Medication", "clients.Allergy", "clients.OutsideReading", "referrals.Referral", "referrals.ReferralCheck",
    "episodes.Episode", "episodes.StatusChange", "clearance.Screening", "clearance.KnownState", "clearance.Decision",
    "clearance.ProviderLimit", "clearance.WrittenPlan", "clearance.Precaution", "clearance.ReferBack",
    "clearance.ToTell", "assessments.Assessment", "assessments.Measurement", "assessments.Asking", "assessments.Goal",
    "programs.Program",
    "programs.ProgramExercise", "programs.PhaseDecision", "programs.HomeExercise", "programs.HomeSheet", "programs.HomeDone",
    "session_logs.SessionLog", "session_logs.Addendum",
    "scheduling.Booking", "scheduling.GroupPlace", "reports.Document", "reports.Delivery", "reports.SentCopy",
    "reports.Question", "reports.Answer", "reports.Proposal", "clients.ClientDocument",
)  # fmt: skip
_CHUNK = 500

Form = Literal["zip", "pdf"]


class RecordRefused(Refusal):
    """The record can't be handed out now."""


def is_working(disclosure: Disclosure, at: datetime) -> bool:
    """Return whether somebody is at making it."""
    silent = at - disclosure.worked_at
    return disclosure.ready_at is None and not disclosure.failed and silent < DEAD_AFTER


def make(disclosure: Disclosure, *, now: Callable[[], datetime]) -> None:
    """Write the files of a disclosure. Whatever goes wrong is kept with it, in a sentence. Done once, however often asked."""
    if disclosure.ready_at is not None or disclosure.failed:
        return
    permissions.check(disclosure.by, Permission.CLIENTS_EXPORT, disclosure.client)

    def tell(done: int, total: int, what: str) -> None:
        disclosure.done, disclosure.total, disclosure.what = done, total, what[:120]
        disclosure.worked_at = now()
        disclosure.save(update_fields=["done", "total", "what", "worked_at"])

    folder = _folder(disclosure)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            record = _OneClient(disclosure, Path(scratch) / "record", at=now(), tell=tell).write_record()
            packed = Path(scratch) / "packed.zip"
            _pack(record, packed)
            (record / "record.pdf").replace(path_of(disclosure, "pdf"))
            packed.replace(path_of(disclosure, "zip"))
    except OSError as error:
        disclosure.failed = f"It could not be written: {error}"[:240]
    else:
        with path_of(disclosure, "zip").open("rb") as file:
            disclosure.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        disclosure.size, disclosure.ready_at = path_of(disclosure, "zip").stat().st_size, now()
    disclosure.worked_at = now()
    disclosure.save(update_fields=["failed", "sha256", "size", "ready_at", "worked_at"])


def hand_out(disclosure: Disclosure, form: Form, *, by: Member, at: datetime) -> Path:
    """Return a file of the record for a member to give on; it is in the trail each time. Raises RecordRefused."""
    permissions.check(by, Permission.CLIENTS_EXPORT, disclosure.client)
    path = path_of(disclosure, form)
    if disclosure.ready_at is None or disclosure.gone_at is not None or not path.is_file():
        raise RecordRefused("There is no such file to download any more. Have it made again.")
    if disclosure.taken_at is None:
        disclosure.taken_at = at
        disclosure.save(update_fields=["taken_at"])
    trail.record_export(
        by, "client record", at=at, client=disclosure.client, form=form, disclosure=str(disclosure.pk)
    )
    return path


def clear_old(*, at: datetime) -> int:
    """Remove the files of disclosures that are a day old; return how many. The disclosures themselves stay."""
    gone = 0
    for disclosure in Disclosure.objects.filter(gone_at=None, at__lt=at - KEPT_FOR):
        for form in ("zip", "pdf"):
            path_of(disclosure, form).unlink(missing_ok=True)
        disclosure.gone_at = at
        disclosure.save(update_fields=["gone_at"])
        gone += 1
    return gone


def path_of(disclosure: Disclosure, form: Form) -> Path:
    """Return where a file of a disclosure lies."""
    return _folder(disclosure) / f"{disclosure.pk.hex}.{form}"


def _folder(disclosure: Disclosure) -> Path:
    return Path(settings.MEDEXPRO_HOME) / "exports" / "records" / disclosure.practice_id.hex


def _pack(folder: Path, path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in sorted(one for one in folder.rglob("*") if one.is_file()):
            packed.write(one, one.relative_to(folder).as_posix())


class _OneClient(Writing):
    """The record of one client: record.pdf, record.json with papers and documents, tables as CSV."""

    def __init__(self, disclosure: Disclosure, folder: Path, *, at: datetime, tell: Any):
        super().__init__(disclosure.practice, folder, at=at, tell=tell)
        self.disclosure, self.client = disclosure, disclosure.client
        self.without = frozenset() if disclosure.with_messages else MESSAGES

    def write_record(self) -> Path:
        """Write all parts; return the folder."""
        self.folder.mkdir(mode=0o700)
        (self.folder / "tables").mkdir(mode=0o700)
        self._learn_names()
        self.folders[self.client.pk] = "record"
        chosen = [table for table in tables() if table.client_path and table.label not in self.without]
        chosen.sort(key=lambda table: ORDER.index(table.label) if table.label in ORDER else len(ORDER))
        steps = len(chosen) + 2
        chapters = []
        for done, table in enumerate(chosen):
            self.tell(done, steps, table.title)
            if rows := self._chapter(table):
                chapters.append({"title": table.title, "rows": rows})
        self.tell(len(chosen), steps, "Documents and papers")
        self._client(self.client)
        self.tell(len(chosen) + 1, steps, "Pages to read")
        printed = engine.render_list(LAYOUT, self._document(chapters), letterhead_of(self.practice))
        self._file("record.pdf", printed.pdf)
        self._file("README.txt", self._said_first().encode())
        return self.folder

    def _rows_of(self, table: Table) -> Iterator[Any]:
        path = "pk" if table.client_path == "self" else table.client_path
        large = any(isinstance(field, models.BinaryField) for field in table.fields)
        rows = table.rows(self.practice).filter(**{path: self.client.pk})
        yield from rows.iterator(chunk_size=20 if large else _CHUNK)

    def _chapter(self, table: Table) -> list[dict[str, Any]]:
        """Write a table as CSV, and return its rows as they read; a table without rows is none."""
        rows, path, before = [], None, ""
        for row in self._rows_of(table):
            values = self._values(table, row)
            if path is None:
                path = self._new(f"tables/{table.name}.csv")
                cells = path.open("w", encoding="utf-8-sig", newline="")
                out = csv.writer(cells, lineterminator="\r\n")
                out.writerow(self._headings(table))
            out.writerow(self._cells(table, row, values))
            if table.label not in IN_SESSIONS:
                rows.append(self._entry(table, row))
                if len(rows) > 1 and rows[-1]["head"] == before:
                    rows[-1]["head"] = ""  # Rows of one moment stand under it together.
                else:
                    before = rows[-1]["head"]
        if path is not None:
            cells.close()
            self._seal(path)
        return rows

    def _entry(self, table: Table, row: Any) -> dict[str, Any]:
        """Return a row as it reads: when, what, and for a session what was done in it."""
        lines = self._lines_of(row) if table.label == "session_logs.SessionLog" else []
        head = self._head(table, row)
        pairs = [
            {"label": str(field.verbose_name), "words": said}
            for field in table.fields
            if is_said(field.name) and (said := self._in_words(field, row)) and said != head
        ]
        return {"head": head, "pairs": pairs, "lines": lines}

    def _head(self, table: Table, row: Any) -> str:
        """Return what stands over a row: the first day or time it has of its own."""
        if isinstance(row, Client):
            return row.name
        for field in table.fields:
            value = getattr(row, field.attname)
            if is_said(field.name) and isinstance(value, date):
                return self._when(value)
        return ""

    def _when(self, value: date | datetime) -> str:
        if isinstance(value, datetime):
            local = self.practice.local(value)
            return f"{words.day(local.date())}, {words.clock(local)}"
        return words.day(value)

    def _in_words(self, field: Any, row: Any) -> str:
        """Return a value as the pages say it; "" for what is empty, or only the program's own."""
        value = getattr(row, field.attname)
        if value is None or value in ("", [], {}, "none"):
            return ""
        if field.name == "unit" and hasattr(row, "value"):
            return ""  # It stands with the value.
        if field.is_relation:
            return self.names.get(field.related_model, {}).get(value, "")
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, date):
            return self._when(value)
        if isinstance(value, time):
            return words.clock(value)
        if isinstance(value, Decimal):
            unit = quantities.label(row.unit) if field.name == "value" and hasattr(row, "unit") else ""
            return f"{words.number(value)} {unit}".strip()
        if field.name == "minutes" and isinstance(value, dict):
            return ", ".join(f"{name} {round(seconds / 60)} min" for name, seconds in value.items())
        if field.name == "trials":
            return ", ".join(
                f"{one.get('value')} {quantities.label(one.get('unit') or '')}".strip() for one in value
            )
        return plainly(_with_names(value, self.practice))

    def _lines_of(self, session: Any) -> list[str]:
        """Return what was read and done in a session, a line each."""
        lines = []
        for one in session.readings.all():
            known = library_of(self.practice).all_measures.get(one.measure)
            value = f"{words.number(one.value)} {quantities.label(one.unit)}".strip()
            lines.append(f"{one.get_moment_display()}: {known.name if known else one.measure} {value}")
        for one in session.entries.all():
            done = ", ".join(_set_in_words(item, one) for item in one.sets)
            felt = [f"effort {one.effort} of 10"] if one.effort is not None else []
            felt += [f"pain {one.pain} of 10"] if one.pain is not None else []
            parts = [one.get_state_display().lower(), done, *felt, one.reason]
            lines.append(f"{one.name}: {', '.join(part for part in parts if part)}")
        return lines

    def _document(self, chapters: list[dict[str, Any]]) -> dict[str, Any]:
        born = f", born {words.day(self.client.birth_date)}" if self.client.birth_date else ""
        return {
            "title": f"Record of {self.client.name}{born}",
            "language": "en",
            "region": self.practice.country,
            "made_at": self.at.isoformat(),
            "heading": f"Record of {self.client.name}",
            "date_line": words.day(self.practice.day(self.at)),
            "notice": f"For {self.disclosure.recipient}: {self.disclosure.reason}. Made by {self.disclosure.by} on "
            f"{self._when(self.at)}. It holds health data: only those it was given to may read it.",
            "chapters": chapters,
        }

    def _said_first(self) -> str:
        left = [] if self.disclosure.with_messages else ["Messages between colleagues are not in here.", ""]
        return "\n".join(
            [
                f"The record of {self.client.name} at {self.practice.name}, for {self.disclosure.recipient}.",
                f"Why: {self.disclosure.reason}. Made on {self._when(self.at)} by {self.disclosure.by}.",
                "",
                "record.pdf    everything to read and print",
                "record/       record.json with every row exactly, beside it documents as they were sent and papers",
                "tables/       a spreadsheet (CSV, UTF-8) for each kind of record",
                "",
                *left,
                "It holds health data and is not encrypted.",
                "",
            ]
        )


def _with_names(value: Any, practice: Any) -> Any:
    """Return a value with the words of the reference data in the place of their keys."""
    if isinstance(value, str):
        return _words_of(value, practice) or value
    if isinstance(value, list):
        return [_with_names(one, practice) for one in value]
    return value


def _words_of(key: str, practice: Any) -> str:
    lib = library_of(practice)
    if key in lib.all_measures:
        return lib.all_measures[key].name
    if key in lib.tags:
        return lib.tags[key].name
    if key in lib.histories:
        return lib.histories[key].professional
    if key in lib.symptoms:
        return lib.symptoms[key].professional
    known = agreements.kinds().get(key)
    return known.name if known else ""


def _set_in_words(done: dict[str, Any], entry: Any) -> str:
    load = f" at {done['load']} {entry.load_unit}".rstrip() if done.get("load") not in (None, "") else ""
    return f"{done.get('quantity')} {entry.quantity_unit}{load}"
