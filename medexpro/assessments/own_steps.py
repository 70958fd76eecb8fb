"""The two steps this area answers for: the baseline, and the reassessment every 30 days."""

from datetime import date

from django.urls import reverse

from medexpro.assessments import due
from medexpro.assessments.models import Assessment
from medexpro.episodes import steps
from medexpro.episodes.models import Episode
from medexpro.episodes.steps import State, StepState
from medexpro.web import words

SOON_DAYS = 5


def register() -> None:
    """Answer for both steps, when the app starts."""
    steps.register("baseline", baseline_step)
    steps.register("reassessment", reassessment_step)


def baseline_step(episode: Episode, on: date) -> StepState:
    """Tell whether there is a finished baseline."""
    found = [row for row in due.newest(episode) if row.kind == Assessment.Kind.BASELINE]
    done = next((row for row in found if row.finished_at), None)
    if done is not None:
        link = reverse("assessments:index", args=[episode.pk])
        return StepState(State.DONE, words.day(episode.practice.day(done.started_at), "short"), link=link)
    if found:
        link = reverse("assessments:show", args=[found[0].pk])
        return StepState(State.CURRENT, "half done", ("The baseline is not finished.",), link)
    link = reverse("assessments:index", args=[episode.pk])
    if not episode.started_on:
        return StepState(State.TODO, link=link)
    return StepState(State.CURRENT, "not started", ("There is no baseline yet.",), link)


def reassessment_step(episode: Episode, on: date) -> StepState:
    """Tell when the next reassessment is due. It is the work of now from a few days before, and late after its day."""
    link = reverse("assessments:index", args=[episode.pk])
    last = due.last_full(episode)
    due_on = due.due_after(episode, last)
    if last is None or due_on is None or not episode.is_open:
        return StepState(State.TODO, link=link)
    name = _name(episode, due_on)
    if on > due_on:
        sentence = f"The reassessment was due on {words.day(due_on)}."
        return StepState(State.LATE, f"due {words.day(due_on, 'short')}", (sentence,), link, name)
    if (due_on - on).days <= SOON_DAYS:
        sentence = f"The reassessment is due on {words.day(due_on)}."
        return StepState(State.CURRENT, f"due {words.day(due_on, 'short')}", (sentence,), link, name)
    if last.kind == Assessment.Kind.REASSESSMENT:
        done = words.day(episode.practice.day(last.started_at), "short")
        return StepState(
            State.DONE, done, link=link, name=_name(episode, episode.practice.day(last.started_at))
        )
    return StepState(State.TODO, f"due {words.day(due_on, 'short')}", link=link, name=name)


def _name(episode: Episode, day: date) -> str:
    """Return “Day 60”: the day of service, which says more than the step's own name."""
    return f"Day {(day - episode.started_on).days}" if episode.started_on and day > episode.started_on else ""
