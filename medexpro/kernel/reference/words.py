"""The word list for what we write."""

from medexpro.kernel.reference.base import Record, Verification


class WordingEntry(Record):
    """A word or phrase to mark in what we write. A trailing * takes any ending.

    where: any, outgoing or client_document. level: mark (asks once) or refuse (the document is not made).
    """

    id: str
    version: int
    words: tuple[str, ...]
    suggestion: str
    where: str
    level: str
    why: str
    source: str
    verification: Verification


class Wording(Record):
    """The word list: entries to mark, and the phrases that may stand although they hold such a word."""

    entries: tuple[WordingEntry, ...]
    allowed: tuple[str, ...] = ()
