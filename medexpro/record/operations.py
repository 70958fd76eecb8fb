"""Writing to colleagues about a client, and reading it; asking for a record to be given to someone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from medexpro.audit.trail import record
from medexpro.clients.models import Client
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields, save_once
from medexpro.record import events
from medexpro.record.models import LONGEST, Disclosure, Message, MessageTo


class MessageRefused(Refusal):
    """A message can't go out so; the sentence stands at its field."""


class DisclosureRefused(Refusal):
    """A record can't be given out so; the sentence stands at its field."""


def colleagues_of(member: Member) -> list[Member]:
    """Return the members of the practice a member may write to, by name."""
    others = Member.objects.of(member.practice).active().exclude(pk=member.pk)
    others = others.select_related("user", "practice").order_by("user__full_name")
    return [other for other in others if other.may(Permission.MESSAGES_USE)]


@transaction.atomic
def write_message(
    client: Client,
    *,
    text: str,
    to: Sequence[Member] = (),
    to_team: bool = False,
    by: Member,
    at: datetime,
    id: UUID | None = None,
) -> Message:
    """Write to colleagues about a client: to those named, or to everyone who may see the client.

    id: made by the page, so that a double click writes one. Nobody hears of a client they may not see: raises
    MessageRefused at the field, as for a message to nobody or without words.
    """
    permissions.check(by, Permission.MESSAGES_USE, client)
    if id and (known := Message.objects.filter(pk=id, client=client, by=by).first()):
        return known
    text = text.strip()
    if not text:
        raise MessageRefused("Write what your colleagues should know.", field="text")
    if len(text) > LONGEST:
        raise MessageRefused(f"At most {LONGEST:,} characters.", field="text")
    readers = _team_of(client, by) if to_team else _named(client, to, by)
    message = Message(practice=client.practice, client=client, by=by, at=at, text=text, to_team=to_team)
    if id:
        message.pk = id
    check_fields(message, MessageRefused)
    message, new = save_once(message)
    if new:
        MessageTo.objects.bulk_create(
            MessageTo(practice=client.practice, message=message, member=reader) for reader in readers
        )
        record(events.MESSAGE_WRITTEN, message, by=by, at=at, count=len(readers))
    return message


@transaction.atomic
def read_messages(client: Client, *, by: Member, at: datetime) -> list[UUID]:
    """Mark a member's new messages about a client as read; return their ids. None is marked twice."""
    new = list(
        MessageTo.objects.filter(message__client=client, member=by, read_at=None).values_list(
            "message", flat=True
        )
    )
    if new:
        MessageTo.objects.filter(message__in=new, member=by, read_at=None).update(read_at=at)
        record(events.MESSAGES_READ, client, by=by, at=at, client=client, count=len(new))
    return new


def unread_by_client(member: Member) -> QuerySet:
    """Return, for each client with messages a member has not read: who it is, how many, when the last came."""
    waiting = MessageTo.objects.visible_to(member).filter(member=member, read_at=None)
    return (
        waiting.values("message__client", "message__client__given_name", "message__client__family_name")
        .annotate(count=Count("pk"), last=Max("message__at"))
        .order_by("-last")
    )


@transaction.atomic
def ask_for_record(
    client: Client,
    *,
    recipient: str,
    reason: str,
    with_messages: bool = False,
    by: Member,
    at: datetime,
    id: UUID | None = None,
) -> Disclosure:
    """Note that a client's whole record is to be given to someone, and why; making it follows.

    id: made by the page, so that a double click asks once. Raises DisclosureRefused at a field.
    """
    permissions.check(by, Permission.CLIENTS_EXPORT, client)
    if id and (known := Disclosure.objects.filter(pk=id, client=client).first()):
        return known
    disclosure = Disclosure(
        practice=client.practice,
        client=client,
        recipient=" ".join(recipient.split()),
        reason=" ".join(reason.split()),
        with_messages=with_messages,
        by=by,
        at=at,
        worked_at=at,
    )
    if id:
        disclosure.pk = id
    if not disclosure.recipient:
        raise DisclosureRefused("Name who gets the record.", field="recipient")
    if not disclosure.reason:
        raise DisclosureRefused("Say why they get it.", field="reason")
    check_fields(disclosure, DisclosureRefused)
    disclosure, new = save_once(disclosure)
    if new:
        record(events.DISCLOSURE_ASKED, disclosure, by=by, at=at, messages=with_messages)
    return disclosure


def _named(client: Client, to: Iterable[Member], by: Member) -> list[Member]:
    readers = [member for member in to if member.pk != by.pk]
    if not readers:
        raise MessageRefused("Choose who should read it.", field="to")
    barred = [str(member) for member in readers if not _may_see(client, member)]
    if barred:
        they = " and ".join(barred)
        raise MessageRefused(
            f"{they} may not see {client}. Assign them to the client first, or choose someone else.",
            field="to",
        )
    return readers


def _team_of(client: Client, by: Member) -> list[Member]:
    readers = [
        member for member in colleagues_of(by) if client.is_visible_to(member, Permission.MESSAGES_USE)
    ]
    if not readers:
        raise MessageRefused("Nobody else of your practice may see this client.", field="to")
    return readers


def _may_see(client: Client, member: Member) -> bool:
    return member.may(Permission.MESSAGES_USE) and client.is_visible_to(member, Permission.MESSAGES_USE)
