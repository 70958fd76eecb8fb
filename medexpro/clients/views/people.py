"""The list of clients, adding one, their details, those beside them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from medexpro.audit import trail
from medexpro.clients import forms, listing, operations, panels, presenters, state
from medexpro.clients.models import Assignment, ContactPerson
from medexpro.clients.views.finding import OPENS, client_or_404, row_or_404
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.pdf.characters import warning
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast
from medexpro.web.typed import whole_number

SEARCHED = "searched_clients"
# Who finds the way from the clients to those who are none yet.
SCREENING_DAYS = (
    Permission.SCREENING_DAYS_RUN,
    Permission.SCREENING_DAYS_REGISTER,
    Permission.SCREENING_DAYS_MEASURE,
)


@requires(*OPENS)
def clients(request: HttpRequest) -> HttpResponse:
    """List the clients, found as you type."""
    member, at = member_of(request), clock.now()
    text, filters = request.GET.get("q", "").replace("\x00", "")[:80], listing.filters_for(member)
    wanted = request.GET.get("show", "")
    choice = wanted if wanted in {"archived", *(known.key for known in filters)} else ""
    number = whole_number(request.GET.get("page", ""), digits=6) or 1
    found = listing.listed(member, text=text, choice=choice, number=number)
    trail.record_list(
        member, "clients", at=at, count=found.count, filters={"show": choice, "searched": bool(text.strip())}
    )
    columns = listing.columns_for(member)
    day = practice_of(request).day(at)
    context = {
        "nav": "clients",
        "text": text,
        "choice": choice,
        "filters": filters,
        "columns": columns,
        "rows": [presenters.list_row(client, columns, day) for client in found.rows],
        "page": found.shown(),
        "count": found.count,
        "edits": member.may(Permission.CLIENTS_EDIT),
        "imports": member.may(Permission.CLIENTS_IMPORT),
        "screening_days": any(member.may(one) for one in SCREENING_DAYS),
    }
    return page(request, "clients/list.html", context, part="found")


@requires(*OPENS)
def find(request: HttpRequest) -> JsonResponse:
    """Answer `?q=` with the clients that fit, for search fields."""
    member, text = member_of(request), request.GET.get("q", "").replace("\x00", "")[:80]
    found = listing.offered(member, text, limit=13)
    if found:
        note_search(request, len(found))
    return JsonResponse(
        {"found": [presenters.offer(client) for client in found[:12]], "more": len(found) > 12}
    )


def note_search(request: HttpRequest, count: int) -> None:
    """Keep in the trail that names were offered: as often as a list, and without asking it at every letter typed."""
    member, at = member_of(request), clock.now()
    who, since = request.session.get(SEARCHED, ("", 0))
    if who == str(member.pk) and 0 <= at.timestamp() - since < trail.READ_WINDOW.total_seconds():
        return
    trail.record_list(member, "client search", at=at, count=count)
    request.session[SEARCHED] = (str(member.pk), at.timestamp())


@requires(Permission.CLIENTS_EDIT)
def add(request: HttpRequest) -> HttpResponse:
    """Add a client by name; likely duplicates are shown before a second record is made."""
    form = forms.QuickAdd(request.POST or None)
    matches: list = []
    if form.is_valid():
        try:
            client = operations.quick_add(**form.values(), by=member_of(request), at=clock.now())
        except operations.AlreadyHere as here:
            matches = here.matches
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{client.name} is on file. {warning(client.name)}".strip())
            return go_to(request, "clients:show", client.pk)
    return page(
        request, "clients/add.html", {"nav": "clients", "form": form, "matches": matches}, part="form"
    )


@requires(Permission.CLIENTS_EDIT)
def details(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Change who a client is and how to reach them."""
    client = client_or_404(request, client_id)
    chart = panels.open_chart(request, client, page="details")
    form = forms.Details.over(client, request.POST or None)
    if form.is_valid():
        try:
            operations.update(
                client, **form.values(), version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            conflict.theirs = forms.Details.shown(conflict.theirs, client.practice)
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"Details are saved. {warning(client.name)}".strip())
            return go_to(request, "clients:show", client.pk)
        client.refresh_from_db()
    context = {"nav": "clients", "chart": chart, "tab": "details", "form": form}
    return page(request, "clients/details.html", context, part="form")


@requires(*OPENS)
def people(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show those beside a client, and who looks after them here."""
    client = client_or_404(request, client_id)
    chart = panels.open_chart(request, client, page="people")
    members = {
        str(member.pk): member
        for member in Member.objects.of(client.practice)
        .active()
        .select_related("user")
        .order_by("user__full_name")
    }
    assigned = list(
        Assignment.objects.filter(client=client, ended_on=None)
        .select_related("member__user")
        .order_by("started_on")
    )
    free = [
        (key, str(member))
        for key, member in members.items()
        if member.pk not in {a.member_id for a in assigned}
    ]
    form = forms.Assign(request.POST or None, members=free)
    if form.is_valid():
        chosen = members[form.values()["member"]]
        told(request, lambda: operations.assign(client, chosen, by=member_of(request), at=clock.now()))
        return go_to(request, "clients:people", client.pk)
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "people",
        "contacts": state.contacts_of(client),
        "assigned": assigned,
        "edits": member_of(request).may(Permission.CLIENTS_EDIT),
        "assigns": member_of(request).may(Permission.CLIENTS_ASSIGN),
        "form": form if free else None,
    }
    return page(request, "clients/people.html", context)


@requires(Permission.CLIENTS_EDIT)
def add_contact(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Add someone beside a client."""
    client = client_or_404(request, client_id)
    chart = panels.open_chart(request, client, page="people")
    form = forms.Contact(request.POST or None)
    if form.is_valid():
        try:
            new_id = form.cleaned_data["new_id"]
            operations.add_contact(client, **form.values(), id=new_id, by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return go_to(request, "clients:people", client.pk)
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "people",
        "form": form,
        "title": "Someone beside the client",
    }
    return page(request, "clients/edit.html", context, part="form")


@requires(Permission.CLIENTS_EDIT)
def contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Change a contact person."""
    person = row_or_404(ContactPerson, request, contact_id)
    chart = panels.open_chart(request, person.client, page="people")
    stored = {name: getattr(person, name) for name in operations.CONTACT_FIELDS}
    form = forms.Contact(request.POST or None, initial=stored | {"version": person.version})
    if form.is_valid():
        try:
            operations.change_contact(
                person, **form.values(), version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return go_to(request, "clients:people", person.client_id)
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "people",
        "form": form,
        "title": f"Change {stored['name']}",
    }
    return page(request, "clients/edit.html", context, part="form")


@require_POST
@requires(Permission.CLIENTS_EDIT)
def remove_contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Remove a contact person; the toast takes it back."""
    person = row_or_404(ContactPerson, request, contact_id)
    if told(request, lambda: operations.remove_contact(person, by=member_of(request), at=clock.now())):
        toast(request, f"{person.name} is removed.", presenters.path("clients:restore_contact", person.pk))
    return go_to(request, "clients:people", person.client_id)


@require_POST
@requires(Permission.CLIENTS_EDIT)
def restore_contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Undo a removal."""
    person = row_or_404(ContactPerson, request, contact_id)
    told(request, lambda: operations.restore_contact(person, by=member_of(request), at=clock.now()))
    return go_to(request, "clients:people", person.client_id)


@require_POST
@requires(Permission.CLIENTS_ASSIGN)
def end_assignment(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """End a member's assignment today."""
    assignment = row_or_404(Assignment, request, assignment_id)
    told(request, lambda: operations.end_assignment(assignment, by=member_of(request), at=clock.now()))
    return go_to(request, "clients:people", assignment.client_id)


@require_POST
@requires(Permission.CLIENTS_EDIT)
def archive(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Take a client off the lists; the toast takes it back."""
    client = client_or_404(request, client_id)
    if told(request, lambda: operations.archive(client, by=member_of(request), at=clock.now())):
        toast(request, f"{client.name} is archived.", presenters.path("clients:restore", client.pk))
    return go_to(request, "clients:list")


@require_POST
@requires(Permission.CLIENTS_EDIT)
def restore(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Put an archived client back on the lists."""
    client = client_or_404(request, client_id)
    told(request, lambda: operations.restore(client, by=member_of(request), at=clock.now()))
    return go_to(request, "clients:show", client.pk)
