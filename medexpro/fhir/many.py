"""Bringing in many files at once: sorted to people on disk, one person after the other, everything accounted for.

Each person is one transaction and each record comes in once, so a run that was ended halfway goes on where it was
when it is started again.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from medexpro.clients.operations import AlreadyHere
from medexpro.fhir.operations import ImportRefused, Outcome, import_record, is_somebody_else
from medexpro.fhir.reading.bundle import (
    FACTS,
    NAMED_BY_OTHERS,
    Entry,
    FileRefused,
    read_sorted,
    subject_of,
    why_not,
)
from medexpro.fhir.reading.files import entries_in
from medexpro.fhir.reading.person import read_person
from medexpro.fhir.reading.record import ImportedRecord, Person
from medexpro.fhir.reading.values import Node, Unreadable
from medexpro.fhir.shelf import PERSON, Shelf, Shelved
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

NOT_BROUGHT_IN = "The person was not brought in."

# done, of how many, what: called as the run goes on.
Tell = Callable[[int, int, str], None]


@dataclass
class FileReport:
    """What became of every resource of one file. skipped: by (kind, why). refusal: why it was not read, or not to its end."""

    name: str
    total: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)
    refusal: str = ""

    @property
    def adds_up(self) -> bool:
        """Return whether every resource is accounted for."""
        return self.total == self.taken.total() + self.skipped.total()

    def counts(self) -> Counter[str]:
        """Return how many resources of each kind the file holds."""
        kinds = Counter(self.taken)
        for (kind, _), count in self.skipped.items():
            kinds[kind] += count
        return kinds


@dataclass
class PersonReport:
    """What became of one person. outcome: None where they were left, and then `why`; alike: those on file who may be them."""

    name: str
    source: str
    record: ImportedRecord | None = None
    outcome: Outcome | None = None
    why: str = ""
    alike: Sequence[tuple] = ()
    has_died: bool = False


@dataclass
class Run:
    """What a run did. people: counts by what became of them."""

    files: list[FileReport]
    people: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """Return how many resources the files hold."""
        return sum(file.total for file in self.files)

    @property
    def taken(self) -> int:
        """Return how many of them were taken."""
        return sum(file.taken.total() for file in self.files)

    @property
    def failed(self) -> int:
        """Return how many people and files somebody has to look at."""
        return self.people["left"] + sum(bool(file.refusal) for file in self.files)


def import_files(
    files: Sequence[tuple[str, Path]],
    *,
    by: Member,
    at: datetime,
    knowingly: bool = False,
    each: Callable[[PersonReport], None] = lambda report: None,
    tell: Tell = lambda done, total, what: None,
) -> Run:
    """Bring in everybody the files are about; return what became of every resource.

    files: (name to show, path), Bundles or NDJSON; what one says of another is found across all of them. knowingly:
    likely duplicates were seen and everybody is somebody new. each: called with every person's report, which is not
    kept. A file that can't be read, and a person who is left, cost only themselves. Raises NotAllowed.
    """
    permissions.check(by, Permission.CLIENTS_IMPORT)
    run = _Running(files, by=by, at=at, knowingly=knowingly, each=each, tell=tell)
    with closing(run.shelf):
        run.read()
        run.bring_in()
        run.count_the_rest()
    return run.run


class _Running:
    """One run over its files."""

    def __init__(
        self,
        files: Sequence[tuple[str, Path]],
        *,
        by: Member,
        at: datetime,
        knowingly: bool,
        each: Callable[[PersonReport], None],
        tell: Tell,
    ):
        self.paths = files
        self.by, self.at, self.knowingly = by, at, knowingly
        self.on = by.practice.day(at)
        self.each, self.tell = each, tell
        self.run = Run([FileReport(name) for name, _ in files])
        self.clashes: dict[int, str] = {}
        self.shelf = Shelf()

    def read(self) -> None:
        """Put what is read of all files on the shelf; count the rest."""
        for number, (name, path) in enumerate(self.paths):
            self.tell(number, len(self.paths), f"Reading {name}")
            report = self.run.files[number]
            try:
                for entry in entries_in(path, name):
                    report.total += 1
                    if entry.problem:
                        report.skipped[entry.type, entry.problem] += 1
                    elif entry.type in FACTS:
                        self._put_fact(number, entry, report)
                    elif entry.type == PERSON or entry.type in NAMED_BY_OTHERS:
                        self.shelf.put(number, entry)
                    else:
                        report.skipped[entry.type, why_not(entry.type)] += 1
            except FileRefused as refusal:
                report.refusal = str(refusal)

    def _put_fact(self, number: int, entry: Entry, report: FileReport) -> None:
        try:
            subject = subject_of(entry)
        except Unreadable as problem:
            report.skipped[entry.type, f"It can’t be read: {problem}."] += 1
            return
        if subject:
            self.shelf.put(number, entry, subject=subject)
        else:
            report.skipped[entry.type, "It does not say whom it is about."] += 1

    def bring_in(self) -> None:
        """Bring in one person after the other."""
        known, people = self._people()
        self.shelf.sort(known)
        for done, (person, rows) in enumerate(people.items()):
            first = self.shelf.by_number(person)
            self.tell(done, len(people), f"Bringing in {first.entry.place}")
            facts = [self.shelf.by_number(n) for n in rows] + list(self.shelf.of(person))
            report = self._one(facts)
            outcome = report.outcome
            if outcome is None:
                self.run.people["died" if report.has_died else "left"] += 1
            elif outcome.added_client:
                self.run.people["new"] += 1
            else:
                self.run.people["unchanged" if outcome.nothing_new else "changed"] += 1
            self.each(report)
        self.tell(len(people), len(people), "Done")

    def _people(self) -> tuple[dict[int, int], dict[int, list[int]]]:
        """Return Patient number to person number, and person number to all Patients that are the same person.

        A Patient that can't be read, or that has somebody else's number, is a person of its own: told when its turn comes.
        """
        first: dict[str, tuple[int, Person]] = {}
        known, people = {}, {}
        for one in self.shelf.people():
            try:
                person, _ = read_person(one.entry.resource, full_url=one.entry.full_url, on=self.on)
            except Unreadable:
                known[one.n], people[one.n] = one.n, [one.n]
                continue
            number, other = first.setdefault(person.source_id, (one.n, person))
            if number != one.n and is_somebody_else(person, other):
                number = one.n
                self.clashes[number] = (
                    f"{person.name} has the record number of {other.name}, but another name and birth date."
                )
            known[one.n] = number
            people.setdefault(number, []).append(one.n)
        return known, people

    def _one(self, facts: list[Shelved]) -> PersonReport:
        """Read and bring in one person; count what became of their resources."""
        places = {one.entry.place: one for one in facts}
        files = list(dict.fromkeys(one.file for one in facts))
        name = self.run.files[facts[0].file].name
        source = name if len(files) == 1 else f"{name} and {len(files) - 1} more"
        digest = hashlib.sha256()
        for one in facts:
            digest.update(msgspec.json.encode(one.entry.resource))
        named: list[int] = []

        def elsewhere(address: str) -> Node | None:
            numbers = (self.shelf.number_of(address, file) for file in files)
            n = next((number for number in numbers if number is not None), None)
            if n is None:
                return None
            named.append(n)
            return self.shelf.by_number(n).entry.resource

        report = PersonReport(name=facts[0].entry.place, source=source)
        try:
            entries = [one.entry for one in facts]
            record = read_sorted(
                entries, source=source, sha256=digest.hexdigest(), on=self.on, elsewhere=elsewhere
            )
            report.record, report.name = record, record.person.name
            report.has_died = record.person.deceased
            if clash := self.clashes.get(facts[0].n):
                raise ImportRefused(clash)
            report.outcome = import_record(record, by=self.by, at=self.at, knowingly=self.knowingly)
        except AlreadyHere as refusal:
            report.why, report.alike = str(refusal), refusal.matches
        except Refusal as refusal:
            report.why = str(refusal)
        if report.outcome is None or report.record is None:
            for one in facts:
                self.run.files[one.file].skipped[one.entry.type, NOT_BROUGHT_IN] += 1
            return report
        left = {skipped.place: skipped for skipped in report.record.report.skipped}
        for place, one in places.items():
            if place in left:
                self.run.files[one.file].skipped[one.entry.type, left[place].why] += 1
            else:
                self.run.files[one.file].taken[one.entry.type] += 1
        self.shelf.note_used(named)
        return report

    def count_the_rest(self) -> None:
        """Count what is about nobody in the files, and what others name."""
        for stray in self.shelf.strays():
            why = "It is about somebody who is not in these files, or not clearly one of them."
            self.run.files[stray.file].skipped[stray.entry.type, why] += 1
        for file, kind, used in self.shelf.named_by_others():
            if used:
                self.run.files[file].taken[kind] += 1
            else:
                self.run.files[file].skipped[kind, why_not(kind)] += 1
