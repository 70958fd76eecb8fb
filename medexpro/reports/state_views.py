"""Moving a document on: sent, received, acknowledged, addressed to somebody else. For the front desk too, which reads none.

Whoever may read the document is answered with its page, everybody else with its states alone.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_read
from medexpro.kernel import clock
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider
from medexpro.reports import forms, operations, replies, sending, views
from medexpro.reports.models import Delivery, Document
from medexpro.web.pages import go_to, page, toast, whole_address


def _document(request: HttpRequest, document_id: UUID) -> Document:
    rows = operations.rows_of(request.member).defer("pdf", "snapshot", "words")
    return get_object_or_404(rows, pk=document_id)


@require_GET
@requires(Permission.REPORTS_STATUS)
def states(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Show what became of a document, and nothing of what it says."""
    document = _document(request, document_id)
    record_read(request.member, document.episode.client, "document states", at=clock.now())
    return _states(request, document)


def _states(request: HttpRequest, document: Document, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = views.sent_and_back(request.member, document, shown) | {
        "nav": "reports",
        "document": document,
        "client": document.episode.client,
    }
    return page(request, "reports/states.html", shown | context, status=status)


def _answer(request: HttpRequest, document_id: UUID, *, status: int = 200, **shown: Any) -> HttpResponse:
    """Answer with the page of the document as the member may see it."""
    if request.member.may(Permission.REPORTS_READ):
        document = get_object_or_404(operations.rows_of(request.member), pk=document_id)
        return views.document_page(request, document, status=status, **shown)
    return _states(request, _document(request, document_id), status=status, **shown)


def _go_back(request: HttpRequest, document: Document) -> HttpResponse:
    reads = request.member.may(Permission.REPORTS_READ)
    return go_to(request, "reports:show" if reads else "reports:states", document.pk)


@require_POST
@requires(Permission.REPORTS_SEND, Permission.REPORTS_TRACK)
def send(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Send a signed document; the address of a link is shown once."""
    document = _document(request, document_id)
    form = forms.SendForm(request.POST, only_by_hand=not request.member.may(Permission.REPORTS_SEND))
    if form.is_valid():
        values = form.values()
        try:
            sent = sending.send(
                document, values["channel"], to=values["to"], days=values.get("days") or sending.LINK_DAYS,
                id=values["new_id"], base_url=whole_address(request, "/") if form.mails_the_link else "",
                by=request.member, at=clock.now(),
            )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            if not sent.token:
                said = "The link is on its way" if form.mails_the_link else "Recorded as sent"
                toast(request, "Sent before; a link is shown once" if sent.again else said)
                return _go_back(request, document)
            link = whole_address(request, reverse("portal:document", args=[sent.token]))
            return _answer(request, document_id, link=link)
    return _answer(request, document_id, send_form=form, status=422)


@require_POST
@requires(Permission.REPORTS_TRACK)
def reply(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Record that the provider has the document, or acknowledges it, and who said so."""
    document = _document(request, document_id)
    deliveries = {str(one.pk): one for one in _open_deliveries(document)}
    form = forms.ReplyForm(request.POST, deliveries=list(deliveries.values()))
    if form.is_valid():
        values = form.values()
        try:
            replies.record_reply(
                deliveries[values["delivery"]], values["reply"], who=values["who"], by=request.member, at=clock.now()
            )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            toast(request, "Recorded")
            return _go_back(request, document)
    return _answer(request, document_id, reply_form=form, status=422)


def _open_deliveries(document: Document) -> list[Delivery]:
    rows = document.deliveries.select_related("document", "episode__client")
    return views.waiting(rows.defer("document__pdf", "document__snapshot", "document__words"))


@require_POST
@requires(Permission.REPORTS_TRACK)
def take_back(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Take back what was recorded of a delivery by mistake."""
    rows = Delivery.objects.visible_to(request.member).select_related("episode__client", "document")
    delivery = get_object_or_404(rows.defer("document__pdf", "document__snapshot"), pk=delivery_id)
    try:
        replies.take_back(delivery, by=request.member, at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, "Taken back")
    return _go_back(request, delivery.document)


@require_POST
@requires(Permission.REPORTS_WRITE, Permission.REFERRALS_INTAKE)
def readdress(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Address a document to somebody else of the same workplace."""
    document = get_object_or_404(operations.rows_of(request.member), pk=document_id)
    form = forms.ReaddressForm(request.POST, colleagues=operations.colleagues(document.provider))
    if form.is_valid():
        provider = get_object_or_404(
            Provider.objects.of(request.member.practice), pk=form.cleaned_data["provider"]
        )
        try:
            made = operations.readdress(document, provider, by=request.member, at=clock.now())
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.add_error("provider", str(refusal))
        else:
            toast(request, f"{made.number} goes to {provider.short_name}")
            if made.kind == Document.Kind.ACKNOWLEDGEMENT:
                return go_to(request, "reports:acknowledgement", made.episode.referral_id)
            return go_to(request, "reports:show", made.pk)
    return _answer(request, document_id, readdress_form=form, status=422)
