"""Referring back: what was observed goes to the provider, and the episode waits for the answer."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events, state
from medexpro.clearance.models import Outcome, ReferBack
from medexpro.clearance.operations.decisions import check_grant, decide, start_if_complete
from medexpro.clearance.operations.refused import ClearanceRefused, check_belongs, check_may_clear
from medexpro.clearance.questionnaire import clearing_policy
from medexpro.clearance.rules import clearing
from medexpro.clients.models import ClientDocument
from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Finding
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotFound
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider


@transaction.atomic
def refer_back(
    episode: Episode, *, trigger: str, observed: str, findings: Sequence[Finding] = (), provider: Provider | None = None,
    channel: str = "", id: UUID | None = None, by: Member, at: datetime,
) -> ReferBack:  # fmt: skip
    """Give a finding back to the provider, as observed, and hold the episode until the answer is recorded.

    Whoever works on the floor may stop; provider: empty takes the referring one. Raises ClearanceRefused
    without words for what was observed.
    """
    permissions.check(by, Permission.SESSIONS_LOG, episode)
    if not observed.strip():
        raise ClearanceRefused("Write what you observed; no cause.", field="observed")
    check_belongs(episode, provider=provider)
    if id and (known := ReferBack.objects.filter(pk=id).first()):
        if known.episode_id != episode.pk:
            raise NotFound("There is no such refer back of this client.")
        return known
    back = ReferBack.objects.create(
        id=id or uuid7(), practice=episode.practice, episode=episode, trigger=trigger[:80], observed=observed.strip(),
        findings=[finding.as_dict() for finding in findings], opened_by=by, opened_at=at, channel=channel,
        provider=provider or (episode.referral.provider if episode.referral else None), contacted_at=at if channel else None,
    )  # fmt: skip
    episodes.refer_back(episode, reason=observed.strip(), by=by, at=at)
    record(events.REFERRED_BACK, back, by=by, at=at, trigger=trigger)
    return back


@transaction.atomic
def record_answer(
    back: ReferBack, *, answer: str, provider: Provider, go_on: bool, valid_to: date | None = None,
    document: ClientDocument | None = None, by: Member, at: datetime,
) -> ReferBack:  # fmt: skip
    """Record the provider's answer, quoted. It answers its own finding and carries on the clearance in force.

    valid_to: only where the answer itself clears until a day. Without it the clearance keeps its own end, and where
    none is in force none comes of the answer. Raises ClearanceRefused for empty words, a provider who may not clear,
    and a day until which no clearance could be granted.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, back)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    check_belongs(back.episode, document=document)
    if back.closed_at is not None:
        raise ClearanceRefused("This was answered already.")
    if not answer.strip():
        raise ClearanceRefused("Quote the provider’s answer.", field="answer")
    if go_on:
        check_may_clear(provider, "An answer that lets exercise go on")
    elif valid_to:
        raise ClearanceRefused("An answer of “no” clears until no day. Leave it empty.", field="valid_to")
    back.answer, back.answered_by, back.answered_at = answer.strip(), provider, at
    back.go_on, back.answer_document = go_on, document
    back.closed_at, back.closed_by = at, by
    back.save_version(expected=None)
    record(events.ANSWERED, back, by=by, at=at, go_on=go_on)
    if go_on:
        _clear_again(back, provider, valid_to=valid_to, by=by, at=at)
    return back


def _clear_again(
    back: ReferBack, provider: Provider, *, valid_to: date | None, by: Member, at: datetime
) -> None:
    """Carry on the clearance in force, or grant the period that the answer itself gives.

    A quote about one finding renews nothing: a clearance that ended or was withdrawn waits for its own decision, and
    at the intake it comes with the letter.
    """
    episode, day = back.episode, back.practice.day(at)
    before = state.latest_decision(episode)
    standing = clearing.state_on(state.clearance_facts(episode), day, clearing_policy())
    if valid_to is not None:
        check_grant(episode, day, valid_to)
    elif before is None or not standing.covers:
        return
    carried = before if valid_to is None else None
    decision = decide(
        episode, Outcome.GRANTED, findings=[Finding.from_dict(finding) for finding in back.findings],
        reason="The provider answered a refer back", provider=provider, words=back.answer,
        document=back.answer_document, vigorous=bool(before and standing.covers and before.vigorous), valid_from=day,
        valid_to=carried.valid_to if carried else valid_to, continues=carried, by=by,
        at=at + timedelta(microseconds=1),
    )  # fmt: skip
    record(
        events.GRANTED, decision, by=by, at=at, valid_to=str(decision.valid_to), after_refer_back=str(back.pk)
    )
    start_if_complete(episode, by=by, at=at)
