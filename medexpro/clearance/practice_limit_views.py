"""The practice's own limits: tighter than ours, for everyone, until somebody ends them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from medexpro.clearance import forms, operations, presenters, state
from medexpro.clearance.models import PracticeLimit
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast


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
            operations.tighten(practice_of(request), **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The limit holds for every session from now on.")
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
            toast(request, "The limit is ended; the general ones hold again.")
            return go_to(request, "clearance:practice_limits")
    return _page(request, forms.PracticeLimitForm(), status=422, ending=limit, end_form=form)


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
    figures = state.pressure_figures([state.as_rule(row) for row in rows], practice.day(clock.now()))
    context = {
        "nav": "knowledge",
        "limits": [
            presenters.limit(row)
            | {"form": end_form if row == ending else forms.EndPracticeLimitForm(limit=row)}
            for row in rows
        ],
        "ending": ending,
        "pressures": presenters.pressures(figures),
        "form": form,
        "may_approve": member_of(request).may(Permission.KNOWLEDGE_APPROVE),
    }
    return page(request, "clearance/practice_limits.html", context, status=status)
