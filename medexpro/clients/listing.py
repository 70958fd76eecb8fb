"""The list of clients: search, columns of areas above, pages. One query, whatever the number of clients."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery

from medexpro.clients.models import Client
from medexpro.clients.rules import names
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission, scope_of
from medexpro.web import typed

PAGE_SIZE = 25


@dataclass(frozen=True)
class Column:
    """A column of an area above. annotate: adds what it needs to the query. cell: words for one row."""

    key: str
    label: str
    annotate: Callable[[QuerySet], QuerySet]
    cell: Callable[[Client, date], "Cell | None"]
    permission: Permission
    order: int


@dataclass(frozen=True)
class Cell:
    """What stands in a column. kind: of the chip; empty draws plain text."""

    text: str
    detail: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Filter:
    """A choice above the list, such as “In service”. apply: narrows the query."""

    key: str
    label: str
    apply: Callable[[QuerySet], QuerySet]
    permission: Permission
    order: int


_COLUMNS: dict[str, Column] = {}
_FILTERS: dict[str, Filter] = {}


def add_column(column: Column) -> None:
    """Put a column on the list, when the app starts."""
    _COLUMNS[column.key] = column


def add_filter(choice: Filter) -> None:
    """Put a choice above the list, when the app starts."""
    _FILTERS[choice.key] = choice


def columns_for(member: Member) -> list[Column]:
    """Return the columns a member sees: those whose words they may read of every client on the list."""
    return [
        column
        for column in sorted(_COLUMNS.values(), key=lambda c: c.order)
        if _of_everyone(member, column.permission)
    ]


def filters_for(member: Member) -> list[Filter]:
    """Return the choices a member has, besides all and archived."""
    return [
        choice
        for choice in sorted(_FILTERS.values(), key=lambda c: c.order)
        if _of_everyone(member, choice.permission)
    ]


def _of_everyone(member: Member, permission: Permission) -> bool:
    return member.may(permission) and scope_of(member, permission) == scope_of(member)


class CountedPaginator(Paginator):
    """A paginator that counts in the query that fetches the rows: each row carries the total."""

    def __init__(self, rows: QuerySet, size: int, number: int):
        counted = rows.order_by().values("practice").annotate(n=Count("pk")).values("n")
        total = Subquery(counted, output_field=IntegerField())
        start = (number - 1) * size
        self.rows = list(rows.annotate(total=total)[start : start + size])
        self._total = self.rows[0].total if self.rows else 0
        self.wanted = number
        super().__init__(self.rows, size)

    @property
    def count(self) -> int:  # type: ignore[override]
        """Return how many rows there are in all."""
        return self._total

    def shown(self) -> Page:
        """Return the page that was fetched."""
        return Page(self.rows, self.wanted if self._total else 1, self)


def matching(rows: QuerySet, text: str) -> QuerySet:
    """Return the rows whose name, phone number or birth date fit what was typed so far.

    text: beginnings of names in any order, four digits or more of the phone, or a whole birth date.
    """
    if not text.strip():
        return rows
    number = names.digits(text)
    if len(number) >= 4 and not any(sign.isalpha() for sign in text):
        clue = Q(phone_search__contains=number)
        with suppress(ValueError):
            clue |= Q(birth_date=typed.parse_day(text))
        return rows.filter(clue)
    for word in names.fold(text).split()[:6]:
        rows = rows.filter(Q(name_search__startswith=word) | Q(name_search__contains=f" {word}"))
    return rows


def listed(member: Member, *, text: str = "", choice: str = "", number: int = 1) -> CountedPaginator:
    """Return one page of the clients a member may know of.

    choice: key of a filter; "archived" for those taken off the lists; else everyone. number: of the page, from 1; one
    past the end is empty.
    """
    rows = Client.objects.visible_to(member).filter(archived_at__isnull=choice != "archived")
    if chosen := next((known for known in filters_for(member) if known.key == choice), None):
        rows = chosen.apply(rows)
    rows = matching(rows, text)
    for column in columns_for(member):
        rows = column.annotate(rows)
    return CountedPaginator(rows.order_by("family_name", "given_name", "pk"), PAGE_SIZE, max(1, number))


def offered(member: Member, text: str, *, limit: int = 12) -> list[Client]:
    """Return the clients a search field offers for what was typed so far."""
    rows = Client.objects.visible_to(member).filter(archived_at=None)
    return (
        list(matching(rows, text).order_by("family_name", "given_name", "pk")[:limit]) if text.strip() else []
    )


def latest(model: Any, field: str, **where: Any) -> Subquery:
    """Return a subquery: a field of the client's newest row of a model; helps columns stay in the one query."""
    return Subquery(
        model.objects.filter(client=OuterRef("pk"), **where).order_by("-created_at").values(field)[:1]
    )
