"""The session that is running: its precautions, its gate, how far it is. What is asked is asked for all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from medexpro.clearance.models import Precaution
from medexpro.clearance.rules.verdict import State
from medexpro.practice.models import Practice
from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionReading
from medexpro.web import words

# Word, class and icon of a gate.
GATES = {
    State.GO.value: ("Go", "ok", "check"),
    State.HOLD.value: ("Hold", "hold", "warn"),
    State.DECIDE.value: ("To decide", "hold", "warn"),
    State.STOP.value: ("Stop", "stop", "alert"),
}
PRESSURE = ("bp_systolic", "bp_diastolic")


@dataclass
class Running:
    """One session on the floor, as its card shows it."""

    session: SessionLog
    since: str
    gate: str
    gate_css: str
    gate_icon: str
    exercises: str
    minutes: int
    precautions: list[str] = field(default_factory=list)


def cards(sessions: Sequence[SessionLog], practice: Practice) -> list[Running]:
    """Return the cards of running sessions; three questions, none where nothing runs. sessions: with their episodes."""
    if not sessions:
        return []
    precautions: dict[Any, list[str]] = {}
    held = Precaution.objects.filter(
        episode__in=[one.episode_id for one in sessions], state__in=("suggested", "confirmed")
    )
    for row in held.order_by("created_at", "id"):
        precautions.setdefault(row.episode_id, []).append(row.phrase)
    states: dict[Any, list[str]] = {}
    for session_id, state in ExerciseEntry.objects.filter(session__in=sessions).values_list(
        "session", "state"
    ):
        states.setdefault(session_id, []).append(state)
    taken: dict[Any, dict[str, str]] = {}
    readings = SessionReading.objects.filter(session__in=sessions, measure__in=PRESSURE).order_by("at", "id")
    for reading in readings:
        taken.setdefault(reading.session_id, {})[reading.measure] = words.number(reading.value, 0)
    return [
        _card(
            one,
            words.clock(practice.local(one.opened_at)),
            precautions.get(one.episode_id, []),
            states.get(one.pk, []),
            taken.get(one.pk, {}),
        )
        for one in sessions
    ]


def _card(
    session: SessionLog, since: str, precautions: list[str], states: list[str], taken: dict[str, str]
) -> Running:
    word, css, icon = GATES.get(session.marks.get("gate", ""), ("Not weighed yet", "soft", "clock"))
    pressure = "/".join(taken[measure] for measure in PRESSURE) if len(taken) == len(PRESSURE) else ""
    done = sum(state in ("done", "skipped") for state in states)
    return Running(
        session,
        since=since,
        gate=f"{word}, {pressure}" if pressure else word,
        gate_css=css,
        gate_icon=icon,
        exercises=f"{done} of {sum(state != 'swapped' for state in states)} logged",
        minutes=sum(int(seconds) for seconds in session.minutes.values()) // 60,
        precautions=precautions,
    )
