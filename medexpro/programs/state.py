"""What the program says now. Reads only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from medexpro.clearance import state as clearance
from medexpro.clearance.models import Precaution
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import once
from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.reference import Exercise, Protocol
from medexpro.knowledge.library import library_of
from medexpro.knowledge.models import KnowledgeVersion
from medexpro.knowledge.own_presenters import newer_than
from medexpro.practice.prepared import Given, Prepared
from medexpro.programs.models import PhaseDecision, Program, ProgramExercise
from medexpro.programs.rules.fit import Block, alternatives, check_fit


@dataclass(frozen=True)
class Line:
    """One exercise of the program as a page shows it: what is planned, what speaks against it, what fits instead."""

    planned: ProgramExercise
    findings: list[Finding]
    look: Callable[[], list[Exercise]]

    @property
    def instead(self) -> list[Exercise]:
        """Return the nearest that fit in its place, looked for only where a page offers them."""
        return self.look()

    @property
    def blocked(self) -> bool:
        """Return whether it may enter no session now."""
        return any(finding.weight == Weight.STOP for finding in self.findings)

    @property
    def needs_reason(self) -> bool:
        """Return whether it stays only with a reason, and has none."""
        return not self.blocked and bool(self.findings) and not self.planned.contraindication_reason


def program_of(episode: Episode) -> Program | None:
    """Return the episode's program in use."""
    return once(episode, "programs:program", lambda: _PROGRAM.first(episode=episode.pk))


_PROGRAM = Prepared[Program](
    lambda: Program.objects.filter(episode=Given("episode"), ended_at=None).annotate(
        sessions_done=_sessions_done(), phase_since=_phase_since()
    )
)


def beside() -> dict[str, Any]:
    """Return annotations that tell of episodes how many sessions their program plans, and the last one's number."""
    in_use = Program.objects.filter(episode=OuterRef("pk"), ended_at=None)
    sessions = Episode._meta.get_field("sessions").related_model
    opened = sessions.objects.filter(practice=OuterRef("practice"), episode=OuterRef("pk"))
    number = opened.order_by("-number").values("number")[:1]
    return {
        "sessions_planned": Subquery(in_use.values("sessions_planned")[:1], output_field=IntegerField()),
        "last_session": Coalesce(Subquery(number, output_field=IntegerField()), 0),
    }


def _sessions_done() -> Coalesce:
    """Count the episode's sessions that began and are signed; the area above is known here by its relation only."""
    sessions = Episode._meta.get_field("sessions").related_model
    finished = sessions.objects.filter(
        practice=OuterRef("practice"), episode=OuterRef("episode"), state__in=("signed", "awaiting_cosign"),
        started_at__isnull=False,
    )  # fmt: skip
    counted = finished.order_by().values("episode").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _phase_since() -> Subquery:
    """Return when a decision last moved the program's phase or gave it back; holding moves nothing."""
    moved = PhaseDecision.objects.filter(practice=OuterRef("practice"), program=OuterRef("pk")).exclude(
        choice="hold"
    )
    return Subquery(moved.order_by("-at").values("at")[:1])


def phase_since(program: Program) -> datetime | None:
    """Return since when the record counts for the phase: the last decision that moved it; None since it was made."""
    if not hasattr(program, "phase_since"):
        moved = program.phase_decisions.exclude(choice="hold").order_by("-at")
        return moved.values_list("at", flat=True).first()
    return program.phase_since


def protocol_of(program: Program) -> Protocol:
    """Return the protocol in the version the program was made from, whatever the library holds today."""
    return _protocol(program.protocol_id)


@lru_cache(maxsize=256)
def _protocol(version: UUID) -> Protocol:
    """Return a kept version of a protocol. No version is ever changed, so each is read once a process."""
    return KnowledgeVersion.objects.get(pk=version).record


def decisions_of(program: Program) -> list[PhaseDecision]:
    """Return the decisions on the program's phases, the newest first."""
    return list(program.phase_decisions.select_related("by__user").order_by("-at", "-id"))


def newest_decision(program: Program) -> str:
    """Return the id of the newest decision on the program's phases, "" for none."""
    found = program.phase_decisions.order_by("-at", "-id").values_list("pk", flat=True).first()
    return str(found or "")


def entered_on(program: Program, decisions: Sequence[PhaseDecision] | None = None) -> dict[str, date]:
    """Return the day each phase was last entered by a decision; the first phase has none."""
    known = decisions_of(program) if decisions is None else decisions
    moved = (one for one in reversed(known) if one.to_phase != one.from_phase)
    return {one.to_phase: program.practice.day(one.at) for one in moved}


def fitting_instead(program: Program, exercise_id: str) -> list[Exercise]:
    """Return exercises near one that can't stay, which fit every precaution and are not in the program yet."""
    lib = library_of(program.episode.practice)
    exercise = lib.all_exercises.get(exercise_id)
    if exercise is None:
        return []
    taken = program.exercises.filter(removed_at=None).values_list("exercise", flat=True)
    return alternatives(exercise, lib.exercises, blocks_of(program.episode), taken=taken)


def blocks_of(episode: Episode) -> list[Block]:
    """Return the precautions in force as far as exercises are concerned: suggested ones count until answered.

    A conditional one that a member said holds for this client blocks; until somebody says so it asks for a reason.
    """
    return [
        Block(
            text=precaution.text,
            tags=frozenset(precaution.tags),
            mode="block" if carried(precaution) else precaution.mode,
            said_by=_said_by(precaution),
            source=precaution.source,
            verification=precaution.verification,
        )
        for precaution in clearance.precautions_in_force(episode)
    ]


def carried(precaution: Precaution) -> bool:
    """Tell whether the client's record itself carries a conditional precaution, by a member's word."""
    said = precaution.state == "confirmed" and precaution.confirmed_provider_id is None
    return precaution.mode == "conditional" and bool(precaution.protocol_item) and said


def settled_here(program: Program) -> frozenset[str]:
    """Return the conditional precautions of the protocol that a member settles: the record's tag lifts them."""
    return frozenset(
        one.id
        for one in protocol_of(program).precautions
        if one.mode == "conditional" and one.lifts == "record_tag_removed"
    )


def newer_version(program: Program) -> dict[str, Any] | None:
    """Return which version of the protocol is in force now, and what changed since the one the program was made from.

    None while that one is in force.
    """
    return newer_than(program.protocol, program.practice)


def gates_listed(program: Program | None) -> frozenset[str]:
    """Return the safety gates that the program's protocol lists; their data must be taken before each start."""
    return frozenset(protocol_of(program).gates) if program else frozenset()


def lines_now(program: Program, *, blocks: list[Block] | None = None) -> list[Line]:
    """Return the program's exercises in order, each weighed against the precautions in force."""
    blocks = blocks_of(program.episode) if blocks is None else blocks
    lib = library_of(program.episode.practice)
    planned = list(program.exercises.filter(removed_at=None))
    taken = [line.exercise for line in planned]
    lines = []
    for line in planned:
        exercise = lib.all_exercises.get(line.exercise)
        findings = check_fit(exercise, blocks) if exercise else [_unknown(line)]
        near = partial(alternatives, exercise, lib.exercises, blocks, taken=taken) if exercise else list
        lines.append(Line(line, findings, near))
    return lines


def _unknown(line: ProgramExercise) -> Finding:
    """Return that an exercise the library does not know can't be weighed: it enters no session."""
    return Finding(
        code=f"exercise-{line.exercise}", sentence=f"{line.name} can’t be weighed: it is not in the library any more",
        weight=Weight.STOP, closes="exercise", clears="Swap it, or take it out",
    )  # fmt: skip


def for_session(program: Program) -> list[ProgramExercise]:
    """Return what a session opens with: nothing blocked, nothing that still needs a reason."""
    return [line.planned for line in lines_now(program) if not line.blocked and not line.needs_reason]


def _said_by(precaution) -> str:
    if precaution.confirmed_provider_id and precaution.confirmed_on:
        return f"Limit from {precaution.confirmed_provider.short_name}, {precaution.confirmed_on:%b} {precaution.confirmed_on.day}"
    if carried(precaution) and precaution.confirmed_on:
        return f"On the client’s record since {precaution.confirmed_on:%b} {precaution.confirmed_on.day}"
    return "Suggested by the protocol; confirm it with the provider’s instruction"
