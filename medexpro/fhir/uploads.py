"""Files that wait for a person's yes: kept packed for a day, read again when they are brought in."""

import gzip
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction

from medexpro.audit.trail import record as write_trail
from medexpro.clients.models import Client
from medexpro.fhir import events, presenters
from medexpro.fhir.many import PersonReport, import_files
from medexpro.fhir.models import Upload
from medexpro.fhir.operations import ImportRefused, Outcome, import_record
from medexpro.fhir.reading.bundle import FileRefused, Limits, SeveralPeople, read_files
from medexpro.fhir.reading.files import entries_in, is_by_line
from medexpro.fhir.reading.record import ImportedRecord
from medexpro.kernel.refusals import NotFound
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

KEPT_FOR = timedelta(days=1)
DEAD_AFTER = timedelta(seconds=60)
_TOLD_EVERY = timedelta(seconds=1)
_MOST_LEFT = 500
MOST_UNPACKED = 400_000_000  # bytes of one file of lines; what is sent packs to a twentieth


@transaction.atomic
def keep(files: Sequence[tuple[str, bytes]], *, limit: int, by: Member, at: datetime) -> Upload:
    """Read files of one person or of many, and keep them until they are brought in or a day has passed.

    files: (name, content). limit: bytes of each file as it was sent. Raises FileRefused when they can't be read.
    """
    permissions.check(by, Permission.CLIENTS_IMPORT)
    if any(is_by_line(Path(name)) for name, _ in files):
        return _keep_many(files, by=by, at=at)
    try:
        record = read_files(files, on=by.practice.day(at), limits=Limits(packed_bytes=limit))
    except SeveralPeople:
        return _keep_many(files, by=by, at=at)
    clear_old(at=at)
    upload = _kept(files, by=by, at=at)
    write_trail(events.UPLOADED, upload, by=by, at=at, sha256=record.sha256, resources=record.report.total)
    return upload


def _kept(
    files: Sequence[tuple[str, bytes]], *, by: Member, at: datetime, people: int | None = None
) -> Upload:
    contents = gzip.compress(msgspec.msgpack.encode([content for _, content in files]), compresslevel=3)
    names = [name[:120] for name, _ in files]
    return Upload.objects.create(
        practice=by.practice, member=by, names=names, contents=contents, uploaded_at=at, people=people
    )


def _keep_many(files: Sequence[tuple[str, bytes]], *, by: Member, at: datetime) -> Upload:
    """Keep files about many people. Raises FileRefused for one that can't be read to its end, or that names nobody."""
    people = resources = 0
    with _on_disk(files) as paths:
        for name, path in paths:
            for entry in entries_in(path, name, most_bytes=MOST_UNPACKED):
                resources += 1
                people += entry.type == "Patient" and not entry.problem
    if not people:
        raise FileRefused(f"{files[0][0]} names no person: it holds no Patient resource.")
    clear_old(at=at)
    upload = _kept(files, by=by, at=at, people=people)
    write_trail(events.UPLOADED, upload, by=by, at=at, resources=resources, people=people)
    return upload


@contextmanager
def _on_disk(files: Sequence[tuple[str, bytes]]) -> Iterator[list[tuple[str, Path]]]:
    """Put files into a folder of their own for as long as they are read."""
    with tempfile.TemporaryDirectory(dir=settings.MEDEXPRO_HOME, prefix="import-") as folder:
        paths = []
        for number, (name, content) in enumerate(files, start=1):
            ending = ".ndjson" if is_by_line(Path(name)) else ".json"
            path = Path(folder) / f"{number}{ending}"
            path.write_bytes(content)
            paths.append((name if [n for n, _ in files].count(name) == 1 else f"{name} ({number})", path))
        yield paths


def contents_of(upload: Upload) -> list[tuple[str, bytes]]:
    """Return the kept files. Raises ImportRefused once they are gone."""
    if not upload.contents:
        raise ImportRefused("The files are no longer kept. Choose them again.")
    contents = msgspec.msgpack.decode(gzip.decompress(bytes(upload.contents)), type=list[bytes])
    return list(zip(upload.names, contents, strict=True))


def read(upload: Upload, *, at: datetime) -> ImportedRecord:
    """Return what the kept files say. Raises ImportRefused once they are gone."""
    return read_files(contents_of(upload), on=upload.practice.day(at))


@transaction.atomic
def bring_in(
    upload: Upload, *, by: Member, at: datetime, into: Client | None = None, knowingly: bool = False
) -> Outcome | None:
    """Bring in the kept files and let go of them; None when it was done already (a double click).

    Raises what `import_record` raises; the files stay then.
    """
    permissions.check(by, Permission.CLIENTS_IMPORT, upload)
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.member_id != by.pk:
        raise NotFound("There is no such upload of yours.")
    if upload.imported_at is not None:
        return None
    record = read(upload, at=at)
    outcome = import_record(record, by=by, at=at, into=into, knowingly=knowingly)
    upload.client, upload.imported_at, upload.contents = outcome.client, at, b""
    upload.outcome = presenters.result(record, outcome)
    upload.save(update_fields=["client", "imported_at", "contents", "outcome"])
    return outcome


@transaction.atomic
def start_many(upload: Upload, *, all_new: bool, by: Member, at: datetime) -> Upload:
    """Let the worker bring in files about many people next; a second click changes nothing."""
    permissions.check(by, Permission.CLIENTS_IMPORT, upload)
    upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if upload.member_id != by.pk or upload.people is None:
        raise NotFound("There is no such upload of yours.")
    if upload.started_at is None:
        contents_of(upload)
        upload.started_at, upload.all_new = at, all_new
        upload.save(update_fields=["started_at", "all_new"])
    return upload


def work_on_many(upload: Upload, *, now: Callable[[], datetime]) -> bool:
    """Bring in files about many people, and let go of them; return whether this was ours to do.

    Another one at the same work, seen within a minute, is left alone. Whoever was brought in before an end stays as
    they are.
    """
    if not _claim(upload, at=now()):
        return False
    upload = Upload.objects.select_related("practice", "member__user").get(pk=upload.pk)
    left: list[dict] = []
    told_at = now()

    def each(report: PersonReport) -> None:
        if report.outcome is None and len(left) < _MOST_LEFT:
            left.append(presenters.left(report))

    def tell(done: int, total: int, what: str) -> None:
        nonlocal told_at
        if now() - told_at >= _TOLD_EVERY:
            told_at = now()
            # Reading comes first; only people are counted.
            people = done if what.startswith("Bringing in") else 0
            Upload.objects.filter(pk=upload.pk).update(done=people, worked_at=told_at)

    with _on_disk(contents_of(upload)) as paths:
        run = import_files(paths, by=upload.member, at=now(), knowingly=upload.all_new, each=each, tell=tell)
    upload.outcome = presenters.run_result(run, left)
    upload.imported_at, upload.contents, upload.done = now(), b"", run.people.total()
    upload.save(update_fields=["outcome", "imported_at", "contents", "done"])
    return True


@transaction.atomic
def _claim(upload: Upload, *, at: datetime) -> bool:
    row = Upload.objects.select_for_update().get(pk=upload.pk)
    busy = row.worked_at is not None and at - row.worked_at < DEAD_AFTER
    if row.started_at is None or row.imported_at is not None or busy or not row.contents:
        return False
    row.worked_at = at
    row.save(update_fields=["worked_at"])
    return True


def unfinished(*, at: datetime) -> list[Upload]:
    """Return the uploads about many people whose work nobody does any more: their worker was ended.

    After a day they are given up: whatever ends it then ends it each time.
    """
    silent = Upload.objects.filter(
        imported_at=None, worked_at__lt=at - DEAD_AFTER, started_at__gt=at - KEPT_FOR
    )
    return list(silent[:20])


def clear_old(*, at: datetime) -> int:
    """Delete uploads that nobody brought in within a day; return how many."""
    old = Upload.objects.filter(imported_at=None, uploaded_at__lt=at - KEPT_FOR).exclude(
        started_at__gt=at - KEPT_FOR
    )
    return old.delete()[0]
