"""Pages of an episode's goals."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.assessments import catalogue, forms, operations, state
from medexpro.assessments.models import Goal
from medexpro.assessments.rules import said
from medexpro.assessments.rules.change import JUDGED_BY_LIMITS
from medexpro.assessments.standings import goal_rows, name_of, shown_unit
from medexpro.assessments.views import chart_of, episode_of
from medexpro.audit.trail import record_read
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast


@requires(Permission.RECORD_READ)
def goals(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show an episode's goals with where they stand."""
    return _goals(request, episode_of(request, episode_id))


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def set_goal(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Set a goal; what can't be a goal is said at its field."""
    episode = episode_of(request, episode_id)
    outcomes = _goal_outcomes(episode)
    practice = episode.practice
    form = forms.GoalForm(request.POST, outcomes=outcomes, units=practice.units, practice=practice)
    if form.is_valid():
        try:
            goal = operations.set_goal(episode, **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            form.keep_let_stand(goal, by=member_of(request), at=clock.now())
            return go_to(request, "assessments:goals", episode.pk)
    return _goals(request, episode, outcomes=outcomes, form=form, status=422)


def _goal_outcomes(episode: Episode, rows: list[Goal] | None = None) -> list[state.Outcome]:
    outcomes = state.outcomes(episode, episode.practice.day(clock.now()), goals=rows)
    return [one for one in outcomes if one.measure.id not in JUDGED_BY_LIMITS]


def _goals(
    request: HttpRequest,
    episode: Episode,
    *,
    outcomes: list[state.Outcome] | None = None,
    form: forms.GoalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    chart = chart_of(request, episode, "goals")
    episode = chart.shown(episode)
    rows = goal_rows(episode)
    outcomes = _goal_outcomes(episode, rows) if outcomes is None else outcomes
    taken = {one.key: one.readings for one in outcomes}
    may_edit = member_of(request).may(Permission.PROGRAMS_EDIT) and episode.is_open
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "assessments",
        "episode": episode,
        "goals": state.goals_of(episode, taken, rows),
        "may_edit": may_edit,
        "measured": bool(taken),
        "form": form
        or forms.GoalForm(outcomes=outcomes, units=episode.practice.units, practice=episode.practice),
    }
    return page(request, "assessments/goals.html", context, status=status)


def _goal(request: HttpRequest, goal_id: Any) -> Goal:
    rows = Goal.objects.visible_to(member_of(request)).select_related(
        "episode__client", "episode__practice", "practice"
    )
    return get_object_or_404(rows, pk=goal_id)


@requires(Permission.PROGRAMS_EDIT)
def change(request: HttpRequest, goal_id: Any) -> HttpResponse:
    """Give a goal another target or activity; the old one stays in the record."""
    goal = _goal(request, goal_id)
    measure = catalogue.measure_of(goal.measure, goal.practice)
    entry, units = catalogue.entry_of(measure), goal.practice.units
    target = said.figure(measure, goal.target, shown_unit(measure, entry, units)).split(" ")[0].rstrip("°%")
    initial = {"target": target, "activity": goal.activity, "version": goal.version}
    form = forms.GoalChangeForm(
        request.POST or None,
        initial=initial,
        measure=measure,
        entry=entry,
        units=units,
        practice=goal.practice,
    )
    if form.is_valid():
        values = form.values()
        version = values.pop("version")
        try:
            operations.change_goal(goal, **values, expected=version, by=member_of(request), at=clock.now())
        except Conflict as conflict:
            form.add_error(None, str(conflict))
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            form.keep_let_stand(goal, by=member_of(request), at=clock.now())
            return go_to(request, "assessments:goals", goal.episode_id)
    if request.method == "GET":
        record_read(member_of(request), goal.episode.client, "goals", at=clock.now())
    context = {
        "nav": "clients",
        "goal": goal,
        "episode": goal.episode,
        "client": goal.episode.client,
        "name": name_of(entry, goal.side),
        "form": form,
    }
    return page(request, "assessments/goal.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def drop(request: HttpRequest, goal_id: Any) -> HttpResponse:
    """Drop a goal; a toast offers it back."""
    return _end(request, _goal(request, goal_id), operations.drop_goal, "Goal dropped")


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def met(request: HttpRequest, goal_id: Any) -> HttpResponse:
    """Mark a goal as met by observation."""
    return _end(request, _goal(request, goal_id), operations.meet_goal, "Goal met")


@require_POST
@requires(Permission.PROGRAMS_EDIT)
def reopen(request: HttpRequest, goal_id: Any) -> HttpResponse:
    """Open a goal again."""
    goal = _goal(request, goal_id)
    try:
        operations.reopen_goal(goal, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    return go_to(request, "assessments:goals", goal.episode_id)


def _end(request: HttpRequest, goal: Goal, operation: Any, sentence: str) -> HttpResponse:
    try:
        operation(goal, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, sentence, undo_url=reverse("assessments:reopen_goal", args=[goal.pk]))
    return go_to(request, "assessments:goals", goal.episode_id)
