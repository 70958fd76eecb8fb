"""Every change of who a client is, who looks after them, and who stands beside them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from medexpro.audit.trail import record
from medexpro.clients import events
from medexpro.clients.models import Assignment, Client, ContactPerson
from medexpro.clients.rules import dates, names
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields, save_once

FIELDS = (
    "given_name", "family_name", "preferred_name", "salutation", "pronouns", "birth_date", "sex", "dominant_hand",
    "height_cm", "phone", "email", "address", "language", "notes_to_staff",
)  # fmt: skip
CONTACT_FIELDS = ("name", "relation", "phone", "email", "is_emergency", "is_guardian")


class ClientRefused(Refusal):
    """A client can't be kept so; the sentence stands at its field."""


class AlreadyHere(Refusal):
    """Someone who may be the same person is a client already. matches: (client, reasons), the likeliest first."""

    def __init__(self, matches: list[tuple[Client, tuple[str, ...]]]):
        many = "People who may be the same" if len(matches) > 1 else "Someone who may be the same person"
        verb = "are" if len(matches) > 1 else "is"
        super().__init__(f"{many} {verb} on file. Open the record, or add a new client knowingly.")
        self.matches = matches


@transaction.atomic
def quick_add(
    *,
    family_name: str = "",
    given_name: str = "",
    by: Member,
    at: datetime,
    id: UUID | None = None,
    external_id: str = "",
    knowingly: bool = False,
    **fields: Any,
) -> Client:
    """Add a client to the member's practice; a name is enough. The same `id` or `external_id` returns the first one.

    id: made by the page, so that a double click adds one. knowingly: likely duplicates were seen; without it they raise
    AlreadyHere. fields: any of FIELDS. A professional who sees only their own clients is assigned to the new one.
    Raises ClientRefused at the field that can't be so.
    """
    permissions.check(by, Permission.CLIENTS_EDIT)
    if known := _known(by, id, external_id):
        return known
    client = draft(
        external_id=external_id, by=by, at=at, family_name=family_name, given_name=given_name, **fields
    )
    if id:
        client.pk = id
    if not knowingly and (matches := likely_duplicates(client, by=by)):
        raise AlreadyHere(matches)
    client, new = save_once(client)
    if not new:
        return client
    record(events.ADDED, client, by=by, at=at, client=client, imported=bool(external_id))
    works_with = Permission.EPISODES_MANAGE
    if by.may(works_with) and permissions.scope_of(by, works_with) == "assigned":
        assign(client, by, by=by, at=at, own=True)
    return client


def draft(*, by: Member, at: datetime, external_id: str = "", **fields: Any) -> Client:
    """Return a client as `quick_add` would keep them, without keeping them. Raises ClientRefused at a field."""
    client = Client(practice=by.practice, external_id=external_id)
    fill(client, fields, at=at)
    return client


@transaction.atomic
def update(client: Client, *, version: int | None = None, by: Member, at: datetime, **fields: Any) -> Client:
    """Change a client's details. version: as the page showed it.

    Raises Conflict, with the stored values, when someone saved in between; ClientRefused at a field.
    """
    permissions.check(by, Permission.CLIENTS_EDIT, client)
    before = {name: getattr(client, name) for name in FIELDS}
    fill(client, fields, at=at)
    changed = [name for name in FIELDS if getattr(client, name) != before[name]]
    if changed:
        if "birth_date" in changed and before["birth_date"] is not None:
            client.birth_date_changed_on = client.practice.day(at)
        client.save_version(expected=version, fields=list(FIELDS))
        record(events.CHANGED, client, by=by, at=at, client=client, fields=changed)
    return client


@transaction.atomic
def archive(client: Client, *, by: Member, at: datetime) -> Client:
    """Take a client off the lists. The record stays whole; doing it twice changes nothing."""
    permissions.check(by, Permission.CLIENTS_EDIT, client)
    if client.archived_at is None:
        client.archived_at = at
        client.save_version(expected=None)
        record(events.ARCHIVED, client, by=by, at=at, client=client)
    return client


@transaction.atomic
def restore(client: Client, *, by: Member, at: datetime) -> Client:
    """Put an archived client back on the lists."""
    permissions.check(by, Permission.CLIENTS_EDIT, client)
    if client.archived_at is not None:
        client.archived_at = None
        client.save_version(expected=None)
        record(events.RESTORED, client, by=by, at=at, client=client)
    return client


def likely_duplicates(client: Client, *, by: Member) -> list[tuple[Client, tuple[str, ...]]]:
    """Return the clients `by` may know of who may be the same person, with what agrees, the likeliest first."""
    # What makes two people likely is the whole name, the phone or the e-mail; or the birth date with more beside it.
    clue, whole = Q(), Q()
    for word in names.fold(client.name).split():
        whole &= Q(name_search__contains=word)
    if whole:
        clue |= whole
    if client.birth_date:
        clue |= Q(birth_date=client.birth_date)
    if number := names.digits(client.phone):
        clue |= Q(phone_search=number)
    if client.email:
        clue |= Q(email__iexact=client.email)
    if not clue:
        return []
    candidates = (
        Client.objects.visible_to(by).filter(clue).exclude(pk=client.pk).order_by("name_search", "pk")
    )
    by_key = {candidate.pk: candidate for candidate in candidates}
    matches = names.likely_same(_person(client), [_person(candidate) for candidate in by_key.values()])
    return [(by_key[match.key], match.reasons) for match in matches[:5]]


@transaction.atomic
def assign(client: Client, member: Member, *, by: Member, at: datetime, own: bool = False) -> Assignment:
    """Let a member look after a client from today; one who does already stays as they are.

    own: a member assigning the client they just added to themselves needs no further permission.
    """
    if not (own and member == by):
        permissions.check(by, Permission.CLIENTS_ASSIGN, client)
    if member.practice_id != client.practice_id:
        raise NotFound("There is no such member in this practice.")
    assignment, new = Assignment.objects.get_or_create(
        client=client,
        member=member,
        ended_on=None,
        defaults={"practice": client.practice, "started_on": client.practice.day(at)},
    )
    if new:
        record(events.ASSIGNED, assignment, by=by, at=at, client=client, member=str(member.pk))
    return assignment


@transaction.atomic
def end_assignment(assignment: Assignment, *, by: Member, at: datetime) -> Assignment:
    """End an assignment today."""
    permissions.check(by, Permission.CLIENTS_ASSIGN, assignment)
    if assignment.ended_on is None:
        assignment.ended_on = assignment.practice.day(at)
        assignment.save(update_fields=["ended_on"])
        record(events.UNASSIGNED, assignment, by=by, at=at, member=str(assignment.member_id))
    return assignment


@transaction.atomic
def add_contact(
    client: Client,
    *,
    name: str,
    by: Member,
    at: datetime,
    id: UUID | None = None,
    **fields: Any,
) -> ContactPerson:
    """Add someone to call, or a guardian. id: made by the page, so that a double click adds one."""
    permissions.check(by, Permission.CLIENTS_EDIT, client)
    if id and (known := ContactPerson.objects.filter(pk=id, client=client).first()):
        return known
    contact = ContactPerson(practice=client.practice, client=client)
    if id:
        contact.pk = id
    _fill_contact(contact, {"name": name} | fields)
    contact, new = save_once(contact)
    if new:
        record(events.CONTACT_ADDED, contact, by=by, at=at, guardian=contact.is_guardian)
    return contact


@transaction.atomic
def change_contact(
    contact: ContactPerson, *, version: int | None = None, by: Member, at: datetime, **fields: Any
) -> ContactPerson:
    """Change a contact person. Raises Conflict when someone saved in between."""
    permissions.check(by, Permission.CLIENTS_EDIT, contact)
    _fill_contact(contact, fields)
    contact.save_version(expected=version, fields=list(CONTACT_FIELDS))
    record(events.CONTACT_CHANGED, contact, by=by, at=at, fields=sorted(fields))
    return contact


@transaction.atomic
def remove_contact(contact: ContactPerson, *, by: Member, at: datetime) -> ContactPerson:
    """Remove a contact person; undone by `restore_contact`."""
    permissions.check(by, Permission.CLIENTS_EDIT, contact)
    if contact.removed_at is None:
        contact.removed_at = at
        contact.save_version(expected=None)
        record(events.CONTACT_REMOVED, contact, by=by, at=at)
    return contact


@transaction.atomic
def restore_contact(contact: ContactPerson, *, by: Member, at: datetime) -> ContactPerson:
    """Undo a removal."""
    permissions.check(by, Permission.CLIENTS_EDIT, contact)
    if contact.removed_at is not None:
        contact.removed_at = None
        contact.save_version(expected=None)
        record(events.CONTACT_RESTORED, contact, by=by, at=at)
    return contact


def _known(by: Member, wanted: UUID | None, external_id: str) -> Client | None:
    if wanted and (known := Client.objects.filter(pk=wanted).first()):
        known = known.survivor
        if not known.is_visible_to(by):
            raise NotFound("There is no such record in this practice.")
        return known
    numbered = Client.objects.of(by.practice).known_as(external_id)
    return numbered.survivor if numbered else None


def fill(client: Client, fields: dict[str, Any], *, at: datetime) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"a client has no field {name!r}")
        setattr(client, name, " ".join(value.split()) if isinstance(value, str) else value)
    if not client.family_name:
        # One name is a whole name.
        client.family_name, client.given_name = client.given_name, ""
    if not client.family_name:
        raise ClientRefused("Type a name. The rest can follow.", field="family_name")
    if wrong := dates.check_birth_date(client.birth_date, client.practice.day(at)):
        raise ClientRefused(wrong, field="birth_date")
    if client.height_cm is not None and not 50 <= client.height_cm <= 250:
        raise ClientRefused("Height lies between 50 and 250 cm (1 ft 8 in and 8 ft 2 in).", field="height_cm")
    check_fields(client, ClientRefused)
    client.name_search = names.fold(f"{client.given_name} {client.family_name} {client.preferred_name}")[:200]
    client.phone_search = names.digits(client.phone)[:40]


def _fill_contact(contact: ContactPerson, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in CONTACT_FIELDS:
            raise TypeError(f"a contact person has no field {name!r}")
        setattr(contact, name, " ".join(value.split()) if isinstance(value, str) else value)
    if not contact.name:
        raise ClientRefused("Type the person’s name.", field="name")
    if not contact.phone and not contact.email:
        raise ClientRefused("Type a phone number or an e-mail address.", field="phone")
    check_fields(contact, ClientRefused)


def _person(client: Client) -> names.Person:
    return names.Person(client.pk, client.name, client.birth_date, client.phone, client.email)
