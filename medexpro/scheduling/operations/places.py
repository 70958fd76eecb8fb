"""The places of a group."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients.models import Client
from medexpro.kernel.refusals import NotFound
from medexpro.practice.models import Member
from medexpro.providers.checking import save_once
from medexpro.scheduling import events, standing
from medexpro.scheduling.models import Booking, GroupPlace, State
from medexpro.scheduling.operations import checking
from medexpro.scheduling.operations.checking import BookingRefused
from medexpro.scheduling.rules import clashes
from medexpro.scheduling.rules.clashes import Slot, What


@transaction.atomic
def take_place(
    booking: Booking, client: Client, *, reason: str = "", id: UUID | None = None, by: Member, at: datetime
) -> GroupPlace:
    """Give a client a place in a group; one who has it keeps it.

    Raises BookingRefused for a full group or a client who is booked elsewhere then, ReasonNeeded where exercise may not
    start.
    """
    checking.may_book(by, booking.member, client)
    checking.is_of(by.practice, booking=booking, client=client)
    checking.taking_turns(by.practice)
    if not booking.is_group:
        raise NotFound("There is no such group.")
    if booking.state != State.BOOKED:
        raise BookingRefused("This group is not booked any more.")
    if known := GroupPlace.objects.filter(booking=booking, client=client, given_up_at=None).first():
        return known
    taken = GroupPlace.objects.filter(booking=booking, given_up_at=None).count()
    if not clashes.places_left(booking.service.places, taken):
        raise BookingRefused(f"All {booking.service.places} places are taken.", field="client")
    checking.goes_with(client, booking.member)
    _check_free(booking, client)
    episode = checking.open_episode_of(client)
    if episode is not None:
        standing.read_for([episode])
    day = booking.practice.day(booking.starts_at)
    reasons = checking.reason_for(booking.service, episode, [day], reason, by, client)
    place = GroupPlace(
        practice=booking.practice,
        booking=booking,
        client=client,
        episode=episode,
        reason=reasons.get(day, ""),
    )
    if id:
        place.pk = id
    place, new = save_once(place)
    if new:
        record(events.PLACE_TAKEN, place, by=by, at=at, with_reason=bool(place.reason))
    return place


@transaction.atomic
def give_up_place(place: GroupPlace, *, by: Member, at: datetime) -> None:
    """Take a client out of a group. Twice is once."""
    checking.may_book(by, place.booking.member, place)
    if place.given_up_at is None:
        place.given_up_at = at
        place.save(update_fields=["given_up_at"])
        record(events.PLACE_GIVEN_UP, place, by=by, at=at)


def _check_free(booking: Booking, client: Client) -> None:
    wanted = Slot(
        starts_at=booking.starts_at, ends_at=booking.ends_at, member=booking.member_id,
        clients=frozenset([client.pk]),
    )  # fmt: skip
    calendar = checking.Taken(booking.practice, [wanted], [booking])
    for clash in clashes.find(wanted, [slot for slot, _ in calendar.taken]):
        if clash.what is What.CLIENT:
            raise BookingRefused(f"{client} is booked elsewhere at that time.", field="client")
