"""Relationships that ask for a word: gone quiet, a thank-you owed, a follow-up or a planned step due. One action each."""

from datetime import datetime, time
from typing import Any

from django.urls import reverse

from medexpro.outreach import reading
from medexpro.outreach.reading import Relation
from medexpro.referrals.rules.relations import Ask, Need
from medexpro.today.owed import Found, Owed
from medexpro.web import words

VERBS = {Need.THANKS: "Thank", Need.FOLLOW_UP: "Call", Need.STEP: "Log touch", Need.QUIET: "Reconnect"}
KINDS = {Need.THANKS: "thanks", Need.FOLLOW_UP: "call", Need.STEP: "", Need.QUIET: "call"}
ORDER = list(Need)


def asking(look: Any, upto: int) -> Found:
    """Return what sources ask for on a day, what is late first. look: the member's look at the day.

    A source is looked after by one person, where somebody said so; what belongs to nobody is everybody's.
    """
    at = datetime.combine(look.day, time(12), look.member.practice.tz)
    rows = [
        (relation, ask)
        for relation in reading.relations_of(look.member.practice, at, closed=look.closed)
        if relation.source.owner_id in (None, look.member.pk)
        for ask in relation.asks[:1]
    ]
    rows.sort(key=lambda one: (not one[1].late, ORDER.index(one[1].need), one[1].since, one[0].source.name))
    return Found([_owed(relation, ask) for relation, ask in rows[:upto]], len(rows))


def _owed(relation: Relation, ask: Ask) -> Owed:
    source, since = relation.source, words.day(ask.since, "short")
    why = {
        Need.THANKS: f"Thank-you owed for the client of {since}",
        Need.FOLLOW_UP: f"Follow up, planned from {since}",
        Need.STEP: f"{source.next_step}, planned for {since}",
        Need.QUIET: relation.standing.reason,
    }[ask.need]
    url = reverse("outreach:touch", args=[source.pk])
    kind = KINDS[ask.need]
    return Owed(source.name, why, VERBS[ask.need], f"{url}?kind={kind}" if kind else url, late=ask.late)
