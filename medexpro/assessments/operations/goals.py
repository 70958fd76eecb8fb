"""Goals: set, replaced, dropped, met. Each is a target of a measure and the activity it stands for."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from medexpro.assessments import catalogue, events, state
from medexpro.assessments.models import Goal
from medexpro.assessments.rules import goals as goal_rules
from medexpro.assessments.rules.change import JUDGED_BY_LIMITS
from medexpro.assessments.rules.goals import GoalRefused
from medexpro.audit.trail import record as record_event
from medexpro.clients.models import Side
from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.kernel.reference import Measure
from medexpro.kernel.refusals import NotFound
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

HORIZONS = (30, 90)


@transaction.atomic
def set_goal(
    episode: Episode,
    *,
    horizon_days: int,
    measure: str,
    side: str = Side.NONE,
    target: Decimal,
    activity: str,
    id: UUID | None = None,
    by: Member,
    at: datetime,
) -> Goal:
    """Set a goal for 30 or 90 days: a target of a measure that has a baseline, and the activity it stands for.

    target: in the measure's unit, better than the baseline and than today. The same goal twice is the first one.
    Raises GoalRefused at the field.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, episode)
    if id and (known := Goal.objects.filter(pk=id).first()):
        if known.episode_id != episode.pk:
            raise NotFound("There is no such goal of this client.")
        return known
    if horizon_days not in HORIZONS:
        raise GoalRefused("Choose 30 or 90 days.", field="horizon_days")
    what = catalogue.measure_of(measure, by.practice)
    if what.id in JUDGED_BY_LIMITS:
        raise GoalRefused("Pressure and pulse are kept inside limits; they are no goals.", field="measure")
    if what.sides and side not in what.sides:
        raise GoalRefused("Choose the side the goal is about.", field="side")
    side = side if what.sides else Side.NONE
    activity = _activity(activity)
    same = {"measure": measure, "side": side, "horizon_days": horizon_days, "state": Goal.State.OPEN}
    if there := Goal.objects.filter(episode=episode, **same).first():
        if (there.target, there.activity) == (target, activity):
            return there
        raise GoalRefused(
            f"There is a {horizon_days}-day goal for {catalogue.entry_of(what).short} already. Change that one.",
            field="measure",
        )
    _check_target(episode, what, side, target)
    goal = Goal.objects.create(
        id=id or uuid7(),
        practice=episode.practice,
        episode=episode,
        horizon_days=horizon_days,
        measure=measure,
        side=side,
        target=target,
        activity=activity,
        due_on=episode.practice.day(at) + timedelta(days=horizon_days),
        set_by=by,
        set_at=at,
    )
    record_event(
        events.GOAL_SET, goal, by=by, at=at, measure=measure, side=side, target=str(target), days=horizon_days
    )
    return goal


@transaction.atomic
def change_goal(
    goal: Goal,
    *,
    target: Decimal,
    activity: str,
    reason: str = "",
    expected: int | None = None,
    by: Member,
    at: datetime,
) -> Goal:
    """Replace a goal: the old one stays, marked; the new one keeps measure, side and day due.

    Raises GoalRefused, Conflict.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, goal)
    _refuse_ended(goal)
    activity = _activity(activity)
    if (goal.target, goal.activity) == (target, activity):
        return goal
    if goal.target != target:
        _check_target(goal.episode, catalogue.measure_of(goal.measure, by.practice), goal.side, target)
    goal.state, goal.ended_reason = Goal.State.CHANGED, reason.strip()[:240]
    goal.save_version(expected=expected)
    new = Goal.objects.create(
        practice=goal.practice, episode=goal.episode, horizon_days=goal.horizon_days, measure=goal.measure,
        side=goal.side, target=target, activity=activity, due_on=goal.due_on, set_by=by, set_at=at,
    )  # fmt: skip
    record_event(
        events.GOAL_CHANGED,
        new,
        by=by,
        at=at,
        measure=goal.measure,
        target=str(target),
        replaced=str(goal.pk),
    )
    return new


@transaction.atomic
def drop_goal(goal: Goal, *, reason: str = "", by: Member, at: datetime) -> Goal:
    """Drop a goal; it stays in the record, marked. Raises GoalRefused."""
    permissions.check(by, Permission.PROGRAMS_EDIT, goal)
    _refuse_ended(goal)
    goal.state, goal.ended_reason = Goal.State.DROPPED, reason.strip()[:240]
    goal.save_version(expected=None)
    record_event(events.GOAL_DROPPED, goal, by=by, at=at, measure=goal.measure)
    return goal


@transaction.atomic
def meet_goal(goal: Goal, *, on: date | None = None, by: Member, at: datetime) -> Goal:
    """Mark a goal as reached, by observation where no measurement says so.

    on: the day, today without. Raises GoalRefused.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, goal)
    _refuse_ended(goal)
    today = goal.practice.day(at)
    if on is not None and on > today:
        raise GoalRefused("A goal is met once it is reached. The day can’t lie ahead.", field="met_on")
    return met(goal, on or today, by=by, at=at)


@transaction.atomic
def reopen_goal(goal: Goal, *, by: Member, at: datetime) -> Goal:
    """Open a met or dropped goal again. Raises GoalRefused when an open one has taken its place."""
    permissions.check(by, Permission.PROGRAMS_EDIT, goal)
    if goal.state == Goal.State.OPEN:
        return goal
    same = {
        "measure": goal.measure,
        "side": goal.side,
        "horizon_days": goal.horizon_days,
        "state": Goal.State.OPEN,
    }
    if Goal.objects.filter(episode=goal.episode_id, **same).exists():
        raise GoalRefused("A newer goal for this measure is open.")
    goal.state, goal.met_on, goal.ended_reason = Goal.State.OPEN, None, ""
    goal.save_version(expected=None)
    record_event(events.GOAL_REOPENED, goal, by=by, at=at, measure=goal.measure)
    return goal


def met(goal: Goal, on: date, *, by: Member, at: datetime) -> Goal:
    """Mark a goal as met on a day; whoever calls has checked that it may be."""
    goal.state, goal.met_on = Goal.State.MET, on
    goal.save_version(expected=None)
    record_event(events.GOAL_MET, goal, by=by, at=at, measure=goal.measure, on=on.isoformat())
    return goal


def _activity(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise GoalRefused(
            "Name what the client will do, such as: climb the stairs at home.", field="activity"
        )
    if len(text) > 160:
        raise GoalRefused(f"This is too long: {len(text)} signs, 160 fit.", field="activity")
    return text


def _check_target(episode: Episode, measure: Measure, side: str, target: Decimal) -> None:
    readings = state.series(episode, [measure.id]).get((measure.id, side), [])
    if not readings:
        raise GoalRefused("There is no baseline of this measure yet. Measure it first.", field="measure")
    baseline, latest = state.baseline_of(readings), readings[-1]
    goal_rules.check_target(measure, baseline.value, target, field="target")
    if latest is not baseline and goal_rules.is_reached(measure, baseline.value, target, latest.value):
        raise GoalRefused(
            "The latest value already reaches this target. Choose one further on.", field="target"
        )


def _refuse_ended(goal: Goal) -> None:
    if goal.state != Goal.State.OPEN:
        raise GoalRefused(f"This goal is {goal.get_state_display().lower()} already.")
