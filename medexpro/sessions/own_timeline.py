"""What the floor tells on the timeline: each session, each addition to a signed note."""

from django.urls import reverse

from medexpro.practice.permissions import Permission
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line
from medexpro.sessions.models import Addendum, SessionLog, SessionState

READ = (Permission.RECORD_READ,)


def register() -> None:
    """Tell of sessions, when the app starts."""
    timeline.add(
        Kind("session", "sessions", "activity", READ, sessions, "opened_at", session,
             plain=("number", "state"), told="note", who="by")
    )  # fmt: skip
    timeline.add(
        Kind("addendum", "sessions", "pen", READ, addenda, "at", addendum,
             plain=("session__number",), told="text", who="by", ref="session_id")
    )  # fmt: skip


def sessions():
    """Return the client's sessions."""
    return SessionLog.objects.filter(episode__client=CLIENT)


def session(row: Found, reads: bool) -> Line:
    """Return a session as a line."""
    number, state = row.plain[:2]
    return Line(f"Session {number}", reverse("sessions:show", args=[row.id]), SessionState(state).label)


def addenda():
    """Return what was added to the client's signed notes."""
    return Addendum.objects.filter(episode__client=CLIENT)


def addendum(row: Found, reads: bool) -> Line:
    """Return an addition as a line."""
    return Line(f"Addition to session {row.plain[0]}", reverse("sessions:show", args=[row.ref]))
