"""The word list for what we write."""

from medexpro.kernel.reference.base import Record, Verification


class WordingEntry(Record):
    """A word or phrase to mark in what we write. A trailing * takes any ending.

    where: any, outgoing, client_document, provider, public or title: who reads it (kernel.wording.READERS).
    level: mark (asks once), refuse (the document is not made) or allow (the phrases may stand).
    group: what kind of slip it is (kernel.wording.GROUPS). unless, only_with: what stands around the words that excuses
    them, or without which they are not meant, in the pattern language of kernel.wording_patterns. swaps: for a form of
    the words what takes its place; without one a short suggestion does. quotes_count: readers for whom quotation marks
    excuse nothing.
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
    group: str = ""
    unless: tuple[str, ...] = ()
    only_with: tuple[str, ...] = ()
    swaps: dict[str, str] = {}
    quotes_count: tuple[str, ...] = ()


class Wording(Record):
    """The word list: entries to mark, the phrases that may stand although they hold such a word.

    among: words that patterns name together, such as {provider}. contexts: patterns that entries name together, as
    @elsewhere.
    """

    entries: tuple[WordingEntry, ...]
    allowed: tuple[str, ...] = ()
    among: dict[str, tuple[str, ...]] = {}
    contexts: dict[str, tuple[str, ...]] = {}
