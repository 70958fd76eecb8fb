"""Who is mailed that a message waits. Mail is not private, so it says that one waits and nothing else."""

from collections.abc import Iterable


def to_mail(unread: Iterable[tuple[str, int]]) -> list[str]:
    """Return the addresses that get a notice: those for whom nothing waited before, so that ten messages mail once.

    unread: address and how many messages wait for it, this one counted.

    >>> to_mail([("ana@example.org", 1), ("ben@example.org", 3), ("asa@example.org", 0)])
    ['ana@example.org']
    """
    return [address for address, waiting in unread if waiting == 1]
