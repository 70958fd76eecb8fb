"""Making and changing a program. Every change is weighed against the precautions in force."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import operations as clearance
from medexpro.clearance.models import Precaution, ReferBack
from medexpro.episodes.models import Episode, Status
from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.ids import uuid7
from medexpro.kernel.reference import Exercise, Phase, Protocol
from medexpro.kernel.refusals import Conflict, NotFound, Refusal
from medexpro.knowledge.library import library_of
from medexpro.knowledge.operations import pin
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.programs import events, evidence, state, suggesting
from medexpro.programs.models import PhaseDecision, Program, ProgramExercise
from medexpro.programs.rules import making, progression
from medexpro.programs.rules.fit import check_fit
from medexpro.programs.rules.progression import Choice

PROVIDERS_WORD = "This precaution is lifted by the provider’s word. Record it with the clearance."
EDITABLE = ("sets", "quantity", "load", "load_unit", "effort", "cue")


class ProgramRefused(Refusal):
    """The program can't be made or changed so."""


class ExerciseBlocked(ProgramRefused):
    """A precaution keeps the exercise out of every session."""


class ReasonNeeded(ProgramRefused):
    """A precaution warns of the exercise; it stays only with a reason."""


@transaction.atomic
def make(
    episode: Episode, *, protocol_id: str, variant: str = "", entry: Sequence[str] = (), by: Member, at: datetime
) -> Program:  # fmt: skip
    """Make the episode's program from today's version of a protocol, in its first phase.

    The protocol's precautions are suggested first, so that nothing they speak against is chosen. The
    version is pinned: the program keeps it. variant: the surgical approach; empty takes every variant's
    precautions. entry: the entry criteria the member confirms; the others stay open on the program's page.
    Raises ProgramRefused when there is a program already or no such protocol.
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
        phase=phase.id, made_by=by, made_at=at, entry=_confirmed(protocol, entry, by=by, at=at),
    )  # fmt: skip
    _add_phase(program, phase, by=by)
    record(events.MADE, program, by=by, at=at, protocol=protocol_id, version=protocol.version, phase=phase.id)
    return program


def _confirmed(
    protocol: Protocol, entry: Sequence[str], *, words: str = "", by: Member, at: datetime
) -> dict[str, Any]:
    if unknown := [one for one in entry if one not in protocol.entry_criteria]:
        raise ProgramRefused(f"The protocol has no entry criterion “{unknown[0]}”.", field="entry")
    return {one: {"words": words.strip()[:240], "by": str(by), "at": at.isoformat()} for one in entry}


@transaction.atomic
def confirm_entry(
    program: Program, *, criteria: Sequence[str], words: str = "", by: Member, at: datetime
) -> Program:
    """Confirm entry criteria of the program's protocol, with what shows them. What is confirmed stays as it was.

    Raises ProgramRefused for a criterion the protocol does not name.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, program)
    new = _confirmed(state.protocol_of(program), criteria, words=words, by=by, at=at)
    new = {key: value for key, value in new.items() if key not in program.entry}
    if not new:
        raise ProgramRefused("Tick what you confirm.", field="entry")
    program.entry = program.entry | new
    program.save_version(expected=None)
    record(events.ENTRY, program, by=by, at=at, count=len(new))
    return program


@transaction.atomic
def settle_precaution(
    program: Program, precaution: Precaution, *, holds: bool, words: str = "", by: Member, at: datetime
) -> Precaution:
    """Say whether a conditional precaution of the protocol holds for this client; its exercises are blocked while it does.

    Only those that the record's tag lifts: what a provider's release lifts waits for the provider's word.
    Raises ProgramRefused for the others.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, program)
    if precaution.protocol_item not in state.settled_here(program):
        raise ProgramRefused(PROVIDERS_WORD)
    if not _is_of(precaution, program):
        raise ProgramRefused(PROVIDERS_WORD)
    return clearance.settle_condition(precaution, holds=holds, words=words, by=by, at=at)


def _is_of(precaution: Precaution, program: Program) -> bool:
    """Tell whether it is the protocol's own, and not another protocol's that is called alike."""
    item = state.protocol_of(program).precaution(precaution.protocol_item)
    return set(precaution.tags) <= set(item.tags)


def _add_phase(
    program: Program, phase: Phase, *, by: Member, before: Sequence[ProgramExercise] = ()
) -> list[ProgramExercise]:
    """Add a phase's exercises; one that stays keeps its load, and what leads on from the phase before comes first."""
    kept = {line.exercise: line for line in before}
    lines = making.lines_for(
        phase, library_of(program.practice).all_exercises, state.blocks_of(program.episode), done=list(kept)
    )
    added = []
    for order, line in enumerate(lines, start=1):
        new = _create(program, line, order=order, by=by)
        if (old := kept.get(line.exercise.id)) and old.load:
            new.load, new.load_unit = old.load, old.load_unit
            new.save_version(expected=None, fields=["load", "load_unit"])
        added.append(new)
    return added


def _create(
    program: Program, line: making.PlannedLine, *, order: int, by: Member, reason: str = "", id: UUID | None = None
) -> ProgramExercise:  # fmt: skip
    return ProgramExercise.objects.create(
        id=id or uuid7(),
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
    """Add an exercise with the lower end of the phase's dose; one the phase does not name, with the library's.

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
    planned = next(
        (
            one
            for one in state.protocol_of(program).phase(program.phase).exercises
            if one.exercise == exercise_id
        ),
        None,
    )
    line = _create(
        program,
        making.line_of(exercise, planned),
        order=order or last + 1,
        by=by,
        reason=reason.strip(),
        id=id,
    )
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
    """Undo taking an exercise out; the precautions are weighed again.

    Raises ProgramRefused for one of another phase or of a program that has ended, and what add_exercise raises.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, line)
    if line.removed_at is None:
        return
    if line.program.ended_at or line.phase != line.program.phase:
        raise ProgramRefused("The program has gone on since. Add the exercise anew.")
    exercise = library_of(by.practice).all_exercises.get(line.exercise)
    if exercise is None:
        raise ProgramRefused("This exercise is not in the library any more.")
    _weigh(exercise, line.episode, line.contraindication_reason)
    line.removed_at, line.removed_reason = None, ""
    line.save_version(expected=None)
    record(events.ADDED, line, by=by, at=at, exercise=line.exercise, undone=True)


@transaction.atomic
def swap_exercise(
    line: ProgramExercise, *, exercise_id: str, reason: str = "", by: Member, at: datetime
) -> ProgramExercise:
    """Put another exercise in the place of one. Raises ProgramRefused for one taken out, and what add_exercise raises."""
    permissions.check(by, Permission.PROGRAMS_EDIT, line)
    if line.removed_at:
        raise ProgramRefused("This exercise was taken out of the program.")
    new = add_exercise(line.program, exercise_id=exercise_id, reason=reason, order=line.order, by=by, at=at)
    remove_exercise(line, reason=f"Swapped for {new.name}", by=by, at=at)
    return new


@transaction.atomic
def take_step(
    line: ProgramExercise, *, expected_version: int | None = None, by: Member, at: datetime
) -> ProgramExercise:
    """Take the next step of an exercise as the record suggests it now; the next exercise where the dose is used up.

    It is weighed again here, whatever the page showed. Raises ProgramRefused when nothing is suggested any more.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, line)
    step = suggesting.steps(line.program, at=at).get(line.pk)
    if step is None:
        raise ProgramRefused("The record suggests no step for this exercise any more.")
    if step.onward:
        return swap_exercise(line, exercise_id=step.onward, by=by, at=at)
    changed = change_exercise(
        line, by=by, at=at, expected_version=expected_version, sets=step.sets, quantity=step.quantity,
        load=step.load, load_unit=step.load_unit,
    )  # fmt: skip
    record(events.STEP, line, by=by, at=at, way=step.way, because=step.because)
    return changed


@transaction.atomic
def decide_phase(
    program: Program, *, choice: str, reason: str = "", answers: Mapping[str, bool] | None = None,
    easier: bool = False, after: str | None = None, by: Member, at: datetime,
) -> PhaseDecision:  # fmt: skip
    """Advance, hold, step back or refer back. The record is weighed here; another decision than proposed needs a reason.

    answers: rule id to yes or no, for what the record can't say. easier: step back inside the phase, to the easier
    exercises the library names; in the first phase there is no other step back. Referring back opens it with the
    provider and holds the episode. after: the id of the newest decision the page showed, "" for none; None takes what is
    there. Raises ProgramRefused: without a reason or an answer that is needed, for a phase that is not there, and for a
    next phase while the provider's answer is out; Conflict when the phase was decided about meanwhile.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, program)
    Program.objects.select_for_update(of=("self",)).get(pk=program.pk)
    program.refresh_from_db()  # The caller's own goes on to the phase that is decided.
    program.__dict__.pop("phase_since", None)
    program.episode = Episode.objects.select_related(
        "client", "practice", "surgery", "referral__provider"
    ).get(pk=program.episode_id)
    if choice not in progression.WORDS:
        raise ProgramRefused("Choose advance, hold, step back or refer back.", field="choice")
    if program.ended_at is not None:
        raise ProgramRefused("This program has ended.")
    if after is not None and after != (newest := state.newest_decision(program)):
        raise Conflict(
            "The phase was decided about meanwhile. Look at what holds now, then decide.",
            theirs={"after": newest},
        )
    protocol = state.protocol_of(program)
    place, phase, following = progression.phases_around(protocol, program.phase)
    proposal = evidence.proposal(program, at=at, answers=answers)
    if choice == Choice.ADVANCE:
        _check_advance(proposal, following)
        if program.episode.status != Status.ACTIVE:
            raise ProgramRefused(
                "The episode is not active. The next phase opens once it is.", field="choice"
            )
    if choice != proposal.choice and not reason.strip():
        raise ProgramRefused(
            f"The record speaks for another choice: {proposal.words.lower()}. {proposal.sentence} Say why you decide otherwise.",
            field="reason",
        )  # fmt: skip

    back = _refer_back(program, proposal, reason, by=by, at=at) if choice == Choice.REFER_BACK else None
    target = phase
    if choice == Choice.ADVANCE and following:
        target = following
    elif choice == Choice.REGRESS and place and not easier:
        target = protocol.phases[place - 1]
    decision = PhaseDecision.objects.create(
        practice=program.practice, program=program, episode=program.episode, from_phase=phase.id, to_phase=target.id,
        choice=choice, proposed=proposal.choice, evidence=proposal.evidence(), reason=reason.strip(), refer_back=back,
        by=by, at=at,
    )  # fmt: skip
    if target is not phase:
        before = list(program.exercises.filter(removed_at=None))
        program.exercises.filter(removed_at=None).update(removed_at=at, removed_reason=f"Phase {choice}")
        program.phase = target.id
        program.save_version(expected=None)
        _add_phase(program, target, by=by, before=before)
    elif choice == Choice.REGRESS:
        _ease(program, by=by, at=at)
    record(events.PHASE, program, by=by, at=at, choice=choice, proposed=str(proposal.choice), to=target.id)
    return decision


def _check_advance(proposal: progression.Proposal, following: Phase | None) -> None:
    if following is None:
        raise ProgramRefused("This is the last phase. What comes next is the discharge.", field="choice")
    if waiting := [item for item in proposal.items if item.id == "waiting" and item.holds]:
        raise ProgramRefused(
            f"No phase opens while the provider’s answer is out: {waiting[0].seen}.", field="choice"
        )
    if proposal.unanswered:
        raise ProgramRefused(f"Answer first: {proposal.unanswered[0].asks}", field=proposal.unanswered[0].id)


def _refer_back(
    program: Program, proposal: progression.Proposal, reason: str, *, by: Member, at: datetime
) -> ReferBack:
    """Open it with the provider: what was seen, as it was seen, and the sentences of the protocol as findings."""
    seen = [item for item in proposal.speaking if item.choice == Choice.REFER_BACK]
    observed = reason.strip() or " ".join(f"{item.text}: {item.seen}." for item in seen)
    findings = [
        Finding(
            code=f"progression-{item.id}", sentence=f"{item.text}.", weight=Weight.STOP, figure=item.seen,
            source=item.source, verification=item.verification, clears="The provider’s answer",
        )
        for item in seen
    ]  # fmt: skip
    trigger = findings[0].code if findings else "progression-observed"
    return clearance.refer_back(
        program.episode, trigger=trigger, observed=observed, findings=findings, by=by, at=at
    )


def _ease(program: Program, *, by: Member, at: datetime) -> None:
    """Put the easier exercise that the library names in the place of each that has one which fits."""
    lines = list(program.exercises.filter(removed_at=None))
    taken, blocks = {line.exercise for line in lines}, state.blocks_of(program.episode)
    known = library_of(program.practice).exercises
    for line in lines:
        exercise = known.get(line.exercise)
        easier = known.get(exercise.regression) if exercise and exercise.regression else None
        if easier is not None and easier.id not in taken and not check_fit(easier, blocks):
            swap_exercise(line, exercise_id=easier.id, by=by, at=at)
            taken.add(easier.id)


@transaction.atomic
def end(program: Program, *, by: Member, at: datetime) -> None:
    """End a program; its history stays."""
    permissions.check(by, Permission.PROGRAMS_EDIT, program)
    program.ended_at = at
    program.save_version(expected=None)
    record(events.ENDED, program, by=by, at=at)
