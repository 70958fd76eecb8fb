"""Names for records: UUIDv7, made by whoever creates the record, so a retry is harmless."""

import uuid

import uuid_utils


def uuid7() -> uuid.UUID:
    """Return a new UUIDv7: unique, and sorted by the time it was made.

    >>> uuid7() < uuid7()
    True
    """
    return uuid.UUID(int=uuid_utils.uuid7().int)
