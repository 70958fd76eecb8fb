"""What the calendar tells on the timeline: the client's bookings and places in groups that have begun."""

from django.urls import reverse

from medexpro.practice.permissions import Permission
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line
from medexpro.scheduling.models import Booking, GroupPlace, State

READ = (Permission.BOOKINGS_READ,)


def register() -> None:
    """Tell of bookings, when the app starts."""
    timeline.add(
        Kind("booking", "bookings", "calendar", READ, bookings, "starts_at", booking,
             plain=("service__name", "state"), told="reason", who="member")
    )  # fmt: skip
    timeline.add(
        Kind("place", "bookings", "users", READ, places, "booking__starts_at", booking,
             plain=("booking__service__name", "booking__state"), told="reason", who="booking__member", ref="booking_id")
    )  # fmt: skip


def bookings():
    """Return the client's own bookings."""
    return Booking.objects.filter(client=CLIENT)


def places():
    """Return the client's places in groups that were not given up."""
    return GroupPlace.objects.filter(client=CLIENT, given_up_at=None)


def booking(row: Found, reads: bool) -> Line:
    """Return a booking as a line."""
    service, state = row.plain[:2]
    return Line(f"{service}: {State(state).label.lower()}", reverse("scheduling:show", args=[row.ref]))
