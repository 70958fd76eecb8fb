"""`medexpro prepare`: bring the database and the static files to this release. Safe to run at any time."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from medexpro import __version__


class Command(BaseCommand):
    help = "Bring the database and the static files to this release. Safe to run at any time."
    requires_system_checks = []

    def handle(self, *args, **options):
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        if waiting:
            self.stdout.write(f"Database: {waiting} migration{'s' if waiting > 1 else ''} applied.")
        if static_files_changed():
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp().write_text(fingerprint(), encoding="ascii")
            self.stdout.write("Static files: collected and compressed.")


def stamp() -> Path:
    """Return the file that remembers which static files were collected."""
    return Path(settings.STATIC_ROOT) / ".collected"


def static_files_changed() -> bool:
    """Return whether the collected static files are not those of the source."""
    return not stamp().exists() or stamp().read_text(encoding="ascii") != fingerprint()


def fingerprint() -> str:
    """Return a hash of the name, size and time of every static file, quick to make."""
    digest = hashlib.sha256(f"{__version__} {settings.STORAGES['staticfiles']}".encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()
