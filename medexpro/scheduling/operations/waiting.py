"""The waiting list: who waits for what, what is offered to them, and what they said."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from medexpro.audit.trail import record
from medexpro.clients.models import Client
from medexpro.kernel.refusals import NotFound
from medexpro.practice.models import Member
from medexpro.providers.checking import check_fields, save_once
from medexpro.scheduling import events, waiting
from medexpro.scheduling.models import Booking, Offer, Service, Wish
from medexpro.scheduling.operations import booking as bookings
from medexpro.scheduling.operations import checking, places
from medexpro.scheduling.operations.checking import BookingRefused
from medexpro.scheduling.rules import waiting as rule
from medexpro.scheduling.rules import words


@transaction.atomic
def wait(
    client: Client,
    *,
    service: Service,
    member: Member | None = None,
    weekdays: Sequence[int] = (),
    since: time | None = None,
    until: time | None = None,
    from_on: date,
    note: str = "",
    id: UUID | None = None,
    by: Member,
    at: datetime,
) -> Wish:
    """Put a client on the waiting list for a service; the same `id` again returns the first one.

    member: with whom; None with anyone. weekdays: 0 is Monday; none is any. Raises BookingRefused at the field, also for a
    client who waits for this service already.
    """
    checking.may_book(by, member or by, client)
    checking.is_of(by.practice, service=service, member=member, client=client)
    checking.taking_turns(by.practice)
    if id and (known := Wish.objects.filter(pk=id).first()) is not None:
        if known.practice_id != by.practice_id or known.made_by_id != by.pk:
            raise NotFound("There is no such wish of yours.")
        return known
    if service.retired_at:
        raise BookingRefused(f"{service} is not offered any more. Choose another.", field="service")
    if client.archived_at:
        raise BookingRefused(f"{client} is archived. Put the record back first.", field="client")
    if not set(weekdays) <= set(range(7)):
        raise BookingRefused("Choose weekdays from Monday to Sunday.", field="weekdays")
    if said := rule.check(since, until, service.minutes):
        raise BookingRefused(said, field="until")
    if (from_on - by.practice.day(at)).days > 2 * 366:
        raise BookingRefused("Two years ahead is as far as the calendar goes.", field="from_on")
    if member is not None:
        checking.goes_with(client, member)
    if (known := Wish.objects.waiting().filter(client=client, service=service).first()) is not None:
        since_day = words.day(by.practice.day(known.made_at))
        raise BookingRefused(
            f"{client} waits for {service} already, since {since_day}. Take that off first to wish for something else.",
            field="client",
        )
    wish = Wish(
        practice=by.practice, client=client, service=service, member=member, weekdays=sorted(set(weekdays)), since=since,
        until=until, from_on=from_on, note=" ".join(note.split()), made_by=by, made_at=at,
    )  # fmt: skip
    if id:
        wish.pk = id
    check_fields(wish, BookingRefused, names={"note": "Note"})
    wish, new = save_once(wish)
    if new:
        record(events.WISHED, wish, by=by, at=at, service=service.name)
    return wish


@transaction.atomic
def end_wish(wish: Wish, *, by: Member, at: datetime) -> None:
    """Take a client off the waiting list; what was offered needs no answer any more. Twice is once."""
    checking.may_book(by, wish.member or by, wish)
    wish.refresh_from_db(fields=["state"])
    if wish.state != Wish.State.WAITING:
        return
    wish.offers.filter(answer=Offer.Answer.OPEN).update(
        answer=Offer.Answer.WITHDRAWN, answered_at=at, answered_by=by
    )
    wish.state, wish.state_at = Wish.State.ENDED, at
    wish.save(update_fields=["state", "state_at"])
    record(events.WISH_ENDED, wish, by=by, at=at)


@transaction.atomic
def offer(booking: Booking, wish: Wish, *, by: Member, at: datetime) -> Offer:
    """Record that what a booking left free is offered to one who waits; twice is once.

    Raises BookingRefused where it is not free any more, does not fit, or is offered to somebody else.
    """
    checking.may_book(by, booking.member, wish)
    checking.is_of(by.practice, booking=booking)
    checking.taking_turns(by.practice)
    opening = waiting.opening_of(_as_it_stands(booking), at)
    if opening is None:
        raise BookingRefused("This time is not free any more.")
    wish.refresh_from_db(fields=["state"])
    if wish.state != Wish.State.WAITING:
        raise BookingRefused(f"{wish.client} does not wait any more.")
    starts_at = waiting.starts_in(wish, opening, by.practice)
    if starts_at is None:
        raise BookingRefused(f"{wish.client} waits for something else.")
    now_open = Offer.objects.filter(practice=by.practice_id, answer=Offer.Answer.OPEN)
    _withdraw_what_is_gone(now_open.filter(Q(wish=wish) | Q(booking=booking)), by, at)
    if (mine := now_open.filter(wish=wish).first()) is not None:
        if mine.booking_id == booking.pk and mine.starts_at == starts_at:
            return mine
        local = by.practice.local(mine.starts_at)
        raise BookingRefused(
            f"{wish.client} has an offer already: {words.day(local.date())}, {words.clock(local)}. Note the answer first."
        )
    # A member's time is one; a group has as many places to offer as are free.
    if opening.group is None and now_open.filter(booking=booking).exists():
        raise BookingRefused("It is offered to somebody else already. Note that answer first.")
    made = Offer.objects.create(
        practice=by.practice, wish=wish, booking=booking, member_id=opening.member_id, starts_at=starts_at,
        made_by=by, made_at=at,
    )  # fmt: skip
    record(events.OFFERED, made, by=by, at=at, client=wish.client, service=wish.service.name)
    return made


@transaction.atomic
def answer(made: Offer, yes: bool, *, reason: str = "", by: Member, at: datetime) -> Offer:
    """Note what a client said to an offer: yes books it and takes them off the list, no keeps them waiting.

    reason: why it is booked although exercise may not start. Raises what `book` and `take_place` raise: then nothing is
    noted, and the offer stays open. An answer that is noted already stays.
    """
    checking.may_book(by, made.member, made.wish)
    checking.taking_turns(by.practice)
    made.refresh_from_db(fields=["answer"])
    if made.answer != Offer.Answer.OPEN:
        return made
    wish = made.wish
    if yes:
        wish.booking = _book(made, reason, by, at)
        wish.state, wish.state_at = Wish.State.BOOKED, at
        wish.save(update_fields=["booking", "state", "state_at"])
    made.answer = Offer.Answer.YES if yes else Offer.Answer.NO
    made.answered_at, made.answered_by = at, by
    made.save(update_fields=["answer", "answered_at", "answered_by"])
    record(events.ANSWERED, made, by=by, at=at, client=wish.client, answer=made.answer)
    return made


def _withdraw_what_is_gone(offers: QuerySet[Offer], by: Member, at: datetime) -> None:
    """Withdraw offers of a time that is over or somebody has meanwhile: nobody can say yes to them any more."""
    for one in offers.select_related("wish__service", "wish__practice"):
        opening = waiting.opening_of(_as_it_stands(one.booking), at)
        if opening is None or waiting.starts_in(one.wish, opening, by.practice) != one.starts_at:
            one.answer, one.answered_at, one.answered_by = Offer.Answer.WITHDRAWN, at, by
            one.save(update_fields=["answer", "answered_at", "answered_by"])


def _as_it_stands(booking: Booking) -> Booking:
    """Return a booking as it is stored now, whatever the page showed."""
    return Booking.objects.select_related("service", "practice", "member__user").get(pk=booking.pk)


def _book(made: Offer, reason: str, by: Member, at: datetime) -> Booking:
    wish, opening = made.wish, waiting.opening_of(_as_it_stands(made.booking), at)
    if opening is None:
        raise BookingRefused("This time is not free any more.")
    if opening.group is not None:
        places.take_place(opening.group, wish.client, reason=reason, by=by, at=at)
        return opening.group
    local, room = by.practice.local(made.starts_at), waiting.room_of(opening)
    given = {
        "member": made.member, "day": local.date(), "clock": local.time().replace(fold=0), "client": wish.client,
        "reason": reason, "outside_hours": True, "by": by, "at": at,
    }  # fmt: skip
    try:
        return bookings.book(wish.service, room=room, **given).bookings[0]
    except BookingRefused as refusal:
        # Somebody may have the room meanwhile, while the member's time is free.
        if room is None or refusal.field != "room":
            raise
    return bookings.book(wish.service, **given).bookings[0]
