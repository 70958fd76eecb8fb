"""Making and changing a program. Every change is weighed against the precautions in force."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import operations as clearance
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Weight
from medexpro.kernel.reference import Exercise
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.knowledge.library import library_of
from medexpro.knowledge.operations import pin
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.programs import events, state
from medexpro.programs.models import PhaseDecision, Program, ProgramExercise
from medexpro.programs.rules import making, progression
from medexpro.programs.rules.fit import check_fit

EDITABLE = ("sets", "quantity", "load", "load_unit", "effort", "cue")


class ProgramRefused(Refusal):
    """The program can't be made or changed so."""


class ExerciseBlocked(ProgramRefused):
    """A precaution keeps the exercise out of every session."""


class ReasonNeeded(ProgramRefused):
    """A precaution warns of the exercise; it stays only with a reason."""


@transaction.atomic
def make(episode: Episode, *, protocol_id: str, variant: str = "", by: Member, at: datetime) -> Program:
    """Make the episode's program from today's version of a protocol, in its first phase.

    The protocol's precautions are suggested first, so that nothing they speak against is chosen. The
    version is pinned: the program keeps it. variant: the surgical approach; empty takes every variant's
    precautions. Raises ProgramRefused when there is a program already or no such protocol.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, episode)
    protocol = library_of(episode.practice).protocols.get(protocol_id)
    if protocol is None:
        raise ProgramRefused("This protocol is not in service.", field="protocol")
    if state.program_of(episode):
        raise ProgramRefused("This episode has a program. End it before making another.")

    clearance.suggest_precautions(episode, protocol, variant, by=by, at=at)
    phase = protocol.phases[0]
    program = Program.objects.create(
        practice=episode.practice, episode=episode, protocol=pin("protocol", protocol_id, episode.practice),
        phase=phase.id, made_by=by, made_at=at,
    )  # fmt: skip
    _add_phase(program, phase, by=by)
    record(events.MADE, program, by=by, at=at, protocol=protocol_id, version=protocol.version, phase=phase.id)
    return program


def _add_phase(program: Program, phase, *, by: Member) -> None:
    lines = making.lines_for(phase, library_of(program.practice).all_exercises, state.blocks_of(program.episode))
    for order, line in enumerate(lines, start=1):
        _create(program, line, order=order, by=by)


def _create(
    program: Program, line: making.PlannedLine, *, order: int, by: Member, reason: str = ""
) -> ProgramExercise:
    return ProgramExercise.objects.create(
        practice=program.practice, program=program, episode=program.episode, exercise=line.exercise.id,
        name=line.exercise.name, phase=program.phase, order=order, category=line.category, part=line.part,
        sets=line.sets, quantity=line.quantity, quantity_unit=line.unit, effort=str(line.effort),
        cue=line.exercise.cues[:160], contraindication_reason=reason, added_by=by,
    )  # fmt: skip


def _weigh(exercise: Exercise, episode: Episode, reason: str) -> None:
    for finding in check_fit(exercise, state.blocks_of(episode)):
        if finding.weight == Weight.STOP:
            raise ExerciseBlocked(f"{finding.sentence} {finding.figure}.", field="exercise")
        if not reason.strip():
            raise ReasonNeeded(f"{finding.sentence}. Say why it stays, or choose another.", field="reason")


@transaction.atomic
def add_exercise(
    program: Program, *, exercise_id: str, reason: str = "", order: int | None = None, id: UUID | None = None,
    by: Member, at: datetime,
) -> ProgramExercise:  # fmt: skip
    """Add an exercise with the library's starting dose.

    reason: why it stays in spite of a conditional precaution; kept with it. id: made by the page, so
    that a double tap adds it once. Raises ExerciseBlocked, ReasonNeeded.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, program)
    if id and (known := ProgramExercise.objects.filter(pk=id).first()):
        if known.program_id != program.pk:
            raise NotFound("There is no such exercise in this program.")
        return known
    exercise = library_of(by.practice).exercises.get(exercise_id)
    if exercise is None:
        raise ProgramRefused("There is no such exercise in the library.", field="exercise")
    _weigh(exercise, program.episode, reason)
    last = program.exercises.order_by("-order").values_list("order", flat=True).first() or 0
    line = _create(program, making.line_of(exercise), order=order or last + 1, by=by, reason=reason.strip())
    record(events.ADDED, line, by=by, at=at, exercise=exercise_id, with_reason=bool(reason.strip()))
    return line


@transaction.atomic
def change_exercise(
    line: ProgramExercise, *, by: Member, at: datetime, expected_version: int | None = None, **changes: object
) -> ProgramExercise:
    """Change the dose or cue of an exercise. Raises Conflict when someone changed it first."""
    permissions.check(by, Permission.PROGRAMS_EDIT, line)
    if line.removed_at:
        raise ProgramRefused("This exercise was taken out of the program.")
    changed = {}
    for name in EDITABLE:
        if name in changes and getattr(line, name) != changes[name]:
            changed[name] = [str(getattr(line, name)), str(changes[name])]
            setattr(line, name, changes[name])
    if changed:
        line.save_version(expected=expected_version, fields=list(EDITABLE))
        record(events.CHANGED, line, by=by, at=at, fields=sorted(changed))
    return line


@transaction.atomic
def remove_exercise(line: ProgramExercise, *, reason: str = "", by: Member, at: datetime) -> None:
    """Take an exercise out; it stays in the record with the reason."""
    permissions.check(by, Permission.PROGRAMS_EDIT, line)
    if line.removed_at is None:
        line.removed_at, line.removed_reason = at, reason.strip()
        line.save_version(expected=None)
        record(events.REMOVED, line, by=by, at=at, exercise=line.exercise)


@transaction.atomic
def restore_exercise(line: ProgramExercise, *, by: Member, at: datetime) -> None:
    """Undo taking an exercise out; the precautions are weighed again."""
    permissions.check(by, Permission.PROGRAMS_EDIT, line)
    _weigh(
        library_of(by.practice).all_exercises[line.exercise], line.episode, line.contraindication_reason
    )
    line.removed_at, line.removed_reason = None, ""
    line.save_version(expected=None)
    record(events.ADDED, line, by=by, at=at, exercise=line.exercise, undone=True)


@transaction.atomic
def swap_exercise(
    line: ProgramExercise, *, exercise_id: str, reason: str = "", by: Member, at: datetime
) -> ProgramExercise:
    """Put another exercise in the place of one. Raises what add_exercise raises."""
    new = add_exercise(line.program, exercise_id=exercise_id, reason=reason, order=line.order, by=by, at=at)
    remove_exercise(line, reason=f"Swapped for {new.name}", by=by, at=at)
    return new


@transaction.atomic
def decide_phase(
    program: Program, *, choice: str, reason: str = "", latest: dict[str, Decimal], by: Member, at: datetime
) -> PhaseDecision:
    """Advance, hold or step back. The criteria are weighed here; disagreeing with them needs a reason.

    latest: the newest kept value per measure. Raises ProgramRefused.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, program)
    protocol = state.protocol_of(program)
    ids = [phase.id for phase in protocol.phases]
    place = ids.index(program.phase)
    target = {"advance": place + 1, "hold": place, "regress": place - 1}.get(choice)
    if target is None or not 0 <= target < len(ids):
        raise ProgramRefused("There is no such phase to go to.", field="choice")
    following = protocol.phases[place + 1] if place + 1 < len(ids) else None
    proposal = progression.propose(protocol.phases[place], following, latest)
    if choice == "advance" and proposal.choice != "advance" and not reason.strip():
        raise ProgramRefused(
            f"{proposal.sentence} Say why the next phase opens all the same.", field="reason"
        )

    decision = PhaseDecision.objects.create(
        practice=program.practice, program=program, episode=program.episode, from_phase=program.phase,
        to_phase=ids[target], choice=choice, reason=reason.strip(), by=by, at=at,
        evidence=[asdict(state_) | {"value": str(state_.value) if state_.value is not None else None}
                  for state_ in proposal.criteria],
    )  # fmt: skip
    if ids[target] != program.phase:
        program.exercises.filter(removed_at=None).update(removed_at=at, removed_reason=f"Phase {choice}")
        program.phase = ids[target]
        program.save_version(expected=None)
        _add_phase(program, protocol.phases[target], by=by)
    record(events.PHASE, program, by=by, at=at, choice=choice, to=ids[target])
    return decision


@transaction.atomic
def end(program: Program, *, by: Member, at: datetime) -> None:
    """End a program; its history stays."""
    permissions.check(by, Permission.PROGRAMS_EDIT, program)
    program.ended_at = at
    program.save_version(expected=None)
    record(events.ENDED, program, by=by, at=at)
