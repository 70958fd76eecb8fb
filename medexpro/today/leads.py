"""What leads ask of today: somebody new waits for a word, a next step is due, mail to somebody comes back."""

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from medexpro.marketing.models import Lead, Mail
from medexpro.marketing.rules.mailing import MailState
from medexpro.today.owed import Found, Owed, first_of
from medexpro.web import words

if TYPE_CHECKING:
    from medexpro.today.obligations import Look

IN_TOUCH = (Lead.State.NEW, Lead.State.CONTACTED, Lead.State.BOOKED)


def asking(look: "Look", upto: int) -> Found:
    """Return leads whose next step is due, who wait for a first word, or whom no mail reaches; the oldest first. One query."""
    came_back = Mail.objects.filter(lead=OuterRef("pk"), to=OuterRef("email"), state=MailState.BOUNCED)
    rows = Lead.objects.of(look.member.practice).annotate(came_back=Exists(came_back))
    due = Q(next_on__lte=look.day)
    waits = Q(state=Lead.State.NEW, next_on=None, contacted_at=None)
    unreached = Q(came_back=True, next_on=None, state__in=IN_TOUCH)
    rows = rows.filter(due | waits | unreached).only(
        "practice", "given_name", "family_name", "state", "state_at", "next_step", "next_on", "contacted_at"
    )
    found, total = first_of(rows.order_by(F("next_on").asc(nulls_last=True), "state_at", "pk"), upto)
    return Found([_line(one, look) for one in found], total)


def _line(lead: Lead, look: "Look") -> Owed:
    since = look.member.practice.day(lead.state_at)
    if lead.next_on is not None:
        why, late = lead.next_step, lead.next_on < look.day
        why = f"{why}. Was due {words.day(lead.next_on, 'short')}" if late else why
    elif lead.came_back:  # type: ignore[attr-defined]
        why, late = "Mail to them comes back: call, and ask for another address", True
    else:
        why, late = f"Asked on {words.day(since, 'short')} and waits for a word", since < look.day
    return Owed(lead.name, why, "Open", reverse("marketing:lead", args=[lead.pk]), late=late)
