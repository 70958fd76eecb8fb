"""`medexpro export-practice FOLDER`: everything of a practice in files that anyone can read."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from medexpro.config.takeout.writing import ExportRefused, write_practice
from medexpro.kernel import clock
from medexpro.practice.terminal import practice_named
from medexpro.web.terminal import ProgressLine


class Command(BaseCommand):
    help = "Write tables (CSV), a folder for each client (JSON, PDFs, papers) and the exact rows into a new folder."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--practice", help="its name; not needed where there is one")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        practice = practice_named(options["practice"])
        try:
            with ProgressLine(self.stderr) as progress:
                made = write_practice(practice, folder, by=None, at=clock.now(), tell=progress.tell)
        except ExportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(
                f"The export could not be written: {error}. Nothing was left behind."
            ) from error
        self.stdout.write(
            f"{folder}: {made['clients']:,} clients, {sum(made['rows'].values()):,} rows, "
            f"{len(made['sha256']):,} files. README.txt says what is what. It is not encrypted."
        )
