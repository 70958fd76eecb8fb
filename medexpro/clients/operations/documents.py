"""Putting papers and photos on file, and taking them off."""

import hashlib
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients import events, uploads
from medexpro.clients.models import Client, ClientDocument
from medexpro.kernel.refusals import NotAllowed
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields, save_once


@transaction.atomic
def add_document(
    client: Client,
    *,
    file: BinaryIO,
    size: int,
    kind: str = "other",
    title: str = "",
    by: Member,
    at: datetime,
    id: UUID | None = None,
) -> ClientDocument:
    """Put an uploaded file on file under a random name. The same `id` returns the first one.

    file: opened for reading; what it is is read from its content. size: bytes. Raises uploads.UploadRefused.
    """
    permissions.check(by, Permission.DOCUMENTS_ADD, client)
    if id and (known := ClientDocument.objects.filter(pk=id, client=client).first()):
        return known
    checked = uploads.check(file, size=size, limit=settings.UPLOAD_LIMIT_BYTES)
    document = ClientDocument(
        practice=client.practice,
        client=client,
        kind=kind,
        title=" ".join(title.split())[:160],
        content_type=checked.content_type,
        size=len(checked.content),
        sha256=hashlib.sha256(checked.content).hexdigest(),
        added_by=by,
        added_at=at,
    )
    if id:
        document.pk = id
    document.title = document.title or document.get_kind_display()
    document.file = ContentFile(checked.content, name="upload")
    check_fields(document, uploads.UploadRefused)
    document, new = save_once(document)
    if new:
        record(events.DOCUMENT_ADDED, document, by=by, at=at, document=kind, size=document.size)
    return document


@transaction.atomic
def remove_document(document: ClientDocument, *, by: Member, at: datetime) -> ClientDocument:
    """Take a document off file. The bytes stay until retention ends them; `restore_document` brings it back.

    Who may only add takes off what they put there themselves. Raises NotAllowed.
    """
    _check_may_move(document, by)
    if document.removed_at is None:
        document.removed_at = at
        document.save(update_fields=["removed_at"])
        record(events.DOCUMENT_REMOVED, document, by=by, at=at)
    return document


@transaction.atomic
def restore_document(document: ClientDocument, *, by: Member, at: datetime) -> ClientDocument:
    """Undo a removal. Raises what `remove_document` raises."""
    _check_may_move(document, by)
    if document.removed_at is not None:
        document.removed_at = None
        document.save(update_fields=["removed_at"])
        record(events.DOCUMENT_RESTORED, document, by=by, at=at)
    return document


def _check_may_move(document: ClientDocument, by: Member) -> None:
    permissions.check(by, Permission.DOCUMENTS_ADD, document)
    if document.added_by_id != by.pk and not permissions.may_with(
        by, Permission.DOCUMENTS_READ, document.client
    ):
        raise NotAllowed("Someone else put this document on file. Who reads documents may take it off.")
