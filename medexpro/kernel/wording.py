"""Words that don't belong into what leaves the practice: found with a suggestion, never changed by themselves."""

import re
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from medexpro.kernel.reference import Wording, WordingEntry
from medexpro.kernel.wording_patterns import Context, Sentences, context

# Who reads a text, by what an entry says of where it is watched for.
READERS = {
    "any": frozenset({"provider", "client", "public", "staff"}),
    "outgoing": frozenset({"provider", "client", "public"}),
    "client_document": frozenset({"provider", "client"}),
    "provider": frozenset({"provider"}),
    "public": frozenset({"public"}),
    "title": frozenset({"title"}),
}
AUDIENCES = frozenset().union(*READERS.values())
# The kinds of slips, as a person reads them.
GROUPS = {
    "cause": "Names a cause",
    "medication": "Medicines",
    "profession": "Words of another profession",
    "fitness": "Looks and gym talk",
    "promise": "A promise",
    "brain": "Brain health",
    "title": "A title of another profession",
    "": "The practice’s own words",
}
ALLOW = "allow"
# A suggestion this short can stand in the place of the word; a longer one is advice.
LONGEST_SUBSTITUTE = 2

_WORD = re.compile(r"\w+")
_BETWEEN = re.compile(r"[\s\-–/’']{1,3}")
# Longer than this in quotation marks is no quotation but a forgotten mark.
_QUOTED = re.compile(r"“[^“”\n]{1,400}”|(?<!\w)\"[^\"\n]{1,400}\"(?!\w)|«[^«»\n]{1,400}»")


@dataclass(frozen=True)
class Mark:
    """One place out of scope: in which field, where, as found, what to write instead, why. refused: no signing with it.

    entry: the id of the word list's entry; group: what kind of slip. start, end: where it stands in the field's text.
    substitute: the words that may take its place as they are; empty where the suggestion is advice.
    """

    field: str
    found: str
    entry: str
    suggestion: str
    why: str
    refused: bool
    start: int = 0
    end: int = 0
    group: str = ""
    substitute: str = ""

    @property
    def key(self) -> str:
        """Return what names this mark on the form: field and entry."""
        return f"{self.field}:{self.entry}"


@dataclass(frozen=True)
class Spot:
    """All marks of the same words in one field, as the page shows them once."""

    marks: tuple[Mark, ...]

    @property
    def first(self) -> Mark:
        return self.marks[0]

    @property
    def places(self) -> str:
        """Return where the words stand, as `start-end`, for the script that changes them."""
        return " ".join(f"{mark.start}-{mark.end}" for mark in self.marks)


def spots(marks: Iterable[Mark]) -> list[Spot]:
    """Return the marks as a page shows them: the same words in one field once, in the order they first stand."""
    found: dict[tuple[str, str, str], list[Mark]] = {}
    for mark in marks:
        found.setdefault((mark.field, mark.entry, mark.found), []).append(mark)
    return [Spot(tuple(some)) for some in found.values()]


def find_marks(
    texts: Mapping[str, str], wording: Wording, *, to: str = "provider", names: Iterable[str] = ()
) -> list[Mark]:
    """Return the words out of scope in the texts of one document, field by field in the order they stand.

    to: who reads them: provider, client, public or staff; title for what a member calls their own profession.
    names: proper names that may stand as they are written, such as “Riverside Rehab Center”. Passed over too are phrases
    the list allows, words in quotation marks, and words that stand in a context the list excuses.
    No two marks overlap, and `found` is the text at its place. Raises ValueError for a reader nobody knows.
    """
    if to not in AUDIENCES:
        raise ValueError(f"nobody is called {to!r}")
    ready = _ready(wording)
    names = tuple(name for name in names if name.strip())
    return [mark for name, text in texts.items() for mark in _marks_of(name, text, ready, to, names)]


def accepted(text: str, marks: Iterable[Mark]) -> str:
    """Return the text with every mark that has a substitute replaced by it."""
    for mark in sorted(marks, key=lambda one: one.start, reverse=True):
        if mark.substitute:
            text = text[: mark.start] + mark.substitute + text[mark.end :]
    return text


def without_context(wording: Wording, to: str) -> tuple[list[str], list[WordingEntry]]:
    """Return the phrases that may stand and the entries that are words alone, for a page that checks without the server.

    An entry that is meant only beside other words is left to the check at the server.
    """
    entries = [
        one for one in wording.entries if one.verification.in_force and to in READERS.get(one.where, ())
    ]
    may_stand = [word for one in entries if one.level == ALLOW for word in one.words]
    return [*wording.allowed, *may_stand], [
        one for one in entries if one.level != ALLOW and not one.only_with
    ]


def contexts_of(patterns: Iterable[str], wording: Wording) -> tuple[Context, ...]:
    """Return patterns of an entry ready to ask, those that several entries share put in their place.

    Raises ValueError for a pattern or a name the list does not know.
    """
    written: list[str] = []
    for one in patterns:
        if one.startswith("@") and one[1:] not in wording.contexts:
            raise ValueError(f"the word list has no patterns {one!r}")
        written += wording.contexts[one[1:]] if one.startswith("@") else (one,)
    return tuple(context(one, wording.among) for one in written)


# ---- The list, ready to ask.


class _Phrase:
    """A phrase of an entry, word by word; the last or any may leave its ending open."""

    __slots__ = ("entry", "listed", "parts", "second", "single")

    def __init__(self, parts: tuple[str, ...], listed: str, entry: "_Entry"):
        self.parts, self.listed, self.entry = parts, listed, entry
        # Asked at every word of a text.
        self.single = len(parts) == 1
        self.second = "" if self.single else parts[1].rstrip("*")

    def ends_at(self, words: list[tuple[str, int, int]], first: int, text: str) -> int | None:
        """Return where the phrase ends that begins with the word numbered `first`; None if it does not stand there."""
        if first + len(self.parts) > len(words):
            return None
        for offset, part in enumerate(self.parts):
            word, start, _ = words[first + offset]
            if not (word.startswith(part[:-1]) if part.endswith("*") else word == part):
                return None
            if offset and not _BETWEEN.fullmatch(text, words[first + offset - 1][2], start):
                return None
        return words[first + len(self.parts) - 1][2]


@dataclass(frozen=True)
class _Entry:
    """An entry in force with its contexts. order: where it stands on the list; allowed phrases come before all."""

    record: WordingEntry | None
    order: int
    unless: tuple[Context, ...] = ()
    only_with: tuple[Context, ...] = ()

    def watches(self, to: str) -> bool:
        """Return whether it counts for a reader. What another profession is called may not stand in one's own title."""
        if self.record is None:
            return to != "title"
        return to in READERS.get(self.record.where, READERS["any"])

    def stands_alone(self, start: int, end: int, sentences: Sentences) -> bool:
        """Return whether the words mean something else here: what they need beside them is not there."""
        return bool(self.only_with) and not sentences.any_holds(self.only_with, start, end)

    def excused(self, start: int, end: int, sentences: Sentences) -> bool:
        """Return whether what stands around the words excuses them."""
        return bool(self.unless) and sentences.any_holds(self.unless, start, end)


@dataclass(frozen=True)
class _Ready:
    """A word list by the first word of its phrases: whole words in `exact`, open endings by their beginning."""

    wording: Wording
    # By reader, then by word: the phrases that begin with it.
    begun_by: dict[str, dict[str, tuple[_Phrase, ...]]] = field(default_factory=dict)

    def remember(self, known: dict[str, tuple[_Phrase, ...]], word: str, to: str) -> tuple[_Phrase, ...]:
        """Return the phrases for a reader that begin with a word, and remember them for the next text."""
        exact, begun, lengths = self.index
        found = [*exact.get(word, ()), *(one for length in lengths for one in begun.get(word[:length], ()))]
        if len(known) >= _MOST_WORDS:
            known.clear()
        known[word] = tuple(one for one in found if one.entry.watches(to))
        return known[word]

    @cached_property
    def index(self) -> tuple[dict[str, list[_Phrase]], dict[str, list[_Phrase]], tuple[int, ...]]:
        exact: dict[str, list[_Phrase]] = defaultdict(list)
        begun: dict[str, list[_Phrase]] = defaultdict(list)
        for phrase in self._phrases():
            first = phrase.parts[0]
            (begun[first[:-1]] if first.endswith("*") else exact[first]).append(phrase)
        return dict(exact), dict(begun), tuple(sorted({len(one) for one in begun}))

    def _phrases(self) -> Iterator[_Phrase]:
        may_stand = _Entry(None, -1)
        for phrase in self.wording.allowed:
            yield _Phrase(_parts(phrase), phrase, may_stand)
        for order, record in enumerate(self.wording.entries):
            if not record.verification.in_force:
                continue
            entry = may_stand
            if record.level != ALLOW:
                entry = _Entry(
                    record,
                    order,
                    contexts_of(record.unless, self.wording),
                    contexts_of(record.only_with, self.wording),
                )
            for word in record.words:
                if parts := _parts(word):
                    yield _Phrase(parts, word, entry)


def _parts(phrase: str) -> tuple[str, ...]:
    return tuple(one.lower() for one in re.findall(r"\w+\*?", phrase))


_MOST_LISTS = 32
_MOST_WORDS = 20_000
_lists: dict[int, tuple[Wording, _Ready]] = {}


def _ready(wording: Wording) -> _Ready:
    """Return the list ready to ask, made once as long as the list is the same object."""
    known = _lists.get(id(wording))
    if known is not None and known[0] is wording:
        return known[1]
    if len(_lists) >= _MOST_LISTS:
        _lists.clear()
    made = _Ready(wording)
    _lists[id(wording)] = (wording, made)
    return made


# ---- One text.


@dataclass(slots=True)
class _Hit:
    start: int
    end: int
    phrase: _Phrase

    @property
    def rank(self) -> tuple[int, int, int]:
        """Return what goes first where two overlap: what may stand, then the longer, then the earlier on the list."""
        entry = self.phrase.entry
        return (0 if entry.record is None else 1, self.start - self.end, entry.order)


def _marks_of(name: str, text: str, ready: _Ready, to: str, names: tuple[str, ...]) -> list[Mark]:
    hits = list(_hits(text, ready, to))
    if not any(hit.phrase.entry.record for hit in hits):
        return []
    quoted = _Spans(match.span() for match in _QUOTED.finditer(text))
    named = [
        match.span() for name in names for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)
    ]
    taken, marks, sentences = _Spans(_joined(named)), [], Sentences(text)
    for hit in sorted(hits, key=lambda one: one.rank):
        entry = hit.phrase.entry
        if taken.touch(hit):
            continue
        if entry.record is None:
            taken.add(hit)
            continue
        if entry.stands_alone(hit.start, hit.end, sentences):
            continue
        # What one entry marks or excuses, a wider one leaves alone: “gait therapy” is one mark.
        taken.add(hit)
        if to not in entry.record.quotes_count and quoted.touch(hit):
            continue
        if not entry.excused(hit.start, hit.end, sentences):
            marks.append(_mark(name, text, hit, entry.record))
    return sorted(marks, key=lambda mark: mark.start)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return stretches with those that overlap made one: a name may hold another."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if joined and first < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


def _hits(text: str, ready: _Ready, to: str) -> Iterator[_Hit]:
    words = [(match.group().lower(), *match.span()) for match in _WORD.finditer(text)]
    known = ready.begun_by.setdefault(to, {})
    for number, (word, start, end) in enumerate(words):
        if (found := known.get(word)) is None:
            found = ready.remember(known, word, to)
        if not found:
            continue
        following = words[number + 1][0] if number + 1 < len(words) else ""
        for phrase in found:
            if phrase.single:
                yield _Hit(start, end, phrase)
            elif phrase.second in following and (ends := phrase.ends_at(words, number, text)) is not None:
                yield _Hit(start, ends, phrase)


class _Spans:
    """Stretches of a text that don't overlap, in order."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()):
        self._spans = sorted(spans)

    def touch(self, hit: _Hit) -> bool:
        """Return whether one of them overlaps the hit."""
        place = bisect_left(self._spans, (hit.end, 0))
        return bool(place) and self._spans[place - 1][1] > hit.start

    def add(self, hit: _Hit) -> None:
        insort(self._spans, (hit.start, hit.end))


def _mark(name: str, text: str, hit: _Hit, record: WordingEntry) -> Mark:
    found = text[hit.start : hit.end]
    return Mark(
        name, found, record.id, record.suggestion, record.why, record.level == "refuse", hit.start, hit.end,
        record.group, _as_written(_substitute(record, hit.phrase.listed, found), found),
    )  # fmt: skip


def _substitute(record: WordingEntry, listed: str, found: str) -> str:
    """Return what may take the place of the words: named for this form, or the suggestion where it is short."""
    for form in (found.lower(), listed):
        if form in record.swaps:
            return record.swaps[form]
    short = len(record.suggestion.split()) <= LONGEST_SUBSTITUTE and "," not in record.suggestion
    return record.suggestion if short else ""


def _as_written(words: str, found: str) -> str:
    """Return the words with a capital where the found ones had one."""
    return words[:1].upper() + words[1:] if found[:1].isupper() else words
