"""The day's bookings in words, one under the other; and what is said of reminders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from medexpro.practice.models import Practice
from medexpro.scheduling.beside import Next, next_steps
from medexpro.scheduling.calendar import Calendar
from medexpro.scheduling.models import Booking, Reminder, State
from medexpro.scheduling.operations import reminders
from medexpro.scheduling.operations.reminders import Place
from medexpro.scheduling.rules import reminding, words
from medexpro.scheduling.rules.reminding import Step
from medexpro.scheduling.rules.saying import Look

# How a look is drawn on the line: class, icon, what the icon says, kind of chip.
DRAWN = {
    Look.PLAIN: ("", "", "", "plain"),
    Look.HOLD: ("is-hold", "warn", "On hold", "hold"),
    Look.STOP: ("is-stop", "alert", "May not start", "stop"),
    Look.DONE: ("is-done", "check", "Done", "plain"),
}


@dataclass(frozen=True)
class Line:
    """One booking of the day."""

    booking: Booking
    who: str
    url: str
    clock: str
    minutes: int
    word: str
    state: str
    icon: str
    says: str
    kind: str
    step: Next


def day_line(shown: Calendar) -> list[Line]:
    """Return the bookings of one day in their order."""
    steps = next_steps(shown)
    return [_line(shown, one, steps.get(one.pk)) for one in shown.bookings]


def _line(shown: Calendar, booking: Booking, step: Next | None) -> Line:
    word = shown.word(booking)
    state, icon, says, kind = DRAWN[word.look]
    due_now = booking.state == State.BOOKED and booking.starts_at <= shown.at < booking.ends_at
    if (due_now and not icon) or (step is not None and step.under_way):
        state, icon, says = "is-now", "play", "Now"
    local = shown.practice.local(booking.starts_at)
    client = booking.client
    return Line(
        booking=booking,
        who=str(client or booking.service),
        url=reverse("clients:show", args=[client.pk])
        if client
        else reverse("scheduling:show", args=[booking.pk]),
        clock=f"{local.hour % 12 or 12}:{local.minute:02d}",
        minutes=int((booking.ends_at - booking.starts_at).total_seconds() // 60),
        word=word.text,
        state=state,
        icon="x" if booking.state == State.NO_SHOW else icon,
        says="Did not come" if booking.state == State.NO_SHOW else says,
        kind=kind,
        step=step or Next("Booking", reverse("scheduling:show", args=[booking.pk])),
    )


@dataclass(frozen=True)
class Reminded:
    """What is said of one client's reminder. failed: the one that did not leave and may be sent again."""

    text: str
    failed: Reminder | None = None


def reminded(shown: Calendar, booking: Booking) -> dict[Any, Reminded]:
    """Return what is said of the reminders of a booking, by client; nothing where none was made and none is to come."""
    said, practice = {}, shown.practice
    for place in reminders.places(practice, [booking], at=shown.at, seats=shown.places.get(booking.pk, [])):
        text = ". ".join(filter(None, [_became(place, practice), _to_come(place, practice)]))
        if text:
            failed = place.last is not None and place.last.state == Reminder.State.FAILED
            again = failed and place.step is Step.TOLD
            said[place.client.pk] = Reminded(text, place.last if again else None)
    return said


def _became(place: Place, practice: Practice) -> str:
    """Return what became of the last reminder."""
    last = place.last
    if last is None:
        return ""
    of_before = "" if last.starts_at == place.booking.starts_at else f", of {_when(practice, last.starts_at)}"
    if last.state == Reminder.State.SENT:
        return f"Reminder sent {_when(practice, last.sent_at)}{of_before}"
    if last.state == Reminder.State.FAILED:
        return f"Reminder{of_before} not sent: {last.failed_reason.rstrip('.')}"
    return "Reminder is on its way"


def _to_come(place: Place, practice: Practice) -> str:
    """Return when a reminder goes out, or why none does."""
    if place.step is Step.JUST_MADE:
        return "No reminder: booked when it would have been out already"
    if place.step not in (Step.LATER, Step.NOW):
        return ""
    if place.why_not:
        return f"No reminder: {place.why_not.rstrip('.')}"
    if place.step is Step.NOW:
        waits = place.last is not None and place.last.state == Reminder.State.WAITING
        return "" if waits else "Reminder goes out within minutes"
    due = reminding.due_at(place.booking.starts_at, practice.remind_hours, practice.tz)
    return f"Reminder goes out {_when(practice, due)}"


def not_reminded(found: Sequence[Reminder], practice: Practice) -> list[dict[str, Any]]:
    """Return reminders that did not leave as Today says them: whose, of when, why, and the way to the booking."""
    return [
        {
            "who": str(one.client),
            "when": _when(practice, one.starts_at),
            "why": one.failed_reason,
            "url": reverse("scheduling:show", args=[one.booking_id]),
        }
        for one in found
    ]


def _when(practice: Practice, at: datetime | None) -> str:
    if at is None:
        return ""
    local = practice.local(at)
    return f"{words.day(local.date())}, {words.clock(local)}"
