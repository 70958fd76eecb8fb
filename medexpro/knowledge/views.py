"""Pages of the reference data: what is in service, why, and the approval of working rules by name."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge import operations, presenters
from medexpro.knowledge.access import APPROVE, READ, requires
from medexpro.knowledge.details import sections_of
from medexpro.knowledge.library import library
from medexpro.knowledge.models import Approval
from medexpro.web.pages import go_to, page, toast

FIRST = "gate"
LONGEST_SEARCH = 100


@require_safe
@requires(READ)
def index(request: HttpRequest, kind: str = FIRST) -> HttpResponse:
    """List the entries of one kind with figure, source and mark, and those that wait for approval first."""
    if kind not in presenters.KINDS:
        raise Http404
    member = request.member  # type: ignore[attr-defined]
    waiting = {(entry.kind, entry.key) for entry in operations.needing_approval(member.practice)}
    query = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    entries = [entry for entry in library().entries() if entry.kind == kind]
    rows = [presenters.row_of(entry, waits=(kind, entry.key) in waiting) for entry in entries]
    rows = [row for row in rows if _holds(row, query)]
    may_approve = member.may(APPROVE)
    asked = [row for row in rows if row.waits and may_approve]
    context = {
        "nav": "knowledge",
        "kind": kind,
        "kind_name": presenters.KINDS[kind],
        "tabs": _tabs(waiting),
        "waiting": asked,
        "waiting_words": f"{len(asked)} waiting",
        "settled": [row for row in rows if row not in asked],
        "query": query,
        "may_approve": may_approve,
    }
    return page(request, "knowledge/index.html", context, part="entries")


def _holds(row: presenters.Row, query: str) -> bool:
    """Tell whether an entry's line holds the letters that were typed; no letters hold everywhere."""
    return query.casefold() in f"{row.name} {row.figure} {row.context} {row.source}".casefold()


def _tabs(waiting: set[tuple[str, str]]) -> list[dict]:
    """Return the kinds as tabs; the count is of what waits for approval."""
    return [
        {
            "key": kind,
            "name": name,
            "url": reverse("knowledge:kind", args=[kind]),
            "count": sum(1 for one, _ in waiting if one == kind) or None,
        }
        for kind, name in presenters.KINDS.items()
    ]


@require_safe
@requires(READ)
def show(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Answer "Why?": every figure of one entry with its population, source and mark, and who approved it."""
    try:
        entry = library().entry(kind, key)
    except KeyError:
        raise Http404 from None
    member = request.member  # type: ignore[attr-defined]
    waits = (kind, key) in {(one.kind, one.key) for one in operations.needing_approval(member.practice)}
    approvals = Approval.objects.of(member.practice).filter(version__kind=kind, version__key=key)
    context = {
        "nav": "knowledge",
        "row": presenters.row_of(entry, waits=waits),
        "kind_name": presenters.KINDS[kind],
        "sections": sections_of(entry),
        "approvals": approvals.select_related("version").order_by("-approved_at"),
        "may_approve": member.may(APPROVE),
    }
    return page(request, "knowledge/show.html", context)


@require_POST
@requires(APPROVE)
def approve(request: HttpRequest) -> HttpResponse:
    """Approve the chosen entries in the member's own name, and go back to the list."""
    kind = request.POST.get("kind", FIRST)
    if kind not in presenters.KINDS:
        raise Http404
    member = request.member  # type: ignore[attr-defined]
    chosen = [(kind, key) for key in request.POST.getlist("key")]
    if request.POST.get("every"):
        query = request.POST.get("q", "")[:LONGEST_SEARCH]
        waiting = [entry for entry in operations.needing_approval(member.practice) if entry.kind == kind]
        # All that the person had before them: what the search left out is not approved unseen.
        chosen = [(kind, e.key) for e in waiting if _holds(presenters.row_of(e, waits=True), query)]
    if not chosen:
        toast(request, "Choose the rules you approve first.")
        return go_to(request, "knowledge:kind", kind)
    try:
        made = operations.approve(chosen, by=member, at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
        return go_to(request, "knowledge:kind", kind)
    rules = "rule" if len(made) == 1 else "rules"
    toast(request, f"{len(made)} {rules} approved in your name.")
    return go_to(request, "knowledge:kind", kind)
