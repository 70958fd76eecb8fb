"""Pages of the reference data: what is in service, why, and the approval of working rules by name."""

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from medexpro.kernel import clock
from medexpro.kernel.refusals import NotAllowed, Refusal
from medexpro.knowledge import forms, listing, operations, presenters, turning, versions
from medexpro.knowledge.access import APPROVE, READ, requires
from medexpro.knowledge.details import sections_of
from medexpro.knowledge.library import Entry, Library, library_of, showing
from medexpro.knowledge.models import Approval, OwnEntry
from medexpro.knowledge.own_editors import EDITORS
from medexpro.web.pages import go_to, page, toast

FIRST = "gate"
LONGEST_SEARCH = 100
NARROWING = ("mark", "region", "category", "condition", "state")


@require_safe
@requires(READ)
def index(request: HttpRequest, kind: str = FIRST) -> HttpResponse:
    """List every entry of one kind, in service or off, as narrowed; those that wait for approval first."""
    if kind not in presenters.KINDS:
        raise Http404
    member = request.member  # type: ignore[attr-defined]
    lib = library_of(member.practice)
    waiting = operations.waiting(member.practice)
    asked = listing.Narrowed(**{name: request.GET.get(name, "")[:LONGEST_SEARCH] for name in NARROWING})
    query = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    with showing(lib):
        lines = _lines(member.practice, lib, kind, waiting)
        found = [one for one in lines if _holds(one.row, query) and asked.holds(one.facets, one.standing)]
    may_approve = member.may(APPROVE)
    wait_here = [one for one in found if one.row.waits and may_approve]
    settled = [one for one in found if not (one.row.waits and may_approve)]
    context = {
        "nav": "knowledge",
        "kind": kind,
        "kind_name": presenters.KINDS[kind],
        "tabs": _tabs({(one.kind, one.key) for part in waiting for one in part}),
        "waiting": [one.row for one in wait_here],
        "waiting_groups": _grouped(wait_here),
        "waiting_words": f"{len(wait_here)} waiting",
        "settled": [one.row for one in settled],
        "groups": _grouped(settled),
        "count": _count(found),
        "query": query,
        "asked": asked,
        "choices": listing.choices([(one.facets, one.standing) for one in lines], asked),
        "may_approve": may_approve,
    }
    return page(request, "knowledge/index.html", context, part="entries")


class Listed(NamedTuple):
    """One entry of a list: its line, what it can be found by, how far it is in service."""

    row: presenters.Row
    facets: listing.Facets
    standing: listing.Standing


def _lines(practice: Any, lib: Library, kind: str, waiting: operations.Waiting) -> list[Listed]:
    turned = turning.turned_on(practice)
    uses = listing.uses_of(lib)
    new, changed = ({(one.kind, one.key) for one in part} for part in waiting)
    found = []
    for entry in listing.every_entry(lib, kind):
        name = (entry.kind, entry.key)
        waits = name in new or name in changed
        standing = listing.standing_of(entry, lib, turned, waits=waits, changed=name in changed)
        row = presenters.row_of(entry, waits=waits, standing=standing, own=lib.own.get(name))
        found.append(Listed(row, listing.facets_of(entry, lib, uses), standing))
    return found


def _grouped(lines: list[Listed]) -> list[tuple[str, list[presenters.Row]]]:
    """Return the lines under their kind and region; what is off comes last, each with its reason."""
    groups: dict[tuple[bool, str], list[presenters.Row]] = {}
    for one in lines:
        said = ", ".join(part for part in (one.facets.category, one.facets.region) if part)
        groups.setdefault((one.standing.is_off, "Off" if one.standing.is_off else said), []).append(one.row)
    return [(title, rows) for (_, title), rows in sorted(groups.items(), key=lambda pair: pair[0])]


def _count(lines: list[Listed]) -> str:
    off = sum(1 for one in lines if one.standing.is_off)
    return f"{len(lines) - off} in service" + (f", {off} off" if off else "")


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


def _entry(lib: Library, kind: str, key: str) -> Entry:
    """Return one entry, in service or off. Raises Http404 where there is none."""
    if kind in presenters.KINDS:
        for entry in listing.every_entry(lib, kind):
            if entry.key == key:
                return entry
    raise Http404


@require_safe
@requires(READ)
def show(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Answer "Why?": every figure of one entry with its population, source and mark, and who approved it."""
    return _show(request, kind, key)


def _show(
    request: HttpRequest, kind: str, key: str, *, form: forms.TurnForm | None = None, status: int = 200
) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    practice = member.practice
    lib = library_of(practice)
    entry = _entry(lib, kind, key)
    new, changed = ({(one.kind, one.key) for one in part} for part in operations.waiting(practice))
    waits, again = (kind, key) in new or (kind, key) in changed, (kind, key) in changed
    turned = turning.turned_on(practice)
    standing = listing.standing_of(entry, lib, turned, waits=waits, changed=again)
    approvals = list(
        Approval.objects.of(practice)
        .filter(version__kind=kind, version__key=key)
        .select_related("version")
        .order_by("-approved_at")
    )
    with showing(lib):
        context = {
            "nav": "knowledge",
            "row": presenters.row_of(entry, waits=waits, standing=standing, own=lib.own.get((kind, key))),
            "kind_name": presenters.KINDS[kind],
            "standing": standing,
            "sections": sections_of(entry, turned),
            "approvals": approvals,
            "since_approved": versions.since(approvals[0], entry, lib) if again and approvals else [],
            "turns": turning.words_on(practice, kind, key) if turning.unverified(entry.record) else [],
            "form": form or forms.TurnForm(on=not standing.on),
            "may_approve": member.may(APPROVE),
            "own": OwnEntry.objects.of_entry(practice, kind, key).exists(),
            "editable": kind in EDITORS,
        }
    return page(request, "knowledge/show.html", context, status=status)


@require_safe
@requires(READ)
def history(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Show every version of one entry that was ever kept here, and what changed from each to the next."""
    practice = request.member.practice  # type: ignore[attr-defined]
    lib = library_of(practice)
    entry = _entry(lib, kind, key)
    with showing(lib):
        context = {
            "nav": "knowledge",
            "row": presenters.row_of(entry, waits=False),
            "kind_name": presenters.KINDS[kind],
            "steps": versions.history(practice, entry, lib),
        }
    return page(request, "knowledge/history.html", context)


@require_POST
@requires(APPROVE)
def turn(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Turn one entry's unverified figures on in the member's own name, or off again."""
    member = request.member  # type: ignore[attr-defined]
    on = request.POST.get("on") == "yes"
    form = forms.TurnForm(request.POST, on=on)
    _entry(library_of(member.practice), kind, key)
    if form.is_valid():
        try:
            turning.turn(kind, key, on=on, reason=form.cleaned_data["reason"], by=member, at=clock.now())
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "Turned on in your name." if on else "Turned off again.")
            return redirect(presenters.address(kind, key))
    return _show(request, kind, key, form=form, status=422)


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
        asked = listing.Narrowed(**{name: request.POST.get(name, "")[:LONGEST_SEARCH] for name in NARROWING})
        # All that the person had before them: what the search left out is not approved unseen.
        chosen = _shown_of(member.practice, kind, waiting, query, asked)
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


def _shown_of(
    practice: Any, kind: str, waiting: list[Entry], query: str, asked: listing.Narrowed
) -> list[tuple[str, str]]:
    """Return kind and key of the waiting entries that a search and its filters show."""
    lib = library_of(practice)
    names = {one.key for one in waiting}
    parts = operations.waiting(practice)
    with showing(lib):
        lines = _lines(practice, lib, kind, parts)
    return [
        (kind, one.row.key)
        for one in lines
        if one.row.key in names and _holds(one.row, query) and asked.holds(one.facets, one.standing)
    ]
