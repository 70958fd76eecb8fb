"""The home page: may I start, what must I do; the end of the day; the day on paper; the palette's answers."""

from dataclasses import asdict
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_list
from medexpro.clients.models import Client
from medexpro.clients.views.people import note_search
from medexpro.kernel import clock
from medexpro.practice.access import member_of, requires, signed_in
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission, scope_of
from medexpro.scheduling.forms import asked_day, asked_id
from medexpro.today import closing as ending
from medexpro.today import day_sheet, obligations, palette
from medexpro.today import running as floor
from medexpro.web.pages import page

EVERYONE = "all"


# Whoever works in the calendar. Who only reads takes nothing out, and paper is out.
PRINTS = (Permission.BOOKINGS_MANAGE, Permission.BOOKINGS_OWN, Permission.BOOKINGS_SET_UP)


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Show what waits, for this member."""
    member, at = request.member, clock.now()
    day = member.practice.day(at)
    look = obligations.Look(member, day)
    alerts, kinds = look.alerts, obligations.owed_in(look)
    running = obligations.running(look.notes, member, day) if member.may(Permission.SESSIONS_LOG) else []
    work = [kind for kind in kinds if kind.name != obligations.WORKING_RULES]
    count = len(alerts) + sum(kind.total for kind in kinds)
    record_list(member, "today", at=at, count=count)
    context = {
        "nav": "today",
        "day": day,
        "alerts": alerts,
        "running": running,
        "kinds": kinds,
        "line": member.may(Permission.BOOKINGS_READ),
        "prints": any(member.may(permission) for permission in PRINTS),
        "count": str(count) if count else "",
        # A practice may begin while its rules are read.
        "first": None if alerts or running or work else first_steps(member),
    }
    return page(request, "today/today.html", context)


def first_steps(member: Member) -> list[dict[str, str]] | None:
    """Return how a practice without clients begins; None once it has some."""
    if Client.objects.visible_to(member).exists():
        return None
    steps = (
        ("Take in a referral", "referrals:take_in", "referrals", Permission.REFERRALS_INTAKE),
        ("Add a client", "clients:add", "plus", Permission.CLIENTS_EDIT),
        ("Invite your team", "practice:invite", "clients", Permission.MEMBERS_MANAGE),
    )
    return [
        {"label": label, "url": reverse(name), "icon": icon}
        for label, name, icon, permission in steps
        if member.may(permission)
    ]


@require_GET
@requires(Permission.SESSIONS_LOG)
def running(request: HttpRequest) -> HttpResponse:
    """Answer the part of Today that shows the sessions on the floor, with precautions, gate and how far each is.

    Read after the page, so that Today itself stays quick.
    """
    member, at = member_of(request), clock.now()
    sessions = obligations.running(obligations.open_notes(member), member, member.practice.day(at))
    record_list(member, "running sessions", at=at, count=len(sessions))
    return page(request, "today/running.html", {"running": floor.cards(sessions, member.practice)})


def _day_asked(request: HttpRequest, member: Member) -> date:
    return asked_day(request.GET.get("day", ""), member.practice.day(clock.now()))


@require_GET
@requires(Permission.BOOKINGS_READ)
def closing(request: HttpRequest) -> HttpResponse:
    """Show the end of a day: what was done, what is unsigned, who did not come, what has no end yet."""
    member, at = member_of(request), clock.now()
    today, day = member.practice.day(at), _day_asked(request, member)
    works, wide = (
        member.may(Permission.SESSIONS_LOG),
        scope_of(member, Permission.BOOKINGS_READ) == "practice",
    )
    asked = request.GET.get("who", "")
    mine = works and (asked != EVERYONE or not wide)
    found = ending.closing_of(member, day, at=at, mine=mine)
    record_list(
        member, "end of day", at=at, count=found.count, filters={"day": day.isoformat(), "mine": mine}
    )
    context = {
        "nav": "today",
        "day": day,
        "is_today": day == today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < today else None,
        "closing": found,
        "mine": mine,
        "chooses": works and wide,
        "prints": any(member.may(permission) for permission in PRINTS),
    }
    return page(request, "today/closing.html", context)


@require_GET
@requires(Permission.BOOKINGS_READ)
def tomorrow(request: HttpRequest) -> HttpResponse:
    """Show what the member owes by tomorrow; a part of the end of the day, read after it."""
    member, at = member_of(request), clock.now()
    today = member.practice.day(at)
    kinds = ending.owed_next(member, today)
    record_list(member, "owed tomorrow", at=at, count=sum(len(kind.rows) for kind in kinds))
    context = {"nav": "today", "day": today + timedelta(days=1), "kinds": kinds}
    return page(request, "today/tomorrow.html", context, part="owed")


@require_GET
@requires(*PRINTS)
def sheet(request: HttpRequest) -> HttpResponse:
    """Print a day for when the power is out: the asked member's, else one's own, or everyone's."""
    member, at = member_of(request), clock.now()
    day, asked = _day_asked(request, member), request.GET.get("who", "")
    own = member.pk if member.may(Permission.SESSIONS_LOG) and asked != EVERYONE else None
    pdf = day_sheet.print_sheet(member, day, at=at, who=asked_id(asked) or own)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="day-sheet-{day.isoformat()}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@signed_in
def find(request: HttpRequest) -> JsonResponse:
    """Answer what was typed into the palette. It comes in the body: a name never stands in an address or a log."""
    member, text = member_of(request), request.POST.get("q", "").replace("\x00", "")[:80]
    groups = palette.offered(member, text)
    named = sum(len(group.found) for group in groups if group.name == palette.CLIENT_GROUP)
    if named:
        note_search(request, named)
    return JsonResponse({"groups": [asdict(group) for group in groups]})
