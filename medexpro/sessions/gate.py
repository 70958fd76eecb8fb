"""The gate of one session: what is on the record today, weighed by clearance's rules. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from medexpro.clearance import state as clearance
from medexpro.clearance.rules.evidence import IN_SESSION, POST, PRE, Reading
from medexpro.clearance.rules.verdict import GateVerdict
from medexpro.kernel.findings import Finding
from medexpro.sessions.models import SessionLog, SessionReading

WHEN = {"pre": PRE, "in": IN_SESSION, "post": POST}


@dataclass(frozen=True)
class Gate:
    """The verdict and the findings behind it."""

    verdict: GateVerdict
    findings: list[Finding]


def readings_of(session: SessionLog) -> list[Reading]:
    """Return all readings of a session as the rules read them, in the order taken."""
    return [
        Reading(measure=reading.measure, value=reading.value, at=reading.at, when=WHEN[reading.moment])
        for reading in session.readings.all()
    ]


def gate_of(session: SessionLog, *, at: datetime) -> Gate:
    """Weigh a session's gate now: start conditions of the episode, readings, red flags, answers so far."""
    findings, verdict = clearance.weigh_floor(
        session.episode,
        readings=readings_of(session),
        red_flags=session.red_flags,
        red_flags_at=session.red_flags_at,
        answered=set(session.answers),
        at=at,
        last_session=last_readings(session),
    )
    return Gate(verdict, findings)


def last_readings(session: SessionLog) -> list[Reading]:
    """Return the readings of the session before this one: what a change since last time is counted from."""
    rows = SessionReading.objects.filter(
        session__episode_id=session.episode_id, session__number=session.number - 1
    ).order_by("at", "id")
    return [Reading(measure=row.measure, value=row.value, at=row.at, when=WHEN[row.moment]) for row in rows]
