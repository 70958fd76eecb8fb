"""Ten years of reassessments: pages draw and read a part of them, and say and judge the same."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from medexpro.assessments import due, state
from medexpro.assessments.models import Assessment
from medexpro.assessments.own_steps import baseline_step
from medexpro.assessments.readings import KEPT
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import together
from medexpro.episodes.steps import State
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING

MANY = KEPT + 16


@pytest.fixture
def episode(cast, clock):
    """Janet was measured again and again: grip best the tenth time, the chair stand growing slowly."""
    episode = scenario.programmed(cast)
    for time in range(MANY):
        grip = "31" if time == 9 else str(20 + time / 8)
        values = {("grip_strength", "right"): [grip], "chair_stand_30s": str(8 + time // 10)}
        kind = "reassessment" if time else "baseline"
        at = MORNING + timedelta(days=2 * time)
        clock(f"{at:%Y-%m-%d %H:%M}")
        measured(episode, values, by=cast.ana, kind=kind, at=at)
    return Episode.objects.select_related("client", "practice").get(pk=episode.pk)


def test_verdicts_are_made_of_the_first_the_best_and_the_newest(episode):
    last = MORNING + timedelta(days=2 * (MANY - 1))
    outcomes = state.outcomes(episode, episode.practice.day(last))
    grip, chair = (
        next(one for one in outcomes if one.measure.id == name)
        for name in ("grip_strength", "chair_stand_30s")
    )
    assert KEPT < len(grip.readings) < KEPT + 6 < MANY == grip.current.of
    assert (grip.baseline.value, grip.best_before.value) == (Decimal(20), Decimal(31))
    assert grip.current.value == Decimal(str(20 + (MANY - 1) / 8))
    assert chair.change.difference == Decimal((MANY - 1) // 10)
    assert [one.at for one in grip.readings] == sorted(one.at for one in grip.readings)


def test_the_chart_says_that_not_every_result_is_drawn(episode):
    outcomes = state.outcomes(episode, episode.practice.day(MORNING + timedelta(days=2 * MANY)))
    chair = next(one for one in outcomes if one.measure.id == "chair_stand_30s")
    assert f"of {MANY} results" in chair.chart.footnote
    early = state.outcomes(episode, episode.practice.day(MORNING + timedelta(days=6)))
    assert all(f"of {MANY}" not in one.chart.footnote and len(one.readings) == 4 for one in early)


def test_the_baseline_is_known_however_long_ago(episode, cast, sign_in):
    shown = together(episode)
    assert baseline_step(shown, episode.practice.day(MORNING)).state is State.DONE
    newest = due.newest(shown)
    assert len(newest) <= due.SHOWN + 1 and newest[0].of == MANY
    assert newest[-1].kind == Assessment.Kind.BASELINE
    page = sign_in(cast.ana).get(reverse("assessments:index", args=[episode.pk])).content.decode()
    assert 'value="baseline"' not in page


def test_the_chart_of_a_long_history_stays_inside_its_budget(episode, cast, sign_in):
    browser = sign_in(cast.ana)
    for name, key in (("clients:show", episode.client_id), ("assessments:measures", episode.pk)):
        url = reverse(name, args=[key])
        browser.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
        assert len(captured) <= 15, "\n".join(query["sql"][-80:] for query in captured)
