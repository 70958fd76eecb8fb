"""Two records of one person become one: what each area keeps about a client, and what it says to a merge.

Areas register when the app starts. `moves` names a table whose rows go along with the client; `stays` one that remains
where it is, and why; `rides` one that hangs on a row that moves and is only counted. `check` names what has to be
settled first, `caution` what a person must have read, `in_force` what stays in force whichever record stays. A house
test knows every table that leads to a client, so that no new one is forgotten.

    merging.moves(Referral, "referral", "referrals", order=30, line=lambda row: row.purpose)
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from medexpro.clients.models import Client

LINES = 5


@dataclass(frozen=True)
class Moving:
    """One table whose rows go along. line: a row in a few words; None only counts.

    staying: the rows that would collide with one of the record that stays, and remain with the other record.
    emptied: a field that would collide; it is emptied in the row that moves, and filled again when that is undone.
    told: whether people are told; parts of something else that is told are not.
    """

    model: type[models.Model]
    one: str
    many: str
    order: int
    line: Callable[[Any], str] | None
    related: tuple[str, ...]
    where: dict[str, Any]
    staying: Callable[[Client, Client], models.QuerySet] | None
    emptied: str
    told: bool

    @property
    def label(self) -> str:
        """Return the name by which the program knows the table."""
        return self.model._meta.label

    def of(self, client: Client) -> models.QuerySet:
        """Return the rows of a client."""
        return self.model._base_manager.filter(client=client)

    def going(self, kept: Client, gone: Client) -> models.QuerySet:
        """Return the rows that go along."""
        rows = self.of(gone)
        return rows.exclude(pk__in=self.staying(kept, gone).values("pk")) if self.staying else rows

    def counted(self, count: int) -> str:
        """Return a count in words."""
        return f"{count} {self.one if count == 1 else self.many}"

    def lines(self, client: Client) -> list[str]:
        """Return the first rows of a client in words."""
        if self.line is None:
            return []
        rows = (
            self.of(client).filter(**self.where).select_related(*self.related).order_by("-created_at", "-pk")
        )
        return [self.line(row) for row in rows[:LINES]]


@dataclass(frozen=True)
class Riding:
    """One table that hangs on a row that moves. path: from a row to the client."""

    model: type[models.Model]
    one: str
    many: str
    order: int
    path: str
    where: dict[str, Any]

    @property
    def label(self) -> str:
        """Return the name by which the program knows the table."""
        return self.model._meta.label

    def counted(self, count: int) -> str:
        """Return a count in words."""
        return f"{count} {self.one if count == 1 else self.many}"

    def since(self, at: datetime, hanging_on: Mapping[str, Collection[Any]]) -> int:
        """Return how many rows were written since on what is named: table to the ids of its rows."""
        column = self.path.removesuffix("__client")
        named = self.model._meta.get_field(column).related_model._meta.label  # type: ignore[union-attr]
        rows = self.model._base_manager.filter(**{f"{column}__in": hanging_on.get(named, ())}, **self.where)
        return rows.filter(created_at__gt=at).count()


@dataclass(frozen=True)
class Obstacle:
    """Something to settle first: the sentence says what and how; url leads there."""

    sentence: str
    url: str = ""
    verb: str = "Open"


Check = Callable[[Client, Client, datetime], Iterable[Obstacle]]
Caution = Callable[[Client, Client, datetime], Iterable[str]]
InForce = Callable[[Client], Iterable[str]]


@dataclass
class _Known:
    moves: dict[str, Moving] = field(default_factory=dict)
    rides: dict[str, Riding] = field(default_factory=dict)
    stays: dict[tuple[str, str], str] = field(default_factory=dict)
    checks: dict[str, tuple[Check, bool]] = field(default_factory=dict)
    cautions: dict[str, Caution] = field(default_factory=dict)
    in_force: dict[str, InForce] = field(default_factory=dict)


_KNOWN = _Known()


def moves(
    model: type[models.Model],
    one: str,
    many: str,
    *,
    order: int,
    line: Callable[[Any], str] | None = None,
    related: Sequence[str] = (),
    where: dict[str, Any] | None = None,
    staying: Callable[[Client, Client], models.QuerySet] | None = None,
    emptied: str = "",
    told: bool = True,
) -> None:
    """Let a table's rows go along with their client. Its column is called `client`. where: which rows `line` shows."""
    _KNOWN.moves[model._meta.label] = Moving(
        model, one, many, order, line, tuple(related), where or {}, staying, emptied, told
    )


def rides(
    model: type[models.Model],
    one: str,
    many: str,
    *,
    order: int,
    path: str,
    where: dict[str, Any] | None = None,
) -> None:
    """Count a table in the preview whose rows hang on something that moves."""
    _KNOWN.rides[model._meta.label] = Riding(model, one, many, order, path, where or {})


def stays(label: str, column: str, why: str) -> None:
    """Let a table's column that names a client remain as it is."""
    _KNOWN.stays[label, column] = why


def check(key: str, obstacles: Check, *, undoing: bool = False) -> None:
    """Ask what has to be settled before a merge; undoing: and before one is undone."""
    _KNOWN.checks[key] = (obstacles, undoing)


def caution(key: str, sentences: Caution) -> None:
    """Ask what a person must have read before a merge."""
    _KNOWN.cautions[key] = sentences


def in_force(key: str, lines: InForce) -> None:
    """Ask what of a client's record protects them, and stays in force."""
    _KNOWN.in_force[key] = lines


def all_moves() -> list[Moving]:
    """Return the tables whose rows go along, in the order they are shown."""
    return sorted(_KNOWN.moves.values(), key=lambda one: one.order)


def all_rides() -> list[Riding]:
    """Return the tables that are only counted."""
    return sorted(_KNOWN.rides.values(), key=lambda one: one.order)


def all_stays() -> dict[tuple[str, str], str]:
    """Return the columns that remain, each with its reason."""
    return dict(_KNOWN.stays)


def obstacles(kept: Client, gone: Client, *, at: datetime, undoing: bool = False) -> list[Obstacle]:
    """Return what has to be settled first."""
    asked = [check for check, also in _KNOWN.checks.values() if also or not undoing]
    return [obstacle for check in asked for obstacle in check(kept, gone, at)]


def cautions(kept: Client, gone: Client, *, at: datetime) -> list[str]:
    """Return what a person must have read."""
    return [sentence for said in _KNOWN.cautions.values() for sentence in said(kept, gone, at)]


def protecting(client: Client) -> list[str]:
    """Return what protects a client, in words."""
    return [line for lines in _KNOWN.in_force.values() for line in lines(client)]


def counts(*clients: Client) -> dict[Any, dict[str, int]]:
    """Return how many rows of each table clients have, by the client's id. One query."""
    ways = {one.label: (one.model, "client", {}) for one in all_moves()}
    ways |= {one.label: (one.model, one.path, one.where) for one in all_rides()}
    asked = {}
    for number, (model, path, where) in enumerate(ways.values()):
        rows = model._base_manager.filter(**{path: models.OuterRef("pk")}, **where).order_by()
        each = rows.values(path).annotate(n=models.Count("pk")).values("n")
        asked[f"n{number}"] = models.Subquery(each, output_field=models.IntegerField())
    found = Client.objects.filter(pk__in=[one.pk for one in clients]).values_list("pk", *asked.values())
    return {pk: dict(zip(ways, (n or 0 for n in ns), strict=True)) for pk, *ns in found}


# ---- What hangs together


@dataclass(frozen=True)
class Tie:
    """Rows of two tables that must be of one client: model's column `root` names the one, `column` the other.

    root: empty where the row of `model` is itself one of the two.
    """

    model: type[models.Model]
    root: str
    column: str

    def pairs(self, client: Client) -> Iterable[tuple[tuple[str, Any], tuple[str, Any]]]:
        """Yield what is tied among a client's rows, as (table, id) and (table, id)."""
        whose = f"{self.root}__client" if self.root else "client"
        rows = self.model._base_manager.filter(**{whose: client, f"{self.column}__isnull": False})
        named = self.model._meta.get_field(self.column).related_model._meta.label  # type: ignore[union-attr]
        mine = (
            self.model._meta.get_field(self.root).related_model._meta.label  # type: ignore[union-attr]
            if self.root
            else self.model._meta.label
        )
        for one, other in rows.values_list(f"{self.root}_id" if self.root else "pk", f"{self.column}_id"):
            yield (mine, one), (named, other)


def ties() -> list[Tie]:
    """Return every way in which rows that move hang together, found from the models."""
    moving = {one.model for one in _KNOWN.moves.values()}
    found = []
    for model in apps.get_models():
        columns = [
            one.name for one in model._meta.concrete_fields if one.is_relation and one.related_model in moving
        ]
        if model in moving:
            found += [Tie(model, "", column) for column in columns]
        elif columns:
            root = "episode" if "episode" in columns else columns[0]
            found += [Tie(model, root, column) for column in columns if column != root]
    return found
