"""Letters about a relationship that wait for somebody: an improvement to write of, a draft to sign, a signed one to send."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from medexpro.outreach import improvements
from medexpro.outreach.letter_models import Improvement, Letter, LetterDelivery
from medexpro.outreach.rules import letters as rule
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel, Provider
from medexpro.today import correspondence
from medexpro.today.correspondence import Row
from medexpro.today.owed import Found, Owed
from medexpro.web import words

RESULT, LETTER = "result", "letter"


def lists(member: Member, day: date) -> list[Any]:
    """Return letters to finish, and results a provider may be told of, each with when one was last written about."""
    if not member.may(Permission.LETTERS_SEND):
        return []
    found = [_letters(member)]
    if member.may(Permission.REPORTS_WRITE):
        found.append(_results(member, day))
    return found


def _results(member: Member, day: date) -> Any:
    since = datetime.combine(day - timedelta(days=rule.RESULT_DAYS), time(), member.practice.tz)
    rows = Improvement.objects.visible_to(member).filter(set_aside_at=None, found_at__gte=since)
    return _listed(
        rows, RESULT, "episode__referral__provider", at=F("found_at"), then_at=improvements.last_letter_at()
    )


def _letters(member: Member) -> Any:
    leaving = LetterDelivery.objects.filter(
        letter=OuterRef("pk"), channel=Channel.EMAIL, delivered_at=None, failed_reason=""
    )
    rows = Letter.objects.visible_to(member).filter(
        Q(state=Letter.State.DRAFT) | Q(state=Letter.State.SIGNED) & ~Exists(leaving)
    )
    return _listed(
        rows, LETTER, "source__provider", place=F("source__organisation__name"), text=F("number"), state=F("state"),
        at=F("drafted_at"), then_at=F("signed_at"),
    )  # fmt: skip


def _listed(rows: QuerySet[Any], which: str, provider: str, **columns: Any) -> Any:
    return correspondence.listed(
        rows, which, about=F("episode_id"), who=F(f"{provider}_id"), given=F("episode__client__given_name"),
        family=F("episode__client__family_name"), p_given=F(f"{provider}__given_name"),
        p_family=F(f"{provider}__family_name"), p_type=F(f"{provider}__type"),
        p_active=F(f"{provider}__is_active"), **columns,
    )  # fmt: skip


def _provider(row: Row) -> Provider | None:
    if not row.p_family:
        return None
    return Provider(
        given_name=row.p_given or "", family_name=row.p_family, type=row.p_type or "", is_active=bool(row.p_active)
    )  # fmt: skip


def results_to_tell(look: Any, upto: int) -> Found:
    """Return clients who improved and whose referring provider has not been written to."""
    day_of, newest = look.member.practice.day, {}
    for one in look.rows[RESULT]:
        last = day_of(one.then_at) if one.then_at else None
        if rule.result_is_due(day_of(one.at), last, on=look.day):
            newest[one.about] = one
    rows = list(newest.values())
    return Found([_result(one, look) for one in rows[:upto]], len(rows))


def _result(one: Row, look: Any) -> Owed:
    provider = _provider(one)
    name = provider.short_name if provider else "The provider"
    on = words.day(look.member.practice.day(one.at), "short")
    why = f"Measured {on}, better by more than must be passed to count. {name} sent them"
    url = reverse("providers:show", args=[one.who]) + "#worklist"
    return Owed(one.person, why, "Write", url, episode=one.about)


def letters_to_finish(look: Any, upto: int) -> Found:
    """Return letters drafted and not signed, signed and not sent; an e-mail in the queue is on its way."""
    rows = look.rows[LETTER]
    return Found([_letter(one, look) for one in rows[:upto]], len(rows))


def _letter(one: Row, look: Any) -> Owed:
    drafted, provider = one.state == Letter.State.DRAFT, _provider(one)
    on = look.member.practice.day(one.at if drafted else one.then_at or one.at)
    said, about = "drafted" if drafted else "signed, not sent", f" · {one.person}" if one.person else ""
    why = f"Letter {one.text}{about}, {said} {words.day(on, 'short')}"
    if provider is not None and not provider.is_active:
        why = f"{why}. {provider.short_name} is no longer active: choose who gets it"
    url = reverse("outreach:letter", args=[one.pk]) + ("" if drafted else "#send")
    who = provider.name if provider else one.place or ""
    return Owed(who, why, "Go on" if drafted else "Send", url, late=not drafted and on < look.day)
