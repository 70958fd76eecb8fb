"""The steps this area answers for itself: the referral an episode stands on, and its discharge."""

from dataclasses import replace
from datetime import date

from django.urls import reverse

from medexpro.episodes.models import Episode, Status
from medexpro.episodes.rules import category
from medexpro.episodes.steps import State, StepState
from medexpro.referrals import standing
from medexpro.referrals.rules.validity import Cover
from medexpro.web import words


def referral_step(episode: Episode, on: date) -> StepState:
    """Tell how the referral stands: four checks, each on its own, and its validity.

    Post Rehab needs a complete one in force. Later than a year after onset and surgery it is recommended, so a missing
    one is not in the way.
    """
    answer = _referral(episode, on, needed=_needs_referral(episode, on))
    if episode.category or episode.counting_from():
        return answer
    # Without a date nobody can say whether the year has passed.
    undated = ("Record when it began or the day of surgery: the category is worked out from it.",)
    link = reverse("episodes:edit", args=[episode.pk])
    if answer.missing:
        return replace(answer, missing=answer.missing + undated)
    return replace(answer, missing=undated, link=link, verb="Record the day")


def _referral(episode: Episode, on: date, *, needed: bool | None) -> StepState:
    referral = episode.referral
    if referral is None:
        if needed is False:
            return StepState(State.DONE, "not needed")
        link = reverse("referrals:take_in") + f"?client={episode.client_id}"
        return StepState(State.CURRENT, "missing", ("There is no written referral yet.",), link)
    link = reverse("referrals:show", args=[referral.pk])
    cover = standing.cover_of(referral, on)
    if referral.complete_at is not None and cover in {Cover.IN_FORCE, Cover.EXPIRING}:
        ends = cover is Cover.EXPIRING and referral.valid_to
        caption = f"ends {words.day(ends, 'short')}" if ends else words.day(referral.received_on, "short")
        return StepState(State.DONE, caption, link=link)
    now = standing.of(referral, on)
    if now.cover is Cover.EXPIRED and needed is not False:
        return StepState(
            State.LATE, f"ended {words.day(referral.valid_to, 'short')}", tuple(now.missing), link
        )
    if needed is False:
        return StepState(State.DONE, "on file", link=link)
    left = sum(not answer.met for answer in now.answers)
    caption = f"{4 - left} of 4 checks" if left else now.cover.value.replace("_", " ")
    return StepState(State.CURRENT, caption, tuple(now.missing), link)


def discharge_step(episode: Episode, on: date) -> StepState:
    """Tell whether the episode has ended."""
    if episode.status == Status.DISCHARGED:
        return StepState(State.DONE, words.day(episode.ended_on, "short") if episode.ended_on else "")
    return StepState(State.TODO)


def _needs_referral(episode: Episode, on: date) -> bool | None:
    """Return whether the category needs a referral; None while it can't be worked out."""
    if episode.category:
        return episode.category == category.POST_REHAB
    day_0 = episode.counting_from()
    if day_0 is None or day_0 > on:
        return None
    return category.derive(day_0, on).category == category.POST_REHAB
