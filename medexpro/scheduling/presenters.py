"""The day's bookings in words, one under the other."""

from dataclasses import dataclass

from django.urls import reverse

from medexpro.scheduling.calendar import Calendar
from medexpro.scheduling.models import Booking, State
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


def day_line(shown: Calendar) -> list[Line]:
    """Return the bookings of one day in their order."""
    return [_line(shown, one) for one in shown.bookings]


def _line(shown: Calendar, booking: Booking) -> Line:
    word = shown.word(booking)
    state, icon, says, kind = DRAWN[word.look]
    if booking.state == State.BOOKED and booking.starts_at <= shown.at < booking.ends_at and not icon:
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
    )
