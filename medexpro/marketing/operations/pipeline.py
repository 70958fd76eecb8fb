"""Leads on their way: what is next, a word with them, becoming a client with the time they picked, and letting go."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from medexpro.audit.trail import record
from medexpro.clients.models import Client
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import events, mailing
from medexpro.marketing.models import CameBy, Campaign, Lead, LeadCount, MailRules
from medexpro.marketing.operations import leads, sequences
from medexpro.marketing.rules import pipeline as rules
from medexpro.marketing.rules.leads import may_be_contacted
from medexpro.marketing.rules.sequences import Stop
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.scheduling import operations as scheduling
from medexpro.scheduling.models import Booking

REFERRAL_STEP = "Ask for the written referral"
# A conversion is taken back on the day it was made, while nothing else hangs on the client.
UNDO_WITHIN = timedelta(hours=24)


class PipelineRefused(Refusal):
    """It can't be done so; the sentence stands at its field."""


@transaction.atomic
def plan_next(lead: Lead, *, step: str, on: date | None, by: Member, at: datetime) -> Lead:
    """Say what is next with a lead and on which day; an empty step is none. Raises PipelineRefused at a field."""
    permissions.check(by, Permission.LEADS_MANAGE, lead)
    step = " ".join(step.split())
    if len(step) > 160:
        raise PipelineRefused("This is too long: 160 characters at most.", field="step")
    if step and on is None:
        raise PipelineRefused("Name the day on which it is due.", field="on")
    if on is not None and not step:
        raise PipelineRefused("Say what is to be done on that day.", field="step")
    if step and not may_be_contacted(lead.state):
        raise PipelineRefused("They are not to be contacted, so there is nothing to do.", field="step")
    if (lead.next_step, lead.next_on) != (step, on):
        lead.next_step, lead.next_on = step, on
        lead.save_version(expected=None)
        record(events.LEAD_STEP, lead, by=by, at=at, on=str(on or ""))
    return lead


@transaction.atomic
def talked(lead: Lead, *, note: str = "", by: Member, at: datetime) -> Lead:
    """Note that somebody called, met or answered a lead: their sequence ends, and a new lead is in touch.

    note: joins the lead's notes, with the day. Raises PipelineRefused at a field.
    """
    permissions.check(by, Permission.LEADS_MANAGE, lead)
    if not may_be_contacted(lead.state):
        raise PipelineRefused("They are not to be contacted.")
    lead = _locked(lead)
    if note := note.strip():
        day = lead.practice.day(at)
        notes = f"{lead.notes}\n{day:%b} {day.day}, {day.year}, {by}: {note}".strip()
        if len(notes) > 2000:
            raise PipelineRefused("The notes are full: 2,000 characters. Shorten them first.", field="note")
        lead.notes = notes
    lead.contacted_at = at
    if lead.state == Lead.State.NEW:
        lead.state, lead.state_at = Lead.State.CONTACTED, at
    lead.save_version(expected=None)
    sequences.stop_runs(lead, Stop.TALKED, at=at)
    record(events.LEAD_TALKED, lead, by=by, at=at)
    return lead


def _locked(lead: Lead) -> Lead:
    rows = Lead.objects.select_for_update(of=("self",)).select_related(
        "practice", "client", "wanted_service", "wanted_member__user"
    )
    return rows.get(pk=lead.pk)


# ---- Becoming a client


@dataclass(frozen=True)
class Became:
    """What came of a lead: the client, and the first visit where one was booked. notes: what a person should know."""

    client: Client
    booking: Booking | None = None
    notes: tuple[str, ...] = ()


@transaction.atomic
def convert(
    lead: Lead,
    *,
    given_name: str,
    family_name: str,
    book: bool = False,
    ask_referral: bool = False,
    id: UUID | None = None,
    knowingly: bool = False,
    by: Member,
    at: datetime,
) -> Became:
    """Make a client of a lead and book the time they picked, both or neither. Twice makes one of each.

    ask_referral: the written referral is what is next. Raises as `leads.make_client` and scheduling's `book` do.
    """
    lead = _locked(lead)
    again = lead.client_id is not None
    client = leads.make_client(
        lead, given_name=given_name, family_name=family_name, id=id, knowingly=knowingly, by=by, at=at
    )
    return (
        Became(client) if again else settle(lead, client, book=book, ask_referral=ask_referral, by=by, at=at)
    )


@transaction.atomic
def link(
    lead: Lead, client: Client, *, book: bool = False, ask_referral: bool = False, by: Member, at: datetime
) -> Became:
    """Say that a lead is a client who is on file already, and book the time they picked, both or neither."""
    lead = _locked(lead)
    again = lead.client_id is not None
    client = leads.link_client(lead, client, by=by, at=at)
    return (
        Became(client) if again else settle(lead, client, book=book, ask_referral=ask_referral, by=by, at=at)
    )


@transaction.atomic
def settle(
    lead: Lead, client: Client, *, book: bool = False, ask_referral: bool = False, by: Member, at: datetime
) -> Became:
    """Book the time a lead picked for the client they are now, and say what is next. Their sequence ends."""
    lead = _locked(lead)
    booking, notes = None, ()
    if (
        book
        and lead.wanted_at is not None
        and lead.wanted_service is not None
        and lead.wanted_member is not None
    ):
        local = lead.practice.local(lead.wanted_at)
        made = scheduling.book(
            lead.wanted_service, member=lead.wanted_member, day=local.date(), clock=local.time().replace(tzinfo=None),
            client=client, by=by, at=at,
        )  # fmt: skip
        booking, notes = made.bookings[0], tuple(made.notes)
        lead.booked_at = lead.booked_at or at
    lead.next_step, lead.next_on = "", None
    if ask_referral:
        lead.next_step, lead.next_on = REFERRAL_STEP, lead.practice.day(at) + timedelta(days=1)
    lead.save_version(expected=None)
    sequences.stop_runs(lead, Stop.CLIENT, at=at)
    return Became(client, booking, notes)


def why_not_undone(lead: Lead, *, at: datetime) -> str:
    """Return why a conversion can't be taken back; empty when it can."""
    if lead.client_id is None or lead.state != Lead.State.CLIENT:
        return "They are no client."
    if not (lead.phone or lead.email):
        return "They had everything of theirs deleted, so no lead is left."
    if at - lead.state_at > UNDO_WITHIN:
        return "It was longer ago than a day. Merge or archive the client’s record instead."
    if lead.client.episodes.exists():
        return "An episode was begun for the client. Archive the client’s record instead."
    return ""


@transaction.atomic
def undo(lead: Lead, *, by: Member, at: datetime) -> Lead:
    """Take back, within a day, that a lead became a client: the lead stands where it stood, the client keeps its record.

    A first visit that was booked stays in the calendar until somebody cancels it. Raises PipelineRefused.
    """
    permissions.check(by, Permission.LEADS_MANAGE, lead)
    lead = _locked(lead)
    if sentence := why_not_undone(lead, at=at):
        raise PipelineRefused(sentence)
    lead.client = None
    if lead.booked_at is not None:
        # The time stands in the calendar: it is not booked a second time.
        lead.wanted_at = lead.wanted_service = lead.wanted_member = None
    lead.state, lead.state_at = Lead.State.BOOKED if lead.booked_at else Lead.State.CONTACTED, at
    lead.save_version(expected=None)
    record(events.LEAD_UNDONE, lead, by=by, at=at)
    return lead


# ---- Campaigns


@transaction.atomic
def make_campaign(practice: Practice, *, name: str, code: str = "", by: Member, at: datetime) -> Campaign:
    """Make a campaign code; an empty one is made of the name. Raises PipelineRefused at a field."""
    permissions.check(by, Permission.LEADS_MANAGE)
    name = " ".join(name.split())
    if not name:
        raise PipelineRefused("Say what it is for, such as “Flyer at the library”.", field="name")
    code = rules.code_of(code or name)
    if not code:
        raise PipelineRefused("Use letters and digits for the code.", field="code")
    if Campaign.objects.of(practice).filter(code=code).exists():
        raise PipelineRefused(f"The code {code} is taken. Choose another.", field="code")
    row = Campaign.objects.create(practice=practice, name=name[:80], code=code, made_by=by, made_at=at)
    record(events.CAMPAIGN_MADE, row, by=by, at=at, code=code)
    return row


@transaction.atomic
def end_campaign(campaign: Campaign, *, ended: bool, by: Member, at: datetime) -> Campaign:
    """End a campaign, or take it up again. Its address goes on working: flyers hang for years."""
    permissions.check(by, Permission.LEADS_MANAGE, campaign)
    if bool(campaign.ended_at) is not ended:
        campaign.ended_at = at if ended else None
        campaign.save(update_fields=["ended_at"])
        record(events.CAMPAIGN_ENDED, campaign, by=by, at=at, ended=ended)
    return campaign


@transaction.atomic
def set_rules(
    practice: Practice, *, version: int | None = None, by: Member, at: datetime, **fields: Any
) -> MailRules:
    """Change when mail leaves and how long leads are kept. Raises PipelineRefused at a field, Conflict."""
    permissions.check(by, Permission.MARKETING_EDIT)
    row = MailRules.objects.of(practice).select_for_update().first()
    new = row is None
    row = row or MailRules(practice=practice, quiet_days=[6])
    for name, value in fields.items():
        setattr(row, name, value)
    row.quiet_days = sorted({int(one) for one in row.quiet_days})
    if len(row.quiet_days) >= 7:
        raise PipelineRefused(
            "Leave at least one day of the week on which mail may go out.", field="quiet_days"
        )
    if not (0 <= row.quiet_from <= 23 and 0 <= row.quiet_to <= 23):
        raise PipelineRefused("Choose hours from 0 to 23.", field="quiet_from")
    if not 1 <= row.leads_keep_months <= 60:
        raise PipelineRefused("Leads are kept for 1 to 60 months.", field="leads_keep_months")
    if new:
        row.save(force_insert=True)
    else:
        row.save_version(expected=version, fields=list(fields))
    record(events.RULES_CHANGED, row, by=by, at=at, fields=sorted(fields))
    return row


# ---- Figures


def source_words(lead: Lead, campaigns: dict[str, str]) -> str:
    """Return where a lead came from, in words. lead: with source_day and source at hand."""
    if lead.source_kind == CameBy.EVENT and lead.source_day is not None:
        return lead.source_day.name
    if lead.source_kind == CameBy.CAMPAIGN:
        return campaigns.get(lead.campaign, f"Campaign {lead.campaign}")
    if lead.source_kind == CameBy.SOURCE and lead.source is not None:
        return f"Sent by {lead.source}"
    return str(lead.get_source_kind_display())


def campaign_names(practice: Practice) -> dict[str, str]:
    """Return the names of the campaigns by their code. One query."""
    return dict(Campaign.objects.of(practice).values_list("code", "name"))


def conversion(practice: Practice) -> list[rules.Conversion]:
    """Return how many leads came by each way and what became of them, the most first; let go of ones included."""
    names = campaign_names(practice)
    counted: dict[str, list[int]] = {}
    rows = Lead.objects.of(practice).exclude(state=Lead.State.ASKED).select_related(
        "source_day", "source__provider", "source__organisation"
    ).defer("text", "notes", "answers")  # fmt: skip
    for lead in rows:
        _add(
            counted, source_words(lead, names), 1, int(was_booked(lead)), int(lead.state == Lead.State.CLIENT)
        )
    for gone in LeadCount.objects.of(practice):
        _add(counted, gone.source, gone.leads, gone.booked, gone.clients)
    found = [rules.Conversion(name, *numbers) for name, numbers in counted.items()]
    return sorted(found, key=lambda one: (-one.leads, one.source))


def was_booked(lead: Lead) -> bool:
    """Return whether a lead ever booked, whatever followed."""
    return bool(lead.booked_at) or lead.state in (Lead.State.BOOKED, Lead.State.CLIENT)


def _add(counted: dict[str, list[int]], source: str, *numbers: int) -> None:
    kept = counted.setdefault(source, [0, 0, 0])
    for place, number in enumerate(numbers):
        kept[place] += number


def campaign_counts(practice: Practice) -> dict[str, int]:
    """Return how many leads each campaign code brought. One query."""
    rows = Lead.objects.of(practice).exclude(campaign="").exclude(state=Lead.State.ASKED).order_by()
    return dict(rows.values_list("campaign").annotate(count=Count("pk")))


def same_as(lead: Lead) -> QuerySet[Lead]:
    """Return the other leads with the same e-mail address or the same digits of a phone number. The newest first."""
    same = Q()
    if lead.email:
        same |= Q(email__iexact=lead.email)
    if len(rules.digits(lead.phone)) >= 7:
        same |= Q(phone=lead.phone)
    if not same:
        return Lead.objects.none()
    return Lead.objects.of(lead.practice).filter(same).exclude(pk=lead.pk).order_by("-made_at")[:5]


# ---- Letting go


def let_go(*, at: datetime) -> int:
    """Let go of leads that came to nothing and of whom nobody has heard for long; their counts stay. Return how many."""
    return sum(_let_go_of(practice, at) for practice in Practice.objects.all())


@transaction.atomic
def _let_go_of(practice: Practice, at: datetime) -> int:
    keep = mailing.rules_of(practice).leads_keep_months
    before = rules.months_before(practice.day(at), keep)
    rows = Lead.objects.of(practice).filter(client=None).filter(
        state__in=(Lead.State.NEW, Lead.State.CONTACTED, Lead.State.BOOKED, Lead.State.DECLINED, Lead.State.UNSUBSCRIBED)
    )  # fmt: skip
    names, gone = campaign_names(practice), 0
    for lead in rows.filter(made_at__lt=at, state_at__lt=at).select_related(
        "source_day", "source__provider", "source__organisation", "participant"
    )[:2000]:
        last = max(filter(None, (lead.made_at, lead.state_at, lead.contacted_at, lead.confirmed_at)))
        if practice.day(last) >= before or (lead.next_on is not None and lead.next_on >= practice.day(at)):
            continue
        count, _ = LeadCount.objects.get_or_create(
            practice=practice, month=practice.day(lead.made_at).replace(day=1),
            source=source_words(lead, names)[:120],
        )  # fmt: skip
        count.leads += 1
        count.booked += int(was_booked(lead))
        count.save(update_fields=["leads", "booked"])
        person = lead.participant
        lead.delete()
        # What was measured stayed for the lead; before the day is cleared it goes with the others.
        if person is not None and lead.source_day is not None and lead.source_day.cleared_at is not None:
            person.delete()
        gone += 1
    if gone:
        record(events.LEAD_LET_GO, None, by=None, at=at, practice=practice, count=gone)
    return gone
