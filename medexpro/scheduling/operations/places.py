"""The places of a group: each client's own, with whether they came, did not, or cancelled."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients.models import Client
from medexpro.episodes.models import Episode
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
    """Note that a client cancelled their place in a group; it is free at once. Twice is once."""
    checking.may_book(by, place.booking.member, place)
    if place.state != State.BOOKED:
        raise BookingRefused(f"It is settled whether {place.client} came. Take that back first.")
    if place.given_up_at is None:
        place.given_up_at = at
        place.save(update_fields=["given_up_at"])
        record(events.PLACE_GIVEN_UP, place, by=by, at=at)


@transaction.atomic
def settle_place(place: GroupPlace, state: str, *, by: Member, at: datetime) -> GroupPlace:
    """Say that one client of a group came, or did not; or take either back (booked). It says nothing of the others.

    The hours are those of `settle`: coming from an hour before, not coming once it has begun.
    """
    checking.may_book(by, place.booking.member, place)
    checking.taking_turns(place.practice)
    place.refresh_from_db(fields=["state", "given_up_at"])
    if place.given_up_at is not None:
        raise BookingRefused(f"{place.client} cancelled the place. Give it to them again first.")
    if state not in (State.CAME, State.NO_SHOW, State.BOOKED):
        raise BookingRefused("Say whether the client came.")
    if place.state != state:
        checking.may_be_said(place.booking, state, at)
        _say(place, state, by, at)
    return place


def came(
    episode: Episode,
    *,
    group: Booking | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    by: Member,
    at: datetime,
) -> GroupPlace | None:
    """Note that a client came to a group, as their session is opened; None where they have no place in one.

    group: the one they came with; without it, the nearest of those that begin between `since` and `until`.
    """
    rows = GroupPlace.objects.filter(
        practice=episode.practice_id, client=episode.client_id, given_up_at=None, state=State.BOOKED
    ).exclude(booking__state=State.CANCELLED)
    if group is not None:
        rows = rows.filter(booking=group)
    else:
        rows = rows.filter(booking__starts_at__gte=since, booking__starts_at__lt=until)
    found = rows.select_related("booking", "client", "practice")
    place = min(found, key=lambda one: abs(one.booking.starts_at - at), default=None)
    if place is not None:
        _say(place, State.CAME, by, at)
    return place


def _say(place: GroupPlace, state: str, by: Member, at: datetime) -> None:
    before, place.state, place.state_at = place.state, state, at
    place.save(update_fields=["state", "state_at"])
    record(events.PLACE_SETTLED, place, by=by, at=at, was=before, now=state)


def _check_free(booking: Booking, client: Client) -> None:
    wanted = Slot(
        starts_at=booking.starts_at, ends_at=booking.ends_at, member=booking.member_id,
        clients=frozenset([client.pk]),
    )  # fmt: skip
    calendar = checking.Taken(booking.practice, [wanted], [booking])
    for clash in clashes.find(wanted, [slot for slot, _ in calendar.taken]):
        if clash.what is What.CLIENT:
            raise BookingRefused(f"{client} is booked elsewhere at that time.", field="client")
