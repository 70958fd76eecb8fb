"""When each of the six documents is due, from the days of the record, and how that is said.

Days are the practice's own, instants are exact: 24 hours stay 24 hours when the clocks change. The acknowledgement's
day counts working days and stands with the referral (`referrals.rules.validity.acknowledge_by`).
Source: DOMAIN 4.9 (timing of documents), R4.10 (two days before a visit).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from medexpro.kernel.documents import ALWAYS_SENT, LONGEST_REPORT_DAYS, SHORTEST_REPORT_DAYS, DocumentKind
from medexpro.kernel.workdays import is_working_day

LETTER_HOURS = 24
SUMMARY_DAYS = 7
REPORT_DAYS = LONGEST_REPORT_DAYS
DAYS_BEFORE_VISIT = 2
# Nobody waits longer for a first word on what ended or changed: the record then says that none went.
OWED_FOR_DAYS = 90


@dataclass(frozen=True)
class Wishes:
    """What one provider wants from us. unwanted: kinds they asked not to get. report_days: how often a progress report."""

    unwanted: Collection[str] = ()
    report_days: int = REPORT_DAYS

    def wants(self, kind: str) -> bool:
        """Return whether a kind goes to this provider. A change in status always does.

        >>> quiet = Wishes(unwanted=["introductory_letter", "change_in_status"])
        >>> quiet.wants("introductory_letter"), quiet.wants("change_in_status"), quiet.wants("progress_report")
        (False, True, True)
        """
        return DocumentKind(kind) in ALWAYS_SENT or kind not in self.unwanted

    @property
    def every(self) -> int:
        """Return the days between two progress reports: never more than 30, never fewer than 7."""
        return max(SHORTEST_REPORT_DAYS, min(self.report_days, REPORT_DAYS))


def letter_due_at(first_visit_ended_at: datetime) -> datetime:
    """Return when the introductory letter is due: 24 hours after the first visit ended, whatever the clocks did.

    Raises ValueError for a moment without a time zone.
    """
    if first_visit_ended_at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return first_visit_ended_at.astimezone(UTC) + timedelta(hours=LETTER_HOURS)


def summary_due_on(first_visit_on: date) -> date:
    """Return the last day of the assessment summary.

    >>> summary_due_on(date(2026, 12, 28))
    datetime.date(2027, 1, 4)
    """
    return first_visit_on + timedelta(days=SUMMARY_DAYS)


def report_due_on(
    last: date, *, on: date, next_visit: date | None = None, reported: bool = True, every: int = REPORT_DAYS
) -> date:
    """Return when the progress report is due: 30 days after the last one, or 2 days before the provider's visit.

    last: the day of the last report signed, or of the baseline where there is none yet (`reported` is False then).
    on: today. every: days between two reports, as the provider wants them. A visit that is over asks nothing. Nor does
    one whose two days had begun when the last report was signed: that report is the one the provider has at hand.
    Raises ValueError for more than 30 days: a provider may hear of a client more often, never more seldom.

    >>> first = date(2026, 9, 1)
    >>> report_due_on(first, on=first), report_due_on(first, on=first, next_visit=date(2026, 9, 20))
    (datetime.date(2026, 10, 1), datetime.date(2026, 9, 18))
    >>> report_due_on(first, on=first, next_visit=date(2026, 9, 2))
    datetime.date(2026, 10, 1)
    >>> report_due_on(first, on=first, next_visit=date(2026, 9, 2), reported=False)
    datetime.date(2026, 9, 1)
    """
    if not 1 <= every <= REPORT_DAYS:
        raise ValueError(f"a report is due every 1 to {REPORT_DAYS} days, not {every}")
    regular = last + timedelta(days=every)
    if next_visit is None or next_visit <= last or next_visit < on:
        return regular
    before_visit = next_visit - timedelta(days=DAYS_BEFORE_VISIT)
    if before_visit <= last and reported:
        return regular
    return min(regular, max(last, before_visit))


def is_before_visit(due_on: date, last: date, *, every: int = REPORT_DAYS) -> bool:
    """Return whether the provider's visit brought a report forward."""
    return due_on < last + timedelta(days=every)


def still_owed(happened_on: date, on: date) -> bool:
    """Return whether what ended or changed is recent enough for a first word on it.

    >>> still_owed(date(2026, 1, 1), date(2026, 4, 1)), still_owed(date(2026, 1, 1), date(2026, 4, 2))
    (True, False)
    """
    return (on - happened_on).days <= OWED_FOR_DAYS


def last_open_day(due_on: date, on: date, closed: Collection[date]) -> date:
    """Return the last day on which what is due can be done: its own, or where the practice is closed then, one before.

    on: today. closed: days on which the practice is. What can only be done late keeps its day: a closure buys no time.

    >>> christmas = {date(2026, 12, day) for day in range(24, 32)}
    >>> last_open_day(date(2026, 12, 30), date(2026, 12, 18), christmas)
    datetime.date(2026, 12, 23)
    >>> last_open_day(date(2026, 12, 30), date(2026, 12, 26), christmas)
    datetime.date(2026, 12, 30)
    """
    day = due_on
    while day > on and day in closed:
        day -= timedelta(days=1)
    while day > on and day < due_on and not is_working_day(day, closed):
        day -= timedelta(days=1)
    return due_on if day in closed else day


def reaches_to(by: date, closed: Collection[date]) -> date:
    """Return the last due day that may have to be met by a day: its own, or one behind it with no open day in between.

    >>> christmas = {date(2026, 12, day) for day in range(24, 32)}
    >>> reaches_to(date(2026, 12, 23), christmas), reaches_to(date(2026, 12, 15), christmas)
    (datetime.date(2026, 12, 31), datetime.date(2026, 12, 15))
    """
    day = by
    while not is_working_day(day + timedelta(days=1), closed):
        day += timedelta(days=1)
    return day


def letter_words(due_at: datetime, at: datetime, *, day: str, clock: str) -> str:
    """Return when a letter is due, to the hour on its day. due_at, at: in the practice's zone; day, clock: in words.

    >>> due = datetime(2026, 10, 14, 9, 30)
    >>> letter_words(due, datetime(2026, 10, 14, 8), day="Oct 14", clock="9:30 am")
    'due today, 9:30 am'
    >>> letter_words(due, datetime(2026, 10, 14, 10), day="Oct 14", clock="9:30 am")
    'was due today, 9:30 am'
    """
    if due_at.date() != at.date():
        return when_words(due_at.date(), at.date(), day=day)
    return f"{'was due' if at > due_at else 'due'} today, {clock}"


def when_words(due_on: date, on: date, *, day: str) -> str:
    """Return when something is due as people say it. day: the due day in words, "Nov 12".

    >>> monday = date(2026, 10, 12)
    >>> [when_words(monday, monday + timedelta(days=n), day="Oct 12") for n in (-5, -1, 0, 1, 3)]
    ['due Oct 12', 'due tomorrow, Oct 12', 'due today', 'was due Oct 12, 1 day over', 'was due Oct 12, 3 days over']
    """
    over = (on - due_on).days
    if over > 0:
        return f"was due {day}, {over} day{'s' if over != 1 else ''} over"
    return {0: "due today", -1: f"due tomorrow, {day}"}.get(over, f"due {day}")
