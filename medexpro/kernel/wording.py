"""Words that don't belong into what leaves the practice: found with a suggestion, never changed by themselves."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from medexpro.kernel.reference import Wording, WordingEntry
from medexpro.kernel.wording_patterns import Context, context, sentence_around

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
    "diagnosing": "Names a cause",
    "medication": "Medicines",
    "therapy": "Words of another profession",
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
    return [mark for field, text in texts.items() for mark in _marks_of(field, text, ready, to, names)]


def accepted(text: str, marks: Iterable[Mark]) -> str:
    """Return the text with every mark that has a substitute replaced by it."""
    for mark in sorted(marks, key=lambda one: one.start, reverse=True):
        if mark.substitute:
            text = text[: mark.start] + mark.substitute + text[mark.end :]
    return text


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


@dataclass(frozen=True)
class _Phrase:
    """A phrase of an entry, word by word; the last or any may leave its ending open."""

    parts: tuple[str, ...]
    listed: str
    entry: "_Entry"

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

    def stands_alone(self, text: str, start: int, end: int, around: tuple[int, int]) -> bool:
        """Return whether the words mean something else here: what they need beside them is not there."""
        return bool(self.only_with) and not any(one.holds(text, start, end, around) for one in self.only_with)

    def excused(self, text: str, start: int, end: int, around: tuple[int, int]) -> bool:
        """Return whether what stands around the words excuses them."""
        return any(one.holds(text, start, end, around) for one in self.unless)


@dataclass(frozen=True)
class _Ready:
    """A word list by the first word of its phrases: whole words in `exact`, open endings by their beginning."""

    wording: Wording

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
                entry = _Entry(record, order, contexts_of(record.unless, self.wording), contexts_of(record.only_with, self.wording))
            for word in record.words:
                if parts := _parts(word):
                    yield _Phrase(parts, word, entry)


def _parts(phrase: str) -> tuple[str, ...]:
    return tuple(one.lower() for one in re.findall(r"\w+\*?", phrase))


_MOST_LISTS = 32
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


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    phrase: _Phrase

    @property
    def rank(self) -> tuple[int, int, int]:
        """Return what goes first where two overlap: what may stand, then the longer, then the earlier on the list."""
        entry = self.phrase.entry
        return (0 if entry.record is None else 1, self.start - self.end, entry.order)


def _marks_of(field: str, text: str, ready: _Ready, to: str, names: tuple[str, ...]) -> list[Mark]:
    hits = list(_hits(text, ready, to))
    if not any(hit.phrase.entry.record for hit in hits):
        return []
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    named = [match.span() for name in names for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    taken, marks = named, []
    for hit in sorted(hits, key=lambda one: one.rank):
        entry = hit.phrase.entry
        if _inside(hit, taken):
            continue
        if entry.record is None:
            taken.append((hit.start, hit.end))
            continue
        around = sentence_around(text, hit.start, hit.end) if entry.unless or entry.only_with else (0, 0)
        if entry.stands_alone(text, hit.start, hit.end, around):
            continue
        # What one entry marks or excuses, a wider one leaves alone: “gait therapy” is one mark.
        taken.append((hit.start, hit.end))
        if to not in entry.record.quotes_count and _inside(hit, quoted):
            continue
        if not entry.excused(text, hit.start, hit.end, around):
            marks.append(_mark(field, text, hit, entry.record))
    return sorted(marks, key=lambda mark: mark.start)


def _hits(text: str, ready: _Ready, to: str) -> Iterator[_Hit]:
    exact, begun, lengths = ready.index
    words = [(match.group().lower(), *match.span()) for match in _WORD.finditer(text)]
    for number, (word, start, _) in enumerate(words):
        found = exact.get(word, ())
        for length in lengths:
            more = begun.get(word[:length])
            if more:
                found = [*found, *more]
        for phrase in found:
            record = phrase.entry.record
            # What another profession is called may stand everywhere but in a title of one's own.
            if to == "title" if record is None else to not in READERS.get(record.where, READERS["any"]):
                continue
            end = phrase.ends_at(words, number, text)
            if end is not None:
                yield _Hit(start, end, phrase)


def _inside(hit: _Hit, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start < hit.end and hit.start < end for start, end in spans)


def _mark(field: str, text: str, hit: _Hit, record: WordingEntry) -> Mark:
    found = text[hit.start : hit.end]
    return Mark(
        field, found, record.id, record.suggestion, record.why, record.level == "refuse", hit.start, hit.end,
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
