"""One thing that is owed, and a kind of them as the home page shows it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Window
from django.urls import reverse
from django.utils.text import slugify

# So many of a kind stand on the home page, so that no kind buries the next; their number opens all of them.
SHOWN = 3
# Far more than anybody has in hand; nothing is counted beyond.
FETCHED = 400


@dataclass(frozen=True)
class Owed:
    """One thing someone has to do: for whom, why now, and where it is done. late: its day has passed.

    episode: the one it concerns, where another line may say the same more urgently.
    """

    who: str
    why: str
    verb: str
    url: str
    late: bool = False
    episode: UUID | None = None


@dataclass(frozen=True)
class Found:
    """What one rule found: the first of it, as many as were asked for, and how many there are in all."""

    rows: list[Owed] = field(default_factory=list)
    total: int = 0

    @classmethod
    def all_of(cls, owed: list[Owed], upto: int) -> "Found":
        """Return what a rule found that has everything at hand."""
        return cls(owed[:upto], len(owed))


@dataclass(frozen=True)
class Kind:
    """One kind of obligation with what was found of it."""

    name: str
    icon: str
    rows: list[Owed]
    total: int

    @property
    def count(self) -> str:
        """Return how many there are, in words."""
        return str(self.total)

    @property
    def url(self) -> str:
        """Return where all of them stand: exactly so many as are counted."""
        return reverse("today:owed", args=[slugify(self.name)])


def first_of(rows: QuerySet[Any], upto: int) -> tuple[list[Any], int]:
    """Return the first rows of a query, and how many it has in all. One query, counted as it is read."""
    found = list(rows.annotate(of_all=Window(Count("pk")))[:upto])
    return found, found[0].of_all if found else 0
