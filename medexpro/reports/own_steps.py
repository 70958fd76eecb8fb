"""The steps this area answers for: the report that is owed, and how the client settles."""

from datetime import date

from django.urls import reverse

from medexpro.assessments.due import last_full
from medexpro.episodes.models import Episode
from medexpro.episodes.steps import State, StepState
from medexpro.reports.models import Document
from medexpro.reports.rules.due import report_due_on
from medexpro.web import words


def report_step(episode: Episode, on: date) -> StepState:
    """Tell whether a progress report is owed: every 30 days after the baseline or the last report. Two queries."""
    link = reverse("reports:of_episode", args=[episode.pk])
    last = (
        Document.objects.filter(episode=episode, kind=Document.Kind.PROGRESS, signed_at__isnull=False)
        .order_by("-signed_at")
        .values_list("signed_at", flat=True)
        .first()
    )
    measured = last_full(episode)
    if measured is None:
        return StepState(State.TODO)
    since = episode.practice.day(last or measured.started_at)
    due = report_due_on(since, on=on, next_visit=episode.next_provider_visit_on, reported=last is not None)
    if on > due:
        return StepState(State.LATE, f"due {words.day(due, 'short')}", ("A progress report is owed.",), link)
    if last:
        return StepState(State.DONE, f"next {words.day(due, 'short')}", link=link)
    return StepState(State.TODO, f"due {words.day(due, 'short')}", link=link)


def settled_step(episode: Episode, on: date) -> StepState:
    """Tell how the client settles; memberships and packages come with billing, so it is never in the way."""
    return StepState(State.TODO, "by membership")
