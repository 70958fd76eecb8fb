"""Files that wait for a person's yes: kept packed for a day, read again when they are brought in."""

import gzip
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from medexpro.audit.trail import record as write_trail
from medexpro.clients.models import Client
from medexpro.fhir import events, presenters
from medexpro.fhir.models import Upload
from medexpro.fhir.operations import ImportRefused, Outcome, import_record
from medexpro.fhir.reading.bundle import Limits, read_files
from medexpro.fhir.reading.record import ImportedRecord
from medexpro.kernel.refusals import NotFound
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

KEPT_FOR = timedelta(days=1)


@transaction.atomic
def keep(files: Sequence[tuple[str, bytes]], *, limit: int, by: Member, at: datetime) -> Upload:
    """Read files of one person, and keep them until they are brought in or a day has passed.

    files: (name, content). limit: bytes of each file as it was sent. Raises FileRefused when they can't be read.
    """
    permissions.check(by, Permission.CLIENTS_IMPORT)
    record = read_files(files, on=by.practice.day(at), limits=Limits(packed_bytes=limit))
    clear_old(at=at)
    contents = gzip.compress(msgspec.msgpack.encode([content for _, content in files]), compresslevel=3)
    names = [name[:120] for name, _ in files]
    upload = Upload.objects.create(
        practice=by.practice, member=by, names=names, contents=contents, uploaded_at=at
    )
    write_trail(events.UPLOADED, upload, by=by, at=at, sha256=record.sha256, resources=record.report.total)
    return upload


def read(upload: Upload, *, at: datetime) -> ImportedRecord:
    """Return what the kept files say. Raises ImportRefused once they are gone."""
    if not upload.contents:
        raise ImportRefused("The files are no longer kept. Choose them again.")
    contents = msgspec.msgpack.decode(gzip.decompress(bytes(upload.contents)), type=list[bytes])
    return read_files(list(zip(upload.names, contents, strict=True)), on=upload.practice.day(at))


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


def clear_old(*, at: datetime) -> int:
    """Delete uploads that nobody brought in within a day; return how many."""
    old = Upload.objects.filter(imported_at=None, uploaded_at__lt=at - KEPT_FOR)
    return old.delete()[0]
