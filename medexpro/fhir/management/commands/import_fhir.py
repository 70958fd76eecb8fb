"""`medexpro import-fhir FILE...`: bring in records that others wrote, and say what was taken, skipped and why."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from medexpro.clients.models import Client
from medexpro.clients.operations import AlreadyHere
from medexpro.fhir.operations import import_record
from medexpro.fhir.presenters import lines_of
from medexpro.fhir.reading.bundle import read_files
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission


class Command(BaseCommand):
    help = "Bring in FHIR R4 records, one person per file (or several files of one person with --together)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help="a Bundle or resource, JSON or gzipped JSON"
        )
        parser.add_argument("--practice", help="its name; not needed where there is one")
        parser.add_argument(
            "--by", help="e-mail of the member who brings the record in; not needed where one may"
        )
        parser.add_argument("--together", action="store_true", help="the files are about one person")
        parser.add_argument("--into", metavar="ID", help="the client on file who this person is")
        parser.add_argument("--new", action="store_true", help="this is somebody new, whoever looks alike")

    def handle(self, *args: Any, **options: Any) -> None:
        by = _member(_practice(options["practice"]), options["by"])
        into = _client(by, options["into"]) if options["into"] else None
        paths = [Path(file) for file in options["files"]]
        if into and len(paths) > 1 and not options["together"]:
            raise CommandError("Name one file for --into, or add --together.")
        groups = [paths] if options["together"] else [[path] for path in paths]
        failed = 0
        for group in groups:
            failed += not self._bring_in(group, by, into, new=options["new"])
        if failed:
            raise CommandError(f"{failed} of {len(groups)} not brought in.")

    def _bring_in(self, paths: list[Path], by: Member, into: Client | None, *, new: bool) -> bool:
        at = clock.now()
        try:
            record = read_files([(path.name, path) for path in paths], on=by.practice.day(at))
            outcome = import_record(record, by=by, at=at, into=into, knowingly=new)
        except AlreadyHere as refusal:
            self.stderr.write(f"{paths[0].name}: {refusal}")
            for client, reasons in refusal.matches:
                self.stderr.write(f"  {client.name}, {', '.join(reasons)}: --into {client.pk}")
            self.stderr.write("  Somebody else: --new")
            return False
        except Refusal as refusal:
            text = str(refusal)
            self.stderr.write(text if paths[0].name in text else f"{paths[0].name}: {text}")
            return False
        for line in lines_of(record, outcome):
            self.stdout.write(line)
        return True


def _practice(name: str | None) -> Practice:
    practices = Practice.objects.filter(name=name) if name else Practice.objects.all()
    found = list(practices[:2])
    if len(found) == 1:
        return found[0]
    if name or not found:
        raise CommandError(f"There is no practice named “{name}”." if name else "There is no practice yet.")
    raise CommandError("There are several practices. Say which: --practice NAME.")


def _member(practice: Practice, email: str | None) -> Member:
    members = Member.objects.active().filter(practice=practice).select_related("user", "practice")
    if email:
        member = members.filter(user__email=email.strip().lower()).first()
        if member is None:
            raise CommandError(f"{email} is no active member of {practice.name}.")
        return member
    able = [member for member in members if member.may(Permission.CLIENTS_IMPORT)]
    if len(able) != 1:
        raise CommandError("Say who brings the record in: --by E-MAIL.")
    return able[0]


def _client(by: Member, text: str) -> Client:
    try:
        found = Client.objects.visible_to(by).filter(pk=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise CommandError("There is no such client in this practice.")
    return found
