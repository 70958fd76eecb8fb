"""The hash chain over a practice's trail: sealing it and finding the first break."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from medexpro.audit import heads
from medexpro.audit.models import Event

START = "0" * 64
log = logging.getLogger(__name__)


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


def seal_all(practice_id: UUID) -> int:
    """Seal everything that is not sealed yet, note the head outside the database, and return how many.

    A trail that lacks what was noted keeps the old note: it is what shows the break.
    """
    sealed = 0
    while count := seal(practice_id):
        sealed += count
    if not sealed:
        return 0
    if _holds(practice_id, heads.noted().get(str(practice_id))):
        heads.note(practice_id, *head(practice_id))
    else:
        log.error("The trail of %s lacks an event that it had: run medexpro verify-trail", practice_id)
    return sealed


def _holds(practice_id: UUID, noted: dict | None) -> bool:
    """Return whether the chain still holds the head that was noted."""
    if noted is None:
        return True
    rows = Event.objects.filter(practice_id=practice_id, position=noted["position"])
    return rows.filter(hash=noted["hash"]).exists()


def verify(practice_id: UUID, *, expected: Sequence[tuple[int, str]] = ()) -> Verdict:
    """Walk a practice's chain and report the first break and the unsealed tail.

    expected: (position, hash) that somebody noted elsewhere. A chain that is whole in itself and lacks one of them
    was cut or written anew.
    """
    noted: dict[int, set[str]] = {}
    for position, noted_hash in expected:
        noted.setdefault(position, set()).add(noted_hash)
    place, previous, sealed = 1, START, 0
    chain = Event.objects.filter(practice_id=practice_id, position__isnull=False).order_by("position")
    unsealed = Event.objects.filter(practice_id=practice_id, position__isnull=True).count()
    for event in chain.iterator(chunk_size=2000):
        reason = ""
        if event.position != place:
            reason = f"event {place} is missing"
        elif event.previous_hash != previous:
            reason = f"event {place} does not follow the one before it"
        elif event.hash != event_hash(event, previous, place):
            reason = f"event {place} was changed"
        elif noted.get(place, set()) - {event.hash}:
            reason = f"event {place} is not the one that was noted: the trail was written anew"
        if reason:
            return Verdict(practice_id, sealed, unsealed, previous, place, reason)
        sealed, previous, place = sealed + 1, event.hash, place + 1
    if noted and (last := max(noted)) > sealed:
        reason = f"event {place} is missing: the trail reached event {last}"
        return Verdict(practice_id, sealed, unsealed, previous, place, reason)
    return Verdict(practice_id, sealed, unsealed, previous, None)
