"""When to measure again: 30 days at most, always."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet, Subquery

from medexpro.assessments.models import Assessment
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import is_read_together, once
from medexpro.practice.models import Practice
from medexpro.practice.prepared import Given, Prepared

LONGEST_INTERVAL = 30
# Enough to find the last full one behind checks in between.
SHOWN = 24


def last_full(episode: Episode) -> Assessment | None:
    """Return the newest finished baseline or reassessment: what the 30 days count from."""
    if is_read_together(episode):
        full = (row for row in newest(episode) if row.finished_at and row.kind != Assessment.Kind.CHECK)
        return next(full, None)
    return _LAST_FULL.first(episode=episode.pk)


def full_ones(episode: Any) -> QuerySet[Assessment]:
    """Return the finished baselines and reassessments of an episode, the newest first. episode: one, or an OuterRef."""
    rows = Assessment.objects.filter(episode=episode, finished_at__isnull=False)
    return rows.exclude(kind=Assessment.Kind.CHECK).order_by("-started_at")


def newest(episode: Episode) -> list[Assessment]:
    """Return the episode's newest assessments, the newest first, and its baseline; each knows of how many (`of`)."""
    return once(episode, "assessments:newest", lambda: _NEWEST(episode=episode.pk))


def _newest() -> Any:
    rows = Assessment.objects.filter(episode=Given("episode"))
    counted = rows.order_by().values("episode").annotate(n=Count("pk")).values("n")
    last = rows.order_by("-started_at").values("pk")[:SHOWN]
    shown = rows.filter(Q(pk__in=last) | Q(kind=Assessment.Kind.BASELINE))
    return shown.order_by("-started_at").annotate(of=Subquery(counted, output_field=IntegerField()))


_NEWEST = Prepared[Assessment](_newest)
_LAST_FULL = Prepared[Assessment](lambda: full_ones(Given("episode"))[:1])


def due_after(episode: Episode, last: Assessment | None) -> date | None:
    """Return the day by which to measure again after an assessment; None without one.

    Counts from the day it was started: finishing late buys no time.
    """
    return due_from(episode.practice, last.started_at) if last is not None else None


def due_from(practice: Practice, started_at: datetime) -> date:
    """Return the day by which to measure again after an assessment that was started then."""
    days = min(practice.reassess_days, LONGEST_INTERVAL)
    return practice.day(started_at) + timedelta(days=days)


def reassessment_due_on(episode: Episode) -> date | None:
    """Return the day the reassessment is due. None before the baseline and in a closed episode. One query."""
    return due_after(episode, last_full(episode)) if episode.is_open else None
