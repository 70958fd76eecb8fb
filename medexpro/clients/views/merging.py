"""Records that may be of one person: the list, two side by side, one made of both, and back again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from medexpro.audit import trail
from medexpro.clients import listing, merge_presenters, panels, presenters, tasks
from medexpro.clients.models import Client, DuplicateLook
from medexpro.clients.operations import duplicates, merging, people
from medexpro.clients.views.finding import client_or_404
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast

PAIRS_A_PAGE = 25


@requires(Permission.CLIENTS_EDIT)
def pairs(request: HttpRequest) -> HttpResponse:
    """List the records that may be of one person, or those somebody told apart."""
    member, parted = member_of(request), request.GET.get("show") == "parted"
    shown = Paginator(duplicates.listed(member, parted=parted), PAIRS_A_PAGE).get_page(
        request.GET.get("page", "1")
    )
    count = shown.paginator.count
    trail.record_list(member, "likely duplicates", at=clock.now(), count=count, filters={"parted": parted})
    context = {
        "nav": "clients",
        "pairs": [merge_presenters.pair(row) for row in shown],
        "page": shown,
        "count": count,
        "parted": parted,
        "look": DuplicateLook.objects.filter(practice=practice_of(request)).first(),
        "merges": member.may(Permission.CLIENTS_MERGE),
    }
    return page(request, "clients/pairs.html", context)


@require_POST
@requires(Permission.CLIENTS_EDIT)
def look(request: HttpRequest) -> HttpResponse:
    """Compare all clients with each other now, in the background."""
    tasks.look_through.enqueue(str(practice_of(request).pk))
    toast(request, "All clients are being compared. The list is complete in a moment.")
    return go_to(request, "clients:pairs")


@requires(Permission.CLIENTS_EDIT)
def other(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Find another record of the same person."""
    client = client_or_404(request, client_id, Permission.CLIENTS_EDIT)
    chart = panels.open_chart(request, client, page="another record")
    text = request.GET.get("q", "").replace("\x00", "")[:80]
    member = member_of(request)
    if text.strip():
        found = [(one, ()) for one in listing.offered(member, text) if one.pk != client.pk]
        trail.record_list(member, "client search", at=clock.now(), count=len(found))
    else:
        found = people.likely_duplicates(client, by=member)
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "details",
        "text": text,
        "found": [
            presenters.offer(one)
            | {"reasons": ", ".join(reasons), "url": presenters.path("clients:merge", client.pk, one.pk)}
            for one, reasons in found
        ],
    }
    return page(request, "clients/other.html", context)


@requires(Permission.CLIENTS_EDIT)
def merge(request: HttpRequest, client_id: UUID, other_id: UUID) -> HttpResponse:
    """Show two records side by side and make one of them. Who may not merge sees who they are, and proposes it."""
    member, at = member_of(request), clock.now()
    kept = client_or_404(request, client_id, Permission.CLIENTS_EDIT)
    if kept.pk == other_id:
        return go_to(request, "clients:other", kept.pk)
    if done := merging.in_force(kept, other_id):
        # A double click, or the way back: it is done.
        merges = member.may(Permission.CLIENTS_MERGE)
        return (
            go_to(request, "clients:merged", done.pk) if merges else go_to(request, "clients:show", kept.pk)
        )
    gone = client_or_404(request, other_id, Permission.CLIENTS_EDIT)
    for one in (kept, gone):
        trail.record_read(member, one, "merge", at=at)
    context: dict[str, Any] = {
        "nav": "clients",
        "kept": kept,
        "gone": gone,
        "pair": duplicates.pair_of(kept, gone),
    }
    if request.method == "POST":
        permissions.check(member, Permission.CLIENTS_MERGE, kept)
    if not member.may(Permission.CLIENTS_MERGE):
        people_rows = merge_presenters.fields(kept, gone, [], {})
        beside = [merge_presenters.contacts(one) for one in (kept, gone)]
        return page(request, "clients/propose.html", context | {"fields": people_rows, "beside": beside})
    chosen = {
        name.removeprefix("choice_"): said
        for name, said in request.POST.items()
        if name.startswith("choice_")
    }
    if request.method == "POST":
        try:
            done = merging.merge(
                kept, gone, choices=chosen, read=request.POST.get("read") == "yes",
                version=request.POST.get("version", "")[:40] or "unknown", by=member, at=at,
            )  # fmt: skip
        except Refusal as refusal:
            context["refused"] = str(refusal)
        else:
            undo = presenters.path("clients:undo_merge", done.pk)
            toast(request, f"{gone.name} is part of {kept.name}’s record now.", undo)
            return go_to(request, "clients:show", kept.pk)
    made = merging.plan(kept, gone, by=member, at=at)
    return page(request, "clients/merge.html", context | merge_presenters.side_by_side(made, chosen))


@require_POST
@requires(Permission.CLIENTS_EDIT)
def propose(request: HttpRequest, client_id: UUID, other_id: UUID) -> HttpResponse:
    """Propose to those who may merge that two records are of one person."""
    if _said_of_pair(request, client_id, other_id, duplicates.propose):
        toast(request, "Proposed. A professional looks at both records.")
    return go_to(request, "clients:pairs")


@require_POST
@requires(Permission.CLIENTS_EDIT)
def part(request: HttpRequest, client_id: UUID, other_id: UUID) -> HttpResponse:
    """Remember that two records are not of one person; the toast takes it back."""
    if _said_of_pair(request, client_id, other_id, duplicates.part):
        toast(
            request, "They stay two, and are not asked about again.",
            presenters.path("clients:ask_pair", client_id, other_id),
        )  # fmt: skip
    return go_to(request, "clients:pairs")


@require_POST
@requires(Permission.CLIENTS_EDIT)
def ask(request: HttpRequest, client_id: UUID, other_id: UUID) -> HttpResponse:
    """Ask again about two records that somebody told apart."""
    _said_of_pair(request, client_id, other_id, duplicates.ask_again)
    return go_to(request, "clients:pairs")


def _said_of_pair(request: HttpRequest, one_id: UUID, other_id: UUID, say: Callable[..., Any]) -> Any:
    one: Client = client_or_404(request, one_id, Permission.CLIENTS_EDIT)
    another: Client = client_or_404(request, other_id, Permission.CLIENTS_EDIT)
    return told(request, lambda: say(one, another, by=member_of(request), at=clock.now()))


@requires(Permission.CLIENTS_MERGE)
def merged(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Show what a merge did, and what undoing it would do."""
    member, at = member_of(request), clock.now()
    done = merging.merge_or_404(merge_id, member)
    trail.record_read(member, done.kept.survivor, "merge", at=at)
    plan = merging.undo_plan(done, by=member, at=at)
    context = {
        "nav": "clients",
        "merge": done,
        "done": merge_presenters.done(done),
        "undoing": merge_presenters.undoing(plan),
    }
    return page(request, "clients/merged.html", context)


@require_POST
@requires(Permission.CLIENTS_MERGE)
def undo(request: HttpRequest, merge_id: UUID) -> HttpResponse:
    """Make two records again."""
    done = merging.merge_or_404(merge_id, member_of(request))
    if told(request, lambda: merging.undo(done, by=member_of(request), at=clock.now())):
        toast(request, f"{done.kept.name} and {done.gone.name} are two records again.")
    return go_to(request, "clients:merged", done.pk)
