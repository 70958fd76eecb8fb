"""When to measure again: 30 days at most, always."""

from datetime import date, timedelta

from medexpro.assessments.models import Assessment
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import is_read_together, once

LONGEST_INTERVAL = 30
SHOWN = 100


def last_full(episode: Episode) -> Assessment | None:
    """Return the newest finished baseline or reassessment: what the 30 days count from."""
    if is_read_together(episode):
        full = (row for row in newest(episode) if row.finished_at and row.kind != Assessment.Kind.CHECK)
        return next(full, None)
    rows = Assessment.objects.filter(episode=episode, finished_at__isnull=False).exclude(
        kind=Assessment.Kind.CHECK
    )
    return rows.order_by("-started_at").first()


def newest(episode: Episode) -> list[Assessment]:
    """Return the episode's assessments, the newest first, as far back as pages show them."""
    rows = Assessment.objects.filter(episode=episode).order_by("-started_at")[:SHOWN]
    return once(episode, "assessments:newest", lambda: list(rows))


def due_after(episode: Episode, last: Assessment | None) -> date | None:
    """Return the day by which to measure again after an assessment; None without one.

    Counts from the day it was started: finishing late buys no time.
    """
    if last is None:
        return None
    days = min(episode.practice.reassess_days, LONGEST_INTERVAL)
    return episode.practice.day(last.started_at) + timedelta(days=days)


def reassessment_due_on(episode: Episode) -> date | None:
    """Return the day the reassessment is due. None before the baseline and in a closed episode. One query."""
    return due_after(episode, last_full(episode)) if episode.is_open else None
