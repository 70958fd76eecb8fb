"""What reading a file gives: plain values in our words, each with the place it came from, and a report that adds up."""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import msgspec


class Taken(msgspec.Struct, frozen=True):
    """One resource that was taken over. what: in our words, such as "condition: Osteoarthritis of knee"."""

    type: str
    id: str
    what: str


class Skipped(msgspec.Struct, frozen=True):
    """One resource that was not taken over, where it stands in the file, and why, as a sentence."""

    type: str
    id: str
    place: str
    why: str


class Report(msgspec.Struct):
    """Every resource of the file stands here once: taken or skipped. notes: what was left out of taken ones."""

    total: int = 0
    taken: list[Taken] = []
    skipped: list[Skipped] = []
    notes: list[str] = []

    @property
    def adds_up(self) -> bool:
        """Return whether every resource is accounted for."""
        return self.total == len(self.taken) + len(self.skipped)

    def taken_by_type(self) -> dict[str, int]:
        """Return how many resources of each type were taken, the most frequent first."""
        return dict(Counter(entry.type for entry in self.taken).most_common())

    def skipped_by_reason(self) -> dict[tuple[str, str], int]:
        """Return how many resources were skipped by (type, reason), the most frequent first."""
        return dict(Counter((entry.type, entry.why) for entry in self.skipped).most_common())


class Identifier(msgspec.Struct, frozen=True):
    """A number another record knows the person by."""

    system: str
    value: str


class Contact(msgspec.Struct, frozen=True):
    """Someone to call, as recorded."""

    name: str
    relation: str = ""
    phone: str = ""
    email: str = ""
    is_guardian: bool = False
    is_emergency: bool = False


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """The person the file is about. source_id: stable name of the person in the record it came from."""

    source_id: str
    given_name: str
    family_name: str
    salutation: str = ""
    birth_date: date | None = None
    sex: str = "unknown"
    phone: str = ""
    email: str = ""
    address: str = ""
    language: str = ""
    deceased: bool = False
    deceased_on: date | None = None
    identifiers: tuple[Identifier, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def name(self) -> str:
        """Return the name as it is said."""
        return f"{self.given_name} {self.family_name}".strip()


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A condition in its recorded words. icd10: only where the file itself gives one, with its dot."""

    source_id: str
    words: str
    snomed: str = ""
    icd10: str = ""
    status: str = ""
    verification: str = ""
    onset_on: date | None = None
    ended_on: date | None = None
    remark: str = ""


class Procedure(msgspec.Struct, frozen=True, kw_only=True):
    """An operation in its recorded words."""

    source_id: str
    words: str
    snomed: str = ""
    performed_on: date | None = None
    surgeon: str = ""
    remark: str = ""


class Medication(msgspec.Struct, frozen=True, kw_only=True):
    """A medicine in its recorded words, with the dose where it is written."""

    source_id: str
    words: str
    status: str = ""
    started_on: date | None = None
    ended_on: date | None = None


class Allergy(msgspec.Struct, frozen=True, kw_only=True):
    """An allergy or intolerance in its recorded words."""

    source_id: str
    words: str
    reaction: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One vital sign another record brought along.

    measure: id of our measure. value, unit: as recorded (UCUM); canonical: in the measure's own unit.
    at: the instant, when the file gives one; on: the day.
    """

    source_id: str
    measure: str
    words: str
    value: Decimal
    unit: str
    canonical: Decimal
    canonical_unit: str
    on: date
    at: datetime | None = None


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote a referral, as far as the file tells. type: such as MD, where shown; licence: its number."""

    source_id: str = ""
    given_name: str = ""
    family_name: str = ""
    specialty: str = ""
    npi: str = ""
    licence: str = ""
    type: str = ""
    qualification: str = ""
    organisation: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """Return the name as it is said, else the organisation's."""
        return f"{self.given_name} {self.family_name}".strip() or self.organisation


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """One written order for exercise. codes: (ICD-10-CM with dot, words) as the reasons give them.

    exit_confirmed_on: the last day of the medical care that the order itself names as ended. remarks: what the file
    lacks, in sentences. The four checks are weighed by the referrals area, not here.
    """

    source_id: str
    provider: Provider | None
    purpose: str
    wording: str
    codes: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    written_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    exit_confirmed_on: date | None = None
    remarks: tuple[str, ...] = ()

    def expired_on(self, day: date) -> bool:
        """Return whether the referral's last day lies before a day."""
        return self.valid_to is not None and self.valid_to < day


class ImportedRecord(msgspec.Struct, kw_only=True):
    """All that one person's files say, in our words."""

    source: str
    sha256: str
    person: Person
    conditions: list[Condition] = []
    procedures: list[Procedure] = []
    medications: list[Medication] = []
    allergies: list[Allergy] = []
    readings: list[Reading] = []
    referrals: list[Referral] = []
    report: Report = msgspec.field(default_factory=Report)
