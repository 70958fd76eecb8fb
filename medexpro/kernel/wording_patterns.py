"""The small language in which the word list says what must stand around a word, or must not.

A pattern is words with single spaces: `~` is the marked words, `...` up to four words between, `{provider}` one of the
words the list names so, `a|b` one of two, `[the]` a word that may be missing, `on*` any ending, `*pril` any beginning, `*`
any word, `^` the sentence's beginning. It holds inside one sentence. Without a `~` it may stand anywhere in the sentence.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

HIT, GAP, START = "~", "...", "^"
MOST_BETWEEN = 4
# What separates two words of one sentence: no full stop but that of a title, no line end.
_SEP = r"(?:[^\w.;!?\n]|(?<=\bDr)\.|(?<=\bM[rs])\.|(?<=\bMrs)\.|(?<=\bSt)\.)+"
# Where “we” comes between, somebody else did something else.
_GAP = rf"(?:{_SEP}(?!(?:we|i|us|our|my)\b)[\w’']+){{0,{MOST_BETWEEN}}}?"
# Where a sentence ends: at the end of a line, or at a stop that no title or number carries.
_END = re.compile(r"\n|[.;!?](?=\s|$)")
_TITLES = re.compile(r"\b(?:Dr|Mr|Ms|Mrs|St|e\.g|i\.e|vs|no)$", re.IGNORECASE)


class Stems:
    """Beginnings of words of which a sentence must hold one. The same beginnings are one object: it is asked for often."""

    __slots__ = ("words",)

    def __init__(self, words: tuple[str, ...]):
        self.words = words


_one_of = lru_cache(maxsize=4096)(Stems)


class Sentence:
    """One sentence of a text: where it begins and ends, and which words it may hold, asked once each."""

    def __init__(self, text: str, first: int, last: int):
        self.text, self.first, self.last = text, first, last
        self._low = text[first:last].lower()
        self._holds: dict[Stems, bool] = {}

    def may_hold(self, stems: Stems) -> bool:
        """Return whether one of these beginnings of words stands somewhere in the sentence. A quick no for the patterns."""
        known = self._holds.get(stems)
        if known is None:
            known = False
            for stem in stems.words:
                if stem in self._low:
                    known = True
                    break
            self._holds[stems] = known
        return known


class Sentences:
    """A text by its sentences, cut where it is first asked."""

    def __init__(self, text: str):
        self.text = text
        self._ends: list[tuple[int, int]] | None = None
        self._made: dict[tuple[int, int], Sentence] = {}

    def around(self, start: int, end: int) -> Sentence:
        """Return the sentence with text[start:end]; one sentence from the first to the last where it spans several."""
        if self._ends is None:
            stops = (stop for stop in _END.finditer(self.text) if not _carried(self.text, stop))
            self._ends = [stop.span() for stop in stops]
        before = bisect_right(self._ends, start, key=lambda one: one[1])
        after = bisect_left(self._ends, end, key=lambda one: one[0])
        first = self._ends[before - 1][1] if before else 0
        last = self._ends[after][0] if after < len(self._ends) else len(self.text)
        if (first, last) not in self._made:
            self._made[first, last] = Sentence(self.text, first, last)
        return self._made[first, last]

    def any_holds(self, contexts: "Sequence[Context]", start: int, end: int) -> bool:
        """Return whether one of the patterns holds around text[start:end]."""
        sentence = self.around(start, end)
        for one in contexts:
            for stems in one.needs:
                if not sentence.may_hold(stems):
                    break
            else:
                if one.holds(start, end, sentence):
                    return True
        return False


@dataclass(frozen=True, slots=True)
class Context:
    """One pattern, ready to ask: what stands before the marked words and what after, or what the sentence holds.

    needs: words without which the pattern can't hold, one of each.
    """

    needs: tuple[Stems, ...]
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    anywhere: re.Pattern[str] | None

    def holds(self, start: int, end: int, sentence: Sentence) -> bool:
        """Return whether the pattern holds around the words from start to end, in a sentence that has what it needs."""
        text, first, last = sentence.text, sentence.first, sentence.last
        if self.anywhere is not None:
            return self.anywhere.search(text, first, last) is not None
        if self.before is not None and self.before.search(text[first:start]) is None:
            return False
        return self.after is None or self.after.match(text[end:last]) is not None


def context(pattern: str, among: Mapping[str, Sequence[str]]) -> Context:
    """Return a pattern ready to ask. Raises ValueError for a name the list does not know, or two marked words."""
    words = pattern.split()
    needs = tuple(stems for word in words if (stems := _stems(word, among)))
    if HIT not in words:
        return Context(needs, None, None, _ready(rf"(?<!\w){_joined(words, among)}(?!\w)"))
    if words.count(HIT) > 1:
        raise ValueError(f"{pattern!r} has more than one {HIT}")
    place = words.index(HIT)
    before, after = words[:place], words[place + 1 :]
    return Context(
        needs,
        _ready(_opening(before, among)) if before else None,
        _ready(rf"{_joined(['', *after], among)}(?!\w)") if after else None,
        None,
    )


def _stems(word: str, among: Mapping[str, Sequence[str]]) -> Stems | None:
    """Return beginnings of which the sentence must hold one for a word of a pattern; none where it may be missing."""
    if word in (HIT, GAP, START) or word.startswith("["):
        return None
    listed = among.get(word.strip("{}"), ()) if word.startswith("{") else word.split("|")
    # Of a phrase its first word: what separates the others is not known.
    stems = tuple(one.split()[0].strip("*").lower() for one in listed)
    return None if not stems or "" in stems else _one_of(stems)


def _opening(before: Sequence[str], among: Mapping[str, Sequence[str]]) -> str:
    """Return the expression for what stands before the marked words, up to them."""
    if before[0] == START:
        rest = before[1:]
        return r"\A\W*" + (_joined([*rest, ""], among) if rest else "") + r"\Z"
    return rf"(?<!\w){_joined([*before, ''], among)}\Z"


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence with text[start:end] begins and ends."""
    sentence = Sentences(text).around(start, end)
    return sentence.first, sentence.last


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
