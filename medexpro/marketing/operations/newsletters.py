"""Newsletters to who agreed to them: written, tested, sent one by one, kept as they left."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from medexpro.audit.trail import record
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import addresses, events, mailing
from medexpro.marketing.models import CameBy, Lead, Mail, Newsletter
from medexpro.marketing.operations.sequences import is_confirmed, newsletter_clients
from medexpro.marketing.rules import markdown
from medexpro.marketing.rules.mailing import TO_LEAVE, MailState
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission

FIELDS = ("subject", "text", "to_leads", "to_clients")


class NewsletterRefused(Refusal):
    """A newsletter can't be kept or sent so; the sentence stands at its field."""


@transaction.atomic
def write(
    practice: Practice, newsletter: Newsletter | None = None, *, version: int | None = None, id: UUID | None = None,
    by: Member, at: datetime, **fields: Any,
) -> Newsletter:  # fmt: skip
    """Keep a draft, a new one or the one given. id: made by the page, so that twice makes one. Raises Conflict."""
    permissions.check(by, Permission.MARKETING_EDIT, newsletter)
    if newsletter is None and id and (known := Newsletter.objects.of(practice).filter(pk=id).first()):
        return known
    row = newsletter or Newsletter(practice=practice, made_by=by, **({"id": id} if id else {}))
    if row.state != Newsletter.State.DRAFT:
        raise NewsletterRefused("It was sent, so it stays as it left. Write a new one.")
    for name in FIELDS:
        if name in fields:
            setattr(row, name, fields[name])
    row.subject, row.text = mailing.one_line(row.subject), row.text.strip()
    if not row.subject:
        raise NewsletterRefused("Write a subject.", field="subject")
    if not row.text:
        raise NewsletterRefused("Write the text.", field="text")
    if not (row.to_leads or row.to_clients):
        raise NewsletterRefused("Choose who gets it.", field="to_leads")
    if newsletter is None:
        row.save(force_insert=True)
    else:
        row.save_version(expected=version, fields=list(FIELDS))
    record(events.NEWSLETTER_WRITTEN, row, by=by, at=at)
    return row


@dataclass(frozen=True)
class Reader:
    """One person who gets a newsletter."""

    name: str
    email: str
    lead: Lead | None = None
    client: Any = None


def readers(practice: Practice, *, to_leads: bool, to_clients: bool) -> list[Reader]:
    """Return who gets a newsletter: confirmed leads in touch and clients who agreed, each address once. Four queries."""
    found: dict[str, Reader] = {}
    if to_clients:
        for client in newsletter_clients(practice).order_by("family_name", "pk"):
            found.setdefault(client.email.lower(), Reader(client.name, client.email, client=client))
    if to_leads:
        rows = Lead.objects.of(practice).filter(unsubscribed_at=None, client=None).exclude(email="")
        rows = rows.exclude(state__in=(Lead.State.ASKED, Lead.State.DECLINED, Lead.State.UNSUBSCRIBED))
        confirmed = rows.filter(
            Q(confirmed_at__isnull=False) | Q(source_kind=CameBy.EVENT, asked_by__isnull=False)
        )
        for lead in confirmed.order_by("made_at", "pk"):
            found.setdefault(
                lead.email.lower(), Reader(lead.name if lead.given_name else "", lead.email, lead=lead)
            )
    emails = [one.email for one in found.values()]
    gone = addresses.left_alone(practice, emails) | set(addresses.troubles(practice, emails))
    return [one for one in found.values() if one.email not in gone]


@transaction.atomic
def test(newsletter: Newsletter, *, by: Member, at: datetime) -> str:
    """Send a draft to oneself; return the address. Raises NewsletterRefused where no mail can leave."""
    permissions.check(by, Permission.MARKETING_EDIT, newsletter)
    if sentence := mailing.why_no_mail(newsletter.practice):
        raise NewsletterRefused(sentence)
    mailing.post(
        newsletter.practice, what=Mail.What.TEST, key=f"test:{newsletter.pk}:{by.pk}:{at.timestamp():.3f}",
        to=by.user.email, to_name=str(by.user), newsletter=newsletter, due_at=at, at=at,
    )  # fmt: skip
    Newsletter.objects.filter(pk=newsletter.pk, started_at=None).update(tested_at=at)
    record(events.NEWSLETTER_TESTED, newsletter, by=by, at=at)
    _set_off()
    return by.user.email


@transaction.atomic
def send(newsletter: Newsletter, *, version: int | None = None, by: Member, at: datetime) -> Newsletter:
    """Send a newsletter to everybody who agreed. From now on it does not change. Pressed twice it is sent once.

    version: the one that was on the page; another was not looked at. Raises NewsletterRefused with the sentence why not.
    """
    permissions.check(by, Permission.MARKETING_EDIT, newsletter)
    row = Newsletter.objects.select_for_update(of=("self",)).select_related("practice").get(pk=newsletter.pk)
    if row.started_at is not None:
        return row
    if version is not None and row.version != version:
        raise NewsletterRefused("Someone changed it meanwhile. Read it again, then send it.")
    if sentence := mailing.why_no_mail(row.practice):
        raise NewsletterRefused(sentence)
    listed = readers(row.practice, to_leads=row.to_leads, to_clients=row.to_clients)
    if not listed:
        raise NewsletterRefused("Nobody has agreed to get it yet.")
    for one in listed:
        mailing.post(
            row.practice, what=Mail.What.NEWSLETTER, key=f"newsletter:{row.pk}:{addresses.address_hash(row.practice, one.email)}",
            to=one.email, to_name=one.name, lead=one.lead, client=one.client, newsletter=row, due_at=at, at=at,
        )  # fmt: skip
    row.state, row.started_at, row.started_by, row.total = Newsletter.State.SENDING, at, by, len(listed)
    row.save_version(expected=None)
    record(events.NEWSLETTER_STARTED, row, by=by, at=at, count=len(listed))
    _set_off()
    return row


def _set_off() -> None:
    from medexpro.marketing.tasks import send_mail

    # The queue is in the same database: in one transaction the two are there together, or not at all.
    send_mail.enqueue()


@transaction.atomic
def halt(newsletter: Newsletter, *, go_on: bool, by: Member, at: datetime) -> Newsletter:
    """Stop a newsletter that is on its way, or let it go on. What left has left."""
    permissions.check(by, Permission.MARKETING_EDIT, newsletter)
    was, to = Newsletter.State.SENDING, Newsletter.State.STOPPED
    if go_on:
        was, to = to, was
    if Newsletter.objects.filter(pk=newsletter.pk, state=was).update(state=to):
        newsletter.state = to
        mails = Mail.objects.filter(newsletter=newsletter, what=Mail.What.NEWSLETTER)
        if go_on:
            mails.filter(state=MailState.DROPPED, answer=STOPPED).update(
                state=MailState.WAITING, answer="", ended_at=None
            )
        else:
            mails.filter(state__in=TO_LEAVE).update(state=MailState.DROPPED, answer=STOPPED, ended_at=at)
        record(events.NEWSLETTER_STOPPED, newsletter, by=by, at=at, go_on=go_on)
    return newsletter


STOPPED = "The newsletter was stopped before it left."


@dataclass(frozen=True)
class Progress:
    """How far a newsletter is. done: of total, whatever became of each."""

    total: int
    sent: int
    waiting: int
    came_back: int
    left_out: int
    unknown: int

    @property
    def done(self) -> int:
        return self.total - self.waiting

    @property
    def said(self) -> str:
        """Return how far it is, in words."""
        return f"{self.done} of {self.total}"


def progress(newsletter: Newsletter) -> Progress:
    """Return how far a newsletter is. One query."""
    rows = Mail.objects.filter(newsletter=newsletter, what=Mail.What.NEWSLETTER).order_by()
    counts = dict(rows.values_list("state").annotate(count=Count("pk")))
    waiting = sum(counts.get(one, 0) for one in (*TO_LEAVE, MailState.SENDING))
    return Progress(
        # Who was let go of since leaves a gap that counts as sent.
        total=newsletter.total, waiting=waiting, sent=counts.get(MailState.SENT, 0) + counts.get(MailState.COMPLAINED, 0),
        came_back=counts.get(MailState.BOUNCED, 0) + counts.get(MailState.FAILED, 0),
        left_out=counts.get(MailState.DROPPED, 0), unknown=counts.get(MailState.UNKNOWN, 0),
    )  # fmt: skip


def finish(*, at: datetime) -> int:
    """Say of newsletters of which nothing waits any more that they were sent; return how many."""
    done = 0
    for row in Newsletter.objects.filter(state=Newsletter.State.SENDING):
        left = Mail.objects.filter(newsletter=row, state__in=[*TO_LEAVE, MailState.SENDING])
        if not left.exclude(what=Mail.What.TEST).exists():
            done += Newsletter.objects.filter(pk=row.pk, state=Newsletter.State.SENDING).update(
                state=Newsletter.State.SENT, finished_at=at
            )
    return done


def ask(mail: Mail, at: datetime) -> str:
    """Return why a newsletter may not leave to one person any more. Asked when their turn has come."""
    if mail.newsletter is None or mail.newsletter.state == Newsletter.State.STOPPED:
        return STOPPED
    if sentence := addresses.why_not(mail.practice, mail.to):
        return sentence
    if mail.client is not None:
        if not newsletter_clients(mail.practice).filter(pk=mail.client_id, email=mail.to).exists():
            return "They took their agreement back before it left."
    elif (
        mail.lead is None
        or mail.lead.email != mail.to
        or mail.lead.unsubscribed_at
        or not is_confirmed(mail.lead)
    ):
        return "They unsubscribed, or changed their address, before it left."
    return ""


def contents(mail: Mail) -> mailing.Contents:
    """Return a newsletter as it leaves: the Markdown as words, and as a page."""
    row = mail.newsletter
    if row is None:
        return mailing.Contents(mail.subject, mail.text)
    return mailing.Contents(row.subject, row.text, markdown.render(row.text))


mailing.handles(Mail.What.NEWSLETTER, ask=ask, write=contents)
mailing.handles(Mail.What.TEST, ask=lambda mail, at: "", write=contents)
