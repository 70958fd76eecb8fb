"""The home page: may I start, what must I do."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from medexpro.audit.trail import record_list
from medexpro.clients.models import Client
from medexpro.kernel import clock
from medexpro.practice.access import signed_in
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.today import obligations
from medexpro.web.pages import page


@signed_in
def show(request: HttpRequest) -> HttpResponse:
    """Show what waits, for this member."""
    member, at = request.member, clock.now()
    day = member.practice.day(at)
    reads = member.may(Permission.RECORD_READ)
    alerts = obligations.alerts(member, day) if reads else []
    notes = obligations.open_notes(member) if member.may(Permission.SESSIONS_LOG) else []
    running = obligations.running(notes, member, day)
    kinds = obligations.owed_to(member, day, told=alerts, notes=notes)
    work = [kind for kind in kinds if kind.name != obligations.RULES]
    count = len(alerts) + sum(len(kind.rows) for kind in kinds)
    record_list(member, "today", at=at, count=count)
    context = {
        "nav": "today",
        "day": day,
        "alerts": alerts,
        "running": running,
        "kinds": kinds,
        "line": member.may(Permission.BOOKINGS_READ),
        "count": f"{count}{'+' if any(kind.count.endswith('+') for kind in kinds) else ''}" if count else "",
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
