"""The steps' own addresses: a short note, a region's set, and what a practice calls the steps."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from medexpro.assessments import flow, forms, operations, step_presenters
from medexpro.assessments.views import address_of, assessment_of, show_step
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast, wants_part
from medexpro.web.typed import whole_number


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def note(request: HttpRequest, assessment_id: Any, key: str) -> HttpResponse:
    """Keep one short note. htmx gets the line under the field back; what was typed stays in it."""
    if key not in flow.notes():
        raise Http404("There is no such note.")
    assessment, at = assessment_of(request, assessment_id), clock.now()
    step = next(one for one in flow.steps() if any(field.id == key for field in one.notes))
    text, trouble, status = request.POST.get("text", ""), "", 200
    expected = None if request.POST.get("mine") else whole_number(request.POST.get("version", "0")) or 0
    try:
        operations.note(assessment, key=key, text=text, expected=expected, by=member_of(request), at=at)
    except Conflict as conflict:
        trouble, status = str(conflict), 409
    except Refusal as refusal:
        trouble, status = str(refusal), 422
    typed = {key: (text, trouble)} if trouble else {}
    if not wants_part(request):
        if trouble:
            return show_step(request, assessment, at, step.id, noted=typed, status=status)
        return go_to(request, address_of(assessment, step=step.id))
    [shown] = [one for one in step_presenters.notes_of(assessment, step, typed) if one.field.id == key]
    context = {"note": shown, "assessment": assessment, "conflict": status == 409}
    # htmx puts in only what answers 200 or 422.
    return page(request, "assessments/note.html", context, part="said", status=422 if trouble else 200)


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def region(request: HttpRequest, assessment_id: Any) -> HttpResponse:
    """Plan a region's set, or take it off again."""
    assessment, at = assessment_of(request, assessment_id), clock.now()
    wanted, gone = request.POST.get("region", ""), request.POST.get("take_off", "")
    try:
        if gone:
            operations.take_off_region(assessment, region=gone, by=member_of(request), at=at)
        else:
            operations.plan_region(assessment, region=wanted, by=member_of(request), at=at)
    except Refusal as refusal:
        return show_step(request, assessment, at, "evaluation", refused=str(refusal), status=422)
    return go_to(request, address_of(assessment, step="evaluation"))


@requires(Permission.SETTINGS_MANAGE)
def name_steps(request: HttpRequest) -> HttpResponse:
    """Name the seven steps as the practice calls them; an empty field brings our name back."""
    practice = practice_of(request)
    row = flow.names_of(practice)
    initial = {**(row.names if row else {}), "version": row.version if row else 0}
    form = forms.StepNamesForm(request.POST or None, steps=flow.steps(), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.name_steps(
                    form.names(), expected=form.cleaned_data["version"], by=member_of(request), at=clock.now()
                )
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
                status = 409 if isinstance(refusal, Conflict) else 422
            else:
                toast(request, "The steps are named")
                return go_to(request, "assessments:name_steps")
    context = {"nav": "settings", "form": form, "steps": flow.steps()}
    return page(request, "assessments/steps.html", context, status=status)
