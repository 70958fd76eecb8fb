"""The functional profile: six domains, one real result each, what got worse never unsaid."""

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from medexpro.assessments import catalogue, profile, state
from medexpro.assessments.rules.profile import Candidate, sentence, standings
from medexpro.episodes import operations as episodes
from medexpro.web import drawing
from medexpro.web.charts import Band, Line, Ruler
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING, TODAY
from tests.pages import text_of

SIX = ["function", "strength", "flexibility", "stability", "endurance", "balance"]


def led(*candidates):
    return {one.domain: one.leading for one in standings(SIX, candidates)}


@pytest.mark.parametrize(
    ("candidates", "leading"),
    [
        ([Candidate("balance", 0), Candidate("balance", 1, has_goal=True)], 1),
        ([Candidate("balance", 0), Candidate("balance", 1, judged=True)], 1),
        ([Candidate("balance", 0, compared=True), Candidate("balance", 1, judged=True)], 1),
        ([Candidate("balance", 0), Candidate("balance", 1, compared=True)], 1),
        ([Candidate("balance", 1), Candidate("balance", 0)], 1),
        # The other side never leads where the involved one was measured, grip only alone.
        ([Candidate("balance", 0, other_side=True, has_goal=True), Candidate("balance", 1)], 1),
        ([Candidate("strength", 0, waits=True, has_goal=True), Candidate("strength", 1)], 1),
        ([Candidate("strength", 0, waits=True)], 0),
    ],
)
def test_who_leads_a_domain(candidates, leading):
    assert led(*candidates)[candidates[0].domain] == leading


def test_a_domain_without_a_result_says_so_and_six_are_always_named():
    assert led() == dict.fromkeys(SIX)


def test_what_got_worse_is_never_left_unsaid():
    [found] = [
        one
        for one in standings(
            SIX, [Candidate("balance", 0, has_goal=True), Candidate("balance", 1, worse=True), Candidate("balance", 2)]
        )
        if one.domain == "balance"
    ]  # fmt: skip
    assert (found.leading, found.also_worse) == (0, (1,))


candidates = st.builds(
    Candidate, st.sampled_from(SIX), st.integers(0, 50), *[st.booleans()] * 6
)  # fmt: skip


@given(st.lists(candidates, max_size=12))
def test_every_measured_domain_has_one_leader_of_its_own_and_no_worse_one_is_lost(found):
    lines = standings(SIX, found)
    assert [one.domain for one in lines] == SIX
    for line in lines:
        own = {n for n, one in enumerate(found) if one.domain == line.domain}
        assert (line.leading is None) == (not own)
        shown = set(line.also_worse) | {line.leading}
        assert {n for n in own if found[n].worse} <= shown


def test_a_sentence_begins_each_part_large_and_ends_once():
    assert sentence("12 stands", "", "") == "12 stands."
    assert sentence("9.6 s", "below the line.", "4.2 s faster") == "9.6 s. Below the line. 4.2 s faster."


@pytest.fixture
def episode(cast):
    episode = scenario.cleared(cast)
    episodes.change(episode, population=["knee_osteoarthritis"], by=cast.ana, at=MORNING)
    episode.refresh_from_db()
    grip = {("grip_strength", "right"): ["20"], ("grip_strength", "left"): ["19"]}
    measured(episode, {"tug": "13.8", "chair_stand_30s": "8", "lefs": "34"} | grip, by=cast.ana)
    later = MORNING + timedelta(hours=3)
    measured(episode, {"tug": "9.6", "chair_stand_30s": "12"}, kind="check", by=cast.ana, at=later)
    return episode


def test_each_domain_says_figure_comparison_and_change(episode):
    lines = {one.name: one for one in profile.profile_of(state.outcomes(episode, TODAY), episode.side)}
    assert list(lines) == list(catalogue.domains().values())
    strength = lines["Strength"]
    assert strength.outcome.measure.id == "chair_stand_30s"  # Grip waits for no other.
    assert strength.says.startswith("12 stands. Inside the middle half of women of")
    assert "4 more stands, beyond test error (2.5 stands)" in strength.says
    assert "9.6 s." in lines["Balance, coordination"].says
    assert lines["Endurance"].says == "Not measured." and lines["Endurance"].scale is None


def test_the_profile_stands_on_the_chart_and_costs_no_question(
    cast, episode, sign_in, clock, django_assert_max_num_queries
):
    clock("2026-10-13 13:30")
    html = sign_in(cast.ana).get(reverse("clients:show", args=[cast.janet.pk])).content.decode()
    assert "Functional profile" in html and 'class="chart gauge"' in html
    assert "Nothing is added up over domains." in html
    outcomes = state.outcomes(episode, TODAY)
    with django_assert_max_num_queries(0):
        assert len(profile.profile_of(outcomes, episode.side)) == 6


def test_nothing_measured_has_no_profile(cast, sign_in, clock):
    clock("2026-10-13 13:30")
    scenario.cleared(cast)
    assert "Functional profile" not in text_of(
        sign_in(cast.ana).get(reverse("clients:show", args=[cast.janet.pk]))
    )


def test_a_gauge_says_everything_and_reads_without_colour():
    drawn = drawing.gauge_svg(
        Ruler(
            name="TUG", y_min=5, y_max=25, now=9.6, better="lower", unit="s", baseline=13.8,
            cut_off=Line(12, "STEADI ≥ 12"), goal=Line(9, "Goal 9"), band=Band(11.3, 13.8, "MDC −2.5"),
            typical=Line(8.1, "Mean 8.1"),
        )
    )  # fmt: skip
    assert "Baseline 13.8 s. Now 9.6 s. Goal 9. STEADI ≥ 12. Too small to count: MDC −2.5. Mean 8.1." in drawn
    # Hollow and filled, dots, dashes, hatch: each kind is drawn as itself.
    for kind in ("pt-base", "pt-now", "cut", "goal", "hatch", "base"):
        assert f'class="{kind}"' in drawn
    assert "<text" not in drawn and "style=" not in drawn
