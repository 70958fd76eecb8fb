"""A document as a file: its picture and its PDF, as kept or as it stands."""

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpResponse

from medexpro.pdf import engine, fax
from medexpro.pdf.letterhead import Letterhead
from medexpro.reports import contents, operations
from medexpro.reports.layouts import LAYOUTS
from medexpro.reports.models import Document


def picture_of(document: Document, *, how: str, at: datetime) -> HttpResponse:
    """Answer the page as a picture. how: "" as on screen, "grey", or "fax" as a fax shows it."""
    if document.is_signed:
        values: Any = document.snapshot
        head = msgspec.convert(document.made_with["letterhead"], Letterhead)
    else:
        values = contents.contents_of(document, at=at).snapshot
        head = contents.letterhead_of(document.practice)
    # A fax has its own density: a proof of another one would show other letters.
    png = engine.preview(LAYOUTS[document.kind], values, head, ppi=fax.ACROSS if how == "fax" else 110)[0]
    if how == "fax":
        png = fax.fax_proof(png)
    elif how == "grey":
        png = fax.grey_proof(png)
    return _file(png, "image/png", f"{document.number}.png")


def pdf_of(document: Document, *, at: datetime) -> HttpResponse:
    """Answer the PDF: the signed bytes, or a draft that says it is one. Raises engine.TooLong for a draft too long."""
    if document.is_signed:
        data = bytes(Document.objects.only("pdf").get(pk=document.pk).pdf or b"")
    else:
        data = operations.proof(document, at=at).pdf
    return _file(data, "application/pdf", f"{document.number}.pdf")


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
