"""What comes back for a document that left: the provider has it, the provider acknowledges it.

The link tells both by itself; for fax, print and mail a member records it. The state of the document follows from its
deliveries and from nothing else.
"""

from datetime import datetime

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.reports import events
from medexpro.reports.models import REPLY_FIELDS, Delivery, Document, Reply
from medexpro.reports.operations import needed
from medexpro.reports.rules.life import ORDER, Came, state_of

RECEIPTS = (Reply.FAXED, Reply.HANDED, Reply.TOLD)
ANSWERS = (Reply.PHONE, Reply.FAX, Reply.PERSON)
# What somebody said names who: a machine's word needs nobody.
SAID = frozenset({Reply.TOLD, *ANSWERS})
# Only what was signed and still stands moves on.
STANDING = frozenset(
    {Document.State.SIGNED, Document.State.SENT, Document.State.RECEIVED, Document.State.ACKNOWLEDGED}
)
_FROM_LENGTH = 120


class ReplyRefused(Refusal):
    """What came back can't be recorded so."""


@transaction.atomic
def record_reply(delivery: Delivery, reply: str, *, who: str = "", by: Member, at: datetime) -> Delivery:
    """Record that the provider has a document (RECEIPTS) or acknowledges it (ANSWERS). The same again changes nothing.

    who: the person at the provider's office who said so; needed for all but a fax report and a page handed over.
    Whoever acknowledges has received it: both are kept. Records reports:delivery:receive or …:acknowledge.
    Raises ReplyRefused for an e-mail that never left, a document that was replaced, or an unknown or unnamed answer.
    """
    permissions.check(by, needed(delivery.document.kind, Permission.REPORTS_TRACK), delivery)
    document = hold(delivery.document_id)
    delivery = (
        Delivery.objects.select_for_update(of=("self",)).select_related("episode__client").get(pk=delivery.pk)
    )
    if reply not in (*RECEIPTS, *ANSWERS):
        raise ReplyRefused("Choose what came back.", field="reply")
    if document.state not in STANDING:
        raise ReplyRefused("This document was replaced. Record it with the newer one.")
    if not left(delivery):
        raise ReplyRefused("This has not left, so nothing can have come back.")
    who = " ".join(who.split())
    if reply in SAID and not who:
        raise ReplyRefused("Write who said so.", field="who")
    if len(who) > _FROM_LENGTH:
        raise ReplyRefused(f"This is too long: {_FROM_LENGTH} characters at most.", field="who")
    if reply in ANSWERS:
        if delivery.acknowledged_at is not None:
            return delivery
        _keep(delivery, "acknowledged", reply, who, by, at)
    elif delivery.received_at is not None:
        return delivery
    if delivery.received_at is None:
        _keep(delivery, "received", reply, who, by, at)
    delivery.save(update_fields=REPLY_FIELDS)
    settle(document)
    event = events.ACKNOWLEDGE if reply in ANSWERS else events.RECEIVE
    record(event, delivery, by=by, at=at, document=document.number, how=reply)
    return delivery


@transaction.atomic
def take_back(delivery: Delivery, *, by: Member, at: datetime) -> Delivery:
    """Take back what members recorded of a delivery by mistake; what the link told stays.

    Records reports:delivery:take-back. Raises ReplyRefused where nothing was recorded by hand.
    """
    permissions.check(by, needed(delivery.document.kind, Permission.REPORTS_TRACK), delivery)
    document = hold(delivery.document_id)
    delivery = (
        Delivery.objects.select_for_update(of=("self",)).select_related("episode__client").get(pk=delivery.pk)
    )
    taken = [name for name in ("received", "acknowledged") if getattr(delivery, f"{name}_by_id")]
    if not taken:
        raise ReplyRefused("Nothing was recorded by hand here.")
    for name in taken:
        _keep(delivery, name, "", "", None, None)
    delivery.save(update_fields=REPLY_FIELDS)
    settle(document)
    record(events.TAKE_BACK, delivery, by=by, at=at, document=document.number, taken=taken)
    return delivery


def note_opened(delivery: Delivery, *, at: datetime) -> None:
    """Keep that the holder of a link opened it: the document is received. Call inside a transaction."""
    if delivery.first_opened_at and delivery.received_at:
        return
    # The document first, as everybody who moves one does: two who wait for each other would both fail.
    _raise(delivery.document_id, Document.State.RECEIVED)
    rows = Delivery.objects.filter(pk=delivery.pk)
    rows.filter(received_at=None).update(received_at=at, received_how=Reply.OPENED, first_opened_at=at)
    if delivery.received_at:
        rows.filter(first_opened_at=None).update(first_opened_at=at)


def note_acknowledged(delivery: Delivery, *, at: datetime) -> bool:
    """Keep that the provider acknowledged by the link; return whether it was news. Call inside a transaction."""
    _raise(delivery.document_id, Document.State.ACKNOWLEDGED)
    rows = Delivery.objects.filter(pk=delivery.pk)
    rows.filter(received_at=None).update(received_at=at, received_how=Reply.OPENED)
    return bool(rows.filter(acknowledged_at=None).update(acknowledged_at=at, acknowledged_how=Reply.LINK))


def _raise(document_id: object, state: str) -> None:
    """Move a document that left up to a state, unless it is further."""
    lower = ORDER[ORDER.index("signed") : ORDER.index(state)]
    Document.objects.filter(pk=document_id, state__in=lower).update(state=state)


def hold(document_id: object) -> Document:
    """Return a document, locked before any of its deliveries is: of two who record at once, the second sees the first's."""
    return Document.objects.select_for_update().only("pk", "state", "number").get(pk=document_id)


def settle(document: Document) -> None:
    """Bring a signed document, held, to the state its deliveries say. Call in the transaction that changed them."""
    if document.state not in STANDING:
        return
    came = [
        Came(left(one), one.received_at is not None, one.acknowledged_at is not None)
        for one in Delivery.objects.filter(document_id=document.pk)
    ]
    state = state_of(came)
    if state != document.state:
        Document.objects.filter(pk=document.pk).update(state=state)


def left(delivery: Delivery) -> bool:
    """Return whether a delivery went out; what goes by a mail server does when the server took it."""
    return delivery.undone_at is None and (
        not delivery.waits_for_a_server or delivery.delivered_at is not None
    )


def _keep(delivery: Delivery, name: str, how: str, who: str, by: Member | None, at: datetime | None) -> None:
    for field, value in {"at": at, "how": how, "from": who, "by": by}.items():
        setattr(delivery, f"{name}_{field}", value)
