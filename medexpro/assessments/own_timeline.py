"""What measuring tells on the timeline: each occasion, and each goal."""

from django.urls import reverse

from medexpro.assessments.models import Assessment, Goal
from medexpro.knowledge.library import library
from medexpro.practice.permissions import Permission
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line, joined

READ = (Permission.RECORD_READ,)


def register() -> None:
    """Tell of occasions and goals, when the app starts."""
    timeline.add(
        Kind("assessment", "measurements", "measure", READ, occasions, "started_at", occasion,
             plain=("kind",), told="note", who="by")
    )  # fmt: skip
    timeline.add(
        Kind("goal", "measurements", "target", READ, goals, "set_at", goal,
             plain=("activity", "measure", "state"), told="ended_reason", who="set_by", ref="episode_id")
    )  # fmt: skip


def occasions():
    """Return the client's occasions of measuring."""
    return Assessment.objects.filter(episode__client=CLIENT)


def occasion(row: Found, reads: bool) -> Line:
    """Return an occasion as a line."""
    return Line(Assessment.Kind(row.plain[0]).label, reverse("assessments:show", args=[row.id]))


def goals():
    """Return the client's goals."""
    return Goal.objects.filter(episode__client=CLIENT)


def goal(row: Found, reads: bool) -> Line:
    """Return a goal as a line."""
    activity, measure, state = row.plain[:3]
    known = library().measures.get(measure)
    said = joined(
        known.name if known else measure.removeprefix("own_").replace("_", " ").capitalize(),
        Goal.State(state).label,
    )
    return Line(f"Goal: {activity}", reverse("assessments:goals", args=[row.ref]), said)
