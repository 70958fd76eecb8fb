"""When documents are due: by example, and across weekends, month ends, leap days, time zones and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.kernel.documents import DocumentKind
from medexpro.kernel.workdays import after_working_days, is_working_day
from medexpro.referrals.rules.validity import acknowledge_by
from medexpro.reports.rules.due import (
    REPORT_DAYS,
    Wishes,
    is_before_visit,
    letter_due_at,
    report_due_on,
    still_owed,
    summary_due_on,
    when_words,
)

BASELINE = date(2026, 8, 17)
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
ZONES = st.sampled_from(
    [
        "America/New_York",
        "America/Phoenix",
        "Pacific/Honolulu",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "UTC",
    ]
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 12, 31), timezones=ZONES.map(ZoneInfo))

# Acknowledgement: one working day after the referral arrived


@pytest.mark.parametrize(
    ("received", "closed", "due"),
    [
        (date(2026, 10, 8), (), date(2026, 10, 9)),  # Thursday to Friday.
        (date(2026, 10, 9), (), date(2026, 10, 12)),  # Friday to Monday.
        (date(2026, 10, 10), (), date(2026, 10, 12)),  # It came by fax on a Saturday.
        (date(2026, 10, 11), (), date(2026, 10, 12)),  # On a Sunday.
        (date(2026, 10, 30), (), date(2026, 11, 2)),  # Over the end of a month, and the night the clocks go back.
        (date(2027, 12, 31), (), date(2028, 1, 3)),  # Over the new year.
        (date(2028, 2, 28), (), date(2028, 2, 29)),  # Into a leap day.
        (date(2026, 12, 24), {date(2026, 12, 25), date(2026, 12, 28)}, date(2026, 12, 29)),  # Closed over Christmas.
        (date(2026, 10, 9), {date(2026, 10, 10)}, date(2026, 10, 12)),  # A closed Saturday counts once.
    ],
)  # fmt: skip
def test_an_acknowledgement_is_due_on_the_next_working_day(received, closed, due):
    assert acknowledge_by(received, working_days=1, closed=closed) == due


@given(DAYS, st.integers(0, 10), st.sets(DAYS, max_size=5))
def test_so_many_working_days_lie_behind_a_day_and_the_last_is_one(day, count, closed):
    last = after_working_days(day, count, closed)
    between = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    assert sum(is_working_day(one, closed) for one in between) == count
    assert count == 0 or is_working_day(last, closed)


def test_nobody_counts_backwards_or_for_ever():
    with pytest.raises(ValueError, match="negative"):
        after_working_days(BASELINE, -1)
    whole_year = {BASELINE + timedelta(days=n) for n in range(400)}
    with pytest.raises(ValueError, match="within a year"):
        after_working_days(BASELINE, 1, whole_year)


# Introductory letter: 24 hours after the first visit


def test_the_letter_is_due_a_day_after_the_first_visit_ended():
    ended = datetime(2026, 8, 17, 20, 15, tzinfo=UTC)
    assert letter_due_at(ended) == datetime(2026, 8, 18, 20, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ended", "due"),
    [
        ("2026-10-31 17:00", "2026-11-01 16:00"),  # The clocks go back at night: an hour earlier on the wall.
        ("2026-03-07 17:00", "2026-03-08 18:00"),  # They go forward: an hour later.
        ("2026-12-31 17:00", "2027-01-01 17:00"),
    ],
)
def test_24_hours_stay_24_hours_when_the_clocks_change(ended, due):
    home = ZoneInfo("America/New_York")
    at = datetime.fromisoformat(ended).replace(tzinfo=home)
    assert letter_due_at(at).astimezone(home).strftime("%Y-%m-%d %H:%M") == due


@given(MOMENTS)
def test_the_letter_is_due_24_hours_later_in_every_zone(ended):
    assert letter_due_at(ended) - ended.astimezone(UTC) == timedelta(hours=24)


def test_a_moment_without_a_zone_says_nothing():
    with pytest.raises(ValueError, match="time zone"):
        letter_due_at(datetime(2026, 8, 17, 20, 15))


def test_the_same_instant_is_another_day_in_another_practice():
    """A visit that ends at 9 pm in Honolulu ends on the next day in New York: each counts its own days."""
    ended = datetime(2026, 10, 13, 7, 30, tzinfo=UTC)
    days = {
        zone: ended.astimezone(ZoneInfo(zone)).date() for zone in ("Pacific/Honolulu", "America/New_York")
    }
    assert summary_due_on(days["Pacific/Honolulu"]) == date(2026, 10, 19)
    assert summary_due_on(days["America/New_York"]) == date(2026, 10, 20)


# Assessment summary: 7 days


@pytest.mark.parametrize(
    ("visit", "due"),
    [
        (date(2026, 10, 13), date(2026, 10, 20)),
        (date(2026, 12, 28), date(2027, 1, 4)),
        (date(2028, 2, 25), date(2028, 3, 3)),  # Over a leap day.
    ],
)
def test_a_summary_is_due_a_week_after_the_first_visit(visit, due):
    assert summary_due_on(visit) == due


# Progress report: 30 days, and before the provider's visit


@pytest.mark.parametrize(
    ("last", "on", "visit", "due"),
    [
        (BASELINE, date(2026, 8, 20), None, date(2026, 9, 16)),  # 30 days.
        (BASELINE, date(2026, 8, 20), date(2026, 9, 3), date(2026, 9, 1)),  # Two days before the visit.
        (BASELINE, date(2026, 8, 20), date(2026, 9, 30), date(2026, 9, 16)),  # The earlier of the two.
        (BASELINE, date(2026, 9, 4), date(2026, 9, 3), date(2026, 9, 16)),  # The visit is over.
        (BASELINE, date(2026, 9, 3), date(2026, 9, 3), date(2026, 9, 1)),  # On the day, it is late.
        (date(2026, 9, 2), date(2026, 9, 2), date(2026, 9, 3), date(2026, 10, 2)),  # That report is at hand.
        (date(2027, 1, 31), date(2027, 1, 31), None, date(2027, 3, 2)),  # February is short.
        (date(2028, 1, 31), date(2028, 1, 31), None, date(2028, 3, 1)),  # In a leap year it is not as short.
    ],
)
def test_a_report_is_due_after_30_days_or_before_the_visit(last, on, visit, due):
    assert report_due_on(last, on=on, next_visit=visit) == due


def test_a_visit_right_after_the_baseline_asks_for_a_first_report_at_once():
    assert report_due_on(BASELINE, on=BASELINE, next_visit=date(2026, 8, 18), reported=False) == BASELINE


@given(
    DAYS, st.integers(0, 80), st.one_of(st.none(), st.integers(-20, 80)), st.booleans(), st.integers(7, 30)
)
def test_a_report_is_never_due_later_than_its_rhythm_and_never_before_the_last(
    last, later, visit, reported, every
):
    on, next_visit = last + timedelta(days=later), last + timedelta(days=visit) if visit is not None else None
    due = report_due_on(last, on=on, next_visit=next_visit, reported=reported, every=every)
    assert last <= due <= last + timedelta(days=every) <= last + timedelta(days=REPORT_DAYS)
    if is_before_visit(due, last, every=every):
        assert next_visit is not None and next_visit >= on
        assert due == max(last, next_visit - timedelta(days=2))


@given(DAYS, st.integers(3, 29))
def test_a_nearer_visit_never_makes_a_report_due_later(last, days):
    nearer = report_due_on(last, on=last, next_visit=last + timedelta(days=days))
    assert nearer <= report_due_on(last, on=last, next_visit=last + timedelta(days=days + 1))


@pytest.mark.parametrize("every", [0, 31, 365])
def test_no_rhythm_is_slower_than_30_days(every):
    with pytest.raises(ValueError, match="every 1 to 30 days"):
        report_due_on(BASELINE, on=BASELINE, every=every)


# What a provider wants


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_provider_may_do_without_every_document_but_a_change_in_status(kind):
    wants = Wishes(unwanted=[one.value for one in DocumentKind]).wants(kind)
    assert wants == (kind is DocumentKind.CHANGE)
    assert Wishes().wants(kind)


@pytest.mark.parametrize(("wished", "every"), [(30, 30), (14, 14), (45, 30), (0, 7), (7, 7)])
def test_reports_go_out_as_often_as_wished_within_7_and_30_days(wished, every):
    assert Wishes(report_days=wished).every == every


# In words


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-6, "due Oct 12"),
        (-1, "due tomorrow, Oct 12"),
        (0, "due today"),
        (1, "was due Oct 12, 1 day over"),
        (12, "was due Oct 12, 12 days over"),
    ],
)
def test_lateness_is_said_in_days(days, said):
    monday = date(2026, 10, 12)
    assert when_words(monday, monday + timedelta(days=days), day="Oct 12") == said


def test_nobody_waits_for_a_word_on_what_ended_a_quarter_ago():
    assert still_owed(date(2026, 7, 15), date(2026, 10, 13))
    assert not still_owed(date(2026, 7, 14), date(2026, 10, 13))
