"""What a backup of a practice holds, in which order it is taken, and how a restore proves itself."""

import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError

from medexpro import __version__
from medexpro.audit import chain, heads, trail
from medexpro.config import interrupted
from medexpro.config.backups import archive, databases, events
from medexpro.config.backups.swap import Swap, settle_on_disk
from medexpro.config.holding import HomeHeld, hold
from medexpro.practice.models import Practice

FORMAT = 1
# Beside the database: uploads and signed documents, letters that wait for an SMTP server, and the key that
# second factors and links are sealed with.
FOLDERS = ("files", "outbox")
KEYS = ("secret.key",)


class RestoreRefused(Exception):
    """Nothing was restored; the text is the sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Summary:
    """What went into an archive, or came out of one."""

    made_at: str
    engine: str
    files: int
    heads: databases.Heads


def back_up(path: Path, passphrase: str, *, at: datetime) -> Summary:
    """Write the whole practice as it is now into one encrypted file. People may go on working meanwhile.

    The database is copied first and the files after it: a file is always there before the row that names it,
    so every row of the copy finds its file. Raises OSError when the file can't be written.
    """
    practices = list(Practice.objects.all())
    for practice in practices:
        chain.seal_all(practice.pk)
    with tempfile.TemporaryDirectory(dir=settings.MEDEXPRO_HOME, prefix="backup-") as scratch:
        database = Path(scratch) / "database"
        heads = databases.snapshot(database)
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "release": __version__,
            "made_at": at.isoformat(),
            "engine": databases.engine(),
            "migrations": databases.applied_migrations(),
            "heads": heads,
            "sha256": {},
        }

        def fill(tar: tarfile.TarFile) -> None:
            for name, source in [*_below(database, "database"), *_of_home()]:
                with tempfile.TemporaryDirectory(dir=scratch) as still:
                    # A copy of our own: the size and hash must be those of what is written.
                    copy = Path(still) / "file"
                    try:
                        shutil.copyfile(source, copy)
                    except FileNotFoundError:
                        continue  # Withdrawn between listing and reading, with the row that named it.
                    manifest["sha256"][name] = _sha256(copy)
                    archive.add_file(tar, name, copy)
            archive.add_bytes(tar, "manifest.json", json.dumps(manifest, indent=1).encode())

        archive.write(path, passphrase, fill)
    for practice in practices:
        trail.record(events.BACKUP_MADE, practice, by=None, at=at, practice=practice)
    return Summary(manifest["made_at"], manifest["engine"], len(manifest["sha256"]), heads)


def restore(path: Path, passphrase: str, *, force: bool, at: datetime) -> Summary:
    """Put a backup in the place of what is here, brought to this release, its trails proved.

    All of that is done beside the living practice; only then the two change places. What is here is replaced only with
    `force`, and whatever goes wrong, it is as it was. Raises RestoreRefused or BadArchive, each with a sentence.
    """
    home = Path(settings.MEDEXPRO_HOME)
    try:
        held = hold(home)
    except HomeHeld:
        raise RestoreRefused(f"{home} is being served. Stop it first, then restore.") from None
    try:
        if not force and databases.holds_a_practice():
            raise RestoreRefused(
                "There is a practice here already. Restore into an empty MEDEXPRO_HOME, "
                "or say --force to lose what is here for what is in the backup."
            )
        # What can't be removed afterwards, the old practice too, is no failure of the restore.
        with tempfile.TemporaryDirectory(dir=home, prefix="restore-", ignore_cleanup_errors=True) as scratch:
            folder = Path(scratch)
            archive.extract(path, passphrase, folder)
            manifest = _read_manifest(folder)
            _change_places(folder, home, manifest, at=at)
    except (databases.CannotRestore, RestoreRefused) as refusal:
        raise RestoreRefused(f"{refusal} Nothing was changed.") from refusal
    except (DatabaseError, sqlite3.Error, OSError, *databases.driver_errors()) as error:
        said = str(error).strip().split("\n")[0].rstrip(".")
        raise RestoreRefused(f"The restore was given up: {said}. Nothing was changed.") from error
    finally:
        os.close(held)
    return Summary(manifest["made_at"], manifest["engine"], len(manifest["sha256"]), manifest["heads"])


def _change_places(folder: Path, home: Path, manifest: dict, *, at: datetime) -> None:
    """Make the practice beside the living one, prove it, and let the two change places."""
    swap = Swap(folder / "old")
    try:
        with databases.beside(folder / "database", manifest["migrations"], swap):
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            _prove_trails(manifest["heads"])
            interrupted.hold_after_restore(at=at)
            for practice in Practice.objects.all():
                trail.record(
                    events.BACKUP_RESTORED, practice, by=None, at=at, practice=practice,
                    made_at=manifest["made_at"],
                )  # fmt: skip
            heads.write(manifest["heads"], folder / "heads")
            settle_on_disk()
            _swap_files(swap, folder, home)
    except BaseException:
        swap.undo()
        raise


def _read_manifest(folder: Path) -> dict:
    """Return the manifest after comparing every file with it."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RestoreRefused("The file is no backup of a practice: its manifest is missing.") from error
    if manifest["format"] != FORMAT or (newer := databases.unknown_migrations(manifest["migrations"])):
        of = manifest["release"]
        known = f" ({newer[0]} is unknown here)" if manifest["format"] == FORMAT else ""
        raise RestoreRefused(
            f"The backup was made by release {of}, newer than this one{known}. Install that one first."
        )
    if manifest["engine"] != databases.engine():
        homes = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        raise RestoreRefused(
            f"The backup is of {homes[manifest['engine']]} and this practice is set to {homes[databases.engine()]}: "
            f"{'unset' if manifest['engine'] == 'sqlite' else 'set'} DATABASE_URL to restore it where it belongs."
        )
    for name, digest in manifest["sha256"].items():
        if not (folder / name).is_file() or _sha256(folder / name) != digest:
            raise RestoreRefused(f"The backup is damaged: {name} is not what was put in.")
    return manifest


def _prove_trails(heads: databases.Heads) -> None:
    """Check every restored trail from its first event to the head that was written down when the backup was made."""
    for practice_id, head in heads.items():
        verdict = chain.verify(UUID(practice_id))
        if not verdict.whole:
            raise RestoreRefused(f"In the backup the trail of {practice_id} is broken: {verdict.reason}.")
        if (verdict.sealed, verdict.head) != (head["position"], head["hash"]):
            raise RestoreRefused(
                f"In the backup the trail of {practice_id} ends at event {verdict.sealed}, "
                f"not at {head['position']} as when the backup was made."
            )


def _swap_files(swap: Swap, folder: Path, home: Path) -> None:
    for name in FOLDERS:
        swap.put(folder / name, home / name)
    for name in KEYS:
        # An archive without a key leaves the one that is here: without any, no link would open.
        if (folder / name).exists():
            swap.put(folder / name, home / name)
    swap.put(folder / "heads", heads.path())


def _of_home() -> list[tuple[str, Path]]:
    home = Path(settings.MEDEXPRO_HOME)
    found = [(name, home / name) for name in KEYS if (home / name).exists()]
    for folder in FOLDERS:
        found += _below(home / folder, folder)
    return found


def _below(folder: Path, name: str) -> list[tuple[str, Path]]:
    """Return (name in the archive, path) of every file below a folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return [(f"{name}/{path.relative_to(folder).as_posix()}", path) for path in paths]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
