"""Who waits for what came free: a cancelled or moved booking's time, a place in a group. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q

from medexpro.episodes.models import Episode
from medexpro.episodes.rules import status as status_rule
from medexpro.practice.models import Member
from medexpro.scheduling import standing
from medexpro.scheduling.models import Booking, GroupPlace, Kind, Offer, Room, State, Wish, during
from medexpro.scheduling.rules import waiting, words
from medexpro.scheduling.rules.waiting import Free, Wished

SHOWN = 5
AHEAD = timedelta(days=28)
# So many that came free, the earliest first; far more than four weeks hold.
LOOKED_AT = 100


@dataclass(frozen=True)
class Opening:
    """What came free, as instants. group: the booking whose place it is; None for a member's time."""

    starts_at: datetime
    ends_at: datetime
    member_id: Any
    room_id: Any = None
    group: Booking | None = None


@dataclass(frozen=True)
class Fit:
    """One who waits and fits. starts_at: when it could begin; offer: the last one of this time, if any."""

    wish: Wish
    starts_at: datetime
    said: str
    stopped: bool
    offer: Offer | None

    @property
    def is_open(self) -> bool:
        """Return whether the client has to answer yet."""
        return self.offer is not None and self.offer.answer == Offer.Answer.OPEN


def opening_of(booking: Booking, at: datetime) -> Opening | None:
    """Return what a booking leaves free: its time when it is cancelled, the time it moved from, or a place in its group.

    None for what is over, and where somebody else has the time meanwhile. Two queries at most.
    """
    taken = (
        GroupPlace.objects.filter(booking=booking, given_up_at=None).count()
        if booking.is_group and booking.state == State.BOOKED and booking.starts_at > at
        else 0
    )
    found = _left_by(booking, at, taken)
    if found is None or found.group is not None:
        return found
    there = Booking.objects.of(booking.practice).standing().filter(during(found.starts_at, found.ends_at))
    return None if there.filter(member=found.member_id).exists() else found


def openings_ahead(member: Member, at: datetime) -> list[tuple[Booking, Opening]]:
    """Return what came free in the next four weeks, the earliest first, with the booking that left it. Two queries."""
    practice, until = member.practice, at + AHEAD
    cancelled = Q(state=State.CANCELLED, starts_at__gt=at, starts_at__lt=until)
    moved = Q(state=State.BOOKED, moved_at__gt=at - AHEAD)
    groups = Q(state=State.BOOKED, client=None, starts_at__gt=at, starts_at__lt=until)
    taken = Count("places", filter=Q(places__given_up_at=None))
    rows = Booking.objects.visible_to(member).filter(cancelled | moved | groups).select_related("service")
    left = []
    for booking in rows.annotate(taken=taken).order_by("starts_at", "pk")[:LOOKED_AT]:
        opening = _left_by(booking, at, booking.taken)
        if opening is not None and opening.starts_at < until:
            left.append((booking, opening))
    if not left:
        return []
    booked: dict[str, list[tuple[datetime, datetime]]] = {}
    busy = Booking.objects.of(practice).standing().filter(during(at, until))
    for key, since, ends in busy.values_list("member", "starts_at", "ends_at"):
        booked.setdefault(str(key), []).append((since, ends))

    def is_free(opening: Opening) -> bool:
        spans = booked.get(str(opening.member_id), ())
        return opening.group is not None or not any(
            opening.starts_at < ends and since < opening.ends_at for since, ends in spans
        )

    return sorted((one for one in left if is_free(one[1])), key=lambda one: one[1].starts_at)


def unanswered(member: Member, at: datetime, *, own: bool = False) -> list[Offer]:
    """Return the offers that wait for an answer and can still be taken, the earliest first. own: of the member's time only.

    One query where there is none, three else.
    """
    rows = Offer.objects.visible_to(member).filter(answer=Offer.Answer.OPEN, starts_at__gt=at)
    if own:
        rows = rows.filter(member=member)
    found = list(rows.select_related("wish__client").order_by("starts_at", "pk")[:LOOKED_AT])
    still_free = {booking.pk for booking, _ in openings_ahead(member, at)} if found else set()
    return [one for one in found if one.booking_id in still_free][:SHOWN]


def _left_by(booking: Booking, at: datetime, taken: int) -> Opening | None:
    """Return what a booking leaves free, whoever else may have it meanwhile. taken: places of its group."""
    found = None
    if booking.state == State.CANCELLED:
        found = Opening(booking.starts_at, booking.ends_at, booking.member_id, booking.room_id)
    elif (
        booking.is_group
        and booking.state == State.BOOKED
        and booking.starts_at > at
        and taken < booking.service.places
    ):
        found = Opening(booking.starts_at, booking.ends_at, booking.member_id, group=booking)
    elif booking.state == State.BOOKED and booking.before:
        was = booking.before
        begins, ends = (datetime.fromisoformat(was[name]) for name in ("starts_at", "ends_at"))
        if begins != booking.starts_at or was["member"] != str(booking.member_id):
            found = Opening(begins, ends, was["member"], was["room"])
    return found if found is not None and found.starts_at > at else None


def wished(wish: Wish) -> Wished:
    """Return a wish as the rules read it."""
    return Wished(
        service=wish.service_id, minutes=wish.service.minutes, group=wish.service.is_group,
        member=None if wish.member_id is None else str(wish.member_id), weekdays=frozenset(wish.weekdays),
        since=wish.since, until=wish.until, from_on=wish.from_on,
    )  # fmt: skip


def starts_in(wish: Wish, opening: Opening, practice: Any) -> datetime | None:
    """Return when what a client waits for could begin in what came free; None where it does not fit."""
    since, until = practice.local(opening.starts_at), practice.local(opening.ends_at)
    # What goes on after midnight ends with the day here.
    ends = until.time() if until.date() == since.date() else time(23, 59)
    free = Free(
        day=since.date(), since=since.time(), until=ends, member=str(opening.member_id),
        group=opening.group.service_id if opening.group else None,
    )  # fmt: skip
    clock = waiting.fits(wished(wish), free)
    if clock is None:
        return None
    later = datetime.combine(since.date(), clock) - since.replace(tzinfo=None, fold=0)
    return opening.starts_at + later


def fitting(booking: Booking, member: Member, at: datetime) -> tuple[str, list[Fit]]:
    """Return what a booking leaves free, in words, and who waits and fits, the longest first.

    Who said no to this very time comes last. Nothing is asked of bookings that leave nothing free.
    """
    opening = opening_of(booking, at)
    if opening is None:
        return "", []
    practice = booking.practice
    rows = Wish.objects.visible_to(member).waiting()
    rows = rows.filter(Q(member=None) | Q(member=opening.member_id)).select_related(
        "client", "service", "member__user", "practice"
    )
    found = [(one, starts_at) for one in rows if (starts_at := starts_in(one, opening, practice)) is not None]
    if not found:
        return "", []
    offers: dict[Any, Offer] = {}
    for offer in Offer.objects.filter(booking=booking, wish__in=[wish.pk for wish, _ in found]).order_by(
        "made_at"
    ):
        offers[offer.wish_id] = offer
    day, fits = practice.day(opening.starts_at), []
    stopped = _stopped([wish for wish, _ in found], day)
    for wish, starts_at in found:
        offer = offers.get(wish.pk)
        if offer is not None and (offer.starts_at != starts_at or offer.answer == Offer.Answer.WITHDRAWN):
            offer = None
        said = waiting.in_words(wished(wish), practice.day(at))
        fits.append(Fit(wish, starts_at, said, wish.client_id in stopped, offer))
    # Who has to answer stands first, who said no to this time last.
    fits.sort(
        key=lambda one: (not one.is_open, one.offer is not None and one.offer.answer == Offer.Answer.NO)
    )
    local = practice.local(opening.starts_at)
    free = f"{words.day(local.date())}, {words.clock(local)}"
    return free, fits[:SHOWN]


def _stopped(wishes: Iterable[Wish], day: Any) -> set[Any]:
    """Return the clients who wait for exercise and may not start on a day."""
    waiting_for = {wish.client_id for wish in wishes if wish.service.kind == Kind.EXERCISE}
    if not waiting_for:
        return set()
    rows = Episode.objects.filter(client__in=waiting_for).exclude(status__in=status_rule.CLOSED)
    newest: dict[Any, Episode] = {}
    for episode in standing.by_id(standing.to_weigh(rows.order_by("opened_on", "pk"))).values():
        newest[episode.client_id] = episode
    return {client for client in waiting_for if standing.stopped_by(newest.get(client), day)}


def room_of(opening: Opening) -> Room | None:
    """Return the room that came free with a time, if it is still used."""
    return Room.objects.filter(pk=opening.room_id, retired_at=None).first() if opening.room_id else None
