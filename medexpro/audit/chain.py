"""The hash chain over a practice's trail: sealing it and finding the first break."""

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from medexpro.audit.models import Event

START = "0" * 64


@dataclass(frozen=True)
class Verdict:
    """What checking a practice's trail found. break_at: position of the first broken event; None when whole."""

    practice_id: UUID
    sealed: int
    unsealed: int
    head: str
    break_at: int | None
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Return whether no sealed event was changed, removed or moved."""
        return self.break_at is None


def event_hash(event: Event, previous: str, position: int) -> str:
    """Return the SHA-256 (hex) of an event's content, its place, and the hash before it."""
    content = {
        "previous": previous,
        "position": position,
        "id": str(event.pk),
        "practice": str(event.practice_id),
        "kind": event.kind,
        "at": event.at.isoformat(),
        "member": str(event.member_id),
        "name": event.member_name,
        "client": str(event.client_id),
        "subject": [event.subject_type, event.subject_id],
        "detail": event.detail,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def head(practice_id: UUID) -> tuple[int, str]:
    """Return the position and hash of the last sealed event; (0, START) before the first."""
    last = Event.objects.filter(practice_id=practice_id, position__isnull=False).order_by("-position").first()
    return (last.position, last.hash) if last else (0, START)


def seal(practice_id: UUID, *, limit: int = 5000) -> int:
    """Append up to `limit` unsealed events to the practice's chain; return how many."""
    with transaction.atomic():
        # One sealer at a time: a second one waits here, and then finds what the first has left and its new head.
        unsealed = Event.objects.filter(practice_id=practice_id).unsealed()
        events = list(unsealed.select_for_update()[:limit])
        position, previous = head(practice_id)
        for event in events:
            position += 1
            event.position, event.previous_hash = position, previous
            event.hash = previous = event_hash(event, previous, position)
        Event.objects.bulk_update(events, ["position", "previous_hash", "hash"], batch_size=500)
    return len(events)


def verify(practice_id: UUID) -> Verdict:
    """Walk a practice's chain and report the first break and the unsealed tail."""
    expected, previous, sealed = 1, START, 0
    chain = Event.objects.filter(practice_id=practice_id, position__isnull=False).order_by("position")
    unsealed = Event.objects.filter(practice_id=practice_id, position__isnull=True).count()
    for event in chain.iterator(chunk_size=2000):
        reason = ""
        if event.position != expected:
            reason = f"event {expected} is missing"
        elif event.previous_hash != previous:
            reason = f"event {expected} does not follow the one before it"
        elif event.hash != event_hash(event, previous, expected):
            reason = f"event {expected} was changed"
        if reason:
            return Verdict(practice_id, sealed, unsealed, previous, expected, reason)
        sealed, previous, expected = sealed + 1, event.hash, expected + 1
    return Verdict(practice_id, sealed, unsealed, previous, None)
