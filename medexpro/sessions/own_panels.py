"""What this area puts on a client's chart: the next session, the sessions so far."""

from typing import Any

from django.urls import reverse

from medexpro.clearance import state as clearance
from medexpro.clients import panels
from medexpro.clients.panels import Chart, Panel, Slot, Tab
from medexpro.episodes.own_panels import spine_of
from medexpro.kernel.findings import Weight
from medexpro.practice.permissions import Permission
from medexpro.sessions.models import SessionLog

SHOWN = 6


def register() -> None:
    """Put the parts in place, when the app starts."""
    panels.add_tab(Tab("sessions", "Sessions", _tab, Permission.RECORD_READ, 20, count=_count))
    panels.add(
        Panel(
            "next_session",
            "Next session",
            "sessions/next_panel.html",
            next_session,
            Permission.SESSIONS_LOG,
            order=5,
            slot=Slot.SIDE,
        )
    )
    panels.add(
        Panel(
            "sessions",
            "Sessions",
            "sessions/chart_panel.html",
            so_far,
            Permission.RECORD_READ,
            order=30,
            slot=Slot.TRIO,
        )
    )


def _tab(chart: Chart) -> str | None:
    return reverse("sessions:list", args=[chart.episode.pk]) if chart.episode else None


def _count(chart: Chart) -> int | None:
    newest = _newest(chart)
    return newest[0].number if newest else None


def _newest(chart: Chart) -> list[SessionLog]:
    """Return the newest sessions, asked for once however many parts show them."""
    if "sessions" not in chart.memo:
        rows = (
            SessionLog.objects.filter(episode=chart.episode).order_by("-number")[:SHOWN]
            if chart.episode
            else []
        )
        chart.memo["sessions"] = list(rows)
    return chart.memo["sessions"]


def next_session(chart: Chart) -> dict[str, Any] | None:
    """Return what stands before the next session; nothing stands: the button opens it."""
    episode = chart.episode
    if episode is None or not episode.is_open:
        return None
    stops = [
        finding for finding in clearance.weigh_start(episode, chart.day) if finding.weight == Weight.STOP
    ]
    newest = _newest(chart)
    running = next((one for one in newest if one.state in ("open", "ready", "held")), None)
    spine = spine_of(chart)
    return {
        "episode": episode,
        # A session may start without them, but it is not what comes next.
        "first": spine is None or not any(line.step in ("baseline", "program") for line in spine.missing),
        "stops": stops,
        "running": running,
        "number": newest[0].number + 1 if newest else 1,
        "clearance_url": reverse("clearance:decide", args=[episode.pk]),
    }


def so_far(chart: Chart) -> dict[str, Any] | None:
    """Return the newest sessions."""
    newest = _newest(chart)
    return {"rows": newest, "url": _tab(chart)} if newest else None
