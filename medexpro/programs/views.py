"""Pages of the program."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.audit.trail import record_read
from medexpro.clearance import asked
from medexpro.clearance import state as clearance
from medexpro.clearance.models import Precaution
from medexpro.episodes import populations
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import together
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.reference import Protocol
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.knowledge import why
from medexpro.knowledge.library import library_of
from medexpro.knowledge.turning import turned_on
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.programs import evidence, forms, operations, presenters, state, suggesting
from medexpro.programs.models import Program, ProgramExercise
from medexpro.programs.rules import progression
from medexpro.web.pages import go_to, page, toast

DECISIONS_SHOWN = 4


def _episode(request: HttpRequest, episode_id: Any) -> Episode:
    rows = Episode.objects.visible_to(request.member).select_related(
        "client", "practice", "surgery", "referral__provider"
    )
    return get_object_or_404(rows.annotate(**asked.beside()), pk=episode_id)


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
    episode = together(episode)  # From here on nothing changes: what several parts show is asked once.
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
        context |= _making(request, episode, shown.get("make"))
        return page(request, "programs/none.html", context, part="entry", status=status)

    program.episode, program.practice = episode, episode.practice
    protocol, seen = state.protocol_of(program), evidence.attended(episode, at)
    place, phase, following = progression.phases_around(protocol, program.phase)
    lines = state.lines_now(program)
    steps = suggesting.steps(program, at=at, episode=episode, lines=lines, seen=seen)
    proposal = evidence.proposal(program, at=at, episode=episode, seen=seen)
    decisions, began_on = state.decisions_of(program), episode.practice.day(program.made_at)
    settled, lib = state.settled_here(program), library_of(episode.practice)
    gates = [lib.gates[key] for key in protocol.gates if key in lib.gates]
    context |= {
        "protocol": protocol,
        "newer": state.newer_version(program),
        "weeks": presenters.weeks(protocol, episode.surgery, began_on, episode.practice.day(at)),
        "phases": presenters.phases(protocol, place, state.entered_on(program, decisions), began_on=began_on),
        "fitting": shown.get("fitting", ()),
        "phase": phase,
        "phase_number": place + 1,
        "following": following,
        "proposal": proposal,
        "groups": presenters.evidence_groups(proposal),
        "decisions": presenters.decided(decisions, protocol)[:DECISIONS_SHOWN],
        "lines": [
            {"line": line, "dose": presenters.dose_words(line.planned), "load": presenters.load_words(line.planned),
             "open": shown.get("editing") == line.planned.pk,
             "step": presenters.step_words(line.planned, steps.get(line.planned.pk), lib.exercises),
             "form": shown["dose"] if shown.get("editing") == line.planned.pk else _dose_form(line.planned)}
            for line in lines
        ],
        "add": shown.get("add") or forms.AddForm(
            library=lib, taken=[line.planned.exercise for line in lines], initial={"id": uuid7()}
        ),
        "phase_form": shown.get("phase_form") or forms.PhaseForm(
            asking=proposal.asking, last=proposal.last, initial={"after": str(decisions[0].pk) if decisions else ""}
        ),
        "fitt": list(phase.fitt.items()),
        "to_settle": [
            {"row": one, "carried": state.carried(one), "names": presenters.blocked_names(one, phase, lib.exercises),
             "form": shown["settle"] if shown.get("settling") == one.pk else forms.SettleForm(prefix=str(one.pk))}
            for one in precautions if one.protocol_item in settled
        ],
        "entry": presenters.entry(protocol, program),
        "entry_form": shown.get("entry_form") or forms.EntryForm(open_criteria=_open_criteria(protocol, program)),
        "gates": gates,
        "why_work": why.of_work(phase),
        "why_criteria": why.of_criteria(protocol, phase),
        "why_gates": why.of_gates(gates, turned_on(episode.practice)),
    }  # fmt: skip
    return page(request, "programs/program.html", context, status=status)


def _making(request: HttpRequest, episode: Episode, form: forms.MakeForm | None) -> dict[str, Any]:
    """Return what the page without a program offers: the protocols that fit and why, and what the chosen one asks."""
    fitting = populations.protocols_for(episode)
    lib = library_of(episode.practice)
    wanted = request.GET.get("protocol", "")
    if wanted not in lib.protocols:
        wanted = fitting[0].protocol_id if fitting else ""
    variant = next((one.variant for one in fitting if one.protocol_id == wanted), "")
    form = form or forms.MakeForm(library=lib, initial={"protocol": wanted, "variant": variant})
    takes_entry = {"hx-get": reverse("programs:show", args=[episode.pk]), "hx-target": "#entry"}
    form.fields["protocol"].widget.attrs |= takes_entry | {"hx-swap": "outerHTML", "hx-trigger": "change"}
    return {
        "make": form,
        "chosen": form.chosen,
        "because": [(one.name, one.because) for one in fitting],
        "gates": [lib.gates[key] for key in form.chosen.gates if key in lib.gates],
    }


def _open_criteria(protocol: Protocol, program: Program) -> list[str]:
    return [one for one in protocol.entry_criteria if one not in program.entry]


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
                episode, protocol_id=values["protocol"], variant=values["variant"], entry=values["entry"],
                by=request.member, at=at,
            )  # fmt: skip
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
def take_step(request: HttpRequest, line_id: Any) -> HttpResponse:
    """Take the suggested step of an exercise, as the record suggests it now."""
    line, at = _line(request, line_id), clock.now()
    try:
        taken = operations.take_step(line, by=request.member, at=at)
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, f"{taken.name}: {presenters.dose_words(taken)}, load {presenters.load_words(taken)}")
    return go_to(request, "programs:show", line.episode_id)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def confirm_entry(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Confirm entry criteria of the protocol, with what shows them."""
    episode, at = _episode(request, episode_id), clock.now()
    program = _program(episode)
    protocol = state.protocol_of(program)
    form = forms.EntryForm(request.POST, open_criteria=_open_criteria(protocol, program))
    if form.is_valid():
        values = form.values()
        try:
            operations.confirm_entry(
                program, criteria=values["entry"], words=values["words"], by=request.member, at=at
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return go_to(request, "programs:show", episode.pk)
    return _show(request, episode, at=at, entry_form=form, status=422)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def settle(request: HttpRequest, precaution_id: Any) -> HttpResponse:
    """Say whether a conditional precaution holds for this client."""
    rows = Precaution.objects.visible_to(request.member).select_related("practice")
    precaution, at = get_object_or_404(rows, pk=precaution_id), clock.now()
    episode = _episode(request, precaution.episode_id)
    program = _program(episode)
    form = forms.SettleForm(request.POST, prefix=str(precaution.pk))
    if form.is_valid():
        values = form.values()
        try:
            operations.settle_precaution(
                program,
                precaution,
                holds=values["holds"] == "yes",
                words=values["words"],
                by=request.member,
                at=at,
            )
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return go_to(request, "programs:show", episode.pk)
    return _show(request, episode, at=at, settle=form, settling=precaution.pk, status=422)


def _program(episode: Episode) -> Program:
    rows = Program.objects.select_related("protocol", "practice")
    program = get_object_or_404(rows, episode=episode, ended_at=None)
    program.episode = episode
    return program


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def decide_phase(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Advance, hold, step back or refer back, with the evidence kept."""
    episode, at = _episode(request, episode_id), clock.now()
    program = _program(episode)
    proposal = evidence.proposal(program, at=at, episode=episode)
    form = forms.PhaseForm(request.POST, asking=proposal.asking, last=proposal.last)
    if form.is_valid():
        try:
            operations.decide_phase(program, **form.values(), by=request.member, at=at)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            form.hold("after", conflict.theirs["after"])
        except Refusal as refusal:
            field = next(
                (name for name in (refusal.field, f"ask_{refusal.field}") if name in form.fields), None
            )
            form.add_error(field, str(refusal))
        else:
            return go_to(request, "programs:show", episode.pk)
    return _show(request, episode, at=at, phase_form=form, status=422)
