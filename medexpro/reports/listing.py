"""Which of the six documents are owed, worked out from the record and never stored."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from medexpro.assessments.models import Assessment
from medexpro.episodes.models import Episode, Status
from medexpro.episodes.rules import status as status_rule
from medexpro.practice.models import Member
from medexpro.referrals.listing import RECENT_DAYS
from medexpro.referrals.policy import policy
from medexpro.referrals.rules.validity import acknowledge_by
from medexpro.reports import changing
from medexpro.reports.models import Document
from medexpro.reports.rules import due as rule
from medexpro.reports.rules.changes import SHORT, untold
from medexpro.sessions.models import SessionLog
from medexpro.web import words

SOON = timedelta(days=5)
IN_SERVICE = (Status.ACTIVE, Status.ON_HOLD)
OPEN = tuple(status for status in Status if status not in status_rule.CLOSED)
# All that is said of an episode that owes something: there are as many as clients in service.
READ = (
    "practice", "client__given_name", "client__family_name", "status", "started_on", "ended_on", "next_provider_visit_on",
    "referral",
)  # fmt: skip


@dataclass(frozen=True)
class Due:
    """One document that is owed. on: its last day. late: the day, for the letter the hour, has passed.

    said: when, in words: "was due Nov 12, 3 days over". why: what it follows from: "30 days after the baseline".
    """

    episode: Episode
    kind: Document.Kind
    on: date
    late: bool
    said: str
    why: str

    @property
    def words(self) -> str:
        """Return all of it: “Progress report due Nov 12: 30 days after the baseline”."""
        return f"{self.kind.label} {self.said}: {self.why}"


def due(member: Member, at: datetime) -> list[Due]:
    """Return what the member's clients' providers are owed within five days: the late first. One query."""
    day, found = member.practice.day(at), []
    episodes = with_dates(Episode.objects.visible_to(member), day).select_related("client").only(*READ)
    for episode in episodes:
        episode.practice = member.practice
        found += [one for one in due_of(episode, at) if one.on <= day + SOON]
    return sorted(found, key=lambda one: (not one.late, one.on, str(one.episode.client)))


def due_of(episode: Any, at: datetime) -> list[Due]:
    """Return every document an episode owes, whenever it is due. episode: from `with_dates`, its practice at hand."""
    owed = [rule_of(episode, at) for rule_of in RULES]
    return [one for one in owed if one is not None and wishes(episode).wants(one.kind)]


def with_dates(episodes: QuerySet[Episode], day: date) -> Any:
    """Return episodes that go to a provider and may owe something, each with the days that due dates count from."""
    ended = Q(status=Status.DISCHARGED, ended_on__gte=day - timedelta(days=rule.OWED_FOR_DAYS))
    rows = episodes.filter(Q(status__in=OPEN) | ended, referral__provider__isnull=False)
    return rows.annotate(**dates(), **changing.latest(), **_asked_for())


def dates() -> dict[str, Any]:
    """Return the annotations of an episode that due dates count from."""
    full = Assessment.objects.filter(episode=OuterRef("pk"), finished_at__isnull=False).exclude(
        kind=Assessment.Kind.CHECK
    )
    ended = SessionLog.objects.filter(episode=OuterRef("pk"), ended_at__isnull=False)

    def one(rows: Any, field: str, order: str) -> Subquery:
        return Subquery(rows.order_by(order).values(field)[:1], output_field=DateTimeField())

    def signed(kind: Document.Kind) -> Subquery:
        rows = Document.objects.filter(episode=OuterRef("pk"), signed_at__isnull=False, kind=kind)
        return one(rows, "signed_at", "-signed_at")

    measured, session = one(full, "finished_at", "finished_at"), one(ended, "ended_at", "number")
    return {
        "baseline_at": one(full, "started_at", "started_at"),
        # Least answers nothing where either is empty (SQLite), so each stands in for the other.
        "first_visit_ended_at": Least(Coalesce(measured, session), Coalesce(session, measured)),
        "letter_signed_at": signed(Document.Kind.INTRODUCTORY),
        "summary_signed_at": signed(Document.Kind.SUMMARY),
        "report_signed_at": signed(Document.Kind.PROGRESS),
        "notice_signed_at": signed(Document.Kind.CHANGE),
        "discharge_signed_at": signed(Document.Kind.DISCHARGE),
        "report_days": F("referral__provider__report_days"),
    }


def _asked_for() -> dict[str, Any]:
    return {
        "received_on": F("referral__received_on"),
        "acknowledged_at": F("referral__acknowledged_at"),
        "declined_at": F("referral__declined_at"),
        "unwanted": F("referral__provider__unwanted_documents"),
    }


def wishes(episode: Any) -> rule.Wishes:
    """Return what the referring provider wants from us."""
    return rule.Wishes(getattr(episode, "unwanted", None) or (), episode.report_days or rule.REPORT_DAYS)


# ---- One rule a document; each takes an episode from `with_dates`


def acknowledgement_due(episode: Any, at: datetime) -> Due | None:
    """Return the acknowledgement a referral still waits for."""
    day = episode.practice.day(at)
    old = episode.received_on < day - timedelta(days=RECENT_DAYS)
    if episode.acknowledged_at or episode.declined_at or old:
        return None
    on = acknowledge_by(episode.received_on, working_days=policy().acknowledge_working_days)
    came = words.day(episode.received_on, "short")
    return _due(episode, Document.Kind.ACKNOWLEDGEMENT, on, day, f"the referral came {came}")


def letter_due(episode: Any, at: datetime) -> Due | None:
    """Return the introductory letter; none once a progress report was signed: then it says nothing new."""
    if episode.status not in IN_SERVICE or episode.first_visit_ended_at is None:
        return None
    if episode.letter_signed_at or episode.report_signed_at:
        return None
    by, now = (episode.practice.local(one) for one in (rule.letter_due_at(episode.first_visit_ended_at), at))
    said = rule.letter_words(by, now, day=words.day(by.date(), "short"), clock=words.clock(by))
    kind = Document.Kind.INTRODUCTORY
    return Due(episode, kind, by.date(), now > by, said, "24 hours after the first visit")


def summary_due(episode: Any, at: datetime) -> Due | None:
    """Return the assessment summary; none once a progress report was signed, which says more."""
    if episode.status not in IN_SERVICE or episode.first_visit_ended_at is None:
        return None
    if episode.summary_signed_at or episode.report_signed_at:
        return None
    on = rule.summary_due_on(episode.practice.day(episode.first_visit_ended_at))
    return _due(episode, Document.Kind.SUMMARY, on, episode.practice.day(at), "a week after the first visit")


def progress_due(episode: Any, at: datetime) -> Due | None:
    """Return the next progress report of an episode in service; None before the baseline."""
    return report_due(episode, episode.practice.day(at)) if episode.status in IN_SERVICE else None


def report_due(episode: Any, day: date) -> Due | None:
    """Return the next progress report of an episode; None before the baseline. episode: with the days of `dates`."""
    since = episode.report_signed_at or episode.baseline_at
    if since is None:
        return None
    last, every, visit = episode.practice.day(since), wishes(episode).every, episode.next_provider_visit_on
    reported = episode.report_signed_at is not None
    on = rule.report_due_on(last, on=day, next_visit=visit, reported=reported, every=every)
    why = f"{every} days after the {'last report' if reported else 'baseline'}"
    if visit and rule.is_before_visit(on, last, every=every):
        why = f"before the provider’s visit on {words.day(visit, 'short')}"
    return _due(episode, Document.Kind.PROGRESS, on, day, why)


def change_due(episode: Any, at: datetime) -> Due | None:
    """Return the notice of a change that the provider has not been told of: it is due on the day it happened."""
    day = episode.practice.day(at)
    told = [one for one in (episode.notice_signed_at, episode.discharge_signed_at) if one]
    changes = untold(changing.latest_of(episode), max(told, default=None), on=day)
    if not changes or episode.status == Status.DISCHARGED:
        return None
    first = changes[0]
    why = words.joined([f"{SHORT[one.kind]} {words.day(one.on, 'short')}" for one in changes])
    return _due(episode, Document.Kind.CHANGE, first.on, day, why)


def discharge_due(episode: Any, at: datetime) -> Due | None:
    """Return the discharge summary; it belongs to the discharge and is due on its day."""
    if episode.status != Status.DISCHARGED or episode.ended_on is None or episode.discharge_signed_at:
        return None
    why = f"discharged {words.day(episode.ended_on, 'short')}"
    return _due(episode, Document.Kind.DISCHARGE, episode.ended_on, episode.practice.day(at), why)


RULES: tuple[Callable[[Any, datetime], Due | None], ...] = (
    acknowledgement_due,
    letter_due,
    summary_due,
    progress_due,
    change_due,
    discharge_due,
)


def _due(episode: Any, kind: Document.Kind, on: date, day: date, why: str) -> Due:
    said = rule.when_words(on, day, day=words.day(on, "short"))
    return Due(episode, kind, on, day > on, said, why)
