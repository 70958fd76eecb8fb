"""How a signed letter leaves: print, fax, expiring link, e-mail. What left is kept as sent, and sending is a touch."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from medexpro.audit.trail import record
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.outreach import letter_events, letters
from medexpro.outreach.letter_contents import email_of, fax_of
from medexpro.outreach.letter_models import Letter, LetterDelivery
from medexpro.outreach.rules import letters as rule
from medexpro.practice import permissions, tokens
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel
from medexpro.referrals import sources
from medexpro.referrals.source_models import TouchKind
from medexpro.reports.rules.by_mail import email_obstacle
from medexpro.reports.sending import RETIRED, has_release

LINK_DAYS = 30
LONGEST_LINK_DAYS = 90
CHANNELS = (Channel.PRINT, Channel.FAX, Channel.EMAIL, Channel.LINK)
SENDABLE = frozenset({Letter.State.SIGNED, Letter.State.SENT})


class SendingRefused(Refusal):
    """The letter may not leave this way."""


class LinkUnknown(Refusal):
    """No link ever had this address."""


class LinkOver(Refusal):
    """The link was ended or is too old."""


@dataclass(frozen=True)
class Sent:
    """A delivery, and for a link its token, shown once. again: it was sent before, and nothing happened now."""

    delivery: LetterDelivery
    token: str = ""
    again: bool = False


@transaction.atomic
def send(
    letter: Letter,
    channel: str,
    *,
    to: str = "",
    days: int = LINK_DAYS,
    id: UUID | None = None,
    by: Member,
    at: datetime,
) -> Sent:
    """Record that a signed letter leaves, and start what the product does itself; it is a touch with its follow-up.

    channel: print and fax are done by hand and recorded; a link opens for `days`; an e-mail waits in the worker's queue
    with everything enclosed. to: fax number, address or name; empty is as on file. id: made by the page, so that a form
    sent twice sends once. Records outreach:delivery:send. Raises SendingRefused with the sentence why not.
    """
    letters.check_sending(letter, by)
    letter = letters.locked(letter)
    if id and (before := LetterDelivery.objects.filter(pk=id).first()):
        if before.letter_id != letter.pk:
            raise NotFound("There is no such letter.")
        return Sent(before, again=True)
    if letter.state not in SENDABLE:
        raise SendingRefused("Sign the letter first; only what is signed is sent.")
    if sentence := letters.obstacle_of(letter):
        raise SendingRefused(sentence)
    if channel not in CHANNELS:
        raise SendingRefused("Choose how it goes out.", field="channel")
    if not 1 <= days <= LONGEST_LINK_DAYS:
        raise SendingRefused(f"A link is open for 1 to {LONGEST_LINK_DAYS} days.", field="days")
    token = tokens.new_token() if channel == Channel.LINK else ""
    delivery = LetterDelivery.objects.create(
        id=id or uuid7(), practice=letter.practice, letter=letter, channel=channel,
        to=_addressee(letter, channel, to.strip()), sent_by=by, sent_at=at,
        token_hash=tokens.hash_of(token) if token else "", expires_at=at + timedelta(days=days) if token else None,
    )  # fmt: skip
    record(letter_events.SEND, delivery, by=by, at=at, letter=letter.number, channel=channel)
    if channel == Channel.EMAIL:
        from medexpro.outreach.tasks import mail_letter

        # The queue is in the same database: in one transaction the two are there together, or not at all.
        mail_letter.enqueue(str(delivery.pk))
    else:
        _left(delivery, at=at)
    return Sent(delivery, token)


def _addressee(letter: Letter, channel: str, to: str) -> str:
    if channel == Channel.FAX:
        to = to or fax_of(letter.source)
        if sum(character.isdigit() for character in to) < 7:
            raise SendingRefused("Write the fax number it goes to.", field="to")
    elif channel == Channel.EMAIL:
        to = email_of(letter.source)
        if sentence := why_not_by_mail(letter):
            raise SendingRefused(sentence, field="channel")
    else:
        to = to or letter.source.name
    if len(to) > 200 or "\n" in to or "\r" in to:
        raise SendingRefused("Write it on one line, 200 characters at most.", field="to")
    return to


def why_not_by_mail(letter: Letter) -> str:
    """Return why a letter may not go by e-mail; empty when it may.

    One that names no client may go to any address. One that names a client follows the rule of reports. One query then.
    """
    address = email_of(letter.source)
    if letter.episode is None:
        return rule.email_obstacle(
            server_is_set_up=bool(settings.MEDEXPRO_DEMO or settings.EMAIL_HOST), address=address
        )
    return email_obstacle(
        server_is_safe=bool(settings.MEDEXPRO_DEMO or (settings.EMAIL_HOST and settings.EMAIL_USE_TLS)),
        address=address,
        is_secure=letter.source.provider is not None and letter.source.provider.email_is_secure,
        released=has_release(letter.episode.client),
    )


def changed_since(delivery: LetterDelivery) -> str:
    """Return why an e-mail that waits may not leave any more; empty when all is as it was when it was sent."""
    letter = delivery.letter
    if not delivery.sent_by.may(Permission.LETTERS_SEND):
        return f"{delivery.sent_by} no longer sends letters here. Send it again."
    if sentence := letters.obstacle_of(letter) or why_not_by_mail(letter):
        return sentence
    if delivery.to != email_of(letter.source):
        return "The e-mail address was changed before it left. Send it again."
    return ""


@transaction.atomic
def revoke(delivery: LetterDelivery, *, by: Member, at: datetime) -> None:
    """End a link at once. Ending it twice changes nothing."""
    permissions.check(by, Permission.LETTERS_SEND, delivery)
    if delivery.channel != Channel.LINK:
        raise SendingRefused("Only a link can be ended.")
    if LetterDelivery.objects.filter(pk=delivery.pk, revoked_at=None).update(revoked_at=at):
        record(letter_events.REVOKE, delivery, by=by, at=at, letter=delivery.letter.number)


# ---- What the holder of a link does


def find_link(token: str, *, at: datetime) -> LetterDelivery:
    """Return the delivery a link belongs to, with its letter. Raises LinkUnknown, LinkOver."""
    rows = LetterDelivery.objects.filter(token_hash=tokens.hash_of(token)).defer("letter__pdf")
    needed = ("letter__source__provider", "letter__source__organisation", "letter__episode", "practice")
    delivery = rows.select_related(*needed).first()
    if delivery is None:
        raise LinkUnknown("This link leads nowhere. Check the address, or ask the practice for a new link.")
    phone = f" at {delivery.practice.phone}" if delivery.practice.phone else ""
    ask = f"Ask {delivery.practice.name}{phone} for a new one."
    if delivery.revoked_at is not None:
        raise LinkOver(f"This link was ended by the practice. {ask}")
    if delivery.expires_at is None or at >= delivery.expires_at:
        raise LinkOver(f"This link has expired. {ask}")
    if delivery.letter.source.is_retired:
        raise LinkOver(f"{RETIRED} {ask}")
    return delivery


@transaction.atomic
def note_opening(delivery: LetterDelivery, *, what: str, at: datetime) -> None:
    """Keep that the holder of a link opened it. what: letter, or the kind of what is enclosed."""
    LetterDelivery.objects.filter(pk=delivery.pk, first_opened_at=None).update(first_opened_at=at)
    record(
        letter_events.OPEN, delivery, by=None, at=at, practice=delivery.practice, what=what, letter=delivery.letter.number
    )  # fmt: skip


# ---- What the worker does


@transaction.atomic
def note_mailed(delivery: LetterDelivery, *, at: datetime) -> None:
    """Keep that the e-mail left; from now on the letter is sent, and a touch."""
    LetterDelivery.objects.filter(pk=delivery.pk).update(delivered_at=at, failed_reason="")
    _left(delivery, at=at)
    record(letter_events.MAILED, delivery, by=None, at=at, practice=delivery.practice, letter=delivery.letter.number)  # fmt: skip


@transaction.atomic
def note_failed(delivery: LetterDelivery, *, reason: str, at: datetime) -> None:
    """Keep why sending failed, so that the page says it."""
    LetterDelivery.objects.filter(pk=delivery.pk).update(failed_reason=reason[:240])
    record(letter_events.FAILED, delivery, by=None, at=at, practice=delivery.practice, letter=delivery.letter.number)  # fmt: skip


def _left(delivery: LetterDelivery, *, at: datetime) -> None:
    """Keep that a letter has left: its state, and the touch with the day on which to follow it up."""
    letter = letters.locked(delivery.letter)
    if letter.state == Letter.State.SIGNED:
        letter.state = Letter.State.SENT
        letter.save_version(expected=None)
    sources.touch(
        letter.source,
        kind=TouchKind.THANKS if letter.kind == Letter.Kind.THANK_YOU else TouchKind.LETTER,
        on=letter.practice.day(at),
        note=f"{letter.get_kind_display()} {letter.number}, {delivery.get_channel_display().lower()}",
        follow_up_days=rule.follow_up_days(letter.kind),
        ref=f"letter:{letter.pk}",
        id=delivery.pk,
        by=delivery.sent_by,
        at=at,
    )
