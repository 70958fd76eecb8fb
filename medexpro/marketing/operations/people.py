"""Registering the participants of a screening day, and what they agree to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from medexpro.audit.trail import record
from medexpro.clients.models import Sex
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import catalogue, events, state
from medexpro.marketing.models import Agreement, AgreementKind, Lead, PageGiven, Participant, ScreeningDay
from medexpro.marketing.operations.days import refuse_closed
from medexpro.marketing.operations.leads import make_lead, move_lead
from medexpro.marketing.rules.ages import Age, read_age
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields

HIGHEST_NUMBER = 9999
FIELDS = ("number", "first_name", "age", "age_by_year", "sex")


class ParticipantRefused(Refusal):
    """A participant can't be kept so; the sentence stands at its field."""


@transaction.atomic
def register(
    day: ScreeningDay,
    *,
    number: int,
    born: int,
    sex: str = Sex.UNKNOWN,
    first_name: str = "",
    id: UUID | None = None,
    by: Member,
    at: datetime,
    **wishes: Any,
) -> Participant:
    """Register somebody at a day: the number they wear, an age or a year of birth, a sex for the tables.

    id: made by the page, so that a form sent twice registers once. wishes: as `agree` takes them.
    Raises ParticipantRefused at a field, also for a number somebody else wears.
    """
    permissions.check(by, Permission.SCREENING_DAYS_REGISTER, day)
    if id and (known := Participant.objects.filter(pk=id, day=day).first()):
        return known
    refuse_closed(day)
    person = Participant(practice=day.practice, day=day, registered_by=by, registered_at=at)
    if id:
        person.pk = id
    _fill(person, number, born, sex, first_name)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        # Two tablets at once took one number; or one form came twice, side by side.
        if known := Participant.objects.filter(pk=person.pk, day=day).first():
            return known
        raise ParticipantRefused(_taken(day, number), field="number") from None
    record(events.REGISTERED, person, by=by, at=at)
    if any(wishes.values()):
        agree(person, by=by, at=at, **wishes)
    return person


@transaction.atomic
def change_participant(
    person: Participant,
    *,
    number: int,
    born: int,
    sex: str = Sex.UNKNOWN,
    first_name: str = "",
    version: int | None = None,
    by: Member,
    at: datetime,
) -> Participant:
    """Change a registration. Raises ParticipantRefused at a field, Conflict."""
    permissions.check(by, Permission.SCREENING_DAYS_REGISTER, person)
    refuse_closed(person.day)
    before = {name: getattr(person, name) for name in FIELDS}
    _fill(person, number, born, sex, first_name)
    changed = [name for name in FIELDS if getattr(person, name) != before[name]]
    if changed:
        try:
            with transaction.atomic():
                person.save_version(expected=version, fields=list(FIELDS))
        except IntegrityError:
            raise ParticipantRefused(_taken(person.day, number), field="number") from None
        record(events.CHANGED, person, by=by, at=at, fields=changed)
    return person


def _fill(person: Participant, number: int, born: int, sex: str, first_name: str) -> None:
    if not 1 <= number <= HIGHEST_NUMBER:
        raise ParticipantRefused(f"A number is between 1 and {HIGHEST_NUMBER:,}.", field="number")
    others = Participant.objects.filter(day=person.day, number=number).exclude(pk=person.pk)
    if others.exists():
        raise ParticipantRefused(_taken(person.day, number), field="number")
    age = read_age(born, person.day.held_on)
    if not isinstance(age, Age):
        raise ParticipantRefused(age, field="born")
    person.number, person.sex, person.first_name = number, sex, " ".join(first_name.split())
    if (age.years, age.by_year) != (person.age, person.age_by_year):
        person.age, person.age_by_year = age.years, age.by_year
    check_fields(person, ParticipantRefused)


def _taken(day: ScreeningDay, number: int) -> str:
    return f"Number {number} is taken. The next free one is {state.next_number(day)}."


@transaction.atomic
def agree(
    person: Participant,
    *,
    page: bool = False,
    contact: bool = False,
    email: str = "",
    phone: str = "",
    given_name: str = "",
    family_name: str = "",
    notes: str = "",
    by: Member,
    at: datetime,
) -> list[Agreement]:
    """Record what a participant agrees to, in the words that are in use: to be sent the page, to be contacted.

    Who may be contacted becomes a lead at once. Agreeing again changes nothing but an e-mail address.
    Raises ParticipantRefused at a field.
    """
    permissions.check(by, Permission.SCREENING_DAYS_REGISTER, person)
    email, phone = email.strip(), " ".join(phone.split())
    if not (page or contact):
        raise ParticipantRefused("Tick what they agree to. An address alone is not kept.", field="page")
    if page and not email:
        raise ParticipantRefused("Type the e-mail address the link goes to.", field="email")
    if contact and not (email or phone):
        raise ParticipantRefused("Type a phone number or an e-mail address.", field="phone")
    if page:
        person.email = email
        check_fields(person, ParticipantRefused)
        person.save_version(expected=None)
    made = []
    for kind in [AgreementKind.PAGE] * page + [AgreementKind.CONTACT] * contact:
        text = catalogue.agreement(kind, person.practice.day(at))
        agreed, new = Agreement.objects.get_or_create(
            participant=person,
            kind=kind,
            withdrawn_at=None,
            defaults={
                "practice": person.practice, "text_version": text.version, "text": text.text, "asked_by": by, "agreed_at": at,
            },
        )  # fmt: skip
        made.append(agreed)
        if new:
            record(events.AGREED, person, by=by, at=at, agreement=str(kind), version=text.version)
        if kind == AgreementKind.CONTACT:
            make_lead(
                agreed, given_name=given_name or person.first_name, family_name=family_name, phone=phone, email=email,
                notes=notes, by=by, at=at,
            )  # fmt: skip
    return made


@transaction.atomic
def withdraw(agreement: Agreement, *, by: Member, at: datetime) -> Agreement:
    """Record that a participant takes an agreement back: links end, the address goes, a lead is unsubscribed."""
    person = agreement.participant
    permissions.check(by, Permission.SCREENING_DAYS_REGISTER, person)
    if agreement.withdrawn_at is not None:
        return agreement
    agreement.withdrawn_at = at
    agreement.save(update_fields=["withdrawn_at"])
    record(events.WITHDREW, person, by=by, at=at, agreement=agreement.kind)
    if agreement.kind == AgreementKind.PAGE:
        PageGiven.objects.filter(participant=person, how=PageGiven.How.LINK, revoked_at=None).update(
            revoked_at=at
        )
        person.email = ""
        person.save_version(expected=None)
    elif lead := Lead.objects.select_related("practice").filter(participant=person).first():
        move_lead(lead, Lead.State.UNSUBSCRIBED, by=by, at=at, withdrawn=True)
    return agreement
