"""Hearing no more from us: one click in a mail, a complaint, or a word. It holds at once and for all that waits."""

from datetime import datetime

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients import events as client_events
from medexpro.clients.agreements import NEWSLETTER
from medexpro.clients.models import Client, Consent
from medexpro.marketing import addresses, events
from medexpro.marketing.models import Agreement, AgreementKind, Lead, Mail, SequenceRun
from medexpro.marketing.rules.mailing import TO_LEAVE, MailState
from medexpro.marketing.rules.sequences import Stop


@transaction.atomic
def stop(mail: Mail, *, at: datetime) -> None:
    """End everything of the kind for whoever got a mail: the lead unsubscribes, a client's agreement is withdrawn.

    Twice changes nothing.
    """
    if mail.lead is not None:
        unsubscribe_lead(mail.lead, at=at)
    if mail.client is not None:
        _withdraw(mail.client, at=at)
    _put_away(mail)
    if mail.client is None or mail.lead is not None:
        addresses.leave_alone(mail.practice, mail.to, at=at)


@transaction.atomic
def unsubscribe_lead(lead: Lead, *, at: datetime) -> Lead:
    """Let a lead hear no more from us, at their own word. Who became a client meanwhile stays one."""
    lead = Lead.objects.select_for_update().get(pk=lead.pk)
    if lead.unsubscribed_at is None:
        lead.unsubscribed_at = at
        if lead.state != Lead.State.CLIENT:
            lead.state, lead.state_at = Lead.State.UNSUBSCRIBED, at
            lead.next_step, lead.next_on = "", None
        lead.save_version(expected=None)
        Agreement.objects.filter(
            participant__lead=lead, kind=AgreementKind.CONTACT, withdrawn_at=None
        ).update(withdrawn_at=at)
        record(events.LEAD_STOPPED, lead, by=None, at=at)
    SequenceRun.objects.filter(lead=lead, stopped_at=None).update(stopped_at=at, why=Stop.UNSUBSCRIBED)
    if lead.email:
        addresses.leave_alone(lead.practice, lead.email, at=at)
    return lead


def _withdraw(client: Client, *, at: datetime) -> None:
    for consent in Consent.objects.filter(client=client, kind=NEWSLETTER, withdrawn_at=None):
        consent.withdrawn_at, consent.withdrawn_reason = at, "By the way out in a mail"
        consent.save(update_fields=["withdrawn_at", "withdrawn_reason"])
        record(client_events.CONSENT_WITHDRAWN, consent, by=None, at=at, consent=consent.kind)
    SequenceRun.objects.filter(client=client, stopped_at=None).update(stopped_at=at, why=Stop.UNSUBSCRIBED)


def _put_away(mail: Mail) -> None:
    waiting = Mail.objects.of(mail.practice).filter(to__iexact=mail.to, state__in=TO_LEAVE)
    waiting.exclude(what=Mail.What.TEST).update(
        state=MailState.DROPPED, answer="They unsubscribed before it left."
    )
