"""Many signed sessions at once, as they would lie in the record after months of work. Deterministic."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from medexpro.audit.models import Event
from medexpro.episodes.models import Episode
from medexpro.knowledge.library import library
from medexpro.practice.models import Member
from medexpro.programs.models import Program, ProgramExercise
from medexpro.programs.rules import making
from medexpro.sessions import events
from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionReading, SessionState

VITALS = (
    ("bp_systolic", "mm[Hg]"),
    ("bp_diastolic", "mm[Hg]"),
    ("resting_hr", "/min"),
    ("pain_nrs", "{score}"),
)
# Pounds to begin with, and the step up.
LOADS = {
    "leg press": (40, 10),
    "dumbbell": (5, 1),
    "two dumbbells": (5, 1),
    "kettlebell": (10, 5),
    "ankle weight": (2, 1),
}
NOTES = (
    "All exercises done as planned, effort inside the ceiling.",
    "Steady session, even pace throughout.",
    "Load up on two exercises, no change in pain.",
    "Tired on arrival, volume kept, effort inside the ceiling.",
    "Stairs practised with one hand on the rail.",
)


@dataclass(frozen=True)
class Pressure:
    """Where a client's resting readings lie: systolic, diastolic, pulse."""

    systolic: int = 128
    diastolic: int = 78
    pulse: int = 70


NORMAL = Pressure()


def training_days(first: date, last: date, weekdays: Sequence[int] = (1, 3)) -> Iterator[date]:
    """Yield the training days of a span, both ends included. weekdays: Monday is 0."""
    day = first
    while day <= last:
        if day.weekday() in weekdays:
            yield day
        day += timedelta(days=1)


def write_sessions(
    episode: Episode,
    program: Program | None,
    days: Sequence[date],
    *,
    by: Member,
    hour: int = 9,
    pressure: Pressure = NORMAL,
    first_number: int = 1,
    trail: bool = True,
    seed: int = 0,
) -> list[SessionLog]:
    """Write one signed session for each day, with readings, entries, minutes and a note.

    days: those the client came, all in the program's present phase. first_number: of the first of them.
    trail: one event for each signature, as signing writes. Loads rise slowly. Returns the sessions.
    """
    chance = random.Random(f"{episode.pk.int % 9973}-{seed}")
    lines = list(program.exercises.filter(removed_at=None)) if program else []
    tz, sessions, readings, entries, trail_events = episode.practice.tz, [], [], [], []
    for number, day in enumerate(days, start=first_number):
        opened = datetime.combine(day, time(hour, chance.choice((0, 1, 2, 3))), tzinfo=tz)
        minutes = {
            "strength": 1080 + chance.randrange(300),
            "functional": 540,
            "balance": 420,
            "walking": 300,
        }
        session = SessionLog(
            practice=episode.practice,
            episode=episode,
            program=program,
            number=number,
            by=by,
            state=SessionState.SIGNED,
            opened_at=opened,
            started_at=opened + timedelta(minutes=4),
            ended_at=opened + timedelta(minutes=49),
            red_flags=[],
            red_flags_at=opened + timedelta(minutes=3),
            minutes=minutes,
            note=chance.choice(NOTES),
            response="well",
            decision="hold",
            version=18,
            signed_at=opened + timedelta(minutes=51),
            signed_by=by,
            signed_name=by.signing_name,
            marks={"gate": "go"},
        )
        sessions.append(session)
        readings += _readings(session, pressure, chance, pain=max(0, 3 - number // 6))
        entries += _entries(session, lines, number, chance)
        if trail:
            trail_events.append(_signed(session, by))
    SessionLog.objects.bulk_create(sessions, batch_size=500)
    SessionReading.objects.bulk_create(readings, batch_size=1000)
    ExerciseEntry.objects.bulk_create(entries, batch_size=1000)
    Event.objects.bulk_create(trail_events, batch_size=500)
    return sessions


def _readings(
    session: SessionLog, pressure: Pressure, chance: random.Random, *, pain: int
) -> list[SessionReading]:
    values = (
        pressure.systolic + chance.randrange(-6, 9),
        pressure.diastolic + chance.randrange(-4, 6),
        pressure.pulse + chance.randrange(-4, 6),
        min(4, pain + chance.randrange(0, 2)),
    )
    return [
        SessionReading(
            practice=session.practice,
            session=session,
            episode=session.episode,
            measure=measure,
            value=value,
            unit=unit,
            moment="pre",
            at=session.opened_at + timedelta(minutes=1, seconds=10 * place),
        )
        for place, ((measure, unit), value) in enumerate(zip(VITALS, values, strict=True))
    ]


def _entries(
    session: SessionLog, lines: Sequence[ProgramExercise], number: int, chance: random.Random
) -> list[ExerciseEntry]:
    entries = []
    for order, line in enumerate(lines, start=1):
        load = _load(line, number)
        quantity = str(int(line.quantity + Decimal(number // 8)))
        entries.append(
            ExerciseEntry(
                practice=session.practice,
                session=session,
                episode=session.episode,
                planned=line,
                exercise=line.exercise,
                name=line.name,
                category=line.category,
                part=line.part,
                order=order,
                state="done",
                sets=[{"quantity": quantity, "load": load}] * line.sets,
                quantity_unit=line.quantity_unit,
                load_unit="[lb_av]" if load else "",
                target={
                    "sets": line.sets,
                    "quantity": str(int(line.quantity)),
                    "load": None,
                    "effort": line.effort,
                    "cue": line.cue,
                },
                effort=min(chance.choice((3, 4, 4, 5)), making.highest(line.effort) or 5),
                pain=chance.choice((0, 1, 1, 2)),
            )
        )
    return entries


def _load(line: ProgramExercise, number: int) -> str | None:
    """Return the pounds on an exercise that takes a weight, a step more every four sessions; None for any other."""
    exercise = library().exercises.get(line.exercise)
    tools = exercise.equipment if exercise else ()
    start, step = next((LOADS[tool] for tool in tools if tool in LOADS), (0, 0))
    return str(start + step * (number // 4)) if start else None


def _signed(session: SessionLog, by: Member) -> Event:
    return Event(
        practice_id=session.practice_id,
        kind=events.SIGNED,
        at=session.signed_at,
        member_id=by.pk,
        member_name=str(by),
        client_id=session.episode.client_id,
        subject_type="session_logs.sessionlog",
        subject_id=str(session.pk),
        detail={},
    )
