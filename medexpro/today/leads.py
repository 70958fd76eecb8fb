"""What leads ask of today: somebody new waits for a word, a next step is due, mail to somebody comes back."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse

from medexpro.marketing.models import Lead, Mail
from medexpro.marketing.rules.mailing import MailState
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.today import correspondence
from medexpro.today.correspondence import Row
from medexpro.today.owed import Found, Owed
from medexpro.web import words

if TYPE_CHECKING:
    from medexpro.today.obligations import Look

# Read last: there may be hundreds after an event, and they never push away what is read before.
LEAD = "wants a word"
CAME_BACK = "came back"
IN_TOUCH = (Lead.State.NEW, Lead.State.CONTACTED, Lead.State.BOOKED)


def lists(member: Member, day: date) -> list[Any]:
    """Return leads whose next step is due, who wait for a first word, or whom no mail reaches."""
    if not member.may(Permission.LEADS_MANAGE):
        return []
    came_back = Mail.objects.filter(lead=OuterRef("pk"), to=OuterRef("email"), state=MailState.BOUNCED)
    rows = Lead.objects.of(member.practice).annotate(came_back=Exists(came_back))
    due = Q(next_on__lte=day)
    waits = Q(state=Lead.State.NEW, next_on=None, contacted_at=None)
    unreached = Q(came_back=True, next_on=None, state__in=IN_TOUCH)
    returned = Case(When(came_back=True, then=Value(CAME_BACK)), default=correspondence.NONE)
    return [
        correspondence.listed(
            rows.filter(due | waits | unreached), LEAD, given=F("given_name"), family=F("family_name"),
            text=F("next_step"), state=returned, at=F("state_at"), day=F("next_on"),
        )
    ]  # fmt: skip


def asking(look: "Look", upto: int) -> Found:
    """Return what leads ask for: first whose step is due, by its day; then the others, the oldest first."""
    rows = sorted(look.rows[LEAD], key=lambda one: one.day or date.max)
    return Found([_line(one, look) for one in rows[:upto]], len(rows))


def _line(lead: Row, look: "Look") -> Owed:
    since = look.member.practice.day(lead.at)
    if lead.day is not None:
        why, late = lead.text, lead.day < look.day
        why = f"{why}. Was due {words.day(lead.day, 'short')}" if late else why
    elif lead.state == CAME_BACK:
        why, late = "Mail to them comes back: call, and ask for another address", True
    else:
        why, late = f"Asked on {words.day(since, 'short')} and waits for a word", since < look.day
    name = Lead(given_name=lead.given or "", family_name=lead.family or "").name
    return Owed(name, why, "Open", reverse("marketing:lead", args=[lead.pk]), late=late)
