"""The steps this area answers for: the report that is owed, and how the client settles."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.urls import reverse

from medexpro.episodes.models import Episode
from medexpro.episodes.steps import State, StepState
from medexpro.kernel.documents import DocumentKind
from medexpro.reports import listing, owing
from medexpro.web import words

# From when the chart offers the report as what comes next.
SOON = timedelta(days=2)


def days_beside() -> dict[str, Callable[[], Any]]:
    """Return what the chart reads along with its episodes, by the name the step looks for."""
    return {
        name: partial(owing.dates().get, name) for name in ("baseline_at", "report_signed_at", "report_days")
    }


def report_step(episode: Episode, on: date) -> StepState:
    """Tell whether a progress report is owed: every 30 days after the baseline or the last report. One query."""
    link = reverse("reports:of_episode", args=[episode.pk])
    dated = episode if hasattr(episode, "report_signed_at") else _dated(episode)
    owed = listing.report_due(dated, on) if dated and _goes_to_a_provider(episode) else None
    if owed is None:
        return StepState(State.TODO, link=link)
    if owed.late:
        sentence = f"A progress report was due on {words.day(owed.on)}."
        return StepState(State.LATE, f"due {words.day(owed.on, 'short')}", (sentence,), link)
    if owed.on - on <= SOON:
        sentence = f"A progress report is due on {words.day(owed.on)}."
        return StepState(State.TODO, f"due {words.day(owed.on, 'short')}", (sentence,), link)
    if dated.report_signed_at:
        return StepState(State.DONE, f"next {words.day(owed.on, 'short')}", link=link)
    return StepState(State.TODO, f"due {words.day(owed.on, 'short')}", link=link)


def _goes_to_a_provider(episode: Episode) -> bool:
    """Return whether service goes on and somebody outside wants reports on it."""
    provider = episode.referral.provider if episode.referral else None
    unwanted = provider.unwanted_documents if provider else ()
    return (
        episode.status in owing.IN_SERVICE and provider is not None and DocumentKind.PROGRESS not in unwanted
    )


def _dated(episode: Episode) -> Any:
    rows = Episode.objects.filter(pk=episode.pk).annotate(**owing.dates())
    return rows.select_related("practice").first()


def settled_step(episode: Episode, on: date) -> StepState:
    """Tell how the client settles; memberships and packages come with billing, so it is never in the way."""
    return StepState(State.TODO, "by membership")
