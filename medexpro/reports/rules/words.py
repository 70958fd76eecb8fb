"""How many words a document says and how long they take to read."""

import re
from collections.abc import Iterable

# Silent reading of English non-fiction by adults, the mean of 190 studies.
# Source: Brysbaert M, How many words do we read per minute?, Journal of Memory and Language 109
# (2019) 104047, https://doi.org/10.1016/j.jml.2019.104047
WORDS_PER_MINUTE = 238

# A word holds a letter or a digit: "−4.2" and "step-ups" are one each, a lone dash is none.
WORD = re.compile(r"[^\s]*\w[^\s]*")


def count_words(texts: str | Iterable[str]) -> int:
    """Return the number of words in one text or several.

    >>> count_words("Phase 2 of 3: leg strength, step-ups – balance."), count_words(["One two", ""])
    (8, 2)
    """
    return sum(len(WORD.findall(text)) for text in ([texts] if isinstance(texts, str) else texts))


def reading_seconds(words: int) -> int:
    """Return about how many seconds `words` take to read, to the nearest 5, at least 5.

    Raises ValueError for a negative count.

    >>> [reading_seconds(n) for n in (0, 40, 79, 142)]
    [5, 10, 20, 35]
    """
    if words < 0:
        raise ValueError(f"words cannot be negative: {words}")
    return max(5, round(words / WORDS_PER_MINUTE * 60 / 5) * 5)


def length_in_words(texts: str | Iterable[str]) -> str:
    """Return the length for the page where it is written: "142 words, read in about 35 seconds".

    >>> length_in_words("Walks 31% faster.")
    '3 words, read in about 5 seconds'
    """
    words = count_words(texts)
    return f"{words} {'word' if words == 1 else 'words'}, read in about {reading_seconds(words)} seconds"
