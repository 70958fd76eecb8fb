"""`medexpro restore FILE`: put a backup in the place of what is here, and prove it."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from medexpro.config.backups import passphrase
from medexpro.config.backups.archive import BadArchive
from medexpro.config.backups.practice import RestoreRefused, restore
from medexpro.kernel import clock


class Command(BaseCommand):
    help = "Restore a backup into this home, bring it to this release, and verify its trails."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="lose the practice that is here")
        passphrase.add_argument(parser)

    def handle(self, *args, file: Path, force: bool, passphrase_file: Path | None, **options):
        words = passphrase.ask(self, passphrase_file, new=False)
        try:
            summary = restore(file, words, force=force, at=clock.now())
        except (RestoreRefused, BadArchive) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Restored {summary.files} files of {summary.made_at}.")
        for practice, head in summary.heads.items():
            self.stdout.write(f"trail of {practice}: whole up to event {head['position']}, {head['hash']}")
