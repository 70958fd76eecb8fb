"""The loop from a referral to its discharge summary: what we owe a source for one client, in time or late.

Days are the practice's own, instants carry their zone. When each document is due stands in `reports.rules.due`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from medexpro.kernel.documents import DocumentKind
from medexpro.referrals.rules.validity import acknowledge_by
from medexpro.reports.rules import due


class LoopState(StrEnum):
    """How the word was kept for one client so far."""

    ON_TIME = "on_time"
    LATE = "late"
    WAITS = "waits"


@dataclass(frozen=True)
class Course:
    """One client sent, as far as documents go. signed: kind to the moments it was signed, in any order.

    served: measured or exercised with us at present. discharged_on: day of the discharge. read: the source has read the
    discharge summary. every: days between two progress reports. unwanted: kinds the source asked not to get.
    """

    received_on: date
    acknowledged_on: date | None = None
    first_visit_at: datetime | None = None
    baseline_on: date | None = None
    discharged_on: date | None = None
    served: bool = False
    declined: bool = False
    read: bool = False
    signed: Mapping[str, Sequence[datetime]] = field(default_factory=dict)
    every: int = due.REPORT_DAYS
    unwanted: Collection[str] = ()


@dataclass(frozen=True)
class Promise:
    """One document owed. kept_on: the day it was signed; None: it waits. late: its day passed before."""

    kind: DocumentKind
    due_on: date
    kept_on: date | None
    late: bool


def promises(
    course: Course, now: datetime, *, working_days: int, closed: Collection[date] = ()
) -> list[Promise]:
    """Return what was and is owed for one client, the next of each kind included, in the order they fall due.

    now: in the practice's zone. working_days: until a referral is acknowledged. closed: days on which the practice is.
    """
    today = now.date()
    owed = [_acknowledgement(course, today, working_days, closed)]
    if course.first_visit_at is not None:
        owed += _first_words(course, course.first_visit_at, now)
    if course.baseline_on is not None:
        owed += _progress(course, course.baseline_on, today)
    if course.discharged_on is not None:
        owed.append(
            _kept(DocumentKind.DISCHARGE, course.discharged_on, _days(course, DocumentKind.DISCHARGE), today)
        )
    wishes = due.Wishes(course.unwanted)
    return sorted(
        (one for one in owed if one is not None and wishes.wants(one.kind)),
        key=lambda one: (one.due_on, one.kind),
    )


def state_of(found: Sequence[Promise]) -> LoopState:
    """Return how the word was kept: one late document makes it late, one in time and none late on time."""
    if any(one.late for one in found):
        return LoopState.LATE
    return LoopState.ON_TIME if any(one.kept_on for one in found) else LoopState.WAITS


def is_open(course: Course, today: date) -> bool:
    """Return whether somebody still waits for a word of us: until the discharge summary is read, or is too old to wait."""
    if course.declined or course.read:
        return False
    return course.discharged_on is None or due.still_owed(course.discharged_on, today)


def _days(course: Course, kind: DocumentKind) -> list[date]:
    return sorted(moment.date() for moment in course.signed.get(kind.value, ()))


def _kept(kind: DocumentKind, due_on: date, days: Sequence[date], today: date) -> Promise:
    kept = days[0] if days else None
    return Promise(kind, due_on, kept, late=(kept or today) > due_on)


def _acknowledgement(
    course: Course, today: date, working_days: int, closed: Collection[date]
) -> Promise | None:
    if course.declined and course.acknowledged_on is None:
        return None
    by = acknowledge_by(course.received_on, working_days=working_days, closed=closed)
    told = [course.acknowledged_on] if course.acknowledged_on else []
    return _kept(DocumentKind.ACKNOWLEDGEMENT, by, told, today)


def _first_words(course: Course, visit: datetime, now: datetime) -> list[Promise | None]:
    """Return the letter and the summary. A progress report says more than either: what did not go by then is let go."""
    letter_at = due.letter_due_at(visit)
    letters = sorted(course.signed.get(DocumentKind.INTRODUCTORY.value, ()))
    reported = _days(course, DocumentKind.PROGRESS)
    letter = Promise(
        DocumentKind.INTRODUCTORY,
        letter_at.astimezone(now.tzinfo).date(),
        letters[0].date() if letters else None,
        late=(letters[0] if letters else now) > letter_at,
    )
    summary_on = due.summary_due_on(visit.date())
    summary = _kept(DocumentKind.SUMMARY, summary_on, _days(course, DocumentKind.SUMMARY), now.date())
    over = bool(reported) or course.discharged_on is not None
    return [None if one.kept_on is None and over else one for one in (letter, summary)]


def _progress(course: Course, baseline_on: date, today: date) -> list[Promise]:
    found, last, wait = [], baseline_on, timedelta(days=due.Wishes(report_days=course.every).every)
    for signed_on in _days(course, DocumentKind.PROGRESS):
        # A second one within the month went out because somebody asked.
        found.append(Promise(DocumentKind.PROGRESS, last + wait, signed_on, late=signed_on > last + wait))
        last = signed_on
    if course.served and course.discharged_on is None:
        found.append(Promise(DocumentKind.PROGRESS, last + wait, None, late=today > last + wait))
    return found
