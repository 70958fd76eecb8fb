"""Whether two results were taken alike: the same way or instrument, the same aid, the same form of the test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Taking:
    """How one result was taken. way: the way of doing it, or the instrument; aid; modified: how the test was changed."""

    way: str = ""
    aid: str = ""
    modified: str = ""


def unlike(now: Taking, last: Taking) -> list[str]:
    """Return what differs from last time, a part of a sentence each; empty when both were taken alike.

    Capitals and spaces don't count.

    >>> unlike(Taking(aid="Cane"), Taking(aid="walker"))
    ['aid: Cane, last time walker']
    >>> unlike(Taking(way="Jamar"), Taking(way="jamar "))
    []
    """
    pairs = (
        ("way or instrument", now.way, last.way),
        ("aid", now.aid, last.aid),
        ("change of the test", now.modified, last.modified),
    )
    return [
        f"{what}: {_said(mine)}, last time {_said(theirs)}"
        for what, mine, theirs in pairs
        if _plain(mine) != _plain(theirs)
    ]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _said(text: str) -> str:
    return text.strip() or "none"
