"""The gate of one session: what is on the record today, weighed by clearance's rules. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from medexpro.clearance import state as clearance
from medexpro.clearance.rules.evidence import IN_SESSION, POST, PRE, GateContext, Reading, Sign
from medexpro.clearance.rules.verdict import GateVerdict
from medexpro.kernel.findings import Finding
from medexpro.knowledge.library import library
from medexpro.programs.rules.making import closed_with
from medexpro.programs.state import gates_listed
from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionReading

WHEN = {"pre": PRE, "in": IN_SESSION, "post": POST}

# The longest look back of a change rule is a week; a day more covers the hour of the visit.
EARLIER_DAYS = 8


@dataclass(frozen=True)
class Gate:
    """The verdict and the findings behind it."""

    verdict: GateVerdict
    findings: list[Finding]


def readings_of(session: SessionLog) -> list[Reading]:
    """Return all readings of a session as the rules read them, in the order taken.

    What was said of an exercise, effort and pain, belongs to that exercise and counts as taken at work.
    """
    taken = [_reading(row) for row in session.readings.all()]
    for entry in session.entries.all():
        if entry.state != "done" or entry.logged_at is None:
            continue
        for measure, value in (("rpe_cr10", entry.effort), ("pain_nrs", entry.pain)):
            if value is not None:
                taken.append(
                    Reading(
                        measure=measure, value=Decimal(value), at=entry.logged_at, when=IN_SESSION,
                        exercise=entry.exercise,
                    )
                )  # fmt: skip
    return taken


def signs_of(session: SessionLog) -> list[Sign] | None:
    """Return the signs reported today, or None while the question is not answered."""
    if session.signs is None:
        return None
    return [
        Sign(symptom=one["symptom"], at=datetime.fromisoformat(one["at"]), when=WHEN[one["when"]])
        for one in session.signs
    ]


def context_of(session: SessionLog, *, at: datetime) -> GateContext:
    """Return everything this session's gate is weighed on now."""
    before = _before(session)
    return clearance.gate_context(
        session.episode,
        at=at,
        readings=readings_of(session),
        red_flags=session.red_flags,
        red_flags_at=session.red_flags_at,
        signs=signs_of(session),
        stage=IN_SESSION if session.started_at else PRE,
        listed=gates_listed(session.program),
        earlier=[_reading(row) for row in before],
        last_session=[_reading(row) for row in before if row.session.number == session.number - 1],
    )


def gate_of(
    session: SessionLog,
    *,
    at: datetime,
    context: GateContext | None = None,
    start: Sequence[Finding] | None = None,
) -> Gate:
    """Weigh a session's gate now: start conditions of the episode, readings, signs, red flags, answers so far.

    context, start: where a page has read them already.
    """
    context = context or context_of(session, at=at)
    start = clearance.start_stops(session.episode, context.on) if start is None else start
    findings, verdict = clearance.weigh_floor(context, start=start, answered=set(session.answers))
    return Gate(verdict, findings)


def parts_of(session: SessionLog, entry: ExerciseEntry) -> frozenset[str]:
    """Return the parts whose closing closes an entry: its own part, weight on the feet, the operated joint, itself."""
    exercise = library().exercises.get(entry.exercise)
    surgery = session.episode.surgery
    shape = (
        closed_with(exercise, surgery.joint if surgery else "")
        if exercise
        else frozenset({"joint", "weight_bearing"})
    )
    return shape | {entry.part, f"exercise:{entry.exercise}"}


def _before(session: SessionLog) -> list[SessionReading]:
    """Return the readings of the days before, and of the last session however long ago: changes are counted from them."""
    of_episode = SessionReading.objects.filter(session__episode_id=session.episode_id)
    since = session.opened_at - timedelta(days=EARLIER_DAYS)
    recent = of_episode.filter(at__gte=since, session__number__lt=session.number)
    last = of_episode.filter(session__number=session.number - 1)
    return list((recent | last).select_related("session").only(*_ONLY).order_by("at", "id"))


_ONLY = ("measure", "value", "at", "moment", "session__number")


def _reading(row: SessionReading) -> Reading:
    return Reading(measure=row.measure, value=row.value, at=row.at, when=WHEN[row.moment])
