"""Pages of the exercise library: by itself, and from a program to choose from."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from medexpro.audit.trail import record_read
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.library import library_of
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.programs import library, operations, state
from medexpro.programs.library_forms import ChooseForm, FindForm
from medexpro.programs.models import Program, ProgramExercise
from medexpro.web.pages import go_to, page, toast


@require_safe
@requires(Permission.KNOWLEDGE_READ)
def show(request: HttpRequest) -> HttpResponse:
    """Show the exercise library: figure, cues, dose, what speaks against each, and the next step and the step back."""
    lib = library_of(request.practice)
    form = FindForm(request.GET or None, choices=library.choices(lib))
    context = {"nav": "knowledge", "form": form, "address": reverse("programs:library")}
    return page(request, "programs/library.html", context | _found(request, lib, form), part="found")


@require_safe
@requires(Permission.KNOWLEDGE_READ)
def exercise(request: HttpRequest, exercise_id: str) -> HttpResponse:
    """Show one exercise of the library."""
    lib = library_of(request.practice)
    found = lib.exercises.get(exercise_id)
    if found is None:
        raise Http404
    card = library.card_of(found, lib)
    return page(request, "programs/library_exercise.html", {"nav": "knowledge", "card": card})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PROGRAMS_EDIT)
def choose(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Choose exercises for a program, each weighed against the client's limits. `instead`: the line one takes the place of."""
    rows = Episode.objects.visible_to(request.member).select_related(
        "client", "practice", "referral__provider", "surgery"
    )
    episode = get_object_or_404(rows, pk=episode_id)
    program = state.program_of(episode)
    if program is None:
        return go_to(request, "programs:show", episode.pk)
    program.episode = episode
    instead = _instead(request, program)
    refused: Refusal | None = None
    chosen = ""
    if request.method == "POST":
        form = ChooseForm(request.POST)
        chosen = request.POST.get("exercise", "")[:60]
        if form.is_valid():
            try:
                return _take(request, program, instead, form.values())
            except Refusal as refusal:
                refused = refusal
        else:
            refused = Refusal("Choose an exercise of the library.")
    else:
        record_read(request.member, episode.client, "program", at=clock.now())
    return _choosing(request, program, instead, refused, chosen)


def _choosing(
    request: HttpRequest, program: Program, instead: ProgramExercise | None, refused: Refusal | None, chosen: str
) -> HttpResponse:  # fmt: skip
    """Answer the page; after a refusal with the sentence at the exercise it is about, which then stands first."""
    lib, blocks, taken = library.weighed_for(program)
    form = FindForm(request.GET or None, choices=library.choices(lib))
    address = reverse("programs:choose", args=[program.episode_id])
    refused_card = None
    if refused and (known := lib.exercises.get(chosen)):
        refused_card = library.card_of(known, lib, blocks, taken)
    near = library.nearest(program, instead.exercise, lib, blocks) if instead and not refused else []
    context = {
        "nav": "clients",
        "form": form,
        "address": address,
        "program": program,
        "episode": program.episode,
        "client": program.episode.client,
        "instead": instead,
        "near": near,
        "refused": refused,
        "refused_card": refused_card,
        "typed": request.POST.get("reason", ""),
        "new_id": str(uuid7()),
        **_found(request, lib, form, blocks, taken),
    }
    if refused:
        return page(request, "programs/library.html", context, status=422)
    return page(request, "programs/library.html", context, part="found")


def _found(request: HttpRequest, lib: Any, form: FindForm, blocks: Any = (), taken: Any = ()) -> dict:
    """Return the page of cards that is asked for, and how many there are."""
    every = library.cards(lib, form.wanted(), blocks, taken)
    shown = Paginator(every, library.A_PAGE).get_page(request.GET.get("page"))
    return {"page": shown, "cards": list(shown), "count": len(every), "of": len(lib.exercises)}


def _instead(request: HttpRequest, program: Program) -> ProgramExercise | None:
    """Return the line whose place the chosen one takes; a line that is gone is nobody's place."""
    asked = (request.POST if request.method == "POST" else request.GET).get("instead", "")
    return next((line for line in program.exercises.filter(removed_at=None) if str(line.pk) == asked), None)


def _take(
    request: HttpRequest, program: Program, instead: ProgramExercise | None, values: dict[str, Any]
) -> HttpResponse:
    member, at = request.member, clock.now()
    if instead is not None:
        new = operations.swap_exercise(
            instead, exercise_id=values["exercise"], reason=values["reason"], by=member, at=at
        )
        toast(request, f"{instead.name} swapped for {new.name}")
        return go_to(request, "programs:show", program.episode_id)
    line = operations.add_exercise(
        program, exercise_id=values["exercise"], reason=values["reason"], id=values["id"], by=member, at=at
    )
    toast(request, f"{line.name} added", undo_url=reverse("programs:remove", args=[line.pk]))
    # Whoever fills a program chooses several: the search stays as it is.
    kept = QueryDict(mutable=True)
    kept.update({key: value for key, value in request.GET.items() if key != "instead"})
    query = f"?{kept.urlencode()}" if kept else ""
    return go_to(request, reverse("programs:choose", args=[program.episode_id]) + query)
