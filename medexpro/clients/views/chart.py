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
    shown = Paginator(Event.objects.about_client(client), EVENTS_A_PAGE).get_page(wanted)
    events = [
        {
            "at": event.at,
            "who": event.member_name or "The system",
            "what": kinds.sentence(event.kind),
            "detail": event.detail.get("page") or ", ".join(event.detail.get("fields", [])),
        }
        for event in shown
    ]
    context = {"nav": "clients", "chart": chart, "tab": "trail", "events": events, "page": shown}
    return page(request, "clients/trail.html", context)
