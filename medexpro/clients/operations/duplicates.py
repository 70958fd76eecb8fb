"""Records that may be of one person: found among all clients of a practice, proposed by people, told apart by people."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Max, Q, QuerySet

from medexpro.audit.trail import record
from medexpro.clients import events
from medexpro.clients.models import Client, DuplicateLook, LikelyPair
from medexpro.clients.rules.duplicates import Pair, likely_pairs
from medexpro.clients.rules.names import Person
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission

_AT_ONCE = 500
BY_A_MEMBER = "named by a colleague"


class PairRefused(Refusal):
    """Two records can't be named so."""


def is_stale(practice: Practice) -> bool:
    """Return whether a client was added or changed since all were last compared."""
    look = DuplicateLook.objects.filter(practice=practice).first()
    return look is None or (look.newest, look.clients) != _now(practice)


def _now(practice: Practice) -> tuple[datetime | None, int]:
    rows = Client.objects.of(practice).filter(merged_into=None)
    found = rows.aggregate(newest=Max("updated_at"), clients=Count("pk"))
    return found["newest"], found["clients"]


@transaction.atomic
def look_through(practice: Practice, *, at: datetime) -> int:
    """Compare all clients of a practice with each other, and keep the pairs that may be of one person; return how many.

    What a person said of a pair is kept, whatever the rule says later. Complete: every pair that `likely_same` finds.
    """
    newest, count = _now(practice)
    rows = Client.objects.of(practice).filter(merged_into=None)
    people = [
        Person(pk, f"{given} {family}".strip(), born, phone, email)
        for pk, given, family, born, phone, email in rows.order_by("pk").values_list(
            "pk", "given_name", "family_name", "birth_date", "phone", "email"
        )
    ]
    found = {(pair.first, pair.second): pair for pair in likely_pairs(people)}
    known = {(row.first_id, row.second_id): row for row in LikelyPair.objects.of(practice)}
    gone = [
        row.pk
        for key, row in known.items()
        if key not in found and row.parted_at is None and row.proposed_at is None
    ]
    for start in range(0, len(gone), _AT_ONCE):
        LikelyPair.objects.filter(pk__in=gone[start : start + _AT_ONCE]).delete()
    changed = [
        _told(row, found[key])
        for key, row in known.items()
        if key in found and (row.reasons, row.score) != (list(found[key].reasons), found[key].score)
    ]
    LikelyPair.objects.bulk_update(changed, ["reasons", "score"], batch_size=_AT_ONCE)
    new = [
        LikelyPair(
            practice=practice,
            first_id=pair.first,
            second_id=pair.second,
            reasons=list(pair.reasons),
            score=pair.score,
        )
        for key, pair in found.items()
        if key not in known
    ]
    # Somebody may propose the same pair at this moment.
    LikelyPair.objects.bulk_create(new, batch_size=_AT_ONCE, ignore_conflicts=True)
    DuplicateLook.objects.update_or_create(
        practice=practice, defaults={"looked_at": at, "newest": newest, "clients": count}
    )
    return len(found)


def _told(row: LikelyPair, pair: Pair) -> LikelyPair:
    row.reasons, row.score = list(pair.reasons), pair.score
    return row


def listed(member: Member, *, parted: bool = False) -> QuerySet[LikelyPair]:
    """Return the pairs of clients a member may know of: those asked about, or those somebody told apart.

    Proposed ones first, then the likeliest. A pair whose records became one, or one of another, is not asked about.
    """
    known = Client.objects.visible_to(member).values("pk")
    rows = LikelyPair.objects.of(member.practice).filter(first__in=known, second__in=known)
    both_in = Q(first__merged_into=None, second__merged_into=None, parted_at__isnull=not parted)
    return (
        rows.filter(both_in)
        .select_related("first", "second", "proposed_by__user", "parted_by__user")
        .order_by(F("proposed_at").asc(nulls_last=True), "-score", "pk")
    )


def pair_of(one: Client, other: Client) -> LikelyPair | None:
    """Return what is on file of two records."""
    first, second = _in_order(one, other)
    return (
        LikelyPair.objects.filter(first=first, second=second)
        .select_related("proposed_by__user", "parted_by__user")
        .first()
    )


@transaction.atomic
def propose(one: Client, other: Client, *, by: Member, at: datetime) -> LikelyPair:
    """Propose to those who may merge that two records are of one person. Proposed already, it stays as it is."""
    pair = _pair(one, other, by)
    if pair.proposed_at is None or pair.parted_at is not None:
        pair.proposed_by, pair.proposed_at = by, at
        pair.parted_by = pair.parted_at = None
        pair.save()
        _record(events.PAIR_PROPOSED, pair, by=by, at=at)
    return pair


@transaction.atomic
def part(one: Client, other: Client, *, by: Member, at: datetime) -> LikelyPair:
    """Remember that two records are not of one person; they are not asked about again. `ask_again` takes it back."""
    pair = _pair(one, other, by)
    if pair.parted_at is None:
        pair.parted_by, pair.parted_at = by, at
        pair.save(update_fields=["parted_by", "parted_at"])
        _record(events.PAIR_PARTED, pair, by=by, at=at)
    return pair


@transaction.atomic
def ask_again(one: Client, other: Client, *, by: Member, at: datetime) -> LikelyPair:
    """Take back that two records are not of one person."""
    pair = _pair(one, other, by)
    if pair.parted_at is not None:
        pair.parted_by = pair.parted_at = None
        pair.save(update_fields=["parted_by", "parted_at"])
        _record(events.PAIR_ASKED_AGAIN, pair, by=by, at=at)
    return pair


def _pair(one: Client, other: Client, by: Member) -> LikelyPair:
    for client in (one, other):
        permissions.check(by, Permission.CLIENTS_EDIT, client)
    if one.pk == other.pk:
        raise PairRefused("This is one record already. Choose another.")
    first, second = _in_order(one, other)
    pair, _ = LikelyPair.objects.get_or_create(
        first=first, second=second, defaults={"practice": by.practice, "reasons": [BY_A_MEMBER]}
    )
    return pair


def _in_order(one: Client, other: Client) -> tuple[Client, Client]:
    return (one, other) if one.pk < other.pk else (other, one)


def _record(kind: str, pair: LikelyPair, *, by: Member, at: datetime) -> None:
    record(kind, pair, client=pair.first, by=by, at=at, other=str(pair.second_id))
    record(kind, pair, client=pair.second, by=by, at=at, other=str(pair.first_id))
