"""Letters about a relationship that wait for somebody: an improvement to write of, a draft to sign, a signed one to send."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.urls import reverse

from medexpro.outreach import improvements
from medexpro.outreach.letter_models import Improvement, Letter, LetterDelivery
from medexpro.outreach.rules import letters as rule
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel, Provider
from medexpro.today.owed import FETCHED, Found, Owed
from medexpro.web import words

RESULT, LETTER = "result", "letter"
# Those of a result, and of a letter, by the same names.
COLUMNS = ("which", "pk", "about", "who", "given", "family", "p_given", "p_family", "p_type", "p_active", "place", "text", "state",
    "at", "then_at")  # fmt: skip
NONE = Value("", CharField())


@dataclass(frozen=True)
class Line:
    """One of them. about: the episode; who: the provider. then_at: when a letter was signed, or a result last written of."""

    pk: UUID
    about: UUID | None
    who: UUID | None
    client: str
    provider: Provider | None
    place: str
    text: str
    drafted: bool
    at: datetime
    then_at: datetime | None


@dataclass(frozen=True)
class Waiting:
    """Both lists, the oldest first."""

    results: list[Line]
    letters: list[Line]


def read(member: Member, day: date) -> Waiting:
    """Return what waits on a day. One query."""
    found: dict[str, list[Line]] = {RESULT: [], LETTER: []}
    if not member.may(Permission.LETTERS_SEND):
        return Waiting([], [])
    every = _letters(member)
    if member.may(Permission.REPORTS_WRITE):
        every = _results(member, day).union(every, all=True)
    for which, *values in every.order_by("which", "at", "pk")[:FETCHED]:
        found[which].append(_line(*values))
    newest: dict[Any, Line] = {}
    for one in found[RESULT]:
        last = member.practice.day(one.then_at) if one.then_at else None
        if rule.result_is_due(member.practice.day(one.at), last, on=day):
            newest[one.about] = one
    return Waiting(list(newest.values()), found[LETTER])


def _line(
    pk: UUID, about: UUID | None, who: UUID | None, given: str | None, family: str | None, p_given: str | None,
    p_family: str | None, p_type: str | None, p_active: bool | None, place: str | None, text: str, state: str, at: datetime,
    then_at: datetime | None,
) -> Line:  # fmt: skip
    provider = None
    if p_family:
        provider = Provider(
            given_name=p_given or "", family_name=p_family, type=p_type or "", is_active=bool(p_active)
        )
    client = f"{given or ''} {family or ''}".strip()
    return Line(pk, about, who, client, provider, place or "", text, state == Letter.State.DRAFT, at, then_at)


def _results(member: Member, day: date) -> Any:
    since = datetime.combine(day - timedelta(days=rule.RESULT_DAYS), time(), member.practice.tz)
    rows = Improvement.objects.visible_to(member).filter(set_aside_at=None, found_at__gte=since)
    return _named(
        rows, "episode__referral__provider", which=Value(RESULT, CharField()), about=F("episode_id"),
        place=NONE, text=NONE, state=NONE, at=F("found_at"), then_at=improvements.last_letter_at(),
    )  # fmt: skip


def _letters(member: Member) -> Any:
    leaving = LetterDelivery.objects.filter(
        letter=OuterRef("pk"), channel=Channel.EMAIL, delivered_at=None, failed_reason=""
    )
    rows = Letter.objects.visible_to(member).filter(
        Q(state=Letter.State.DRAFT) | Q(state=Letter.State.SIGNED) & ~Exists(leaving)
    )
    return _named(
        rows, "source__provider", which=Value(LETTER, CharField()), about=F("episode_id"),
        place=F("source__organisation__name"), text=F("number"), at=F("drafted_at"), then_at=F("signed_at"),
    )  # fmt: skip


def _named(rows: QuerySet[Any], provider: str, **columns: Any) -> Any:
    named = {
        "who": F(f"{provider}_id"), "given": F("episode__client__given_name"),
        "family": F("episode__client__family_name"), "p_given": F(f"{provider}__given_name"),
        "p_family": F(f"{provider}__family_name"), "p_type": F(f"{provider}__type"),
        "p_active": F(f"{provider}__is_active"),
    }  # fmt: skip
    return rows.order_by().annotate(**named, **columns).values_list(*COLUMNS)


def results_to_tell(look: Any, upto: int) -> Found:
    """Return clients who improved and whose referring provider has not been written to."""
    rows = look.letters.results
    return Found([_result(one, look) for one in rows[:upto]], len(rows))


def _result(one: Line, look: Any) -> Owed:
    name = one.provider.short_name if one.provider else "The provider"
    on = words.day(look.member.practice.day(one.at), "short")
    why = f"Measured {on}, better by more than must be passed to count. {name} sent them"
    url = reverse("providers:show", args=[one.who]) + "#worklist"
    return Owed(one.client, why, "Write", url, episode=one.about)


def letters_to_finish(look: Any, upto: int) -> Found:
    """Return letters drafted and not signed, signed and not sent; an e-mail in the queue is on its way."""
    rows = look.letters.letters
    return Found([_letter(one, look) for one in rows[:upto]], len(rows))


def _letter(one: Line, look: Any) -> Owed:
    on = look.member.practice.day(one.at if one.drafted else one.then_at or one.at)
    said, about = "drafted" if one.drafted else "signed, not sent", f" · {one.client}" if one.client else ""
    why = f"Letter {one.text}{about}, {said} {words.day(on, 'short')}"
    if one.provider is not None and not one.provider.is_active:
        why = f"{why}. {one.provider.short_name} is no longer active: choose who gets it"
    url = reverse("outreach:letter", args=[one.pk]) + ("" if one.drafted else "#send")
    who = one.provider.name if one.provider else one.place
    return Owed(who, why, "Go on" if one.drafted else "Send", url, late=not one.drafted and on < look.day)
