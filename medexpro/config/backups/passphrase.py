"""The words that open a backup: from a file, the environment, or the person at the keyboard."""

import getpass
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medexpro.config import env

SHORTEST = 12
NAME = "MEDEXPRO_BACKUP_PASSPHRASE"


def add_argument(parser: CommandParser) -> None:
    """Let a command take --passphrase-file."""
    parser.add_argument(
        "--passphrase-file", type=Path, help=f"a file that holds the passphrase; else {NAME}, else asked"
    )


def ask(command: BaseCommand, file: Path | None, *, new: bool) -> str:
    """Return the passphrase. new: it will lock an archive, so it is asked twice and must not be short.

    Raises CommandError when there is none, or a new one has fewer than 12 characters.
    """
    if file is not None:
        try:
            passphrase = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise CommandError(f"The passphrase file {file} can't be read: {error.strerror}.") from error
    else:
        passphrase = env.text(NAME)
        if not passphrase and sys.stdin.isatty():
            passphrase = getpass.getpass("Passphrase: ")
            if new and getpass.getpass("Once more: ") != passphrase:
                raise CommandError("The two were not the same.")
    if not passphrase:
        raise CommandError(f"Give a passphrase: --passphrase-file FILE, or {NAME}.")
    if new and len(passphrase) < SHORTEST:
        raise CommandError(
            f"The passphrase has {len(passphrase)} characters. Give at least {SHORTEST}, such as five words."
        )
    return passphrase
