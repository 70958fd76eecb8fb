"""The practice's own versions in the words of their pages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from medexpro.knowledge import operations, own
from medexpro.knowledge.details import sections_of
from medexpro.knowledge.diff import LABELS, Change, changes
from medexpro.knowledge.library import Entry, Library, library_of, showing
from medexpro.knowledge.models import OwnEntry
from medexpro.knowledge.own_files import CHANGED, NEW, REFUSED, SAME, Line
from medexpro.knowledge.own_kinds import KINDS, content_of
from medexpro.knowledge.own_reading import Unreadable, names_of, read
from medexpro.knowledge.own_rules import changed_name
from medexpro.knowledge.presenters import SUMMARIES, Fact, Section

STATES = {
    OwnEntry.State.IN_SERVICE: ("In force", "Nothing of your own is in force. The general versions hold."),
    OwnEntry.State.DRAFT: ("Drafts", "No draft waits."),
    OwnEntry.State.WITHDRAWN: ("Withdrawn", ""),
}
DOES = {
    NEW: ("New", "ok"),
    CHANGED: ("Changed", "info"),
    SAME: ("As it is", "plain"),
    REFUSED: ("Stays out", "stop"),
}


def listed(rows: Iterable[OwnEntry]) -> list[dict[str, Any]]:
    """Return the list's groups. rows: each entry's versions but the replaced ones, the newest first."""
    found: dict[str, list[dict[str, Any]]] = {state: [] for state in STATES}
    seen: set[tuple[str, str]] = set()
    for row in rows:
        place = (row.kind, row.key)
        if row.kind not in KINDS or (row.state == OwnEntry.State.WITHDRAWN and place in seen):
            continue
        if row.state != OwnEntry.State.DRAFT:
            seen.add(place)
        found[row.state].append(
            {"row": row, "name": row.name, "one": KINDS[row.kind].one, "only_theirs": _only_theirs(row)}
        )
    groups = [
        {"title": title, "empty": empty, "rows": found[state], "drafts": state == OwnEntry.State.DRAFT}
        for state, (title, empty) in STATES.items()
    ]
    return [group for group in groups if group["rows"] or group["empty"]]


def beside(practice: Any) -> list[dict[str, Any]]:
    """Return our entries of the kinds that stand on no page of the library, each with its name and what is its own."""
    own_ones = library_of(practice).own
    return [
        {
            "name": known.many,
            "rows": [
                {
                    "kind": kind,
                    "key": key,
                    "name": changed_name(record),
                    "own": own.words_of(own_ones[kind, key]) if (kind, key) in own_ones else "",
                }
                for key, record in known.ours().items()
            ],
        }
        for kind, known in KINDS.items()
        if not known.in_library and known.ours()
    ]


def _only_theirs(row: OwnEntry) -> bool:
    return KINDS[row.kind].ours().get(row.key) is None


def differences(before: Mapping[str, Any], after: Mapping[str, Any], lib: Library) -> list[Change]:
    """Return what differs between two contents, right or wrong, in words."""
    return changes(dict(before), dict(after), names=names_of(lib))


def entry(
    practice: Any, kind: str, key: str, *, draft: OwnEntry | None, versions: Sequence[OwnEntry]
) -> dict[str, Any]:
    """Return what the page of one entry shows. versions: what was ever in service, the newest first."""
    lib, ours = library_of(practice), KINDS[kind].ours().get(key)
    ours_content = content_of(ours) if ours is not None else None
    now = next((row for row in versions if row.state == OwnEntry.State.IN_SERVICE), None)
    before = {row.version: row.content for row in versions}
    if draft is not None:
        said = str(draft.name)
    else:
        said = (now or versions[0]).name
    return {
        "kind": kind,
        "key": key,
        "one": KINDS[kind].one,
        "name": said,
        "has_ours": ours is not None,
        "in_library": KINDS[kind].in_library,
        "ours_name": changed_name(ours) if ours is not None else "",
        "draft": _draft(
            practice, draft, now.content if now else ours_content, ours_content if now else None, lib
        )
        if draft
        else None,
        "now": now,
        "now_sections": _sections(lib, kind, key, now) if now else [],
        "now_changes": differences(ours_content, now.content, lib)
        if now and ours_content is not None
        else [],
        "versions": [
            {
                "row": row,
                "changes": differences(before.get(row.follows, ours_content or {}), row.content, lib)
                if row.follows in before or ours_content is not None
                else [],
                "against": f"version {row.follows}" if row.follows else "the general version",
                "may_return": row.state in (OwnEntry.State.REPLACED, OwnEntry.State.WITHDRAWN),
            }
            for row in versions
        ],
    }


def _draft(
    practice: Any, draft: OwnEntry, in_force: dict[str, Any] | None, ours: dict[str, Any] | None, lib: Library
) -> dict[str, Any]:
    """Return a draft as its page shows it. in_force: what it would replace; ours: where that is not ours already."""
    found = own.seen(practice, draft.kind, draft.key, draft.content)
    content = content_of(found.entry.record) if found.entry else draft.content
    return {
        "row": draft,
        "wrongs": found.wrongs,
        "changes": differences(in_force, content, lib) if in_force is not None else [],
        "is_new": in_force is None,
        "ours_changes": differences(ours, content, lib) if ours is not None else [],
        "sections": _of(found.library, found.entry)
        if found.library and found.entry and not found.wrongs
        else [],
        "figure": _figure(found.library, found.entry)
        if found.library and found.entry and not found.wrongs
        else "",
    }


def _sections(lib: Library, kind: str, key: str, row: OwnEntry) -> list[Any]:
    try:
        record = read(kind, key, row.version, row.content)
    except Unreadable:
        return []
    return _of(lib, Entry(kind, key, row.version, record))


def _of(lib: Library, one: Entry) -> list[Any]:
    known = KINDS[one.kind]
    if not known.in_library:
        facts = tuple(Fact(what, said) for what, said in (known.shown(one.record) if known.shown else ()))
        return [Section(known.one.capitalize(), facts)] if facts else []
    with showing(lib):
        return sections_of(one)


def _figure(lib: Library, one: Entry) -> str:
    if one.kind not in SUMMARIES:
        return ""
    with showing(lib):
        return str(SUMMARIES[one.kind](one.record)[0])


def previewed(lines: Sequence[Line], lib: Library) -> dict[str, Any]:
    """Return what bringing a file in would do, for its page."""
    rows = []
    for line in lines:
        word, look = DOES[line.what]
        known = KINDS.get(line.kind)
        before = lib_content(lib, line) if line.what == CHANGED else None
        rows.append(
            {
                "line": line,
                "word": word,
                "look": look,
                "wrongs": [wrong._replace(field=_field_words(wrong.field)) for wrong in line.wrongs],
                "one": known.one if known else "entry",
                "changes": differences(before, line.content, lib) if before is not None else [],
            }
        )
    taken = sum(1 for line in lines if line.what in (NEW, CHANGED))
    return {
        "rows": rows,
        "taken": taken,
        "refused": sum(1 for line in lines if line.what == REFUSED),
        "read": True,
    }


def _field_words(path: str) -> str:
    """Return where in an entry something is wrong, in the words of what changed between versions."""
    parts = [part for part in path.split(".") if part and not part.isdigit()]
    return ", ".join(LABELS.get(part) or part.replace("_", " ").capitalize() for part in parts)


def lib_content(lib: Library, line: Line) -> dict[str, Any] | None:
    """Return what is in force now in the place of a line of a file."""
    groups: dict[str, Mapping[str, Any]] = {
        "measure": lib.all_measures,
        "exercise": lib.exercises,
        "protocol": lib.all_protocols,
        "wording": {one.id: one for one in lib.wording.entries},
    }
    record = groups.get(line.kind, lib.further.get(line.kind, {})).get(line.key)
    if record is None:
        record = KINDS[line.kind].ours().get(line.key)
    return content_of(record) if record is not None else None


def newer_than(pinned: Any, practice: Any) -> dict[str, Any] | None:
    """Return what is in force now in the place of a pinned version, and what changed since; None while it is in force.

    pinned: the KnowledgeVersion a record keeps.
    """
    if operations.is_current(pinned, practice):
        return None
    lib = library_of(practice)
    own_now = lib.own.get((pinned.kind, pinned.key))
    try:
        now = lib.entry(pinned.kind, pinned.key)
    except KeyError:
        return {"said": "", "changes": [], "gone": True}
    with showing(lib):
        said = own.words_of(own_now) if own_now else f"version {now.version}"
        found = changes(dict(pinned.content), dict(operations.plain(now.record)), names=names_of(lib))
    return {"said": said, "changes": found, "gone": False}
