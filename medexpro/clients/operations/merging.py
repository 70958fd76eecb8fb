"""Making one record of two that are of one person, and taking it back.

Nothing is deleted. What the record that goes holds moves to the one that stays; itself it remains as a pointer, so that
old links and the identifiers of other records still lead to the person. What was signed is not touched: it keeps the
name it was signed under. The merge keeps what it moved and what it wrote, and undoing it puts back exactly that.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from medexpro.audit.trail import record
from medexpro.clients import events, merging
from medexpro.clients.merging import Moving, Obstacle
from medexpro.clients.models import Client, ClientMerge
from medexpro.clients.operations.people import FIELDS, fill
from medexpro.clients.rules import merging as rules
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

_AT_ONCE = 500
_CLIENT = Client._meta.label
Node = tuple[str, Any]


class MergeRefused(Refusal):
    """Two records can't become one so, or one not two again; the sentence says what to do first."""


@dataclass(frozen=True)
class Plan:
    """What a merge would do. version: changes when either record does."""

    kept: Client
    gone: Client
    differences: list[rules.Difference]
    obstacles: list[Obstacle]
    cautions: list[str]

    @property
    def version(self) -> str:
        """Return what tells whether somebody changed one of the two since."""
        return f"{self.kept.version}.{self.gone.version}"


def plan(kept: Client, gone: Client, *, by: Member, at: datetime) -> Plan:
    """Return what making one record of two would do, for a member who may. Raises NotFound, NotAllowed, MergeRefused."""
    for one in (kept, gone):
        permissions.check(by, Permission.CLIENTS_MERGE, one)
    if kept.pk == gone.pk:
        raise MergeRefused("This is one record already. Choose another.")
    # What is asked of the two is kept on these copies, and goes with the plan.
    kept, gone = copy(kept), copy(gone)
    return Plan(
        kept,
        gone,
        _differences(kept, gone),
        merging.obstacles(kept, gone, at=at),
        merging.cautions(kept, gone, at=at),
    )


@transaction.atomic
def merge(
    kept: Client,
    gone: Client,
    *,
    choices: Mapping[str, str] | None = None,
    read: bool = False,
    version: str = "",
    by: Member,
    at: datetime,
) -> ClientMerge:
    """Let `kept` take over what `gone` holds, which becomes a pointer to it. Done already, it returns that merge.

    choices: field to kept, gone or both, where the records differ; else what the plan proposes. read: the member has
    read what the plan cautions about. version: of the plan as it was shown; empty takes it as it is now.
    Raises MergeRefused with what to do first.
    """
    if done := in_force(kept, gone.pk):
        permissions.check(by, Permission.CLIENTS_MERGE, done.kept)
        return done
    kept, gone = _locked(kept, gone)
    made = plan(kept, gone, by=by, at=at)
    if made.obstacles:
        raise MergeRefused(made.obstacles[0].sentence)
    if version and version != made.version:
        raise MergeRefused("Somebody changed one of the records meanwhile. Look at both again.")
    if made.cautions and not read:
        raise MergeRefused("Read what stands above, and say that you have.", field="read")
    gone.merged_into = kept
    gone.save_version(expected=None)
    moved, changed = _move_rows(kept, gone)
    changed += _take_fields(kept, made.differences, choices or {}, at=at)
    done = ClientMerge.objects.create(
        practice=kept.practice, kept=kept, gone=gone, moved=moved, changed=changed, merged_by=by, merged_at=at
    )
    counts = {label: len(ids) for label, ids in moved.items()}
    fields = [one["field"] for one in changed if one["table"] == _CLIENT]
    record(events.MERGED, done, client=kept, by=by, at=at, other=str(gone.pk), moved=counts, fields=fields)
    record(events.MERGED_AWAY, done, client=gone, by=by, at=at, other=str(kept.pk), moved=counts)
    return done


def in_force(kept: Client, gone_id: Any) -> ClientMerge | None:
    """Return the merge by which one record became part of another; None where there is none, or it was undone."""
    rows = ClientMerge.objects.filter(practice_id=kept.practice_id, kept=kept, gone=gone_id, undone_at=None)
    return rows.select_related("kept", "gone").first()


def _locked(*clients: Client) -> list[Client]:
    """Return the clients as they are now, which nobody else changes until we are done."""
    rows = Client.objects.select_for_update(of=("self",)).select_related("practice")
    found = {row.pk: row for row in rows.filter(pk__in=[one.pk for one in clients]).order_by("pk")}
    return [found[one.pk] for one in clients]


def _differences(kept: Client, gone: Client) -> list[rules.Difference]:
    return rules.differences(
        {name: getattr(kept, name) for name in FIELDS},
        {name: getattr(gone, name) for name in FIELDS},
        empty=lambda value: value in (None, "", "unknown"),
        room=Client._meta.get_field(rules.JOINED).max_length,  # type: ignore[union-attr]
    )


def _take_fields(
    kept: Client, found: list[rules.Difference], choices: Mapping[str, str], *, at: datetime
) -> list[dict[str, Any]]:
    taken = {}
    for one in found:
        try:
            value = one.chosen(choices.get(one.field, one.proposed))
        except ValueError as error:
            raise MergeRefused("Choose one of the answers offered.", field=one.field) from error
        if value != one.kept:
            taken[one.field] = value
    before = {name: getattr(kept, name) for name in taken}
    fill(kept, taken, at=at)
    kept.save_version(expected=None)
    return [_change(_CLIENT, kept.pk, name, before[name], getattr(kept, name)) for name in taken]


def _move_rows(kept: Client, gone: Client) -> tuple[dict[str, list[str]], list[dict[str, Any]]]:
    """Move what `gone` holds; return the ids by table, and what had to be emptied."""
    moved: dict[str, list[str]] = {}
    changed: list[dict[str, Any]] = []
    for moving in merging.all_moves():
        ids = list(moving.going(kept, gone).order_by("pk").values_list("pk", flat=True))
        if not ids:
            continue
        changed += _empty(moving, kept, ids)
        _hand_over(moving, ids, kept)
        moved[moving.label] = [str(one) for one in ids]
    return moved, changed


def _empty(moving: Moving, kept: Client, ids: list[Any]) -> list[dict[str, Any]]:
    """Empty, in the rows that move, the identifiers that the record that stays has in rows of its own."""
    if not moving.emptied:
        return []
    name, changed = moving.emptied, []
    taken = set(moving.of(kept).exclude(**{name: ""}).values_list(name, flat=True))
    for some in _in_parts(ids):
        for pk, value in moving.model._base_manager.filter(pk__in=some).values_list("pk", name):
            if value and value in taken:
                moving.model._base_manager.filter(pk=pk).update(**{name: ""})
                changed.append(_change(moving.label, pk, name, value, ""))
    return changed


def _in_parts(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _hand_over(moving: Moving, ids: list[Any], to: Client) -> None:
    for some in _in_parts(ids):
        moving.model._base_manager.filter(pk__in=some).update(client=to)


def _change(table: str, pk: Any, name: str, before: Any, after: Any) -> dict[str, Any]:
    return {"table": table, "id": str(pk), "field": name, "before": _plain(before), "after": _plain(after)}


def _plain(value: Any) -> Any:
    return (
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
    )


# ---- What came late


@transaction.atomic
def follow_up(done: ClientMerge) -> int:
    """Move what somebody, at work on the record that went while the merge was made, wrote into it after; return how many."""
    kept, gone = _locked(done.kept, done.gone)
    if gone.merged_into_id != kept.pk or kept.merged_into_id is not None:
        return 0
    moved, changed = _move_rows(kept, gone)
    if moved:
        for label, ids in moved.items():
            done.moved[label] = [*done.moved.get(label, []), *ids]
        done.changed += changed
        done.save(update_fields=["moved", "changed"])
    return sum(map(len, moved.values()))


# ---- Back again


@dataclass
class UndoPlan:
    """What undoing a merge would do.

    back: table to the ids that go back. along: how many of them were written since and hang on what goes back. staying:
    table to the ids written since that stay. restored: the changes that are taken back; overwritten: those that somebody
    changed again since, which stay.
    """

    done: ClientMerge
    obstacles: list[Obstacle] = field(default_factory=list)
    back: dict[str, set[Any]] = field(default_factory=dict)
    along: dict[str, int] = field(default_factory=dict)
    staying: dict[str, set[Any]] = field(default_factory=dict)
    restored: list[dict[str, Any]] = field(default_factory=list)
    overwritten: list[dict[str, Any]] = field(default_factory=list)


def undo_plan(done: ClientMerge, *, by: Member, at: datetime) -> UndoPlan:
    """Return what undoing a merge would do, for a member who may. Raises NotFound, NotAllowed."""
    permissions.check(by, Permission.CLIENTS_MERGE, done)
    permissions.check(by, Permission.CLIENTS_MERGE, done.kept.survivor)
    found = UndoPlan(done)
    kept, gone = done.kept, done.gone
    if done.undone_at is not None:
        found.obstacles.append(Obstacle("This was undone already."))
        return found
    if kept.merged_into is not None:
        found.obstacles.append(
            Obstacle(f"{kept.name} became part of {kept.merged_into.name} since. Undo that first.")
        )
        return found
    found.obstacles += merging.obstacles(kept, gone, at=at, undoing=True)
    _sort_out(found)
    _weigh_changes(found)
    return found


def _sort_out(found: UndoPlan) -> None:
    """Find what goes back and what stays, and whether anything would be torn apart."""
    done, moving = found.done, merging.all_moves()
    here: dict[str, set[Any]] = {}
    new: set[Node] = set()
    for one in moving:
        rows = dict(one.of(done.kept).values_list("pk", "created_at"))
        moved = {one.model._meta.pk.to_python(pk) for pk in done.moved.get(one.label, ())}
        here[one.label] = set(rows)
        found.back[one.label] = moved & rows.keys()
        new |= {(one.label, pk) for pk, made in rows.items() if made > done.created_at and pk not in moved}
    tied: dict[Node, set[Node]] = defaultdict(set)
    for tie in merging.ties():
        for one_end, other_end in tie.pairs(done.kept):
            tied[one_end].add(other_end)
            tied[other_end].add(one_end)
    waiting = [(label, pk) for label, pks in found.back.items() for pk in pks]
    while waiting:
        for label, pk in tied[waiting.pop()]:
            if (label, pk) in new and pk not in found.back[label]:
                # Written since, of something that goes back: it can't stay without it.
                found.back[label].add(pk)
                found.along[label] = found.along.get(label, 0) + 1
                waiting.append((label, pk))
    for riding in merging.all_rides():
        if since := riding.since(done.created_at, found.back):
            found.along[riding.label] = since
    for label, pk in new:
        if pk not in found.back[label]:
            found.staying.setdefault(label, set()).add(pk)
    torn = {
        (min(label, other), max(label, other))
        for (label, pk), others in tied.items()
        for other, other_pk in others
        if pk in found.back.get(label, ())
        and other_pk in here.get(other, ())
        and other_pk not in found.back[other]
    }
    names = {one.label: one.one for one in moving}
    for label, other in sorted(torn):
        found.obstacles.append(
            Obstacle(
                f"Since the merge, one record’s {names[label]} and the other’s {names[other]} hang together. Choose "
                "another there first; then the records can be parted again."
            )
        )


def _weigh_changes(found: UndoPlan) -> None:
    models_of = {one.label: one.model for one in merging.all_moves()} | {_CLIENT: Client}
    for change in found.done.changed:
        row = models_of[change["table"]]._base_manager.filter(pk=change["id"]).first()
        same = row is not None and _plain(getattr(row, change["field"])) == change["after"]
        (found.restored if same else found.overwritten).append(change)


@transaction.atomic
def undo(done: ClientMerge, *, by: Member, at: datetime) -> ClientMerge:
    """Make two records again. Undone already, it changes nothing. Raises MergeRefused with what to do first."""
    done = ClientMerge.objects.select_related("practice").get(pk=done.pk)
    kept, gone = _locked(done.kept, done.gone)
    # Whoever undid it a moment ago has let go of the lock by now.
    done = ClientMerge.objects.select_related("practice").get(pk=done.pk)
    done.kept, done.gone = kept, gone
    made = undo_plan(done, by=by, at=at)
    if done.undone_at is not None:
        return done
    if made.obstacles:
        raise MergeRefused(made.obstacles[0].sentence)
    for moving in merging.all_moves():
        _hand_over(moving, sorted(made.back[moving.label]), gone)
    _restore(made, kept, at=at)
    gone.merged_into = None
    gone.save_version(expected=None)
    done.undone_by, done.undone_at = by, at
    done.save(update_fields=["undone_by", "undone_at"])
    counts = {label: len(pks) for label, pks in made.back.items() if pks}
    record(events.UNMERGED, done, client=kept, by=by, at=at, other=str(gone.pk), moved=counts)
    record(events.UNMERGED, done, client=gone, by=by, at=at, other=str(kept.pk), moved=counts)
    return done


def _restore(made: UndoPlan, kept: Client, *, at: datetime) -> None:
    fields = {}
    for change in made.restored:
        if change["table"] == _CLIENT:
            fields[change["field"]] = _read(Client, change)
        else:
            model = next(one.model for one in merging.all_moves() if one.label == change["table"])
            model._base_manager.filter(pk=change["id"]).update(**{change["field"]: _read(model, change)})
    fill(kept, fields, at=at)
    kept.save_version(expected=None)


def _read(model: type[models.Model], change: Mapping[str, Any]) -> Any:
    return model._meta.get_field(change["field"]).to_python(change["before"])  # type: ignore[union-attr]


def merge_or_404(pk: Any, by: Member) -> ClientMerge:
    """Return a merge of the member's practice. Raises NotFound, also where the person is none they may know of."""
    found = (
        ClientMerge.objects.of(by.practice)
        .filter(pk=pk)
        .select_related("kept", "gone", "practice", "merged_by__user", "undone_by__user")
        .first()
    )
    if found is None or not found.kept.survivor.is_visible_to(by):
        raise NotFound("There is no such record in this practice.")
    return found
