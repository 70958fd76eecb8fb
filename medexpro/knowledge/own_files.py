"""Taking a practice's own versions out as a file, and bringing such a file in: what it would do is shown first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml
from django.db import transaction

from medexpro.audit import trail
from medexpro.kernel.refusals import NotAllowed, Refusal
from medexpro.knowledge import events, overlay, own
from medexpro.knowledge.access import APPROVE
from medexpro.knowledge.library import Own, library
from medexpro.knowledge.loading import DataError, _StrictLoader
from medexpro.knowledge.models import OwnEntry
from medexpro.knowledge.overlay import Laid
from medexpro.knowledge.own_kinds import KINDS, Wrong, content_of
from medexpro.knowledge.own_reading import Unreadable, read, wrongs_in
from medexpro.knowledge.own_rules import changed_name

FORMAT = 1
LARGEST = 2_000_000  # bytes; a hundred entries take about 200,000
NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"
NO_FILE = "This is no file of own versions. Choose one that was taken out here."


@dataclass
class Line:
    """What bringing in would do with one entry of a file. what: new, changed, same or refused; wrongs: why refused."""

    kind: str
    key: str
    name: str
    what: str
    content: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    wrongs: list[Wrong] = field(default_factory=list)


def export(practice: Any) -> str:
    """Return what the practice has in force of its own as YAML text, in a fixed order."""
    rows = OwnEntry.objects.of(practice).filter(state=OwnEntry.State.IN_SERVICE).order_by("kind", "key")
    entries = [
        {
            "kind": row.kind, "key": row.key, "version": row.version, "by": row.made_by_name,
            "on": row.in_service_on.isoformat() if row.in_service_on else "", "note": row.note, "content": row.content,
        }
        for row in rows
    ]  # fmt: skip
    return written(str(practice), entries)


def written(practice: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """Return entries as the text of a file. practice: whose they are, for who reads the file."""
    said = {"own_versions": FORMAT, "practice": practice, "entries": list(entries)}
    return yaml.dump(said, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=110)


class _Plain(yaml.SafeDumper):
    """Writes what stands twice twice: a file that points into itself is refused when it comes in."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Escape the rarer line ends: outside double quotes YAML reads them as ordinary ones."""
        rare = not {"\x85", "\u2028", "\u2029"}.isdisjoint(data)
        return self.represent_scalar("tag:yaml.org,2002:str", data, style='"' if rare else None)


_Plain.add_representer(str, _Plain.represent_str)


def preview(practice: Any, text: str) -> list[Line]:
    """Return what bringing a file in would do, entry by entry; keeps nothing.

    Entries are weighed together, as they may refer to each other: one that rests on a refused one is refused too.
    Raises Refusal at "file" for what is no such file.
    """
    lines = [_line(practice, given) for given in entries_in(text)]
    seen: set[tuple[str, str]] = set()
    for line in lines:
        if line.what != REFUSED and (line.kind, line.key) in seen:
            line.what, line.wrongs = REFUSED, [Wrong("", "It stands twice in this file.")]
        seen.add((line.kind, line.key))
    while _refuse_more(practice, lines):
        pass
    return lines


def entries_in(text: str) -> Sequence[Any]:
    """Return the entries of a file as they stand in it. Raises Refusal at "file" for what is no such file."""
    if len(text.encode()) > LARGEST:
        raise Refusal("This file is larger than any file of own versions.", field="file")
    try:
        said = _read(text)
    except DataError as error:
        raise Refusal(f"{NO_FILE} ({error})", field="file") from None
    if not isinstance(said, Mapping) or not isinstance(said.get("entries"), list):
        raise Refusal(NO_FILE, field="file")
    if said.get("own_versions") != FORMAT:
        raise Refusal("This file is of a newer version of the program.", field="file")
    return said["entries"]


def _read(text: str) -> Any:
    """Return what a file says. Raises DataError; a file that points into itself is refused, as it may never end."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_StrictLoader)):
            raise DataError("it points into itself")
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise DataError(" ".join(str(error).split())[:200]) from None
    except (RecursionError, TypeError, ValueError) as error:
        raise DataError(" ".join(str(error).split())[:200]) from None


def _line(practice: Any, given: Any) -> Line:
    if not isinstance(given, Mapping) or not isinstance(given.get("content"), Mapping):
        return Line("", "", "An entry without content", REFUSED, wrongs=[Wrong("", "It has no content.")])
    kind, key, content = str(given.get("kind")), str(given.get("key")), _plain(given["content"])
    line = Line(kind, key[:80], _name(content, key), REFUSED, content, str(given.get("note") or "")[:240])
    if kind in {"gate", "limit_set"}:
        line.wrongs = [
            Wrong("", "Safety gates are tightened on the page of the practice’s limits, not by a file.")
        ]
    elif kind not in KINDS:
        line.wrongs = [
            Wrong("", f"There is no kind of entry “{kind[:40]}” that a practice may have of its own.")
        ]
    elif KINDS[kind].ours().get(key) is None and not own.OWN_SHAPE.match(key):
        line.wrongs = [Wrong("", "There is no such entry of ours, and its id is none of a practice’s own.")]
    else:
        try:
            record = read(kind, key, own.next_version(practice, kind, key), content)
        except Unreadable as error:
            line.wrongs = error.wrongs
        else:
            line.content, line.name = content_of(record), changed_name(record)
            line.what = _what(practice, line)
    return line


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it: YAML reads an unquoted day as a date."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _name(content: Mapping[str, Any], key: str) -> str:
    return str(content.get("name") or content.get("condition") or key.replace("_", " "))[:200]


def _what(practice: Any, line: Line) -> str:
    now = own.in_service(practice, line.kind, line.key)
    if now is not None:
        return SAME if now.hash == own.hash_of(line.content) else CHANGED
    ours = KINDS[line.kind].ours().get(line.key)
    if ours is None:
        return NEW
    return SAME if content_of(ours) == line.content else CHANGED


def _refuse_more(practice: Any, lines: Sequence[Line]) -> bool:
    """Weigh what is left of a file in the library it would make; return whether that refused another entry."""
    taken = [line for line in lines if line.what in (NEW, CHANGED)]
    places = {(line.kind, line.key) for line in taken}
    there = [one for one in overlay.in_force(practice.pk) if (one.kind, one.key) not in places]
    laid = [
        Laid(
            line.kind,
            read(line.kind, line.key, 1, line.content),
            Own(1, "", date.min, own.hash_of(line.content)),
        )
        for line in taken
    ]
    lib = overlay.lay(library(), [*there, *laid])
    more = False
    for line, one in zip(taken, laid, strict=True):
        wrongs = wrongs_in(lib, line.kind, one.record)
        mine = [wrong for wrong in wrongs if wrong.field or wrong.sentence.startswith(f"{line.name}:")]
        if mine:
            line.what, line.wrongs, more = REFUSED, mine, True
    if not more and taken and (left := own.data_wrongs(lib)):
        # What can't be laid at one entry's door keeps out all that is left.
        for line in taken:
            line.what, line.wrongs = REFUSED, left
        return True
    return more


@transaction.atomic
def bring_in(text: str, *, by: Any, at: datetime) -> list[Line]:
    """Put what a file holds in service, as its preview said: new and changed ones; the refused stay out.

    Returns the lines. Raises NotAllowed without knowledge:approve, Refusal for what is no such file.
    """
    if not by.may(APPROVE):
        raise NotAllowed("Your role in this practice does not include changing its knowledge.")
    lines = preview(by.practice, text)
    taken = [line for line in lines if line.what in (NEW, CHANGED)]
    for line in taken:
        own.start(line.kind, line.key, line.content, note=line.note or "From a file", by=by, at=at)
    if taken:
        refused = sum(1 for line in lines if line.what == REFUSED)
        trail.record(
            events.OWN_IMPORTED, None, by=by, at=at, practice=by.practice, count=len(taken), refused=refused,
            entries=[f"{line.kind}:{line.key}" for line in taken][:100],
        )  # fmt: skip
    return lines
