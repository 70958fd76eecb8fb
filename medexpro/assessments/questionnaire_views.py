"""Pages of questionnaires: giving them, typing one from paper, taking answers in."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.assessments import catalogue, due, state
from medexpro.assessments import questionnaire_book as book
from medexpro.assessments import questionnaire_presenters as presenters
from medexpro.assessments.models import Asking, Assessment
from medexpro.assessments.operations import questionnaires as operations
from medexpro.assessments.rules.questionnaires import Questionnaire, Shape
from medexpro.assessments.views import chart_of, episode_of
from medexpro.audit.trail import record_read
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice import locking
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast, whole_address
from medexpro.web.typed import whole_number

NEWEST = 40


def _asking(request: HttpRequest, asking_id: Any) -> Asking:
    rows = Asking.objects.visible_to(member_of(request)).select_related(
        "practice", "episode__client", "episode__practice", "episode__surgery", "by__user"
    )
    return get_object_or_404(rows, pk=asking_id)


# ---- The list


@requires(Permission.RECORD_READ)
def questionnaires(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show what a client was given to fill in, what is due, and what waits to be taken in."""
    return _list(request, episode_of(request, episode_id))


def _list(
    request: HttpRequest, episode: Episode, *, refused: Refusal | None = None, link: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    chart = chart_of(request, episode, "questionnaires")
    shown, at = chart.shown(episode), clock.now()
    rows = list(
        Asking.objects.filter(practice=episode.practice, episode=episode)
        .select_related("practice", "by__user")
        .order_by("-asked_at")[:NEWEST]
    )
    asked = presenters.due(
        due.newest(shown), state.series(shown), visits=getattr(shown, "sessions_so_far", None) or 0,
        practice=episode.practice, day=chart.day,
    ) if episode.is_open else None  # fmt: skip
    unfinished = state.unfinished(episode)
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "assessments",
        "episode": episode,
        "lines": [presenters.line_of(row, at) for row in rows],
        "asked": asked,
        "may_measure": member_of(request).may(Permission.ASSESSMENTS_MEASURE) and episode.is_open,
        "forms": book.for_clients(),
        "needs_side": episode.side not in ("left", "right"),
        "hows": Asking.How.choices,
        "typed": request.POST if refused else {},
        "picked": request.POST.getlist("forms") if refused else ["psfs", "pain"],
        "refused": refused,
        "link": link,
        "unfinished": unfinished,
        "totals": [one for one in book.all_questionnaires().values() if one.shape is Shape.TOTALS],
    }
    return page(request, "assessments/questionnaires.html", context, status=status)


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def ask(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Give questionnaires. On this tablet the screen locks behind them: only the client's page stays open."""
    episode = episode_of(request, episode_id)
    try:
        handed = operations.ask(
            episode, request.POST.getlist("forms"), request.POST.get("how", ""), side=request.POST.get("side", ""),
            by=member_of(request), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return _list(request, episode, refused=refusal, status=422)
    if handed.asking.how == Asking.How.PAPER:
        return go_to(
            request, "assessments:type_questionnaire", handed.asking.pk, handed.asking.forms[0]["id"]
        )
    address = reverse("portal:questionnaire", args=[handed.token])
    if handed.asking.how == Asking.How.TABLET:
        locking.lock(request)
        return redirect(address)
    return _list(request, episode, link=whole_address(request, address))


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def take_in(request: HttpRequest, asking_id: Any) -> HttpResponse:
    """Take answers into the open assessment."""
    asking = _asking(request, asking_id)
    try:
        operations.take_in(asking, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        return _list(request, asking.episode, refused=refusal, status=422)
    toast(request, "Taken into the assessment")
    return go_to(request, "assessments:questionnaires", asking.episode_id)


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def end(request: HttpRequest, asking_id: Any) -> HttpResponse:
    """End a link before its time."""
    asking = _asking(request, asking_id)
    operations.end(asking, by=member_of(request), at=clock.now())
    toast(request, "The link is ended")
    return go_to(request, "assessments:questionnaires", asking.episode_id)


# ---- From paper


@requires(Permission.ASSESSMENTS_MEASURE)
def type_questionnaire(request: HttpRequest, asking_id: Any, form_id: str) -> HttpResponse:
    """Type, complete or correct the answers of one questionnaire. They are kept even where they make no score yet."""
    asking, at = _asking(request, asking_id), clock.now()
    try:
        form = operations.form_of(asking, form_id)
    except Refusal as refusal:
        raise Http404(str(refusal)) from None
    record_read(member_of(request), asking.client, "questionnaire", at=at)
    if request.method != "POST":
        return _typing(request, asking, form)
    given = request.POST.dict()
    try:
        read, score = operations.answer(asking, form_id, given, by=member_of(request), at=at)
    except Refusal as refusal:
        return _typing(request, asking, form, given=given, refused=str(refusal), status=422)
    if read.wrong or (not score.counts and not request.POST.get("anyway")):
        return _typing(
            request, asking, form, given=read.answers | {key: given[key] for key in read.wrong}, wrong=read.wrong,
            refused="" if read.wrong else score.sentence, lacking=score.missing, anyway=not read.wrong, status=422,
        )  # fmt: skip
    left = [one["id"] for one in asking.forms]
    after = left[left.index(form_id) + 1 :]
    if after:
        return go_to(request, "assessments:type_questionnaire", asking.pk, after[0])
    asking = operations.done(asking, by=member_of(request), at=at)
    toast(request, "Taken into the assessment" if asking.taken_at else "Kept. It waits to be taken in")
    return go_to(request, "assessments:questionnaires", asking.episode_id)


def _typing(
    request: HttpRequest, asking: Asking, form: Questionnaire, *, given: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None, refused: str = "", lacking: tuple[int, ...] = (), anyway: bool = False,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    answers = given if given is not None else asking.answers.get(form.id, {})
    context = {
        "nav": "clients",
        "client": asking.client,
        "episode": asking.episode,
        "asking": asking,
        "form": form,
        "side": asking.side if book.has_sides(form) else "",
        "items": presenters.items_of(form, answers, wrong=wrong, lacking=lacking),
        "refused": refused,
        "anyway": anyway,
    }
    return page(request, "assessments/questionnaire.html", context, status=status)


@requires(Permission.ASSESSMENTS_MEASURE)
def paper_total(request: HttpRequest, assessment_id: Any, form_id: str) -> HttpResponse:
    """Turn the sum of a licensed paper form into its score, by its own rule for gaps."""
    rows = Assessment.objects.visible_to(member_of(request)).select_related(
        "practice", "episode__client", "episode__practice", "episode__surgery", "by__user"
    )
    assessment, at = get_object_or_404(rows, pk=assessment_id), clock.now()
    form = book.questionnaire(form_id)
    if form is None or form.shape is not Shape.TOTALS:
        raise Http404("There is no such form to add up.")
    record_read(member_of(request), assessment.client, "questionnaire", at=at)
    if request.method != "POST":
        return _totals(request, assessment, form)
    total, answered = (whole_number(request.POST.get(name, "")) for name in ("sum", "answered"))
    if total is None or answered is None:
        field = "sum" if total is None else "answered"
        return _totals(
            request, assessment, form, refused=Refusal("Type a whole number.", field=field), status=422
        )
    try:
        score = operations.score_from_paper(
            assessment, form_id, total=total, answered=answered, by=member_of(request), at=at
        )
    except Refusal as refusal:
        return _totals(request, assessment, form, refused=refusal, status=422)
    measure = catalogue.measure_of(form.measure, assessment.practice)
    toast(request, f"{measure.name}: {score.value} kept")
    return go_to(request, f"{reverse('assessments:show', args=[assessment.pk])}#{form.measure}")


def _totals(
    request: HttpRequest, assessment: Assessment, form: Questionnaire, *, refused: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    scoring = form.scoring
    context = {
        "nav": "clients",
        "client": assessment.client,
        "episode": assessment.episode,
        "assessment": assessment,
        "form": form,
        "refused": refused,
        "sum": request.POST.get("sum", ""),
        "answered": request.POST.get("answered", scoring.count),
        "highest": scoring.highest * scoring.count,
    }
    return page(request, "assessments/questionnaire_total.html", context, status=status)
