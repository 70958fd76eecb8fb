"""What the record tells of a program's phase, gathered for the rules. Reads only.

Sessions and bookings belong to areas above: they say what they know through `register`, when the app starts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from medexpro.assessments import state as assessments
from medexpro.assessments.readings import Taken, baseline_of
from medexpro.assessments.rules.alike import way_of
from medexpro.assessments.rules.change import expand_tags
from medexpro.clearance import state as clearance
from medexpro.episodes.models import Episode
from medexpro.knowledge.library import library_of
from medexpro.knowledge.turning import turned_on
from medexpro.programs import state
from medexpro.programs.models import Program
from medexpro.programs.policy import progression_policy
from medexpro.programs.rules import progression, weighing
from medexpro.programs.rules.facts import Attendance, Course, Facts, Test, Visit


@dataclass(frozen=True)
class Attended:
    """The last sessions of an episode, the oldest first, and how many of those booked were kept."""

    visits: tuple[Visit, ...] = ()
    attendance: Attendance = field(default_factory=Attendance)


Source = Callable[[Episode, datetime], Attended]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let an area above tell of an episode's sessions up to a moment."""
    _sources.append(source)


def attended(episode: Episode, at: datetime) -> Attended:
    """Return the last sessions up to a moment; nothing while no area tells of any."""
    for source in _sources:
        return source(episode, at)
    return Attended()


def facts(program: Program, episode: Episode, *, at: datetime, seen: Attended | None = None) -> Facts:
    """Return the record as the rules read it. seen: the sessions, where the caller has them already."""
    day = episode.practice.day(at)
    seen = attended(episode, at) if seen is None else seen
    decision = clearance.latest_decision(episode)
    holds = clearance.holds_of(episode)
    since = state.phase_since(program)
    return Facts(
        on=day,
        since=since.astimezone(episode.practice.tz) if since else None,
        began_on=episode.practice.day(program.made_at),
        visits=seen.visits,
        courses=_courses(episode, day),
        attendance=seen.attendance,
        cleared_at=decision.decided_at if decision else None,
        waiting=holds[0].why if holds else "",
        side=episode.side if episode.side in ("left", "right") else "",
    )


def _courses(episode: Episode, day) -> list[Course]:
    lib = library_of(episode.practice)
    tags = expand_tags(episode.population, lib.tags)
    age, on = episode.client.age_on(day), turned_on(episode.practice)
    found = []
    for (measure_id, side), rows in assessments.series(episode).items():
        measure = lib.all_measures.get(measure_id)
        taken = [row for row in rows if row.on <= day]
        if measure is None or not taken:
            continue
        baseline = taken.index(baseline_of(taken))
        tests = tuple(_test(row) for row in taken)
        found.append(Course(measure, side, tests, baseline=baseline, tags=tags, age=age, turned_on=on))
    return found


def _test(row: Taken) -> Test:
    way = tuple(" ".join(words.casefold().split()) for words in (way_of(row.device), row.aid, row.modified))
    return Test(row.value, row.on, by=row.by_id, way=way)


def proposal(
    program: Program, *, at: datetime, episode: Episode | None = None, answers: Mapping[str, bool] | None = None,
    seen: Attended | None = None,
) -> progression.Proposal:  # fmt: skip
    """Return what the record speaks for in the program's phase.

    episode: where the caller has it with client and practice. answers: rule id to the professional's yes or no.
    """
    episode = episode or program.episode
    protocol, policy = state.protocol_of(program), progression_policy()
    _, phase, following = progression.phases_around(protocol, program.phase)
    known = facts(program, episode, at=at, seen=seen)
    items = weighing.weigh(policy.of_phase(phase), known, primary=protocol.reassess.measures, answers=answers)
    days = protocol.reassess.interval_days_max
    return progression.propose(phase, following, known, policy, items, within_days=days)
