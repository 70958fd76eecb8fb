"""Giving out one client's whole record in the browser: to whom and why, how far it is, download; and who got it before."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from medexpro.clients import panels
from medexpro.clients.views.finding import client_or_404
from medexpro.config import tasks
from medexpro.config.takeout import forms, single
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.practice.reauth import recently_authenticated
from medexpro.practice.views.lock import confirm_first
from medexpro.record import operations
from medexpro.record.models import Disclosure
from medexpro.web.pages import go_to, page

SHOWN = 50
TYPES = {"zip": "application/zip", "pdf": "application/pdf"}


@requires(Permission.CLIENTS_EXPORT)
def client(request: HttpRequest, client_id: UUID) -> HttpResponseBase:
    """Show to whom the record was given, how far one in making is, and take a new one in hand: it asks who it is."""
    whose = client_or_404(request, client_id, Permission.CLIENTS_EXPORT)
    here = reverse("takeout:client", args=[whose.pk])
    chart = panels.open_chart(request, whose, page="given out")
    at = clock.now()
    form = forms.GiveOut(request.POST or None)
    if form.is_valid():
        if not recently_authenticated(request):
            return redirect(f"{reverse('practice:reauthenticate')}?{urlencode({'next': here})}")
        try:
            asked = operations.ask_for_record(whose, **form.values(), by=member_of(request), at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            tasks.make_record.enqueue(str(asked.pk))
            return go_to(request, here)
    rows = Disclosure.objects.filter(client=whose).select_related("by__user").order_by("-at", "-pk")[:SHOWN]
    given = [_shown(row, at) for row in rows]
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "give_out",
        "form": form,
        "given": given,
    }
    return page(request, "takeout/client.html", context, part="state")


def _shown(row: Disclosure, at) -> dict:
    working = single.is_working(row, at)
    ready = row.ready_at is not None and row.gone_at is None
    return {
        "row": row,
        "working": working,
        "ready": ready,
        "cut_off": not working and row.ready_at is None and not row.failed,
    }


@require_GET
@requires(Permission.CLIENTS_EXPORT)
@confirm_first
def record_file(request: HttpRequest, disclosure_id: UUID, form: str) -> HttpResponseBase:
    """Hand out a file of the record, just confirmed, each time in the trail."""
    rows = Disclosure.objects.visible_to(member_of(request), Permission.CLIENTS_EXPORT)
    disclosure = get_object_or_404(rows.select_related("client__practice", "practice"), pk=disclosure_id)
    if form not in TYPES:
        raise Http404
    try:
        path = single.hand_out(disclosure, form, by=member_of(request), at=clock.now())
    except single.RecordRefused:
        return go_to(request, "takeout:client", disclosure.client_id)
    answer = FileResponse(
        path.open("rb"),
        content_type=TYPES[form],
        as_attachment=True,
        filename=f"record-{disclosure.at:%Y-%m-%d}.{form}",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
