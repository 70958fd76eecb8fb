"""The timeline of a client, and the messages of colleagues about them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from medexpro.clients import panels
from medexpro.clients.views.finding import OPENS, client_or_404
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.record import forms, operations, tasks
from medexpro.record import timeline as lines
from medexpro.record.models import Message
from medexpro.web.pages import go_to, page, toast

MESSAGES_SHOWN = 100


@requires(*OPENS)
def timeline(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show what happened with a client, as far as the member may know: by kind, the newest first."""
    client = client_or_404(request, client_id)
    chart = panels.open_chart(request, client, page="timeline")
    groups = lines.groups_for(chart)
    wanted = request.GET.get("show", "")
    choice = wanted if wanted in dict(groups) else ""
    before = request.GET.get("before", "")
    shown = lines.page_of(chart, group=choice, before=before)
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "timeline",
        "groups": groups,
        "choice": choice,
        "chosen": dict(groups).get(choice, ""),
        "events": shown.events,
        "older": shown.older,
        "paged": bool(before),
        # Whoever may, finds the way to take the whole of it along here too.
        "give_url": next((tab["url"] for tab in chart.tabs if tab["key"] == "give_out"), ""),
    }
    return page(request, "record/timeline.html", context, part="lines")


@requires(Permission.MESSAGES_USE)
def messages(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show what colleagues wrote to the member about a client, which marks it as read; and write."""
    client = client_or_404(request, client_id, Permission.MESSAGES_USE)
    chart = panels.open_chart(request, client, page="messages")
    member, at = member_of(request), clock.now()
    members = operations.colleagues_of(member)
    answered = request.GET.get("to", "")
    initial = {"to": [answered]} if answered in {str(one.pk) for one in members} else {}
    form = forms.WriteMessage(request.POST or None, members=members, initial=initial)
    if form.is_valid():
        try:
            message = operations.write_message(client, **form.values(), by=member, at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            tasks.tell_of_message.enqueue(str(message.pk))
            toast(request, "The message is on its way to your colleagues’ Today.")
            return go_to(request, "record:messages", client.pk)
    new = set(operations.read_messages(client, by=member, at=at))
    found = (
        Message.objects.read_by(member)
        .filter(client=client)
        .select_related("by__user")
        .prefetch_related("to__member__user")
        .order_by("-at", "-pk")[: MESSAGES_SHOWN + 1]
    )
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "messages",
        "form": form,
        "messages_shown": [
            {
                "message": one,
                "is_new": one.pk in new,
                "is_mine": one.by_id == member.pk,
                "to": sorted(str(to.member) for to in one.to.all()),
                "read": [to for to in one.to.all() if to.read_at is not None],
            }
            for one in found[:MESSAGES_SHOWN]
        ],
        "more": len(found) > MESSAGES_SHOWN,
    }
    return page(request, "record/messages.html", context)
