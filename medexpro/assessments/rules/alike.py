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
        ("way or instrument", way_of(now.way), way_of(last.way)),
        ("aid", now.aid, last.aid),
        ("change of the test", now.modified, last.modified),
    )
    return [
        f"{what}: {_said(mine)}, last time {_said(theirs)}"
        for what, mine, theirs in pairs
        if _plain(mine) != _plain(theirs)
    ]


# How the score of a questionnaire came to be is kept where an instrument is; a form is the same one on any paper or screen.
QUESTIONNAIRE = "Questionnaire"


def way_of(text: str) -> str:
    """Return what of a way of doing it makes another test: nothing of how a questionnaire was filled in or added up.

    >>> way_of("Questionnaire, sum 34, 10 of 11 answered"), way_of("Jamar")
    ('', 'Jamar')
    """
    return "" if _plain(text).partition(",")[0] == QUESTIONNAIRE.casefold() else text


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _said(text: str) -> str:
    return text.strip() or "none"
