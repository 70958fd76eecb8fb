"""The two steps this area answers for: the screening, and the clearance decision."""

from datetime import date

from django.urls import reverse

from medexpro.clearance import state
from medexpro.clearance.models import Outcome
from medexpro.clearance.questionnaire import clearing_policy
from medexpro.clearance.rules import clearing
from medexpro.clearance.rules.screening import LETTER
from medexpro.episodes.models import Episode
from medexpro.episodes.steps import State, StepState
from medexpro.web import words


def screening_step(episode: Episode, on: date) -> StepState:
    """Tell how far the questionnaire is, and whether a finding of it still stands against a start."""
    link = reverse("clearance:screening", args=[episode.pk])
    form = state.latest_screening(episode)
    if form is None:
        return StepState(State.CURRENT, "not started", ("The screening has not been started.",), link)
    if form.finished_at is None:
        return StepState(State.CURRENT, "half done", ("The screening is not complete yet.",), link)
    # What waits for the letter, or is with a provider already, is the next step's to say.
    open_ones = [one for one in state.open_screening_findings(episode, on) if one.clears != LETTER]
    waiting = state.with_a_provider(episode)
    left = tuple(one.sentence for one in open_ones if one.code not in waiting)
    if left:
        return StepState(State.CURRENT, f"{len(open_ones)} open", left, link)
    if open_ones:
        return StepState(State.CURRENT, "with the provider", link=link)
    return StepState(State.DONE, words.day(episode.practice.day(form.finished_at), "short"), link=link)


def clearance_step(episode: Episode, on: date) -> StepState:
    """Tell whether a clearance covers the day, and nothing is back with a provider."""
    link = reverse("clearance:decide", args=[episode.pk])
    if holds := state.holds_of(episode):
        sentences = tuple(clearing.hold_sentence(hold) for hold in holds)
        return StepState(
            State.LATE, "with the provider", sentences, f"{link}#refer-back", verb="Record the answer"
        )
    decision = state.latest_decision(episode)
    standing = clearing.state_on(state.clearance_facts(episode), on, clearing_policy())
    if decision is None:
        return StepState(State.CURRENT, "missing", ("There is no clearance from a provider yet.",), link)
    if standing.covers:
        ending = standing is clearing.ClearanceState.ENDING and decision.valid_to
        caption = (
            f"ends {words.day(decision.valid_to, 'short')}"
            if ending
            else words.day(decision.valid_from, "short")
        )
        return StepState(State.DONE, caption, link=link)
    if decision.outcome != Outcome.GRANTED:
        return StepState(State.LATE, "not cleared", ("The last decision does not clear the client.",), link)
    ended = (
        f"The clearance ended on {words.day(decision.valid_to)}."
        if decision.valid_to
        else "The clearance does not cover today."
    )
    return StepState(State.LATE, "expired", (ended,), link)
