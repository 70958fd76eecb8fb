"""Whether clients may start on the days they are booked for: weighed by the rules of clearance, for many at once."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from medexpro.assessments import due
from medexpro.clearance import asked
from medexpro.clearance import state as clearance
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Weight
from medexpro.programs import state as programs

NO_EPISODE = ("No episode of service is open.",)


def to_weigh(rows: QuerySet[Episode]) -> QuerySet[Episode]:
    """Return a query of episodes with all that weighing a start and a reassessment reads along."""
    return rows.select_related("client", "practice", "surgery", "referral").annotate(
        last_full_at=Subquery(due.full_ones(OuterRef("pk")).values("started_at")[:1]),
        **asked.beside(),
        **programs.beside(),
    )


def read_for(episodes: Sequence[Episode]) -> None:
    """Read what weighing asks of these episodes, each kind of row once. They show what was stored now, and no later."""
    asked.for_many(episodes)


def stopped_by(episode: Episode | None, day: date) -> tuple[str, ...]:
    """Return a sentence for each thing that stands before exercise on a day; empty where it may start."""
    if episode is None:
        return NO_EPISODE
    return tuple(
        finding.sentence for finding in clearance.weigh_start(episode, day) if finding.weight == Weight.STOP
    )


def reassess_on(episode: Episode) -> date | None:
    """Return the day the reassessment is due, from what `to_weigh` read along; None before the baseline."""
    at: Any = getattr(episode, "last_full_at", None)
    return due.due_from(episode.practice, at) if at is not None and episode.is_open else None


def by_id(episodes: Iterable[Episode]) -> dict[Any, Episode]:
    """Return episodes by their ids, ready to be weighed for a page that changes nothing."""
    found = list(episodes)
    read_for(found)
    return {episode.pk: episode for episode in found}
