"""The one clock. Operations are given their time; views and tasks take it from here."""

import os
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant in UTC, or the instant MEDEXPRO_NOW names (demo and tests only).

    MEDEXPRO_NOW: ISO 8601 with offset, such as 2026-11-02T09:30:00-05:00.
    Raises ValueError when it is set and can't be read, so a wrong clock never runs quietly.
    """
    fixed = os.environ.get("MEDEXPRO_NOW")
    if not fixed:
        return datetime.now(UTC)
    instant = datetime.fromisoformat(fixed)
    if instant.tzinfo is None:
        raise ValueError("MEDEXPRO_NOW needs an offset, such as 2026-11-02T09:30:00-05:00")
    return instant.astimezone(UTC)
