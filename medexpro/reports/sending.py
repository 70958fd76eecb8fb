"""How a signed document leaves, and what comes back: print, fax, expiring link, e-mail by rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse

from medexpro.audit.trail import record
from medexpro.clients.agreements import RELEASE_TO_PROVIDER
from medexpro.clients.models import Client, Consent
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions, tokens
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel, Provider
from medexpro.referrals import operations as referrals
from medexpro.referrals.models import Referral
from medexpro.reports import copies, events, faxing, replies, voiding
from medexpro.reports.copies import Copy
from medexpro.reports.faxing import Gateway
from medexpro.reports.faxing.by_hand import ByHand
from medexpro.reports.models import Delivery, Document
from medexpro.reports.operations import needed
from medexpro.reports.rules.by_mail import email_obstacle

LINK_DAYS = 14
# Somebody else may read the mailbox or hold the desk by now.
RETIRED = "This link was made for somebody who is no longer active there."
LONGEST_LINK_DAYS = 60
# Only what was signed and still stands may leave.
SENDABLE = replies.STANDING
CHANNELS = (Channel.LINK, Channel.FAX, Channel.PRINT, Channel.EMAIL)
# Done by hand by whoever stands at the machine. A link opens the page to who makes it, and an e-mail is the product's.
BY_HAND = (Channel.FAX, Channel.PRINT)
# What stands as the gateway of a link that was mailed.
BY_MAIL = "mail"


class SendingRefused(Refusal):
    """The document may not leave this way."""


class LinkUnknown(Refusal):
    """No link ever had this address."""


class LinkOver(Refusal):
    """The link was ended or is too old, or its document was replaced."""


@dataclass(frozen=True)
class Sent:
    """A delivery, and for a link its token, shown once. again: it was sent before, and nothing happened now."""

    delivery: Delivery
    token: str = ""
    again: bool = False


def send(
    document: Document,
    channel: str,
    *,
    to: str = "",
    days: int = LINK_DAYS,
    id: UUID | None = None,
    by_hand: bool = False,
    copy: Copy | None = None,
    base_url: str = "",
    by: Member,
    at: datetime,
) -> Sent:
    """Record that a signed document leaves, and start what the product does itself.

    channel: print is done by hand and recorded, and so is a fax where no gateway is set; link makes an address that opens
    for `days`; email and a gateway's fax wait in the worker's queue, which sees them once the change is committed. to: fax
    number, address or name. id: made by the page, so that a form sent twice sends once. by_hand: a person faxes it,
    whatever is set. copy: what is faxed or posted, where it was printed before. base_url: of this product, where a link is to
    be mailed; then nobody here sees it. Records reports:delivery:send.
    Raises SendingRefused with the sentence why not: to a provider who is not active nothing goes, by no way.
    """
    usual = Permission.REPORTS_TRACK if channel in BY_HAND else Permission.REPORTS_SEND
    permissions.check(by, needed(document.kind, usual), document)
    # Setting the cover sheet takes longer than a write may hold the database, so it comes before the transaction.
    copy = copy or _copy(document, channel, to, by=by, at=at)
    gateway = ByHand() if by_hand else faxing.gateway()
    with transaction.atomic():
        return _send(
            document,
            channel,
            to,
            days=days,
            id=id,
            gateway=gateway,
            copy=copy,
            base_url=base_url,
            by=by,
            at=at,
        )


def _copy(document: Document, channel: str, to: str, *, by: Member, at: datetime) -> Copy | None:
    """Return what is faxed, cover sheet and all; None for every other way, and where nothing is signed to be faxed."""
    to = to.strip() or fax_of(document)
    if not copies.has_cover(channel) or document.state not in SENDABLE or not to or len(to) > 200:
        return None
    return copies.faxed(document, to, sender=by.signing_name, at=at)


def _send(
    document: Document, channel: str, to: str, *, days: int, id: UUID | None, gateway: Gateway, copy: Copy | None, base_url: str,
    by: Member, at: datetime,
) -> Sent:  # fmt: skip
    document = Document.objects.select_for_update(of=("self",)).select_related(
        "episode__client", "provider__organisation", "practice"
    ).defer("pdf").get(pk=document.pk)  # fmt: skip
    if id and (before := Delivery.objects.filter(pk=id, document=document).first()):
        return Sent(before, again=True)
    if document.state not in SENDABLE:
        raise SendingRefused("Only a signed document that was not replaced can be sent.")
    if sentence := why_not_to(document.provider):
        raise SendingRefused(sentence)
    if channel not in CHANNELS:
        raise SendingRefused("Choose how it goes out.", field="channel")
    mailed = channel == Channel.LINK and bool(base_url)
    to = _mail_address(document.provider) if mailed else _addressee(document, channel, to.strip(), gateway)
    if not 1 <= days <= LONGEST_LINK_DAYS:
        raise SendingRefused(f"A link is open for 1 to {LONGEST_LINK_DAYS} days.", field="days")

    delivery = Delivery(
        id=id or uuid7(), practice=document.practice, document=document, episode=document.episode, channel=channel,
        to=to, sent_by=by, sent_at=at, gateway=BY_MAIL if mailed else gateway.name if channel == Channel.FAX else "",
    )  # fmt: skip
    token = ""
    if channel == Channel.LINK:
        # What is mailed by the worker is made again there, so that no queue holds the token.
        token = tokens.token_for(delivery) if mailed else tokens.new_token()
        delivery.token_hash, delivery.expires_at = tokens.hash_of(token), at + timedelta(days=days)
    delivery.save(force_insert=True)
    if copy is not None:
        copies.keep(delivery, copy)
    record(events.SEND, delivery, by=by, at=at, document=document.number, channel=channel)
    if delivery.waits_for_a_server:
        from medexpro.reports.tasks import fax_document, mail_document, mail_link

        # The queue is in the same database: in one transaction the two are there together, or not at all.
        if mailed:
            mail_link.enqueue(str(delivery.pk), base_url)
        else:
            (fax_document if delivery.gateway else mail_document).enqueue(str(delivery.pk))
    else:
        _mark_sent(document, delivery)
    return Sent(delivery, "" if mailed else token)


def _mail_address(provider: Provider) -> str:
    """Return where a link is mailed. The mail says nothing of the client, so any address of theirs will do."""
    if not (settings.MEDEXPRO_DEMO or settings.EMAIL_HOST):
        raise SendingRefused("No mail server is set up. Make a link and give it to them.", field="channel")
    if not provider.email:
        raise SendingRefused("The provider has no e-mail address here. Use another way.", field="channel")
    return provider.email


def why_not_to(provider: Provider) -> str:
    """Return why nothing may go to a provider; empty for one who is active."""
    if provider.is_active:
        return ""
    return (
        f"{provider.short_name} is marked as no longer active, so nothing is sent to them. Address it to somebody else of "
        "the same workplace."
    )


def _addressee(document: Document, channel: str, to: str, gateway: Gateway) -> str:
    provider = document.provider
    if channel == Channel.FAX:
        to = to or fax_of(document)
        if wrong := gateway.obstacle(to):
            raise SendingRefused(wrong, field="to")
    elif channel == Channel.EMAIL:
        if sentence := why_not_by_mail(document):
            raise SendingRefused(sentence, field="channel")
        # To the address that was marked as secure, and to no other.
        to = provider.email
    else:
        to = to or provider.formal_name
    if len(to) > 200:
        raise SendingRefused("This is too long: 200 characters at most.", field="to")
    return to


def fax_of(document: Document) -> str:
    """Return the provider's fax number, or the organisation's."""
    provider = document.provider
    return provider.fax or (provider.organisation.fax if provider.organisation else "")


def why_not_by_mail(document: Document) -> str:
    """Return why the document may not go by e-mail; empty when it may. One query."""
    return email_obstacle(
        server_is_safe=bool(settings.MEDEXPRO_DEMO or (settings.EMAIL_HOST and settings.EMAIL_USE_TLS)),
        address=document.provider.email,
        is_secure=document.provider.email_is_secure,
        released=has_release(document.episode.client),
    )


def changed_since(delivery: Delivery) -> str:
    """Return why an e-mail that waits may not leave any more; empty when all is as it was when it was sent."""
    if delivery.document.state not in SENDABLE:
        return "The document was replaced before the e-mail left."
    if sentence := why_not_to(delivery.document.provider):
        return sentence
    if delivery.to != delivery.document.provider.email:
        return "The provider’s e-mail address was changed before it left. Send it again."
    return ""


def fax_changed_since(delivery: Delivery) -> str:
    """Return why a fax that waits may not leave any more; empty when all is as it was when it was sent."""
    if delivery.document.state not in SENDABLE:
        return "The document was replaced before the fax left."
    return why_not_to(delivery.document.provider)


def has_release(client: Client) -> bool:
    """Return whether the client's release of information to providers is on file and not withdrawn."""
    return Consent.objects.filter(client=client, kind=RELEASE_TO_PROVIDER, withdrawn_at=None).exists()


@transaction.atomic
def revoke(delivery: Delivery, *, by: Member, at: datetime) -> None:
    """End a link at once, and let go of what was proposed by it and waits. Twice changes nothing.

    Records reports:delivery:revoke.
    """
    permissions.check(by, needed(delivery.document.kind, Permission.REPORTS_SEND), delivery)
    if delivery.channel != Channel.LINK:
        raise SendingRefused("Only a link can be ended.")
    if Delivery.objects.filter(pk=delivery.pk, revoked_at=None).update(revoked_at=at):
        delivery.revoked_at = at
        voiding.let_go(
            Q(answer__delivery=delivery), why="Its link was ended.", practice=delivery.practice, by=by, at=at
        )
        record(events.REVOKE, delivery, by=by, at=at, document=delivery.document.number)


@transaction.atomic
def undo(delivery: Delivery, *, by: Member, at: datetime) -> None:
    """Take back that something was faxed or posted by hand: it stayed in the tray. Twice changes nothing.

    Records reports:delivery:undo. Raises SendingRefused for what left by itself, and where something came back for it.
    """
    permissions.check(by, needed(delivery.document.kind, Permission.REPORTS_TRACK), delivery)
    document = replies.hold(delivery.document_id)
    delivery.refresh_from_db(fields=["undone_at", "received_at", "acknowledged_at"])
    if delivery.undone_at is not None:
        return
    if delivery.channel not in BY_HAND or delivery.gateway:
        raise SendingRefused("Only what went out by hand can be taken back.")
    if delivery.received_at or delivery.acknowledged_at:
        raise SendingRefused("Something came back for it, so it went out. Take that back first.")
    delivery.undone_at, delivery.undone_by = at, by
    delivery.save(update_fields=["undone_at", "undone_by"])
    replies.settle(document)
    record(events.UNDO, delivery, by=by, at=at, document=document.number)


# ---- What the holder of a link does


def find_link(token: str, *, at: datetime) -> Delivery:
    """Return the delivery a link belongs to, with its document. Raises LinkUnknown, LinkOver."""
    delivery = (
        Delivery.objects.filter(token_hash=tokens.hash_of(token))
        .select_related("document__practice", "document__provider", "episode__client", "practice")
        .first()
    )
    if delivery is None:
        raise LinkUnknown("This link leads nowhere. Check the address, or ask the practice for a new link.")
    phone = f" at {delivery.practice.phone}" if delivery.practice.phone else ""
    ask = f"Ask {delivery.practice.name}{phone} for a new one."
    if delivery.revoked_at is not None:
        raise LinkOver(f"This link was ended by the practice. {ask}")
    if delivery.expires_at is None or at >= delivery.expires_at:
        raise LinkOver(f"This link has expired. {ask}")
    if delivery.document.state not in SENDABLE:
        raise LinkOver(f"This document was replaced by a newer one. {ask}")
    if not delivery.document.provider.is_active:
        raise LinkOver(f"{RETIRED} {ask}")
    return delivery


@transaction.atomic
def note_opening(delivery: Delivery, *, what: str, at: datetime) -> None:
    """Keep that the holder of a link opened it. what: page or pdf. Records reports:delivery:open."""
    replies.note_opened(delivery, at=at)
    record(
        events.OPEN,
        delivery,
        by=None,
        at=at,
        practice=delivery.practice,
        what=what,
        document=delivery.document.number,
    )


@transaction.atomic
def acknowledge(delivery: Delivery, *, at: datetime) -> None:
    """Keep that the provider has read the document. A second time changes nothing."""
    if not replies.note_acknowledged(delivery, at=at):
        return
    delivery.acknowledged_at = at
    record(
        events.ACKNOWLEDGE,
        delivery,
        by=None,
        at=at,
        practice=delivery.practice,
        document=delivery.document.number,
    )


# ---- What the worker does


def mail_link(delivery: Delivery, *, base_url: str) -> None:
    """Mail the link to a document. Nothing in the mail is about the client. Raises SMTPException or OSError."""
    practice, document = delivery.practice, delivery.document
    address = base_url.rstrip("/") + reverse("portal:document", args=[tokens.token_for(delivery)])
    name = document.get_kind_display().lower()
    EmailMessage(
        f"{'An' if name[0] in 'aeiou' else 'A'} {name} from {' '.join(practice.name.split())}",
        f"{document.provider.short_name},\n\nthe {name} {document.number} is one page. Read it here, until "
        f"{practice.day(delivery.expires_at):%B %d}; no sign-in is needed:\n\n{address}\n\n"
        f"{document.signed_name}\n{practice.name}\n{practice.phone}\n\n"
        "Whoever has this address can read the page. If you received it by mistake, tell us and delete it.\n",
        to=[delivery.to],
    ).send()


@transaction.atomic
def note_mailed(delivery: Delivery, *, at: datetime) -> None:
    """Keep that the e-mail left, or that the gateway took the fax."""
    replies.hold(delivery.document_id)
    Delivery.objects.filter(pk=delivery.pk).update(delivered_at=at, failed_reason="", failed_for_good=False)
    _mark_sent(delivery.document, delivery)
    record(
        events.MAILED, delivery, by=None, at=at, practice=delivery.practice, document=delivery.document.number
    )


@transaction.atomic
def note_failed(delivery: Delivery, *, reason: str, for_good: bool = True, at: datetime) -> None:
    """Keep why sending failed, so that the page says it. for_good: the worker does not try again by itself."""
    Delivery.objects.filter(pk=delivery.pk).update(
        failed_reason=reason[:240], failed_for_good=for_good, tries=F("tries") + 1
    )
    record(
        events.FAILED, delivery, by=None, at=at, practice=delivery.practice, document=delivery.document.number
    )


def _mark_sent(document: Document, delivery: Delivery) -> None:
    replies.settle(replies.hold(document.pk))
    if document.kind == Document.Kind.ACKNOWLEDGEMENT:
        # The paper is the acknowledgement: nobody records it a second time.
        referral = Referral.objects.select_for_update().get(pk=document.episode.referral_id)
        referrals.note_acknowledged(
            referral, channel=delivery.channel, by=delivery.sent_by, at=delivery.sent_at
        )
