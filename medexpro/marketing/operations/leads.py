"""Leads: made of who agrees, moved on by hand, and at last made a client without typing anything twice."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients.models import Client
from medexpro.clients.operations import people
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.marketing import addresses, events
from medexpro.marketing.models import Agreement, AgreementKind, Lead
from medexpro.marketing.operations import sequences
from medexpro.marketing.rules import leads as rules
from medexpro.marketing.rules import sequences as rules_of_mail
from medexpro.marketing.rules.sequences import Facts
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields

FIELDS = ("given_name", "family_name", "phone", "email", "notes")


class LeadRefused(Refusal):
    """A lead can't be kept or moved so; the sentence stands at its field."""


@transaction.atomic
def make_lead(agreement: Agreement, *, by: Member, at: datetime, **fields: str) -> Lead:
    """Make a lead of a participant who agreed to be contacted, or return the one they are.

    Who had unsubscribed and agrees anew is in touch again, under the words of the new agreement.
    fields: any of FIELDS. Raises LeadRefused at a field.
    """
    person = agreement.participant
    permissions.check(by, Permission.SCREENING_DAYS_REGISTER, person)
    if agreement.kind != AgreementKind.CONTACT or agreement.withdrawn_at is not None:
        raise LeadRefused("Only who agreed to be contacted becomes a lead.")
    lead = Lead.objects.select_for_update().filter(participant=person).first()
    if lead is not None and lead.agreed_at == agreement.agreed_at:
        return lead
    new = lead is None
    lead = lead or Lead(
        practice=person.practice, participant=person, source_day=person.day, made_at=at, state_at=at
    )
    lead.text_version, lead.text = agreement.text_version, agreement.text
    lead.agreed_at, lead.asked_by = agreement.agreed_at, agreement.asked_by
    _fill(lead, fields)
    if not new and lead.state == Lead.State.UNSUBSCRIBED:
        lead.state, lead.state_at, lead.unsubscribed_at = Lead.State.NEW, at, None
    if lead.email:
        # They said so themselves, to a member, just now.
        addresses.agreed_anew(lead.practice, lead.email)
    if new:
        lead.save(force_insert=True)
    else:
        lead.save_version(expected=None)
    record(events.LEAD_MADE, lead, by=by, at=at, source="screening day")
    return lead


@transaction.atomic
def change_lead(lead: Lead, *, version: int | None = None, by: Member, at: datetime, **fields: str) -> Lead:
    """Change how a lead is called and reached, and the notes. Raises LeadRefused at a field, Conflict."""
    permissions.check(by, Permission.LEADS_MANAGE, lead)
    before = {name: getattr(lead, name) for name in FIELDS}
    _fill(lead, fields)
    changed = [name for name in FIELDS if getattr(lead, name) != before[name]]
    if changed:
        if lead.email.lower() != before["email"].lower():
            # Whoever owns the new address has answered nothing there: no mail goes to it by itself.
            lead.confirmed_at, lead.opt_in_hash = None, ""
        lead.save_version(expected=version, fields=list(FIELDS))
        record(events.LEAD_CHANGED, lead, by=by, at=at, fields=changed)
    return lead


@transaction.atomic
def move_lead(lead: Lead, to: str, *, by: Member, at: datetime, withdrawn: bool = False) -> Lead:
    """Move a lead on. withdrawn: they took their agreement back, to whoever registered them; also a client may.

    Raises LeadRefused for a way there is not.
    """
    needed = Permission.SCREENING_DAYS_REGISTER if withdrawn else Permission.LEADS_MANAGE
    permissions.check(by, needed, lead)
    lead = Lead.objects.select_for_update(of=("self",)).select_related("practice").get(pk=lead.pk)
    if lead.state == to or (withdrawn and lead.state == Lead.State.CLIENT):
        return lead
    if to not in rules.next_states(lead.state) and not withdrawn:
        raise LeadRefused("A lead does not go there from where it stands now.", field="state")
    lead.state, lead.state_at = to, at
    if to == Lead.State.CONTACTED:
        lead.contacted_at = at
    elif to == Lead.State.BOOKED:
        lead.booked_at = lead.booked_at or at
    elif to in (Lead.State.DECLINED, Lead.State.UNSUBSCRIBED):
        lead.next_step, lead.next_on = "", None
    if to == Lead.State.UNSUBSCRIBED:
        lead.unsubscribed_at = at
    lead.save_version(expected=None)
    if (why := rules_of_mail.why_stopped(Facts(str(to)))) is not None:
        sequences.stop_runs(lead, why, at=at)
    if to == Lead.State.UNSUBSCRIBED:
        if lead.email:
            addresses.leave_alone(lead.practice, lead.email, at=at)
        Agreement.objects.filter(
            participant__lead=lead, kind=AgreementKind.CONTACT, withdrawn_at=None
        ).update(withdrawn_at=at)
    record(events.LEAD_STATE, lead, by=by, at=at, state=str(to))
    return lead


@transaction.atomic
def make_client(
    lead: Lead,
    *,
    given_name: str,
    family_name: str,
    id: UUID | None = None,
    knowingly: bool = False,
    by: Member,
    at: datetime,
) -> Client:
    """Make a client of a lead: phone, e-mail and sex come along, and the lead keeps the link. Twice makes one.

    Nothing that was measured comes along: it was no assessment. Raises as `people.quick_add` does, with AlreadyHere for
    who may be on file; and LeadRefused for a lead that is out of touch.
    """
    permissions.check(by, Permission.LEADS_MANAGE, lead)
    lead = Lead.objects.select_for_update().get(pk=lead.pk)
    if lead.client_id is not None:
        return lead.client
    _refuse_out_of_touch(lead)
    more: dict[str, Any] = {"phone": lead.phone, "email": lead.email}
    if lead.participant is not None:
        more["sex"] = lead.participant.sex
    client = people.quick_add(
        given_name=given_name, family_name=family_name, id=id, knowingly=knowingly, by=by, at=at, **more
    )
    return _became(lead, client, by=by, at=at)


@transaction.atomic
def link_client(lead: Lead, client: Client, *, by: Member, at: datetime) -> Client:
    """Say that a lead is a client who is on file already. Nothing of the client changes."""
    permissions.check(by, Permission.LEADS_MANAGE, lead)
    if not client.is_visible_to(by):
        raise NotFound("There is no such record among your clients.")
    lead = Lead.objects.select_for_update().get(pk=lead.pk)
    if lead.client_id is not None:
        return lead.client
    _refuse_out_of_touch(lead)
    return _became(lead, client, by=by, at=at)


def _became(lead: Lead, client: Client, *, by: Member, at: datetime) -> Client:
    lead.client, lead.state, lead.state_at = client, Lead.State.CLIENT, at
    lead.save_version(expected=None)
    record(events.LEAD_CLIENT, lead, by=by, at=at, client=client)
    return client


def _refuse_out_of_touch(lead: Lead) -> None:
    if not rules.may_become_client(lead.state):
        raise LeadRefused("They unsubscribed. Only who agrees anew becomes a client from here.")


def _fill(lead: Lead, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"a lead has no field {name!r}")
        setattr(lead, name, value.strip() if name == "notes" else " ".join(value.split()))
    if not (lead.phone or lead.email):
        raise LeadRefused("Keep a phone number or an e-mail address.", field="phone")
    check_fields(lead, LeadRefused)
