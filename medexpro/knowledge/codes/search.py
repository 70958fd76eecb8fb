"""Finding codes: as you type, by code, and for a day of service.

Word prefixes come first; a word that matches nothing is taken for a misspelling and replaced by the nearest word of the
vocabulary. No ranking by frequency: order is by chapter and length of title (`rules.places.offering`), so a search
stops at the first rows it meets, and both databases answer alike.
"""

# ruff: noqa: S608 - the parts put together are constants of this file; values go in as parameters.

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.codes.models import Release
from medexpro.knowledge.codes.rules.places import is_code, offered_as, places_under, plain, typed_code
from medexpro.knowledge.codes.rules.words import allowed_slips, asked_words, pieces_of, slips, words_of
from medexpro.knowledge.codes.vocabulary import said_otherwise

# Rows weighed for the order of a page of hits. More costs time on every keystroke; fewer loses exact words.
_CANDIDATES = 80
_COLUMNS = "c.id, c.code, c.dotted, c.title, c.billable, c.parent, c.inclusion_terms"
_STANDING = "(c.valid_from IS NULL OR c.valid_from <= %s) AND (c.valid_to IS NULL OR c.valid_to >= %s)"


class CodeRefused(Refusal):
    """The code can't be used on that day; the sentence says why."""


@dataclass(frozen=True, slots=True)
class CodeHit:
    """One code or heading as search offers it.

    code: with its dot. term: the inclusion term that matched, when the title alone does not.
    meant: the words that were searched instead of misspelled ones, or of what the code book words differently.
    """

    code: str
    title: str
    billable: bool
    parent: str
    term: str = ""
    meant: str = ""

    @property
    def choosable(self) -> bool:
        """Return whether a record may hold it: headings only show the way."""
        return self.billable

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


@dataclass(frozen=True)
class Coverage:
    """Which release answers for a day, and what to tell the person when the day lies outside it."""

    release: Release | None
    sentence: str = ""


def coverage(on: date) -> Coverage:
    """Return the release that answers for a day: the one in force, else the nearest loaded."""
    releases = list(Release.objects.all())
    if not releases:
        return Coverage(None, "No ICD-10-CM release is loaded yet. Run medexpro load-codes.")
    begun = [release for release in releases if release.valid_from <= on]
    if not begun:
        first = releases[0]
        begins = _written(first.valid_from)
        sentence = f"Codes are those of {first.name}, in force from {begins}. None earlier is loaded."
        return Coverage(first, sentence)
    release = begun[-1]
    if release.valid_to and on > release.valid_to:
        ended = _written(release.valid_to)
        sentence = f"Codes are those of {release.name}, in force to {ended}. None newer is loaded."
        return Coverage(release, sentence)
    return Coverage(release)


def search(text: str, *, on: date, limit: int = 20) -> list[CodeHit]:
    """Return the codes and headings that best fit what was typed so far, as they stood on a day of service.

    text: the beginning of a code ("m17.1", "M171"), or beginnings of words in any order ("ost knee"), or both
    ("M25 left"). on: the practice's local day. limit: at most this many, best first. Nothing typed: nothing found.
    """
    if code := typed_code(text):
        return [_hit(row) for row in _under(code, on, limit)]
    first, _, rest = text.strip().partition(" ")
    within = typed_code(first)
    words = asked_words(rest if within else text)
    if not words:
        return []
    hits = _hits(words, [[word] for word in words], on, within)
    near = {} if hits else {word: _nearest(word) for word in words if not _known(word)}
    if near and all(near.values()):
        # A search by the nearest words; what they were is said beside each hit.
        groups = [[beginning for beginning, _ in near[word]] if word in near else [word] for word in words]
        meant = ", ".join(choices[0][1] for choices in near.values())
        words = [group[0] for group in groups]
        hits = _hits(words, groups, on, within, meant)
    if len(hits) < limit and (other := said_otherwise(words)):
        seen = {hit.code for hit in hits}
        found = _hits(other, [[word] for word in other], on, within, " ".join(other))
        hits += [hit for hit in found if hit.code not in seen]
    return hits[:limit]


def lookup(code: str, *, on: date) -> CodeHit | None:
    """Return the code as it stood on a day, typed with or without dot and capitals; None if there was none."""
    if not is_code(plain(code)):
        return None
    sql = f"SELECT {_COLUMNS} FROM codes_code c WHERE c.code = %s AND {_STANDING}"
    rows = _fetch(sql, [plain(code), on, on])
    return _hit(rows[0]) if rows else None


def choose(code: str, *, on: date, field: str | None = None) -> CodeHit:
    """Return the code for a record, checked for the day of service.

    Raises CodeRefused, about `field`: no such code on that day, or a heading, with a sentence that says what to do.
    """
    hit = lookup(code, on=on)
    if hit is None:
        known = coverage(on)
        if known.release is None:
            raise CodeRefused(known.sentence, field=field)
        raise CodeRefused(
            f"“{code.strip()[:20]}” is not a code of {known.release.name}. Search by words to find the right one.",
            field=field,
        )
    if not hit.choosable:
        raise CodeRefused(f"{hit.code} is a heading. Choose one of the codes under it.", field=field)
    return hit


def title(code: str, *, on: date | None = None) -> str:
    """Return the title of a code on a day, else its newest wording; empty for an unknown one."""
    if on is not None:
        hit = lookup(code, on=on)
        return hit.title if hit else ""
    if not is_code(plain(code)):
        return ""
    # The present wording has no last day; of ended ones the latest stands first.
    order = "c.valid_to IS NULL DESC, c.valid_to DESC"
    rows = _fetch(
        f"SELECT {_COLUMNS} FROM codes_code c WHERE c.code = %s ORDER BY {order} LIMIT 1", [plain(code)]
    )
    return rows[0][3] if rows else ""


def _written(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _fetch(sql: str, values: Sequence[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _under(beginning: str, on: date, limit: int) -> list[tuple]:
    """Return the codes that begin so, in the order of the book."""
    low, high = places_under(beginning)
    where = f"c.place BETWEEN %s AND %s AND {_STANDING}"
    sql = f"SELECT {_COLUMNS} FROM codes_code c WHERE {where} ORDER BY c.place LIMIT %s"
    return _fetch(sql, [low, high, on, on, limit])


def _query(groups: Sequence[Sequence[str]]) -> str:
    """Return the index's own query: of every group one word, as a prefix. Words are letters and digits only."""
    if connection.vendor == "sqlite":
        return " AND ".join("(" + " OR ".join(f'"{word}"*' for word in group) + ")" for group in groups)
    return " & ".join("(" + " | ".join(f"'{word}':*" for word in group) + ")" for group in groups)


def _with_words(groups: Sequence[Sequence[str]], on: date, within: str) -> list[tuple]:
    """Return the first candidates, in the order of offering, that hold a word of every group."""
    number, match = (
        ("rowid", "codes_index MATCH %s") if connection.vendor == "sqlite" else ("id", "words @@ %s::tsquery")
    )
    # The inner search stops at the first matches. Under a heading it can't: few of them lie there.
    inner = f"SELECT {number} AS id FROM codes_index WHERE {match} ORDER BY {number} LIMIT %s"
    values: list[Any] = [_query(groups), _CANDIDATES * 200 if within else _CANDIDATES, on, on]
    under = ""
    if within:
        under = " AND c.place BETWEEN %s AND %s"
        values += places_under(within)
    sql = (
        f"SELECT {_COLUMNS} FROM ({inner}) i JOIN codes_code c ON c.id = i.id"
        f" WHERE {_STANDING}{under} ORDER BY c.id LIMIT {_CANDIDATES}"
    )
    return _fetch(sql, values)


def _hits(
    asked: Sequence[str], groups: Sequence[Sequence[str]], on: date, within: str, meant: str = ""
) -> list[CodeHit]:
    return [_hit(row, asked, meant) for row in _best_first(_with_words(groups, on, within), asked)]


def _known(word: str) -> bool:
    """Return whether any code holds a word that begins so."""
    if connection.vendor == "sqlite":
        sql = "SELECT 1 FROM codes_index WHERE codes_index MATCH %s LIMIT 1"
    else:
        sql = "SELECT 1 FROM codes_index WHERE words @@ %s::tsquery LIMIT 1"
    return bool(_fetch(sql, [_query([[word]])]))


def _nearest(word: str, *, most: int = 2) -> list[tuple[str, str]]:
    """Return the known words nearest to a misspelled one, nearest first: the beginning that compares, and the word."""
    allowed = allowed_slips(word)
    if not allowed:
        return []
    pieces = sorted(pieces_of(word))
    # One slip breaks at most three pieces; a word that shares none can't be near.
    marks = ", ".join("%s" for _ in pieces)
    sql = (
        "SELECT w.word, w.uses FROM codes_word w JOIN (SELECT word_id, COUNT(*) AS shared FROM codes_piece"
        f" WHERE piece IN ({marks}) GROUP BY word_id ORDER BY shared DESC, word_id LIMIT 40) p ON p.word_id = w.id"
    )
    near = []
    for known, uses in _fetch(sql, pieces):
        # A beginning that is compared can be longer than the typed word by the slips allowed, not more.
        count, length = slips(word, known[: len(word) + allowed])
        if count <= allowed and length >= 3:
            near.append((count, known[0] != word[0], -uses, known[:length], known))
    beginnings: dict[str, str] = {}
    for *_, beginning, known in sorted(near):
        beginnings.setdefault(beginning, known)
    return list(beginnings.items())[:most]


def _best_first(rows: Sequence[tuple], asked: Sequence[str]) -> list[tuple]:
    """Return the candidates: all words in the title, whole words, chapters met often, short titles, as offered."""

    def rank(row: tuple) -> tuple[int, int, int, int]:
        titled = words_of(row[3])
        missing = sum(1 for word in asked if not any(other.startswith(word) for other in titled))
        whole = sum(1 for word in asked if word in titled)
        chapter, length = offered_as(row[0])
        # A title that begins with a word asked for may be two words longer and still stand first.
        begins = any(titled[0].startswith(word) for word in asked)
        return missing, -whole, chapter, length - 2 * begins

    return sorted(rows, key=rank)


def _hit(row: tuple, asked: Sequence[str] = (), meant: str = "") -> CodeHit:
    _, _, dotted, words, billable, parent, terms = row
    term = ""
    if asked and terms:
        titled = words_of(words)
        lacking = [word for word in asked if not any(other.startswith(word) for other in titled)]
        if lacking:
            fitting = (part for part in terms.split("; ") if all(_holds(part, word) for word in lacking))
            term = next(fitting, "")
    return CodeHit(dotted, words, bool(billable), parent, term, meant)


def _holds(text: str, word: str) -> bool:
    return any(other.startswith(word) for other in words_of(text))
