"""The last sealed event of each trail, noted outside the database: who cuts a trail's end off leaves the note behind."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

Heads = dict[str, dict[str, Any]]


def path() -> Path:
    """Return where the note lies: beside the files and keys, not in the database."""
    return Path(settings.MEDEXPRO_HOME) / "trail.heads"


def noted() -> Heads:
    """Return {position, hash} by practice; empty where nothing was noted, or the note can't be read."""
    try:
        heads = json.loads(path().read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    return heads if isinstance(heads, dict) else {}


def note(practice_id: UUID, position: int, hash: str) -> None:
    """Note how far a trail is sealed. Call after the seal is committed."""
    replace(noted() | {str(practice_id): {"position": position, "hash": hash}})


def replace(heads: Heads) -> None:
    """Put a whole note in the place of the one that is there."""
    new = path().with_suffix(f".{os.getpid()}")
    write(heads, new)
    new.replace(path())


def write(heads: Heads, new: Path) -> None:
    """Write a whole note into a file that only we read, as a restore does before it puts it in place."""
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(heads, file)
