"""Pages of the program."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.assessments import state as assessments
from medexpro.audit.trail import record_read
from medexpro.clearance import state as clearance
from medexpro.episodes import populations
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.knowledge.library import library_of
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.programs import forms, operations, presenters, state
from medexpro.programs.models import Program, ProgramExercise
from medexpro.programs.rules import progression
from medexpro.web.pages import go_to, page, toast


def _episode(request: HttpRequest, episode_id: Any) -> Episode:
    rows = Episode.objects.visible_to(request.member).select_related(
        "client", "practice", "surgery", "referral__provider"
    )
    return get_object_or_404(rows, pk=episode_id)


def _line(request: HttpRequest, line_id: Any) -> ProgramExercise:
    rows = ProgramExercise.objects.visible_to(request.member).select_related(
        "program__protocol", "episode__client", "episode__practice", "practice"
    )
    return get_object_or_404(rows, pk=line_id)


@requires(Permission.RECORD_READ)
def show(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show an episode's program, or offer the protocols that fit."""
    episode, at = _episode(request, episode_id), clock.now()
    record_read(request.member, episode.client, "program", at=at)
    return _show(request, episode, at=at)


def _show(
    request: HttpRequest, episode: Episode, *, at: datetime, status: int = 200, **shown: Any
) -> HttpResponse:
    program = state.program_of(episode)
    precautions = clearance.precautions_in_force(episode)
    context = {
        "nav": "clients",
        "episode": episode,
        "client": episode.client,
        "subtitle": _subtitle(episode, at),
        "precautions": [one.phrase for one in precautions],
        "unconfirmed": any(one.state == "suggested" for one in precautions),
        "may_edit": request.member.may(Permission.PROGRAMS_EDIT),
        "program": program,
    }
    if program is None:
        fitting = populations.protocols_for(episode)
        suggested = fitting[0].protocol_id if fitting else ""
        variant = fitting[0].variant if fitting else ""
        context["make"] = shown.get("make") or forms.MakeForm(
            library=library_of(episode.practice), suggested=suggested, initial={"protocol": suggested, "variant": variant}
        )
        return page(request, "programs/none.html", context, status=status)

    protocol, latest = state.protocol_of(program), assessments.latest_values(episode)
    place = [phase.id for phase in protocol.phases].index(program.phase)
    phase = protocol.phases[place]
    following = protocol.phases[place + 1] if place + 1 < len(protocol.phases) else None
    lines = state.lines_now(program)
    context |= {
        "protocol": protocol,
        "phases": presenters.phases(protocol, place, state.entered_on(program), began_on=episode.practice.day(program.made_at)),
        "fitting": shown.get("fitting", ()),
        "phase": phase,
        "phase_number": place + 1,
        "following": following,
        "proposal": progression.propose(phase, following, latest),
        "lines": [
            {"line": line, "dose": presenters.dose_words(line.planned), "load": presenters.load_words(line.planned),
             "open": shown.get("editing") == line.planned.pk,
             "form": shown["dose"] if shown.get("editing") == line.planned.pk else _dose_form(line.planned)}
            for line in lines
        ],
        "add": shown.get("add") or forms.AddForm(
            library=library_of(episode.practice), taken=[line.planned.exercise for line in lines], initial={"id": uuid7()}
        ),
        "phase_form": shown.get("phase_form") or forms.PhaseForm(initial={"choice": "hold"}),
        "fitt": list(phase.fitt.items()),
    }  # fmt: skip
    return page(request, "programs/program.html", context, status=status)


def _dose_form(line: ProgramExercise) -> forms.DoseForm:
    values = {name: getattr(line, name) for name in operations.EDITABLE}
    values |= {
        "quantity": presenters.plain(line.quantity),
        "load": presenters.plain(line.load),
        "version": line.version,
    }
    return forms.DoseForm(initial=values, prefix=str(line.pk))


def _subtitle(episode: Episode, at: datetime) -> str:
    weeks = episode.surgery.weeks_on(episode.practice.day(at)) if episode.surgery else None
    return episode.title + (f", week {weeks}" if weeks is not None else "")


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def make(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Make the program from a protocol."""
    episode, at = _episode(request, episode_id), clock.now()
    form = forms.MakeForm(request.POST, library=library_of(episode.practice))
    if form.is_valid():
        values = form.values()
        try:
            operations.make(
                episode, protocol_id=values["protocol"], variant=values["variant"], by=request.member, at=at
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return go_to(request, "programs:show", episode.pk)
    return _show(request, episode, at=at, make=form, status=422)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def add(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Add an exercise, weighed against the precautions."""
    episode, at = _episode(request, episode_id), clock.now()
    program = get_object_or_404(Program, episode=episode, ended_at=None)
    form = forms.AddForm(request.POST, library=library_of(episode.practice))
    if form.is_valid():
        values = form.values()
        try:
            line = operations.add_exercise(
                program,
                exercise_id=values["exercise"],
                reason=values["reason"],
                id=values["id"],
                by=request.member,
                at=at,
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            fitting = state.fitting_instead(program, values["exercise"])
            return _show(request, episode, at=at, add=form, fitting=fitting, status=422)
        else:
            toast(request, f"{line.name} added", undo_url=reverse("programs:remove", args=[line.pk]))
            return go_to(request, "programs:show", episode.pk)
    return _show(request, episode, at=at, add=form, status=422)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def change(request: HttpRequest, line_id: Any) -> HttpResponse:
    """Change one exercise's dose; a second person's change is shown, nothing typed is lost."""
    line, at = _line(request, line_id), clock.now()
    form = forms.DoseForm(request.POST, prefix=str(line.pk))
    if form.is_valid():
        values = form.values()
        values["quantity"] = Decimal(values["quantity"])
        version = values.pop("version")
        try:
            operations.change_exercise(line, expected_version=version, by=request.member, at=at, **values)
        except Conflict as conflict:
            theirs = ", ".join(
                f"{name.replace('_', ' ')} {value}" for name, value in conflict.theirs.items() if value
            )
            form.add_error(None, f"{conflict} Theirs: {theirs}.")
            form.hold("version", conflict.version)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return go_to(request, "programs:show", line.episode_id)
    return _show(request, _episode(request, line.episode_id), at=at, editing=line.pk, dose=form, status=422)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def remove(request: HttpRequest, line_id: Any) -> HttpResponse:
    """Take an exercise out; undone from the toast."""
    line = _line(request, line_id)
    operations.remove_exercise(line, by=request.member, at=clock.now())
    toast(request, f"{line.name} taken out", undo_url=reverse("programs:restore", args=[line.pk]))
    return go_to(request, "programs:show", line.episode_id)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def restore(request: HttpRequest, line_id: Any) -> HttpResponse:
    """Undo taking an exercise out."""
    line = _line(request, line_id)
    try:
        operations.restore_exercise(line, by=request.member, at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    return go_to(request, "programs:show", line.episode_id)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def swap(request: HttpRequest, line_id: Any) -> HttpResponse:
    """Put an exercise that fits in the place of one that doesn't."""
    line = _line(request, line_id)
    try:
        new = operations.swap_exercise(
            line, exercise_id=request.POST.get("exercise", ""), by=request.member, at=clock.now()
        )
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, f"Swapped for {new.name}")
    return go_to(request, "programs:show", line.episode_id)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def decide_phase(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Advance, hold or step back, with the evidence kept."""
    episode, at = _episode(request, episode_id), clock.now()
    program = get_object_or_404(Program.objects.select_related("protocol"), episode=episode, ended_at=None)
    form = forms.PhaseForm(request.POST)
    if form.is_valid():
        try:
            operations.decide_phase(
                program, **form.values(), latest=assessments.latest_values(episode), by=request.member, at=at
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return go_to(request, "programs:show", episode.pk)
    return _show(request, episode, at=at, phase_form=form, status=422)
