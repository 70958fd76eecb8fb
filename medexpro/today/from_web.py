"""Referrals that came through the public page and wait: whoever sent them waits for an answer. Cleared by settling them."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat
from django.urls import reverse

from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.referrals import incoming
from medexpro.referrals.policy import policy
from medexpro.referrals.rules import validity
from medexpro.today import correspondence
from medexpro.today.correspondence import Rows
from medexpro.today.owed import Owed
from medexpro.web import words

FROM_THE_WEB = "from the web"


def lists(member: Member) -> list[Any]:
    """Return what waits for a member who settles it."""
    if not member.may(Permission.REFERRALS_INTAKE):
        return []
    said = Concat("provider_given_name", Value(" "), "provider_family_name")
    return [
        correspondence.listed(
            incoming.waiting(member.practice), FROM_THE_WEB, given=F("given_name"), family=F("family_name"),
            text=said, at=F("received_at"),
        )
    ]  # fmt: skip


def waiting(rows: Rows, member: Member, day: date, closed: Collection[date]) -> list[Owed]:
    """Return what waits, the oldest first; late once the working day has passed in which a referral is answered.

    closed: days the practice is.
    """
    owed = []
    for line in rows[FROM_THE_WEB]:
        received = member.practice.day(line.at)
        due = validity.acknowledge_by(received, working_days=policy().acknowledge_working_days, closed=closed)
        why = f"From {line.text.strip()}, {words.day(received, 'short')}"
        url = reverse("referrals:web_show", args=[line.pk])
        owed.append(Owed(line.person, why, "Look at it", url, late=due < day))
    return owed
