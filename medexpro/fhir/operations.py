"""Bringing in a record that others wrote: everything through the operations a person would use, once.

The same file again adds nothing. A file that changed since changes what nobody touched here; where people changed a
fact themselves, ours stays and the difference is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction

from medexpro.audit.trail import record as write_trail
from medexpro.clients import events as client_events
from medexpro.clients import operations as clients
from medexpro.clients.models import Allergy, Client, Condition, ContactPerson, Medication, Surgery
from medexpro.clients.rules import names
from medexpro.fhir import events
from medexpro.fhir.models import ImportedFact
from medexpro.fhir.reading.record import ImportedRecord, Person, Provider, Reading, Referral
from medexpro.fhir.reading.values import fingerprint, shortened
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.codes import search as codes
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers import operations as providers
from medexpro.providers.models import Provider as ProviderRow
from medexpro.providers.rules.npi import check_npi
from medexpro.referrals import operations as referrals
from medexpro.referrals import standing
from medexpro.referrals.models import Referral as ReferralRow

SOURCE = "Record brought in"
_PERSON = "Patient"
_WORDING_LIMIT = 4000


class ImportRefused(Refusal):
    """The record is not brought in; nothing was written."""


@dataclass
class ReferralOutcome:
    """A referral as it arrived. missing: what keeps it from carrying service, in sentences.

    ready: it covers today and shows all four checks, so that a person who looks at it can confirm them at once.
    """

    purpose: str
    missing: list[str]
    remarks: list[str]
    new: bool
    ready: bool = False


@dataclass
class Outcome:
    """What bringing in a record did. new, unchanged: counts by kind; the rest are sentences."""

    client: Client
    added_client: bool = False
    new: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    referrals: list[ReferralOutcome] = field(default_factory=list)

    @property
    def nothing_new(self) -> bool:
        """Return whether everything was on file already."""
        return not (self.added_client or self.new or self.updated)


@transaction.atomic
def import_record(
    record: ImportedRecord, *, by: Member, at: datetime, into: Client | None = None, knowingly: bool = False
) -> Outcome:
    """Bring one person's record into the member's practice; return what was done.

    into: a client on file who is this person; what is recorded there stays, gaps are filled. knowingly: likely
    duplicates were seen and this is somebody else. Facts the record can't hold (a day before birth, a code that is not
    in its release) are told in `refused` and `notes`; the rest comes in.
    Raises ImportRefused for a person who has died, AlreadyHere for likely duplicates, ClientRefused for a person who
    can't be kept, NotAllowed.
    """
    permissions.check(by, Permission.CLIENTS_IMPORT, into)
    if record.person.deceased:
        when = (
            f" on {record.person.deceased_on:%B} {record.person.deceased_on:%-d, %Y}"
            if record.person.deceased_on
            else ""
        )
        raise ImportRefused(f"The record says that {record.person.name} died{when}. It is not brought in.")
    return _Import(record, by=by, at=at).run(into, knowingly=knowingly)


class _Import:
    """One run: the client, and what the last file said of each fact."""

    client: Client
    # Whose number the file has: the client, or a record that became part of theirs. What was said is kept with it.
    numbered: Client
    remembered: dict[str, ImportedFact]

    def __init__(self, record: ImportedRecord, *, by: Member, at: datetime):
        self.record, self.by, self.at = record, by, at
        self.today = by.practice.day(at)

    def run(self, into: Client | None, *, knowingly: bool) -> Outcome:
        self._person(into, knowingly=knowingly)
        self._contacts()
        for condition in self.record.conditions:
            self._condition(condition)
        for operation in self.record.procedures:
            words = f"{operation.words} ({operation.remark})" if operation.remark else operation.words
            values = {
                "procedure": shortened(words, 240), "performed_on": operation.performed_on,
                "surgeon_words": operation.surgeon,
            }  # fmt: skip
            self._fact("surgery", Surgery, clients.record_surgery, operation.source_id, values)
        for medicine in self.record.medications:
            values = {
                "words": medicine.words, "started_on": medicine.started_on, "ended_on": medicine.ended_on,
                "source": SOURCE,
            }  # fmt: skip
            self._fact("medicine", Medication, clients.record_medication, medicine.source_id, values)
        for allergy in self.record.allergies:
            values = {"words": allergy.words, "reaction": allergy.reaction, "source": SOURCE}
            self._fact("allergy", Allergy, clients.record_allergy, allergy.source_id, values)
        self._readings()
        for referral in self.record.referrals:
            self._referral(referral)
        self.outcome.notes[:0] = self.record.report.notes
        write_trail(
            events.IMPORTED,
            self.client,
            by=self.by,
            at=self.at,
            client=self.client,
            sha256=self.record.sha256,
            new=self.outcome.new,
            updated=len(self.outcome.updated),
            skipped=len(self.record.report.skipped),
        )
        return self.outcome

    # ---- The person

    def _person(self, into: Client | None, *, knowingly: bool) -> None:
        person = self.record.person
        values = _person_values(person)
        numbered = Client.objects.of(self.by.practice).known_as(person.source_id)
        known = numbered.survivor if numbered else None
        if known and into and known.pk != into.pk:
            whose = known.name if known.is_visible_to(self.by) else "a colleague’s client"
            raise ImportRefused(f"This record belongs to {whose}, who is on file already.")
        if known is None and into is not None and into.external_id:
            raise ImportRefused(f"{into.name} was brought in from another record. Choose the right person.")
        client = known or into
        if client is None:
            client = clients.quick_add(
                by=self.by, at=self.at, external_id=person.source_id, knowingly=knowingly, **values
            )
            self._begin(client, added=True)
            self._remember(_PERSON, values)
            return
        permissions.check(self.by, Permission.CLIENTS_IMPORT, client)
        self._begin(client, numbered=numbered)
        if known is not None:
            self._check_same(person, known)
        else:
            client.external_id = person.source_id
            client.save_version(expected=None)
            write_trail(
                client_events.CHANGED, client, by=self.by, at=self.at, client=client, fields=["external_id"]
            )
            # What is on file stays: only gaps count as changed by the file.
            gaps = {key for key in values if getattr(client, key) in (None, "", "unknown")}
            self._remember(_PERSON, {key: "" if key in gaps else value for key, value in values.items()})
        self._update(
            _PERSON,
            "person",
            values,
            client,
            lambda changes: clients.update(client, by=self.by, at=self.at, **changes),
        )

    def _check_same(self, person: Person, known: Client) -> None:
        """Raise ImportRefused where a number that is on file comes with somebody else's name and birth date.

        What the last file said counts as well: people here may have corrected both.
        """
        last = self.remembered.get(_PERSON)
        said = f"{last.values.get('given_name', '')} {last.values.get('family_name', '')}" if last else ""
        if (
            is_somebody_else(person, known)
            and names.fold(said) != names.fold(person.name)
            and (not last or last.values.get("birth_date") != _plain(person.birth_date))
        ):
            raise ImportRefused(
                f"{person.name} has the record number of {known.name}, but another name and birth date. "
                "It is not brought in."
            )

    def _begin(self, client: Client, *, added: bool = False, numbered: Client | None = None) -> None:
        self.client, self.numbered = client, numbered or client
        self.outcome = Outcome(client=client, added_client=added)
        self.remembered = {
            fact.external_id: fact for fact in ImportedFact.objects.filter(client=self.numbered)
        }

    def _contacts(self) -> None:
        names = set(ContactPerson.objects.filter(client=self.client).values_list("name", flat=True))
        for contact in self.record.person.contacts:
            if contact.name in names:
                self._count("unchanged", "contact")
                continue
            values = {
                "name": contact.name, "relation": contact.relation, "phone": contact.phone, "email": contact.email,
                "is_guardian": contact.is_guardian, "is_emergency": contact.is_emergency,
            }  # fmt: skip
            if self._try(f"contact: {contact.name}", lambda values=values: self._add_contact(values)):
                self._count("new", "contact")

    def _add_contact(self, values: dict[str, Any]) -> ContactPerson:
        return clients.add_contact(self.client, by=self.by, at=self.at, **values)

    # ---- Facts

    def _condition(self, condition: Any) -> None:
        source = "; ".join(filter(None, [SOURCE, condition.remark]))
        values = {
            "words": condition.words, "icd10": condition.icd10, "snomed": condition.snomed,
            "onset_on": condition.onset_on, "ended_on": condition.ended_on, "source": shortened(source, 120),
        }  # fmt: skip
        self._fact("condition", Condition, clients.record_condition, condition.source_id, values)

    def _with_good_code(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values without a code that is not in its release; a note says so."""
        if not values.get("icd10"):
            return values
        try:
            return {**values, "icd10": codes.choose(values["icd10"], on=self.today).code}
        except codes.CodeRefused as refusal:
            said = values.get("words", "A condition")
            self.outcome.notes.append(f"{said}: kept without its code {values['icd10']}. {refusal}")
            return {**values, "icd10": ""}

    def _fact(
        self, kind: str, model: Any, add: Callable[..., Any], source_id: str, values: dict[str, Any]
    ) -> None:
        """Add a fact that is new; change one that the file changed and nobody here did."""
        said = f"{kind}: {values.get('words') or values.get('procedure')}"
        known = model.objects.filter(client=self.client, external_id=source_id).first()
        if known is None:
            good = self._with_good_code(values)
            if self._try(
                said, lambda: add(self.client, by=self.by, at=self.at, external_id=source_id, **good)
            ):
                self._remember(source_id, values)
                self._count("new", kind)
            return
        self._update(
            source_id,
            said,
            values,
            known,
            lambda changes: clients.change_fact(
                known, by=self.by, at=self.at, **self._with_good_code(changes)
            ),
            kind=kind,
        )

    def _update(
        self,
        external_id: str,
        said: str,
        values: Mapping[str, Any],
        row: Any,
        change: Callable[[dict[str, Any]], Any],
        *,
        kind: str = "person",
    ) -> None:
        """Compare what the file says with what it said last and what stands here."""
        last = self.remembered.get(external_id)
        before = last.values if last else {}
        moved = {key: value for key, value in values.items() if before.get(key) != _plain(value)}
        if not moved:
            self._count("unchanged", kind)
            return
        # A field whose present value is not the last file's was changed by somebody here, and stays.
        here = {key: _plain(getattr(row, key)) for key in moved}
        ours = {
            key
            for key in moved
            if here[key] not in (before.get(key), _plain(moved[key]), None, "", "unknown")
        }
        theirs = {
            key: value for key, value in moved.items() if key not in ours and here[key] != _plain(value)
        }
        if ours:
            self.kept_words(said, ours)
        if theirs and self._try(said, lambda: change(theirs)):
            self.outcome.updated.append(f"{said} ({_fields(theirs)})")
        elif not theirs and not ours:
            self._count("unchanged", kind)
        kept = {key: value for key, value in before.items() if key in ours}
        self._remember(external_id, {**values, **kept})

    def kept_words(self, said: str, fields: set[str]) -> None:
        """Note a fact that both the file and somebody here changed."""
        self.outcome.kept.append(
            f"{said} ({_fields(dict.fromkeys(fields))}): changed here, so it stays as it is."
        )

    def _readings(self) -> None:
        rows, kinds = [], {}
        for reading in self.record.readings:
            last = self.remembered.get(reading.source_id)
            values = {"value": reading.canonical, "on": reading.on, "measure": reading.measure}
            same = last is not None and last.values == {key: _plain(value) for key, value in values.items()}
            # A corrected reading comes beside the first one: readings are dated facts and never change.
            external_id = (
                reading.source_id if last is None else f"{reading.source_id}~{fingerprint(repr(values))[:8]}"
            )
            if same:
                self._count("unchanged", "reading")
                continue
            rows.append(self._reading_row(reading, external_id[:120], corrected=last is not None))
            kinds[external_id[:120]] = (reading, values)
        added = clients.record_outside_readings(self.client, rows, by=self.by, at=self.at) if rows else []
        for row in added:
            reading, values = kinds[row.external_id]
            if row.external_id == reading.source_id:
                self._count("new", "reading")
            else:
                self.outcome.updated.append(f"reading: {reading.words} of {reading.on}, corrected")
        ImportedFact.objects.bulk_create(
            [self._memory(reading.source_id, values) for reading, values in kinds.values()],
            update_conflicts=True,
            unique_fields=["client", "external_id"],
            update_fields=["values", "sha256", "imported_at"],
        )

    def _reading_row(self, reading: Reading, external_id: str, *, corrected: bool) -> dict[str, Any]:
        words = f"{reading.words} (corrected)" if corrected else reading.words
        # A day without a time stands at noon, in the middle of the day it was.
        at = reading.at or datetime.combine(reading.on, time(12), tzinfo=self.by.practice.tz)
        return {
            "measure": reading.measure, "words": shortened(words, 160), "value": reading.canonical,
            "unit": reading.canonical_unit, "at": min(at, self.at), "source": SOURCE, "external_id": external_id,
        }  # fmt: skip

    # ---- Referrals

    def _referral(self, referral: Referral) -> None:
        external_id = f"{self.record.person.source_id}/{referral.source_id}"
        external_id = external_id if len(external_id) <= 120 else f"sha256:{fingerprint(external_id)}"
        known = ReferralRow.objects.of(self.by.practice).filter(external_id=external_id).first()
        values = self._referral_values(referral)
        if known is not None and not referral.reasons:
            # A file that leaves the reasons out takes nothing back that another one said.
            values["purpose"] = known.purpose
        row: Any = known
        if known is None:
            row = self._try(
                f"referral: {referral.purpose}", lambda: self._take_in(referral, external_id, values)
            )
            if row is None:
                return
            self._count("new", "referral")
            self._remember(referral.source_id, values)
        else:
            self._update(
                referral.source_id,
                f"referral: {referral.purpose}",
                values,
                known,
                lambda changes: referrals.change(known, by=self.by, at=self.at, **changes),
                kind="referral",
            )
        fresh = (
            ReferralRow.objects.prefetch_related("checks", "codes").select_related("provider").get(pk=row.pk)
        )
        now = standing.of(fresh, self.today)
        self.outcome.referrals.append(
            ReferralOutcome(
                referral.purpose,
                now.missing,
                list(referral.remarks),
                new=known is None,
                ready=now.in_force and all(answer.met or answer.reading.shown for answer in now.answers),
            )
        )

    def _referral_values(self, referral: Referral) -> dict[str, Any]:
        values: dict[str, Any] = {
            "written_on": referral.written_on, "valid_from": referral.valid_from, "valid_to": referral.valid_to,
            "purpose": referral.purpose, "wording": shortened(referral.wording, _WORDING_LIMIT),
        }  # fmt: skip
        # A file that does not speak of it takes nothing back that somebody here or another file said.
        return values | (
            {"exit_confirmed_on": referral.exit_confirmed_on} if referral.exit_confirmed_on else {}
        )

    def _take_in(self, referral: Referral, external_id: str, values: dict[str, Any]) -> ReferralRow:
        day = referral.written_on or self.today
        good = []
        for code, words in referral.codes:
            try:
                good.append(codes.choose(code, on=day).code)
            except codes.CodeRefused as refusal:
                self.outcome.notes.append(f"Referral for {words or code}: its code is left out. {refusal}")
        return referrals.take_in(
            self.client,
            received_on=self.today,
            icd10=good,
            provider=self._provider(referral.provider),
            channel="link",
            # A referral that no longer covers today opens nothing by itself.
            open_episode=not referral.expired_on(self.today),
            by=self.by,
            at=self.at,
            external_id=external_id,
            **values,
        )

    def _provider(self, provider: Provider | None) -> ProviderRow | None:
        """Return the practice's provider of this NPI, id or whole name; added when there is none."""
        if provider is None or not provider.family_name:
            return None
        npi = provider.npi if provider.npi and not check_npi(provider.npi) else ""
        if provider.npi and not npi:
            self.outcome.notes.append(
                f"{provider.name}: {provider.npi[:20]} is no NPI. {check_npi(provider.npi[:20])}"
            )
        known = ProviderRow.objects.of(self.by.practice)
        if npi and (found := known.filter(npi=npi).first()):
            return found
        if provider.given_name:
            named = known.filter(
                family_name__iexact=provider.family_name, given_name__iexact=provider.given_name
            )[:2]
            if len(named) == 1 and (not npi or not named[0].npi):
                return named[0]
        return providers.add(
            family_name=provider.family_name,
            given_name=provider.given_name,
            # What the file does not show is not assumed: an unknown licence may not refer until somebody says which.
            type=provider.type or "other",
            specialty=provider.specialty,
            npi=npi,
            organisation_name=provider.organisation,
            phone=provider.phone,
            fax=provider.fax,
            email=provider.email,
            external_id=provider.source_id,
            by=self.by,
            at=self.at,
        )

    # ---- Keeping count

    def _try(self, said: str, do: Callable[[], Any]) -> Any:
        """Do one thing in its own savepoint; a refusal costs only that and is told."""
        try:
            with transaction.atomic():
                return do()
        except Refusal as refusal:
            self.outcome.refused.append(f"{said}: {refusal}")
            return None

    def _count(self, where: str, kind: str) -> None:
        counts: dict[str, int] = getattr(self.outcome, where)
        counts[kind] = counts.get(kind, 0) + 1

    def _memory(self, external_id: str, values: Mapping[str, Any]) -> ImportedFact:
        return ImportedFact(
            practice=self.client.practice,
            client=self.numbered,
            external_id=external_id,
            values={key: _plain(value) for key, value in values.items()},
            sha256=self.record.sha256,
            imported_at=self.at,
        )

    def _remember(self, external_id: str, values: Mapping[str, Any]) -> None:
        memory = self._memory(external_id, values)
        defaults = {"practice": self.client.practice, "values": memory.values, "sha256": memory.sha256}
        self.remembered[external_id], _ = ImportedFact.objects.update_or_create(
            client=self.numbered, external_id=external_id, defaults=defaults | {"imported_at": self.at}
        )


def is_somebody_else(one: Person | Client, other: Person | Client) -> bool:
    """Return whether two people of one number are not the same: neither the name nor the birth date agrees."""
    return names.fold(one.name) != names.fold(other.name) and one.birth_date != other.birth_date


def _person_values(person: Person) -> dict[str, Any]:
    return {
        "given_name": person.given_name, "family_name": person.family_name, "salutation": person.salutation,
        "birth_date": person.birth_date, "sex": person.sex, "phone": person.phone, "email": person.email,
        "address": person.address, "language": person.language,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """Return a value as it is remembered: days and decimals as text."""
    if isinstance(value, date):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def _fields(fields: Mapping[str, Any]) -> str:
    return ", ".join(name.removesuffix("_on").replace("_", " ") for name in sorted(fields))
