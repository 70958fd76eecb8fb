"""How a referral stands, in words for the provider who sent it. No name of a client, and no reason of ours."""

from dataclasses import dataclass
from datetime import date, datetime

from medexpro.episodes.models import Episode
from medexpro.referrals.incoming_models import IncomingReferral, IncomingState
from medexpro.reports import record
from medexpro.scheduling.models import Booking, State
from medexpro.web import words

NOT_TAKEN = "We can’t take this referral on. Call us if you want to talk about it."


@dataclass(frozen=True)
class Step:
    """One step: its name, what happened or is to come, and whether it is done, now, or the end."""

    name: str
    detail: str
    state: str


@dataclass(frozen=True)
class Visit:
    """What is known of the first visit: the day it took place, else the day it is booked for."""

    held_on: date | None = None
    booked_on: date | None = None


def steps_of(row: IncomingReferral, *, at: datetime) -> list[Step]:
    """Return the steps of a referral as its provider may see them. Spam looks like one that nobody has opened yet."""
    return steps(
        state=row.state, received_on=row.practice.day(row.received_at),
        declined=row.state == IncomingState.DECLINED or bool(row.referral and row.referral.declined_at),
        accepted_on=row.practice.day(row.settled_at) if row.referral and row.settled_at else None,
        visit=visit_of(row, at=at),
    )  # fmt: skip


def steps(
    *, state: str, received_on: date, declined: bool = False, accepted_on: date | None = None, visit: Visit
) -> list[Step]:
    """Return the four steps; after a decline the received one and the end.

    >>> [step.state for step in steps(state="seen", received_on=date(2026, 10, 13), visit=Visit())]
    ['done', 'now', '', '']
    """
    received = Step("Received", f"{words.day(received_on, 'week')}", "done")
    if declined:
        return [received, Step("Not taken on", NOT_TAKEN, "end")]
    looked = state in {IncomingState.SEEN, IncomingState.ACCEPTED}
    first = Step("First visit", "You hear from us after it.", "")
    if visit.held_on:
        first = Step("First visit held", words.day(visit.held_on, "week"), "done")
    elif visit.booked_on:
        first = Step("First visit booked", f"For {words.day(visit.booked_on, 'week')}", "now")
    accepted = (
        Step("Accepted", words.day(accepted_on, "week"), "done") if accepted_on else Step("Accepted", "", "")
    )
    if accepted_on and not (visit.held_on or visit.booked_on):
        first = Step("First visit", "We are arranging it.", "now")
    return [
        received,
        Step("Being looked at", "" if looked else "Within one working day.", _state(looked, bool(accepted_on))),
        accepted,
        first,
    ]  # fmt: skip


def visit_of(row: IncomingReferral, *, at: datetime) -> Visit:
    """Return what is known of the first visit of the episode that the referral opened."""
    episode = Episode.objects.filter(referral=row.referral).first() if row.referral else None
    if episode is None:
        return Visit()
    if held := record.read(episode, at=at).first_visit_on:
        return Visit(held_on=held)
    booked = Booking.objects.filter(episode=episode, state=State.BOOKED, starts_at__gte=at).first()
    return Visit(booked_on=row.practice.day(booked.starts_at) if booked else None)


def _state(looked: bool, accepted: bool) -> str:
    if accepted:
        return "done"
    return "now" if looked else ""
