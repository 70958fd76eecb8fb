"""`medexpro load-codes`: load a newer release of ICD-10-CM, or the shipped ones."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.codes import loading


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a day. Write it as 2026-10-01.") from None


class Command(BaseCommand):
    help = "Load a release of ICD-10-CM from a file; without a file, the releases that come with the product."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "file", nargs="?", help="tab-separated, as knowledge/codes/data/README.md describes"
        )
        parser.add_argument("--release", help="its name, such as 2027")
        parser.add_argument("--valid-from", help="first day in force, such as 2026-10-01")
        parser.add_argument("--valid-to", help="last day in force, if it is known")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = self._load(options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if not done:
            self.stdout.write("The shipped releases are loaded already.")
        for loaded in done:
            self.stdout.write(self._said(loaded))

    def _load(self, options: dict[str, Any]) -> list[loading.Loaded]:
        at = clock.now()
        if not options["file"]:
            return loading.load_shipped(at=at)
        if not options["release"] or not options["valid_from"]:
            raise CommandError("Name the release and its first day: --release 2027 --valid-from 2026-10-01.")
        path = Path(options["file"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}.") from error
        valid_to = _day(options["valid_to"]) if options["valid_to"] else None
        return [
            loading.load(
                content,
                release=options["release"],
                valid_from=_day(options["valid_from"]),
                valid_to=valid_to,
                at=at,
            )
        ]

    def _said(self, loaded: loading.Loaded) -> str:
        if not loaded.new:
            return f"{loaded.release.name} was loaded before. Nothing changed."
        return (
            f"{loaded.release.name}: {loaded.release.rows:,} codes and headings, {loaded.release.billable:,} billable; "
            f"{loaded.added:,} new, {loaded.changed:,} changed, {loaded.dropped:,} dropped, {loaded.kept:,} kept."
        )
