"""Findings that let a session go on and oblige us to tell the provider: owed when the note is signed, then told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events
from medexpro.clearance.models import ToTell
from medexpro.clearance.operations.refused import ClearanceRefused
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Finding
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel, Provider


@transaction.atomic
def owe_telling(
    episode: Episode, findings: Iterable[Finding], *, session_id: UUID, by: Member, at: datetime
) -> list[ToTell]:
    """Note which findings of a session the provider is to hear of, each within its hours from `at`. Safe to repeat."""
    permissions.check(by, Permission.SESSIONS_LOG, episode)
    noted = set(ToTell.objects.filter(session_id=session_id).values_list("code", flat=True))
    owed = [
        ToTell(
            practice=episode.practice, episode=episode, session_id=session_id, code=finding.code[:80],
            sentence=finding.sentence, figure=finding.figure[:240], found_at=at,
            due_at=at + timedelta(hours=finding.tell_within_hours),
        )
        for finding in findings
        if finding.tell_within_hours is not None and finding.code[:80] not in noted
    ]  # fmt: skip
    if owed:
        ToTell.objects.bulk_create(owed)
        record(events.OWED, episode, by=by, at=at, client=episode.client, findings=[one.code for one in owed])
    return owed


@transaction.atomic
def tell(
    owed: ToTell, *, provider: Provider, channel: str, words: str = "", by: Member, at: datetime
) -> ToTell:
    """Record that a provider was told of a finding. The first time counts. Raises ClearanceRefused without a channel."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, owed)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    if channel not in Channel.values:
        raise ClearanceRefused("Choose how the provider was told.", field="channel")
    if owed.told_at is None:
        owed.told_at, owed.told_by, owed.provider, owed.channel = at, by, provider, channel
        owed.words = " ".join(words.split())[:240]
        owed.save()
        record(events.TOLD, owed, by=by, at=at, finding=owed.code, channel=channel)
    return owed
