"""What changed from one kept version of an entry to the next, and since a practice approved one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from medexpro.knowledge import diff, operations
from medexpro.knowledge.library import Entry, Library
from medexpro.knowledge.models import Approval, KnowledgeVersion

# More than a page can say of one step; the count of the rest is said.
MOST = 200


@dataclass(frozen=True)
class Step:
    """One version: what it is called, since when it is kept here, and what it changed of the one before."""

    said: str
    since: datetime
    current: bool
    first: bool
    changes: list[diff.Change]
    more: int = 0


def names_of(lib: Library) -> dict[str, str]:
    """Return what people call the exercises, measures and gates that fields refer to."""
    return {key: one.name for key, one in lib.all_exercises.items()} | {
        key: one.name for key, one in lib.all_measures.items()
    }


def history(practice: Any, entry: Entry, lib: Library) -> list[Step]:
    """Return every kept version of an entry, the newest first: ours, and the practice's own. One query."""
    rows = KnowledgeVersion.objects.filter(kind=entry.kind, key=entry.key)
    kept = list(rows.filter(Q(practice_id=None) | Q(practice_id=practice.pk)).order_by("added_at", "id"))
    names, steps = names_of(lib), []
    before: KnowledgeVersion | None = None
    for row in kept:
        found = diff.changes(before.content, row.content, names=names) if before is not None else []
        steps.append(
            Step(
                said=row.said,
                since=row.added_at,
                current=operations.is_current(row, practice),
                first=before is None,
                changes=found[:MOST],
                more=max(0, len(found) - MOST),
            )
        )
        before = row
    return steps[::-1]


def since(approval: Approval, entry: Entry, lib: Library) -> list[diff.Change]:
    """Return what changed of an entry since a member approved it, at most as much as a page can say."""
    now = operations.plain(entry.record)
    return diff.changes(approval.version.content, now, names=names_of(lib))[:MOST]
