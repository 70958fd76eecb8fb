"""The times a visitor may pick for a first visit, read from the calendar. Nothing is booked by picking one."""

from datetime import datetime, timedelta
from typing import Any

from medexpro.marketing.models import Lead, PublicPage
from medexpro.marketing.rules import first_visits as rules
from medexpro.marketing.rules.leads import LeadState
from medexpro.practice.models import Member, Practice
from medexpro.practice.roles import Permission
from medexpro.scheduling.models import Booking, Closure, Service, WorkingHours, during
from medexpro.scheduling.rules import availability

# While a lead stands here, the time it picked is offered to nobody else.
HOLDS = (LeadState.NEW, LeadState.CONTACTED)


def service_of(practice: Practice) -> Service | None:
    """Return what visitors may pick a time for; None where the practice offers none."""
    page = PublicPage.objects.of(practice).select_related("first_visit").first()
    service = page.first_visit if page else None
    return service if service is not None and service.retired_at is None else None


def free(
    practice: Practice, service: Service, *, at: datetime, besides: Lead | None = None
) -> dict[datetime, Member]:
    """Return every start in the next two weeks with who is free then, on the practice's wall. Five queries.

    besides: the lead who picks; the time it holds itself is free for it.
    """
    first = practice.day(at)
    days = [first + timedelta(days=n) for n in range(rules.AHEAD_DAYS + 1)]
    until = at + timedelta(days=rules.AHEAD_DAYS + 1)
    hours: dict[Any, list[WorkingHours]] = {}
    rows = WorkingHours.objects.of(practice).filter(member__is_active=True, member__user__is_active=True)
    for one in rows.select_related("member__user", "member__practice"):
        if one.member.may(Permission.SESSIONS_LOG):
            hours.setdefault(one.member_id, []).append(one)
    busy: dict[Any, list[tuple[datetime, datetime]]] = {key: [] for key in hours}
    for booking in Booking.objects.of(practice).standing().filter(during(at, until), member__in=hours):
        busy[booking.member_id].append((booking.starts_at, booking.ends_at))
    for closed in Closure.objects.of(practice).filter(starts_at__lt=until, ends_at__gt=at):
        for key in busy if closed.member_id is None else [closed.member_id]:
            busy.setdefault(key, []).append((closed.starts_at, closed.ends_at))
    for start, key in _held(practice, at=at, besides=besides):
        busy.setdefault(key, []).append((start, start + timedelta(minutes=service.minutes)))
    found: dict[datetime, Member] = {}
    for key, kept in sorted(hours.items(), key=lambda one: str(one[1][0].member)):
        for start in availability.free(
            days, service.minutes, hours=[one.as_rule() for one in kept], busy=busy[key], zone=practice.tz,
            after=at + rules.NOTICE,
        ):  # fmt: skip
            found.setdefault(practice.local(start), kept[0].member)
    return found


def _held(practice: Practice, *, at: datetime, besides: Lead | None) -> list[tuple[datetime, Any]]:
    rows = Lead.objects.of(practice).filter(state__in=HOLDS, wanted_at__gt=at, wanted_member__isnull=False)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    return list(rows.values_list("wanted_at", "wanted_member"))
