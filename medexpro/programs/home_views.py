"""Pages of the home program: choosing, giving, and the sheets given so far."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from medexpro.audit.trail import record_read
from medexpro.clearance import state as clearance
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import requires
from medexpro.practice.models import Practice
from medexpro.practice.permissions import Permission
from medexpro.programs import home, home_operations, presenters, state
from medexpro.programs.home_forms import GiveForm, HomeDoseForm
from medexpro.programs.home_models import HomeExercise, HomeSheet
from medexpro.programs.models import Program, ProgramExercise
from medexpro.web.pages import go_to, page, toast, whole_address


def _program(request: HttpRequest, episode_id: Any) -> tuple[Episode, Program | None]:
    rows = Episode.objects.visible_to(request.member).select_related(
        "client", "practice", "referral__provider"
    )
    episode = get_object_or_404(rows, pk=episode_id)
    program = state.program_of(episode)
    if program is not None:
        program.episode = episode
    return episode, program


@require_safe
@requires(Permission.RECORD_READ)
def show(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show what is for home, what may be chosen, whether it fits one page, and what the client ticked."""
    episode, program = _program(request, episode_id)
    if program is None:
        return go_to(request, "programs:show", episode.pk)
    at = clock.now()
    record_read(request.member, episode.client, "program", at=at)
    return _show(request, program, at=at)


def _show(
    request: HttpRequest, program: Program, *, at: datetime, status: int = 200, **shown: Any
) -> HttpResponse:
    lines = home.lines_now(program)
    may_edit = request.member.may(Permission.PROGRAMS_EDIT)
    fit = home.fit_of(program, lines, by=request.member, at=at) if lines and may_edit else None
    editing = shown.get("editing")
    context = {
        "nav": "clients",
        "program": program,
        "episode": program.episode,
        "client": program.episode.client,
        "precautions": [one.phrase for one in clearance.precautions_in_force(program.episode)],
        "may_edit": may_edit,
        "lines": [
            {"line": line, "open": editing == line.row.pk,
             "form": shown["dose"] if editing == line.row.pk else _dose_form(line.row, program.episode.practice)}
            for line in lines
        ],
        "wrong": any(line.why_not for line in lines),
        "choices": home.to_choose(program),
        "fit": fit,
        "too_long": home.too_long_words(fit.lines_over) if fit and not fit.fits else "",
        "give": shown.get("give") or GiveForm(initial={"new_id": uuid7()}),
        "link": shown.get("link", ""),
        "refused": shown.get("refused", ""),
        "sheets": program.home_sheets.defer("pdf", "snapshot").select_related("given_by__user")[:6],
        "done": sorted(home.done_by_day(program.episode, days=14, at=at).values(), key=lambda one: one.on, reverse=True),
        "pain_ceiling": program.pain_ceiling,
        "now": at,
    }  # fmt: skip
    return page(request, "programs/home.html", context, status=status)


def _dose_form(row: HomeExercise, practice: Practice) -> HomeDoseForm:
    values = {
        "sets": row.sets, "quantity": presenters.plain(row.quantity), "days_a_week": row.days_a_week, "words": row.words,
        "version": row.version,
    }  # fmt: skip
    return HomeDoseForm(initial=values, prefix=str(row.pk), practice=practice)


def _row(request: HttpRequest, row_id: Any) -> HomeExercise:
    rows = HomeExercise.objects.visible_to(request.member).select_related(
        "line", "practice", "episode__client", "episode__practice", "episode__referral__provider"
    )
    return get_object_or_404(rows, pk=row_id)


def _again(request: HttpRequest, episode_id: Any, **shown: Any) -> HttpResponse:
    """Answer the page with what was wrong; an episode whose program is over has no such page any more."""
    episode, program = _program(request, episode_id)
    if program is None:
        return go_to(request, "programs:show", episode.pk)
    return _show(request, program, at=clock.now(), status=422, **shown)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def take_home(request: HttpRequest, line_id: Any) -> HttpResponse:
    """Put an exercise of the program on the home program."""
    rows = ProgramExercise.objects.visible_to(request.member).select_related(
        "program", "practice", "episode__client", "episode__practice", "episode__referral__provider"
    )
    line = get_object_or_404(rows, pk=line_id)
    try:
        row = home_operations.take_home(line, by=request.member, at=clock.now())
    except Refusal as refusal:
        return _again(request, line.episode_id, refused=str(refusal))
    toast(request, f"{line.name} is for home", undo_url=reverse("programs:home_take_out", args=[row.pk]))
    return go_to(request, "programs:home", line.episode_id)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def change(request: HttpRequest, home_id: Any) -> HttpResponse:
    """Change the dose for home; a second person's change is shown, nothing typed is lost."""
    row = _row(request, home_id)
    form = HomeDoseForm(request.POST, prefix=str(row.pk), practice=row.practice)
    if form.is_valid():
        values = form.values()
        version = values.pop("version")
        values["quantity"] = Decimal(values["quantity"])
        try:
            home_operations.change_dose(
                row, expected_version=version, by=request.member, at=clock.now(), **values
            )
        except Conflict as conflict:
            theirs = ", ".join(
                f"{name.replace('_', ' ')} {value}" for name, value in conflict.theirs.items() if value
            )
            form.add_error(None, f"{conflict} Theirs: {theirs}.")
            form.hold("version", conflict.version)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            form.keep_let_stand(row, by=request.member, at=clock.now())
            return go_to(request, "programs:home", row.episode_id)
    return _again(request, row.episode_id, editing=row.pk, dose=form)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def take_out(request: HttpRequest, home_id: Any) -> HttpResponse:
    """Take an exercise out of the home program; undone from the toast."""
    row = _row(request, home_id)
    home_operations.take_out(row, by=request.member, at=clock.now())
    toast(request, f"{row.line.name} taken out", undo_url=reverse("programs:home_put_back", args=[row.pk]))
    return go_to(request, "programs:home", row.episode_id)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def put_back(request: HttpRequest, home_id: Any) -> HttpResponse:
    """Undo taking an exercise out of the home program."""
    row = _row(request, home_id)
    try:
        home_operations.put_back(row, by=request.member, at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    return go_to(request, "programs:home", row.episode_id)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def give(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Print the home program, or make a link to it; the link is shown once."""
    episode, program = _program(request, episode_id)
    if program is None:
        return go_to(request, "programs:show", episode.pk)
    form = GiveForm(request.POST)
    at = clock.now()
    if form.is_valid():
        values = form.values()
        by_link = values["how"] == "link"
        try:
            given = home_operations.give(
                program, link=by_link, days=int(values["days"] or home_operations.LINK_DAYS),
                id=values["new_id"], by=request.member, at=at,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            if given.token:
                link = whole_address(request, reverse("portal:home", args=[given.token]))
                return _show(request, program, at=at, link=link)
            if by_link:
                toast(request, "Made before; a link is shown once")
                return go_to(request, "programs:home", episode.pk)
            return go_to(request, "programs:home_pdf", given.sheet.pk)
    return _again(request, episode.pk, give=form)


@require_safe
@requires(Permission.RECORD_READ)
def pdf(request: HttpRequest, home_sheet_id: Any) -> HttpResponse:
    """Answer a sheet as it was given."""
    sheet = get_object_or_404(
        HomeSheet.objects.visible_to(request.member).select_related("episode__client"), pk=home_sheet_id
    )
    record_read(request.member, sheet.episode.client, "home program", at=clock.now())
    return pdf_of(sheet)


def pdf_of(sheet: HomeSheet) -> HttpResponse:
    """Return the kept page of a sheet as a file."""
    response = HttpResponse(bytes(sheet.pdf), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="home-program.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def end_link(request: HttpRequest, home_sheet_id: Any) -> HttpResponse:
    """End the link of a sheet."""
    rows = HomeSheet.objects.visible_to(request.member).defer("pdf").select_related("episode__client")
    sheet = get_object_or_404(rows, pk=home_sheet_id)
    home_operations.end_link(sheet, by=request.member, at=clock.now())
    toast(request, "The link is ended")
    return go_to(request, "programs:home", sheet.episode_id)
