"""One worklist per provider: all we owe them and all we wait for, each with its one action. Derived, never stored.

Each rule is another area's own: due dates are `reports.listing`'s, thank-you and follow-up the relationship's, results
`improvements`'. Here they only stand together.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from medexpro.clearance import state as clearance
from medexpro.clearance.models import Precaution, ReferBack
from medexpro.clients.agreements import RELEASE_TO_PROVIDER
from medexpro.episodes.models import Episode
from medexpro.outreach import improvements, letters, reading
from medexpro.outreach.letter_models import Letter
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider
from medexpro.referrals.rules.relations import Need
from medexpro.referrals.source_models import Source
from medexpro.reports import listing
from medexpro.reports.answer_models import Question
from medexpro.reports.listing import Due
from medexpro.reports.models import UNSIGNED, Document
from medexpro.web import words

# A document nobody confirmed is asked after for so long; then the next one says more. A working rule of ours.
WAITED = timedelta(days=45)
P = Permission


@dataclass(frozen=True)
class Item:
    """One thing to do or to wait for. client: about whom. posts: fields of a form where the action is one; else a link.

    waits: it is with the provider; ours is only to ask after it. aside: id of an improvement that may be set aside.
    """

    text: str
    verb: str
    url: str
    client: str = ""
    posts: dict[str, str] = field(default_factory=dict)
    late: bool = False
    waits: bool = False
    aside: str = ""


@dataclass(frozen=True)
class Worklist:
    """What is owed to a provider and what waits at theirs, the late first."""

    owed: list[Item]
    waiting: list[Item]

    @property
    def late(self) -> int:
        """Return how much of it is late."""
        return sum(one.late for one in (*self.owed, *self.waiting))


def of_provider(provider: Provider, *, member: Member, at: datetime) -> Worklist:
    """Return the worklist as far as the member may see it. Twelve queries at most, whatever the history."""
    day = member.practice.day(at)
    source = Source.objects.named().filter(provider=provider).select_related("practice").first()
    found = [*_documents(provider, member, at)]
    if member.may(P.RECORD_READ):
        found += [*_answers(provider, member, day)]
    if member.may(P.SOURCES_READ):
        found += [*_results(provider, source, member, day), *_letters(source, member)]
        found += [*_relation(provider, source, member, at)] if source else []
    found.sort(key=lambda one: not one.late)
    return Worklist([one for one in found if not one.waits], [one for one in found if one.waits])


# ---- The six documents


def _documents(provider: Provider, member: Member, at: datetime) -> Iterator[Item]:
    """Yield documents due, drafted, signed and not sent, sent and not confirmed. Three queries."""
    if not (member.may(P.REPORTS_STATUS) or member.may(P.REPORTS_READ)):
        return
    rows = Document.objects.visible_to(member).filter(
        provider=provider, state__in=(*UNSIGNED, Document.State.SIGNED, Document.State.SENT)
    )
    papers = list(
        rows.defer("pdf", "snapshot", "words").select_related("episode__client", "episode__referral", "practice")
        .order_by("drafted_at")[:60]
    )  # fmt: skip
    begun, due = (
        {(one.episode_id, one.kind) for one in papers if one.state in UNSIGNED},
        _due(provider, member, at),
    )
    for one in due:
        if (one.episode.pk, one.kind.value) not in begun:
            yield _due_item(one, member)
    late = {(one.episode.pk, one.kind.value) for one in due if one.late}
    for paper in papers:
        yield from _paper(paper, member, at, late=(paper.episode_id, paper.kind) in late)


def _due(provider: Provider, member: Member, at: datetime) -> list[Due]:
    day, practice = member.practice.day(at), member.practice
    rows = Episode.objects.visible_to(member).filter(referral__provider=provider).select_related("client")
    closed, found = listing.closed_for(practice, day), []
    for episode in listing.with_dates(rows, day):
        episode.practice = practice
        found += [one for one in listing.due_of(episode, at, closed) if one.needed_on <= day + listing.SOON]
    return found


def _due_item(one: Due, member: Member) -> Item:
    said = one.words if member.may(P.REPORTS_READ) else f"{one.kind.label} {one.said}"
    if one.kind == Document.Kind.ACKNOWLEDGEMENT and member.may(P.REFERRALS_INTAKE):
        verb, url = "Acknowledge", reverse("reports:acknowledgement", args=[one.episode.referral_id])
    elif member.may(P.REPORTS_READ):
        verb, url = "Open", reverse("reports:of_episode", args=[one.episode.pk])
    else:
        verb, url = "Reports", reverse("reports:index")
    return Item(said, verb, url, str(one.episode.client), late=one.late)


def _paper(one: Document, member: Member, at: datetime, *, late: bool) -> Iterator[Item]:
    named, day_of = f"{one.get_kind_display()} {one.number}", one.practice.day
    where = "reports:show" if member.may(P.REPORTS_READ) else "reports:states"
    url, client = reverse(where, args=[one.pk]), str(one.episode.client)
    if one.state in UNSIGNED:
        on = words.day(day_of(one.drafted_at), "short")
        yield Item(f"{named}, drafted {on}, not signed", "Go on", url, client, late=late)
    elif one.state == Document.State.SIGNED and one.signed_at is not None:
        on, over = words.day(day_of(one.signed_at), "short"), day_of(one.signed_at) < day_of(at)
        yield Item(f"{named}, signed {on}, not sent", "Send", f"{url}#send", client, late=over)
    elif one.signed_at is not None and at - one.signed_at < WAITED:
        yield Item(f"{named}: not confirmed yet", "Record what came back", f"{url}#back", client, waits=True)


# ---- What only they can answer


def _answers(provider: Provider, member: Member, day: Any) -> Iterator[Item]:
    """Yield questions without an answer, clients who are back with them, precautions to ask about. Three queries."""
    questions = Question.objects.visible_to(member).filter(
        provider=provider, answered_at=None, closed_at=None
    )
    for one in questions.select_related("episode__client", "practice").order_by("asked_at")[:30]:
        asked = words.day(one.practice.day(one.asked_at), "short")
        yield Item(
            f"Asked {asked}: {one.text}", "Open", reverse("reports:question", args=[one.pk]),
            str(one.episode.client), waits=True, late=one.practice.day(one.asked_at) < day - timedelta(days=3),
        )  # fmt: skip
    backs = ReferBack.objects.visible_to(member).filter(provider=provider, closed_at=None)
    for back in backs.select_related("episode__client", "practice").order_by("opened_at")[:30]:
        since = words.day(back.practice.day(back.opened_at), "short")
        url = reverse("clearance:decide", args=[back.episode_id]) + "#refer-back"
        yield Item(
            f"Referred back {since}: {back.observed}", "Record answer", url, str(back.episode.client), late=True, waits=True
        )  # fmt: skip
    asks = clearance.releases_to_ask(Precaution.objects.visible_to(member), day)
    for precaution in (
        asks.filter(episode__referral__provider=provider)
        .select_related("episode__client")
        .order_by("created_at")[:30]
    ):
        url = reverse("clearance:decide", args=[precaution.episode_id]) + "#p-h"
        text = f"Ask whether it is released: {precaution.text}"
        yield Item(text, "Record answer", url, str(precaution.episode.client))


# ---- The relationship


def _results(provider: Provider, source: Source | None, member: Member, day: Any) -> Iterator[Item]:
    """Yield improvements to write of; without a release on file the release is what is asked for first. Two queries."""
    if not (member.may(P.LETTERS_SEND) and member.may(P.REPORTS_WRITE)):
        return
    for one in improvements.to_tell(member, day, providers=[provider.pk]):
        client, count = one.episode.client, len(one.keys)
        text = (
            f"Improved, measured {words.day(one.on, 'short')}: {count} {'measure' if count == 1 else 'measures'} by more "
            "than must be passed to count"
        )
        if letters.has_release(client):
            posts = {
                "kind": Letter.Kind.RESULT.value,
                "provider": str(provider.pk),
                "episode": str(one.episode_id),
            }
            yield Item(text, "Draft result letter", drafting(), str(client), posts=posts, aside=str(one.pk))
        else:
            url = reverse("clients:sign", args=[client.pk, RELEASE_TO_PROVIDER])
            text = f"{text}. A letter may name them with a release of information only"
            yield Item(text, "Ask for the release", url, str(client), aside=str(one.pk))


def _letters(source: Source | None, member: Member) -> Iterator[Item]:
    """Yield letters drafted and not signed, signed and not sent. One query."""
    if source is None or not member.may(P.LETTERS_SEND):
        return
    rows = letters.rows_of(member).filter(source=source, state__in=(Letter.State.DRAFT, Letter.State.SIGNED))
    for one in rows.defer("pdf", "snapshot", "words").order_by("drafted_at")[:30]:
        url = reverse("outreach:letter", args=[one.pk])
        client = str(one.client) if one.client else ""
        if one.state == Letter.State.DRAFT:
            on = words.day(one.practice.day(one.drafted_at), "short")
            yield Item(f"{one}, drafted {on}, not signed", "Go on", url, client)
        elif one.signed_at is not None:
            on = words.day(one.practice.day(one.signed_at), "short")
            yield Item(f"{one}, signed {on}, not sent", "Send", f"{url}#send", client)


def _relation(provider: Provider, source: Source, member: Member, at: datetime) -> Iterator[Item]:
    """Yield what the relationship asks for: thanks, a follow-up, the next step, a word after silence. Four queries."""
    writes = member.may(P.LETTERS_SEND)
    [relation] = reading.relations_of(source.practice, at, only=source)
    drafted = set(
        Letter.objects.filter(source=source, state__in=(Letter.State.DRAFT, Letter.State.SIGNED)).values_list("kind", flat=True)
    ) if writes else set()  # fmt: skip
    touch = reverse("outreach:touch", args=[source.pk])
    for ask in relation.asks:
        on = words.day(ask.since, "short")
        posts = {"provider": str(provider.pk)}
        if ask.need is Need.THANKS:
            newest = max(relation.sent, key=lambda one: one.received_on, default=None)
            if writes and newest is not None and Letter.Kind.THANK_YOU not in drafted:
                posts |= {"kind": Letter.Kind.THANK_YOU.value, "referral": str(newest.pk)}
                yield Item(
                    f"Thank for the referral of {on}",
                    "Draft thank-you",
                    drafting(),
                    posts=posts,
                    late=ask.late,
                )
            elif not writes and member.may(P.SOURCES_EDIT):
                yield Item(f"Thank for the referral of {on}", "Log a touch", touch, late=ask.late)
        elif ask.need is Need.QUIET and writes and Letter.Kind.FOLLOW_UP not in drafted:
            posts |= {"kind": Letter.Kind.FOLLOW_UP.value}
            yield Item(f"Quiet since {on}: write again", "Draft follow-up", drafting(), posts=posts)
        elif ask.need is Need.FOLLOW_UP and member.may(P.SOURCES_EDIT):
            yield Item(f"Follow up by phone, from {on}", "Log the call", touch, late=ask.late)
        elif ask.need is Need.STEP and member.may(P.SOURCES_EDIT):
            yield Item(f"{source.next_step}, {words.day(ask.since, 'short')}", "Log it", touch, late=ask.late)


def drafting() -> str:
    """Return where a letter is drafted."""
    return reverse("outreach:letter_draft")
