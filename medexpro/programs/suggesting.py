"""The next step of each exercise of a program, from the last sessions, the phase's spans and the client's limits. Reads only."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from medexpro.clearance import state as clearance
from medexpro.episodes.models import Episode
from medexpro.kernel.reference import Exercise
from medexpro.knowledge.library import library_of
from medexpro.programs import evidence, state
from medexpro.programs.models import Program, ProgramExercise
from medexpro.programs.policy import dosage
from medexpro.programs.rules import dosage as rules
from medexpro.programs.rules.dosage import Ceilings, Planned, Step
from medexpro.programs.rules.facts import Done
from medexpro.programs.rules.fit import check_fit
from medexpro.programs.rules.making import effort_of_ten, highest

EFFORT = {"rpe_cr10": int, "rpe_6_20": lambda value: effort_of_ten(int(value))}


def steps(
    program: Program, *, at: datetime, episode: Episode | None = None, lines: list[state.Line] | None = None,
    seen: evidence.Attended | None = None,
) -> dict[UUID, Step]:  # fmt: skip
    """Return the step suggested for each exercise that has one, by the id of its line."""
    episode = episode or program.episode
    seen = evidence.attended(episode, at) if seen is None else seen
    if not seen.visits:
        return {}
    lines = state.lines_now(program) if lines is None else lines
    since = state.phase_since(program)
    ceiling = effort_ceiling(program, episode)
    spans = {one.exercise: one for one in state.protocol_of(program).phase(program.phase).exercises}
    known, blocks = library_of(episode.practice).exercises, state.blocks_of(episode)
    taken = {line.planned.exercise for line in lines}
    found = {}
    for line in lines:
        planned, span = line.planned, spans.get(line.planned.exercise)
        exercise = known.get(planned.exercise)
        done = [
            one
            for visit in seen.visits
            if since is None or visit.at > since
            for one in visit.done
            if one.exercise == planned.exercise
        ]
        load, load_unit = _load(planned, done)
        plan = Planned(
            sets=planned.sets, quantity=planned.quantity, unit=planned.quantity_unit, load=load,
            load_unit=load_unit, effort=highest(planned.effort), sets_span=span.sets if span else None,
            quantity_span=span.quantity if span else None,
            onward=_onward(exercise, known, blocks, taken, spans),
        )  # fmt: skip
        closed = bool(line.findings) and (line.blocked or line.needs_reason)
        step = rules.next_step(plan, done, Ceilings(ceiling, program.pain_ceiling, closed), dosage())
        if step is not None:
            found[planned.pk] = step
    return found


def _load(planned: ProgramExercise, done: list[Done]) -> tuple[Decimal | None, str]:
    """Return the load to go on from: the program's, else the one all sets of the last time had."""
    if planned.load:
        return planned.load, planned.load_unit
    loads = {load for _, load in done[-1].sets} if done else set()
    load = loads.pop() if len(loads) == 1 else None
    return (load, done[-1].load_unit) if load else (None, "")


def effort_ceiling(program: Program, episode: Episode) -> int:
    """Return the effort of 10 that nothing may pass: the program's, or a stricter written limit."""
    written = [
        EFFORT[limit.measure](limit.value)
        for limit in clearance.limits_in_force(episode)
        if limit.measure in EFFORT and limit.op == ">"
    ]
    return min([program.effort_ceiling, *written])


def _onward(exercise: Exercise | None, known, blocks, taken, spans) -> str:
    """Return the next exercise the library names: only one of this phase that fits and is not there yet."""
    following = known.get(exercise.progression) if exercise and exercise.progression else None
    if (
        following is None
        or following.id in taken
        or following.id not in spans
        or check_fit(following, blocks)
    ):
        return ""
    return following.id
