"""What the home program puts on a client's chart and timeline: how often it was done, how it felt, what was given."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from medexpro.clients import panels
from medexpro.clients.panels import Chart, Panel, Slot
from medexpro.episodes.own_panels import read_beside
from medexpro.practice.permissions import Permission
from medexpro.programs import home, state
from medexpro.programs.home_models import Felt, HomeDone, HomeSheet
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line

READ = (Permission.RECORD_READ,)


def register() -> None:
    """Put the parts in place, when the app starts."""
    # A chart reads along whether there is anything to ask for.
    read_beside("has_home_ticks", lambda: Exists(HomeDone.objects.filter(episode=OuterRef("pk"))))
    panels.add(
        Panel(
            "home", "Home program", "programs/home_panel.html", at_home, Permission.RECORD_READ, order=36,
            slot=Slot.SIDE,
        )
    )  # fmt: skip
    timeline.add(
        Kind("home", "program", "home", READ, sheets, "given_at", given, who="given_by", ref="episode_id",
             plain=("expires_at",))
    )  # fmt: skip
    timeline.add(
        Kind("home_done", "program", "home", READ, ticks, "at", done, plain=("felt", "pain"), ref="episode_id")
    )  # fmt: skip


def at_home(chart: Chart) -> dict[str, Any] | None:
    """Return how often the home program was done in the last days, and what was said last; nothing before the first tick."""
    if chart.episode is None or getattr(chart.episode, "has_home_ticks", True) is False:
        return None
    days = home.done_by_day(chart.episode, at=chart.at)
    if not days:
        return None
    last: date = max(days)
    program = state.program_of(chart.episode)
    ceiling = program.pain_ceiling if program else None
    return {
        "url": reverse("programs:home", args=[chart.episode.pk]),
        "days": len(days),
        "of": home.CHART_DAYS,
        "last": days[last],
        "above": ceiling is not None
        and any(one.pain is not None and one.pain > ceiling for one in days.values()),
    }


def sheets():
    """Return the sheets given to the client."""
    return HomeSheet.objects.filter(episode__client=CLIENT)


def given(row: Found, reads: bool) -> Line:
    """Return a sheet as a line."""
    how = "by link" if row.plain[0] else "on paper"
    return Line("Home program given", reverse("programs:home", args=[row.ref]), how)


def ticks():
    """Return what the client ticked."""
    return HomeDone.objects.filter(episode__client=CLIENT)


def done(row: Found, reads: bool) -> Line:
    """Return a tick as a line."""
    felt, pain = row.plain[:2]
    said = [Felt(felt).label] if felt else []
    if pain is not None:
        said.append(f"pain {pain} of 10")
    return Line("Home program done", reverse("programs:home", args=[row.ref]), ", ".join(said))
