"""The code that whoever sets the practice up reads from the server's own console, so that nobody else claims it."""

import hmac
import os
import secrets
from pathlib import Path

from django.conf import settings

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that looks like something else


def path() -> Path:
    """Return where the code lies: beside the database, readable by the server's user only."""
    return Path(settings.MEDEXPRO_HOME) / "setup.code"


def code() -> str:
    """Return the set-up code, made on first use; every process of the server reads the same."""
    made = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    try:
        descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path().read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made)
    return made


def matches(typed: str) -> bool:
    """Return whether this is the code, however it was spaced."""
    plain = "".join(typed.upper().split()).replace("-", "")
    return hmac.compare_digest(plain.encode(), code().replace("-", "").encode())


def forget() -> None:
    """Remove the code: the practice has an owner."""
    path().unlink(missing_ok=True)


def announcement(base_url: str) -> str:
    """Return what the server prints while the practice has no owner; empty once it has one."""
    from medexpro.practice.models import Member

    if Member.objects.exists():
        return ""
    return f"Set up your practice at {base_url.rstrip('/')}/setup/?code={code()}  (set-up code {code()})"
