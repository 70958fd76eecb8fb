"""The practice's own limits: tighter than ours, for everyone, until somebody ends them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.clearance import forms, operations, presenters, state
from medexpro.clearance.models import PracticeLimit
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast

HOLDS = "The limit holds for every session from now on."
# Former limits that the page lists, the newest first; the trail keeps them all.
FORMER = 50


@requires(Permission.KNOWLEDGE_READ)
def practice_limits(request: HttpRequest) -> HttpResponse:
    """Show the limits this practice tightened for everyone."""
    return _page(request, forms.PracticeLimitForm())


@require_POST
@requires(Permission.KNOWLEDGE_APPROVE)
def tighten(request: HttpRequest) -> HttpResponse:
    """Set a tighter limit for everyone; a looser one is refused."""
    form = forms.PracticeLimitForm(request.POST)
    if form.is_valid():
        try:
            limit = operations.tighten(
                practice_of(request), **form.values(), by=member_of(request), at=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, HOLDS, undo_url=reverse("clearance:take_back_practice_limit", args=[limit.pk]))
            return go_to(request, "clearance:practice_limits")
    return _page(request, form, status=422)


@require_POST
@requires(Permission.KNOWLEDGE_APPROVE)
def end_practice_limit(request: HttpRequest, limit_id: UUID) -> HttpResponse:
    """End a limit of the practice's own, with the reason; ours hold again."""
    limit = get_object_or_404(PracticeLimit.objects.of(practice_of(request)), pk=limit_id)
    if limit.ended_at is not None:
        toast(request, "This limit was ended already")
        return go_to(request, "clearance:practice_limits")
    form = forms.EndPracticeLimitForm(request.POST, limit=limit)
    if form.is_valid():
        try:
            operations.end_practice_limit(limit, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            undo = reverse("clearance:set_practice_limit_again", args=[limit.pk])
            toast(request, "The limit is ended; the general ones hold again.", undo_url=undo)
            return go_to(request, "clearance:practice_limits")
    return _page(request, forms.PracticeLimitForm(), status=422, ending=limit, end_form=form)


@require_POST
@requires(Permission.KNOWLEDGE_APPROVE)
def set_practice_limit_again(request: HttpRequest, limit_id: UUID) -> HttpResponse:
    """Set an ended limit of the practice's own again."""
    limit = get_object_or_404(
        PracticeLimit.objects.of(practice_of(request)).select_related("practice"), pk=limit_id
    )
    try:
        again = operations.set_practice_limit_again(limit, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, HOLDS, undo_url=reverse("clearance:take_back_practice_limit", args=[again.pk]))
    return go_to(request, "clearance:practice_limits")


@require_POST
@requires(Permission.KNOWLEDGE_APPROVE)
def take_back_practice_limit(request: HttpRequest, limit_id: UUID) -> HttpResponse:
    """Undo setting a limit: what held before it holds again."""
    limit = get_object_or_404(
        PracticeLimit.objects.of(practice_of(request)).select_related("practice"), pk=limit_id
    )
    try:
        operations.take_back_practice_limit(limit, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, "What held before holds again.")
    return go_to(request, "clearance:practice_limits")


def _page(
    request: HttpRequest, form: Any, status: int = 200, *, ending: PracticeLimit | None = None, end_form: Any = None
) -> HttpResponse:  # fmt: skip
    """ending, end_form: the limit whose form came back with an error."""
    practice = practice_of(request)
    rows = list(
        PracticeLimit.objects.of(practice)
        .filter(ended_at=None)
        .select_related("set_by__user", "practice")
        .order_by("measure", "closes")
    )
    former = list(
        PracticeLimit.objects.of(practice)
        .exclude(ended_at=None)
        .select_related("set_by__user", "ended_by__user", "practice")
        .order_by("-ended_at", "-set_at")[:FORMER]
    )
    figures = state.pressure_figures([state.as_rule(row) for row in rows], practice.day(clock.now()))
    context = {
        "nav": "knowledge",
        "limits": [
            presenters.limit(row)
            | {"form": end_form if row == ending else forms.EndPracticeLimitForm(limit=row)}
            for row in rows
        ],
        "former": [presenters.limit(row) for row in former],
        "ending": ending,
        "pressures": presenters.pressures(figures),
        "form": form,
        "may_approve": member_of(request).may(Permission.KNOWLEDGE_APPROVE),
    }
    return page(request, "clearance/practice_limits.html", context, status=status)
