"""Which episodes may owe a document now, asked of the database in one question.

What is asked here is wider than the rules of `listing` and never narrower: they decide, each with the days of its own
episode. Left out is what can owe nothing, such as a client whose provider got a report last week, so that the cost
follows the work of these days and not the history.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.db.models import DateField, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery

from medexpro.assessments.due import full_ones
from medexpro.episodes.models import Episode, Status
from medexpro.episodes.rules import status as status_rule
from medexpro.kernel.documents import LONGEST_REPORT_DAYS
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.practice.prepared import Given, Prepared
from medexpro.referrals.listing import RECENT_DAYS
from medexpro.reports import changing
from medexpro.reports.models import Document
from medexpro.reports.rules import due as rule
from medexpro.sessions.models import SessionLog

IN_SERVICE = (Status.ACTIVE, Status.ON_HOLD)
OPEN = tuple(status for status in Status if status not in status_rule.CLOSED)
# What differs from day to day in the question, and of what kind it is.
GIVEN: dict[str, Any] = {
    "day": DateField(),
    "visit_until": DateField(),
    "received_since": DateField(),
    "ended_since": DateField(),
    "changed_since": DateTimeField(),
    "reported_since": DateTimeField(),
}


def of_member(member: Member, day: date, *, until: date) -> list[Any]:
    """Return the member's episodes that may owe a document by a day, each with the days due dates count from.

    day: today. until: the last day looked ahead to. One query.
    """
    moments = moments_on(member.practice, day, until=until)
    # The whole practice is asked for with SQL that was made before; turning so many dates into SQL costs more than the answer.
    if permissions.scope_of(member, Permission.RECORD_READ) == "practice":
        rows = _OF_PRACTICE(practice=member.practice_id, **moments)
    else:
        rows = _may_owe(Episode.objects.visible_to(member), moments | {"practice": member.practice_id})
    return [_episode_of(row, member.practice) for row in rows]


def _episode_of(row: tuple[Any, ...], practice: Practice) -> Any:
    """Return an episode as far as due dates and lists ask for it; a model would take longer to make than to find."""
    given, family, *values = row
    known = dict(zip(_columns(), values, strict=True))
    return SimpleNamespace(client=f"{given} {family}".strip(), practice=practice, **known)


def moments_on(practice: Practice, day: date, *, until: date) -> dict[str, Any]:
    """Return the days and moments that tell what may be owed from what can't be, by the names of `GIVEN`."""

    def begin_of(one: date) -> datetime:
        return datetime.combine(one, time(), practice.tz)

    changed = day - timedelta(days=rule.OWED_FOR_DAYS)
    return {
        "day": day,
        "visit_until": until + timedelta(days=rule.DAYS_BEFORE_VISIT),
        "received_since": day - timedelta(days=RECENT_DAYS),
        "ended_since": changed,
        "changed_since": begin_of(changed),
        # A report of the day before is 30 days old on the last day looked ahead to.
        "reported_since": begin_of(until - timedelta(days=LONGEST_REPORT_DAYS - 1)),
    }


def with_dates(episodes: QuerySet[Episode]) -> Any:
    """Return episodes, each with the days that due dates count from and with what its provider asked for."""
    return episodes.annotate(**dates(), **changing.latest(), **_asked_for())


def goes_to_a_provider(since: Any) -> Q:
    """Return the condition of an episode that may owe something: open or discharged since a day, and sent by somebody."""
    return Q(
        Q(status__in=OPEN) | Q(status=Status.DISCHARGED, ended_on__gte=since),
        referral__provider__isnull=False,
    )


def dates() -> dict[str, Any]:
    """Return the annotations of an episode that due dates count from. Each is the end of an index, whatever the history."""
    full = full_ones(OuterRef("pk")).filter(practice=OuterRef("practice")).order_by("started_at")
    sessions = SessionLog.objects.filter(episode=OuterRef("pk"), ended_at__isnull=False).order_by("number")

    def signed_at(kind: Document.Kind) -> Subquery:
        return _first(signed(kind).order_by("-signed_at"), "signed_at")

    return {
        "baseline_at": _first(full, "started_at"),
        "measured_at": _first(full, "finished_at"),
        "session_ended_at": _first(sessions, "ended_at"),
        "letter_signed_at": signed_at(Document.Kind.INTRODUCTORY),
        "summary_signed_at": signed_at(Document.Kind.SUMMARY),
        "report_signed_at": signed_at(Document.Kind.PROGRESS),
        "notice_signed_at": signed_at(Document.Kind.CHANGE),
        "discharge_signed_at": signed_at(Document.Kind.DISCHARGE),
        "report_days": F("referral__provider__report_days"),
    }


def signed(kind: Document.Kind) -> QuerySet[Document]:
    """Return the signed documents of a kind of an episode, for its annotations."""
    return Document.objects.filter(episode=OuterRef("pk"), kind=kind, signed_at__isnull=False)


def _first(rows: Any, field: str) -> Subquery:
    return Subquery(rows.values(field)[:1], output_field=DateTimeField())


def _asked_for() -> dict[str, Any]:
    return {
        "received_on": F("referral__received_on"),
        "acknowledged_at": F("referral__acknowledged_at"),
        "declined_at": F("referral__declined_at"),
        "unwanted": F("referral__provider__unwanted_documents"),
        "takes_letters": F("referral__provider__is_active"),
        "provider_given_name": F("referral__provider__given_name"),
        "provider_family_name": F("referral__provider__family_name"),
        "provider_type": F("referral__provider__type"),
    }


@cache
def _columns() -> tuple[str, ...]:
    """Return what is read of an episode, by name, behind the client's names."""
    own = ("pk", "status", "started_on", "ended_on", "next_provider_visit_on", "referral_id")
    return (*own, *dates(), *changing.latest(), *_asked_for())


def _may_owe(episodes: QuerySet[Episode], given: Mapping[str, Any]) -> Any:
    """Return the question, over episodes somebody may know of. given: a value or its place for each name of `GIVEN`."""
    waits = Q(
        referral__acknowledged_at=None,
        referral__declined_at=None,
        referral__received_on__gte=given["received_since"],
    )
    reported = Exists(signed(Document.Kind.PROGRESS).filter(signed_at__gte=given["reported_since"]))
    report = Q(status__in=IN_SERVICE) & (
        Q(next_provider_visit_on__gte=given["day"], next_provider_visit_on__lte=given["visit_until"])
        | Q(referral__provider__report_days__lt=LONGEST_REPORT_DAYS)
        | ~reported
    )
    changed = Q(status__in=OPEN) & changing.any_since(given["changed_since"])
    ended = Q(status=Status.DISCHARGED) & ~Exists(signed(Document.Kind.DISCHARGE))
    # Each arm is a stretch of an index; asked for by "or" alone, SQLite would go through the episodes of all years. The
    # same said once more as a plain condition keeps PostgreSQL from weighing the dear ones for all of them first.
    of_practice = Episode.objects.filter(practice=given["practice"])
    here = of_practice.filter(status__in=OPEN).values("pk")
    here = here.union(of_practice.filter(ended_on__gte=given["ended_since"]).values("pk"), all=True)
    rows = episodes.filter(goes_to_a_provider(given["ended_since"]), pk__in=here)
    return with_dates(rows.filter(waits | report | changed | ended)).values_list(
        "client__given_name", "client__family_name", *_columns()
    )


_OF_PRACTICE = Prepared[Any](
    lambda: _may_owe(
        Episode.objects.filter(practice=Given("practice")),
        {name: Given(name, field) for name, field in GIVEN.items()} | {"practice": Given("practice")},
    )
)
