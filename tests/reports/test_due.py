"""When documents are due, by example."""

from datetime import UTC, date, datetime

import pytest

from medexpro.reports.rules.due import letter_due_at, report_due_on

BASELINE = date(2026, 8, 17)


@pytest.mark.parametrize(
    ("last", "on", "visit", "due"),
    [
        (BASELINE, date(2026, 8, 20), None, date(2026, 9, 16)),  # 30 days.
        (BASELINE, date(2026, 8, 20), date(2026, 9, 3), date(2026, 9, 1)),  # Two days before the visit.
        (BASELINE, date(2026, 8, 20), date(2026, 9, 30), date(2026, 9, 16)),  # The earlier of the two.
        (BASELINE, date(2026, 9, 4), date(2026, 9, 3), date(2026, 9, 16)),  # The visit is over.
        (BASELINE, date(2026, 9, 3), date(2026, 9, 3), date(2026, 9, 1)),  # On the day, it is late.
        (date(2026, 9, 2), date(2026, 9, 2), date(2026, 9, 3), date(2026, 10, 2)),  # That report is at hand.
    ],
)
def test_a_report_is_due_after_30_days_or_before_the_visit(last, on, visit, due):
    assert report_due_on(last, on=on, next_visit=visit) == due


def test_a_visit_right_after_the_baseline_asks_for_a_first_report_at_once():
    assert report_due_on(BASELINE, on=BASELINE, next_visit=date(2026, 8, 18), reported=False) == BASELINE


def test_the_letter_is_due_a_day_after_the_first_visit_ended():
    assert letter_due_at(datetime(2026, 8, 17, 20, 15, tzinfo=UTC)) == datetime(
        2026, 8, 18, 20, 15, tzinfo=UTC
    )
