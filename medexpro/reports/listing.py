"""Which documents are owed, worked out from the record and never stored."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from medexpro.assessments.models import Assessment
from medexpro.episodes.models import Episode, Status
from medexpro.practice.models import Member
from medexpro.reports.models import Document
from medexpro.reports.rules.due import letter_due_at, report_due_on
from medexpro.sessions.models import SessionLog

SOON = timedelta(days=5)
IN_SERVICE = (Status.ACTIVE, Status.ON_HOLD)
# All that is said of an episode that owes something: there are as many as clients in service.
READ = ("practice", "client__given_name", "client__family_name", "next_provider_visit_on")


@dataclass(frozen=True)
class Due:
    """One document that is owed. on: its last day. late: the day, for the letter the hour, has passed."""

    episode: Episode
    kind: Document.Kind
    on: date
    late: bool


def due(member: Member, at: datetime) -> list[Due]:
    """Return what the member's clients' providers are owed within five days, the most urgent first. One query.

    A letter is owed until it is signed, or until a progress report was: then it says nothing new.
    """
    day, found = member.practice.day(at), []
    episodes = with_dates(Episode.objects.visible_to(member)).select_related("client").only(*READ)
    for episode in episodes:
        episode.practice = member.practice
        owed = [letter_due(episode, at), report_due(episode, day)]
        found += [one for one in owed if one is not None and one.on <= day + SOON]
    return sorted(found, key=lambda one: (one.on, str(one.episode.client)))


def with_dates(episodes: QuerySet[Episode]) -> Any:
    """Return episodes in service that go to a provider, each with the days that due dates count from."""
    return episodes.filter(status__in=IN_SERVICE, referral__provider__isnull=False).annotate(**dates())


def dates() -> dict[str, Any]:
    """Return the annotations of an episode that due dates count from."""
    full = Assessment.objects.filter(episode=OuterRef("pk"), finished_at__isnull=False).exclude(
        kind=Assessment.Kind.CHECK
    )
    ended = SessionLog.objects.filter(episode=OuterRef("pk"), ended_at__isnull=False)
    signed = Document.objects.filter(episode=OuterRef("pk"), signed_at__isnull=False)
    letters = signed.filter(kind=Document.Kind.INTRODUCTORY)
    reports = signed.filter(kind=Document.Kind.PROGRESS)

    def one(rows: Any, field: str, order: str) -> Subquery:
        return Subquery(rows.order_by(order).values(field)[:1], output_field=DateTimeField())

    measured, session = one(full, "finished_at", "finished_at"), one(ended, "ended_at", "number")
    return {
        "baseline_at": one(full, "started_at", "started_at"),
        # Least answers nothing where either is empty (SQLite), so each stands in for the other.
        "first_visit_ended_at": Least(Coalesce(measured, session), Coalesce(session, measured)),
        "letter_signed_at": one(letters, "signed_at", "-signed_at"),
        "report_signed_at": one(reports, "signed_at", "-signed_at"),
    }


def letter_due(episode: Any, at: datetime) -> Due | None:
    """Return the introductory letter an episode owes; None where it owes none. episode: from `with_dates`."""
    if episode.first_visit_ended_at is None or episode.letter_signed_at or episode.report_signed_at:
        return None
    by = letter_due_at(episode.first_visit_ended_at)
    return Due(episode, Document.Kind.INTRODUCTORY, episode.practice.day(by), late=at > by)


def report_due(episode: Any, day: date) -> Due | None:
    """Return the next progress report of an episode; None before the baseline. episode: from `with_dates`."""
    since = episode.report_signed_at or episode.baseline_at
    if since is None:
        return None
    on = report_due_on(
        episode.practice.day(since), on=day, next_visit=episode.next_provider_visit_on,
        reported=episode.report_signed_at is not None,
    )  # fmt: skip
    return Due(episode, Document.Kind.PROGRESS, on, late=day > on)
