"""Referrals that came through the public page and wait: whoever sent them waits for an answer. Cleared by settling them."""

from datetime import date

from django.urls import reverse

from medexpro.practice.models import Member
from medexpro.referrals import incoming
from medexpro.referrals.policy import policy
from medexpro.referrals.rules import validity
from medexpro.today.owed import Found, Owed, first_of
from medexpro.web import words


def waiting(member: Member, day: date, closed: frozenset[date], upto: int) -> Found:
    """Return what waits, the oldest first; late once the working day has passed in which a referral is answered."""
    found, total = first_of(incoming.waiting(member.practice), upto)
    owed = []
    for row in found:
        received = member.practice.day(row.received_at)
        due = validity.acknowledge_by(received, working_days=policy().acknowledge_working_days, closed=closed)
        why = f"From {row.provider_name}, {words.day(received, 'short')}"
        owed.append(
            Owed(row.client_name, why, "Look at it", reverse("referrals:web_show", args=[row.pk]), due < day)
        )
    return Found(owed, total)
