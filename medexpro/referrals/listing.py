"""The list of referrals: who needs a word first. A handful of queries, whatever the history."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Q,
    QuerySet,
    Value,
    When,
    Window,
    prefetch_related_objects,
)

from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.prepared import Given, Prepared
from medexpro.referrals import hooks, standing
from medexpro.referrals.models import Referral
from medexpro.referrals.policy import policy
from medexpro.referrals.rules.validity import Cover
from medexpro.web import words

# Older ones that nobody completed stand under “All”, so that the first page speaks of today.
RECENT_DAYS = 180
SHOWN = 60
SOURCE_DAYS = 90
# So many stand on the home page.
FIRST = 8
GIVEN = ("recent", "soon")


@dataclass(frozen=True)
class Word:
    """What a referral needs today. urgency: 0 is the first. kind: of the chip."""

    text: str
    detail: str
    kind: str
    urgency: int


def needing_a_word(member: Member, day: date) -> QuerySet:
    """Return the referrals that need something now: acknowledging, completing, an episode, renewing.

    What nobody uses any more is not renewed: a client who was discharged, a referral that a newer one followed.
    """
    rows = _needing(Referral.objects.visible_to(member), days_on(day) | {"practice": member.practice_id})
    return rows.prefetch_related("checks")


def first_needing(member: Member, day: date) -> tuple[list[Referral], int]:
    """Return the first FIRST of them, and how many there are. Two queries; the SQL is made once."""
    if permissions.scope_of(member) == "practice":
        found = _FIRST_OF_PRACTICE(practice=member.practice_id, **days_on(day))
    else:
        found = list(_counted(needing_a_word(member, day)))
    prefetch_related_objects(found, "checks")
    return found, found[0].of_all if found else 0  # type: ignore[attr-defined]


def days_on(day: date) -> dict[str, Any]:
    """Return the days the question turns on, by the names of GIVEN."""
    return {
        "recent": day - timedelta(days=RECENT_DAYS),
        "soon": day + timedelta(days=policy().renew_from_days),
    }


def _needing(rows: QuerySet, given: Mapping[str, Any]) -> QuerySet:
    recent = Q(received_on__gte=given["recent"])
    ending = Q(valid_to__lte=given["soon"]) & hooks.in_use(given["practice"])
    open_ = Q(acknowledged_at=None) | Q(complete_at=None) | Q(placed=False)
    first = Case(When(acknowledged_at=None, then=Value(0)), When(ending, then=Value(1)), default=Value(2))
    return (
        rows.select_related("client", "provider", "provider__organisation")
        .annotate(placed=hooks.placed())
        .filter((recent & open_) | ending, declined_at=None)
        .annotate(first=first)
        .order_by("first", "received_on", "pk")
    )


def _counted(rows: QuerySet) -> QuerySet:
    return rows.annotate(of_all=Window(Count("pk")))[:FIRST]


_FIRST_OF_PRACTICE = Prepared[Referral](
    lambda: _counted(
        _needing(
            Referral.objects.filter(practice=Given("practice")),
            {name: Given(name, DateField()) for name in GIVEN} | {"practice": Given("practice")},
        )
    )
)


def every(member: Member) -> QuerySet:
    """Return all referrals, the newest first."""
    return _rows(member).order_by("-received_on", "-pk")


def word_of(referral: Referral, day: date, *, tells_why: bool, closed: Collection[date] = ()) -> Word:
    """Return what a referral needs, the most urgent thing first.

    tells_why: the reader may know the reason of a decline, which may name what was found. closed: from
    `standing.closed_for`.
    """
    now = standing.of(referral, day, closed)
    left = [answer.name for answer in now.answers if not answer.met]
    if now.cover is Cover.DECLINED:
        return Word("Declined", referral.declined_reason if tells_why else "", "", 9)
    if referral.acknowledged_at is None and now.acknowledge_by < day:
        days = (day - now.acknowledge_by).days
        over = f"{days} {'day' if days == 1 else 'days'} over"
        return Word("Acknowledge now", f"due {words.day(now.acknowledge_by, 'short')}, {over}", "stop", 0)
    if referral.acknowledged_at is None:
        when = "today" if now.acknowledge_by == day else words.day(now.acknowledge_by, "short")
        return Word(f"Acknowledge by {when}", "", "hold", 1)
    if now.cover is Cover.EXPIRED:
        return Word(
            "Expired", f"ended {words.day(referral.valid_to)}" if referral.valid_to else "", "stop", 2
        )
    if now.cover is Cover.EXPIRING and now.days_left is not None:
        ends = f"ends {words.day(referral.valid_to)}" if referral.valid_to else ""
        left_words = "last day" if now.days_left == 0 else f"{now.days_left} days left"
        return Word(f"Renewal, {left_words}", ends, "hold", 3)
    if left:
        return Word(f"{len(left)} of 4 checks open", "; ".join(left), "hold", 4)
    if not getattr(referral, "placed", True):
        how = referral.get_acknowledged_channel_display().lower()
        return Word("No episode yet", f"acknowledged, {how}" if how else "acknowledged", "hold", 5)
    return Word("Complete", f"to {words.day(referral.valid_to)}" if referral.valid_to else "", "ok", 6)


def sources(member: Member, day: date, *, limit: int = 6) -> list[dict]:
    """Return who referred most in the last 90 days. One query."""
    rows = (
        Referral.objects.visible_to(member)
        .filter(
            received_on__gt=day - timedelta(days=SOURCE_DAYS), received_on__lte=day, provider__isnull=False
        )
        .values("provider_id", "provider__given_name", "provider__family_name", "provider__credential")
        .annotate(n=Count("pk"))
        .order_by("-n", "provider__family_name")[:limit]
    )
    return [{"pk": row["provider_id"], "name": _name(row), "n": row["n"]} for row in rows]


def _name(row: dict) -> str:
    name = f"{row['provider__given_name']} {row['provider__family_name']}".strip()
    return f"{name}, {row['provider__credential']}" if row["provider__credential"] else name


def _rows(member: Member) -> QuerySet:
    return (
        Referral.objects.visible_to(member)
        .select_related("client", "provider", "provider__organisation")
        .prefetch_related("checks")
    )
