"""Everything that happened with one client, newest first, on one page. Areas register their kinds when the app starts.

Each kind says which rows of a client it shows, when they happened, and how a line reads. All kinds are asked in one
query, each for no more rows than a page holds, so that a page costs the same after ten years. What a member may not
know is not asked for: a kind without permission is left out, and what a person wrote (`told`) is read only for those
who read the record.

    timeline.add(Kind("session", "sessions", "activity", (Permission.RECORD_READ,), rows, "opened_at", line,
                      plain=("number", "state"), told="note", who="by"))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateField, DateTimeField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from medexpro.clients.panels import Chart
from medexpro.practice.models import Practice
from medexpro.practice.permissions import Permission
from medexpro.practice.prepared import Given, Prepared
from medexpro.record.rules.order import HIGHEST, LOWEST, Place, read_moment, read_place

A_PAGE = 40
# What one can choose to see, in this order.
GROUPS = {
    "referrals": "Referrals",
    "service": "Service and holds",
    "clearance": "Clearance and limits",
    "measurements": "Measurements and goals",
    "program": "Program",
    "sessions": "Sessions",
    "bookings": "Bookings",
    "reports": "Reports and letters",
    "papers": "Papers on file",
    "agreements": "Agreements",
    "messages": "Messages",
    "disclosures": "Disclosures",
}
_PLAIN = 4
# Whose timeline it is, and who looks: each time another.
CLIENT, MEMBER = Given("client"), Given("member")


@dataclass(frozen=True)
class Found:
    """One row as it was read. plain: texts anybody who sees the line may know; told: what a person wrote."""

    kind: str
    id: UUID
    ref: UUID
    who: str
    plain: tuple[str, ...]
    told: str
    moment: datetime | date


@dataclass(frozen=True)
class Line:
    """How a row reads: what happened, a few words more, and the address of its record; "" where they may not open it."""

    title: str
    url: str
    text: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of thing that happens. permissions: who sees the lines; any of them is enough.

    rows: asks for the rows of CLIENT, as MEMBER may know them; asked once and kept. moment: the field that says when; a day where
    `is_day`. plain, told, who, ref: fields to read; `who` names a member, `ref` the id its address needs.
    say: turns a row into a line; `reads` says whether the member reads the record.
    """

    key: str
    group: str
    icon: str
    permissions: tuple[Permission, ...]
    rows: Callable[[], QuerySet]
    moment: str
    say: Callable[[Found, bool], Line]
    plain: tuple[str, ...] = ()
    told: str = ""
    who: str = ""
    ref: str = "pk"
    is_day: bool = False


_KINDS: dict[str, Kind] = {}


def add(kind: Kind) -> None:
    """Let an area tell of its rows. Raises KeyError for a group that is none."""
    if kind.group not in GROUPS:
        raise KeyError(f"the timeline has no group {kind.group!r}")
    _KINDS[kind.key] = kind


def kinds() -> list[Kind]:
    """Return every kind."""
    return list(_KINDS.values())


@dataclass(frozen=True)
class Page:
    """One page of the timeline. older: where the next one begins; "" where this is the end."""

    events: list[dict[str, Any]]
    older: str


def groups_for(chart: Chart) -> list[tuple[str, str]]:
    """Return what the member of the chart may choose to see: key and words."""
    known = {kind.group for kind in _shown(chart)}
    return [(key, words) for key, words in GROUPS.items() if key in known]


def page_of(chart: Chart, *, group: str = "", before: str = "") -> Page:
    """Return one page. group: of GROUPS, empty for all. before: where the page before ended. One query."""
    chosen = [kind for kind in _shown(chart) if not group or kind.group == group]
    if not chosen:
        return Page([], "")
    practice = chart.client.practice
    start = read_place(before) or Place(chart.at.astimezone(UTC) + timedelta(microseconds=1), "", LOWEST)
    found = sorted(
        ((_place(row, practice), row) for row in _read(chosen, chart, start)),
        key=lambda pair: pair[0],
        reverse=True,
    )
    shown = found[:A_PAGE]
    events = [_event(row, practice, reads=chart.reads_record) for _, row in shown]
    return Page(events, shown[-1][0].written() if len(found) > A_PAGE else "")


def _shown(chart: Chart) -> list[Kind]:
    return [kind for kind in _KINDS.values() if any(chart.may(one) for one in kind.permissions)]


# Some thirty tables: making the SQL would cost more than the page. One question for each choice of kinds.
_ASKED: dict[tuple[tuple[str, ...], bool], Prepared] = {}


def _read(chosen: Sequence[Kind], chart: Chart, start: Place) -> list[Found]:
    reads = chart.reads_record
    asked = _ASKED.setdefault(
        (tuple(kind.key for kind in chosen), reads), Prepared(lambda: _question(chosen, reads=reads))
    )
    values = {
        "client": chart.client.pk,
        "member": chart.member.pk,
        **_values(chosen, start, chart.client.practice),
    }
    return [
        Found(key, UUID(pk), UUID(ref), who, tuple(plain), told, read_moment(moment))
        for key, pk, moment, ref, who, told, *plain in asked(**values)
    ]


def _question(chosen: Sequence[Kind], *, reads: bool) -> QuerySet:
    first, *others = (_source(kind, reads=reads) for kind in chosen)
    return first.union(*others, all=True) if others else first


def _source(kind: Kind, *, reads: bool) -> QuerySet:
    """Return the question for one kind: no more rows than a page holds, and one to see that there are more."""
    at = Given("day", DateField()) if kind.is_day else Given("at", DateTimeField())
    behind = Q(**{f"{kind.moment}__lt": at}) | Q(**{kind.moment: at, "pk__lt": Given(f"last_{kind.key}")})
    rows = kind.rows().filter(behind)
    newest = rows.order_by(f"-{kind.moment}", "-pk").values("pk")[: A_PAGE + 1]
    plain = (*kind.plain, *[""] * (_PLAIN - len(kind.plain)))
    texts: dict[str, Any] = {
        "t_key": Cast(Value(kind.key), TextField()),
        "t_id": _text("pk"),
        "t_moment": _text(kind.moment),
        "t_ref": _text(kind.ref),
        "t_who": _text(f"{kind.who}__user__full_name" if kind.who else ""),
        "t_told": _text(kind.told if reads else ""),
    }
    texts |= {f"t_plain{number}": _text(name) for number, name in enumerate(plain)}
    # Without an order of its own: only the newest are looked up here, and a union has none.
    table = rows.model._base_manager.filter(pk__in=newest).order_by()
    return table.annotate(**texts).values_list(*texts)


def _text(name: str) -> Any:
    if not name:
        return Cast(Value(""), TextField())
    return Coalesce(Cast(F(name), TextField()), Value(""), output_field=TextField())


def _values(chosen: Sequence[Kind], start: Place, practice: Practice) -> dict[str, Any]:
    """Return where each kind goes on. A day stands at its beginning on the practice's clock."""
    day = practice.day(start.at)
    begun = _begin(day, practice) < start.at
    values: dict[str, Any] = {"at": start.at, "day": day}
    for kind in chosen:
        _, last = start.before(kind.key)
        values[f"last_{kind.key}"] = HIGHEST if kind.is_day and begun else last
    return values


def _begin(day: date, practice: Practice) -> datetime:
    return datetime.combine(day, time.min, practice.tz).astimezone(UTC)


def _place(row: Found, practice: Practice) -> Place:
    at = row.moment if isinstance(row.moment, datetime) else _begin(row.moment, practice)
    return Place(at, row.kind, row.id)


def _event(row: Found, practice: Practice, *, reads: bool) -> dict[str, Any]:
    kind = _KINDS[row.kind]
    line = kind.say(row, reads)
    is_day = not isinstance(row.moment, datetime)
    return {
        "day": row.moment if is_day else practice.day(row.moment),
        "clock": None if is_day else practice.local(row.moment),
        "icon": kind.icon,
        "title": line.title,
        "text": line.text,
        "told": row.told,
        "who": row.who,
        "url": line.url,
    }


def joined(*parts: str) -> str:
    """Return what is there of some words, set apart by dots."""
    return " · ".join(part for part in parts if part)
