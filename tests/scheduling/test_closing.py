"""A day on which everyone is closed is no working day: due dates know of it."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from medexpro.practice import closing
from medexpro.referrals.rules.validity import acknowledge_by
from medexpro.reports import listing
from medexpro.reports.rules.due import last_open_day
from medexpro.scheduling import operations
from medexpro.scheduling.rules import availability, walltime
from medexpro.scheduling.rules.availability import Closed
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING, TODAY
from tests.pages import text_of
from tests.reports.reporting import FIRST
from tests.scheduling.booking import FRIDAY, THURSDAY, TUESDAY

WEDNESDAY = date(2026, 10, 14)
ZONE = ZoneInfo("America/New_York")


def closed(first: date, last: date, since: time | None = None, until: time | None = None) -> Closed:
    begins = walltime.resolve(first, since, ZONE).at if since else walltime.midnight(first, ZONE)
    day_after = walltime.midnight(last + timedelta(days=1), ZONE)
    return Closed(begins, walltime.resolve(last, until, ZONE).at if until else day_after)


@pytest.mark.parametrize(("closure", "days"), [
    (closed(TUESDAY, TUESDAY), {TUESDAY}),
    (closed(TUESDAY, TUESDAY, time(13)), set()),  # A closed afternoon.
    (closed(TUESDAY, THURSDAY, time(13), time(12)), {WEDNESDAY}),
    (closed(date(2026, 10, 31), date(2026, 11, 1)), {date(2026, 10, 31), date(2026, 11, 1)}),  # 25 hours on Sunday.
    (closed(date(2027, 3, 14), date(2027, 3, 14)), {date(2027, 3, 14)}),  # And 23 in spring.
])  # fmt: skip
def test_a_day_is_closed_from_its_beginning_to_its_end(closure, days):
    assert availability.closed_days([closure], ZONE) == days


def test_only_what_closes_everyone_counts_and_only_in_its_own_practice(cast):
    add = {"by": cast.ben, "at": MORNING}
    operations.add_closure(why="Ana is away", first=WEDNESDAY, last=WEDNESDAY, member=cast.ana, **add)
    operations.add_closure(
        why="Training", first=THURSDAY, last=THURSDAY, since=time(13), until=time(15), **add
    )
    operations.add_closure(why="Moving house", first=FRIDAY, last=FRIDAY, **add)
    assert closing.closed_days(cast.northbridge, TODAY) == {FRIDAY}
    assert closing.closed_days(cast.southgate, TODAY) == set()
    assert closing.closed_days(cast.northbridge, FRIDAY + timedelta(days=1)) == set()


def test_an_acknowledgement_waits_for_the_next_day_the_practice_is_open(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    scenario.referred(cast)  # It came today, a Tuesday.
    ben = sign_in(cast.ben)
    assert "Acknowledge by Oct 14" in text_of(ben.get(reverse("referrals:list")))
    operations.add_closure(why="Flood", first=WEDNESDAY, last=FRIDAY, by=cast.ben, at=MORNING)
    for url in (reverse("referrals:list"), "/"):
        assert "Acknowledge by Oct 19" in text_of(ben.get(url)), url
    [owed] = [
        one for one in listing.due(cast.ben, MORNING + timedelta(days=2)) if one.kind == "acknowledgement"
    ]
    assert (owed.on, owed.late) == (date(2026, 10, 19), False)


def test_who_closes_for_a_year_is_not_waited_for():
    year = {TUESDAY + timedelta(days=n) for n in range(800)}
    assert acknowledge_by(TUESDAY, working_days=1, closed=year) == WEDNESDAY


CHRISTMAS = {date(2026, 12, day) for day in range(24, 32)}


@pytest.mark.parametrize(("due", "today", "by"), [
    (date(2026, 12, 23), date(2026, 12, 18), date(2026, 12, 23)),  # The last open day itself.
    (date(2026, 12, 30), date(2026, 12, 18), date(2026, 12, 23)),
    (date(2026, 12, 30), date(2026, 12, 23), date(2026, 12, 23)),
    (date(2026, 12, 30), date(2026, 12, 24), date(2026, 12, 30)),  # Too late to be earlier.
    (date(2027, 1, 4), date(2026, 12, 18), date(2027, 1, 4)),
    (date(2026, 12, 30), date(2027, 1, 4), date(2026, 12, 30)),  # Late is late.
])  # fmt: skip
def test_what_is_due_while_closed_is_done_before(due, today, by):
    assert last_open_day(due, today, CHRISTMAS) == by


def test_a_closure_that_begins_on_a_monday_leaves_the_friday():
    week = {date(2026, 10, day) for day in range(19, 24)}
    assert last_open_day(date(2026, 10, 21), TUESDAY, week) == FRIDAY


def test_a_report_due_while_closed_is_listed_in_time_and_says_why(cast):
    episode = scenario.programmed(cast)
    measured(episode, FIRST, by=cast.ana)  # The first report is due on Nov 12.
    before = MORNING + timedelta(days=20)

    def reports():
        return [one for one in listing.due(cast.ana, before) if one.kind == "progress_report"]

    assert reports() == []
    operations.add_closure(
        why="Autumn break", first=date(2026, 11, 5), last=date(2026, 11, 15), by=cast.ben, at=MORNING
    )
    [owed] = reports()
    assert (owed.on, owed.by, owed.late) == (date(2026, 11, 12), date(2026, 11, 4), False)
    assert owed.said == "due Nov 12, closed then: last open day Nov 4"
