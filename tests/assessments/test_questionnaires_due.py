"""Where a questionnaire is owed: on Today beside the reassessments, and on the client's own pages."""

from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.assessments import operations
from medexpro.assessments.operations import questionnaires as asking_ops
from medexpro.sessions.models import SessionLog
from medexpro.today.obligations import Look, questionnaires
from tests import scenario
from tests.assessments.measuring import LATER, take
from tests.conftest import MORNING


@pytest.fixture
def episode(cast, clock):
    """Ana’s baseline of Janet plans the PSFS; it was left out for now."""
    clock("2026-10-13 10:00")
    episode = scenario.cleared(cast)
    baseline = operations.start(episode, "baseline", measures=["psfs", "tug"], by=cast.ana, at=MORNING)
    take(baseline, "tug", "13.8", by=cast.ana)
    operations.finish(baseline, left_out=LATER, by=cast.ana, at=MORNING)
    return episode


def visited(episode, cast, number, days):
    at = MORNING + timedelta(days=days)
    SessionLog.objects.create(
        practice=cast.northbridge, episode=episode, number=number, by=cast.ana, opened_at=at, started_at=at,
        state="signed",
    )  # fmt: skip


def owed(cast, days=0, member=None):
    member = member or cast.ana
    found = questionnaires(Look(member, cast.northbridge.day(MORNING) + timedelta(days=days)), 9)
    return [(one.who, one.why, one.late) for one in found.rows]


def test_by_visit_three_at_the_latest(cast, episode):
    visited(episode, cast, 1, 1)
    assert owed(cast, 1) == [], "the way in says what comes before visit one"
    visited(episode, cast, 2, 3)
    assert [why for _, why, late in owed(cast, 3) if not late] == [
        "No questionnaire yet: by visit 3 at the latest"
    ]
    visited(episode, cast, 3, 5)
    assert [why for _, why, late in owed(cast, 5) if late] == ["No questionnaire after 3 visits"]
    check = operations.start(episode, "check", measures=["psfs"], by=cast.ana, at=MORNING + timedelta(days=5))
    take(check, "psfs", "4", by=cast.ana, at=MORNING + timedelta(days=5))
    assert owed(cast, 5) == []
    # Thirty days after the baseline measuring itself is due, and says it for both.
    assert owed(cast, 34) == []


def test_who_planned_none_owes_none(cast, clock):
    clock("2026-10-13 10:00")
    episode = scenario.cleared(cast)
    baseline = operations.start(episode, "baseline", measures=["tug"], by=cast.ana, at=MORNING)
    take(baseline, "tug", "13.8", by=cast.ana)
    operations.finish(baseline, by=cast.ana, at=MORNING)
    for number in (1, 2, 3):
        visited(episode, cast, number, number)
    assert owed(cast, 3) == []


def test_answers_that_wait_are_everybodys_to_take_in_and_gone_once_they_are(cast, episode, sign_in):
    given = asking_ops.ask(episode, ["pain"], "phone", by=cast.ana, at=MORNING)
    asking_ops.answer(given.asking, "pain", {"1": "3"}, by=None, at=MORNING)
    asking_ops.done(given.asking, at=MORNING)
    assert [why for _, why, _ in owed(cast)] == ["Answered by the client on Oct 13"]
    assert owed(cast, member=cast.dana) == []
    page = sign_in(cast.ana).get("/").content.decode()
    assert reverse("assessments:questionnaires", args=[episode.pk]) in page
    operations.start(episode, "check", by=cast.ana, at=MORNING)
    asking_ops.take_in(given.asking, by=cast.ana, at=MORNING)
    assert owed(cast) == []


def test_the_clients_own_page_says_why(cast, episode, sign_in):
    visited(episode, cast, 1, 0)
    page = sign_in(cast.ana).get(reverse("assessments:questionnaires", args=[episode.pk])).content.decode()
    assert "No questionnaire yet: by visit 3 at the latest" in page
