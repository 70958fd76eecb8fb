"""Names: folded for search, compared to find that a person is here already."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# Letters that stand whole in Unicode but that people type without their stroke or as two.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


def fold(text: str) -> str:
    """Return a name as search keeps it: lower case, accents folded, words parted by single spaces.

    Signs that are neither letters nor digits part words, except apostrophes, which vanish. Letters of any script
    stay; a text of signs only stays as it was typed, in lower case.

    >>> fold("  José  O’Neill-García "), fold("Łukasz GROẞ"), fold("王小明")
    ('jose oneill garcia', 'lukasz gross', '王小明')
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    kept = []
    for sign in decomposed:
        if sign in "'’ʼ`´":
            continue
        if unicodedata.category(sign) in {"Mn", "Me"}:
            # Accents fold away; the vowel signs of other scripts are letters of their words.
            if not 0x0300 <= ord(sign) <= 0x036F:
                kept.append(sign)
        elif sign.isalnum() or unicodedata.category(sign) == "Mc":
            kept.append(sign)
        else:
            kept.append(" ")
    folded = unicodedata.normalize("NFC", " ".join("".join(kept).split()))
    return folded or " ".join(text.casefold().split())


def digits(phone: str) -> str:
    """Return the digits of a phone number, without the country code of the United States.

    >>> digits("+1 (555) 010-0142"), digits("555-0142")
    ('5550100142', '5550142')
    """
    found = "".join(sign for sign in phone if sign.isascii() and sign.isdigit())
    return found[1:] if len(found) == 11 and found.startswith("1") else found


@dataclass(frozen=True)
class Person:
    """What tells people apart, as far as it is known. key: any value that names the record."""

    key: object
    name: str
    birth_date: date | None = None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Match:
    """A person who may be the same one. reasons: what agrees, in words, the strongest first."""

    key: object
    reasons: tuple[str, ...]
    score: int


def likely_same(person: Person, known: Sequence[Person]) -> list[Match]:
    """Return those who may be the same person, the likeliest first.

    Two of these agree, or one strong one: the whole name in any order (strong), the phone number (strong), the e-mail
    address (strong), the birth date, a name one slip away. People of the same whole name whose birth dates are both
    known and differ are not the same.
    """
    found = []
    for other in known:
        reasons, score = _compare(person, other)
        if score >= 2:
            found.append(Match(other.key, tuple(reasons), score))
    return sorted(found, key=lambda match: -match.score)


def _compare(person: Person, other: Person) -> tuple[list[str], int]:
    reasons: list[tuple[int, str]] = []
    mine, theirs = sorted(fold(person.name).split()), sorted(fold(other.name).split())
    both_born = person.birth_date is not None and other.birth_date is not None
    same_birth = both_born and person.birth_date == other.birth_date
    if mine and mine == theirs:
        reasons.append((2, "same name"))
    elif mine and theirs and slips_apart(" ".join(mine), " ".join(theirs)) == 1:
        reasons.append((1, "nearly the same name"))
    elif len(mine) > 1 and len(theirs) > 1 and len(set(mine) & set(theirs)) >= 2:
        reasons.append((1, "shares names"))
    if same_birth:
        reasons.append((1, "same birth date"))
    if len(digits(person.phone)) >= 7 and digits(person.phone) == digits(other.phone):
        reasons.append((2, "same phone"))
    if person.email and person.email.strip().casefold() == other.email.strip().casefold():
        reasons.append((2, "same e-mail"))
    reasons.sort(key=lambda reason: -reason[0])
    score = sum(weight for weight, _ in reasons)
    if (
        both_born
        and not same_birth
        and {words for _, words in reasons} <= {"same name", "nearly the same name"}
    ):
        score = 0
    return [words for _, words in reasons], score


def slips_apart(one: str, other: str) -> int:
    """Return how many letters were dropped, added, changed or swapped between two names; 2 stands for more than 1.

    >>> slips_apart("ellery janet", "ellrey janet"), slips_apart("smith", "smyth"), slips_apart("smith", "jones")
    (1, 1, 2)
    """
    if one == other:
        return 0
    if abs(len(one) - len(other)) > 1:
        return 2
    place = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[place:], other[place:]
    if len(one) == len(other):
        swapped = len(a) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:]
        return 1 if a[1:] == b[1:] or swapped else 2
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    return 1 if longer[1:] == shorter else 2
