"""What this area puts on a client's chart: the next session, the sessions so far."""

from typing import Any

from django.db.models import IntegerField, Max, OuterRef, Subquery
from django.urls import reverse

from medexpro.clearance import state as clearance
from medexpro.clients import panels
from medexpro.clients.panels import Chart, Panel, Slot, Tab
from medexpro.episodes.own_panels import spine_of
from medexpro.kernel.findings import Weight
from medexpro.practice.permissions import Permission
from medexpro.practice.prepared import Given, Prepared
from medexpro.programs import state as programs
from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionState
from medexpro.sessions.presenters import EFFORT_CEILING
from medexpro.web.sessions import SessionMark

# Listed, drawn at most, and drawn at least.
SHOWN, DRAWN, LEAST_DRAWN = 6, 24, 2
UNSIGNED_SHOWN = 3


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
            "every_session",
            "Every session",
            "sessions/every_panel.html",
            every_session,
            Permission.RECORD_READ,
            order=40,
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
    return chart.episode.sessions_so_far if chart.episode else None


def last_number() -> Subquery:
    """Return the number of an episode's last session, for the query that reads the chart's episodes."""
    numbers = SessionLog.objects.filter(episode=OuterRef("pk")).order_by("-number").values("number")
    return Subquery(numbers[:1], output_field=IntegerField())


def _newest(chart: Chart) -> list[SessionLog]:
    """Return the newest sessions, asked for once however many parts show them."""
    if "sessions" not in chart.memo:
        chart.memo["sessions"] = _NEWEST(episode=chart.episode.pk) if chart.episode else []
    return chart.memo["sessions"]


def _highest(field: str) -> Subquery:
    """Return the highest pain or effort said in a session, in the query that reads the sessions."""
    entries = ExerciseEntry.objects.filter(session=OuterRef("pk")).order_by().values("session")
    return Subquery(entries.annotate(highest=Max(field)).values("highest"), output_field=IntegerField())


_NEWEST = Prepared[SessionLog](
    lambda: (
        SessionLog.objects.filter(episode=Given("episode"))
        .order_by("-number")
        .annotate(pain=_highest("pain"), effort=_highest("effort"))[:DRAWN]
    )
)


def next_session(chart: Chart) -> dict[str, Any] | None:
    """Return what stands before the next session; nothing stands: the button opens it."""
    episode = chart.episode
    if episode is None or not episode.is_open:
        return None
    stops = [
        finding for finding in clearance.weigh_start(episode, chart.day) if finding.weight == Weight.STOP
    ]
    newest = _newest(chart)
    # Only a log of today goes on: one of an earlier day, or one that was stopped, waits for its note and signature.
    waiting = [
        one for one in newest if one.state in (SessionState.OPEN, SessionState.READY, SessionState.HELD)
    ]
    day_of = episode.practice.day
    running = next(
        (one for one in waiting if one.state != SessionState.HELD and day_of(one.opened_at) == chart.day),
        None,
    )
    spine = spine_of(chart)
    return {
        "episode": episode,
        # A session may start without them, but it is not what comes next.
        "first": spine is None or not any(line.step in ("baseline", "program") for line in spine.missing),
        "stops": stops,
        "running": running,
        "unsigned": [one for one in waiting if one is not running][:UNSIGNED_SHOWN],
        "number": newest[0].number + 1 if newest else 1,
        "clearance_url": reverse("clearance:decide", args=[episode.pk]),
    }


def so_far(chart: Chart) -> dict[str, Any] | None:
    """Return the newest sessions, each with what it came to."""
    newest = _newest(chart)[:SHOWN]
    return {"rows": [(one, _came_to(one)) for one in newest], "url": _tab(chart)} if newest else None


def _came_to(session: Any) -> str:
    """Return “RPE 4, pain 2 · 49 min”, or the state of a session that is not signed; a stop is always said."""
    if session.state not in (SessionState.SIGNED, SessionState.AWAITING_COSIGN):
        return session.state_words
    said = [f"RPE {session.effort}" if session.effort is not None else ""]
    said.append(f"pain {session.pain}" if session.pain is not None else "")
    minutes = sum(session.minutes.values()) // 60
    parts = [", ".join(filter(None, said)), f"{minutes} min" if minutes else ""]
    if session.state == SessionState.AWAITING_COSIGN or session.stopped:
        parts.append(session.state_words.lower())
    return " · ".join(filter(None, parts))


def every_session(chart: Chart) -> dict[str, Any] | None:
    """Return the highest pain and effort of each of the newest sessions, to be drawn; two make a drawing."""
    marks = [
        SessionMark(one.number, one.pain, one.effort)
        for one in reversed(_newest(chart))
        if one.pain is not None or one.effort is not None
    ]
    if len(marks) < LEAST_DRAWN or chart.episode is None:
        return None
    program = programs.program_of(chart.episode)
    ceiling = program.effort_ceiling if program else EFFORT_CEILING
    whose = {"female": "Her ceiling", "male": "His ceiling"}.get(chart.client.sex, "Ceiling")
    return {"marks": marks, "ceiling": ceiling, "whose": whose}
