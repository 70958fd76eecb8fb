"""What this area puts on a client's chart: the phase of the program, a tab, the program step."""

from datetime import date
from typing import Any

from django.urls import reverse

from medexpro.clients import panels
from medexpro.clients.panels import Chart, Panel, Slot, Tab
from medexpro.episodes.models import Episode
from medexpro.episodes.steps import State, StepState
from medexpro.kernel import clock
from medexpro.practice.permissions import Permission
from medexpro.programs import evidence, state
from medexpro.programs.rules import progression


def register() -> None:
    """Put the parts in place, when the app starts."""
    panels.add_tab(Tab("program", "Program", _tab, Permission.RECORD_READ, 40))
    panels.add_tab(Tab("joint", "Joint", _joint, Permission.RECORD_READ, 41))
    panels.add(
        Panel(
            "phase",
            "Program phase",
            "programs/chart_panel.html",
            phase,
            Permission.RECORD_READ,
            order=10,
            slot=Slot.TRIO,
        )
    )


def _tab(chart: Chart) -> str | None:
    return reverse("programs:show", args=[chart.episode.pk]) if chart.episode else None


def _joint(chart: Chart) -> str | None:
    """Return the page of the operated joint; an episode without an operation has none."""
    operated = chart.episode is not None and chart.episode.surgery_id is not None
    return reverse("programs:joint", args=[chart.episode.pk]) if operated else None


def phase(chart: Chart) -> dict[str, Any] | None:
    """Return the phases and the criteria of the one in use; a link to make a program where there is none."""
    if chart.episode is None:
        return None
    program = state.program_of(chart.episode)
    url = reverse("programs:show", args=[chart.episode.pk])
    if program is None:
        return {"program": None, "url": url}
    protocol = state.protocol_of(program)
    place, _, _ = progression.phases_around(protocol, program.phase)
    proposal = evidence.proposal(program, at=clock.now(), episode=chart.episode)
    return {
        "program": program,
        "url": url,
        "phases": [
            {
                "number": n + 1,
                "name": entry.name,
                "state": "done" if n < place else "now" if n == place else "todo",
            }
            for n, entry in enumerate(protocol.phases)
        ],
        "proposal": proposal,
    }


def program_step(episode: Episode, on: date) -> StepState:
    """Tell whether the episode has a program."""
    link = reverse("programs:show", args=[episode.pk])
    program = state.program_of(episode)
    if program is None:
        return StepState(State.TODO, "", ("There is no program yet.",), link)
    return StepState(State.DONE, f"{program.sessions_done} of {program.sessions_planned} done", link=link)
