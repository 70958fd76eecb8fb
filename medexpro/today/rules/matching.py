"""What of a list of words fits what was typed into the palette so far."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without the signs around them.

    >>> words_of("Take in a Referral, by fax")
    ['take', 'in', 'a', 'referral', 'by', 'fax']
    """
    return "".join(sign if sign.isalnum() else " " for sign in text.casefold()).split()


def rank(typed: Sequence[str], label: str, also: str = "") -> int | None:
    """Return how well a label fits: 0 where it begins with what was typed, 1 by its words, 2 by its other words.

    typed: in small letters. Each has to begin a word of the label, or of the words it is also known by. None: no fit.

    >>> rank(["ref"], "Referrals"), rank(["ref"], "Take in a referral"), rank(["appoint"], "Book a time", "appointment")
    (0, 1, 2)
    >>> rank(["ferr"], "Referrals") is None
    True
    """
    own, other = words_of(label), words_of(also)
    if not all(any(known.startswith(word) for known in (*own, *other)) for word in typed):
        return None
    if " ".join(own).startswith(" ".join(typed)):
        return 0
    return 1 if all(any(known.startswith(word) for known in own) for word in typed) else 2


def fitting(text: str, things: Iterable[tuple[str, str, Thing]]) -> list[Thing]:
    """Return the things that fit, the best first, else in the order given; all of them where nothing is typed.

    things: label, other words, and the thing itself.
    """
    typed = words_of(text)
    if text.strip() and not typed:
        return []
    ranked = [(rank(typed, label, also), thing) for label, also, thing in things]
    found = [(place, thing) for place, thing in ranked if place is not None]
    return [thing for _, thing in sorted(found, key=lambda pair: pair[0])]
