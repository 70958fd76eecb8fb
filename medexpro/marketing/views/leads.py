"""Leads: the list, one of them, moving on, becoming a client."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_list
from medexpro.clients.models import Client
from medexpro.clients.operations import AlreadyHere
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.marketing import forms, operations
from medexpro.marketing.models import Lead
from medexpro.marketing.rules import leads as rules
from medexpro.marketing.views.finding import lead_or_404
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast
from medexpro.web.typed import whole_number

A_PAGE = 50


@require_GET
@requires(Permission.LEADS_MANAGE)
def leads(request: HttpRequest) -> HttpResponse:
    """List the leads, the newest first; `show` is one state."""
    member, at = member_of(request), clock.now()
    rows = Lead.objects.of(practice_of(request))
    counts = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    wanted = request.GET.get("show", "")
    shown = wanted if wanted in Lead.State.values else ""
    listed = rows.filter(state=shown) if shown else rows
    listed = listed.select_related("source_day", "client").order_by("-made_at", "-pk")
    number = whole_number(request.GET.get("page", ""), digits=6) or 1
    found = Paginator(listed, A_PAGE).get_page(number)
    record_list(member, "leads", at=at, count=len(found.object_list), filters={"show": shown})
    context = {
        "nav": "clients",
        "page": found,
        "leads": found.object_list,
        "show": shown,
        "states": [
            {"key": key, "label": label, "count": counts.get(key, 0)} for key, label in Lead.State.choices
        ],
    }
    return page(request, "marketing/leads.html", context)


@requires(Permission.LEADS_MANAGE)
def lead(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Show a lead, and change it."""
    found = lead_or_404(request, lead_id)
    names = ("given_name", "family_name", "phone", "email", "notes")
    stored = {name: getattr(found, name) for name in names}
    form = forms.ChangeLead(request.POST or None, initial=stored | {"version": found.version})
    if form.is_valid():
        try:
            operations.change_lead(
                found, **form.values(), version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The lead is changed.")
            return go_to(request, "marketing:lead", found.pk)
        found = lead_or_404(request, lead_id)
    context = {
        "nav": "clients",
        "lead": found,
        "form": form,
        "next": [(one.value, rules.NAMES[one]) for one in rules.next_states(found.state)],
        "may_become": rules.may_become_client(found.state),
        "in_touch": rules.may_be_contacted(found.state),
    }
    return page(request, "marketing/lead.html", context, part="form")


@require_POST
@requires(Permission.LEADS_MANAGE)
def move_lead(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Move a lead on. `state` says where."""
    found, to = lead_or_404(request, lead_id), request.POST.get("state", "")
    moved = told(request, lambda: operations.move_lead(found, to, by=member_of(request), at=clock.now()))
    if moved:
        toast(request, f"{moved.name}: {moved.get_state_display().lower()}.")
    return go_to(request, "marketing:lead", found.pk)


@requires(Permission.LEADS_MANAGE)
def become_client(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Make a client of a lead; who may be on file already is shown first, and can be taken."""
    found, at = lead_or_404(request, lead_id), clock.now()
    if found.client_id is not None:
        return go_to(request, "clients:show", found.client_id)
    form = forms.BecomeClient(
        request.POST or None, initial={"given_name": found.given_name, "family_name": found.family_name}
    )
    matches: list = []
    if request.method == "POST" and request.POST.get("client"):
        client = _client(request, request.POST["client"])
        if told(request, lambda: operations.link_client(found, client, by=member_of(request), at=at)):
            toast(request, f"{found.name} is {client.name}, who is on file.")
            return go_to(request, "clients:show", client.pk)
    elif form.is_valid():
        try:
            client = operations.make_client(found, **form.values(), by=member_of(request), at=at)
        except AlreadyHere as here:
            matches = here.matches
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{client.name} is on file.")
            return go_to(request, "clients:show", client.pk)
    context = {"nav": "clients", "lead": found, "form": form, "matches": matches}
    return page(request, "marketing/become.html", context, part="form")


def _client(request: HttpRequest, text: str) -> Client:
    try:
        wanted = UUID(text)
    except ValueError:
        raise NotFound("There is no such record among your clients.") from None
    found = Client.objects.visible_to(member_of(request)).filter(pk=wanted).first()
    if found is None:
        raise NotFound("There is no such record among your clients.")
    return found
