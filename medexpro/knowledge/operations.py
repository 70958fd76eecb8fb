"""Keeping every version of the reference data, pinning one to a record, and approving our working rules by name."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import transaction

from medexpro.audit import trail
from medexpro.kernel import reference as ref
from medexpro.kernel.refusals import NotAllowed, Refusal
from medexpro.knowledge import events
from medexpro.knowledge.access import APPROVE
from medexpro.knowledge.library import Entry, library, library_of, marks
from medexpro.knowledge.models import Approval, KnowledgeVersion


class Stamped(NamedTuple):
    """An entry in service with the fingerprint of its content."""

    entry: Entry
    hash: str

    @property
    def name(self) -> tuple[str, str, str]:
        """Return what identifies this content: kind, key and hash."""
        return self.entry.kind, self.entry.key, self.hash


class UnknownEntry(Refusal):
    """There is no such entry in service."""


def plain(record: ref.Record) -> dict:
    """Return a record as plain values that JSON can hold."""
    return msgspec.to_builtins(record, str_keys=True)


def fingerprint(record: ref.Record) -> str:
    """Return the hash of a record's content, the same on every machine."""
    return hashlib.sha256(msgspec.json.encode(plain(record), order="sorted")).hexdigest()


@cache
def _stamped(library_hash: str) -> dict[tuple[str, str], Stamped]:
    return {
        (entry.kind, entry.key): Stamped(entry, fingerprint(entry.record)) for entry in library().entries()
    }


def stamped() -> dict[tuple[str, str], Stamped]:
    """Return every entry in service with its fingerprint, by kind and key."""
    return _stamped(library().hash)


def weakest(record: ref.Record) -> str:
    """Return the weakest mark in force that a record rests on; empty where it carries none."""
    found = marks(record)
    for mark in (
        ref.Verification.HOUSE_RULE,
        ref.Verification.VERIFIED_SECONDARY,
        ref.Verification.VERIFIED_PRIMARY,
        ref.Verification.UNVERIFIED,
    ):
        if mark in found:
            return mark.value
    return ""


def in_force(verification: ref.Verification) -> bool:
    """Tell whether a figure with this mark is used: unverified never, a house rule as the practice's working rule."""
    return verification.in_force


def sync(using: str = "default") -> int:
    """Keep every entry in service whose content is not kept yet, and return how many were new. Safe to repeat."""
    table = KnowledgeVersion.objects.using(using)
    kept = set(table.filter(practice_id=None).values_list("kind", "key", "hash"))
    new = [_row(one) for one in stamped().values() if one.name not in kept]
    # Two processes may start at once: what the other one kept meanwhile is passed over.
    table.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _row(one: Stamped) -> KnowledgeVersion:
    entry = one.entry
    return KnowledgeVersion(
        kind=entry.kind,
        key=entry.key,
        version=entry.version,
        hash=one.hash,
        content=plain(entry.record),
        verification=weakest(entry.record),
    )


def pin(kind: str, key: str, practice: Any = None) -> KnowledgeVersion:
    """Return the kept version of an entry as it is in force now, for a record to refer to.

    kind: measure, norm, gate, limit_set, protocol, exercise or wording. practice: whose client the record is of; its own
    version is taken where it has one. Raises UnknownEntry.
    """
    own = library_of(practice).own.get((kind, key))
    if own is not None:
        return KnowledgeVersion.objects.get(practice_id=practice.pk, kind=kind, key=key, version=own.version)
    one = stamped().get((kind, key))
    if one is None:
        raise UnknownEntry(f"There is no {kind.replace('_', ' ')} “{key}” in service.")
    ours = KnowledgeVersion.objects.filter(kind=kind, key=key, hash=one.hash, practice_id=None)
    row = ours.first()
    if row is not None:
        return row
    sync()
    return ours.get()


def _rows(names: set[tuple[str, str, str]]) -> list[KnowledgeVersion]:
    """Return the kept rows of these contents in one question, keeping first what is not kept yet."""
    if not names:
        return []
    sync()
    rows = KnowledgeVersion.objects.filter(hash__in={name[2] for name in names}, practice_id=None)
    return [row for row in rows if (row.kind, row.key, row.hash) in names]


def is_current(version: KnowledgeVersion, practice: Any = None) -> bool:
    """Tell whether a pinned version is still the one in force, for a practice or, without one, of ours."""
    own = library_of(practice).own.get((version.kind, version.key))
    if own is not None:
        return version.practice_id == practice.pk and version.version == own.version
    if version.practice_id is not None:
        return False
    one = stamped().get((version.kind, version.key))
    return one is not None and one.hash == version.hash


# ---- Approval by name


def _practice_id(practice: Any) -> UUID:
    return getattr(practice, "pk", practice)


def with_house_rules() -> list[Entry]:
    """Return every entry in service that holds a working rule of ours and so asks for a named approval."""
    asking = _asking(library().hash)
    return [one.entry for name, one in stamped().items() if name in asking]


@cache
def _asking(content: str) -> frozenset[tuple[str, str]]:
    """Return kind and key of the entries that hold a working rule. content: the library's fingerprint."""
    found = _stamped(content).items()
    return frozenset(name for name, one in found if ref.Verification.HOUSE_RULE in marks(one.entry.record))


def approved(practice: Any) -> set[tuple[str, str, str]]:
    """Return what a practice has approved: kind, key and hash of each version, past ones included."""
    rows = Approval.objects.of(_practice_id(practice))
    return set(rows.values_list("version__kind", "version__key", "version__hash"))


def needing_approval(practice: Any) -> list[Entry]:
    """Return the entries with working rules that nobody of the practice has approved in their present version."""
    return [entry for part in waiting(practice) for entry in part]


class Waiting(NamedTuple):
    """How much waits for a named approval. changed: approved once, but not as it is now."""

    new: list[Entry]
    changed: list[Entry]


def waiting(practice: Any) -> Waiting:
    """Return what waits for approval: never approved, or changed since by a newer version of the product. One query."""
    done = approved(practice)
    known = {(kind, key) for kind, key, _ in done}
    current = stamped()
    # What the practice has a version of its own of, a named member put in service: nothing of ours is left to approve.
    own = library_of(practice).own if hasattr(practice, "knowledge_stamp") else {}
    found = [
        entry
        for entry in with_house_rules()
        if current[entry.kind, entry.key].name not in done and (entry.kind, entry.key) not in own
    ]
    return Waiting(
        [entry for entry in found if (entry.kind, entry.key) not in known],
        [entry for entry in found if (entry.kind, entry.key) in known],
    )


@transaction.atomic
def approve(entries: Iterable[tuple[str, str]], *, by: Any, at: datetime) -> list[Approval]:
    """Approve entries for the member's practice in their present version, and return the new approvals.

    entries: kind and key of each. What is approved already stays as it was.
    Records knowledge:rules:approve. Raises NotAllowed without knowledge:approve, UnknownEntry for one not in service.
    """
    if not by.may(APPROVE):
        raise NotAllowed("Your role in this practice does not include approving working rules.")
    current = stamped()
    wanted = dict.fromkeys(entries)
    for kind, key in wanted:
        if (kind, key) not in current:
            raise UnknownEntry(f"There is no {kind.replace('_', ' ')} “{key}” in service.")
    names = {current[name].name for name in wanted} - approved(by.practice_id)
    made = [
        Approval(
            practice_id=by.practice_id,
            version=version,
            approved_by_id=by.pk,
            approved_by_name=str(by)[:200],
            approved_at=at,
        )
        for version in _rows(names)
    ]
    Approval.objects.bulk_create(made)
    if made:
        codes = [f"{one.version.kind}:{one.version.key}:v{one.version.version}" for one in made]
        trail.record(
            events.APPROVED, None, by=by, at=at, practice=by.practice, count=len(made), entries=codes
        )
    return made
