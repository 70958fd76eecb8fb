"""Leads: the list, one of them, moving on, becoming a client."""

from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_list
from medexpro.clients.models import Client
from medexpro.clients.operations import AlreadyHere
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.marketing import forms, operations, pipeline_forms, pipeline_presenters
from medexpro.marketing.models import CameBy, Lead
from medexpro.marketing.operations import pipeline
from medexpro.marketing.pipeline_presenters import A_COLUMN
from medexpro.marketing.rules.pipeline import code_of
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
    """Show who is on the way as a board; a state, a source or what is due as a list, the newest first.

    `show` is one state or "due", `came` a way they came by, `c` a campaign code.
    """
    member, practice, at = member_of(request), practice_of(request), clock.now()
    today = practice.day(at)
    everyone = Lead.objects.of(practice)
    counts = dict(everyone.order_by().values_list("state").annotate(count=Count("pk")))
    chosen = _chosen(request)
    listed = _filtered(everyone, chosen, today).select_related(
        "source_day", "client", "source__provider", "source__organisation"
    )
    context = {
        "nav": "clients",
        "tabs": pipeline_presenters.tabs(member),
        "tab": "leads",
        "chosen": chosen,
        "narrowed": any(chosen.values()),
        "states": [
            {"key": key, "label": label, "count": counts.get(key, 0)}
            for key, label in Lead.State.choices
            if counts.get(key) or key == chosen["show"]
        ],
        "ways": CameBy.choices,
        "due": everyone.filter(next_on__lte=today).count(),
        "total": sum(counts.values()),
    }
    if context["narrowed"]:
        number = whole_number(request.GET.get("page", ""), digits=6) or 1
        found = Paginator(listed.order_by("-made_at", "-pk"), A_PAGE).get_page(number)
        shown = list(found.object_list)
        context |= {"page": found, "rows": pipeline_presenters.rows(shown, practice, today)}
    else:
        urgent = listed.filter(state__in=pipeline_presenters.COLUMNS).order_by(
            F("next_on").asc(nulls_last=True), "-made_at"
        )
        shown = [
            one for state in pipeline_presenters.COLUMNS for one in urgent.filter(state=state)[:A_COLUMN]
        ]
        context["board"] = pipeline_presenters.board(pipeline_presenters.rows(shown, practice, today), counts)
    record_list(member, "leads", at=at, count=len(shown), filters=chosen)
    return page(request, "marketing/leads.html", context)


def _chosen(request: HttpRequest) -> dict[str, str]:
    show, came = request.GET.get("show", ""), request.GET.get("came", "")
    return {
        "show": show if show in (*Lead.State.values, "due", "all") else "",
        "came": came if came in CameBy.values else "",
        "c": code_of(request.GET.get("c", "")[:60]),
    }


def _filtered(rows: QuerySet[Lead], chosen: dict[str, str], today: date) -> QuerySet[Lead]:
    if chosen["show"] == "due":
        rows = rows.filter(next_on__lte=today)
    elif chosen["show"] and chosen["show"] != "all":
        rows = rows.filter(state=chosen["show"])
    if chosen["came"]:
        rows = rows.filter(source_kind=chosen["came"])
    return rows.filter(campaign=chosen["c"]) if chosen["c"] else rows


@requires(Permission.LEADS_MANAGE)
def lead(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Show a lead with what is next, where it came from and what was mailed, and change it."""
    found, at = lead_or_404(request, lead_id), clock.now()
    names = ("given_name", "family_name", "phone", "email", "notes")
    stored = {name: getattr(found, name) for name in names}
    form = forms.ChangeLead(request.POST or None, initial=stored | {"version": found.version})
    if form.is_valid():
        try:
            operations.change_lead(
                found, **form.values(), version=form.shown_version, by=member_of(request), at=at
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
        "about": pipeline_presenters.lead(found, practice_of(request), at),
        "step_form": pipeline_forms.NextStep(
            initial={"step": found.next_step, "on": found.next_on}, auto_id="step_%s"
        ),
        "talk_form": pipeline_forms.Talk(auto_id="talk_%s"),
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
        request.POST or None,
        initial={"given_name": found.given_name, "family_name": found.family_name, "book": True},
        picked=pipeline_presenters.wanted_words(found, practice_of(request)) if found.wanted_at else "",
    )
    matches: list = []
    if form.is_valid():
        values, member = form.values(), member_of(request)
        wishes = {name: values.pop(name) for name in ("book", "ask_referral")}
        try:
            if request.POST.get("client"):
                client = _client(request, request.POST["client"])
                became = pipeline.link(found, client, **wishes, by=member, at=at)
            else:
                became = pipeline.convert(found, **values, **wishes, by=member, at=at)
        except AlreadyHere as here:
            matches = here.matches
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            said = f"{became.client.name} is on file."
            if became.booking is not None:
                said = f"{said} The first visit is booked. {' '.join(became.notes)}".strip()
            toast(request, said, undo_url=reverse("marketing:undo_client", args=[found.pk]))
            return go_to(request, "clients:show", became.client.pk)
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
