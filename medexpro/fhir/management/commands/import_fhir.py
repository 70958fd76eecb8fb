"""`medexpro import-fhir FILE...`: bring in records that others wrote, and say what was taken, skipped and why.

Files may be many and about many people: Bundles, single resources, NDJSON of a bulk export, and folders of them. What
one file says of another is found across all of them. Run twice it adds nothing; ended halfway it goes on.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from medexpro.clients.models import Client
from medexpro.clients.operations import AlreadyHere
from medexpro.fhir import presenters
from medexpro.fhir.many import PersonReport, import_files
from medexpro.fhir.operations import import_record
from medexpro.fhir.reading.bundle import read_files
from medexpro.fhir.reading.files import files_in
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.terminal import member_who, practice_named
from medexpro.web.terminal import ProgressLine


class Command(BaseCommand):
    help = "Bring in FHIR R4 records: Bundles, NDJSON of a bulk export, folders of them; of one person or of many."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "files",
            nargs="+",
            metavar="FILE",
            help="a Bundle, a resource, NDJSON, packed or not; or a folder",
        )
        parser.add_argument("--practice", help="its name; not needed where there is one")
        parser.add_argument(
            "--by", help="e-mail of the member who brings the records in; not needed where one may"
        )
        parser.add_argument(
            "--together", action="store_true", help="the files are about one person, look at them as one"
        )
        parser.add_argument("--into", metavar="ID", help="the client on file who this person is")
        parser.add_argument(
            "--new", action="store_true", help="these are all new people, whoever looks alike"
        )
        parser.add_argument("--brief", action="store_true", help="only the people left, and one line a file")

    def handle(self, *args: Any, **options: Any) -> None:
        by = member_who(
            practice_named(options["practice"]),
            options["by"],
            Permission.CLIENTS_IMPORT,
            does="brings the record in",
        )
        into = _client(by, options["into"]) if options["into"] else None
        paths = [Path(file) for file in options["files"]]
        if into and len(paths) > 1 and not options["together"]:
            raise CommandError("Name one file for --into, or add --together.")
        if into or options["together"]:
            if not self._bring_in(paths, by, into, new=options["new"]):
                raise CommandError("Not brought in.")
            return
        self._bring_in_all(paths, by, new=options["new"], brief=options["brief"])

    def _bring_in_all(self, paths: list[Path], by: Member, *, new: bool, brief: bool) -> None:
        try:
            files = files_in(paths)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if not files:
            raise CommandError("There is no FHIR file in there.")
        with ProgressLine(self.stderr) as progress:

            def each(report: PersonReport) -> None:
                progress.clear()
                self._tell(report, brief=brief)

            run = import_files(files, by=by, at=clock.now(), knowingly=new, each=each, tell=progress.tell)
        for line in presenters.lines_of_run(run):
            if not brief or not line.startswith("  Skipped"):
                self.stdout.write(line)
        for file in run.files:
            if file.refusal:
                self.stderr.write(file.refusal)
        if run.failed:
            people = run.people.total() + sum(bool(file.refusal) for file in run.files)
            raise CommandError(f"{run.failed} of {people} not brought in.")

    def _tell(self, report: PersonReport, *, brief: bool) -> None:
        if report.outcome is None or report.record is None:
            self.stderr.write(f"{report.source}: {report.name}: {report.why}")
            self._tell_alike(report.alike)
        elif not brief:
            for line in presenters.lines_of_person(report.record, report.outcome):
                self.stdout.write(line)

    def _tell_alike(self, alike: Sequence[tuple]) -> None:
        for client, reasons in alike:
            self.stderr.write(f"  {client.name}, {', '.join(reasons)}: --into {client.pk}")
        if alike:
            self.stderr.write("  Somebody else: --new")

    def _bring_in(self, paths: list[Path], by: Member, into: Client | None, *, new: bool) -> bool:
        at = clock.now()
        try:
            record = read_files([(path.name, path) for path in paths], on=by.practice.day(at))
            outcome = import_record(record, by=by, at=at, into=into, knowingly=new)
        except AlreadyHere as refusal:
            self.stderr.write(f"{paths[0].name}: {refusal}")
            self._tell_alike(refusal.matches)
            return False
        except Refusal as refusal:
            text = str(refusal)
            self.stderr.write(text if paths[0].name in text else f"{paths[0].name}: {text}")
            return False
        for line in presenters.lines_of(record, outcome):
            self.stdout.write(line)
        return True


def _client(by: Member, text: str) -> Client:
    try:
        found = Client.objects.of(by.practice).filter(pk=UUID(text)).first()
    except ValueError:
        found = None
    # A record that became part of another leads to that other.
    found = found.survivor if found else None
    if found is None or not found.is_visible_to(by):
        raise CommandError("There is no such client in this practice.")
    return found
