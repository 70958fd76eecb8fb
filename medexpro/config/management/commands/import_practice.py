"""`medexpro import-practice FOLDER`: an exported practice, into a fresh installation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from medexpro.config.takeout.reading import ImportRefused, read_practice
from medexpro.kernel import clock
from medexpro.practice.models import User
from medexpro.web.terminal import ProgressLine


class Command(BaseCommand):
    help = "Bring what export-practice wrote into an installation that holds no practice yet."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            with ProgressLine(self.stderr) as progress:
                made = read_practice(folder, at=clock.now(), tell=progress.tell)
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        rows = sum(made["rows"].values())
        self.stdout.write(f"{made['practice']['name']}: {made['clients']:,} clients, {rows:,} rows.")
        self.stdout.write("Nobody has a password yet. Give each person one: medexpro changepassword E-MAIL")
        for email in User.objects.order_by("email").values_list("email", flat=True):
            self.stdout.write(f"  {email}")
