"""Pages for people outside. They hold a link, nothing else; the link opens one document."""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from medexpro.kernel import clock
from medexpro.practice.access import public
from medexpro.reports import presenters, sending
from medexpro.reports.models import Delivery, Document
from medexpro.web.pages import page

# Guessing is hopeless at 256 bits; this keeps a script from trying all the same.
TRIES_A_MINUTE = 60


def _delivery(request: HttpRequest, token: str) -> Delivery | HttpResponse:
    key = f"portal:{request.META.get('REMOTE_ADDR', '')}:{clock.now():%H%M}"
    if cache.get_or_set(key, 0, 120) >= TRIES_A_MINUTE:
        return _said(request, "Too many tries from this address. Wait a minute and open the link again.", 429)
    cache.incr(key)
    try:
        return sending.find_link(token, at=clock.now())
    except sending.LinkUnknown as refusal:
        return _said(request, str(refusal), 404)
    except sending.LinkOver as refusal:
        return _said(request, str(refusal), 410)


def _said(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return _closed(page(request, "portal/gone.html", {"sentence": sentence}, status=status))


def _closed(response: HttpResponse) -> HttpResponse:
    """Keep the address out of logs of others and out of search engines."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
@public
def document(request: HttpRequest, token: str) -> HttpResponse:
    """Show the document a link leads to. Open to anyone who holds the link: that is its one purpose."""
    found = _delivery(request, token)
    if isinstance(found, HttpResponse):
        return found
    sending.note_opening(found, what="page", at=clock.now())
    context = {
        "delivery": found,
        "document": found.document,
        "token": token,
        "sentences": presenters.sentences(presenters.kept_snapshot(found.document)),
    }
    return _closed(page(request, "portal/document.html", context))


@require_GET
@public
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the signed PDF to whoever holds the link."""
    found = _delivery(request, token)
    if isinstance(found, HttpResponse):
        return found
    sending.note_opening(found, what="pdf", at=clock.now())
    data = Document.objects.only("pdf", "number").get(pk=found.document_id)
    response = HttpResponse(bytes(data.pdf), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{data.number}.pdf"'
    return _closed(response)


@require_POST
@public
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """Keep that the provider has read the document."""
    found = _delivery(request, token)
    if isinstance(found, HttpResponse):
        return found
    sending.acknowledge(found, at=clock.now())
    return redirect("portal:document", token=token)
