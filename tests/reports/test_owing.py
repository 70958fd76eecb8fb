"""Which episodes the database is asked for: never one too few, and none that can owe nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.clearance import operations as clearance
from medexpro.clients.operations import people
from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode
from medexpro.practice import closing
from medexpro.providers import operations as providers
from medexpro.referrals import operations as referrals
from medexpro.reports import listing, operations, owing
from medexpro.reports.rules import due as rule
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING, TODAY
from tests.reports.reporting import FIRST

DAY = timedelta(days=1)


def client(cast, family):
    return people.quick_add(given_name="Kim", family_name=family, by=cast.ana, at=MORNING, knowingly=True)


def in_service(cast, family, *, reported_after=None):
    """A client who was measured, and whose provider got a report so many days later."""
    episode = scenario.programmed(cast, client=client(cast, family))
    referrals.acknowledge(episode.referral, channel="phone", by=cast.ben, at=MORNING)
    measured(episode, FIRST, by=cast.ana)
    if reported_after is not None:
        at = MORNING + reported_after * DAY
        report = operations.draft(episode, "progress_report", by=cast.ana, at=at)
        operations.sign(report, recently_signed_in=True, by=cast.ana, at=at)
    return Episode.objects.select_related("client", "practice", "referral__provider").get(pk=episode.pk)


@pytest.fixture
def practice(cast):
    """Northbridge with a client in each state that may owe something, or nothing."""
    told = scenario.referred(cast, client=client(cast, "Acknowledged"))
    referrals.acknowledge(told.referral, channel="phone", by=cast.ben, at=MORNING)
    scenario.referred(cast, client=client(cast, "Waiting"))
    in_service(cast, "Measured")
    in_service(cast, "Reported", reported_after=1)
    back = in_service(cast, "Back", reported_after=2)
    clearance.refer_back(back, trigger="x", observed="Calf swollen", by=cast.ana, at=MORNING + 5 * DAY)
    held = in_service(cast, "Held", reported_after=2)
    episodes.hold(held, reason="Travelling", by=cast.ana, at=MORNING + 9 * DAY)
    seen = in_service(cast, "Seen", reported_after=1)
    episodes.change(seen, next_provider_visit_on=TODAY + 15 * DAY, by=cast.ana, at=MORNING)
    gone = in_service(cast, "Gone", reported_after=3)
    episodes.discharge(gone, ended_reason="moved", by=cast.ana, at=MORNING + 20 * DAY)
    return cast


def everything(member, at):
    """Work through every episode, as if nothing were known beforehand: what the list must come to."""
    day = member.practice.day(at)
    closed = listing.closed_for(member.practice, day)
    found = []
    rows = listing.with_dates(Episode.objects.visible_to(member), day).select_related("client", "practice")
    for episode in rows:
        found += [one for one in listing.due_of(episode, at, closed) if one.needed_on <= day + listing.SOON]
    return sorted((str(one.episode.client), one.words, one.late) for one in found)


def test_the_list_holds_what_working_through_every_episode_finds_on_every_day(practice, monkeypatch):
    christmas = frozenset(TODAY + n * DAY for n in range(30, 45))
    for closed in (frozenset(), christmas):
        monkeypatch.setattr(closing, "closed_days", lambda practice, since, closed=closed: closed)
        for days in range(0, 130, 3):
            at = MORNING + days * DAY
            for member in (practice.ana, practice.ben, practice.asa):
                listed = [(str(one.episode.client), one.words, one.late) for one in listing.due(member, at)]
                assert sorted(listed) == everything(member, at), (days, member)


def test_who_can_owe_nothing_is_not_even_read(practice):
    at = MORNING + 10 * DAY
    day = practice.northbridge.day(at)
    read = owing.of_member(practice.ana, day, until=day + listing.SOON)
    assert {str(one.client) for one in read} == {
        "Kim Waiting", "Kim Measured", "Kim Back", "Kim Held", "Kim Seen", "Kim Gone",
    }  # fmt: skip


def test_a_provider_who_wants_reports_more_often_is_read_too(practice):
    providers.change(practice.dr_raman, report_days=7, by=practice.ana, at=MORNING)
    at = MORNING + 10 * DAY
    assert any(name == "Kim Reported" for name, _, _ in everything(practice.ana, at))
    listed = [(str(one.episode.client), one.words, one.late) for one in listing.due(practice.ana, at)]
    assert sorted(listed) == everything(practice.ana, at)


def test_a_retired_provider_is_named_where_the_document_is_due(practice):
    providers.change(practice.dr_raman, is_active=False, by=practice.ana, at=MORNING)
    found = {str(one.episode.client): one.words for one in listing.due(practice.ana, MORNING + 40 * DAY)}
    assert found["Kim Reported"].endswith("Dr. Raman is no longer active: choose who gets it")


def test_the_list_asks_two_questions_however_many_clients_there_are(practice, django_assert_num_queries):
    listing.due(practice.ana, MORNING)
    for days in (0, 40, 100):
        with django_assert_num_queries(2):
            listing.due(practice.ana, MORNING + days * DAY)


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(DAYS, st.integers(0, 40), st.integers(0, 10), st.sets(st.integers(-5, 60), max_size=30))
def test_looking_ahead_reaches_to_everything_that_has_to_be_done_by_a_day(on, later, ahead, shut):
    """However the closures lie: what has to be done by a day is due within what is looked at."""
    due_on, by = on + later * DAY, on + ahead * DAY
    closed = {on + n * DAY for n in shut}
    if rule.last_open_day(due_on, on, closed) <= by:
        assert due_on <= rule.reaches_to(by, closed)
