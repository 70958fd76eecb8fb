"""Referral sources: the board, one source, adding and changing, touches, what comes next."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit import trail
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.outreach import board, own_panels, reading, source_forms, source_page
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers import operations as providers
from medexpro.providers.models import Organisation, Provider
from medexpro.referrals import sections, sources
from medexpro.referrals.forms import chosen_id
from medexpro.referrals.models import Referral
from medexpro.referrals.rules.relations import RUNGS, Stage
from medexpro.referrals.source_models import Source, Touchpoint
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast

PAGE_SIZE = 50
SILENT = (Stage.QUIET, Stage.LAPSED)


@require_GET
@requires(Permission.SOURCES_READ)
def sources_board(request: HttpRequest) -> HttpResponse:
    """Show the board: the funnel, who needs a word, open loops, this week's touches."""
    member, at = member_of(request), clock.now()
    practice, day = member.practice, member.practice.day(at)
    found = reading.relations_of(practice, at, loops=reading.loops_by_provider(practice, at))
    reader = board.Reader(member, day, _names(member, found))
    due = board.due_first(found, reader)
    show, text = _shown(request), request.GET.get("q", "").replace("\x00", "")[:80].strip()
    rows = due if show == "due" and not text else _filtered(found, show, text, reader)
    shown = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    filters = {"show": show} | ({"searched": True} if text else {})
    trail.record_list(member, "sources", at=at, count=len(rows), filters=filters)
    lately = {
        sent.pk for one in found for sent in one.sent if (day - sent.received_on).days < reading.LATELY_DAYS
    }
    context = {
        "nav": "referrals",
        "tabs": sections.tabs_for(member),
        "tab": "sources",
        "show": show,
        "text": text,
        "page": shown,
        "rows": [board.row(relation, coming, day) for relation, coming in shown],
        "funnel": board.funnel([one for one in found if not one.source.is_retired], show),
        "everyone": len(found),
        "silent": sum(one.standing.stage in SILENT and not one.source.is_retired for one in found),
        "lately": len(lately),
        "needing": sum(coming.urgency < 6 for _, coming in due),
        "loops": board.open_loops(found, reader),
        "touches": board.touches(found, day),
        "edits": member.may(Permission.SOURCES_EDIT),
    }
    return page(request, "outreach/board.html", context, part="found")


@require_GET
@requires(Permission.SOURCES_READ)
def find(request: HttpRequest) -> JsonResponse:
    """Answer `?q=` with the sources that fit, for search fields."""
    rows = Source.objects.of(practice_of(request)).named().filter(is_active=True)
    words = request.GET.get("q", "").replace("\x00", "")[:80].split()[:6]
    for word in words:
        rows = rows.filter(
            Q(provider__family_name__istartswith=word)
            | Q(provider__given_name__istartswith=word)
            | Q(provider__organisation__name__icontains=word)
            | Q(organisation__name__icontains=word)
        )
    found = list(rows.order_by("provider__family_name", "pk")[:13]) if words else []
    offers = [{"value": str(one.pk), "label": one.name, "detail": one.place} for one in found[:12]]
    return JsonResponse({"found": offers, "more": len(found) > 12})


@require_GET
@requires(Permission.SOURCES_READ)
def show(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Show one source: what came of them, how our word was kept, every touch, what is next."""
    source = _source(request, source_id)
    return _page_of(
        request, source, source_forms.Plan(initial={"next_step": source.next_step, "next_on": source.next_on})
    )


@require_POST
@requires(Permission.SOURCES_EDIT)
def plan(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Plan what comes next with a source."""
    source, form = _source(request, source_id), source_forms.Plan(request.POST)
    if form.is_valid():
        try:
            _plan(source, form.cleaned_data, member_of(request), clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The next step is planned." if source.next_step else "Nothing is planned.")
            return go_to(request, "outreach:show", source.pk)
    return _page_of(request, source, form)


@requires(Permission.SOURCES_EDIT)
def add(request: HttpRequest) -> HttpResponse:
    """Begin a relationship with a provider or an organisation."""
    form, at = source_forms.AddSource(request.POST or None), clock.now()
    if form.is_valid():
        try:
            source = _added(form.cleaned_data, member_of(request), at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{source.name} is among the sources.")
            return go_to(request, "outreach:show", source.pk)
    context = {
        "nav": "referrals",
        "form": form,
        "title": "Add source",
        "send": "Add source",
        "can_import": True,
    }
    return page(request, "outreach/edit.html", context, part="form")


@requires(Permission.SOURCES_EDIT)
def change(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Change who a source is to us."""
    source = _source(request, source_id)
    form = source_forms.Relationship.over(source, request.POST or None)
    if form.is_valid():
        try:
            sources.change(
                source, **form.values(), version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            theirs = Source.objects.get(pk=source.pk)
            conflict.theirs.update(source_forms.stored(theirs))
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{source.name} is saved.")
            return go_to(request, "outreach:show", source.pk)
    context = {
        "nav": "referrals", "form": form, "title": f"Change {source.name}", "send": "Save", "source": source,
    }  # fmt: skip
    return page(request, "outreach/edit.html", context, part="form")


@requires(Permission.SOURCES_EDIT)
def touch(request: HttpRequest, source_id: UUID) -> HttpResponse:
    """Log a touch with a source: choose what it was, and it is written down for today."""
    source = _source(request, source_id)
    day = source.practice.day(clock.now())
    if request.method == "POST":
        form = source_forms.LogTouch(request.POST)
    else:
        form = source_forms.LogTouch.fresh(source, day, request.GET.get("kind", ""))
    if not source.next_on:
        del form.fields["settles_step"]
    if form.is_valid() and _logged(request, form, source):
        return go_to(request, "outreach:show", source.pk)
    return _touch_page(request, form, source)


@requires(Permission.SOURCES_EDIT)
def touch_any(request: HttpRequest) -> HttpResponse:
    """Log a touch with a source that is chosen first."""
    day = practice_of(request).day(clock.now())
    form = (
        source_forms.LogAnyTouch(request.POST)
        if request.method == "POST"
        else source_forms.LogAnyTouch.fresh(None, day, "")
    )
    del form.fields["settles_step"]
    if form.is_valid():
        chosen = chosen_id(form.cleaned_data["source"])
        source = Source.objects.of(practice_of(request)).named().filter(pk=chosen).first()
        if source is None:
            form.add_error("source", "Choose a source from the list.")
        elif _logged(request, form, source):
            return go_to(request, "outreach:show", source.pk)
    return _touch_page(request, form, None)


@require_POST
@requires(Permission.SOURCES_EDIT)
def strike(request: HttpRequest, source_id: UUID, touch_id: UUID) -> HttpResponse:
    """Strike out a touch that was none."""
    source = _source(request, source_id)
    row = get_object_or_404(Touchpoint.objects.of(source.practice), pk=touch_id, source=source)
    if told(request, lambda: sources.strike(row, by=member_of(request), at=clock.now())):
        toast(request, "The touch is struck out.")
    return go_to(request, "outreach:show", source.pk)


def _touch_page(request: HttpRequest, form: Any, source: Source | None) -> HttpResponse:
    context = {
        "nav": "referrals",
        "form": form,
        "source": source,
        "quick": [
            {"value": kind.value, "name": kind.label, "icon": icon} for kind, icon in source_forms.QUICK
        ],
    }
    return page(request, "outreach/touch.html", context, part="form")


def _logged(request: HttpRequest, form: Any, source: Source) -> bool:
    """Write a touch down, and what is next with it; False where an operation says no, at its field."""
    values, by, at = form.cleaned_data, member_of(request), clock.now()
    try:
        with transaction.atomic():
            row = sources.touch(
                source, kind=values["kind"], on=values["on"], note=values["note"], id=values["new_id"],
                settles_step=bool(values.get("settles_step")), by=by, at=at,
            )  # fmt: skip
            if values["next_step"] or values["next_on"]:
                _plan(source, values, by, at)
    except Refusal as refusal:
        form.refuse(refusal)
        return False
    undo = reverse("outreach:strike", args=[source.pk, row.pk])
    toast(request, f"{row} with {source.short_name} logged.", undo_url=undo)
    return True


def _plan(source: Source, values: dict[str, Any], by: Member, at: datetime) -> None:
    step = values["next_step"] or ("Get in touch" if values["next_on"] else "")
    sources.plan_next(source, step=step, on=values["next_on"], by=by, at=at)


@transaction.atomic
def _added(values: dict[str, Any], by: Member, at: datetime) -> Source:
    """Return the source somebody typed: a provider on file, a new one, or an organisation."""
    who: Provider | Organisation | None = None
    if chosen := chosen_id(values["provider"]):
        who = Provider.objects.visible_to(by).filter(pk=chosen).first()
    elif values["family_name"]:
        typed = {
            name: values[name]
            for name in ("given_name", "family_name", "type", "specialty", "organisation_name")
        }
        who = providers.add(
            **typed, npi=values["npi"], phone=values["phone"], id=values["new_id"], by=by, at=at
        )
    elif values["organisation_name"].strip():
        who = providers.organisation_named(values["organisation_name"], by=by, at=at)
    if who is None:
        raise sources.SourceRefused(
            "Choose a provider on file, or type a last name or an organisation.", field="provider"
        )
    source = sources.add(
        who, is_ideal=values["is_ideal"], interests=values["interests"].split(","), by=by, at=at
    )
    if values["next_step"] or values["next_on"]:
        _plan(source, values, by, at)
    return source


def _page_of(request: HttpRequest, source: Source, form: Any) -> HttpResponse:
    at, member = clock.now(), member_of(request)
    measured = request.GET.get("measured") == "yes"
    context = source_page.context(source, member, at, measured=measured) | {
        "nav": "referrals",
        "plan": form,
        "panels": own_panels.on_source(source, member=member, at=at),
        "edits": member.may(Permission.SOURCES_EDIT),
    }
    return page(request, "outreach/source.html", context)


def _source(request: HttpRequest, source_id: UUID) -> Source:
    rows = Source.objects.of(practice_of(request)).named().select_related("practice")
    return get_object_or_404(rows, pk=source_id)


def _shown(request: HttpRequest) -> str:
    show = request.GET.get("show", "due")
    return show if show in {"due", "all", "quiet", *RUNGS} else "due"


def _names(member: Member, found: list[reading.Relation]) -> dict[UUID, str]:
    """Return the names of the clients in open loops, of those the member may know of. One query."""
    wanted = {loop.referral for one in found for loop in one.loops}
    rows = Referral.objects.visible_to(member, Permission.REFERRALS_READ).filter(pk__in=wanted)
    names = rows.values_list("pk", "client__given_name", "client__family_name")
    return {pk: f"{given} {family}".strip() for pk, given, family in names}


def _filtered(
    found: list[reading.Relation], show: str, text: str, reader: board.Reader
) -> list[tuple[reading.Relation, board.Next]]:
    if show == "quiet":
        found = [one for one in found if one.standing.stage in SILENT and not one.source.is_retired]
        found.sort(key=lambda one: -(one.standing.silent_days or 0))
    elif show in RUNGS:
        found = [one for one in found if one.standing.rung == show and not one.source.is_retired]
    for word in text.lower().split():
        found = [one for one in found if word in f"{one.source.name} {one.source.place}".lower()]
    return [(one, board.next_of(one, reader)) for one in found]
