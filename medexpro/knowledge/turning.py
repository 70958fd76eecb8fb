"""Unverified figures of one entry: off, until a named member of the practice compared them and turned them on.

What is turned on is found by the id of the figure's holder: a measure for its amounts of change, a published line by its
own, a norm table by its file, a gate and a precaution by theirs. None of them ever shares an id with another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction

from medexpro.audit import trail
from medexpro.kernel import reference as ref
from medexpro.kernel.refusals import Conflict, NotAllowed, Refusal
from medexpro.knowledge import events, operations, overlay
from medexpro.knowledge.access import APPROVE
from medexpro.knowledge.library import library, library_of
from medexpro.knowledge.models import FiguresTurned
from medexpro.knowledge.own import raise_stamp
from medexpro.web import words

LONGEST_REASON = 240


@dataclass(frozen=True)
class TurnedOn:
    """Who turned unverified figures on for the practice, on which of its days, and why."""

    by: str
    on: date
    reason: str = ""

    @property
    def label(self) -> str:
        """Return the mark as it is shown wherever such a figure is used."""
        return f"Unverified, turned on by {self.by} on {words.day(self.on)}"


NOTHING: Mapping[str, TurnedOn] = MappingProxyType({})


def unverified(record: Any) -> tuple[str, ...]:
    """Return the ids under which a record's unverified figures are used, each once; empty where it has none.

    Licences, codes and sources carry marks too, yet nothing is weighed by them: they are never turned on.
    """
    return tuple(dict.fromkeys(_ids(record)))


def _ids(record: Any) -> Iterator[str]:
    if isinstance(record, ref.Measure):
        yield from (record.id for value in record.change if not value.verification.in_force)
        yield from (line.id for line in record.cutoffs if not line.verification.in_force)
    elif isinstance(record, ref.NormSet):
        marked = [*record.rows, *record.intervals, *record.equations]
        held = [row.verification for row in marked]
        held += [row.lln_verification for row in record.equations if row.lln_verification is not None]
        yield from (record.file for mark in held if not mark.in_force)
    elif isinstance(record, ref.Gate):
        yield from (record.id for _ in range(not record.verification.in_force))
    elif isinstance(record, ref.Protocol):
        yield from (one.id for one in record.precautions if not one.verification.in_force)


def turned_on(practice: Any) -> Mapping[str, TurnedOn]:
    """Return what the practice turned on: each id with who did and when. One query a process and change, else none.

    practice: with its `knowledge_stamp`; None stands for no practice. Takes the place of a set of ids wherever a rule
    asks for `turned_on`.
    """
    if practice is None or not practice.knowledge_stamp:
        return NOTHING
    return _turned_on(library().hash, practice.pk, practice.knowledge_stamp)


@lru_cache(maxsize=64)
def _turned_on(content: str, practice_id: UUID, stamp: int) -> Mapping[str, TurnedOn]:
    """Return it for one state of our data and the practice's: another state makes another, so none is ever stale."""
    own = overlay.library_of(content, practice_id, stamp).own
    found: dict[str, TurnedOn] = {}
    for name, row in _standing(practice_id).items():
        # What the practice wrote itself was compared by nobody when ours was. A precaution it had turned on holds on
        # in its own version too: it only ever keeps an exercise away.
        if row.turned_on and (name not in own or name[0] == "protocol"):
            said = TurnedOn(row.by_name, row.on, row.reason)
            found |= dict.fromkeys(unverified(row.version.record), said)
    return MappingProxyType(found)


def _standing(practice_id: UUID) -> dict[tuple[str, str], FiguresTurned]:
    """Return the newest word on each entry that is about the version in force now."""
    newest: dict[tuple[str, str], FiguresTurned] = {}
    for row in FiguresTurned.objects.of(practice_id).select_related("version").order_by("at", "id"):
        newest[row.version.kind, row.version.key] = row
    current = operations.stamped()
    return {
        name: row
        for name, row in newest.items()
        if name in current and current[name].hash == row.version.hash
    }


def standing(practice: Any, kind: str, key: str) -> FiguresTurned | None:
    """Return the newest word of a practice on one entry as it is now; None while nobody said any."""
    return _standing(practice.pk).get((kind, key))


def words_on(practice: Any, kind: str, key: str) -> list[FiguresTurned]:
    """Return everything a practice ever said on the unverified figures of one entry, the newest first."""
    rows = FiguresTurned.objects.of(practice).filter(version__kind=kind, version__key=key)
    return list(rows.select_related("version").order_by("-at", "-id"))


@transaction.atomic
def turn(kind: str, key: str, *, on: bool, reason: str, by: Any, at: datetime) -> FiguresTurned:
    """Turn one entry's unverified figures on for the member's practice, or off again.

    reason: what they were compared with, or why they are no longer used. Records knowledge:figures:on or :off.
    Raises NotAllowed without knowledge:approve, UnknownEntry for one not in service, Refusal without a reason or where
    there is nothing to turn, Conflict when it is so already.
    """
    if not by.may(APPROVE):
        raise NotAllowed("Your role in this practice does not include turning figures on or off.")
    reason = " ".join(reason.split())
    if not reason:
        asked = "Say what you compared them with." if on else "Say why they are no longer used."
        raise Refusal(asked, field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refusal(f"Shorten this to {LONGEST_REASON} signs; it has {len(reason)}.", field="reason")
    practice = by.practice
    # One word after the other: two members at once don't both turn the same figures.
    type(practice)._base_manager.select_for_update().get(pk=practice.pk)
    if on and (kind, key) in library_of(practice).own:
        raise Refusal("The practice has its own version of this entry. What holds stands there.")
    version = operations.pin(kind, key)
    if not unverified(version.record):
        raise Refusal("No unverified figure of this entry waits to be turned on.")
    now = standing(practice, kind, key)
    if on == (now is not None and now.turned_on):
        who = f" {now.by_name} did so on {words.day(now.on)}." if now is not None else ""
        raise Conflict(f"These figures are {'on' if on else 'off'} already.{who}")
    made = FiguresTurned.objects.create(
        practice_id=practice.pk, version=version, turned_on=on, reason=reason, by_id=by.pk, by_name=str(by)[:200],
        at=at, on=practice.day(at),
    )  # fmt: skip
    raise_stamp(practice)
    kind_of_event = events.TURNED_ON if on else events.TURNED_OFF
    code = f"{version.kind}:{version.key}:v{version.version}"
    trail.record(kind_of_event, None, by=by, at=at, practice=practice, entry=code, reason=reason)
    return made
