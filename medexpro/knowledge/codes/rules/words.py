"""Words as they are searched: folded, cut, and compared when one is misspelled. Pure."""

import re
import unicodedata

_WORD = re.compile(r"[a-z0-9]+")
# Words that tell codes apart too little to be asked for when others are there.
FILLERS = frozenset({"a", "an", "and", "for", "in", "of", "on", "or", "the", "to"})


def fold(text: str) -> str:
    """Return the text in lower case without accents.

    >>> fold("Ménière's disease")
    "meniere's disease"
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).lower()


def words_of(text: str) -> list[str]:
    """Return the words of a text, folded, in their order.

    >>> words_of("Sprain of ankle, left (initial)")
    ['sprain', 'of', 'ankle', 'left', 'initial']
    """
    return _WORD.findall(fold(text))


def asked_words(text: str, *, most: int = 8) -> list[str]:
    """Return the words a search asks for: each once, no fillers unless nothing else is there, at most `most`.

    >>> asked_words("pain in the left knee")
    ['pain', 'left', 'knee']
    """
    words = list(dict.fromkeys(words_of(text)))
    telling = [word for word in words if word not in FILLERS]
    return (telling or words)[:most]


def pieces_of(word: str) -> set[str]:
    """Return the three-letter pieces of a word, its start marked, so that a prefix shares its first piece.

    >>> sorted(pieces_of("knee"))
    ['^kn', 'kne', 'nee']
    """
    marked = "^" + word
    return {marked[i : i + 3] for i in range(len(marked) - 2)}


def allowed_slips(word: str) -> int:
    """Return how many slips of the hand a typed word may hold and still be understood: 0 below 4 letters.

    >>> [allowed_slips(word) for word in ("hip", "knea", "shouldr", "osteoartritis")]
    [0, 1, 1, 2]
    """
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def slips(typed: str, word: str) -> tuple[int, int]:
    """Return the fewest slips that turn the beginning of `word` into `typed`, and how long that beginning is.

    A slip is a letter too many, too few, wrong, or two neighbours swapped (optimal string alignment).

    >>> slips("ostoepor", "osteoporosis")
    (1, 8)
    """
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, start=1):
        following = [i]
        for j, other in enumerate(word, start=1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        before, row = row, following
    fewest = min(row)
    # Of equally good beginnings the one as long as what was typed reads most naturally.
    length = min((j for j, cost in enumerate(row) if cost == fewest), key=lambda j: abs(j - len(typed)))
    return fewest, length
