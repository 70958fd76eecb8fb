"""The gate of one session: what is on the record today, weighed by clearance's rules. Reads only."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import DateTimeField, F, IntegerField, Q, Subquery
from django.db.models.functions import Coalesce, Least

from medexpro.clearance import asked
from medexpro.clearance import state as clearance
from medexpro.clearance.rules.evidence import IN_SESSION, POST, PRE, GateContext, Reading, Sign
from medexpro.clearance.rules.verdict import GateVerdict
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import together
from medexpro.kernel.findings import Closes, Finding, Weight
from medexpro.knowledge.library import library_of
from medexpro.practice.prepared import Given, Prepared
from medexpro.programs.rules.making import closed_with
from medexpro.programs.state import gates_listed
from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionReading, SessionState

WHEN = {"pre": PRE, "in": IN_SESSION, "post": POST}

# The longest look back of a change rule is a week; a day more covers the hour of the visit.
EARLIER_DAYS = 8


@dataclass(frozen=True)
class Gate:
    """The verdict and the findings behind it."""

    verdict: GateVerdict
    findings: list[Finding]


class Weighing:
    """One weighing of a session's gate, by a page or a command: what the record says is asked once, and now."""

    def __init__(self, session: SessionLog, *, at: datetime):
        self.session, self.at = session, at
        self.on: date = session.episode.practice.day(at)

    @cached_property
    def episode(self) -> Episode:
        """Return the episode as the rules read it: a copy, so that no operation works on what was asked before."""
        return together(asked.tell(copy(self.session.episode), self.session))

    @cached_property
    def entries(self) -> list[ExerciseEntry]:
        """Return the session's exercises in order. A command that logs one changes it here, and weighs again."""
        return _ENTRIES(session=self.session.pk)

    @property
    def readings(self) -> list[SessionReading]:
        """Return the session's readings in the order taken."""
        return [row for row in self._all_readings if row.session_id == self.session.pk]

    @cached_property
    def before_the_start(self) -> list[Finding]:
        """Return what stands before a session of this episode today, whatever is read on the floor."""
        return clearance.weigh_start(self.episode, self.on)

    @property
    def start_stops(self) -> list[Finding]:
        """Return the STOPs of it: no reading on the floor lifts them."""
        return [finding for finding in self.before_the_start if finding.weight == Weight.STOP]

    @property
    def context(self) -> GateContext:
        """Return everything this session's gate is weighed on, with the session as it stands at this moment."""
        session = self.session
        before: list[Any] = [row for row in self._all_readings if row.session_id != session.pk]
        took_place = [row for row in before if not row.void]
        last = max((row.number for row in took_place), default=None)
        return clearance.gate_context(
            self.episode,
            at=self.at,
            readings=_said_and_taken(self.readings, self.entries),
            red_flags=session.red_flags,
            red_flags_at=session.red_flags_at,
            signs=_signs_of(session),
            stage=IN_SESSION if session.started_at else PRE,
            listed=gates_listed(session.program),
            earlier=[_reading(row) for row in before],
            last_session=[_reading(row) for row in took_place if row.number == last],
        )

    def gate(self) -> Gate:
        """Weigh: start conditions of the episode, readings, signs, red flags, answers so far."""
        findings, verdict = clearance.weigh_floor(
            self.context, start=self.start_stops, answered=set(self.session.answers)
        )
        return Gate(verdict, findings)

    def found_on_the_floor(self) -> list[Finding]:
        """Return what was found here that closes the session or waits for an answer; what was not taken is none of it."""
        answered = set(self.session.answers)
        findings, verdict = clearance.weigh_floor(self.context, start=(), answered=answered)
        return [
            finding
            for finding in findings
            if finding.code in verdict.undecided
            or (
                finding.weight == Weight.STOP
                and (finding.closes or Closes.SESSION) == Closes.SESSION
                and not finding.code.endswith("-not-taken")
            )
        ]

    @cached_property
    def _all_readings(self) -> list[SessionReading]:
        """Return this session's readings and those changes are counted from: with their session's number, and if it is void."""
        return _READINGS(
            episode=self.session.episode_id,
            since=self.session.opened_at - timedelta(days=EARLIER_DAYS),
            number=self.session.number,
        )


_ENTRIES = Prepared[ExerciseEntry](lambda: ExerciseEntry.objects.filter(session=Given("session")))
_VOID = Q(session__state=SessionState.VOID)
_LAST = (
    SessionLog.objects.filter(episode=Given("episode"), number__lt=Given("number", IntegerField()))
    .exclude(state=SessionState.VOID)
    .order_by("-number")[:1]
)
_SINCE = Given("since", DateTimeField())
_LAST_OPENED = Subquery(_LAST.values("opened_at"), output_field=DateTimeField())
# Of the session itself, of the days before, and of the last session however long ago: changes are counted from them.
# One stretch of the episode's index: asked for by "or", PostgreSQL reads the readings of the whole practice.
_READINGS = Prepared[SessionReading](
    lambda: SessionReading.objects.filter(
        episode=Given("episode"),
        at__gte=Least(_SINCE, Coalesce(_LAST_OPENED, _SINCE)),
        session__number__lte=Given("number", IntegerField()),
    ).annotate(number=F("session__number"), void=_VOID)
)


def _said_and_taken(readings: Sequence[SessionReading], entries: Sequence[ExerciseEntry]) -> list[Reading]:
    """Return all readings of a session as the rules read them, in the order taken.

    What was said of an exercise, effort and pain, belongs to that exercise and counts as taken at work.
    """
    taken = [_reading(row) for row in readings]
    for entry in entries:
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


def _reading(row: SessionReading) -> Reading:
    return Reading(measure=row.measure, value=row.value, at=row.at, when=WHEN[row.moment])


def _signs_of(session: SessionLog) -> list[Sign] | None:
    """Return the signs reported today, or None while the question is not answered."""
    if session.signs is None:
        return None
    return [
        Sign(symptom=one["symptom"], at=datetime.fromisoformat(one["at"]), when=WHEN[one["when"]])
        for one in session.signs
    ]


def parts_of(session: SessionLog, entry: ExerciseEntry) -> frozenset[str]:
    """Return the parts whose closing closes an entry: its own part, weight on the feet, the operated joint, itself."""
    exercise = library_of(session.episode.practice).all_exercises.get(entry.exercise)
    surgery = session.episode.surgery
    shape = (
        closed_with(exercise, surgery.joint if surgery else "")
        if exercise
        else frozenset({"joint", "weight_bearing"})
    )
    return shape | {entry.part, f"exercise:{entry.exercise}"}
