"""Where a code stands: in the code book, and in the order in which search offers it. Pure.

Both are whole numbers made from the code and its title alone, so PostgreSQL and SQLite sort alike and a search can
stop at the first rows it meets.
"""

import re

from medexpro.knowledge.codes.rules.words import asked_words

_CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_TYPED_CODE = re.compile(r"[A-Z][0-9][0-9A-Z]{0,5}")
_LENGTH = 7
_SPAN: int = 36**_LENGTH

# Chapters by how often an exercise practice meets them. Order of offering only; nothing is left out.
_OFTEN = {
    "M": 0,  # Muscles, joints, bones.
    **dict.fromkeys("EGIJRZ", 1),  # Metabolism, nerves, circulation, breathing, signs, aftercare.
    **dict.fromkeys("OPTUVWXY", 3),  # Pregnancy, newborns, poisonings, outer causes.
}


def is_code(code: str) -> bool:
    """Return whether a text has the form of an ICD-10-CM code without its dot: a letter, then 2 to 6 signs.

    >>> is_code("M1711"), is_code("A00-A09")
    (True, False)
    """
    return bool(_CODE.fullmatch(code))


def plain(code: str) -> str:
    """Return a typed code without dot, blanks or hyphens, in capitals.

    >>> plain(" m17.11 ")
    'M1711'
    """
    return re.sub(r"[\s.\-]", "", code).upper()


def typed_code(text: str) -> str:
    """Return the plain beginning of a code if that is what was typed, else nothing. A digit after the letter tells.

    >>> typed_code("m17.1"), typed_code("knee"), typed_code("m25 left")
    ('M171', '', '')
    """
    typed = text.strip()
    code = plain(typed)
    return code if " " not in typed and _TYPED_CODE.fullmatch(code) else ""


def place(code: str) -> int:
    """Return the code's place in the book: codes sort by it as they are printed, a heading before its codes.

    >>> place("M17") < place("M170") < place("M1710") < place("M18")
    True
    """
    return int(code.ljust(_LENGTH, "0"), 36) * 8 + len(code)


def places_under(beginning: str) -> tuple[int, int]:
    """Return the first and last place of all codes that begin so.

    >>> low, high = places_under("M17")
    >>> low <= place("M17") and place("M17ZZZZ") <= high and not low <= place("M18") <= high
    True
    """
    low, high = beginning.ljust(_LENGTH, "0"), beginning.ljust(_LENGTH, "Z")
    return int(low, 36) * 8, int(high, 36) * 8 + 7


def offering(code: str, title: str, *, edition: int = 0) -> int:
    """Return the number by which search offers a code: chapters met often, then short titles, then the book's order.

    edition: 0 for the first wording of a code, 1 for its next, below 64; keeps the numbers of wordings apart.
    """
    often = _OFTEN.get(code[0], 2)
    length = min(len(asked_words(title, most=31)), 31)
    return ((often * 32 + length) * _SPAN * 8 + place(code)) * 64 + edition


def offered_as(number: int) -> tuple[int, int]:
    """Return the chapter's rank (0 is met most often) and the number of telling words in an offering number.

    >>> offered_as(offering("M17", "Osteoarthritis of knee"))
    (0, 2)
    """
    return divmod(number // (_SPAN * 8 * 64), 32)
