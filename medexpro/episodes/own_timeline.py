"""What episodes tell on the timeline: every change of status, holds among them."""

from django.urls import reverse

from medexpro.episodes.models import Status, StatusChange
from medexpro.practice.permissions import Permission
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line

SAID = {
    Status.ACTIVE: "In service",
    Status.ON_HOLD: "On hold",
    Status.REFERRED_BACK: "Referred back to the provider",
}


def register() -> None:
    """Tell of changes of status, when the app starts. The desk knows of a hold, as it books; not why."""
    timeline.add(
        Kind("status", "service", "episode", (Permission.RECORD_READ, Permission.BOOKINGS_MANAGE), rows, "at", change,
             plain=("to_status",), told="reason", who="by", ref="episode_id")
    )  # fmt: skip


def rows():
    """Return every change of status of the client's episodes."""
    return StatusChange.objects.filter(episode__client=CLIENT)


def change(row: Found, reads: bool) -> Line:
    """Return a change as a line."""
    status = Status(row.plain[0])
    return Line(SAID.get(status, status.label), reverse("episodes:show", args=[row.ref]) if reads else "")
