"""Pages of assessments: the list, one assessment with its cards, all measures over time."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.assessments import catalogue, due, forms, operations, presenters, state
from medexpro.assessments.models import Assessment, Measurement
from medexpro.assessments.presenters import Card, Trouble, Typed
from medexpro.audit.trail import record_read
from medexpro.clearance import state as clearance
from medexpro.clients.panels import Chart, open_chart
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.reference import Measure
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web import words
from medexpro.web.pages import go_to, page, toast, wants_part

NEWEST = 60


def episode_of(request: HttpRequest, episode_id: Any) -> Episode:
    """Return an episode the member may know of, with what its pages show."""
    rows = Episode.objects.visible_to(member_of(request)).select_related("client", "practice", "surgery")
    return get_object_or_404(rows, pk=episode_id)


def chart_of(request: HttpRequest, episode: Episode, page_name: str) -> Chart:
    """Return the client's chart turned to this episode; the reading goes into the trail."""
    chart = open_chart(request, episode.client, page=page_name)
    chart.wanted = str(episode.pk)
    return chart


def _assessment(request: HttpRequest, assessment_id: Any) -> Assessment:
    rows = Assessment.objects.visible_to(member_of(request)).select_related(
        "practice", "episode__client", "episode__practice", "episode__surgery", "by__user"
    )
    return get_object_or_404(rows, pk=assessment_id)


# ---- The list


@requires(Permission.RECORD_READ)
def index(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show an episode's assessments, the newest first, and what may be started."""
    return _index(request, episode_of(request, episode_id))


def _index(request: HttpRequest, episode: Episode, *, refused: str = "", status: int = 200) -> HttpResponse:
    chart = chart_of(request, episode, "assessments")
    rows = list(
        Assessment.objects.filter(practice=episode.practice, episode=episode)
        .select_related("by__user", "practice")
        .annotate(taken=Count("measurements", filter=Q(measurements__removed_at=None)))
        .order_by("-started_at")[:NEWEST]
    )
    open_one = next((row for row in rows if row.finished_at is None), None)
    full = [row for row in rows if row.finished_at and row.kind != Assessment.Kind.CHECK]
    known = due.newest(chart.shown(episode))
    baseline = any(row.kind == Assessment.Kind.BASELINE and row.finished_at for row in known)
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "assessments",
        "episode": episode,
        "rows": [
            {
                "row": row,
                "title": presenters.title_of(row, episode.started_on),
                "day": presenters.day_words(episode.started_on, episode.practice.day(row.started_at)),
            }
            for row in rows
        ],
        "open_one": open_one,
        "due_on": state.due_after(episode, full[0]) if full and episode.is_open else None,
        "today": chart.day,
        "next_kind": Assessment.Kind.REASSESSMENT if baseline else Assessment.Kind.BASELINE,
        "may_measure": member_of(request).may(Permission.ASSESSMENTS_MEASURE) and episode.is_open,
        "refused": refused,
    }
    return page(request, "assessments/index.html", context, status=status)


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def start(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Start an assessment, or go on with the one that is half done."""
    episode = episode_of(request, episode_id)
    try:
        assessment = operations.start(
            episode, request.POST.get("kind", ""), by=member_of(request), at=clock.now()
        )
    except Refusal as refusal:
        return _index(request, episode, refused=str(refusal), status=422)
    return go_to(request, "assessments:show", assessment.pk)


@requires(Permission.RECORD_READ)
def measures(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show every measure of an episode over time: charts, and the values as a table."""
    episode = episode_of(request, episode_id)
    chart = chart_of(request, episode, "measures")
    episode = chart.shown(episode)
    outcomes = state.outcomes(episode, chart.day)
    names = catalogue.domains()
    groups = [
        {"name": name, "outcomes": [one for one in outcomes if one.domain == key]}
        for key, name in names.items()
    ]
    groups.append(
        {"name": "Pressure, pulse and body", "outcomes": [one for one in outcomes if not one.domain]}
    )
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "assessments",
        "episode": episode,
        "groups": [group for group in groups if group["outcomes"]],
        "outcomes": outcomes,
        "reasons": {one.key: presenters.reasons(one) for one in outcomes},
    }
    return page(request, "assessments/measures.html", context)


# ---- One assessment


@requires(Permission.RECORD_READ)
def show(request: HttpRequest, assessment_id: Any) -> HttpResponse:
    """Show one assessment with a card for each measure."""
    assessment, at = _assessment(request, assessment_id), clock.now()
    record_read(member_of(request), assessment.episode.client, "assessment", at=at)
    return _show(request, assessment, at)


def _show(
    request: HttpRequest, assessment: Assessment, at: datetime, *, typed: dict[str, Typed] | None = None,
    refused: str = "", missing: list[str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    episode = assessment.episode
    cards = _cards(assessment, at, typed=typed)
    context = _context(request, assessment, cards) | {
        "nav": "clients",
        "client": episode.client,
        "title": presenters.title_of(assessment, episode.started_on),
        "day": presenters.day_words(episode.started_on, episode.practice.day(assessment.started_at)),
        "precautions": [precaution.text for precaution in clearance.precautions_in_force(episode)],
        "to_add": presenters.measures_to_add(assessment),
        "refused": refused,
        "missing_ids": missing or [],
    }
    return page(request, "assessments/assessment.html", context, status=status)


def _cards(
    assessment: Assessment, at: datetime, *, typed: dict[str, Typed] | None = None, also: str = ""
) -> list[Card]:
    """Return the cards of an assessment: a handful of queries for all of them together."""
    episode = assessment.episode
    day = episode.practice.day(assessment.finished_at or at)
    wanted = list(dict.fromkeys([*assessment.planned, *([also] if also else [])]))
    taken = state.series(episode, wanted, until=day)
    outcomes = {one.key: one for one in state.outcomes(episode, day, taken=taken)}
    cards = []
    for measure_id in wanted:
        measure = catalogue.any_measure(measure_id, episode.practice)
        if measure is not None:
            cards.append(
                presenters.card_of(
                    assessment, measure, taken, outcomes, units=episode.practice.units, client=episode.client,
                    typed=(typed or {}).get(measure_id),
                )
            )  # fmt: skip
    return cards


def _context(request: HttpRequest, assessment: Assessment, cards: list[Card]) -> dict[str, Any]:
    rows = [row.taken for card in cards for row in card.rows if row.taken]
    open_ones = state.missing(assessment, rows)
    # One hand of two is half a measure.
    half = {one.measure.id for one in open_ones}
    return {
        "assessment": assessment,
        "episode": assessment.episode,
        "cards": [
            {"card": card, "reads": presenters.reads_of(card), "half": card.measure.id in half}
            for card in cards
        ],
        "done": sum(1 for card in cards if (card.done or card.left_out) and card.measure.id not in half),
        "total": len(cards),
        "missing": presenters.missing_words(open_ones),
        "baseline_on": _day_of(cards, "baseline"),
        "last_on": _day_of(cards, "last"),
        "may_measure": member_of(request).may(Permission.ASSESSMENTS_MEASURE) and assessment.episode.is_open,
        "finished": assessment.finished_at is not None,
    }


def _day_of(cards: list[Card], which: str) -> str:
    outcomes = [row.outcome for card in cards for row in card.rows if row.outcome]
    if which == "baseline":
        days = {one.baseline.on for one in outcomes if len(one.readings) > 1}
    else:
        days = {one.previous.on for one in outcomes if one.previous}
    return words.day(max(days), "short") if days else ""


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def record(request: HttpRequest, assessment_id: Any, measure: str) -> HttpResponse:
    """Keep what was typed into one card. htmx gets the card's live part back; what was typed stays in its fields."""
    assessment, at = _assessment(request, assessment_id), clock.now()
    what = catalogue.any_measure(measure, assessment.episode.practice)
    if what is None:
        raise Http404("There is no such measure.")
    troubles = _keep(request, assessment, what, at)
    typed = {measure: Typed(request.POST.dict() if troubles else {}, troubles)}
    if not wants_part(request):
        if troubles:
            return _show(request, assessment, at, typed=typed, status=422)
        return go_to(request, f"{reverse('assessments:show', args=[assessment.pk])}#{measure}")
    cards = _cards(assessment, at, typed=typed, also=measure)
    card = next(one for one in cards if one.measure.id == measure)
    context = _context(request, assessment, cards) | {
        "card": card,
        "reads": presenters.reads_of(card),
        "live": True,
    }
    return page(request, "assessments/live.html", context, part="answer", status=422 if troubles else 200)


def _keep(request: HttpRequest, assessment: Assessment, measure: Measure, at: datetime) -> list[Trouble]:
    """Record each side of a card by itself, so that one bad field holds nothing else back."""
    data, troubles = request.POST, []
    for typed in forms.read_card(data, measure):
        try:
            _keep_side(request, assessment, measure, typed, at)
        except operations.Implausible as asked:
            troubles.append(
                Trouble(
                    f"{typed.key}-{asked.trial}",
                    str(asked),
                    "asked",
                    asked.typed,
                    asked.instead,
                    asked.unit,
                    typed.key,
                )
            )
        except Conflict as conflict:
            troubles.append(Trouble(f"{typed.key}-1", str(conflict), "conflict", side=typed.key))
        except Refusal as refusal:
            named = (refusal.field or "").removeprefix("trial-")
            place = f"{typed.key}-{named}" if named.isdecimal() else refusal.field or f"{typed.key}-1"
            troubles.append(Trouble(place, str(refusal), side=typed.key))
    return troubles


def _keep_side(
    request: HttpRequest, assessment: Assessment, measure: Measure, typed: forms.TypedSide, at: datetime
) -> None:
    if typed.empty:
        row = Measurement.objects.filter(
            assessment=assessment, measure=measure.id, side=typed.side, removed_at=None
        ).first()
        if row is not None and typed.version:
            operations.remove(
                row,
                reason=request.POST.get("reason", ""),
                expected=typed.version,
                by=member_of(request),
                at=at,
            )
            toast(request, f"{measure.name} removed", undo_url=reverse("assessments:restore", args=[row.pk]))
        return
    operations.record(
        assessment, measure=measure.id, side=typed.side, trials=typed.trials, device=request.POST.get("device", ""),
        aid=request.POST.get("aid", ""), modified=request.POST.get("modified", ""), expected=typed.version,
        by=member_of(request), at=at,
    )  # fmt: skip


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def restore(request: HttpRequest, measurement_id: Any) -> HttpResponse:
    """Put a removed result back."""
    rows = Measurement.objects.visible_to(member_of(request)).select_related("assessment", "episode__client")
    row = get_object_or_404(rows, pk=measurement_id)
    try:
        operations.restore(row, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    return go_to(request, f"{reverse('assessments:show', args=[row.assessment_id])}#{row.measure}")


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def plan(request: HttpRequest, assessment_id: Any) -> HttpResponse:
    """Add a measure, or take off one without a result."""
    assessment, at = _assessment(request, assessment_id), clock.now()
    add, take_off = request.POST.get("add", ""), request.POST.get("take_off", "")
    try:
        operations.plan(assessment, add=add, take_off=take_off, by=member_of(request), at=at)
    except Refusal as refusal:
        return _show(request, assessment, at, refused=str(refusal), status=422)
    return go_to(request, f"{reverse('assessments:show', args=[assessment.pk])}#{add}")


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def leave_out(request: HttpRequest, assessment_id: Any, measure: str) -> HttpResponse:
    """Leave a planned measure out with a reason, or take it in again."""
    assessment, at = _assessment(request, assessment_id), clock.now()
    reason = request.POST.get("reason", "")
    try:
        if not reason.strip() and not request.POST.get("again"):
            raise operations.AssessmentRefused("Say why it is left out.")
        operations.leave_out(assessment, measure=measure, reason=reason, by=member_of(request), at=at)
    except Refusal as refusal:
        return _show(request, assessment, at, refused=str(refusal), status=422)
    return go_to(request, f"{reverse('assessments:show', args=[assessment.pk])}#{measure}")


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def finish(request: HttpRequest, assessment_id: Any) -> HttpResponse:
    """Finish an assessment, or say what is missing."""
    assessment, at = _assessment(request, assessment_id), clock.now()
    try:
        operations.finish(assessment, by=member_of(request), at=at)
    except operations.AssessmentRefused as refusal:
        return _show(request, assessment, at, refused=str(refusal), missing=refusal.missing, status=422)
    except Conflict as conflict:
        assessment.refresh_from_db()
        return _show(request, assessment, at, refused=str(conflict), status=409)
    toast(request, f"{assessment.get_kind_display()} finished")
    return go_to(request, "clients:show", assessment.episode.client_id)


# ---- The general handout


@requires(Permission.KNOWLEDGE_READ)
def handout_grip(request: HttpRequest) -> HttpResponse:
    """Show what grip strength can and can't say: about groups of people, never about one."""
    return page(request, "assessments/handout_grip.html", {"practice": practice_of(request)})
