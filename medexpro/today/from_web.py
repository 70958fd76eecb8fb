"""Referrals that came through the public page and wait: whoever sent them waits for an answer. Cleared by settling them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import CharField, Value
from django.db.models.functions import Concat
from django.urls import reverse

from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.referrals import incoming
from medexpro.referrals.incoming_models import IncomingReferral
from medexpro.referrals.policy import policy
from medexpro.referrals.rules import validity
from medexpro.today.owed import Owed
from medexpro.web import words

FROM_THE_WEB = "from the web"


def rows(member: Member) -> Any:
    """Return what waits for a member, in the columns of `answers.COLUMNS`: read in the same question to the database."""
    waits = incoming.waiting(member.practice) if member.may(Permission.REFERRALS_INTAKE) else None
    found = waits if waits is not None else IncomingReferral.objects.none()
    return (
        found.order_by()
        .annotate(
            which=Value(FROM_THE_WEB, CharField()),
            said=Concat("provider_given_name", Value(" "), "provider_family_name"),
            wants=Value("", CharField()),
        )
        .values_list("which", "pk", "given_name", "family_name", "said", "received_at", "wants")
    )


def waiting(lines: Sequence[Any], member: Member, day: date, closed: Collection[date]) -> list[Owed]:
    """Return what waits, the oldest first; late once the working day has passed in which a referral is answered.

    lines: of `answers.read`. closed: days the practice is.
    """
    owed = []
    for line in lines:
        if line.which != FROM_THE_WEB:
            continue
        received = member.practice.day(line.at)
        due = validity.acknowledge_by(received, working_days=policy().acknowledge_working_days, closed=closed)
        why = f"From {line.text.strip()}, {words.day(received, 'short')}"
        url = reverse("referrals:web_show", args=[line.place])
        owed.append(Owed(line.client, why, "Look at it", url, late=due < day))
    return owed
