"""Which of the six documents are owed, worked out from the record and never stored."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from medexpro.episodes.models import Episode, Status
from medexpro.practice import closing
from medexpro.practice.models import Member, Practice
from medexpro.providers.models import Provider
from medexpro.referrals.listing import RECENT_DAYS
from medexpro.referrals.policy import policy
from medexpro.referrals.rules.validity import acknowledge_by
from medexpro.reports import changing, owing
from medexpro.reports.models import Document
from medexpro.reports.owing import IN_SERVICE
from medexpro.reports.rules import due as rule
from medexpro.reports.rules.changes import SHORT, untold
from medexpro.web import words

SOON = timedelta(days=5)


@dataclass(frozen=True)
class Due:
    """One document that is owed. on: its last day. late: the day, for the letter the hour, has passed.

    said: when, in words: "was due Nov 12, 3 days over". why: what it follows from: "30 days after the baseline".
    by: the last day on which it can be done in time; before `on` where the practice is closed then. None: the same day.
    retired: the provider, where they take no letters any more: somebody has to choose who gets it.
    """

    episode: Episode
    kind: Document.Kind
    on: date
    late: bool
    said: str
    why: str
    by: date | None = None
    retired: str = ""

    @property
    def needed_on(self) -> date:
        """Return the day by which it has to be done to be in time."""
        return self.by or self.on

    @property
    def words(self) -> str:
        """Return all of it: “Progress report due Nov 12: 30 days after the baseline”."""
        words_ = f"{self.kind.label} {self.said}: {self.why}"
        return f"{words_}. {retired_words(self.retired)}" if self.retired else words_


def due(member: Member, at: datetime, closed: Collection[date] | None = None) -> list[Due]:
    """Return what the member's clients' providers are owed within five days: the late first. Two queries.

    closed: the days the practice is closed, where they are read already.
    """
    day, found = member.practice.day(at), []
    closed = closed_for(member.practice, day) if closed is None else closed
    until = rule.reaches_to(day + SOON, closed)
    for episode in owing.of_member(member, day, until=until):
        found += [one for one in due_of(episode, at, closed) if one.needed_on <= day + SOON]
    return sorted(found, key=lambda one: (not one.late, one.needed_on, str(one.episode.client)))


def closed_for(practice: Practice, day: date) -> frozenset[date]:
    """Return the days the practice is closed, as far back as due dates count them. One query."""
    return closing.closed_days(practice, day - timedelta(days=RECENT_DAYS))


def due_of(episode: Any, at: datetime, closed: Collection[date] = ()) -> list[Due]:
    """Return every document an episode owes, whenever it is due.

    episode: from `with_dates`, its practice at hand. closed: from `closed_for`.
    """
    day, wished = episode.practice.day(at), wishes(episode)
    owed = [acknowledgement_due(episode, day, closed), letter_due(episode, at)]
    owed += [rule_of(episode, day) for rule_of in RULES]
    wanted = [before_closing(one, day, closed) for one in owed if one is not None and wished.wants(one.kind)]
    return wanted if episode.takes_letters else [replace(one, retired=_called(episode)) for one in wanted]


def retired_words(name: str) -> str:
    """Return that a provider takes no letters any more, and what to do about it."""
    return f"{name} is no longer active: choose who gets it"


def _called(episode: Any) -> str:
    """Return the referring provider as people in the practice say it."""
    names = {"given_name": episode.provider_given_name, "family_name": episode.provider_family_name}
    return Provider(type=episode.provider_type, **names).short_name


def before_closing(owed: Due, day: date, closed: Collection[date]) -> Due:
    """Return what is owed with the last open day before it, where the practice is closed on its day."""
    by = rule.last_open_day(owed.on, day, closed)
    if by == owed.on:
        return owed
    return replace(owed, by=by, said=f"{owed.said}, closed then: last open day {words.day(by, 'short')}")


def with_dates(episodes: QuerySet[Episode], day: date) -> Any:
    """Return episodes that go to a provider and may owe something, each with the days that due dates count from."""
    since = day - timedelta(days=rule.OWED_FOR_DAYS)
    return owing.with_dates(episodes.filter(owing.goes_to_a_provider(since)))


def first_visit_ended_at(episode: Any) -> datetime | None:
    """Return when the first visit ended: the earlier of the first measuring and the first session."""
    return min((one for one in (episode.measured_at, episode.session_ended_at) if one), default=None)


def wishes(episode: Any) -> rule.Wishes:
    """Return what the referring provider wants from us."""
    return rule.Wishes(getattr(episode, "unwanted", None) or (), episode.report_days or rule.REPORT_DAYS)


# ---- One rule a document; each takes an episode from `with_dates`


def acknowledgement_due(episode: Any, day: date, closed: Collection[date] = ()) -> Due | None:
    """Return the acknowledgement a referral still waits for. closed: days that are no working days of the practice."""
    old = episode.received_on < day - timedelta(days=RECENT_DAYS)
    if episode.acknowledged_at or episode.declined_at or old:
        return None
    on = acknowledge_by(episode.received_on, working_days=policy().acknowledge_working_days, closed=closed)
    came = words.day(episode.received_on, "short")
    return _due(episode, Document.Kind.ACKNOWLEDGEMENT, on, day, f"the referral came {came}")


def letter_due(episode: Any, at: datetime) -> Due | None:
    """Return the introductory letter; none once a progress report was signed: then it says nothing new."""
    ended_at = first_visit_ended_at(episode)
    if episode.status not in IN_SERVICE or ended_at is None:
        return None
    if episode.letter_signed_at or episode.report_signed_at:
        return None
    by, now = (episode.practice.local(one) for one in (rule.letter_due_at(ended_at), at))
    said = rule.letter_words(by, now, day=words.day(by.date(), "short"), clock=words.clock(by))
    kind = Document.Kind.INTRODUCTORY
    return Due(episode, kind, by.date(), now > by, said, "24 hours after the first visit")


def summary_due(episode: Any, day: date) -> Due | None:
    """Return the assessment summary; none once a progress report was signed, which says more."""
    ended_at = first_visit_ended_at(episode)
    if episode.status not in IN_SERVICE or ended_at is None:
        return None
    if episode.summary_signed_at or episode.report_signed_at:
        return None
    on = rule.summary_due_on(episode.practice.day(ended_at))
    return _due(episode, Document.Kind.SUMMARY, on, day, "a week after the first visit")


def progress_due(episode: Any, day: date) -> Due | None:
    """Return the next progress report of an episode in service; None before the baseline."""
    return report_due(episode, day) if episode.status in IN_SERVICE else None


def report_due(episode: Any, day: date) -> Due | None:
    """Return the next progress report of an episode; None before the baseline. episode: with the days of `owing.dates`."""
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


def change_due(episode: Any, day: date) -> Due | None:
    """Return the notice of a change that the provider has not been told of: it is due on the day it happened."""
    told = [one for one in (episode.notice_signed_at, episode.discharge_signed_at) if one]
    changes = untold(changing.latest_of(episode), max(told, default=None), on=day)
    if not changes or episode.status == Status.DISCHARGED:
        return None
    first = changes[0]
    why = words.joined([f"{SHORT[one.kind]} {words.day(one.on, 'short')}" for one in changes])
    return _due(episode, Document.Kind.CHANGE, first.on, day, why)


def discharge_due(episode: Any, day: date) -> Due | None:
    """Return the discharge summary; it belongs to the discharge and is due on its day."""
    if episode.status != Status.DISCHARGED or episode.ended_on is None or episode.discharge_signed_at:
        return None
    why = f"discharged {words.day(episode.ended_on, 'short')}"
    return _due(episode, Document.Kind.DISCHARGE, episode.ended_on, day, why)


# Two stand apart: the acknowledgement counts working days, the letter hours.
RULES: tuple[Callable[[Any, date], Due | None], ...] = (
    summary_due,
    progress_due,
    change_due,
    discharge_due,
)


def _due(episode: Any, kind: Document.Kind, on: date, day: date, why: str) -> Due:
    said = rule.when_words(on, day, day=words.day(on, "short"))
    return Due(episode, kind, on, day > on, said, why)
