"""Referrals in words."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.urls import reverse

from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel
from medexpro.referrals import listing
from medexpro.referrals.models import Referral
from medexpro.referrals.rules.validity import Cover
from medexpro.referrals.standing import Standing
from medexpro.web import words

COVER_WORDS = {
    Cover.IN_FORCE: "in force",
    Cover.EXPIRING: "ending soon",
    Cover.NOT_YET: "not yet in force",
    Cover.EXPIRED: "expired",
    Cover.DECLINED: "declined",
}


def may_read_wording(member: Member) -> bool:
    """Return whether a member reads the provider's words: who takes referrals in, and who reads the record."""
    return member.may(Permission.REFERRALS_INTAKE) or member.may(Permission.RECORD_READ)


def row(referral: Referral, day: date, member: Member, closed: Collection[date] = ()) -> dict[str, Any]:
    """Return one row of the list, as far as the member may see it. closed: days the practice is."""
    provider = referral.provider
    place = provider.organisation.name if provider and provider.organisation else ""
    met = {check.kind: check.met for check in referral.checks.all()}
    return {
        "url": reverse("referrals:show", args=[referral.pk]),
        "client": referral.client.name,
        "provider": provider.formal_name if provider else "Provider not named",
        "place": " · ".join(filter(None, [provider.specialty if provider else "", place])),
        "received_on": referral.received_on,
        "checks": [met.get(kind) for kind in ("written", "wording", "coded", "exited")],
        "met": sum(1 for value in met.values() if value),
        "word": listing.word_of(referral, day, tells_why=may_read_wording(member), closed=closed),
    }


def missing(now: Standing, member: Member) -> list[str]:
    """Return what is missing: whole sentences for those who may read the words, else only which checks."""
    if may_read_wording(member):
        return now.missing
    left = [answer.name for answer in now.answers if not answer.met]
    return left if now.in_force else [*left, f"The referral is {COVER_WORDS[now.cover]}."]


def checks(now: Standing, refused: dict[str, str], member: Member) -> list[dict[str, Any]]:
    """Return the four checks as the page draws them. refused: the sentence at the check that was just refused."""
    reads = may_read_wording(member)
    shown = []
    for answer in now.answers:
        check = answer.check
        answered = ""
        if check is not None:
            who = str(check.checked_by) if check.checked_by else "An import"
            answered = f"{who}, {words.day(check.checked_at.date())}"
        if answer.met:
            kind = "ok"
        elif check is not None:
            kind = "stop"
        else:
            kind = "hold" if answer.reading.shown else "wait"
        shown.append(
            {
                "kind": answer.kind,
                "mark": kind,
                "name": answer.name,
                "sentence": answer.reading.sentence if reads else "",
                "note": check.note if check and reads else "",
                "answered": answered,
                "met": answer.met,
                "possible": answer.reading.possible,
                "asks_note": answer.reading.possible and not answer.reading.shown,
                "refused": refused.get(answer.kind, ""),
                "typed": refused.get("note", "") if answer.kind in refused else "",
            }
        )
    return shown


def facts(referral: Referral, now: Standing, member: Member) -> list[dict[str, str]]:
    """Return what is recorded of the paper, as far as the member may see it."""
    span = " to ".join(
        words.day(day) for day in (referral.valid_from or referral.written_on, referral.valid_to) if day
    )
    codes = ", ".join(f"{code.icd10} {code.words}".strip() for code in referral.codes.all())
    known = [
        ("Provider", referral.provider.formal_name if referral.provider else "not named"),
        ("Received", f"{words.day(referral.received_on)}, by {Channel(referral.channel).label.lower()}"),
        ("Written", words.day(referral.written_on) if referral.written_on else "not recorded"),
        ("Valid", f"{span or 'no end stated'}, {COVER_WORDS[now.cover]}"),
    ]
    if member.may(Permission.RECORD_READ) or member.may(Permission.REFERRALS_INTAKE):
        known.append(("What for", referral.purpose or "not recorded"))
        left = words.day(referral.exit_confirmed_on) if referral.exit_confirmed_on else "not confirmed"
        known.append(("Left medical care", left))
    if member.may(Permission.CODES_READ):
        known.append(("ICD-10", codes or "none given"))
    taken = str(referral.received_by) if referral.received_by else "an import"
    known.append(("Taken in by", taken))
    return [{"label": label, "value": value} for label, value in known]
