"""What goes out beside the signed page, and what is kept of it: the cover sheet of a fax, and the copy as it was sent.

The signed bytes stay as they are. For sending, the cover sheet is put in front of them in a file of its own, and that file
is kept with the delivery. What leaves without a cover leaves as it was signed, and the document itself is the copy.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import msgspec
import pikepdf
from msgspec import Struct

from medexpro.pdf import engine
from medexpro.positioning.voice import voice_of
from medexpro.practice.paper import letterhead_of
from medexpro.providers.models import Channel, Provider
from medexpro.reports.layouts import FAX_COVER
from medexpro.reports.models import Delivery, Document, SentCopy
from medexpro.reports.snapshots import Party
from medexpro.web import words


class FaxCover(Struct, kw_only=True, frozen=True):
    """What a cover sheet says. Nothing in it names a client. about: the kind of page and its number."""

    schema: int = 1
    title: str
    heading: str
    date_line: str
    made_at: datetime
    language: str = "en"
    region: str = "US"
    to: Party
    sender: Party
    pages: str
    about: str
    confidential_heading: str
    confidential: str
    astray: str
    scope: str
    foot: str


@dataclass(frozen=True)
class Copy:
    """A file ready to go. cover, made_with: what its first page says, and what that was made with."""

    pdf: bytes
    pages: int
    sha256: str
    cover: FaxCover
    made_with: dict[str, Any]


def faxed(document: Document, to: str, *, sender: str, at: datetime) -> Copy:
    """Return a signed document as it is faxed: a cover sheet, then the signed page. to: the fax number as typed."""
    kind = document.get_kind_display()
    return with_cover(signed_bytes(document), document.practice, document.provider, to=to, sender=sender,
                      about=f"{kind} {document.number}", at=at)  # fmt: skip


def with_cover(
    pdf: bytes, practice: Any, provider: Provider, *, to: str, sender: str, about: str, at: datetime, by_post: bool = False
) -> Copy:  # fmt: skip
    """Return a PDF with a cover sheet in front, addressed to a provider. by_post: an address sheet for an envelope."""
    letterhead = letterhead_of(practice)
    pages = _page_count(pdf) + 1
    cover = _cover(practice, provider, to=to, sender=sender, about=about, pages=pages, by_post=by_post, at=at)
    rendered = engine.render(FAX_COVER, cover, letterhead)
    whole = joined([rendered.pdf, pdf])
    made_with = rendered.made_with() | {"letterhead": msgspec.to_builtins(letterhead)}
    return Copy(whole, pages, hashlib.sha256(whole).hexdigest(), cover, made_with)


def _cover(
    practice: Any, provider: Provider, *, to: str, sender: str, about: str, pages: int, by_post: bool, at: datetime
) -> FaxCover:  # fmt: skip
    day = practice.day(at)
    full_day, clock = f"{day:%B} {day.day}, {day.year}", words.clock(practice.local(at))
    workplace = provider.organisation.name if provider.organisation else provider.specialty
    reach = [
        f"Phone {practice.phone}" if practice.phone else "",
        f"Fax {practice.fax}" if practice.fax else "",
    ]
    call = f"call {practice.phone}" if practice.phone else f"tell {practice.name}"
    return FaxCover(
        title=f"{'Letter' if by_post else 'Fax'} from {practice.name}, {full_day}",
        heading="Letter" if by_post else "Fax",
        date_line=f"{full_day}, {clock}",
        made_at=at,
        to=Party(provider.formal_name, [line for line in (workplace, to if by_post else f"Fax {to}") if line]),
        sender=Party(sender, [practice.name, *filter(None, reach)]),
        pages=f"{pages}, with this one",
        about=about,
        confidential_heading="Confidential health information",
        confidential=(
            "These pages are for the person named above alone. Whoever else reads, copies or passes them on may break the law."
        ),
        astray=f"Did this reach you by mistake? Please {call} and shred all pages. Do not send them on.",
        scope=voice_of(practice).scope_statement,
        foot=f"Are pages missing or hard to read? Please {call}.",
    )  # fmt: skip


def joined(pdfs: list[bytes]) -> bytes:
    """Return several PDFs as one, in order; the same ones give the same bytes."""
    whole, out = pikepdf.Pdf.new(), BytesIO()
    for data in pdfs:
        with pikepdf.open(BytesIO(data)) as part:
            whole.pages.extend(part.pages)
    whole.save(out, deterministic_id=True, compress_streams=True)
    return out.getvalue()


def pages_of(pdf: bytes, first: int, count: int) -> bytes:
    """Return some pages of a PDF as one of their own. first: from 0."""
    part, out = pikepdf.Pdf.new(), BytesIO()
    with pikepdf.open(BytesIO(pdf)) as whole:
        part.pages.extend(list(whole.pages)[first : first + count])
        part.save(out, deterministic_id=True, compress_streams=True)
    return out.getvalue()


def _page_count(pdf: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)


def signed_bytes(document: Document) -> bytes:
    """Return the signed PDF. One query."""
    return bytes(Document.objects.only("pdf").get(pk=document.pk).pdf or b"")


def keep(delivery: Delivery, copy: Copy) -> SentCopy:
    """Keep what went out with a delivery. Call in its transaction."""
    return SentCopy.objects.create(
        practice=delivery.practice, episode=delivery.episode, delivery=delivery, pages=copy.pages,
        cover=msgspec.to_builtins(copy.cover), made_with=copy.made_with, sha256=copy.sha256, pdf=copy.pdf,
    )  # fmt: skip


def as_sent(delivery: Delivery) -> bytes:
    """Return what went out with a delivery: its copy with the cover, else the signed page."""
    copy = SentCopy.objects.filter(delivery=delivery).only("pdf").first()
    return bytes(copy.pdf) if copy is not None else signed_bytes(delivery.document)


def has_cover(channel: str) -> bool:
    """Return whether a way of sending takes a cover sheet."""
    return channel == Channel.FAX
