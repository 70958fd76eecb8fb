"""Faxing and posting several documents in one go."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_export, record_list
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.practice.views.lock import confirm_first
from medexpro.referrals.forms import chosen_id
from medexpro.reports import copies, printing, sending
from medexpro.reports.models import Delivery, PrintBatch
from medexpro.web.pages import go_to, page, toast


@requires(Permission.CLIENTS_EXPORT)
def waiting(request: HttpRequest) -> HttpResponse:
    """List what waits to be faxed or posted, and put the ticked ones together."""
    member, at, error = request.member, clock.now(), ""
    if request.method == "POST":
        chosen = [one for one in map(chosen_id, request.POST.getlist("document")) if one]
        try:
            batch = printing.start(chosen, id=chosen_id(request.POST.get("new_id", "")), by=member, at=at)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            error = str(refusal)
        else:
            return go_to(request, "reports:print_batch", batch.pk)
    rows = printing.waiting(member)
    record_list(member, "documents to fax or post", at=at, count=len(rows))
    context = {"nav": "reports", "rows": rows, "new_id": str(uuid7()), "error": error}
    return page(request, "reports/print_waiting.html", context, status=422 if error else 200)


def _batch(request: HttpRequest, batch_id: UUID) -> PrintBatch:
    rows = (
        PrintBatch.objects.of(request.member.practice).defer("pdf").select_related("member__user", "practice")
    )
    return get_object_or_404(rows, pk=batch_id, member=request.member)


@require_GET
@requires(Permission.CLIENTS_EXPORT)
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show a batch: what is in it, in order, and what went out."""
    found = _batch(request, batch_id)
    lines = printing.lines_of(found, request.member)
    record_list(request.member, "batch to fax or post", at=clock.now(), count=len(lines))
    context = {"nav": "reports", "batch": found, "lines": lines}
    return page(request, "reports/print_batch.html", context)


@require_GET
@requires(Permission.CLIENTS_EXPORT)
@confirm_first
def pdf(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Answer the one PDF of a batch; each client in it is in the trail as taken out."""
    found, at = _batch(request, batch_id), clock.now()
    for line in printing.lines_of(found, request.member):
        document = line["document"]
        record_export(
            request.member, "document", at=at, client=document.episode.client, number=document.number
        )
    return _pdf(bytes(PrintBatch.objects.only("pdf").get(pk=found.pk).pdf), "to-fax-or-post.pdf")


@require_POST
@requires(Permission.CLIENTS_EXPORT)
def went_out(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Record that all of a batch went out."""
    found = _batch(request, batch_id)
    sent, refused = printing.went_out(found, by=request.member, at=clock.now())
    toast(request, " ".join([f"{sent} recorded as sent.", *refused]))
    return go_to(request, "reports:print_batch", found.pk)


@require_POST
@requires(Permission.REPORTS_TRACK)
def undo(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Take back that one was faxed or posted."""
    rows = Delivery.objects.visible_to(request.member).select_related("episode__client", "document")
    delivery = get_object_or_404(rows.defer("document__pdf", "document__snapshot"), pk=delivery_id)
    try:
        sending.undo(delivery, by=request.member, at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, "Taken back: it waits to be sent")
    if of := chosen_id(request.POST.get("batch", "")):
        return go_to(request, "reports:print_batch", of)
    reads = request.member.may(Permission.REPORTS_READ)
    return go_to(request, "reports:show" if reads else "reports:states", delivery.document_id)


@require_GET
@requires(Permission.CLIENTS_EXPORT)
@confirm_first
def copy(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Answer what went out with a delivery, as it went out: with its cover sheet, where it had one."""
    rows = Delivery.objects.visible_to(request.member).select_related("episode__client", "document")
    delivery = get_object_or_404(rows.defer("document__pdf", "document__snapshot"), pk=delivery_id)
    number = delivery.document.number
    record_export(request.member, "document", at=clock.now(), client=delivery.episode.client, number=number)
    return _pdf(copies.as_sent(delivery), f"{number}-as-sent.pdf")


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
