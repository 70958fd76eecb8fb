"""What a document is made from: one reading of the record in few questions, whatever the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from medexpro.assessments import catalogue
from medexpro.assessments import state as assessments
from medexpro.assessments.outcomes import Outcome
from medexpro.assessments.standings import GoalStanding
from medexpro.clearance import state as clearance
from medexpro.clearance.models import Precaution, ReferBack
from medexpro.episodes.models import Episode
from medexpro.kernel.reference import Phase, Protocol
from medexpro.practice.models import Practice
from medexpro.programs import state as programs
from medexpro.programs.models import Program
from medexpro.reports.snapshots import Week
from medexpro.sessions.models import SessionLog, SessionState
from medexpro.web.words import day as day_words

PAIN = "pain_nrs"
# Attendance looks back this far, so that the cost does not grow with the history.
WEEKS_SHOWN = 16
SIGNED = (SessionState.SIGNED, SessionState.AWAITING_COSIGN)


@dataclass(frozen=True)
class Visit:
    """One session as attendance needs it. came: it began and was signed; held: it was stopped, before or at work."""

    on: date
    came: bool
    held: bool
    measures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """An episode on a day, read once. outcomes: those with a place in the six domains, the oldest figure first."""

    episode: Episode
    at: datetime
    outcomes: Sequence[Outcome]
    visits: Sequence[Visit]
    precautions: Sequence[Precaution]
    refer_backs: Sequence[ReferBack]
    program: Program | None
    codes: Sequence[str]

    @property
    def practice(self) -> Practice:
        """Return whose record it is."""
        return self.episode.practice

    @property
    def day(self) -> date:
        """Return the practice's local day."""
        return self.practice.day(self.at)

    @property
    def baseline_on(self) -> date | None:
        """Return the day of the first measurement."""
        return min((one.readings[0].on for one in self.outcomes), default=None)

    @property
    def now_on(self) -> date | None:
        """Return the day of the latest measurement."""
        return max((one.current.on for one in self.outcomes), default=None)

    @property
    def is_measured(self) -> bool:
        """Return whether there is anything to report."""
        return bool(self.outcomes)

    @property
    def due_on(self) -> date | None:
        """Return the day of the next reassessment, as the outcomes know it."""
        return self.outcomes[0].due_on if self.outcomes else None

    @property
    def came(self) -> Sequence[Visit]:
        """Return the sessions that took place."""
        return [visit for visit in self.visits if visit.came]

    @property
    def first_visit_on(self) -> date | None:
        """Return the day the client was first here, for measuring or for a session."""
        days = [visit.on for visit in self.came[:1]] + [day for day in [self.baseline_on] if day]
        return min(days, default=None)

    @cached_property
    def protocol(self) -> Protocol | None:
        """Return the protocol in the version the program was made from."""
        return programs.protocol_of(self.program) if self.program else None

    @property
    def phase(self) -> tuple[int, Phase] | None:
        """Return the program's phase and its place, counted from 1."""
        if self.program is None or self.protocol is None:
            return None
        places = enumerate(self.protocol.phases, start=1)
        return next(((place, phase) for place, phase in places if phase.id == self.program.phase), None)

    @cached_property
    def goals(self) -> list[GoalStanding]:
        """Return the goals that are open or met, with where they stand. Two queries, asked once."""
        return assessments.goals_of(self.episode)

    def weeks(self) -> list[Week]:
        """Return the sessions of each week since the first one shown, without the empty weeks at its end."""
        if not self.came:
            return []
        first = self.came[0].on
        counts = [0] * ((self.day - first).days // 7 + 1)
        for visit in self.came:
            counts[(visit.on - first).days // 7] += 1
        return [Week(count) for count in counts]


def read(episode: Episode, at: datetime, *, pain: bool = True) -> Record:
    """Return an episode's record for a document. Eight queries or so.

    episode: with client, practice, surgery and referral at hand. pain: whether recorded pain may be used.
    """
    day = episode.practice.day(at)
    wanted = [key for key, entry in catalogue.entries().items() if entry.domain and (pain or key != PAIN)]
    found = assessments.outcomes(episode, day, measures=wanted)
    referral = episode.referral
    return Record(
        episode=episode,
        at=at,
        outcomes=[one for one in found if one.domain],
        visits=_visits(episode, at),
        precautions=clearance.precautions_in_force(episode),
        refer_backs=list(
            ReferBack.objects.filter(
                episode=episode, opened_at__gt=at - timedelta(weeks=WEEKS_SHOWN)
            ).order_by("opened_at")
        ),
        program=programs.program_of(episode),
        codes=list(referral.codes.order_by("created_at").values_list("icd10", flat=True)[:3])
        if referral
        else [],
    )


def bare(episode: Episode, at: datetime) -> Record:
    """Return a record with nothing clinical in it, for a document that says nothing clinical. No query."""
    codes = list(episode.referral.icd10) if episode.referral else []
    return Record(episode, at, [], [], [], [], None, codes)


def holds(record: Record) -> list[str]:
    """Return a line for each time exercise was held or the client was referred back in the time reported on."""
    lines = []
    for visit in record.visits:
        if visit.held:
            names = [
                catalogue.entry_of(measure).short
                for measure in (catalogue.any_measure(key, record.episode.practice) for key in visit.measures)
                if measure
            ]
            what = f": {', '.join(dict.fromkeys(names)).lower()}" if names else ""
            lines.append(f"Session held {day_words(visit.on, 'short')}{what}")
    for back in record.refer_backs:
        line = f"Referred back {day_words(record.practice.day(back.opened_at), 'short')}"
        if back.answered_at:
            line += f", answered {day_words(record.practice.day(back.answered_at), 'short')}"
        lines.append(line)
    return lines


def _visits(episode: Episode, at: datetime) -> list[Visit]:
    rows = SessionLog.objects.filter(
        episode=episode, opened_at__gt=at - timedelta(weeks=WEEKS_SHOWN), opened_at__lte=at
    ).exclude(state=SessionState.VOID)
    return [
        Visit(
            on=episode.practice.day(opened_at),
            came=state in SIGNED and started_at is not None,
            held=state == SessionState.HELD or stopped is not None,
            measures=tuple(
                one["measure"] for one in findings if one.get("measure") and one.get("weight") == "stop"
            ),
        )
        for opened_at, started_at, state, findings, stopped in rows.order_by("opened_at").values_list(
            "opened_at", "started_at", "state", "findings", "marks__stopped"
        )
    ]
