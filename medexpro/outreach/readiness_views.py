"""Readiness and the thirty days: where the practice stands, what people say shows it, the practice's own wording."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_list
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.outreach import readiness
from medexpro.outreach.models import ReadinessItem
from medexpro.outreach.readiness import TASK, Item, Line
from medexpro.outreach.readiness_forms import ChangeItem, NewItem, SayForm
from medexpro.outreach.rules.readiness import Shown
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast

MARKS = {Shown.MET: "ok", Shown.ENDING: "hold", Shown.PARTLY: "hold", Shown.OPEN: "wait"}


@require_GET
@requires(Permission.SOURCES_READ)
def ready(request: HttpRequest) -> HttpResponse:
    """Show the four checks and the practice's standards, each with what shows it, and the scores kept so far."""
    member, practice, at = member_of(request), practice_of(request), clock.now()
    standing = readiness.standing_of(practice, at)
    record_list(member, "readiness", at=at, count=standing.score.of)
    context = {
        "nav": "referrals",
        "tab": "ready",
        "standing": standing,
        "checks": [_row(one) for one in standing.checks],
        "standards": [_row(one) for one in standing.standards],
        "away": standing.away,
        "scores": readiness.scores_of(practice),
        "may_edit": member.may(Permission.MARKETING_EDIT),
    }
    return page(request, "outreach/ready.html", context)


@require_GET
@requires(Permission.SOURCES_READ)
def plan(request: HttpRequest) -> HttpResponse:
    """Show the thirty days: what is done, by the record or by somebody's word, and what comes next."""
    member, practice, at = member_of(request), practice_of(request), clock.now()
    found = readiness.plan_of(practice, at)
    record_list(member, "30-day plan", at=at, count=len(found.tasks))
    context = {
        "nav": "referrals",
        "tab": "plan",
        "plan": found,
        "tasks": [_row(one) for one in found.tasks],
        "away": found.away,
        "may_edit": member.may(Permission.MARKETING_EDIT),
    }
    return page(request, "outreach/plan.html", context)


def _row(line: Line) -> dict[str, Any]:
    return {"line": line, "item": line.item, "mark": MARKS[line.shown]}


@require_GET
@requires(Permission.SOURCES_READ)
def panel(request: HttpRequest) -> HttpResponse:
    """Answer the board's side panel: the score and the standards. It is asked for by itself, so that the board is quick."""
    standing = readiness.standing_of(practice_of(request), clock.now())
    context = {
        "nav": "referrals",
        "score": standing.score,
        "lines": [_row(one) for one in standing.standards],
    }
    return page(request, "outreach/ready_panel.html", context)


# ---- Changing


@requires(Permission.MARKETING_EDIT)
def add_item(request: HttpRequest, kind: str) -> HttpResponse:
    """Add a standard or a task of the practice's own."""
    _known(kind)
    form = NewItem(request.POST or None, kind=kind)
    if form.is_valid():
        try:
            readiness.word_item(kind, "", **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"Added: {form.cleaned_data['title']}")
            return _back(request, kind)
    return _form(request, form, kind, None)


@requires(Permission.MARKETING_EDIT)
def change_item(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Word a standard or a task as the practice wants it."""
    item = _item_or_404(request, kind, key)
    initial = {"title": item.title, "detail": item.detail, "day": item.day, "version": item.version or 0}
    form = ChangeItem(request.POST or None, initial=initial, kind=kind)
    if form.is_valid():
        try:
            readiness.word_item(
                kind, key, **form.values(), version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _back(request, kind)
    return _form(request, form, kind, item)


@requires(Permission.MARKETING_EDIT)
def say(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Say that a standard is met or a task is done, with what shows it."""
    item = _item_or_404(request, kind, key)
    form = SayForm(request.POST or None)
    if form.is_valid():
        try:
            readiness.say(kind, key, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _back(request, kind)
    context = {"nav": "referrals", "form": form, "item": item, "kind": kind}
    return page(request, "outreach/ready_say.html", context, part="form")


def _form(request: HttpRequest, form: Any, kind: str, item: Item | None) -> HttpResponse:
    is_said = item is not None and readiness.is_said(practice_of(request), kind, item.key)
    context = {"nav": "referrals", "form": form, "item": item, "kind": kind, "is_said": is_said}
    return page(request, "outreach/ready_item.html", context, part="form")


@require_POST
@requires(Permission.MARKETING_EDIT)
def done(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Tick a task that the record can't see."""
    return _do(request, kind, lambda: readiness.say(kind, key, by=member_of(request), at=clock.now()))


@require_POST
@requires(Permission.MARKETING_EDIT)
def take_back(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Take back what was said."""
    return _do(request, kind, lambda: readiness.take_back(kind, key, by=member_of(request), at=clock.now()))


@require_POST
@requires(Permission.MARKETING_EDIT)
def put_away(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Put a standard or a task away."""
    return _do(request, kind, lambda: readiness.put_away(kind, key, by=member_of(request), at=clock.now()))


@require_POST
@requires(Permission.MARKETING_EDIT)
def take_up(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Take one up again."""
    return _do(request, kind, lambda: readiness.take_up(kind, key, by=member_of(request), at=clock.now()))


@require_POST
@requires(Permission.MARKETING_EDIT)
def keep_score(request: HttpRequest) -> HttpResponse:
    """Keep today's score."""
    kept = told(request, lambda: readiness.keep_score(by=member_of(request), at=clock.now()))
    if kept:
        toast(request, f"Kept: {kept.met} of {kept.of}")
    return go_to(request, "outreach:ready")


@require_POST
@requires(Permission.MARKETING_EDIT)
def begin_plan(request: HttpRequest) -> HttpResponse:
    """Begin the thirty days."""
    return _do(request, TASK, lambda: readiness.begin_plan(by=member_of(request), at=clock.now()))


@require_POST
@requires(Permission.MARKETING_EDIT)
def end_plan(request: HttpRequest) -> HttpResponse:
    """End the plan that runs."""
    return _do(request, TASK, lambda: readiness.end_plan(by=member_of(request), at=clock.now()))


def _do(request: HttpRequest, kind: str, do: Callable[[], Any]) -> HttpResponse:
    _known(kind)
    told(request, do)
    return _back(request, kind)


def _back(request: HttpRequest, kind: str) -> HttpResponse:
    return go_to(request, "outreach:plan" if kind == TASK else "outreach:ready")


def _known(kind: str) -> None:
    if kind not in ReadinessItem.Kind.values:
        raise Http404


def _item_or_404(request: HttpRequest, kind: str, key: str) -> Item:
    _known(kind)
    found = next((one for one in readiness.items_of(practice_of(request), kind) if one.key == key), None)
    if found is None:
        raise Http404
    return found
