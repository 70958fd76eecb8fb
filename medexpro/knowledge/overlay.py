"""A practice's own versions laid over ours."""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from medexpro.kernel import reference as ref
from medexpro.knowledge.library import Library, Own, library
from medexpro.knowledge.own_kinds import KINDS

log = logging.getLogger(__name__)
PAST = "No longer offered by the practice"


class Laid(NamedTuple):
    """One own version to lay over ours. offered: False for one that was withdrawn and has no entry of ours under it."""

    kind: str
    record: Any
    own: Own
    offered: bool = True

    @property
    def key(self) -> str:
        """Return the entry's id."""
        return str(self.record.id)


def lay(ours: Library, entries: Sequence[Laid]) -> Library:
    """Return ours with the entries in the place of, and beside, our own. The gates and limit sets stay ours."""
    if not entries:
        return ours
    data, offered = ours.data, [one for one in entries if one.offered]
    past = [one for one in entries if not one.offered]
    by_kind = {kind: {one.key: one.record for one in offered if one.kind == kind} for kind in KINDS}
    measures = _placed(data.measures, by_kind["measure"]) + _records(past, "measure")
    protocols = _placed(data.protocols, by_kind["protocol"]) + _records(past, "protocol")
    changed = msgspec.structs.replace(
        data,
        hash=_hash(data.hash, entries),
        measures=measures,
        measures_off=_off(data.measures_off, by_kind["measure"], past, "measure"),
        exercises=_placed(data.exercises, by_kind["exercise"]),
        protocols=protocols,
        protocols_off=_off(data.protocols_off, by_kind["protocol"], past, "protocol"),
        wording=msgspec.structs.replace(
            data.wording, entries=_placed(data.wording.entries, by_kind["wording"])
        ),
    )
    return Library.of(
        changed,
        past=_records(past, "exercise"),
        own={(one.kind, one.key): one.own for one in offered},
        further={kind: by_kind[kind] for kind in KINDS if not KINDS[kind].in_library},
    )


def _records(entries: Iterable[Laid], kind: str) -> tuple[Any, ...]:
    return tuple(one.record for one in entries if one.kind == kind)


def _placed(ours: Sequence[Any], own: dict[str, Any]) -> tuple[Any, ...]:
    """Return ours in their order, each in the practice's version where it has one, then what only it has."""
    known = {record.id for record in ours}
    there = [own.get(record.id, record) for record in ours]
    return (*there, *(record for key, record in own.items() if key not in known))


def _off(ours: dict[str, str], own: dict[str, ref.Record], past: Iterable[Laid], kind: str) -> dict[str, str]:
    return {key: why for key, why in ours.items() if key not in own} | {
        one.key: PAST for one in past if one.kind == kind
    }


def _hash(ours: str, entries: Iterable[Laid]) -> str:
    said = "".join(f"{one.kind}:{one.key}:{one.own.version}:{one.own.hash}:{one.offered};" for one in entries)
    return hashlib.sha256(f"{ours}{said}".encode()).hexdigest()


@lru_cache(maxsize=64)
def library_of(ours: str, practice_id: UUID, stamp: int) -> Library:
    """Return a practice's library. ours, stamp: what it is made of; another makes another, so none is ever stale."""
    return lay(library(), in_force(practice_id))


def in_force(practice_id: UUID) -> list[Laid]:
    """Return what a practice has in service of its own, and what it withdrew without one of ours under it. One query."""
    from medexpro.knowledge.models import OwnEntry

    state = OwnEntry.State
    rows = OwnEntry.objects.of(practice_id).filter(state__in=[state.IN_SERVICE, state.WITHDRAWN])
    newest: dict[tuple[str, str], OwnEntry] = {}
    for row in rows.order_by("version"):
        newest[row.kind, row.key] = row
    # What only they have comes in the order it was first made, whatever changed since.
    found = []
    for row in sorted(newest.values(), key=lambda row: (row.kind, row.key)):
        if row.state == state.WITHDRAWN and row.based_on_id is not None:
            continue
        if (laid := laid_of(row)) is not None:
            found.append(laid)
    return found


def laid_of(row: Any) -> Laid | None:
    """Return a row in service as it is laid over ours; None, and a word in the log, when it can't be read any more."""
    try:
        record = KINDS[row.kind].read(row.key, row.version, row.content)
    except (KeyError, msgspec.ValidationError, ValueError) as error:
        log.error("own entry %s can't be read: %s", row.pk, error)
        return None
    own = Own(row.version, row.made_by_name, row.in_service_on, row.hash)
    return Laid(row.kind, record, own, offered=row.state == row.State.IN_SERVICE)
