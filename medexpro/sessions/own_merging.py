"""What this area keeps about a client, as a merge of two records sees it."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from medexpro.clients import merging
from medexpro.clients.merging import Obstacle
from medexpro.clients.models import Client
from medexpro.sessions.models import SessionLog, SessionState

RUNNING = (SessionState.OPEN, SessionState.HELD)


def register() -> None:
    """Name the table and the check, when the app starts."""
    merging.rides(SessionLog, "session", "sessions", order=22, path="episode__client")
    merging.check("running session", running, undoing=True)


def running(kept: Client, gone: Client, at: datetime) -> Iterable[Obstacle]:
    """Yield an obstacle for each session on the floor: its tablet weighs it by what is on file of this record."""
    rows = SessionLog.objects.filter(episode__client__in=[kept, gone], state__in=RUNNING)
    for session in rows.select_related("episode").order_by("opened_at"):
        yield Obstacle(
            f"Session {session.number} of {session.episode.title} is not finished. Finish it, or say that it did not take "
            "place.",
            reverse("sessions:show", args=[session.pk]),
        )
