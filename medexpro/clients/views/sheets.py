"""Bringing in a list of clients: choose it, say what its columns are, look through it, bring it in."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from medexpro.audit import trail
from medexpro.clients import forms, sheet_presenters, tasks
from medexpro.clients.models import ClientSheet
from medexpro.clients.operations import sheets
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page
from medexpro.web.typed import whole_number

Step = ClientSheet.Step


@requires(Permission.CLIENTS_EDIT)
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a list."""
    sent = request.method == "POST"
    form = forms.SheetUpload(request.POST, request.FILES) if sent else forms.SheetUpload()
    if sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = sheets.keep(file.name, file.read(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            return go_to(request, "clients:list_of_clients", kept.pk)
    return page(request, "clients/sheet_upload.html", {"nav": "clients", "form": form})


@requires(Permission.CLIENTS_EDIT)
def sheet(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """Show a list at its step: its columns, how far the work is, what would be or was done; and take the next step."""
    found = _own(request, sheet_id)
    form = None
    if found.step == Step.COLUMNS or (found.step == Step.LOOKED and request.GET.get("columns")):
        if not found.contents:
            return go_to(request, "clients:import_list")
        form = _columns_form(request, found)
        if form.is_valid():
            try:
                sheets.choose_columns(found, **form.values(), by=member_of(request), at=clock.now())
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                tasks.work_on_list.enqueue(str(found.pk))
                return go_to(request, "clients:list_of_clients", found.pk)
    elif found.step == Step.LOOKED and request.method == "POST":
        rows = (whole_number(row, digits=7) for row in request.POST.getlist("anyway"))
        chosen = [row for row in rows if row is not None]
        sheets.start_adding(found, chosen=chosen, by=member_of(request), at=clock.now())
        tasks.work_on_list.enqueue(str(found.pk))
        return go_to(request, "clients:list_of_clients", found.pk)
    return page(request, "clients/sheet.html", _context(request, found, form), part="state")


def _columns_form(request: HttpRequest, found: ClientSheet) -> forms.SheetColumns:
    data = request.POST if request.method == "POST" else None
    return forms.SheetColumns(data, sheet=found, samples=sheet_presenters.samples(found))


def _context(request: HttpRequest, found: ClientSheet, form: forms.SheetColumns | None) -> dict:
    context = {
        "nav": "clients",
        "sheet": found,
        "form": form,
        "layout": sheet_presenters.layout(found),
        "working": found.step in {Step.LOOKING, Step.ADDING},
        "counts": sheet_presenters.counted(found),
    }
    if form is None and not context["working"]:
        alike = sheet_presenters.rows(found, *sheets.ASKED)
        context |= {
            "alike": alike,
            "rejected": sheet_presenters.rows(found, sheets.REJECTED),
            "left_out": sheet_presenters.columns_left_out(found),
            "left": found.rows.exists(),
            "kept": bool(found.contents),
            "new": found.counts.get(sheets.NEW, 0),
        }
        if alike["count"]:
            trail.record_list(member_of(request), "likely duplicates", at=clock.now(), count=alike["count"])
    return context


@require_GET
@requires(Permission.CLIENTS_EDIT)
def left(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """Hand the member the rows of their own list that were not taken, each with its reason."""
    found = _own(request, sheet_id)
    if not found.contents:
        return go_to(request, "clients:list_of_clients", found.pk)
    answer = StreamingHttpResponse(sheets.rejected(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="rows-not-taken.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _own(request: HttpRequest, sheet_id: UUID) -> ClientSheet:
    member = member_of(request)
    return get_object_or_404(
        ClientSheet.objects.of(member.practice)
        .filter(member=member)
        .select_related("practice", "member__user"),
        pk=sheet_id,
    )
