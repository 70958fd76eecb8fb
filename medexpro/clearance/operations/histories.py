"""Saying what is known about a client for the safety gates, or taking it back."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events, histories
from medexpro.clearance.models import KnownState
from medexpro.clearance.operations.refused import ClearanceRefused
from medexpro.episodes.models import Episode
from medexpro.knowledge.library import library
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission


@transaction.atomic
def tell_history(
    episode: Episode, *, history: str, present: bool, words: str = "", by: Member, at: datetime
) -> KnownState:
    """Say that a history holds for this client, or that it does not. The latest word counts; earlier ones stay.

    words: who said so, quoted; needed for whatever makes the gates looser. What the health record or dates tell is
    changed there and stays in force here. Raises ClearanceRefused for an unknown history, or without words.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    if history not in histories.on_file():
        raise ClearanceRefused("Choose one of the list.", field="history")
    words = " ".join(words.split())
    if len(words) > 240:
        raise ClearanceRefused(f"240 signs fit; this has {len(words)}.", field="words")
    looser = present == (history in histories.loosening())
    if looser and not words:
        raise ClearanceRefused(
            "This makes the safety rules looser: quote the provider, or say which paper says so.",
            field="words",
        )
    state = KnownState.objects.create(
        practice=episode.practice, episode=episode, item=history, present=present, words=words,
        recorded_by=by, recorded_at=at,
    )  # fmt: skip
    record(events.HISTORY_TOLD, state, by=by, at=at, history=history, present=present)
    return state


@transaction.atomic
def note_since_last_visit(
    episode: Episode, items: Iterable[str], *, by: Member, at: datetime
) -> list[KnownState]:
    """Keep what a client told at a visit that happened since the last one, such as a fall; other items are passed over.

    It stays in the record as a dated fact. The gates weigh it at that visit alone, from the answers given there.
    """
    permissions.check(by, Permission.SESSIONS_LOG, episode)
    known = library().histories
    told = [item for item in items if item in known and known[item].kind == histories.SINCE_LAST_VISIT]
    made = [
        KnownState.objects.create(
            practice=episode.practice, episode=episode, item=item, present=True, words="Told at the session",
            recorded_by=by, recorded_at=at,
        )
        for item in told
    ]  # fmt: skip
    for state in made:
        record(events.HISTORY_TOLD, state, by=by, at=at, history=state.item, present=True)
    return made
