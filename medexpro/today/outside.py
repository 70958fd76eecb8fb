"""What providers are to answer, what they are to hear and to be asked: three short lists, asked of the database together."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateField, F, QuerySet, Value

from medexpro.clearance import state as clearance
from medexpro.clearance.models import Precaution, ReferBack, ToTell
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.prepared import Given, Prepared
from medexpro.providers.models import Provider
from medexpro.today.owed import FETCHED

# In this order they are read: what stops a client comes before what is to be asked.
BACK, TELL, ASK = "back", "tell", "to_ask"
COLUMNS = ("which", "episode_id", "episode__client__given_name", "episode__client__family_name", "text", "at", "given",
    "family", "license")  # fmt: skip
NONE = Value("", CharField())


@dataclass(frozen=True)
class Line:
    """One of them. text: what was observed or found, or the precaution. at: when it went back, by when it is to be told,
    or when the precaution was noted.
    """

    episode_id: UUID
    client: str
    text: str
    at: datetime
    provider: str


@dataclass(frozen=True)
class Outside:
    """The lists, the oldest first. to_ask: precautions whose release may be asked for; they hold until it is recorded."""

    backs: list[Line]
    to_tell: list[Line]
    to_ask: list[Line]


def read(member: Member, day: date) -> Outside:
    """Return what is back with a provider and not answered, what none was told or asked yet. day: today. One query."""
    if permissions.scope_of(member, Permission.RECORD_READ) == "practice":
        rows = _OF_PRACTICE(practice=member.practice_id, day=day)
    else:
        backs, untold = ReferBack.objects.visible_to(member), ToTell.objects.visible_to(member)
        rows = list(_all(backs, untold, Precaution.objects.visible_to(member), day))
    found: dict[str, list[Line]] = {BACK: [], TELL: [], ASK: []}
    for which, episode_id, given, family, text, at, *provider in rows:
        found[which].append(Line(episode_id, f"{given} {family}".strip(), text, at, _called(*provider)))
    return Outside(found[BACK], found[TELL], found[ASK])


def _all(
    backs: QuerySet[ReferBack], untold: QuerySet[ToTell], precautions: QuerySet[Precaution], day: Any
) -> Any:
    open_backs = backs.filter(closed_at=None).annotate(
        which=Value(BACK, CharField()), text=F("observed"), at=F("opened_at"), given=F("provider__given_name"),
        family=F("provider__family_name"), license=F("provider__type"),
    )  # fmt: skip
    not_told = untold.filter(told_at=None).annotate(
        which=Value(TELL, CharField()), text=F("sentence"), at=F("due_at"), given=NONE, family=NONE, license=NONE
    )  # fmt: skip
    open_questions = clearance.releases_to_ask(precautions, day)
    not_asked = open_questions.annotate(
        which=Value(ASK, CharField()), at=F("created_at"), given=F("confirmed_provider__given_name"),
        family=F("confirmed_provider__family_name"), license=F("confirmed_provider__type"),
    )  # fmt: skip
    every = open_backs.values_list(*COLUMNS).union(
        not_told.values_list(*COLUMNS), not_asked.values_list(*COLUMNS), all=True
    )
    return every.order_by("which", "at")[:FETCHED]


_OF_PRACTICE = Prepared[tuple[Any, ...]](
    lambda: _all(
        ReferBack.objects.filter(practice=Given("practice")),
        ToTell.objects.filter(practice=Given("practice")),
        Precaution.objects.filter(practice=Given("practice")),
        Given("day", DateField()),
    )
)


def _called(given: str | None, family: str | None, license: str | None) -> str:
    if not family:
        return "the provider"
    return Provider(given_name=given or "", family_name=family, type=license or "").short_name
