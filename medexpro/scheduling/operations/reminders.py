"""Reminding clients of their bookings by e-mail: what is due, put into the queue once, and what became of it.

A reminder's row and its task are made in one transaction, by whoever holds the practice's turn, so that no two workers
remind of the same time. The task sends at most once: one that was cut off is told as unknown, and a person decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients.agreements import MESSAGES
from medexpro.clients.models import Client, Consent
from medexpro.kernel.refusals import Refusal
from medexpro.practice.models import Member, Practice
from medexpro.scheduling import events
from medexpro.scheduling.models import Booking, GroupPlace, Reminder, State
from medexpro.scheduling.operations import checking
from medexpro.scheduling.rules import reminding
from medexpro.scheduling.rules.reminding import Step

# A day counted on the wall may be longer than 24 hours.
LONGER = timedelta(days=1)
# Where it matters whether the client agreed.
WANTED = (Step.LATER, Step.NOW, Step.TOLD)


class ReminderRefused(Refusal):
    """The client can't be reminded so."""


@dataclass(frozen=True)
class Place:
    """One client's place in a booking, with where its reminder stands. why_not: what keeps it from going out."""

    booking: Booking
    client: Client
    step: Step
    last: Reminder | None
    why_not: str


def sends_mail() -> bool:
    """Return whether mail leaves from here, or lies in the demo's folder."""
    return bool(settings.MEDEXPRO_DEMO or settings.EMAIL_HOST)


def places(
    practice: Practice,
    bookings: Sequence[Booking],
    *,
    at: datetime,
    seats: Sequence[GroupPlace] | None = None,
) -> list[Place]:
    """Return each client's place in these bookings, weighed. Three queries for any number; none for no booking.

    bookings: read with their client. seats: the places of groups that are taken, where they are read already.
    """
    found = [(one, one.client, _set_at(one)) for one in bookings if one.client is not None]
    if groups := {one.pk: one for one in bookings if one.is_group}:
        if seats is None:
            seats = GroupPlace.objects.filter(booking__in=groups, given_up_at=None).select_related("client")
        for seat in seats:
            group = groups[seat.booking_id]
            found.append((group, seat.client, max(_set_at(group), seat.created_at)))
    if not found:
        return []
    last = last_of(bookings)
    steps = [
        _step(practice, booking, set_at, last.get((booking.pk, client.pk)), at)
        for booking, client, set_at in found
    ]
    # What is over, cancelled or just made needs nobody's agreement.
    asked = {client.pk for (_, client, _), step in zip(found, steps, strict=True) if step in WANTED}
    agreed = _agreed(asked) if asked else set()
    sends = sends_mail()
    return [
        Place(
            booking, client, step, last.get((booking.pk, client.pk)),
            reminding.obstacle(address=client.email, agreed=client.pk in agreed, sends_mail=sends),
        )
        for (booking, client, _), step in zip(found, steps, strict=True)
    ]  # fmt: skip


def _step(
    practice: Practice, booking: Booking, set_at: datetime, told: Reminder | None, at: datetime
) -> Step:
    place = reminding.Place(
        starts_at=booking.starts_at, stands=booking.state == State.BOOKED, set_at=set_at,
        told_of=told.starts_at if told else None,
    )  # fmt: skip
    return reminding.weigh(place, hours=practice.remind_hours, zone=practice.tz, at=at)


def _agreed(clients: set[Any]) -> set[Any]:
    """Return those of these clients who agreed to messages about appointments."""
    rows = Consent.objects.filter(client__in=clients, kind=MESSAGES, withdrawn_at=None)
    return set(rows.values_list("client_id", flat=True))


def last_of(bookings: Iterable[Booking]) -> dict[tuple[Any, Any], Reminder]:
    """Return the last reminder of each client in these bookings, by booking and client; those put away don't count."""
    rows = Reminder.objects.filter(booking__in=[one.pk for one in bookings]).exclude(
        state=Reminder.State.DROPPED
    )
    return {(one.booking_id, one.client_id): one for one in rows.order_by("pk")}


# ---- What the worker does


def plan(*, at: datetime) -> int:
    """Queue every reminder that is due; return how many."""
    if not sends_mail():
        return 0
    return sum(_plan_of(practice, at) for practice in _practices())


def _practices() -> Iterable[Practice]:
    return Practice.objects.filter(remind_hours__gt=0, setup_done_at__isnull=False)


def _plan_of(practice: Practice, at: datetime) -> int:
    # Only what is due makes a transaction: most rounds find nothing.
    if not _due(practice, at):
        return 0
    from medexpro.scheduling.tasks import mail_reminder

    with transaction.atomic():
        checking.taking_turns(practice)
        due = _due(practice, at)
        for place in due:
            mail_reminder.enqueue(str(_make(place, Reminder.State.WAITING).pk))
    return len(due)


def _due(practice: Practice, at: datetime) -> list[Place]:
    until = at + timedelta(hours=practice.remind_hours) + LONGER
    rows = Booking.objects.of(practice).filter(state=State.BOOKED, starts_at__gt=at, starts_at__lte=until)
    weighed = places(practice, list(rows.select_related("client")), at=at)
    return [one for one in weighed if one.step is Step.NOW and not one.why_not and not _is_on_its_way(one)]


def _is_on_its_way(place: Place) -> bool:
    return place.last is not None and place.last.state == Reminder.State.WAITING


def _make(place: Place, state: str, **more: Any) -> Reminder:
    return Reminder.objects.create(
        practice_id=place.booking.practice_id, booking=place.booking, client=place.client,
        starts_at=place.booking.starts_at, to=place.client.email, state=state, **more,
    )  # fmt: skip


def overtaken(reminder: Reminder, *, at: datetime) -> bool:
    """Return whether a reminder that waits is not to leave any more: all is asked again when it does."""
    booking, client = reminder.booking, reminder.client
    stands = (
        booking.state == State.BOOKED and booking.starts_at == reminder.starts_at and at < booking.starts_at
    )
    if booking.is_group:
        stands = (
            stands and GroupPlace.objects.filter(booking=booking, client=client, given_up_at=None).exists()
        )
    return (
        not stands
        or not reminder.practice.remind_hours
        or client.email != reminder.to
        or bool(
            reminding.obstacle(
                address=client.email, agreed=bool(_agreed({client.pk})), sends_mail=sends_mail()
            )
        )
    )


@transaction.atomic
def note_sent(reminder: Reminder, *, at: datetime) -> None:
    """Keep that a reminder left."""
    _note(reminder, Reminder.State.SENT, sent_at=at)
    record(events.REMINDED, reminder, by=None, at=at, practice=reminder.practice)


@transaction.atomic
def note_failed(reminder: Reminder, *, reason: str, at: datetime) -> None:
    """Keep why a reminder did not leave, so that the calendar says it."""
    _note(reminder, Reminder.State.FAILED, failed_reason=reason[:240])
    record(events.REMINDER_FAILED, reminder, by=None, at=at, practice=reminder.practice)


def put_away(reminder: Reminder) -> None:
    """Keep that a reminder is not to leave any more; nobody was told anything."""
    _note(reminder, Reminder.State.DROPPED)


def _note(reminder: Reminder, state: str, **values: Any) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(state=state, **values)


def hold(*, why: str, at: datetime) -> None:
    """Let nothing that is due leave by itself, after a backup was restored: it may have left since the backup."""
    for practice in _practices():
        with transaction.atomic():
            checking.taking_turns(practice)
            for place in _due(practice, at):
                note_failed(_make(place, Reminder.State.WAITING), reason=why, at=at)


# ---- What a person does


@transaction.atomic
def remind_again(reminder: Reminder, *, by: Member, at: datetime) -> Reminder:
    """Send a reminder that failed once more. Pressed twice it is sent once.

    Raises ReminderRefused with the reason where the client can't be reminded any more.
    """
    checking.may_book(by, reminder.booking.member, reminder)
    checking.taking_turns(by.practice)
    booking = Booking.objects.select_related("client", "practice").get(pk=reminder.booking_id)
    found = places(booking.practice, [booking], at=at)
    place = next((one for one in found if one.client.pk == reminder.client_id), None)
    if place is not None and place.last is not None and place.last.pk != reminder.pk:
        return place.last
    if place is None or place.step is not Step.TOLD or reminder.state != Reminder.State.FAILED:
        raise ReminderRefused("There is nothing to remind of any more.")
    if place.why_not:
        raise ReminderRefused(f"It can’t be sent: {place.why_not}")
    from medexpro.scheduling.tasks import mail_reminder

    made = _make(place, Reminder.State.WAITING)
    mail_reminder.enqueue(str(made.pk))
    record(events.REMINDED_AGAIN, made, by=by, at=at)
    return made


def failed_for(member: Member, *, at: datetime, own: bool, most: int = 5) -> list[Reminder]:
    """Return the reminders of bookings to come that did not leave and that nobody has sent again. own: of one's bookings."""
    rows = Reminder.objects.visible_to(member).unsent(at)
    if own:
        rows = rows.filter(booking__member=member)
    return list(rows.select_related("client", "booking").order_by("starts_at")[:most])


def _set_at(booking: Booking) -> datetime:
    """Return when a booking's time was set last: made, moved, or put back."""
    return max(filter(None, [booking.created_at, booking.moved_at, booking.state_at]))
