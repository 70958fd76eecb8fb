"""What a visitor does: asks by the form, answers the e-mail, picks a time, unsubscribes, has everything deleted.

Nobody is signed in here: the token in the page or in the mail is the permission, and does that one thing.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from medexpro.audit.trail import record
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import addresses, catalogue, events, first_visits, mailing
from medexpro.marketing.models import CameBy, Lead, LeadDraft, Mail
from medexpro.marketing.operations import stopping
from medexpro.marketing.rules import asking as rules
from medexpro.positioning import voice
from medexpro.practice import tokens
from medexpro.practice.models import Practice
from medexpro.referrals.models import Source as ReferralSource

LINK_DAYS = 7
# Mails to one address in a day; whoever fills in the form over and over for somebody else reaches them no more often.
MAILS_A_DAY = 3
LET_GO_AFTER = timedelta(days=LINK_DAYS)


class AskingRefused(Refusal):
    """What a visitor wanted can't be done; the sentence says what they can do."""


class LinkUnknown(Refusal):
    """No link ever had this address, or whose it was has gone."""


class LinkOver(Refusal):
    """The link is too old."""


@dataclass(frozen=True)
class CameFrom:
    """Where a visitor came from. page: which of ours they were on; code: of a referral source's own address."""

    page: str = ""
    campaign: str = ""
    code: str = ""

    @classmethod
    def of(cls, data: Mapping[str, str]) -> "CameFrom":
        """Return it as a page or an address says it, bounded."""
        page = "".join(sign for sign in data.get("page", "")[:90] if sign.isalnum() or sign in "-/")
        code = data.get("r", "")[:12]
        return cls(page, rules.code(data.get("c", "")), code if code.isalnum() else "")


# ---- The form


@transaction.atomic
def keep(
    practice: Practice, key: UUID, answers: Mapping[str, str], *, came: CameFrom, at: datetime
) -> LeadDraft:
    """Keep what was typed so far. key: of the form, out of its signed stamp; the same form sent twice is one draft."""
    draft, _ = LeadDraft.objects.select_for_update().get_or_create(
        pk=key, practice=practice, defaults={"source": asdict(came), "started_at": at, "touched_at": at}
    )
    if draft.lead_id is None:
        draft.answers, draft.touched_at = draft.answers | dict(answers), at
        draft.save()
    return draft


def find_draft(practice: Practice, key: UUID) -> LeadDraft | None:
    """Return what was typed into a form so far, as long as it is kept."""
    return LeadDraft.objects.of(practice).filter(pk=key).select_related("lead").first()


@transaction.atomic
def ask(draft: LeadDraft, *, at: datetime) -> Lead:
    """Make a lead of a filled-in form and mail the question whether it was really them. Sent twice, it is one lead.

    Nothing is mailed to an address whose owner had everything deleted, nor more than three times a day; the page says
    the same all the same, so that nobody learns from it who is known here.
    """
    draft = LeadDraft.objects.select_for_update(of=("self",)).select_related("practice").get(pk=draft.pk)
    if draft.lead_id is not None:
        return draft.lead
    practice, said = draft.practice, draft.answers
    came, text = CameFrom(**draft.source), catalogue.agreement("visitor", practice.day(at))
    given, family = rules.names(said["name"])
    source = ReferralSource.objects.of(practice).filter(code=came.code).first() if came.code else None
    lead = Lead(
        practice=practice, given_name=given, family_name=family, phone=said.get("phone", ""), email=said["email"],
        state=Lead.State.ASKED, state_at=at, made_at=at, text_version=text.version, text=text.text, agreed_at=at,
        source_kind=_kind(came, source), source_page=came.page, campaign=came.campaign, source=source,
        interest=said["interest"], answers={"times": said["times"]}, opt_in_asked_at=at,
    )  # fmt: skip
    lead.opt_in_hash = tokens.hash_of(tokens.token_for(lead, to=lead.email))
    lead.save(force_insert=True)
    # The answers now stand with the lead, and nowhere else.
    draft.lead, draft.answers = lead, {}
    draft.save(update_fields=["lead", "answers"])
    record(
        events.LEAD_ASKED, lead, by=None, at=at, practice=practice, source=lead.source_kind, page=came.page
    )
    if _may_be_mailed(lead, at=at):
        mailing.post(
            practice,
            what=Mail.What.OPT_IN,
            key=f"opt-in:{lead.pk}",
            to=lead.email,
            due_at=at,
            at=at,
            lead=lead,
        )
        from medexpro.marketing.tasks import send_soon

        # The queue is in the same database: in one transaction the two are there together, or not at all.
        send_soon.enqueue()
    return lead


def _kind(came: CameFrom, source: ReferralSource | None) -> str:
    if source is not None:
        return CameBy.SOURCE
    return CameBy.CAMPAIGN if came.campaign else CameBy.PAGE


def _may_be_mailed(lead: Lead, *, at: datetime) -> bool:
    if addresses.why_not(lead.practice, lead.email):
        return False
    since = at - timedelta(days=1)
    rows = Mail.objects.of(lead.practice).filter(what=Mail.What.OPT_IN, made_at__gt=since)
    box, host = rules.mailbox(lead.email), lead.email.rpartition("@")[2]
    near = rows.filter(to__iendswith=f"@{host}").values_list("to", flat=True)
    return sum(rules.mailbox(one) == box for one in near) < MAILS_A_DAY


# ---- The e-mail


def token_of(lead: Lead) -> str:
    """Return the token of a lead's links, for mails; keeps its hash where there was none, so that the links open."""
    token = tokens.token_for(lead, to=lead.email)
    kept = tokens.hash_of(token)
    if lead.opt_in_hash != kept:
        Lead.objects.filter(pk=lead.pk).update(opt_in_hash=kept)
        lead.opt_in_hash = kept
    return token


def address_of(lead: Lead, name: str) -> str:
    """Return the address of a lead's own link, for mails. name: confirm, unsubscribe or forget."""
    slug = voice.voice_of(lead.practice).slug
    return f"{settings.PUBLIC_URL}{reverse(f'public:{name}', args=[slug, token_of(lead)])}"


def why_not_asked(mail: Mail, at: datetime) -> str:
    """Return why the question whether it was them leaves no more; empty when it may."""
    if mail.lead is None or mail.lead.state != Lead.State.ASKED:
        return "They answered before it left."
    if mail.to != mail.lead.email:
        return "Their address was changed before it left."
    return addresses.why_not(mail.practice, mail.to)


def question(mail: Mail) -> mailing.Contents:
    """Return the question whether it was really them. It holds no answer, and not even the name that was typed.

    It is written when it leaves, so that its link lies in no queue and no backup of one.
    """
    lead, practice = mail.lead, mail.practice
    if lead is None or lead.opt_in_asked_at is None:
        raise ValueError("the question belongs to a lead that was asked")
    until = practice.day(lead.opt_in_asked_at + LET_GO_AFTER)
    return mailing.Contents(
        f"Was it you? {practice.name}",
        f"Hello,\n\nsomebody left this address on the page of {practice.name}. If it was you, open this page and press "
        "the button. Then you can pick a time for a first visit, or be called:\n\n"
        f"{address_of(lead, 'confirm')}\n\nIt opens until {until:%B} {until.day}, {until.year}. If it was not you, do "
        f"nothing: in {LINK_DAYS} days everything is deleted. To have it deleted now: {address_of(lead, 'forget')}\n",
    )


def register() -> None:
    """Say how the question is asked and written, when the app starts."""
    mailing.handles(Mail.What.OPT_IN, ask=why_not_asked, write=question)


def find_lead(token: str, *, at: datetime, lasts: bool = False) -> Lead:
    """Return whose link it is. lasts: a link that never ends, such as unsubscribing. Raises LinkUnknown, LinkOver."""
    lead = None
    if token and len(token) <= 80:
        rows = Lead.objects.select_related("practice", "wanted_member__user", "wanted_service", "client")
        lead = rows.filter(opt_in_hash=tokens.hash_of(token)).first()
    if lead is None:
        raise LinkUnknown("This link leads nowhere, or everything behind it was deleted. You can ask anew.")
    if not lasts and (lead.opt_in_asked_at is None or at >= lead.opt_in_asked_at + LET_GO_AFTER):
        raise LinkOver(f"This link opened for {LINK_DAYS} days. Ask anew, or call us.")
    return lead


@transaction.atomic
def confirm(lead: Lead, *, at: datetime) -> Lead:
    """Say that it was really them. Twice changes nothing. Raises AskingRefused for who unsubscribed since."""
    lead = _locked(lead)
    if lead.unsubscribed_at is not None:
        raise AskingRefused("You asked us to write no more. If you changed your mind, call us.")
    if lead.confirmed_at is None:
        lead.confirmed_at = at
        if lead.state == Lead.State.ASKED:
            lead.state, lead.state_at = Lead.State.NEW, at
        lead.save_version(expected=None)
        addresses.agreed_anew(lead.practice, lead.email)
        record(events.OPT_IN_CONFIRMED, lead, by=None, at=at, practice=lead.practice)
    return lead


# ---- A first visit


@transaction.atomic
def pick_time(lead: Lead, start: datetime, *, at: datetime) -> Lead:
    """Note the time a visitor picked, and with whom it is. Nothing is booked: a member does that with one tap.

    Raises AskingRefused where it was taken meanwhile, or they have not confirmed.
    """
    lead = _in_touch(lead)
    service = first_visits.service_of(lead.practice)
    if service is None:
        raise AskingRefused("No times are offered at the moment. Let us call you instead.")
    free = first_visits.free(lead.practice, service, at=at, besides=lead)
    member = free.get(lead.practice.local(start))
    if member is None:
        raise AskingRefused("Somebody took this time while you were looking. Pick another one.")
    lead.wanted_at, lead.wanted_member, lead.wanted_service, lead.wants_call = start, member, service, False
    lead.save_version(expected=None)
    record(events.TIME_PICKED, lead, by=None, at=at, practice=lead.practice)
    return lead


@transaction.atomic
def ask_call(lead: Lead, phone: str, *, at: datetime) -> Lead:
    """Note that a visitor would rather be called. phone: one typed now; the one given before stays where it is empty."""
    lead = _in_touch(lead)
    phone = rules.tidy(phone)
    if phone and (found := rules.wrong("when", {"times": "morning", "phone": phone}, interests={})):
        raise AskingRefused(found["phone"].sentence, field="phone")
    if not (phone or lead.phone):
        raise AskingRefused("Give us a number to call.", field="phone")
    lead.phone = phone or lead.phone
    lead.wants_call, lead.wanted_at, lead.wanted_member, lead.wanted_service = True, None, None, None
    lead.save_version(expected=None)
    record(events.CALL_ASKED, lead, by=None, at=at, practice=lead.practice)
    return lead


def _in_touch(lead: Lead) -> Lead:
    lead = _locked(lead)
    if lead.confirmed_at is None or lead.unsubscribed_at is not None:
        raise AskingRefused("Confirm your address first.")
    if lead.state not in (Lead.State.NEW, Lead.State.CONTACTED):
        raise AskingRefused("We are in touch already. Call us to change your time.")
    return lead


# ---- Going


@transaction.atomic
def unsubscribe(lead: Lead, *, at: datetime) -> None:
    """Write to this address no more, whichever of its links was used. Twice changes nothing; a client stays a client."""
    for one in _same_person(lead):
        stopping.unsubscribe_lead(one, at=at)


@transaction.atomic
def forget(lead: Lead, *, at: datetime) -> bool:
    """Delete what there is of a person at once, and keep a keyed hash of the address so that nobody writes to it again.

    Of who became a client, the lead keeps the link alone: the client's record is kept as the law asks. What was measured
    at a screening day goes with its next clearing. Returns whether anything of a client stays.
    """
    unsubscribe(lead, at=at)
    stays = False
    same = _same_person(lead)
    if lead.email:
        LeadDraft.objects.of(lead.practice).filter(answers__email__iexact=lead.email).delete()
    for one in same:
        is_client = one.client_id is not None
        record(events.LEAD_FORGOTTEN, one, by=None, at=at, practice=one.practice, was_client=is_client)
        if not is_client:
            one.delete()
            continue
        stays = True
        one.mails.all().delete()
        one.given_name = one.family_name = one.phone = one.email = one.notes = ""
        one.interest = one.opt_in_hash = one.next_step = ""
        one.answers, one.wanted_at, one.wanted_member, one.wanted_service, one.next_on = (
            {},
            None,
            None,
            None,
            None,
        )
        one.save_version(expected=None)
    return stays


def _same_person(lead: Lead) -> list[Lead]:
    same = Q(pk=lead.pk)
    if lead.email:
        same |= Q(email__iexact=lead.email)
    return list(
        Lead.objects.of(lead.practice)
        .select_for_update(of=("self",))
        .filter(same)
        .select_related("practice")
        .order_by("pk")
    )


def _locked(lead: Lead) -> Lead:
    return Lead.objects.select_for_update(of=("self",)).select_related("practice").get(pk=lead.pk)


# ---- What the worker lets go of


def clear(*, at: datetime) -> int:
    """Let go of what visitors typed and never sent, and of leads whose e-mail nobody answered; return how many."""
    drafts = LeadDraft.objects.filter(touched_at__lt=at - LET_GO_AFTER).delete()[0]
    rows: Any = Lead.objects.filter(state=Lead.State.ASKED, opt_in_asked_at__lt=at - LET_GO_AFTER)
    count = 0
    for lead in rows.select_related("practice"):
        record(events.OPT_IN_LAPSED, lead, by=None, at=at, practice=lead.practice)
        lead.delete()
        count += 1
    return drafts + count
