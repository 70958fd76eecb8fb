"""Several signed documents to fax or post in one go: one PDF in order, each behind its cover or address sheet.

A person stands at the machine, so nothing counts as sent until they say that all went out; what stayed in the tray is taken
back line by line.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef

from medexpro.audit.trail import record
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel
from medexpro.reports import copies, events, operations, sending
from medexpro.reports.models import Delivery, Document, PrintBatch

MOST = 40
KEPT_FOR = timedelta(days=30)


class PrintRefused(Refusal):
    """These can't be put together."""


@dataclass(frozen=True)
class Waiting:
    """A document that waits to be faxed or posted: how, and to which number or name."""

    document: Document
    channel: str
    to: str

    @property
    def how(self) -> str:
        """Return the way in words."""
        return str(Channel(self.channel).label)


def waiting(member: Member) -> list[Waiting]:
    """Return what is signed and not sent, whose provider is reached on paper, the oldest first. One query.

    By fax where a number is on file, else by post. What a gateway or a mail server has in hand is not among it.
    """
    queued = Delivery.objects.filter(
        document=OuterRef("pk"), undone_at=None, delivered_at=None, failed_reason=""
    )
    on_its_way = queued.exclude(gateway="") | queued.filter(channel=Channel.EMAIL)
    rows = operations.rows_of(member).defer("pdf", "snapshot").filter(
        ~Exists(on_its_way), state=Document.State.SIGNED, provider__is_active=True,
        provider__preferred_channel__in=(Channel.FAX, Channel.PRINT),
    )  # fmt: skip
    return [_waiting(one) for one in rows.order_by("signed_at", "pk")[:MOST]]


def _waiting(document: Document) -> Waiting:
    number = sending.fax_of(document)
    if document.provider.preferred_channel == Channel.FAX and number:
        return Waiting(document, Channel.FAX, number)
    return Waiting(document, Channel.PRINT, document.provider.formal_name)


def start(chosen: Sequence[UUID], *, id: UUID | None = None, by: Member, at: datetime) -> PrintBatch:
    """Put the chosen documents into one PDF, in the order they wait in. Records reports:batch:print.

    id: made by the page; the same again is the same batch. Raises PrintRefused for none of those that wait.
    """
    permissions.check(by, Permission.CLIENTS_EXPORT)
    permissions.check(by, Permission.REPORTS_TRACK)
    if id and (before := PrintBatch.objects.filter(pk=id).first()):
        if before.member_id != by.pk:
            raise NotFound("There is no such batch.")
        return before
    wanted = set(chosen)
    ready = [one for one in waiting(by) if one.document.pk in wanted]
    if not ready:
        raise PrintRefused("Tick what to fax or post first. What is sent already is left.")
    parts: list[bytes] = []
    lines: list[dict[str, Any]] = []
    page = 0
    for one in ready:
        copy = _copy(one, by=by, at=at)
        parts.append(copy.pdf)
        lines.append({
            "document": str(one.document.pk), "channel": str(one.channel), "to": one.to, "delivery": "", "from": page,
            "pages": copy.pages, "cover": msgspec.to_builtins(copy.cover), "made_with": copy.made_with,
        })  # fmt: skip
        page += copy.pages
    whole = copies.joined(parts)
    with transaction.atomic():
        batch = PrintBatch.objects.create(
            id=id or uuid7(), practice=by.practice, member=by, lines=lines, made_at=at, pdf=whole
        )
        record(events.PRINT_BATCH, batch, by=by, at=at, count=len(lines))
    return batch


def _copy(one: Waiting, *, by: Member, at: datetime) -> copies.Copy:
    document = one.document
    return copies.with_cover(
        copies.signed_bytes(document), document.practice, document.provider, to=one.to, sender=by.signing_name,
        about=f"{document.get_kind_display()} {document.number}", at=at, by_post=one.channel == Channel.PRINT,
    )  # fmt: skip


def went_out(batch: PrintBatch, *, by: Member, at: datetime) -> tuple[int, list[str]]:
    """Record each document of a batch as sent; return how many, and why others could not be. Twice sends nothing twice.

    Records reports:batch:went-out beside each sending.
    """
    permissions.check(by, Permission.REPORTS_TRACK)
    if batch.practice_id != by.practice_id:
        raise NotFound("There is no such batch.")
    known = {
        str(one.pk): one
        for one in operations.rows_of(by).filter(pk__in=[line["document"] for line in batch.lines])
    }
    whole = bytes(PrintBatch.objects.only("pdf").get(pk=batch.pk).pdf)
    refused, sent = [], 0
    for line in batch.lines:
        document = known.get(line["document"])
        if line["delivery"] or document is None:
            continue
        if document.state != Document.State.SIGNED:
            refused.append(f"{document.number} was sent or replaced meanwhile.")
            continue
        try:
            # What is kept is the very pages that were printed.
            made = sending.send(
                document,
                line["channel"],
                to=line["to"],
                by_hand=True,
                copy=_as_printed(whole, line),
                by=by,
                at=at,
            )
        except Refusal as refusal:
            refused.append(f"{document.number}: {refusal}")
            continue
        line["delivery"] = str(made.delivery.pk)
        sent += 1
    with transaction.atomic():
        PrintBatch.objects.filter(pk=batch.pk).update(lines=batch.lines, went_at=batch.went_at or at)
        if sent:
            record(events.WENT_OUT, batch, by=by, at=at, count=sent)
    return sent, refused


def _as_printed(whole: bytes, line: dict[str, Any]) -> copies.Copy:
    """Return the pages of one line, out of the PDF that was printed."""
    pdf = copies.pages_of(whole, line["from"], line["pages"])
    cover = msgspec.convert(line["cover"], copies.FaxCover)
    return copies.Copy(pdf, line["pages"], hashlib.sha256(pdf).hexdigest(), cover, line["made_with"])


def lines_of(batch: PrintBatch, member: Member) -> list[dict[str, Any]]:
    """Return the lines of a batch whose document the member may know of, each with its delivery. Two queries."""
    documents = {
        str(one.pk): one
        for one in operations.rows_of(member).defer("pdf", "snapshot").filter(
            pk__in=[line["document"] for line in batch.lines]
        )
    }  # fmt: skip
    rows = Delivery.objects.filter(pk__in=[line["delivery"] for line in batch.lines if line["delivery"]])
    deliveries = {str(one.pk): one for one in rows}
    return [
        {
            "document": documents[line["document"]],
            "how": Channel(line["channel"]).label,
            "to": line["to"],
            "delivery": deliveries.get(line["delivery"]),
        }
        for line in batch.lines
        if line["document"] in documents
    ]


def clear_old(*, at: datetime) -> int:
    """Let go of batches a month old; what was sent stays with each delivery. Return how many."""
    return PrintBatch.objects.filter(made_at__lt=at - KEPT_FOR).delete()[0]
