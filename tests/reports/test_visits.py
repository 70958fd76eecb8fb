"""The client's next visit to the provider pulls the report forward: across weekends, time zones, clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode
from medexpro.reports import listing, operations
from medexpro.reports.models import Document
from tests import scenario
from tests.assessments.measuring import measured
from tests.reports.reporting import FIRST


def measured_on(cast, moment: datetime, zone: str = "America/New_York") -> Episode:
    """The practice lies in a zone, and Ana measured Janet for the first time at a moment."""
    cast.northbridge.time_zone = zone
    cast.northbridge.save()
    episode = scenario.programmed(cast, at=moment)
    measured(episode, FIRST, by=cast.ana, at=moment)
    return Episode.objects.select_related("client", "practice", "surgery", "referral__provider").get(
        pk=episode.pk
    )


def visits(cast, episode: Episode, on: date, at: datetime) -> None:
    episode.refresh_from_db()
    episodes.change(episode, next_provider_visit_on=on, by=cast.ana, at=at)


def report(cast, at: datetime) -> listing.Due:
    """Return what is due of the progress report, as the list says it at a moment, however far ahead."""
    rows = listing.with_dates(Episode.objects.visible_to(cast.ana), cast.northbridge.day(at))
    [episode] = rows.select_related("client", "practice")
    [due] = [one for one in listing.due_of(episode, at) if one.kind == Document.Kind.PROGRESS]
    return due


def local(day: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("visit", "due"),
    [
        (
            date(2026, 10, 26),
            date(2026, 10, 24),
        ),  # A visit on Monday: Saturday, so that it is there on Monday morning.
        (date(2026, 10, 27), date(2026, 10, 25)),  # On Tuesday: Sunday.
        (date(2026, 10, 30), date(2026, 10, 28)),  # On Friday: Wednesday.
        (date(2026, 11, 3), date(2026, 11, 1)),  # Over the night the clocks go back.
        (date(2026, 11, 14), date(2026, 11, 12)),  # The same day as 30 days after the baseline.
        (date(2026, 11, 15), date(2026, 11, 12)),  # A later visit changes nothing.
        (date(2026, 10, 14), date(2026, 10, 13)),  # Tomorrow: at once, and never before the baseline.
    ],
)
def test_two_days_before_the_visit_whatever_day_of_the_week(cast, visit, due):
    morning = local("2026-10-13 09:30")
    visits(cast, measured_on(cast, morning), visit, morning)
    assert report(cast, morning).on == due


def test_a_weekend_before_the_visit_makes_it_late_on_sunday_and_not_on_saturday(cast):
    """The visit is on Monday, Oct 26: the list has it from Monday before, and calls it late from Sunday."""
    morning = local("2026-10-13 09:30")
    visits(cast, measured_on(cast, morning), date(2026, 10, 26), morning)
    said = {day: report(cast, local(f"2026-10-{day} 12:00")) for day in (23, 24, 25)}
    assert [one.late for one in said.values()] == [False, False, True]
    assert said[23].words.endswith("before the provider’s visit on Oct 26")
    assert any(one.kind == "progress_report" for one in listing.due(cast.ana, local("2026-10-19 12:00")))


@pytest.mark.parametrize(
    ("zone", "late"),
    [
        ("Pacific/Honolulu", False),  # Still 2 pm of the due day.
        ("America/New_York", False),  # 7 pm.
        ("Asia/Kathmandu", True),  # The next morning.
    ],
)
def test_the_day_is_the_practices_own(cast, zone, late):
    """One instant, 2026-10-22 00:00 UTC; the report is due on Oct 21, two days before the visit."""
    morning = local("2026-10-13 09:30", zone)
    visits(cast, measured_on(cast, morning, zone), date(2026, 10, 23), morning)
    due = report(cast, datetime(2026, 10, 22, 0, 0, tzinfo=UTC))
    assert (due.on, due.late) == (date(2026, 10, 21), late)


def test_a_baseline_late_at_night_counts_from_the_practices_day(cast):
    """10 pm in Honolulu is the next day for the server: 30 days count from the evening it was."""
    evening = local("2026-10-13 22:00", "Pacific/Honolulu")
    measured_on(cast, evening, "Pacific/Honolulu")
    assert report(cast, evening).on == date(2026, 11, 12)


def test_a_visit_that_is_over_or_was_reported_for_asks_nothing_more(cast):
    morning = local("2026-10-13 09:30")
    episode = measured_on(cast, morning)
    visits(cast, episode, date(2026, 10, 26), morning)
    assert report(cast, local("2026-10-26 12:00")).late
    assert report(cast, local("2026-10-27 12:00")).on == date(2026, 11, 12)
    saturday = local("2026-10-24 10:00")
    episode.refresh_from_db()
    document = operations.draft(episode, "progress_report", by=cast.ana, at=saturday)
    operations.sign(document, recently_signed_in=True, by=cast.ana, at=saturday)
    assert report(cast, saturday + timedelta(hours=1)).on == date(2026, 11, 23)


def test_a_visit_moved_moves_the_report_with_it(cast):
    morning = local("2026-10-13 09:30")
    episode = measured_on(cast, morning)
    for visit, due in [
        (date(2026, 10, 26), date(2026, 10, 24)),
        (date(2026, 10, 21), date(2026, 10, 19)),
        (None, date(2026, 11, 12)),
    ]:
        visits(cast, episode, visit, morning)
        assert report(cast, morning).on == due
