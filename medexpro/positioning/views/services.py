"""The service menu: its lines in their order, and its papers."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.positioning import events, forms, operations, papers, voice
from medexpro.positioning.models import Service
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast

EDIT = Permission.MARKETING_EDIT
READS = (EDIT, Permission.LETTERS_SEND)
READERS = {"clients": "client", "referrers": "referrer"}


@require_GET
@requires(EDIT)
def services(request: HttpRequest) -> HttpResponse:
    """List the menu, and what is off it."""
    practice = practice_of(request)
    rows = list(Service.objects.of(practice).order_by("position", "pk"))
    on = [one for one in rows if one.retired_at is None]
    context = {
        "nav": "", "tab": "services", "profile": voice.profile_of(practice), "too_long": papers.too_long(practice),
        "on": [(one, voice.service_text(one)) for one in on], "off": [one for one in rows if one.retired_at],
    }  # fmt: skip
    return page(request, "positioning/services.html", context)


@requires(EDIT)
def add(request: HttpRequest) -> HttpResponse:
    """Add a service."""
    practice = practice_of(request)
    form = forms.NewService(request.POST or None, practice=practice)
    new_id = _id(request) or uuid7()
    if form.is_valid():
        try:
            made = operations.add_service(
                practice, id=new_id, **form.values(), by=member_of(request), at=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _done(request, form, made, "On the menu.")
    return _form(request, form, None, new_id)


@requires(EDIT)
def change(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Change a service."""
    service = _service(request, service_id)
    initial = forms.initial_of(service, voice.price_of(service))
    form = forms.ChangeService(request.POST or None, practice=service.practice, initial=initial)
    if form.is_valid():
        try:
            operations.change_service(
                service, version=form.shown_version, **form.values(), by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            form.settle(Conflict(str(conflict), theirs=_as_shown(service), version=conflict.version))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _done(request, form, service, "Changed.")
        service.refresh_from_db()
    return _form(request, form, service, None)


def _as_shown(service: Service) -> dict[str, Any]:
    """Return the stored service by the form's fields."""
    stored = Service.objects.get(pk=service.pk)
    return {
        name: value
        for name, value in forms.initial_of(stored, voice.price_of(stored)).items()
        if name != "version"
    }


@require_POST
@requires(EDIT)
def move(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Move a service up, or down with `down`."""
    service = _service(request, service_id)
    up = not request.POST.get("down")
    told(request, lambda: operations.move_service(service, up=up, by=member_of(request), at=clock.now()))
    return go_to(request, "positioning:services")


@require_POST
@requires(EDIT)
def retire(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Take a service off the menu, or put it back with `back`."""
    service = _service(request, service_id)
    back = bool(request.POST.get("back"))
    told(
        request, lambda: operations.retire_service(service, back=back, by=member_of(request), at=clock.now())
    )
    toast(request, "Back on the menu." if back else "Off the menu. It can be put back.")
    return go_to(request, "positioning:services")


@require_POST
@requires(EDIT)
def prices(request: HttpRequest) -> HttpResponse:
    """Say whether those who refer see prices."""
    shown = bool(request.POST.get("shown"))
    operations.show_prices(practice_of(request), shown, by=member_of(request), at=clock.now())
    toast(request, "Those who refer see prices." if shown else "Those who refer see no prices.")
    return go_to(request, "positioning:services")


@require_GET
@requires(*READS)
def menu(request: HttpRequest, reader: str) -> HttpResponse:
    """Answer the menu as PDF, for clients or for those who refer."""
    if reader not in READERS:
        raise Http404
    return printed(
        request, f"menu-{reader}", lambda: papers.menu_pdf(practice_of(request), to=READERS[reader])
    )


@require_GET
@requires(*READS)
def overview(request: HttpRequest) -> HttpResponse:
    """Answer the service overview as PDF."""
    return printed(request, "overview", lambda: papers.overview_pdf(practice_of(request)))


def printed(request: HttpRequest, name: str, make: Any) -> HttpResponse:
    """Answer a paper as PDF; one that is too long is said, and nothing is cut."""
    try:
        pdf = make()
    except papers.TooLong as refusal:
        toast(request, str(refusal))
        return go_to(request, "positioning:services" if member_of(request).may(EDIT) else "today:home")
    record(
        events.PRINTED, None, by=member_of(request), at=clock.now(), practice=practice_of(request), paper=name
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _service(request: HttpRequest, service_id: UUID) -> Service:
    found = Service.objects.of(practice_of(request)).select_related("practice").filter(pk=service_id).first()
    if found is None:
        raise Http404
    return found


def _id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("new_id", ""))
    except ValueError:
        return None


def _done(request: HttpRequest, form: Any, service: Service, said: str) -> HttpResponse:
    form.keep_let_stand(service, by=member_of(request), at=clock.now())
    toast(request, said)
    return go_to(request, "positioning:services")


def _form(request: HttpRequest, form: Any, service: Service | None, new_id: UUID | None) -> HttpResponse:
    context = {"nav": "", "tab": "services", "form": form, "service": service, "new_id": new_id}
    return page(request, "positioning/service.html", context, status=422 if form.is_bound else 200)
