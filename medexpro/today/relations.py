"""Relationships that ask for a word: gone quiet, a thank-you owed, a follow-up or a planned step due. One action each."""

from typing import Any

from django.urls import reverse

from medexpro.outreach.asking import Asking, asking_of
from medexpro.referrals.rules.relations import Need
from medexpro.today.owed import Found, Owed
from medexpro.web import words

VERBS = {Need.THANKS: "Thank", Need.FOLLOW_UP: "Call", Need.STEP: "Log touch", Need.QUIET: "Reconnect"}
KINDS = {Need.THANKS: "thanks", Need.FOLLOW_UP: "call", Need.STEP: "", Need.QUIET: "call"}
ORDER = list(Need)


def asking(look: Any, upto: int) -> Found:
    """Return what sources ask for on a day, what is late first. look: the member's look at the day.

    A source is looked after by one person, where somebody said so; what belongs to nobody is everybody's.
    """
    rows = asking_of(look.member, look.day, closed=lambda: look.closed)
    rows.sort(key=lambda one: (not one.ask.late, ORDER.index(one.ask.need), one.ask.since, one.source.name))
    return Found([_owed(one) for one in rows[:upto]], len(rows))


def _owed(asking: Asking) -> Owed:
    source, ask = asking.source, asking.ask
    since = words.day(ask.since, "short")
    why = {
        Need.THANKS: f"Thank-you owed for the client of {since}",
        Need.FOLLOW_UP: f"Follow up, planned from {since}",
        Need.STEP: f"{source.next_step}, planned for {since}",
        Need.QUIET: asking.reason,
    }[ask.need]
    url = reverse("outreach:touch", args=[source.pk])
    kind = KINDS[ask.need]
    return Owed(source.name, why, VERBS[ask.need], f"{url}?kind={kind}" if kind else url, late=ask.late)
