"""What can be booked, where, and when: services, rooms, hours, closures."""

from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.kernel.refusals import NotFound
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.roles import Role
from medexpro.providers.checking import check_fields, save_once
from medexpro.scheduling import events
from medexpro.scheduling.models import Closure, Kind, Room, Service, Site, WorkingHours
from medexpro.scheduling.operations import checking
from medexpro.scheduling.operations.checking import BookingRefused
from medexpro.scheduling.rules import availability

USUAL_SERVICES = (
    ("Session", 60, Kind.EXERCISE, 1),
    ("Assessment", 60, Kind.MEASURING, 1),
    ("Intake", 45, Kind.TALK, 1),
    ("Small group", 45, Kind.EXERCISE, 6),
)
USUAL_DAY = (time(8), time(17))


@transaction.atomic
def begin(*, by: Member, at: datetime) -> list[Service]:
    """Offer the usual services, and Monday to Friday from 8 to 5 for every professional; nothing where there are some."""
    permissions.check(by, Permission.BOOKINGS_SET_UP)
    checking.taking_turns(by.practice)
    if Service.objects.of(by.practice).exists():
        return []
    made = [
        Service.objects.create(practice=by.practice, name=name, minutes=minutes, kind=kind, places=places)
        for name, minutes, kind, places in USUAL_SERVICES
    ]
    with_hours = set(WorkingHours.objects.of(by.practice).values_list("member_id", flat=True))
    for member in Member.objects.of(by.practice).active():
        if member.has_role(Role.PROFESSIONAL) and member.pk not in with_hours:
            WorkingHours.objects.bulk_create(
                WorkingHours(
                    practice=by.practice,
                    member=member,
                    weekday=weekday,
                    since=USUAL_DAY[0],
                    until=USUAL_DAY[1],
                )
                for weekday in range(5)
            )
    record(events.SET_UP, None, by=by, at=at, practice=by.practice, what="usual")
    return made


@transaction.atomic
def add_service(
    *, name: str, minutes: int, kind: str, places: int = 1, id: UUID | None = None, by: Member, at: datetime
) -> Service:
    """Offer one more service. The same `id` again returns the first one."""
    permissions.check(by, Permission.BOOKINGS_SET_UP)
    service = Service(
        practice=by.practice, name=" ".join(name.split()), minutes=minutes, kind=kind, places=places
    )
    if not 5 <= minutes <= 480:
        raise BookingRefused("A service takes 5 to 480 minutes.", field="minutes")
    if not 1 <= places <= 40:
        raise BookingRefused("A service has 1 to 40 places.", field="places")
    return _add(service, id, by, at, "service")


@transaction.atomic
def retire_service(service: Service, *, by: Member, at: datetime) -> None:
    """Offer a service no more. What is booked stays."""
    permissions.check(by, Permission.BOOKINGS_SET_UP, service)
    if service.retired_at is None:
        service.retired_at = at
        service.save_version(expected=None)
        record(events.SET_UP, service, by=by, at=at, what="service", removed=True)


@transaction.atomic
def add_room(*, name: str, site: str = "", id: UUID | None = None, by: Member, at: datetime) -> Room:
    """Add a room. site: the name of the place it is in; one that is new is added."""
    permissions.check(by, Permission.BOOKINGS_SET_UP)
    place, site = None, " ".join(site.split())
    if len(site) > 80:
        raise BookingRefused("At most 80 characters.", field="site")
    if site:
        place, _ = Site.objects.get_or_create(practice=by.practice, name=site)
    return _add(Room(practice=by.practice, name=" ".join(name.split()), site=place), id, by, at, "room")


@transaction.atomic
def retire_room(room: Room, *, by: Member, at: datetime) -> None:
    """Use a room no more. What is booked stays."""
    permissions.check(by, Permission.BOOKINGS_SET_UP, room)
    if room.retired_at is None:
        room.retired_at = at
        room.save(update_fields=["retired_at"])
        record(events.SET_UP, room, by=by, at=at, what="room", removed=True)


@transaction.atomic
def add_hours(
    *, member: Member, weekdays: list[int], since: time, until: time, by: Member, at: datetime
) -> list[WorkingHours]:
    """Add one stretch of working hours on each of these weekdays. Stretches of one day may not overlap."""
    permissions.check(by, Permission.BOOKINGS_SET_UP, member)
    checking.is_of(by.practice, member=member)
    if said := availability.check_hours(since, until):
        raise BookingRefused(said, field="until")
    if not weekdays or not set(weekdays) <= set(range(7)):
        raise BookingRefused("Choose at least one weekday.", field="weekdays")
    known = WorkingHours.objects.filter(member=member, weekday__in=weekdays, since__lt=until, until__gt=since)
    if known.exists():
        raise BookingRefused(f"{member} already works in a part of these hours.", field="since")
    made = [
        WorkingHours.objects.create(
            practice=by.practice, member=member, weekday=weekday, since=since, until=until
        )
        for weekday in sorted(set(weekdays))
    ]
    record(events.SET_UP, made[0], by=by, at=at, what="hours", count=len(made))
    return made


@transaction.atomic
def remove_hours(hours: WorkingHours, *, by: Member, at: datetime) -> None:
    """Take one stretch of hours out. What is booked in it stays."""
    permissions.check(by, Permission.BOOKINGS_SET_UP, hours)
    record(events.SET_UP, hours, by=by, at=at, what="hours", removed=True)
    hours.delete()


@transaction.atomic
def add_closure(
    *,
    why: str,
    first: date,
    last: date,
    since: time | None = None,
    until: time | None = None,
    member: Member | None = None,
    id: UUID | None = None,
    by: Member,
    at: datetime,
) -> Closure:
    """Close the practice, or one member's time: whole days, or from one time to another. What is booked in it stays.

    since: on the first day; None from its beginning. until: on the last day; None to its end.
    """
    permissions.check(by, Permission.BOOKINGS_SET_UP)
    checking.is_of(by.practice, member=member)
    if last < first:
        raise BookingRefused("The last day is before the first.", field="last")
    if (last - first).days > 366:
        raise BookingRefused("A closure lasts a year at most.", field="last")
    starts_at = checking.moment(by.practice, first, since)
    ends_at = checking.moment(by.practice, last, until, ends=True)
    if ends_at <= starts_at:
        raise BookingRefused("The end has to be later than the beginning.", field="until")
    closure = Closure(
        practice=by.practice, member=member, starts_at=starts_at, ends_at=ends_at, why=" ".join(why.split())
    )
    return _add(closure, id, by, at, "closure")


@transaction.atomic
def remove_closure(closure: Closure, *, by: Member, at: datetime) -> None:
    """Open again what was closed."""
    permissions.check(by, Permission.BOOKINGS_SET_UP, closure)
    record(events.SET_UP, closure, by=by, at=at, what="closure", removed=True)
    closure.delete()


def _add(row, id: UUID | None, by: Member, at: datetime, what: str):
    if id:
        row.pk = id
        if (known := type(row).objects.filter(pk=id).first()) is not None:
            if known.practice_id != by.practice_id:
                raise NotFound("There is no such record in this practice.")
            return known
    check_fields(row, BookingRefused, names={"why": "Why"})
    row, new = save_once(row)
    if new:
        record(events.SET_UP, row, by=by, at=at, what=what)
    return row
