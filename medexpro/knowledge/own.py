"""The practice's own versions: drafts, putting in service, undoing, withdrawing, taking out and bringing in."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import F, Max
from django.utils.crypto import get_random_string
from django.utils.text import slugify

from medexpro.audit import trail
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.knowledge import events, operations, overlay
from medexpro.knowledge.access import APPROVE
from medexpro.knowledge.library import Entry, Library, Own, library, library_of
from medexpro.knowledge.models import KnowledgeVersion, OwnEntry, own_words
from medexpro.knowledge.overlay import Laid
from medexpro.knowledge.own_kinds import KINDS, OwnRefused, Wrong, content_of
from medexpro.knowledge.own_reading import Unreadable, data_wrongs, read, wrongs_in

State = OwnEntry.State
LONGEST_NOTE = 240
# What a draft may hold: a protocol with four phases takes about 30,000.
LARGEST = 400_000
OWN_KEY = "own_"
OWN_SHAPE = re.compile(r"own_[a-z0-9_]{1,36}\Z")


def hash_of(content: Mapping[str, Any]) -> str:
    """Return the fingerprint of a content, right or not."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def entry_of(practice: Any, entry_id: UUID) -> OwnEntry:
    """Return a practice's own version by its id. Raises NotFound for another practice's."""
    found = OwnEntry.objects.of(practice).filter(pk=entry_id).first()
    if found is None:
        raise NotFound("There is no such version in this practice.")
    return found


def versions(practice: Any, kind: str, key: str) -> list[OwnEntry]:
    """Return every version a practice put in service of one entry, the newest first."""
    return list(OwnEntry.objects.of_entry(practice, kind, key).exclude(state=State.DRAFT))


def draft_of(practice: Any, kind: str, key: str) -> OwnEntry | None:
    """Return the draft of one entry, where there is one."""
    return OwnEntry.objects.of_entry(practice, kind, key).filter(state=State.DRAFT).first()


def in_service(practice: Any, kind: str, key: str) -> OwnEntry | None:
    """Return the own version in force of one entry, where there is one."""
    return OwnEntry.objects.of_entry(practice, kind, key).filter(state=State.IN_SERVICE).first()


def starting_content(practice: Any, kind: str, key: str) -> dict[str, Any]:
    """Return what a new draft begins with: the practice's version in force, else ours; empty for a new entry."""
    if row := in_service(practice, kind, key):
        return dict(row.content)
    ours = _kind(kind).ours().get(key)
    return content_of(ours) if ours is not None else {}


def new_key(practice: Any, kind: str, name: str) -> str:
    """Return an id for an entry that only this practice has; none of ours ever begins so."""
    stem = OWN_KEY + (slugify(name).replace("-", "_")[:30].strip("_") or get_random_string(6, "abcdefgh"))
    taken = set(OwnEntry.objects.of(practice).filter(kind=kind).values_list("key", flat=True))
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key


def _kind(kind: str) -> Any:
    if kind not in KINDS:
        raise NotFound("There is no such kind of entry.")
    return KINDS[kind]


def _check(by: Any, entry: OwnEntry | None = None) -> None:
    if entry is not None and entry.practice_id != by.practice_id:
        raise NotFound("There is no such version in this practice.")
    if not by.may(APPROVE):
        raise NotAllowed("Your role in this practice does not include changing its knowledge.")


def words_of(one: Own) -> str:
    """Return what an own version in force is called wherever ours would be named."""
    return own_words(one.version, one.by, one.on)


def own_version_words(practice: Any, kind: str, key: str) -> str:
    """Return what the practice's own version in force of an entry is called; empty where ours is."""
    one = library_of(practice).own.get((kind, key))
    return words_of(one) if one else ""


# ---- Drafts


@transaction.atomic
def keep_draft(
    kind: str, key: str, content: Mapping[str, Any], *, note: str = "", expected: str | None = None, by: Any, at: datetime
) -> OwnEntry:  # fmt: skip
    """Keep what was typed as the draft of an entry, right or not; a draft is in force nowhere.

    key: one of ours, one of the practice's, or `new_key`. content: shaped as the record, without id and version; values
    may be as typed. expected: the hash of the draft the page showed, "" for none; None takes what is there.
    Raises Conflict when somebody else kept another one meanwhile, Refusal for more than a draft can hold.
    """
    _check(by)
    known = _kind(kind)
    kept = dict(content)
    if len(msgspec.json.encode(kept)) > LARGEST:
        raise Refusal("This is more than an entry can hold.")
    row = (
        OwnEntry.objects.of_entry(by.practice_id, kind, key)
        .select_for_update()
        .filter(state=State.DRAFT)
        .first()
    )
    if row is None:
        ours = known.ours().get(key)
        if ours is None and not key.startswith(OWN_KEY):
            raise NotFound("There is no such entry.")
        based_on = (
            operations.pin(kind, key) if ours is not None and (kind, key) in operations.stamped() else None
        )
        row = OwnEntry(
            practice_id=by.practice_id, kind=kind, key=key, based_on=based_on, hash="",
            made_by_id=by.pk, made_by_name=str(by)[:200], made_at=at,
        )  # fmt: skip
    if expected is not None and expected != row.hash:
        raise Conflict(
            f"{row.made_by_name} changed this draft while you were typing. Yours stands here; save again to keep it.",
            theirs=dict(row.content or {}),
        )
    same = row.hash == hash_of(kept) and row.note == note.strip()[:LONGEST_NOTE]
    if same:
        return row
    row.content, row.hash, row.note = kept, hash_of(kept), note.strip()[:LONGEST_NOTE]
    row.made_by_id, row.made_by_name, row.made_at = by.pk, str(by)[:200], at
    row.save()
    _tell(events.OWN_DRAFT, row, by=by, at=at)
    return row


def _ours_kept(kind: str, key: str) -> KnowledgeVersion | None:
    """Return the kept version of our entry an own one is made from; None where only the practice has it."""
    return operations.pin(kind, key) if (kind, key) in operations.stamped() else None


@transaction.atomic
def drop_draft(draft: OwnEntry, *, by: Any, at: datetime) -> None:
    """Throw a draft away. Raises Refusal for what is no draft."""
    _check(by, draft)
    if draft.state != State.DRAFT:
        raise Refusal("This is in service or was; it can be withdrawn, not thrown away.")
    _tell(events.OWN_DROPPED, draft, by=by, at=at)
    draft.delete()


# ---- In service


class Seen(NamedTuple):
    """An own version as it would lie in the practice's library: to preview, and to weigh. wrongs: what keeps it out."""

    library: Library | None
    entry: Entry | None
    wrongs: list[Wrong]


def seen(practice: Any, kind: str, key: str, content: Mapping[str, Any]) -> Seen:
    """Return how a content would be in service, and every reason why it can't be. Keeps nothing."""
    version = next_version(practice, kind, key)
    try:
        record = read(kind, key, version, content)
    except Unreadable as error:
        return Seen(None, None, error.wrongs)
    own = Own(version, "", date.min, hash_of(content_of(record)))
    lib = overlay.lay(library(), [*_others(practice, kind, key), Laid(kind, record, own)])
    return Seen(lib, Entry(kind, key, version, record), wrongs_in(lib, kind, record))


def _others(practice: Any, kind: str, key: str) -> list[Laid]:
    return [
        one
        for one in overlay.in_force(getattr(practice, "pk", practice))
        if (one.kind, one.key) != (kind, key)
    ]


def next_version(practice: Any, kind: str, key: str) -> int:
    """Return the number the next own version of an entry gets: one more than every version of it, ours included."""
    rows = OwnEntry.objects.of(practice).filter(kind=kind, key=key)
    last = rows.aggregate(last=Max("version"))["last"] or 0
    ours = KINDS[kind].ours().get(key)
    return int(max(last, getattr(ours, "version", 0))) + 1


@transaction.atomic
def put_in_service(draft: OwnEntry, *, note: str | None = None, by: Any, at: datetime) -> OwnEntry:
    """Put a draft in service for the practice: from now on it is in force in the place of the one before.

    Raises OwnRefused with every reason at its field, NotAllowed without knowledge:approve, Refusal for what is no draft.
    """
    _check(by, draft)
    _lock(by.practice)
    if not OwnEntry.objects.filter(pk=draft.pk, state=State.DRAFT).exists():
        raise Refusal("This is no draft any more. Its page shows what became of it.")
    found = seen(by.practice_id, draft.kind, draft.key, draft.content)
    if found.wrongs or found.entry is None:
        raise OwnRefused(found.wrongs)
    content = content_of(found.entry.record)
    if _same_as_in_force(by.practice_id, draft, content):
        raise OwnRefused([Wrong("", "Nothing differs from what is in force now.")])
    row = _start(draft, content, note=draft.note if note is None else note, by=by, at=at)
    _tell(events.OWN_IN_SERVICE, row, by=by, at=at)
    return row


@transaction.atomic
def start(kind: str, key: str, content: Mapping[str, Any], *, note: str, by: Any, at: datetime) -> OwnEntry:
    """Put a content in service that was weighed already, as one of several of a file."""
    _check(by)
    _lock(by.practice)
    row = OwnEntry(practice_id=by.practice_id, kind=kind, key=key, based_on=_ours_kept(kind, key))
    row = _start(row, content, note=note, by=by, at=at)
    _tell(events.OWN_IN_SERVICE, row, by=by, at=at)
    return row


def _same_as_in_force(practice_id: UUID, draft: OwnEntry, content: Mapping[str, Any]) -> bool:
    now = in_service(practice_id, draft.kind, draft.key)
    if now is not None:
        return now.hash == hash_of(content)
    ours = KINDS[draft.kind].ours().get(draft.key)
    return ours is not None and hash_of(content_of(ours)) == hash_of(content)


def _start(row: OwnEntry, content: Mapping[str, Any], *, note: str, by: Any, at: datetime) -> OwnEntry:
    """Make a row the one in service, keep a copy of it for records to refer to, and let every process know."""
    practice = by.practice
    now = in_service(practice.pk, row.kind, row.key)
    row.version = next_version(practice.pk, row.kind, row.key)
    if now is not None:
        OwnEntry.objects.filter(pk=now.pk).update(state=State.REPLACED)
    row.follows = now.version if now is not None else 0
    row.content, row.hash, row.note = dict(content), hash_of(content), note.strip()[:LONGEST_NOTE]
    row.made_by_id, row.made_by_name, row.made_at = by.pk, str(by)[:200], at
    row.in_service_on, row.state = practice.day(at), State.IN_SERVICE
    row.save()
    record = KINDS[row.kind].read(row.key, row.version, row.content)
    KnowledgeVersion.objects.create(
        practice_id=practice.pk, kind=row.kind, key=row.key, version=row.version, own_by=row.made_by_name,
        own_on=row.in_service_on, content=operations.plain(record), hash=operations.fingerprint(record),
        verification=operations.weakest(record),
    )  # fmt: skip
    raise_stamp(practice)
    return row


def _lock(practice: Any) -> None:
    """Let one change of a practice's knowledge wait for the other."""
    type(practice)._base_manager.select_for_update().get(pk=practice.pk)


def raise_stamp(practice: Any) -> None:
    """Let every process read the practice's knowledge anew: called by whatever changes what is in force for it.

    By a step of chance: what a transaction that was rolled back read under its number is no other's.
    """
    step = 1 + int(get_random_string(3, "0123456789"))
    table = type(practice)._base_manager.filter(pk=practice.pk)
    table.update(knowledge_stamp=F("knowledge_stamp") + step)
    practice.knowledge_stamp = table.values_list("knowledge_stamp", flat=True).get()


@transaction.atomic
def undo(entry: OwnEntry, *, by: Any, at: datetime) -> OwnEntry | None:
    """Put what was in force before this version in service again, as a new version; None when that is ours, or nothing.

    Raises Refusal when the version is not the one in force any more.
    """
    _check(by, entry)
    _lock(by.practice)
    entry.refresh_from_db()
    if entry.state != State.IN_SERVICE:
        raise Refusal("Another version is in force by now. Its history shows them all.")
    if not entry.follows:
        return withdraw(entry, by=by, at=at)
    before = OwnEntry.objects.get(
        practice_id=by.practice_id, kind=entry.kind, key=entry.key, version=entry.follows
    )
    return restore(before, by=by, at=at)


@transaction.atomic
def restore(entry: OwnEntry, *, by: Any, at: datetime) -> OwnEntry:
    """Put a former version in service again, as a new version with its content.

    It is weighed again, as ours may have changed. Raises OwnRefused; Refusal for a draft or what is in service.
    """
    _check(by, entry)
    _lock(by.practice)
    entry.refresh_from_db()
    if entry.state not in (State.REPLACED, State.WITHDRAWN):
        raise Refusal("Only a former version can be put in service again.")
    found = seen(by.practice_id, entry.kind, entry.key, entry.content)
    if found.wrongs:
        raise OwnRefused(found.wrongs)
    row = OwnEntry(practice_id=by.practice_id, kind=entry.kind, key=entry.key, based_on=entry.based_on)
    row = _start(row, entry.content, note=f"Version {entry.version} again", by=by, at=at)
    _tell(events.OWN_AGAIN, row, by=by, at=at, again=entry.version)
    return row


@transaction.atomic
def withdraw(entry: OwnEntry, *, by: Any, at: datetime) -> None:
    """Take the practice's version out of service: ours is in force again; one without ours is no longer offered.

    Programs and results that refer to it keep it. Raises OwnRefused when other own versions need it.
    """
    _check(by, entry)
    _lock(by.practice)
    entry.refresh_from_db()
    if entry.state != State.IN_SERVICE:
        raise Refusal("Only the version in force can be withdrawn.")
    left = overlay.lay(library(), _others(by.practice_id, entry.kind, entry.key))
    if wrongs := data_wrongs(left):
        raise OwnRefused(
            [Wrong("", f"Other versions of yours need this one. {one.sentence}") for one in wrongs]
        )
    OwnEntry.objects.filter(pk=entry.pk).update(state=State.WITHDRAWN)
    entry.state = State.WITHDRAWN
    raise_stamp(by.practice)
    _tell(events.OWN_WITHDRAWN, entry, by=by, at=at)


def _tell(kind: str, row: OwnEntry, *, by: Any, at: datetime, **detail: Any) -> None:
    trail.record(
        kind,
        row,
        by=by,
        at=at,
        practice=by.practice,
        entry=f"{row.kind}:{row.key}",
        version=row.version,
        **detail,
    )
