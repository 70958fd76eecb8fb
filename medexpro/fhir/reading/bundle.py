"""Reading a file: unpacking, finding the person, giving every resource to its reader, and accounting for each."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec

from medexpro.fhir.reading import facts, person, referral, vitals
from medexpro.fhir.reading.record import ImportedRecord, Report, Skipped, Taken
from medexpro.fhir.reading.values import Left, Node, Unreadable, fingerprint, reference
from medexpro.kernel.refusals import Refusal


class FileRefused(Refusal):
    """The file can't be read as one person's record. The sentence names the file and the place."""


class SeveralPeople(FileRefused):
    """The files can be read, and are about more than one person."""


@dataclass(frozen=True)
class Limits:
    """How large a file may be, and several files together unpacked. A long record takes about 20 MB."""

    packed_bytes: int = 25_000_000
    unpacked_bytes: int = 64_000_000
    resources: int = 60_000


@dataclass(frozen=True)
class Entry:
    """One resource and where it stands. problem: why it is none."""

    type: str
    id: str
    full_url: str
    place: str
    resource: Node
    problem: str = ""


# Kinds of records that are left where they are, and why.
WHY_NOT = {
    "Claim": "A bill of another practice.",
    "ExplanationOfBenefit": "A bill of another practice.",
    "Coverage": "Insurance is asked for when it is needed.",
    "Encounter": "A visit elsewhere.",
    "EpisodeOfCare": "Care elsewhere is taken where a referral names it as ended.",
    "Immunization": "Vaccinations are not kept here.",
    "DiagnosticReport": "Reports of laboratories and imaging are not kept here.",
    "ImagingStudy": "Reports of laboratories and imaging are not kept here.",
    "DocumentReference": "Papers are added as documents, with a person looking at them.",
    "CarePlan": "Plans of others are not taken over.",
    "Goal": "Goals here rest on our own measures.",
    "CareTeam": "Providers are taken where a referral names them.",
    "Practitioner": "Providers are taken where a referral names them.",
    "PractitionerRole": "Providers are taken where a referral names them.",
    "Organization": "Providers are taken where a referral names them.",
    "Task": "A step between two systems. The referral itself is what counts.",
    "Provenance": "A note about the file itself.",
}


# What is read of a person, and what is taken only where something that was taken names it.
FACTS = frozenset(
    {
        "Condition", "Procedure", "MedicationRequest", "MedicationStatement", "AllergyIntolerance", "Observation",
        "ServiceRequest",
    }
)  # fmt: skip
NAMED_BY_OTHERS = frozenset(
    {"Practitioner", "PractitionerRole", "Organization", "Medication", "EpisodeOfCare"}
)


def why_not(kind: str) -> str:
    """Return why a kind of record that is not read, or that nothing taken names, is left where it is."""
    if kind in NAMED_BY_OTHERS:
        return WHY_NOT.get(kind, "Nothing that was taken names it.")
    return WHY_NOT.get(kind, "This kind of record is not read.")


def subject_of(entry: Entry) -> str:
    """Return the address of whom a resource is about, empty when it does not say. Raises Unreadable."""
    return reference(entry.resource, "subject") or reference(entry.resource, "patient")


def addresses_of(entry: Entry) -> list[str]:
    """Return every address by which a reference may name a resource: as it stands, by its id, by its numbers."""
    numbers = entry.resource.get("identifier")
    found = [entry.full_url, f"{entry.type}/{entry.id}" if entry.id else ""]
    for number in numbers if isinstance(numbers, list) else []:
        if isinstance(number, dict) and isinstance(number.get("value"), str):
            found.append(f"{entry.type}?identifier={number.get('system') or ''}|{number['value']}")
    return [address for address in found if address]


def spellings(address: str) -> list[str]:
    """Return how what a reference names may be known, the closest first.

    >>> spellings("https://ehr.example/fhir/Practitioner/7/_history/2")[-1]
    'Practitioner/7'
    >>> spellings("Practitioner?identifier=http%3A%2F%2Fhl7.org%2Ffhir%2Fsid%2Fus-npi%7C1234567893")[-1]
    'Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1234567893'
    """
    if "?" in address:
        return list(dict.fromkeys([address, unquote(address)]))
    bare = address.split("/_history/")[0]
    return list(dict.fromkeys([address, bare, "/".join(bare.split("/")[-2:]) if "/" in bare else bare]))


def read_bundle(
    source: Path | bytes, *, on: date, name: str = "", limits: Limits = Limits()
) -> ImportedRecord:
    """Return the record of the one person a file is about. See `read_files`."""
    return read_files([(name, source)], on=on, limits=limits)


def read_files(
    sources: Sequence[tuple[str, Path | bytes]], *, on: date, limits: Limits = Limits()
) -> ImportedRecord:
    """Return the record of the one person that one or several FHIR R4 files are about together.

    sources: (name to show, path or content); JSON or gzipped JSON, a Bundle of any type or a single resource.
    on: today, in the practice; what is dated later is refused or skipped.
    Raises FileRefused, naming the file and the place: unreadable, too large, no person or several, a person who
    can't be told. Everything else that is wrong costs only its resource, which the report lists with the reason.
    """
    entries: list[Entry] = []
    digest = hashlib.sha256()
    names, room = [], limits.unpacked_bytes
    for given, source in sources:
        name = given or (source.name if isinstance(source, Path) else "The file")
        content = _content(source, name, limits, room)
        room -= len(content)
        digest.update(content)
        names.append(name)
        entries += _entries(content, name, several=len(sources) > 1)
        if len(entries) > limits.resources:
            raise FileRefused(
                f"{name} holds more than {limits.resources:,} resources. Split it into one person each."
            )
    return _Reading(entries, ", ".join(names), digest.hexdigest(), on).record()


def read_sorted(
    entries: Sequence[Entry], *, source: str, sha256: str, on: date, elsewhere: Callable[[str], Node | None]
) -> ImportedRecord:
    """Return the record of one person from entries that were sorted to them out of many files.

    elsewhere: finds what a reference names among everything that was read. Raises FileRefused like `read_files`.
    """
    return _Reading(entries, source, sha256, on, elsewhere=elsewhere).record()


def _content(source: Path | bytes, name: str, limits: Limits, room: int) -> bytes:
    if isinstance(source, Path):
        try:
            size = source.stat().st_size
            content = source.read_bytes() if size <= limits.packed_bytes else b""
        except OSError as error:
            raise FileRefused(f"{name} can’t be read: {error.strerror}.") from error
    else:
        size, content = len(source), source
    packed = content[:2] == b"\x1f\x8b"
    if size > (limits.packed_bytes if packed or not content else room):
        raise FileRefused(
            f"{name} is {size / 1e6:,.0f} MB. Files up to {limits.packed_bytes / 1e6:,.0f} MB are read."
        )
    if not content.strip():
        raise FileRefused(f"{name} is empty.")
    return _unpacked(content, name, limits, room) if packed else content


def _unpacked(content: bytes, name: str, limits: Limits, room: int) -> bytes:
    """Return the content of a packed file. room: bytes that are left of what all the files may unpack to."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(room + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise FileRefused(
            f"{name} is cut off or damaged: it can’t be unpacked. Ask for the file again."
        ) from error
    if len(unpacked) > room:
        before = " with the files before it" if room < limits.unpacked_bytes else ""
        raise FileRefused(
            f"{name} unpacks to more than {limits.unpacked_bytes / 1e6:,.0f} MB{before}. It is not read."
        )
    return unpacked


def entries_of(source: Path | bytes, name: str, *, limits: Limits = Limits()) -> list[Entry]:
    """Return what one file of many holds, each entry with the file in its place. Raises FileRefused."""
    entries = _entries(_content(source, name, limits, limits.unpacked_bytes), name, several=True)
    if len(entries) > limits.resources:
        raise FileRefused(f"{name} holds more than {limits.resources:,} resources. Split it.")
    return entries


def entry_of_line(line: bytes, place: str) -> Entry:
    """Return the resource that one line of NDJSON holds; a line that can't be read says so in its `problem`."""
    try:
        return _entry({"resource": _decoded(line)}, place)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Entry("?", "", "", place, {}, "The line is not whole JSON.")


def _decoded(content: bytes) -> Any:
    document = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    return _without_nul(document) if b"\\u0000" in content else document


def _entries(content: bytes, name: str, *, several: bool) -> list[Entry]:
    try:
        document = _decoded(content)
    except msgspec.DecodeError as error:
        raise FileRefused(
            f"{name} is not whole JSON: {_where(str(error), content)}. Ask for the file again."
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise FileRefused(f"{name} is not a FHIR file: its text can’t be read.") from error
    where = f"{name}, " if several else ""
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise FileRefused(f"{name} is JSON, but not FHIR: its first level has no resourceType.")
    if document["resourceType"] != "Bundle":
        return [_entry({"resource": document}, f"{where}the resource")]
    listed = document.get("entry", [])
    if not isinstance(listed, list):
        raise FileRefused(f"{name} is damaged: the “entry” of its Bundle is not a list.")
    return [_entry(item, f"{where}entry {number}") for number, item in enumerate(listed, start=1)]


def _without_nul(value: Any) -> Any:
    """Return a JSON value without the sign that no database keeps in a text."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {key.replace("\x00", ""): _without_nul(item) for key, item in value.items()}
    return value


def _where(problem: str, content: bytes) -> str:
    """Return in words where reading stopped. msgspec names the byte: "... (byte 12)"."""
    if "truncated" in problem:
        return f"it ends in the middle, after {len(content):,} bytes"
    _, found, byte = problem.rpartition("byte ")
    digits = byte.rstrip(")")
    if not found or not digits.isdigit():
        return "it can’t be read"
    at = int(digits)
    line = content.count(b"\n", 0, at) + 1
    return f"line {line}, byte {at:,}"


def _entry(item: object, place: str) -> Entry:
    if not isinstance(item, dict):
        return Entry("?", "", "", place, {}, "It is no object.")
    resource, url = item.get("resource"), item.get("fullUrl")
    full_url = url if isinstance(url, str) else ""
    if not isinstance(resource, dict):
        return Entry("?", "", full_url, place, {}, "It holds no resource.")
    kind, own = resource.get("resourceType"), resource.get("id")
    kind = kind if isinstance(kind, str) else ""
    own = own if isinstance(own, str) else ""
    problem = "" if kind else "It does not say what kind of resource it is."
    return Entry(kind[:60] or "?", own, full_url, place, resource, problem)


class _Reading:
    """One run over the entries of a person's files."""

    def __init__(
        self,
        entries: Sequence[Entry],
        source: str,
        sha256: str,
        on: date,
        elsewhere: Callable[[str], Node | None] | None = None,
    ):
        self.source, self.on, self.elsewhere = source, on, elsewhere
        self.report = Report(total=len(entries))
        self.entries = self._once(entries)
        self.by_address: dict[str, Node] = {}
        for entry in self.entries:
            for address in addresses_of(entry):
                self.by_address.setdefault(address, entry.resource)
        self.who = self._person_entry()
        self.imported = self._imported(sha256)

    def record(self) -> ImportedRecord:
        """Return the record, every entry accounted for."""
        readers: dict[str, Callable[[Entry], str]] = {  # of FACTS
            "Condition": self._condition,
            "Procedure": self._procedure,
            "MedicationRequest": self._medication,
            "MedicationStatement": self._medication,
            "AllergyIntolerance": self._allergy,
            "Observation": self._observation,
            "ServiceRequest": self._referral,
        }
        used: set[int] = set()
        for entry in self.entries:
            if entry is self.who:
                continue
            if entry.problem:
                self._skip(entry, entry.problem)
            elif entry.type in readers:
                self._read(entry, readers[entry.type], used)
            elif entry.type == "Patient":
                self._skip(entry, "It stands in the files twice. The first was read.")
            elif entry.type not in NAMED_BY_OTHERS:
                self._skip(entry, why_not(entry.type))
        for entry in self.entries:
            if entry.problem or entry.type not in NAMED_BY_OTHERS:
                continue
            if id(entry.resource) in used:
                self.report.taken.append(Taken(entry.type, entry.id, "part of what names it"))
            else:
                self._skip(entry, why_not(entry.type))
        return self.imported

    def _once(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the entries without those that stand twice; each second one is skipped with the reason."""
        seen: dict[tuple[str, str], Node] = {}
        kept = []
        for entry in entries:
            key = (entry.type, entry.id or entry.full_url)
            if entry.problem or not key[1]:
                kept.append(entry)
            elif key not in seen:
                seen[key] = entry.resource
                kept.append(entry)
            elif seen[key] == entry.resource:
                self._skip(entry, "It stands in the file twice.")
            else:
                self._skip(entry, "It stands in the file twice, with different content. The first was read.")
        return kept

    def _person_entry(self) -> Entry:
        people = [entry for entry in self.entries if entry.type == "Patient" and not entry.problem]
        if not people:
            raise FileRefused(f"{self.source} names no person: it holds no Patient resource.")
        if len(people) > 1 and self.elsewhere is None:
            places = ", ".join(entry.place for entry in people[:3])
            raise SeveralPeople(
                f"{self.source} is about {len(people)} people ({places}). Bring in one person’s record at a time."
            )
        return people[0]

    def _imported(self, sha256: str) -> ImportedRecord:
        try:
            found, notes = person.read_person(self.who.resource, full_url=self.who.full_url, on=self.on)
        except Unreadable as problem:
            raise FileRefused(f"{self.source}, {self.who.place}: {problem}.") from problem
        self.report.taken.append(Taken("Patient", self.who.id, f"person: {found.name}"))
        self.report.notes += notes
        return ImportedRecord(source=self.source, sha256=sha256, person=found, report=self.report)

    def _read(self, entry: Entry, reader: Callable[[Entry], str], used: set[int]) -> None:
        self.pointed: list[Node] = []
        try:
            self._check_subject(entry)
            what = reader(entry)
        except Left as reason:
            self._skip(entry, str(reason))
        except Unreadable as problem:
            self._skip(entry, f"It can’t be read: {problem}.")
        else:
            self.report.taken.append(Taken(entry.type, entry.id, what))
            used.update(id(node) for node in self.pointed)

    def _skip(self, entry: Entry, why: str) -> None:
        self.report.skipped.append(Skipped(entry.type, entry.id[:64], entry.place, why))

    def _check_subject(self, entry: Entry) -> None:
        """Raise Left for what is about somebody else, or about nobody."""
        address = subject_of(entry)
        if not address:
            raise Left("It does not say whom it is about.")
        if self.elsewhere is not None:
            return  # Sorted to this person already.
        own = {self.who.full_url, f"Patient/{self.who.id}" if self.who.id else ""} - {""}
        ends = f"/Patient/{self.who.id}"
        if address not in own and not (self.who.id and address.split("/_history/")[0].endswith(ends)):
            raise Left("It is about somebody else.")

    def _resolve(self, address: str) -> Node | None:
        """Return the resource of the files that a reference names."""
        node = next((self.by_address[one] for one in spellings(address) if one in self.by_address), None)
        if node is None and self.elsewhere is not None:
            return self.elsewhere(address)
        if node is not None:
            self.pointed.append(node)
        return node

    def _source_id(self, entry: Entry) -> str:
        own = entry.id or entry.full_url
        if not own:
            content = msgspec.json.encode(entry.resource, order="deterministic").decode()
            return f"{entry.type}/sha256:{fingerprint(content)}"
        return f"{entry.type}/{own}" if len(own) <= 64 else f"{entry.type}/sha256:{fingerprint(own)}"

    def _condition(self, entry: Entry) -> str:
        found = facts.read_condition(entry.resource, source_id=self._source_id(entry), on=self.on)
        self.imported.conditions.append(found)
        return f"condition: {found.words}"

    def _procedure(self, entry: Entry) -> str:
        found = facts.read_procedure(entry.resource, source_id=self._source_id(entry), on=self.on)
        self.imported.procedures.append(found)
        return f"operation: {found.words}"

    def _medication(self, entry: Entry) -> str:
        found = facts.read_medication(
            entry.resource, source_id=self._source_id(entry), on=self.on, resolve=self._resolve
        )
        self.imported.medications.append(found)
        return f"medicine: {found.words}"

    def _allergy(self, entry: Entry) -> str:
        found = facts.read_allergy(entry.resource, source_id=self._source_id(entry))
        self.imported.allergies.append(found)
        return f"allergy: {found.words}"

    def _observation(self, entry: Entry) -> str:
        found = vitals.read_vitals(entry.resource, source_id=self._source_id(entry), on=self.on)
        self.imported.readings += found
        return "reading: " + ", ".join(f"{one.words} {one.value.normalize():f} {one.unit}" for one in found)

    def _referral(self, entry: Entry) -> str:
        others = [other.resource for other in self.entries if other.type == "Condition"]
        found = referral.read_referral(
            entry.resource,
            source_id=self._source_id(entry),
            person=self.imported.person.name,
            resolve=self._resolve,
            conditions=others,
            on=self.on,
        )
        self.imported.referrals.append(found)
        return f"referral: {found.purpose}"
