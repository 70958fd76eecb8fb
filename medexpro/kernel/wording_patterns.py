"""The small language in which the word list says what must stand around a word, or must not.

A pattern is words with single spaces: `~` is the marked words, `...` up to four words between, `{provider}` one of the
words the list names so, `a|b` one of two, `[the]` a word that may be missing, `on*` any ending, `*pril` any beginning, `*`
any word, `^` the sentence's beginning. It holds inside one sentence. Without a `~` it may stand anywhere in the sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HIT, GAP, START = "~", "...", "^"
MOST_BETWEEN = 4
# What separates two words of one sentence: no full stop but that of a title, no line end.
_SEP = r"(?:[^\w.;!?\n]|(?<=\bDr)\.|(?<=\bM[rs])\.|(?<=\bMrs)\.|(?<=\bSt)\.)+"
# Where “we” comes between, somebody else did something else.
_GAP = rf"(?:{_SEP}(?!(?:we|i|us|our|my)\b)[\w’']+){{0,{MOST_BETWEEN}}}?"
# Where a sentence ends: at the end of a line, or at a stop that no title or number carries.
_END = re.compile(r"\n|[.;!?](?=\s|$)")
_TITLES = re.compile(r"\b(?:Dr|Mr|Ms|Mrs|St|e\.g|i\.e|vs|no)$", re.IGNORECASE)


@dataclass(frozen=True)
class Context:
    """One pattern, ready to ask: what stands before the marked words and what after, or what the sentence holds."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    anywhere: re.Pattern[str] | None

    def holds(self, text: str, start: int, end: int, sentence: tuple[int, int]) -> bool:
        """Return whether the pattern holds around text[start:end]. sentence: where its sentence begins and ends."""
        if self.anywhere is not None:
            return self.anywhere.search(text, *sentence) is not None
        if self.before is not None and self.before.search(text[sentence[0] : start]) is None:
            return False
        return self.after is None or self.after.match(text[end : sentence[1]]) is not None


def context(pattern: str, among: Mapping[str, Sequence[str]]) -> Context:
    """Return a pattern ready to ask. Raises ValueError for a name the list does not know, or two marked words."""
    words = pattern.split()
    if HIT not in words:
        return Context(None, None, _ready(rf"(?<!\w){_joined(words, among)}(?!\w)"))
    if words.count(HIT) > 1:
        raise ValueError(f"{pattern!r} has more than one {HIT}")
    place = words.index(HIT)
    before, after = words[:place], words[place + 1 :]
    return Context(
        _ready(_opening(before, among)) if before else None,
        _ready(rf"{_joined(['', *after], among)}(?!\w)") if after else None,
        None,
    )


def _opening(before: Sequence[str], among: Mapping[str, Sequence[str]]) -> str:
    """Return the expression for what stands before the marked words, up to them."""
    if before[0] == START:
        rest = before[1:]
        return r"\A\W*" + (_joined([*rest, ""], among) if rest else "") + r"\Z"
    return rf"(?<!\w){_joined([*before, ''], among)}\Z"


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence with text[start:end] begins and ends."""
    first = 0
    for stop in _END.finditer(text, 0, start):
        if not _carried(text, stop):
            first = stop.end()
    last = next((stop.start() for stop in _END.finditer(text, end) if not _carried(text, stop)), len(text))
    return first, last


def _carried(text: str, stop: re.Match[str]) -> bool:
    """Return whether a full stop belongs to a title, as in “Dr. Raman”."""
    return stop.group() == "." and _TITLES.search(text, max(0, stop.start() - 4), stop.start()) is not None


def _ready(body: str) -> re.Pattern[str]:
    return re.compile(body, re.IGNORECASE)


def _joined(words: Sequence[str], among: Mapping[str, Sequence[str]]) -> str:
    """Return the expression for words in a row; an empty word is the place of the marked ones."""
    body, open_end = "", False
    for number, word in enumerate(words):
        if word == GAP:
            body += _GAP
            continue
        optional = word.startswith("[") and word.endswith("]")
        inner = _one(word.strip("[]") if optional else word, among)
        if optional:
            # A missing word takes its separator along.
            body += rf"(?:{inner}{_SEP})?" if not number else rf"(?:{_SEP}{inner})?"
            open_end = not number
            continue
        body += (_SEP if number and not open_end else "") + inner
        open_end = False
    return body


def _one(word: str, among: Mapping[str, Sequence[str]]) -> str:
    """Return the expression for one word of a pattern: alternatives, a name, an ending left open."""
    if not word:
        return ""
    if word.startswith("{"):
        name = word.strip("{}")
        if name not in among:
            raise ValueError(f"the word list names no words {name!r}")
        return "(?:" + "|".join(_phrase(one) for one in among[name]) + ")"
    return "(?:" + "|".join(_phrase(one) for one in word.split("|")) + ")"


def _phrase(words: str) -> str:
    """Return the expression for a phrase as it is listed."""
    return _SEP.join(_open(one) for one in words.split())


def _open(word: str) -> str:
    """Return the expression for one listed word, with its open beginning or ending."""
    begins, ends = word.startswith("*"), word.endswith("*")
    return (r"[\w’']*" if begins else "") + re.escape(word.strip("*")) + (r"[\w’']*" if ends else r"(?!\w)")


