"""Drafting several documents in one go, and going from one to the next to check and sign each."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_list
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.reports import batches, forms, listing, operations
from medexpro.reports.models import UNSIGNED, Document, DraftBatch
from medexpro.reports.rules.week import last_day_of_week
from medexpro.web.pages import go_to, page, toast

SAID = {
    "": "Waits",
    batches.Outcome.DRAFTED: "Drafted",
    batches.Outcome.NEEDS: "Needs something",
    batches.Outcome.OVER: "Left",
}


@require_POST
@requires(Permission.REPORTS_WRITE)
def start(request: HttpRequest) -> HttpResponse:
    """Give the ticked lines of the due list to the worker, or all that are due this week."""
    form, at = forms.BatchForm(request.POST), clock.now()
    if not form.is_valid():
        return go_to(request, "reports:index")
    values = form.values()
    if values["which"] == "week":
        wanted = [
            (one.episode.pk, one.kind.value) for one in due_this_week(listing.due(request.member, at), at)
        ]
    else:
        wanted = _ticked(request.POST.getlist("line"))
    try:
        batch = batches.start(wanted, id=values["new_id"], by=request.member, at=at)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        toast(request, str(refusal))
        return go_to(request, "reports:index")
    return go_to(request, "reports:batch", batch.pk)


def due_this_week(owed: list[listing.Due], at: Any) -> list[listing.Due]:
    """Return what is late or due until Sunday, of what is drafted from the list."""
    return [
        one
        for one in owed
        if one.kind in batches.KINDS and one.needed_on <= last_day_of_week(one.episode.practice.day(at))
    ]


def _ticked(lines: list[str]) -> list[tuple[UUID, str]]:
    """Return (episode, kind) of each line that is one."""
    found = []
    for line in lines:
        episode, _, kind = line.partition(":")
        try:
            found.append((UUID(episode), kind))
        except ValueError:
            continue
    return found


@require_GET
@requires(Permission.REPORTS_WRITE)
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Show how far a batch is, with a result for each line whose client the member knows."""
    member = request.member
    found = get_object_or_404(
        DraftBatch.objects.of(member.practice).select_related("member__user"), pk=batch_id
    )
    lines, done = _lines(found, member), sum(bool(line["outcome"]) for line in found.lines)
    record_list(member, "batch of drafts", at=clock.now(), count=len(lines))
    context = {
        "nav": "reports",
        "batch": found,
        "lines": lines,
        "done": done,
        "settled": f"{done} of {len(found.lines)} settled",
        "total": len(found.lines),
        "working": found.finished_at is None,
        "may_sign": member.may(Permission.REPORTS_SIGN),
        "drafted": [line for line in lines if line["document"] is not None and line["document"].is_draft],
    }
    return page(request, "reports/batch.html", context, part="state")


def _lines(found: DraftBatch, member: Any) -> list[dict[str, Any]]:
    """Return the lines with their client and draft. Two queries."""
    wanted = {line["episode"] for line in found.lines}
    episodes = Episode.objects.visible_to(member).filter(pk__in=wanted).select_related("client")
    by_id = {str(one.pk): one for one in episodes}
    made = Document.objects.of(member.practice).filter(
        pk__in=[one["document"] for one in found.lines if one["document"]]
    )
    documents = {str(one.pk): one for one in made.only("pk", "state", "number")}
    return [
        {
            "client": by_id[line["episode"]].client,
            "kind": Document.Kind(line["kind"]).label,
            "outcome": line["outcome"],
            "said": SAID[line["outcome"]],
            "why": line["why"],
            "document": documents.get(line["document"]),
        }
        for line in found.lines
        if line["episode"] in by_id
    ]


# ---- From one to the next


@require_GET
@requires(Permission.REPORTS_SIGN)
def next_to_sign(request: HttpRequest) -> HttpResponse:
    """Go to the next draft to check and sign; `?after=` is the one just seen. Each is looked at and signed by itself."""
    rows = queue(request.member)
    after = _seen(request)
    if after is not None:
        rows = rows.filter(
            Q(drafted_at__gt=after.drafted_at) | Q(drafted_at=after.drafted_at, pk__gt=after.pk)
        )
    following = rows.values_list("pk", flat=True).first()
    if following is not None:
        return go_to(request, f"{reverse('reports:show', args=[following])}?queue=1")
    left = queue(request.member).count()
    toast(
        request, f"That was the last. {left} left for later" if left else "Nothing is left to check and sign"
    )
    return go_to(request, f"{reverse('reports:index')}?state={'draft' if left else 'signed'}")


def queue(member: Any) -> Any:
    """Return the drafts a member may sign, the oldest first."""
    rows = operations.rows_of(member).filter(state__in=UNSIGNED)
    return rows.order_by("drafted_at", "pk")


def _seen(request: HttpRequest) -> Document | None:
    try:
        after = UUID(request.GET.get("after", ""))
    except ValueError:
        return None
    rows = Document.objects.visible_to(request.member)
    return rows.filter(pk=after).only("pk", "drafted_at").first()
