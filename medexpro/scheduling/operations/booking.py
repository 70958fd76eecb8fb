"""Making bookings: one, a series, a group."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients.models import Client
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotFound
from medexpro.practice.models import Member
from medexpro.providers.checking import save_once
from medexpro.scheduling import events, standing
from medexpro.scheduling.models import Booking, GroupPlace, Room, Series, Service
from medexpro.scheduling.operations import checking
from medexpro.scheduling.operations.checking import BookingRefused
from medexpro.scheduling.rules import repeating
from medexpro.scheduling.rules.clashes import Slot
from medexpro.scheduling.rules.repeating import Repeat


@dataclass(frozen=True)
class Booked:
    """What was booked, the first one first. notes: sentences a person should know of, such as a doubled hour."""

    bookings: list[Booking]
    notes: list[str]


@transaction.atomic
def book(
    service: Service,
    *,
    member: Member,
    day: date,
    clock: time,
    client: Client | None = None,
    room: Room | None = None,
    at_home: bool = False,
    repeat: Repeat | None = None,
    reason: str = "",
    outside_hours: bool = False,
    id: UUID | None = None,
    by: Member,
    at: datetime,
) -> Booked:
    """Book a service for a time on the wall's clock; the same `id` again returns what was booked first.

    client: needed but for a group, where they take its first place. repeat: books every day of a series, all or none; it
    begins at the first of its weekdays from `day` on. reason: why it is booked although exercise may not start on the day;
    it stays with those bookings. outside_hours: the member's working hours are passed knowingly.
    Raises SkippedTime, BookingRefused at the field, OutsideHours, ReasonNeeded; NotAllowed for somebody else's time.
    """
    checking.may_book(by, member, client)
    checking.is_of(by.practice, service=service, member=member, client=client, room=room)
    checking.taking_turns(by.practice)
    if id and (known := Booking.objects.filter(pk=id).select_related("series").first()):
        if known.practice_id != by.practice_id or known.made_by_id != by.pk:
            raise NotFound("There is no such booking of yours.")
        return Booked(_all_of(known), [])
    _check_what(service, client, room, at_home)
    if client is not None:
        checking.goes_with(client, member)
    days = _days(day, repeat)
    spans = [checking.instants(by.practice, one, clock, service.minutes) for one in days]
    checking.not_past(spans[0][0], by.practice, at)

    clients = frozenset([client.pk]) if client else frozenset()
    slots = [
        Slot(starts_at=starts_at, ends_at=ends_at, member=member.pk, room=room.pk if room else None, clients=clients)
        for starts_at, ends_at, _ in spans
    ]  # fmt: skip
    calendar = checking.Taken(by.practice, slots)
    calendar.check([(slot, member) for slot in slots], outside_hours=outside_hours)
    episode = checking.open_episode_of(client) if client else None
    reasons = {}
    if client is not None:
        if episode is not None:
            standing.read_for([episode])
        reasons = checking.reason_for(service, episode, days, reason, by, client)

    series = None
    if repeat is not None:
        series = Series.objects.create(
            practice=by.practice, weekdays=sorted(repeat.weekdays), until=repeat.until, times=repeat.times
        )
    made = []
    for number, (one, (starts_at, ends_at, _)) in enumerate(zip(days, spans, strict=True)):
        single = None if service.is_group else client
        booking = Booking(
            pk=id if id and number == 0 else uuid7(), practice=by.practice, service=service, member=member,
            room=room, client=single, episode=episode if single else None, series=series, starts_at=starts_at,
            ends_at=ends_at, at_home=at_home, reason=reasons.get(one, "") if single else "", made_by=by,
        )  # fmt: skip
        made.append(save_once(booking)[0])
        if service.is_group and client is not None:
            GroupPlace.objects.create(
                practice=by.practice, booking=booking, client=client, episode=episode,
                reason=reasons.get(one, ""),
            )  # fmt: skip
    record(
        events.BOOKED, made[0], by=by, at=at, client=client, service=service.name, count=len(made),
        with_reason=bool(reasons),
    )  # fmt: skip
    return Booked(made, [note for _, _, note in spans if note])


def _check_what(service: Service, client: Client | None, room: Room | None, at_home: bool) -> None:
    if service.retired_at:
        raise BookingRefused(f"{service} is not offered any more. Choose another.", field="service")
    if room is not None and room.retired_at:
        raise BookingRefused(f"{room} is not used any more. Choose another.", field="room")
    if client is None and not service.is_group:
        raise BookingRefused("Choose the client.", field="client")
    if client is not None and client.archived_at:
        raise BookingRefused(f"{client} is archived. Put the record back first.", field="client")
    if at_home and service.is_group:
        raise BookingRefused("A group meets in the practice, not at one client’s home.", field="at_home")
    if at_home and room is not None:
        raise BookingRefused("A home visit takes no room. Leave the room empty.", field="room")


def _days(day: date, repeat: Repeat | None) -> list[date]:
    if repeat is None:
        return [day]
    if said := repeating.check(day, repeat):
        raise BookingRefused(said, field="weekdays")
    return repeating.days(day, repeat)


def _all_of(booking: Booking) -> list[Booking]:
    if booking.series_id is None:
        return [booking]
    later = Booking.objects.filter(series=booking.series_id).exclude(pk=booking.pk).order_by("starts_at")
    return [booking, *later]
