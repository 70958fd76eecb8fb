"""medexpro sync-knowledge: keep the versions of the reference data in service. Safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from medexpro.knowledge import loading, operations
from medexpro.knowledge.library import build


class Command(BaseCommand):
    help = "Read and check the reference data, and keep every version in service."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            build()
        except loading.DataError as error:
            raise CommandError(f"The reference data can't be used:\n{error}") from None
        new = operations.sync()
        self.stdout.write(f"{len(operations.stamped())} entries in service, {new} new.")
