"""Pages of assessments: the list, one assessment with its cards, all measures over time."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.assessments import (
    after,
    catalogue,
    due,
    flow,
    forms,
    operations,
    presenters,
    profile,
    scores,
    state,
    step_presenters,
)
from medexpro.assessments.models import Assessment, Measurement
from medexpro.assessments.presenters import Card, Trouble, Typed
from medexpro.assessments.rules import flow as rules
from medexpro.assessments.rules.flow import Step
from medexpro.audit.trail import record_read
from medexpro.clearance import state as clearance
from medexpro.clients.panels import Chart, open_chart
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import together
from medexpro.kernel import clock
from medexpro.kernel.reference import Measure
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast, wants_part

NEWEST = 60
# Measures that place others among people: an expected walk needs height and weight.
BODY = ("height", "weight")


def episode_of(request: HttpRequest, episode_id: Any) -> Episode:
    """Return an episode the member may know of, with what its pages show."""
    rows = Episode.objects.visible_to(member_of(request)).select_related("client", "practice", "surgery")
    return get_object_or_404(rows, pk=episode_id)


def chart_of(request: HttpRequest, episode: Episode, page_name: str) -> Chart:
    """Return the client's chart turned to this episode; the reading goes into the trail."""
    chart = open_chart(request, episode.client, page=page_name)
    chart.wanted = str(episode.pk)
    return chart


def assessment_of(request: HttpRequest, assessment_id: Any) -> Assessment:
    """Return an assessment the member may know of, with what its pages show."""
    rows = Assessment.objects.visible_to(member_of(request)).select_related(
        "practice", "episode__client", "episode__practice", "episode__surgery", "episode__condition",
        "episode__referral", "by__user",
    )  # fmt: skip
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
        "recomputed": step_presenters.recomputed(
            episode.client.birth_date_changed_on, {one.key: one.readings for one in outcomes}
        ),
        "reasons": {one.key: presenters.reasons(one) for one in outcomes},
        "scores": scores.scores_of(episode, outcomes),
        "profile": profile.profile_of(outcomes, episode.side) if outcomes else [],
    }
    return page(request, "assessments/measures.html", context)


# ---- One assessment


@requires(Permission.RECORD_READ)
def show(request: HttpRequest, assessment_id: Any) -> HttpResponse:
    """Show one step of an assessment; a check in between is one page of cards. Without a step it opens where work is."""
    assessment, at = assessment_of(request, assessment_id), clock.now()
    record_read(member_of(request), assessment.episode.client, "assessment", at=at)
    return show_step(request, assessment, at, request.GET.get("step", ""))


def show_step(
    request: HttpRequest, assessment: Assessment, at: datetime, step_id: str = "", *, typed: dict[str, Typed] | None = None,
    noted: dict[str, tuple[str, str]] | None = None, refused: str = "", missing: list[str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Show a step with its cards, and what was typed and could not be kept. Only the open step's cards are made."""
    episode = together(assessment.episode)
    sheet = _sheet(request, assessment, at)
    stepped = flow.is_stepped(assessment)
    steps = flow.steps_of(assessment.practice) if stepped else ()
    step = _step(assessment, steps, sheet, step_id)
    more = request.GET.get("more", "")
    cards = _cards(assessment, at, sheet.taken, sheet.ids_in(step), typed=typed, more=more)
    goals = state.goals_of(episode, sheet.taken_of_goals) if stepped else []
    precautions = clearance.precautions_in_force(episode)
    context = sheet.context() | {
        "nav": "clients",
        "client": episode.client,
        "title": presenters.title_of(assessment, episode.started_on),
        "day": presenters.day_words(episode.started_on, episode.practice.day(assessment.started_at)),
        "precautions": [precaution.text for precaution in precautions],
        "to_add": presenters.measures_to_add(assessment),
        "cards": [{"card": card, "reads": presenters.reads_of(card)} for card in cards],
        "refused": refused,
        "missing_ids": missing or [],
        "step": step,
        "recomputed": step_presenters.birth_date_note(assessment, sheet.taken),
    }
    if step is not None:
        context |= {
            "steps": step_presenters.row_of_steps(assessment, steps, sheet.listed, step.id, len(goals)),
            "before": next((one for one in steps if one.number == step.number - 1), None),
            "after": next((one for one in steps if one.number == step.number + 1), None),
            "notes": step_presenters.notes_of(assessment, step, noted),
        }
        context |= _of_step(request, assessment, step, sheet, precautions, goals)
    return page(request, "assessments/assessment.html", context, status=status)


def _of_step(
    request: HttpRequest,
    assessment: Assessment,
    step: Step,
    sheet: "_Sheet",
    precautions: list[Any],
    goals: list[state.GoalStanding],
) -> dict[str, Any]:
    """Return what one step shows beside notes and cards."""
    if step.id == "preparation":
        health = member_of(request).may(Permission.HEALTH_READ)
        return {"told": step_presenters.on_file(assessment, precautions, sheet.day) if health else []}
    if step.id == "evaluation":
        return {"regions": step_presenters.regions_of(assessment)}
    if step.id == "goals":
        return {"goals": goals, "may_edit": member_of(request).may(Permission.PROGRAMS_EDIT)}
    if step.id == "summary":
        here = {
            key: readings
            for key, readings in sheet.taken.items()
            if readings[-1].assessment_id == assessment.pk or key[0] in BODY
        }
        found = state.outcomes(assessment.episode, sheet.day, taken=here)
        return {
            "found": [one for one in found if one.current.assessment_id == assessment.pk],
            "to_take": step_presenters.missing_by_step(sheet.missing, flow.steps_of(assessment.practice)),
            "words_noted": [
                note
                for one in flow.steps()
                for note in step_presenters.notes_of(assessment, one)
                if note.text and one.id != "summary"
            ],
            "follows": after.links(assessment.episode, member_of(request)),
            "may_finish": True,
        }
    return {}


def _step(assessment: Assessment, steps: tuple[Step, ...], sheet: "_Sheet", wanted: str) -> Step | None:
    if not steps:
        return None
    left = {one.step for one in sheet.listed if not one.settled}
    begun = any(one.done or one.left_out for one in sheet.listed) or any(
        note.get("text") for note in assessment.noted.values()
    )
    opens = rules.opening_step(
        steps, begun=begun, finished=assessment.finished_at is not None, open_steps=left
    )
    return next(
        (step for step in steps if step.id == wanted), next(step for step in steps if step.id == opens)
    )


class _Sheet:
    """What every part of an assessment's page needs: results so far, what is missing, the list of measures."""

    def __init__(self, request: HttpRequest, assessment: Assessment, day: date):
        self.request, self.assessment, self.day = request, assessment, day
        self.every = state.series(assessment.episode, until=day)
        wanted = {*assessment.planned, *BODY}
        self.taken = {key: readings for key, readings in self.every.items() if key[0] in wanted}
        here = [
            one
            for readings in self.taken.values()
            for one in readings[-1:]
            if one.assessment_id == assessment.pk
        ]
        self.missing = state.missing(assessment, here)
        self.listed = step_presenters.listed(assessment, self.taken, {one.measure.id for one in self.missing})

    @property
    def taken_of_goals(self) -> dict[Any, Any]:
        """Return every result of the episode: goals may stand for measures that are not planned here."""
        return self.every

    def ids_in(self, step: Step | None) -> list[str]:
        """Return the measures whose cards are shown: those of a step, all of them where there are no steps."""
        if step is None:
            return list(self.assessment.planned)
        return [one.id for one in self.listed if one.step == step.id]

    def context(self, *, step: str = "") -> dict[str, Any]:
        """Return what the list of measures shows."""
        return {
            "assessment": self.assessment,
            "episode": self.assessment.episode,
            "listed": self.listed,
            "done": sum(one.settled for one in self.listed),
            "total": len(self.listed),
            "missing": presenters.missing_words(self.missing),
            "may_measure": member_of(self.request).may(Permission.ASSESSMENTS_MEASURE)
            and self.assessment.episode.is_open,
            "finished": self.assessment.finished_at is not None,
        } | step_presenters.legend_days(self.taken)


def _sheet(request: HttpRequest, assessment: Assessment, at: datetime) -> _Sheet:
    return _Sheet(request, assessment, assessment.episode.practice.day(assessment.finished_at or at))


def _cards(
    assessment: Assessment,
    at: datetime,
    taken: dict[Any, Any],
    wanted: list[str],
    *,
    typed: dict[str, Typed] | None = None,
    more: str = "",
) -> list[Card]:
    """Return the cards of some measures: a handful of queries for all of them together.

    taken: see `_Sheet`. more: the measure that is shown with a field for one trial more.
    """
    episode = assessment.episode
    if not wanted:
        return []
    day = episode.practice.day(assessment.finished_at or at)
    needed = {key: readings for key, readings in taken.items() if key[0] in wanted or key[0] in BODY}
    outcomes = {one.key: one for one in state.outcomes(episode, day, taken=needed)}
    cards = []
    for measure_id in wanted:
        measure = catalogue.any_measure(measure_id, episode.practice)
        if measure is not None:
            cards.append(
                presenters.card_of(
                    assessment, measure, needed, outcomes, units=episode.practice.units, client=episode.client,
                    typed=(typed or {}).get(measure_id), more=measure_id == more,
                )
            )  # fmt: skip
    return cards


def address_of(assessment: Assessment, measure: str = "", step: str = "") -> str:
    """Return the page of a measure's card, or of a step."""
    address = reverse("assessments:show", args=[assessment.pk])
    if flow.is_stepped(assessment) and (step or measure):
        address += f"?step={step or flow.step_of(measure)}"
    return f"{address}#{measure}" if measure else address


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def record(request: HttpRequest, assessment_id: Any, measure: str) -> HttpResponse:
    """Keep what was typed into one card. htmx gets the card's live part back; what was typed stays in its fields."""
    assessment, at = assessment_of(request, assessment_id), clock.now()
    what = catalogue.any_measure(measure, assessment.episode.practice)
    if what is None:
        raise Http404("There is no such measure.")
    troubles = _keep(request, assessment, what, at)
    typed = {measure: Typed(request.POST.dict() if troubles else {}, troubles)}
    if not wants_part(request):
        if troubles:
            step = flow.step_of(measure)
            return show_step(request, assessment, at, step, typed=typed, status=422)
        return go_to(request, address_of(assessment, measure))
    sheet = _sheet(request, assessment, at)
    taken = sheet.every if measure not in assessment.planned else sheet.taken
    [card] = _cards(assessment, at, taken, [measure], typed=typed)
    step = flow.step_of(measure) if flow.is_stepped(assessment) else ""
    context = sheet.context() | {
        "card": card,
        "reads": presenters.reads_of(card),
        "live": True,
        "step": next((one for one in flow.steps() if one.id == step), None),
        "filled": _filled(request, what) if not troubles else [],
    }
    return page(request, "assessments/live.html", context, part="answer", status=422 if troubles else 200)


def _filled(request: HttpRequest, measure: Measure) -> list[tuple[str, str]]:
    """Return field and text of both sides after they were swapped, for the fields that stay on the page."""
    if not request.POST.get("swap"):
        return []
    sides = forms.read_card(request.POST, measure)
    return [(f"{side.key}-{trial['n']}", trial["value"]) for side in sides for trial in side.trials]


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
        except operations.Swapped as asked:
            troubles.append(Trouble(f"{typed.key}-1", str(asked), "swapped", side=typed.key))
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
        sides_meant=request.POST.get("sides") == "keep", by=member_of(request), at=at,
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
    return go_to(request, address_of(row.assessment, row.measure))


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def plan(request: HttpRequest, assessment_id: Any) -> HttpResponse:
    """Add a measure, or take off one without a result."""
    assessment, at = assessment_of(request, assessment_id), clock.now()
    add, take_off = request.POST.get("add", ""), request.POST.get("take_off", "")
    try:
        operations.plan(assessment, add=add, take_off=take_off, by=member_of(request), at=at)
    except Refusal as refusal:
        return show_step(
            request, assessment, at, request.POST.get("step", ""), refused=str(refusal), status=422
        )
    return go_to(request, address_of(assessment, add, request.POST.get("step", "") if not add else ""))


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def leave_out(request: HttpRequest, assessment_id: Any, measure: str) -> HttpResponse:
    """Leave a planned measure out with a reason, or take it in again."""
    assessment, at = assessment_of(request, assessment_id), clock.now()
    reason = request.POST.get("reason", "")
    try:
        if not reason.strip() and not request.POST.get("again"):
            raise operations.AssessmentRefused("Say why it is left out.")
        operations.leave_out(assessment, measure=measure, reason=reason, by=member_of(request), at=at)
    except Refusal as refusal:
        step = flow.step_of(measure)
        return show_step(request, assessment, at, step, refused=str(refusal), status=422)
    return go_to(request, address_of(assessment, measure))


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def finish(request: HttpRequest, assessment_id: Any) -> HttpResponse:
    """Finish an assessment, or say what is missing."""
    assessment, at = assessment_of(request, assessment_id), clock.now()
    try:
        operations.finish(assessment, left_out=request.POST.get("left_out", ""), by=member_of(request), at=at)
    except operations.AssessmentRefused as refusal:
        missing = refusal.missing
        return show_step(
            request, assessment, at, "summary", refused=str(refusal), missing=missing, status=422
        )
    except Conflict as conflict:
        assessment.refresh_from_db()
        return show_step(request, assessment, at, "summary", refused=str(conflict), status=409)
    toast(request, f"{assessment.get_kind_display()} finished")
    return go_to(request, "clients:show", assessment.episode.client_id)


# ---- The general handout


@requires(Permission.KNOWLEDGE_READ)
def handout_grip(request: HttpRequest) -> HttpResponse:
    """Show what grip strength can and can't say: about groups of people, never about one."""
    return page(request, "assessments/handout_grip.html", {"practice": practice_of(request)})
