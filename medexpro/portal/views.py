"""Pages for people outside. They hold a link, nothing else; the link opens one document."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from medexpro.kernel import clock
from medexpro.portal import provider_pages
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.reports import presenters, sending
from medexpro.reports.models import Delivery, Document
from medexpro.web.pages import page


def find(
    request: HttpRequest, token: str, look_up: Callable[..., Any], *, typed: Sequence[tuple[str, str]] = ()
) -> Any:
    """Return what a link leads to by `look_up`, or the page that says why it does not open.

    typed: what was being sent, as label and text: read back, so that nothing typed is lost with the link.
    """
    if outside.too_many(request, "portal"):
        return _said(
            request, "Too many tries from this address. Wait a minute and open the link again.", 429, typed
        )
    try:
        return look_up(token, at=clock.now())
    except sending.LinkUnknown as refusal:
        return _said(request, str(refusal), 404, typed)
    except sending.LinkOver as refusal:
        return _said(request, str(refusal), 410, typed)


def _delivery(request: HttpRequest, token: str) -> Delivery | HttpResponse:
    return find(request, token, sending.find_link)


def _said(
    request: HttpRequest, sentence: str, status: int, typed: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    context = {"sentence": sentence, "typed": typed}
    return outside.closed(page(request, "portal/gone.html", context, status=status))


def document_page(
    request: HttpRequest, found: Delivery, token: str, *, form: Any = None, status: int = 200
) -> HttpResponse:
    """Answer the page of a document's link. form: the answer that could not be taken yet, with what was typed."""
    context = {
        "delivery": found,
        "document": found.document,
        **presenters.read_aloud(presenters.kept_snapshot(found.document)),
        **provider_pages.context_of(found, token, form),
    }
    return outside.closed(page(request, "portal/document.html", context, status=status))


# These views take no forgery token: the link itself is the permission, and no sign-in is used that another site could
# borrow. A refused check or a refused method would write the address, and with it the link's token, into the log.
@csrf_exempt
@public
def document(request: HttpRequest, token: str) -> HttpResponse:
    """Show the document a link leads to. Open to anyone who holds the link: that is its one purpose."""
    found = _delivery(request, token)
    if isinstance(found, HttpResponse):
        return found
    sending.note_opening(found, what="page", at=clock.now())
    return document_page(request, found, token)


@csrf_exempt
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
    return outside.closed(response)


@csrf_exempt
@public
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """Keep that the provider has read the document; opening the address without pressing the button changes nothing."""
    if request.method != "POST":
        return outside.closed(redirect("portal:document", token=token))
    found = _delivery(request, token)
    if isinstance(found, HttpResponse):
        return found
    sending.acknowledge(found, at=clock.now())
    return outside.closed(redirect("portal:document", token=token))
