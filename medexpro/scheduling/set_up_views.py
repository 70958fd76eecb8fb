"""Setting up the calendar: services, rooms, hours, closures."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.scheduling import forms, operations
from medexpro.scheduling.models import Closure, Room, Service, WorkingHours
from medexpro.scheduling.rules import words
from medexpro.web.forms import Form
from medexpro.web.pages import go_to, page, toast

SET_UP = Permission.BOOKINGS_SET_UP

# By kind: how it is added, how it is taken out, its rows.
KINDS: dict[str, tuple[Callable[..., Any], Callable[..., Any], type]] = {
    "service": (operations.add_service, operations.retire_service, Service),
    "room": (operations.add_room, operations.retire_room, Room),
    "hours": (operations.add_hours, operations.remove_hours, WorkingHours),
    "closure": (operations.add_closure, operations.remove_closure, Closure),
}


@requires(SET_UP)
def show(request: HttpRequest) -> HttpResponse:
    """Show what can be booked, where and when."""
    return _show(request)


def _form(kind: str, request: HttpRequest, data: Any = None) -> Form:
    own: dict[str, Any] = {"auto_id": f"{kind}_%s"}
    if kind in ("hours", "closure"):
        own["practice"] = practice_of(request)
    made: dict[str, type[Form]] = {
        "service": forms.ServiceForm,
        "room": forms.RoomForm,
        "hours": forms.HoursForm,
        "closure": forms.ClosureForm,
    }
    return made[kind](data, **own)


def _show(request: HttpRequest, *, status: int = 200, **typed: Form) -> HttpResponse:
    practice, at = practice_of(request), clock.now()
    hours: dict[str, list[Any]] = {}
    for one in WorkingHours.objects.of(practice).select_related("member__user"):
        said = f"{words.WEEKDAYS[one.weekday]}, {words.clock(one.since)} to {words.clock(one.until)}"
        hours.setdefault(str(one.member), []).append((one.pk, said))
    closures = Closure.objects.of(practice).filter(ends_at__gt=at - timedelta(days=1))
    context = {
        "nav": "calendar",
        "services": Service.objects.of(practice).filter(retired_at=None),
        "rooms": Room.objects.of(practice).filter(retired_at=None).select_related("site"),
        "hours": sorted(hours.items()),
        "closures": closures.select_related("member__user"),
    } | {f"{kind}_form": typed.get(kind) or _form(kind, request) for kind in KINDS}
    return page(request, "scheduling/set_up.html", context, status=status)


@require_POST
@requires(SET_UP)
def begin(request: HttpRequest) -> HttpResponse:
    """Start with the usual services and hours."""
    operations.begin(by=member_of(request), at=clock.now())
    toast(request, "The usual services and hours are in place. Change what is different here.")
    return go_to(request, "scheduling:set_up")


@require_POST
@requires(SET_UP)
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Add a service, a room, hours or a closure."""
    if kind not in KINDS:
        raise Http404
    form = _form(kind, request, request.POST)
    if form.is_valid():
        values = form.values()
        if "new_id" in values:
            values["id"] = values.pop("new_id")
        try:
            KINDS[kind][0](**values, by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "It is in the calendar.")
            return go_to(request, "scheduling:set_up")
    return _show(request, status=422, **{kind: form})


@require_POST
@requires(SET_UP)
def remove(request: HttpRequest, kind: str, row_id: UUID) -> HttpResponse:
    """Take a service, a room, hours or a closure out; what is booked stays."""
    if kind not in KINDS:
        raise Http404
    _, take_out, model = KINDS[kind]
    row = get_object_or_404(model.objects.visible_to(member_of(request)), pk=row_id)  # type: ignore[attr-defined]
    take_out(row, by=member_of(request), at=clock.now())
    toast(request, "It is taken out. What is booked stays.")
    return go_to(request, "scheduling:set_up")
