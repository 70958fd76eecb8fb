"""`medexpro backup FILE`: the whole practice in one encrypted file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from medexpro.config.backups import passphrase
from medexpro.config.backups.practice import back_up
from medexpro.kernel import clock


class Command(BaseCommand):
    help = "Write database, files, keys and trail heads into one encrypted file. People may go on working."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="replace FILE if it is there")
        passphrase.add_argument(parser)

    def handle(self, *args, file: Path, force: bool, passphrase_file: Path | None, **options):
        if file.exists() and not force:
            raise CommandError(f"{file} is there already. Choose another name, or say --force.")
        words = passphrase.ask(self, passphrase_file, new=True)
        try:
            summary = back_up(file, words, at=clock.now())
        except OSError as error:
            raise CommandError(
                f"The backup could not be written: {error}. {file} was left as it was."
            ) from error
        size = file.stat().st_size / 1_000_000
        self.stdout.write(
            f"{file}: {summary.files} files, {size:.1f} MB, encrypted. Keep the passphrase elsewhere."
        )
        for practice, head in summary.heads.items():
            self.stdout.write(f"trail {practice}:{head['position']}:{head['hash']}")
