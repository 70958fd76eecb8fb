"""What providers are to answer, and what they are to hear: two short lists, asked of the database together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value

from medexpro.clearance.models import ReferBack, ToTell
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.prepared import Given, Prepared
from medexpro.providers.models import Provider
from medexpro.today.owed import FETCHED

BACK, TELL = "back", "tell"
COLUMNS = ("which", "episode_id", "episode__client__given_name", "episode__client__family_name", "text", "at", "given",
    "family", "license")  # fmt: skip
NONE = Value("", CharField())


@dataclass(frozen=True)
class Line:
    """One of them. text: what was observed or found. at: when it went back, or by when it is to be told."""

    episode_id: UUID
    client: str
    text: str
    at: datetime
    provider: str


@dataclass(frozen=True)
class Outside:
    """Both lists, the oldest first."""

    backs: list[Line]
    to_tell: list[Line]


def read(member: Member) -> Outside:
    """Return what is back with a provider and not answered, and what no provider was told yet. One query."""
    if permissions.scope_of(member, Permission.RECORD_READ) == "practice":
        rows = _OF_PRACTICE(practice=member.practice_id)
    else:
        rows = list(_both(ReferBack.objects.visible_to(member), ToTell.objects.visible_to(member)))
    found: dict[str, list[Line]] = {BACK: [], TELL: []}
    for which, episode_id, given, family, text, at, *provider in rows:
        found[which].append(Line(episode_id, f"{given} {family}".strip(), text, at, _called(*provider)))
    return Outside(found[BACK], found[TELL])


def _both(backs: QuerySet[ReferBack], untold: QuerySet[ToTell]) -> Any:
    open_backs = backs.filter(closed_at=None).annotate(
        which=Value(BACK, CharField()), text=F("observed"), at=F("opened_at"), given=F("provider__given_name"),
        family=F("provider__family_name"), license=F("provider__type"),
    )  # fmt: skip
    not_told = untold.filter(told_at=None).annotate(
        which=Value(TELL, CharField()), text=F("sentence"), at=F("due_at"), given=NONE, family=NONE, license=NONE
    )  # fmt: skip
    both = open_backs.values_list(*COLUMNS).union(not_told.values_list(*COLUMNS), all=True)
    return both.order_by("which", "at")[:FETCHED]


_OF_PRACTICE = Prepared[tuple[Any, ...]](
    lambda: _both(
        ReferBack.objects.filter(practice=Given("practice")),
        ToTell.objects.filter(practice=Given("practice")),
    )
)


def _called(given: str | None, family: str | None, license: str | None) -> str:
    if not family:
        return "the provider"
    return Provider(given_name=given or "", family_name=family, type=license or "").short_name
