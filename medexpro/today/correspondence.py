"""What came in and waits, what is to leave, who hears from us next: short lists of several areas, asked of the database together.

Each list is a queryset whose rows are put into the same columns; its rules stand with what it is about.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BooleanField, CharField, DateField, DateTimeField, F, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

from medexpro.today.owed import FETCHED

NONE = Value("", CharField())


class Row(NamedTuple):
    """One line. which: of what list. about: an episode or a client. who: a provider. p_given to p_active: of that provider.

    at: the moment it is sorted by; then_at and day: a second moment and a day, as its list says.
    """

    which: str
    pk: UUID
    about: UUID | None
    who: UUID | None
    given: str | None
    family: str | None
    p_given: str | None
    p_family: str | None
    p_type: str | None
    p_active: bool | None
    place: str | None
    text: str
    state: str
    at: datetime
    then_at: datetime | None
    day: date | None

    @property
    def person(self) -> str:
        """Return the name of the client, or of whoever asks to become one."""
        return f"{self.given or ''} {self.family or ''}".strip()


Rows = Mapping[str, Sequence[Row]]
# What a list leaves out. The database wants to know which kind of nothing it is.
_EMPTY: Mapping[str, Any] = {
    "pk": F("pk"), "about": Cast(Value(None), UUIDField()), "who": Cast(Value(None), UUIDField()),
    "given": NONE, "family": NONE, "p_given": NONE, "p_family": NONE, "p_type": NONE,
    "p_active": Cast(Value(None), BooleanField()), "place": NONE, "text": NONE, "state": NONE,
    "then_at": Cast(Value(None), DateTimeField()), "day": Cast(Value(None), DateField()),
}  # fmt: skip


def listed(rows: QuerySet[Any], which: str, *, at: Any, **columns: Any) -> Any:
    """Return rows in the columns of `Row`, those left out empty. which: the name of the list."""
    named = {"which": Value(which, CharField()), "at": at, **_EMPTY, **columns}
    # Tables have columns of these names themselves.
    return (
        rows.order_by()
        .annotate(**{f"row_{name}": named[name] for name in Row._fields})
        .values_list(*(f"row_{name}" for name in Row._fields))
    )


def read(lists: Sequence[Any]) -> Rows:
    """Return the rows of all lists by the name of the list, the oldest first. One query; none without a list."""
    found: dict[str, list[Row]] = defaultdict(list)
    if lists:
        every = lists[0].union(*lists[1:], all=True)
        for values in every.order_by("row_which", "row_at", "row_pk")[:FETCHED]:
            row = Row(*values)
            found[row.which].append(row)
    return found
