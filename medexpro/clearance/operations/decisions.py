"""Decisions on clearance. None is edited: a new one follows."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events, state
from medexpro.clearance.models import Decision, Outcome
from medexpro.clearance.operations.refused import ClearanceRefused, check_belongs, check_may_clear
from medexpro.clearance.questionnaire import clearing_policy
from medexpro.clearance.rules import clearing, screening
from medexpro.clients.models import ClientDocument
from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode, Status
from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider


@transaction.atomic
def grant(
    episode: Episode,
    *,
    provider: Provider,
    provider_words: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    vigorous: bool = False,
    reason: str = "",
    document: ClientDocument | None = None,
    by: Member,
    at: datetime,
) -> Decision:
    """Record a provider's clearance and clear the client, from the practice's local day of `at` unless dated.

    valid_to: the last day covered; empty takes 12 months, 3 after surgery (working rule). What the screening
    still has against it is weighed here, whatever the page showed. Starts the episode when nothing is missing.
    Raises ClearanceRefused on a STOP, for a provider who may not clear, and for dates the wrong way round.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    day = episode.practice.day(at)
    valid_from = valid_from or day
    check_may_clear(provider)
    if valid_from > day:
        raise ClearanceRefused(
            "A clearance is recorded once it holds. Its first day can’t lie ahead.", field="valid_from"
        )
    valid_to = valid_to or clearing.last_day(
        valid_from, clearing_policy(), after_surgery=bool(episode.surgery and episode.surgery.performed_on)
    )
    findings = check_grant(episode, day, valid_to)
    decision = decide(
        episode, Outcome.GRANTED, findings=findings, reason=reason, provider=provider, words=provider_words,
        document=document, vigorous=vigorous, valid_from=valid_from, valid_to=valid_to, by=by, at=at,
    )  # fmt: skip
    record(events.GRANTED, decision, by=by, at=at, valid_to=str(valid_to))
    start_if_complete(episode, by=by, at=at)
    return decision


def check_grant(episode: Episode, day: date, valid_to: date) -> list[Finding]:
    """Return what the screening found, for the decision to keep, when a clearance until a day may be granted.

    Raises ClearanceRefused for an end that has passed, a screening that is not complete, and a STOP of it that waits
    for more than the letter.
    """
    if valid_to < day:
        raise ClearanceRefused(
            "This clearance has already ended. Ask the provider for a new one.", field="valid_to"
        )
    form = state.latest_screening(episode)
    if form is None or form.finished_at is None:
        raise ClearanceRefused("The screening comes first: every question answered.")
    result = state.weigh_screening(episode, form, day)
    # The letter is being recorded now: it answers what waits for a letter, and nothing else.
    blocking = [f for f in result.findings if f.weight == Weight.STOP and f.clears != screening.LETTER]
    if blocking:
        raise ClearanceRefused(f"{blocking[0].sentence} {blocking[0].clears}", findings=blocking)
    return list(result.findings)


def decide(episode: Episode, outcome: Outcome, *, findings: Sequence[Finding], reason: str, provider: Provider | None,
            words: str, by: Member, at: datetime, document: ClientDocument | None = None, vigorous: bool = False,
            valid_from: date | None = None, valid_to: date | None = None,
            continues: Decision | None = None) -> Decision:  # fmt: skip
    check_belongs(episode, provider=provider, document=document)
    return Decision.objects.create(
        practice=episode.practice, episode=episode, outcome=outcome, reason=reason.strip(), provider=provider,
        findings=[asdict(finding) | {"weight": finding.weight.value} for finding in findings],
        provider_words=words.strip(), document=document, vigorous=vigorous, decided_by=by, decided_at=at,
        valid_from=valid_from or episode.practice.day(at), valid_to=valid_to, continues=continues,
    )  # fmt: skip


def start_if_complete(episode: Episode, *, by: Member, at: datetime) -> None:
    """Start or resume service when referral, screening and clearance are all there; else the spine says what is missing."""
    day = episode.practice.day(at)
    if any(
        finding.weight == Weight.STOP
        for finding in state.weigh_start(episode, day)
        if finding.code != "hold-open:hold"
    ):
        return
    episode.refresh_from_db()
    try:
        if episode.started_on and episode.status in (Status.ON_HOLD, Status.REFERRED_BACK):
            episodes.resume(episode, by=by, at=at)
        elif not episode.started_on:
            if episode.status in (Status.REFERRED, Status.SCREENING):
                episodes.move(episode, Status.AWAITING_CLEARANCE, by=by, at=at)
            episodes.start(episode, by=by, at=at)
    except Refusal:
        # Something else is still missing, such as the day of onset; the spine names it.
        episode.refresh_from_db()


@transaction.atomic
def refuse(
    episode: Episode,
    *,
    provider: Provider | None,
    provider_words: str = "",
    reason: str,
    by: Member,
    at: datetime,
) -> Decision:
    """Record that the client is not cleared. Raises ClearanceRefused without a reason."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    if not reason.strip():
        raise ClearanceRefused("Write why; the reason stays with the decision.", field="reason")
    decision = decide(
        episode,
        Outcome.REFUSED,
        findings=(),
        reason=reason,
        provider=provider,
        words=provider_words,
        by=by,
        at=at,
    )
    record(events.REFUSED, decision, by=by, at=at)
    return decision


@transaction.atomic
def withdraw(episode: Episode, *, reason: str, by: Member, at: datetime) -> Decision:
    """Withdraw a clearance: a new decision that closes the next session start."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    if not reason.strip():
        raise ClearanceRefused("Write why; the reason stays with the decision.", field="reason")
    decision = decide(
        episode, Outcome.WITHDRAWN, findings=(), reason=reason, provider=None, words="", by=by, at=at
    )
    record(events.WITHDRAWN, decision, by=by, at=at)
    return decision
