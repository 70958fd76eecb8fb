"""Drafting several documents in one go: what was asked for is kept, and the worker drafts one line after the other.

Drafting is harmless twice: an open draft is gone on with, and what is no longer owed is left. So a form sent twice, or
a worker that was ended halfway and goes on, makes nothing twice. Each document is still looked at and signed by itself.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from medexpro.audit.trail import record
from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.pdf import engine
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.reports import contents, events, listing, operations, sending
from medexpro.reports.layouts import LAYOUTS
from medexpro.reports.models import Document, DraftBatch

log = logging.getLogger(__name__)

MOST_LINES = 200
# A worker that settles no line for so long has ended.
DEAD_AFTER = timedelta(seconds=60)
GIVEN_UP_AFTER = timedelta(days=1)
KEPT_FOR = timedelta(days=30)
# An acknowledgement is its referral's, and is written there.
KINDS = frozenset(Document.Kind) - {Document.Kind.ACKNOWLEDGEMENT}


class Outcome(StrEnum):
    """What became of a line."""

    DRAFTED = "drafted"
    NEEDS = "needs"
    OVER = "over"


class BatchRefused(Refusal):
    """These can't be drafted in one go."""


@dataclass(frozen=True)
class Line:
    """One line settled. document: the draft, if there is one. why: what it still needs, as a sentence."""

    outcome: Outcome
    document: str = ""
    why: str = ""


@transaction.atomic
def start(
    wanted: Sequence[tuple[UUID, str]], *, id: UUID | None = None, by: Member, at: datetime
) -> DraftBatch:
    """Keep what is to be drafted, as (episode, kind), and give it to the worker.

    id: made by the page, so that a form sent twice drafts once; the same with other lines, ticked after going back, is
    a batch of its own. Records reports:batch:start.
    Raises BatchRefused for nothing to draft, NotFound for an episode that is not the member's to see.
    """
    permissions.check(by, Permission.REPORTS_WRITE)
    asked = [(episode, kind) for episode, kind in dict.fromkeys(wanted) if kind in KINDS]
    if not asked:
        raise BatchRefused("Tick what to draft first.")
    if len(asked) > MOST_LINES:
        raise BatchRefused(f"Draft up to {MOST_LINES} documents in one go.")
    episodes = {episode for episode, _ in asked}
    if Episode.objects.visible_to(by).filter(pk__in=episodes).count() != len(episodes):
        raise NotFound("There is no such record among your clients.")
    lines = [
        {"episode": str(episode), "kind": str(kind), "outcome": "", "document": "", "why": ""}
        for episode, kind in asked
    ]
    values = {"practice": by.practice, "member": by, "lines": lines, "started_at": at}
    batch, new = DraftBatch.objects.get_or_create(pk=id or uuid7(), defaults=values)
    if not new and (batch.member_id != by.pk or _asked(batch) != asked):
        batch, new = DraftBatch.objects.create(**values), True
    if new:
        from medexpro.reports.tasks import draft_batch

        record(events.BATCH, batch, by=by, at=at, count=len(lines))
        # The queue is in the same database: in one transaction the two are there together, or not at all.
        draft_batch.enqueue(str(batch.pk))
    return batch


def _asked(batch: DraftBatch) -> list[tuple[UUID, str]]:
    return [(UUID(line["episode"]), line["kind"]) for line in batch.lines]


def work(batch: DraftBatch, *, now: Callable[[], datetime]) -> None:
    """Draft what is left of a batch, line by line. Another worker at it, seen within a minute, is left alone."""
    if not _claim(batch, at=now()):
        return
    batch.refresh_from_db()
    for place, line in enumerate(batch.lines):
        if not line["outcome"]:
            _settle(batch, place, _draft_one(batch.member, line, at=now()), at=now())


def unfinished(*, at: datetime) -> list[DraftBatch]:
    """Return the batches that nobody works on any more: their worker was ended. After a day they are given up."""
    silent = Q(worked_at__lt=at - DEAD_AFTER) | Q(worked_at=None, started_at__lt=at - DEAD_AFTER)
    rows = DraftBatch.objects.filter(silent, finished_at=None, started_at__gt=at - GIVEN_UP_AFTER)
    return list(rows.select_related("practice", "member__user", "member__practice")[:20])


def clear_old(*, at: datetime) -> int:
    """Let go of what was asked for a month ago; the drafts stay. Return how many."""
    return DraftBatch.objects.filter(started_at__lt=at - KEPT_FOR).delete()[0]


@transaction.atomic
def _claim(batch: DraftBatch, *, at: datetime) -> bool:
    row = DraftBatch.objects.select_for_update().get(pk=batch.pk)
    if row.finished_at or (row.worked_at and at - row.worked_at < DEAD_AFTER):
        return False
    row.worked_at = at
    row.save(update_fields=["worked_at"])
    return True


@transaction.atomic
def _settle(batch: DraftBatch, place: int, line: Line, *, at: datetime) -> None:
    row = DraftBatch.objects.select_for_update().get(pk=batch.pk)
    if not row.lines[place]["outcome"]:
        row.lines[place] |= {"outcome": str(line.outcome), "document": line.document, "why": line.why}
    row.worked_at = at
    if all(one["outcome"] for one in row.lines):
        row.finished_at = row.finished_at or at
    row.save(update_fields=["lines", "worked_at", "finished_at"])


def _draft_one(member: Member, line: dict[str, Any], *, at: datetime) -> Line:
    """Draft one line as the member who asked for it, unless it is no longer owed."""
    try:
        episode = _episode(member, line["episode"])
        if episode is None:
            return Line(Outcome.NEEDS, why="This client is not among yours any more.")
        if not _is_owed(episode, line["kind"], at):
            return Line(Outcome.OVER, why="It is not owed any more.")
        document = operations.draft(episode, line["kind"], by=member, at=at)
        needs = what_it_needs(document, at=at)
    except Refusal as refusal:
        return Line(Outcome.NEEDS, why=str(refusal))
    except Exception:
        # One line that falls must not hold up the others; the page says so, and the log why.
        log.exception("a document of a batch could not be drafted")
        return Line(Outcome.NEEDS, why="It could not be drafted. Draft it from the client’s chart.")
    return Line(Outcome.NEEDS if needs else Outcome.DRAFTED, str(document.pk), needs)


def what_it_needs(document: Document, *, at: datetime) -> str:
    """Return why a draft can't be signed and sent as it stands; empty when it can."""
    made = contents.contents_of(document, at=at)
    if not made.measured:
        return operations.NOTHING[Document.Kind(document.kind)]
    fit = engine.pages_needed(
        LAYOUTS[document.kind], made.snapshot, contents.letterhead_of(document.practice)
    )
    if not fit.fits:
        return str(engine.TooLong(fit.lines_over))
    return sending.why_not_to(document.provider)


def _episode(member: Member, episode_id: str) -> Episode | None:
    rows = Episode.objects.visible_to(member).select_related(
        "client", "practice", "surgery", "referral__provider__organisation"
    )
    return rows.filter(pk=episode_id).first()


def _is_owed(episode: Episode, kind: str, at: datetime) -> bool:
    """Return whether a document is late or due within days, as the due list shows it. Two queries."""
    dated = listing.with_dates(Episode.objects.filter(pk=episode.pk), episode.practice.day(at)).first()
    if dated is None:
        return False
    dated.practice, dated.client = episode.practice, episode.client
    soon, closed = (
        dated.practice.day(at) + listing.SOON,
        listing.closed_for(episode.practice, episode.practice.day(at)),
    )
    return any(one.kind == kind and one.needed_on <= soon for one in listing.due_of(dated, at, closed))
