"""Pages for people outside. They hold a link, nothing else; the link opens one document."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from medexpro.kernel import clock
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.reports import presenters, sending
from medexpro.reports.models import Delivery, Document
from medexpro.web.pages import page


def _delivery(request: HttpRequest, token: str) -> Delivery | HttpResponse:
    if outside.too_many(request, "portal"):
        return _said(request, "Too many tries from this address. Wait a minute and open the link again.", 429)
    try:
        return sending.find_link(token, at=clock.now())
    except sending.LinkUnknown as refusal:
        return _said(request, str(refusal), 404)
    except sending.LinkOver as refusal:
        return _said(request, str(refusal), 410)


def _said(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return outside.closed(page(request, "portal/gone.html", {"sentence": sentence}, status=status))


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
    context = {
        "delivery": found,
        "document": found.document,
        "token": token,
        **presenters.read_aloud(presenters.kept_snapshot(found.document)),
    }
    return outside.closed(page(request, "portal/document.html", context))


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
