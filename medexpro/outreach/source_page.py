"""One source's page: referrals in, how our word was kept, what became of the clients, and the log of touches."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from statistics import median
from typing import Any
from uuid import UUID

from django.urls import reverse

from medexpro.assessments import outcomes
from medexpro.audit import trail
from medexpro.episodes.models import Episode, Status
from medexpro.outreach import board, derived_touches, reading
from medexpro.outreach.reading import Loop, Relation
from medexpro.outreach.rules.loops import LoopState
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.referrals import sections
from medexpro.referrals.models import Referral
from medexpro.referrals.policy import relations_policy
from medexpro.referrals.rules.relations import rhythm_of
from medexpro.referrals.source_models import Source, TouchKind
from medexpro.web import words

# The newest clients stand on the page; the older ones are counted.
SHOWN_CLIENTS = 8
SHOWN_TOUCHES = 40
ICONS = {
    TouchKind.LETTER: "file", TouchKind.CALL: "phone", TouchKind.VISIT: "walk", TouchKind.TALK: "users",
    TouchKind.LUNCH: "clock", TouchKind.REPORT: "reports", TouchKind.THANKS: "check", TouchKind.PAGE: "referrals",
    TouchKind.EMAIL: "mail", TouchKind.OTHER: "pen",
}  # fmt: skip
# What became of a client, in the order it is said. A verdict of a measure is never added up to more than it is.
BETTER, WORSE, SAME, UNKNOWN = "better", "worse", "same", "unknown"


def context(source: Source, member: Member, at: datetime, *, measured: bool = False) -> dict[str, Any]:
    """Return what the page of a source shows, as far as the member may see it.

    measured: they asked what was measured of the clients; nobody's record is opened by looking at a relationship.
    """
    practice = source.practice
    day = practice.day(at)
    loops = reading.loops_by_provider(practice, at, only=source)
    [relation] = reading.relations_of(practice, at, only=source, loops=loops)
    shown = list(relation.loops)[::-1][:SHOWN_CLIENTS]
    names = _names(member, [one.referral for one in shown])
    reader = board.Reader(member, day, names)
    return {
        "tabs": sections.tabs_for(member),
        "tab": "sources",
        "source": source,
        "stage": board.stage_words(relation),
        "reason": relation.standing.reason,
        "next": board.next_of(relation, reader),
        "figures": _figures(relation, day),
        "promises": _promises(relation.loops),
        "clients": _clients(shown, names, member, at, measured=measured),
        "measured": measured and member.may(Permission.RECORD_READ),
        "may_measure": member.may(Permission.RECORD_READ),
        "more_clients": len(relation.loops) - len(shown),
        "touches": _touches(source, day, member),
        "facts": _facts(source),
        "spark": board.spark([one.received_on for one in relation.sent], day),
        "provider_url": reverse("providers:show", args=[source.provider_id])
        if source.provider_id and member.may(Permission.PROVIDERS_READ)
        else "",
    }


def _figures(relation: Relation, day: date) -> list[dict[str, str]]:
    """Return the four figures at the head: clients in, time to the first visit, documents, days since contact."""
    rhythm = rhythm_of([one.received_on for one in relation.sent], relations_policy())
    waits = [
        (one.course.first_visit_at.date() - one.received_on).days
        for one in relation.loops
        if one.course.first_visit_at is not None
    ]
    seen = f"median of {len(waits)}" if waits else "nobody came yet"
    lately = relation.sent_within(reading.LATELY_DAYS, day)
    kept = [one for loop in relation.loops for one in loop.promises if one.kept_on or one.late]
    late = sum(one.late for one in kept)
    contact = (day - relation.last_touch).days if relation.last_touch else None
    gap = f"{lately} in 90 days" + (f", one in {round(rhythm.gap_days)} days" if rhythm.gap_days else "")
    return [
        {"label": "Referrals in", "value": str(len(relation.sent)), "small": gap},
        {"label": "To the first visit", "value": f"{round(median(waits))} days" if waits else "–", "small": seen},
        {
            "label": "Documents on time",
            "value": f"{len(kept) - late} of {len(kept)}" if kept else "–",
            "small": f"{late} late" if late else "none late" if kept else "none owed yet",
        },
        {
            "label": "Since contact",
            "value": "–" if contact is None else "today" if not contact else f"{contact} day{'s' if contact > 1 else ''}",
            "small": "no touch logged" if relation.last_touch is None else words.day(relation.last_touch),
        },
    ]  # fmt: skip


def _promises(loops: Sequence[Loop]) -> list[dict[str, Any]]:
    """Return the documents by kind: how many went out in time, how many late, how many are late now."""
    on_time: Counter[str] = Counter()
    late: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    for loop in loops:
        for one in loop.promises:
            if one.kept_on is None:
                waiting[one.kind] += one.late
            else:
                (late if one.late else on_time)[one.kind] += 1
    return [
        {"name": name, "on_time": on_time[kind], "late": late[kind], "waiting": waiting[kind]}
        for kind, name in board.DOCUMENT_NAMES.items()
        if on_time[kind] + late[kind] + waiting[kind]
    ]


def _names(member: Member, referrals: Sequence[UUID]) -> dict[UUID, str]:
    rows = Referral.objects.visible_to(member, Permission.REFERRALS_READ).filter(pk__in=referrals)
    names = rows.values_list("pk", "client__given_name", "client__family_name")
    return {pk: f"{given} {family}".strip() for pk, given, family in names}


def _clients(
    shown: Sequence[Loop], names: dict[UUID, str], member: Member, at: datetime, *, measured: bool
) -> list[dict[str, Any]]:
    """Return the clients a source sent. What was measured of one is only for who may read the record, and is audited."""
    readable: dict[UUID, Episode] = {}
    if member.may(Permission.RECORD_READ):
        rows = Episode.objects.visible_to(member).select_related("client", "practice")
        readable = {one.pk: one for one in rows.filter(pk__in=[loop.episode for loop in shown])}
    found = []
    for loop in shown:
        episode = readable.get(loop.episode)
        if episode is not None and measured:
            trail.record_read(member, episode.client, "source", at=at)
        found.append(
            {
                "name": names.get(loop.referral, "A client"),
                "url": reverse("episodes:show", args=[loop.episode]) if episode else "",
                "received_on": loop.received_on,
                "state": Status(episode.status).label if episode else "",
                "outcome": _outcome(episode, member.practice.day(at)) if episode and measured else None,
                "bar": board.BAR_CLASSES[loop.state],
                "late": loop.state is LoopState.LATE,
            }
        )
    return found


def _outcome(episode: Episode, day: date) -> dict[str, str]:
    """Return what became of one client: the measures by verdict since the baseline, counted and nothing more."""
    known = Counter(one.verdict_kind for one in outcomes.outcomes(episode, day))
    parts = [
        f"{known[kind]} {said}"
        for kind, said in (
            (BETTER, "better"),
            (SAME, "no measurable change"),
            (WORSE, "worse"),
            (UNKNOWN, "unknown"),
        )
        if known[kind]
    ]
    kind = "" if not known[BETTER] and not known[WORSE] else "ok" if known[BETTER] > known[WORSE] else "hold"
    return {"text": ", ".join(parts) or "one measuring so far", "kind": kind}


def _touches(source: Source, day: date, member: Member) -> list[dict[str, Any]]:
    rows = source.touches.select_related("by__user", "struck_by__user")[:SHOWN_TOUCHES]
    kept = [
        {
            "pk": one.pk,
            "icon": ICONS[TouchKind(one.kind)],
            "kind": one.get_kind_display(),
            "on": one.on,
            "by": str(one.by),
            "note": one.note,
            "ref": one.ref if one.ref.count("-") != 4 else "",
            "follow_up_on": one.follow_up_on if one.follow_up_on and one.follow_up_on >= day else None,
            "struck": f"Struck out by {one.struck_by}" if one.struck_at else "",
        }
        for one in rows
    ]
    told = [*kept, *derived_touches.reports_sent(source, member)]
    return sorted(told, key=lambda one: one["on"], reverse=True)[:SHOWN_TOUCHES]


def _facts(source: Source) -> list[tuple[str, str]]:
    provider, way = source.provider, source.get_preferred_channel_display()
    if provider is not None:
        way = way or provider.get_preferred_channel_display()
    who = provider or source.organisation
    known = [
        ("What they are", source.get_kind_display()),
        ("Works at", source.place),
        ("Conditions", ", ".join(source.interests)),
        ("Looked after by", str(source.owner) if source.owner else "nobody yet"),
        ("Likes to hear by", way),
        ("Phone", who.phone if who else ""),
    ]
    return [(label, value) for label, value in known if value]
