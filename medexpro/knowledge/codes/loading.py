"""Loading releases of the code system: the shipped ones, and newer ones from a file."""

import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml
from django.db import connection, transaction

from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.codes.models import ICD_10_CM, Code, Piece, Release, Word
from medexpro.knowledge.codes.rules.places import is_code, offering, place
from medexpro.knowledge.codes.rules.words import pieces_of, words_of

DATA = Path(__file__).parent / "data"
HEADER = ["code", "dotted", "billable", "parent", "description", "inclusion_terms"]
UNPACKED_LIMIT = 200_000_000  # bytes; a release is about 10 MB
_EDITIONS = 64


class ReleaseRefused(Refusal):
    """The file can't be loaded as a release; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a release file."""

    code: str
    dotted: str
    billable: bool
    parent: str
    title: str
    inclusion_terms: str


@dataclass(frozen=True)
class Loaded:
    """What loading a release changed. new is False when the very same file was loaded before."""

    release: Release
    new: bool
    added: int = 0
    changed: int = 0
    dropped: int = 0
    kept: int = 0


def shipped() -> list[dict]:
    """Return what `data/releases.yaml` says of the releases in the package, oldest first."""
    return yaml.safe_load((DATA / "releases.yaml").read_text(encoding="utf-8"))


def load_shipped(*, at: datetime) -> list[Loaded]:
    """Load the shipped releases that are newer than what is loaded; return what was done. Fast when nothing is."""
    done = []
    for entry in shipped():
        newest = Release.objects.last()
        if newest is None or newest.valid_from < entry["valid_from"]:
            content = (DATA / entry["file"]).read_bytes()
            done.append(
                load(
                    content,
                    release=entry["release"],
                    name=entry["name"],
                    valid_from=entry["valid_from"],
                    valid_to=entry["valid_to"],
                    source=entry["source"],
                    at=at,
                )
            )
    return done


def read_lines(content: bytes) -> list[Line]:
    """Return the lines of a release file: tab-separated UTF-8 with the shipped file's header, gzip or plain.

    Raises ReleaseRefused, naming the line, for another header, a truncated file, a form that is no code, a code
    that stands twice, or a billable mark other than 1 and 0.
    """
    if content[:2] == b"\x1f\x8b":
        content = _unpack(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReleaseRefused(f"The file is not UTF-8 text (byte {error.start}).") from error
    rows = [row.split("\t") for row in text.splitlines() if row]
    if not rows or rows[0] != HEADER:
        raise ReleaseRefused(
            f"The first line has to name these columns, separated by tabs: {', '.join(HEADER)}."
        )
    lines, seen = [], set()
    for number, row in enumerate(rows[1:], start=2):
        line = _line(row, number)
        if line.code in seen:
            raise ReleaseRefused(f"Line {number}: the code {line.dotted} stands twice in the file.")
        seen.add(line.code)
        lines.append(line)
    if not lines:
        raise ReleaseRefused("The file holds no codes.")
    return lines


def _unpack(content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            unpacked = packed.read(UNPACKED_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ReleaseRefused("The packed file is cut off or damaged. Copy it again.") from error
    if len(unpacked) > UNPACKED_LIMIT:
        raise ReleaseRefused(
            f"Unpacked, the file is larger than {UNPACKED_LIMIT // 1_000_000} MB. A release is about 10."
        )
    return unpacked


def _line(row: Sequence[str], number: int) -> Line:
    if len(row) != len(HEADER):
        raise ReleaseRefused(f"Line {number} has {len(row)} columns, not {len(HEADER)}. Is the file cut off?")
    code, dotted, billable, parent, title, terms = (part.strip() for part in row)
    if not is_code(code) or dotted.replace(".", "") != code or len(dotted) > 8:
        raise ReleaseRefused(f"Line {number}: “{code}” and “{dotted}” are not one ICD-10-CM code.")
    if billable not in {"0", "1"} or not title or len(parent) > 7:
        raise ReleaseRefused(
            f"Line {number}: {dotted} needs 1 or 0 as billable, its heading, and a description."
        )
    return Line(code, dotted, billable == "1", parent, title, terms)


@transaction.atomic
def load(
    content: bytes,
    *,
    release: str,
    valid_from: date,
    at: datetime,
    valid_to: date | None = None,
    name: str = "",
    source: str = "",
) -> Loaded:
    """Load one release: codes it leaves alone stay, what it changes or drops ends the day before `valid_from`.

    The same file under the same name twice changes nothing. Releases are loaded in the order of their days.
    Raises ReleaseRefused: unreadable file, a known name with other content, a day not after the newest release's.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if known := Release.objects.filter(release=release).first():
        if known.sha256 == sha256:
            return Loaded(known, new=False)
        raise ReleaseRefused(
            f"A release {release} is loaded already, from a different file. Give the new one its own name."
        )
    newest = Release.objects.last()
    if newest and valid_from <= newest.valid_from:
        raise ReleaseRefused(
            f"{newest.name} is loaded, in force from {newest.valid_from}. A newer release has to begin after that."
        )
    if valid_to and valid_to < valid_from:
        raise ReleaseRefused("The release ends before it begins. Check the two days.")

    lines = read_lines(content)
    loaded = _merge(lines, valid_from)
    row = Release.objects.create(
        system=ICD_10_CM,
        release=release,
        name=name or f"ICD-10-CM, release {release}",
        valid_from=valid_from,
        valid_to=valid_to,
        source=source,
        sha256=sha256,
        rows=len(lines),
        billable=sum(line.billable for line in lines),
        loaded_at=at,
    )
    rebuild_index()
    return Loaded(row, new=True, **loaded)


def _merge(lines: Sequence[Line], valid_from: date) -> dict[str, int]:
    """Write the lines over what stands; return how many codes were added, changed, dropped and kept."""
    fields = ("dotted", "billable", "parent", "title", "inclusion_terms")
    first = not Release.objects.exists()
    present = {row[0]: row[1:] for row in Code.objects.filter(valid_to=None).values_list("code", *fields)}
    editions = Counter(Code.objects.values_list("code", flat=True)) if present else Counter()
    wanted = {line.code: line for line in lines}
    dropped = [code for code in present if code not in wanted]
    changed = [
        code
        for code, line in wanted.items()
        if code in present
        and present[code] != (line.dotted, line.billable, line.parent, line.title, line.inclusion_terms)
    ]
    ending = dropped + changed
    for start in range(0, len(ending), 500):
        Code.objects.filter(valid_to=None, code__in=ending[start : start + 500]).update(
            valid_to=valid_from - timedelta(days=1)
        )
    added = [code for code in wanted if code not in present]
    fresh = set(changed) | set(added)
    begins = None if first else valid_from.isoformat()
    rows = [
        (
            offering(line.code, line.title, edition=editions[line.code] % _EDITIONS),
            place(line.code),
            line.code,
            line.dotted,
            line.billable,
            line.parent,
            line.title,
            line.inclusion_terms,
            begins,
        )
        for line in lines
        if line.code in fresh
    ]
    rows.sort()  # Rows that come in the order of their key are written in half the time.
    _insert(Code, ["id", "place", "code", *fields, "valid_from"], rows)
    kept = len(present) - len(ending)
    return {"added": len(added), "changed": len(changed), "dropped": len(dropped), "kept": kept}


def rebuild_index() -> None:
    """Make the word index and the vocabulary anew from the codes."""
    uses: Counter[str] = Counter()
    entries = []
    for pk, title, terms in Code.objects.order_by("id").values_list("id", "title", "inclusion_terms"):
        words = set(words_of(f"{title} {terms}"))
        uses.update(words)
        entries.append((pk, words))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO codes_index (codes_index) VALUES ('delete-all')")
            cursor.executemany(
                "INSERT INTO codes_index (rowid, words) VALUES (%s, %s)",
                [(pk, " ".join(sorted(words))) for pk, words in entries],
            )
            cursor.execute("INSERT INTO codes_index (codes_index) VALUES ('optimize')")
        else:
            cursor.execute("TRUNCATE codes_index")
            with cursor.copy("COPY codes_index (id, words) FROM STDIN") as copy:
                for pk, words in entries:
                    copy.write_row((pk, " ".join(sorted(words))))
            cursor.execute("ANALYZE codes_index")
            cursor.execute("ANALYZE codes_code")
    _rebuild_vocabulary(uses)


def _rebuild_vocabulary(uses: Counter[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM codes_piece")
        cursor.execute("DELETE FROM codes_word")
    words = [word for word in sorted(uses) if word.isalpha() and 3 <= len(word) <= 60]
    _insert(Word, ["id", "word", "uses"], [(pk, word, uses[word]) for pk, word in enumerate(words, start=1)])
    pieces = [(piece, pk) for pk, word in enumerate(words, start=1) for piece in sorted(pieces_of(word))]
    _insert(Piece, ["id", "piece", "word_id"], [(pk, *piece) for pk, piece in enumerate(pieces, start=1)])


def _insert(model: type, columns: list[str], rows: Sequence[tuple]) -> None:
    """Insert many rows past the ORM, which takes five times as long over a hundred thousand."""
    table = model._meta.db_table  # type: ignore[attr-defined]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join("%s" for _ in columns)
            # Names of tables and columns are our models' own.
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)  # noqa: S608
        else:
            with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
