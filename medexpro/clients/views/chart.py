"""The chart: everything about one client on one page, as far as the member may see it."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from medexpro.audit import kinds
from medexpro.audit.models import Event
from medexpro.clients import panels, state
from medexpro.clients.models import Client
from medexpro.clients.views.finding import OPENS, client_or_404, visible
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import page

EVENTS_A_PAGE = 50


@requires(*OPENS)
def show(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show a client: head, facts, spine, precautions, and the panels of every area."""
    client = get_object_or_404(state.with_what_is_asked(visible(Client, request)), pk=client_id)
    chart = panels.open_chart(request, client, page="chart")
    return page(request, "clients/show.html", {"nav": "clients", "chart": chart, "tab": "overview"})


@requires(Permission.TRAIL_READ)
def trail(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show who read and changed a client's record."""
    client = client_or_404(request, client_id)
    chart = panels.open_chart(request, client, page="trail")
    wanted = request.GET.get("page", "1")
    # What was done to a record before it became part of this one belongs to the same story.
    parts = {part.gone_id: part.gone.name for part in state.parts_of(client)}
    told = (
        Event.objects.filter(practice_id=client.practice_id, client_id__in=[client.pk, *parts])
        if parts
        else Event.objects.about_client(client)
    )
    shown = Paginator(told, EVENTS_A_PAGE).get_page(wanted)
    events = [
        {
            "at": event.at,
            "who": event.member_name or "The system",
            "what": kinds.sentence(event.kind),
            "detail": event.detail.get("page") or ", ".join(event.detail.get("fields", [])),
            "part": parts.get(event.client_id, ""),
        }
        for event in shown
    ]
    context = {"nav": "clients", "chart": chart, "tab": "trail", "events": events, "page": shown}
    return page(request, "clients/trail.html", context)
