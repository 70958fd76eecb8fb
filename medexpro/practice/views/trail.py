"""The trail on a page, and break-glass."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from medexpro.audit import kinds, trail
from medexpro.audit.models import Event
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice import breakglass, forms, permissions, presenters, records, tasks
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.models import BreakGlass, Member
from medexpro.practice.roles import Permission
from medexpro.web.pages import page, toast

PER_PAGE = 50
# A filter for a rare thing would read a practice's whole history; without a day it looks this far back.
LOOK_BACK = timedelta(days=90)


def uuid_of(text: str) -> UUID | None:
    """Return an id from an address; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


@requires(Permission.TRAIL_READ)
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Show who did what: filtered by member, client, kind and day, 50 at a time."""
    me, at = member_of(request), clock.now()
    rows = Event.objects.of(practice_of(request))
    chosen = {name: request.GET.get(name, "").strip() for name in ("member", "client", "kind", "day")}
    note = ""
    if member_id := uuid_of(chosen["member"]):
        rows = rows.filter(member_id=member_id)
    if client_id := uuid_of(chosen["client"]):
        rows = rows.filter(client_id=client_id)
    kind = chosen["kind"] if kinds.is_declared(chosen["kind"]) else ""
    if kind:
        rows = rows.filter(kind=kind)
    day = parse_day(chosen["day"])
    if day:
        start = datetime.combine(day, time.min, tzinfo=practice_of(request).tz)
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    elif (member_id or kind) and not client_id:
        rows = rows.filter(at__gte=at - LOOK_BACK)
        note = "The last 90 days. Choose a day to look further back."
    context = lines_context(request, rows) | {
        "chosen": chosen,
        "bad_day": bool(chosen["day"] and not day),
        "note": note,
        "members": Member.objects.visible_to(me).select_related("user").order_by("user__full_name"),
        "kinds": kinds.all_kinds(),
        "client_name": records.names_of(practice_of(request), {client_id}).get(client_id, "")
        if client_id
        else "",
        "nav": "settings",
    }
    # What was asked for as it was understood: nothing that anybody typed stands in the trail.
    asked = {"member": member_id, "client": client_id, "kind": kind, "day": day}
    filters = {name: str(value) for name, value in asked.items() if value}
    trail.record_list(me, "trail", at=at, count=len(context["lines"]), filters=filters)
    return page(request, "practice/trail.html", context, part="lines")


def parse_day(text: str):
    """Return a day as a date field sends it; None for none, or one that no trail can have."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 2000 <= day.year < 3000 else None


@requires(Permission.RECORD_READ, Permission.TRAIL_READ)
@require_GET
def of_client(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Show who opened and changed one client's record."""
    me, at = member_of(request), clock.now()
    needed = Permission.TRAIL_READ if me.may(Permission.TRAIL_READ) else Permission.RECORD_READ
    client = get_object_or_404(records.clients_of(me.practice).visible_to(me, needed), pk=client_id)
    context = lines_context(request, Event.objects.about_client(client))
    trail.record_read(me, client, "trail", at=at)
    return page(
        request, "practice/trail_client.html", context | {"client": client, "nav": "clients"}, part="lines"
    )


def lines_context(request: HttpRequest, rows) -> dict:
    """Return one page of events as lines, and the address of the older ones."""
    before, _, before_id = request.GET.get("before", "").partition("~")
    moment, last_id = parse_moment(before), uuid_of(before_id)
    if moment and last_id:
        rows = rows.filter(at__lte=moment).exclude(at=moment, id__gte=last_id)
    found = list(rows.order_by("-at", "-id")[: PER_PAGE + 1])
    events, more = found[:PER_PAGE], len(found) > PER_PAGE
    practice = practice_of(request)
    clients = {event.client_id for event in events if event.client_id}
    names = records.names_of(practice, clients)
    looks = [event.subject_id for event in events if event.subject_type == "practice.breakglass"]
    reasons = {
        str(pk): reason
        for pk, reason in BreakGlass.objects.of(practice).filter(pk__in=looks).values_list("pk", "reason")
    }
    return {
        "lines": presenters.trail_lines(
            events, names, reasons if looks else {}, read=read_by(member_of(request), clients)
        ),
        "older": f"{events[-1].at.isoformat()}~{events[-1].pk}" if more else "",
        "paged": bool(moment),
    }


def read_by(member: Member, clients: set[UUID]) -> set[UUID] | None:
    """Return which of these clients' records a member reads; None for all of them."""
    if not member.may(Permission.RECORD_READ):
        return set()
    if permissions.scope_of(member, Permission.RECORD_READ) == "practice":
        return None
    rows = records.clients_of(member.practice).visible_to(member, Permission.RECORD_READ)
    return set(rows.filter(pk__in=clients).values_list("pk", flat=True))


def parse_moment(text: str):
    """Return an instant from an address, with its offset; None for none, or one that no trail can have."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo and 2000 <= moment.year < 3000 else None


# ---- Break-glass


@requires(Permission.BREAK_GLASS)
@require_http_methods(["GET", "POST"])
def break_glass(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Open one client's record to an owner, for a reason, for an hour, with a notice."""
    me, at = member_of(request), clock.now()
    client = records.clients_of(me.practice).filter(pk=client_id).first()
    if client is None:
        raise Http404
    form = forms.BreakGlassForm(request.POST or None)
    if form.is_valid():
        try:
            look = breakglass.open_record(client_id, reason=form.values()["reason"], by=me, at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            breakglass.keep_in(request.session, look)
            tasks.tell_of_break_glass.enqueue(str(look.pk))
            toast(
                request,
                f"You read the record of {client} until {presenters.clock_at(look.ends_at, me.practice.tz)}.",
            )
            return redirect(records.address_of(client))
    context = {"form": form, "client": client, "nav": "clients"}
    return page(request, "practice/break_glass.html", context, status=422 if form.is_bound else 200)


@requires(Permission.BREAK_GLASS)
@require_POST
def close_glass(request: HttpRequest) -> HttpResponse:
    """End the look into a client's record before its time."""
    if opened := request.glass:
        look = BreakGlass.objects.of(practice_of(request)).filter(pk=opened.id).first()
        if look is not None:
            breakglass.close_record(look, by=member_of(request), at=clock.now())
        breakglass.drop_from(request.session)
        toast(request, "The record is closed again.")
    return redirect("/")
