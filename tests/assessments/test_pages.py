"""The pages of assessments and goals, as a browser asks for them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from medexpro.assessments import operations, state
from medexpro.assessments.models import Assessment, Goal, Measurement
from tests import scenario
from tests.assessments.measuring import measured, take
from tests.conftest import MORNING

PART = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def episode(cast):
    return scenario.cleared(cast)


@pytest.fixture
def ana(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    return sign_in(cast.ana)


@pytest.fixture
def baseline(cast, episode):
    return operations.start(
        episode,
        "baseline",
        measures=["tug", "grip_strength", "gait_speed_4m", "koos_jr"],
        by=cast.ana,
        at=MORNING,
    )


def keep(browser, assessment, measure, *, part=True, **fields):
    address = reverse("assessments:record", args=[assessment.pk, measure])
    return browser.post(
        address, {name.replace("__", "-"): value for name, value in fields.items()}, **(PART if part else {})
    )


def test_the_baseline_starts_from_the_list(cast, episode, ana):
    page = ana.get(reverse("assessments:index", args=[episode.pk]))
    assert "Start the baseline" in page.content.decode()
    answer = ana.post(reverse("assessments:start", args=[episode.pk]), {"kind": "baseline"})
    assessment = Assessment.objects.get()
    assert answer.url == reverse("assessments:show", args=[assessment.pk])
    shown = ana.get(answer.url, {"step": "tests"}).content.decode()
    assert "KOOS JR (7 items)" in shown and "Saved as you type" in shown


def test_a_start_that_waits_says_why(cast, sign_in, clock):
    episode = scenario.screened(cast)
    clock("2026-10-13 09:30")
    answer = sign_in(cast.ana).post(reverse("assessments:start", args=[episode.pk]), {"kind": "baseline"})
    assert answer.status_code == 422
    assert "Tests of effort wait" in answer.content.decode()


def test_a_field_is_kept_on_change_and_the_meaning_comes_back(ana, baseline):
    answer = keep(ana, baseline, "tug", none__1="13.8", none__version="0")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="none-version" value="1"' in html
    assert "One value so far" in html
    assert 'id="as-nav"' in html and 'hx-swap-oob="true"' in html
    assert "<!doctype" not in html
    assert Measurement.objects.get().value == Decimal("13.8")


def test_without_scripts_the_whole_page_comes_back(ana, baseline):
    answer = keep(ana, baseline, "tug", part=False, none__1="13.8", none__version="0")
    assert answer.status_code == 302 and answer.url.endswith("#tug")
    answer = keep(ana, baseline, "tug", part=False, none__1="four hundred 🙂", none__version="1")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert (
        "four hundred 🙂" in html and "is not a number we can read" in html and 'aria-invalid="true"' in html
    )


def test_an_unusual_value_offers_both_and_is_asked_once(ana, baseline):
    fields = {"none__1": "3.64", "none__2": "36.0", "unit": "s", "device": "run_in", "none__version": "0"}
    html = keep(ana, baseline, "gait_speed_4m", **fields).content.decode()
    assert "Use 3.6 s" in html and "Keep 36.0" in html
    assert not Measurement.objects.exists()
    answer = keep(ana, baseline, "gait_speed_4m", **fields, use="none-2:3.6")
    assert answer.status_code == 200
    assert [trial["value"] for trial in Measurement.objects.get().trials] == ["3.64", "3.6"]
    fields["none__version"] = "1"
    assert keep(ana, baseline, "gait_speed_4m", **fields, keep="none-2").status_code == 200
    row = Measurement.objects.get()
    assert row.confirmed_implausible
    fields |= {"none__1": "3.70", "none__version": str(row.version)}
    assert keep(ana, baseline, "gait_speed_4m", **fields).status_code == 200


def test_one_bad_side_does_not_hold_the_other_back(ana, baseline):
    answer = keep(
        ana,
        baseline,
        "grip_strength",
        right__1="21.6",
        right__version="0",
        left__1="210",
        left__version="0",
        unit="kg",
    )
    assert answer.status_code == 422
    assert 'data-for="grip_strength-left-1"' in answer.content.decode()
    assert Measurement.objects.get().side == "right"


def test_clearing_the_fields_removes_the_result_and_offers_it_back(ana, baseline):
    keep(ana, baseline, "tug", none__1="13.8", none__version="0")
    answer = keep(ana, baseline, "tug", none__1="", none__version="1")
    row = Measurement.objects.get()
    assert row.removed_at is not None
    undo = reverse("assessments:restore", args=[row.pk])
    assert undo in answer.headers["HX-Trigger"]
    ana.post(undo)
    row.refresh_from_db()
    assert row.removed_at is None


def test_two_tabs_choose(cast, ana, baseline):
    keep(ana, baseline, "tug", none__1="13.8", none__version="0")
    answer = keep(ana, baseline, "tug", none__1="12.0", none__version="0")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Ana Torres has recorded 13.8 here meanwhile" in html and "Keep mine" in html
    assert keep(ana, baseline, "tug", none__1="12.0", none__version="0", mine="none").status_code == 200
    assert Measurement.objects.get().value == Decimal(12)


def test_koos_jr_is_typed_for_the_involved_knee(ana, baseline):
    page = ana.get(reverse("assessments:show", args=[baseline.pk]), {"step": "tests"}).content.decode()
    assert 'value="right" checked' in page
    assert (
        keep(
            ana, baseline, "koos_jr", one__1="9", unit="{raw sum}", side="right", one__version="0"
        ).status_code
        == 200
    )
    assert Measurement.objects.get().side == "right"
    nobody = keep(ana, baseline, "koos_jr", one__1="9", unit="{raw sum}", one__version="0")
    assert "Choose left or right" in nobody.content.decode()


def test_finish_says_what_is_missing(ana, baseline):
    keep(ana, baseline, "tug", none__1="13.8", none__version="0")
    answer = ana.post(reverse("assessments:finish", args=[baseline.pk]))
    assert answer.status_code == 422
    assert "Still missing: Grip strength, Gait speed, KOOS JR" in answer.content.decode()
    for measure in ("grip_strength", "gait_speed_4m", "koos_jr"):
        ana.post(reverse("assessments:leave_out", args=[baseline.pk, measure]), {"reason": "Tired today"})
    assert ana.post(reverse("assessments:finish", args=[baseline.pk])).status_code == 302
    baseline.refresh_from_db()
    assert baseline.finished_at is not None


def test_a_measure_is_added_and_taken(ana, baseline):
    ana.post(reverse("assessments:plan", args=[baseline.pk]), {"add": "lefs"})
    assert keep(ana, baseline, "lefs", none__1="34", none__version="0").status_code == 200
    page = ana.get(reverse("assessments:show", args=[baseline.pk])).content.decode()
    assert "Lower Extremity Functional Scale" in page


def test_read_only_sees_results_and_no_fields(cast, sign_in, clock, baseline):
    clock("2026-10-13 09:30")
    take(baseline, "tug", "13.8", by=cast.ana)
    page = sign_in(cast.rhea).get(reverse("assessments:show", args=[baseline.pk])).content.decode()
    assert "13.8 s" in page and "data-measure" not in page


def a_history(cast, episode, times):
    values = {
        "tug": "13.8", "chair_stand_30s": "8", ("grip_strength", "right"): ["19.4"], ("grip_strength", "left"): ["18"],
        ("rom_knee_flexion", "right"): "92", ("koos_jr", "right"): "52.465", ("bp_systolic", "left"): ["128", "130"],
        "six_minute_walk": "310", "weight": "71", "pain_nrs": "4",
    }  # fmt: skip
    measured(episode, values, by=cast.ana, at=MORNING)
    for place in range(times):
        kind = "reassessment" if place % 2 else "check"
        measured(episode, values, by=cast.ana, kind=kind, at=MORNING + timedelta(days=10 + place * 10))


def queries(browser, address, django_assert_max_num_queries, most):
    browser.get(address)
    with django_assert_max_num_queries(most) as counted:
        assert browser.get(address).status_code == 200
    return len(counted)


def test_pages_cost_the_same_whatever_the_history(
    cast, episode, sign_in, clock, django_assert_max_num_queries
):
    clock("2026-12-01 09:30")
    ana = sign_in(cast.ana)
    a_history(cast, episode, 1)
    operations.set_goal(
        episode,
        horizon_days=30,
        measure="tug",
        target=Decimal(11),
        activity="cross the street",
        by=cast.ana,
        at=MORNING,
    )
    assessment = Assessment.objects.latest("started_at")
    pages = {
        reverse("assessments:show", args=[assessment.pk]): 15,
        reverse("assessments:index", args=[episode.pk]): 15,
        reverse("assessments:measures", args=[episode.pk]): 15,
        reverse("assessments:goals", args=[episode.pk]): 15,
    }
    first = {url: queries(ana, url, django_assert_max_num_queries, most) for url, most in pages.items()}
    for place in range(6):
        measured(
            episode,
            {"tug": "13.1", "weight": "70"},
            kind="check",
            by=cast.ana,
            at=MORNING + timedelta(days=30 + place),
        )
    assert {
        url: queries(ana, url, django_assert_max_num_queries, most) for url, most in pages.items()
    } == first


def test_the_chart_shows_outcomes_and_goals(cast, episode, sign_in, clock, django_assert_max_num_queries):
    clock("2026-12-01 09:30")
    ana = sign_in(cast.ana)
    a_history(cast, episode, 2)
    operations.set_goal(
        episode,
        horizon_days=90,
        measure="tug",
        target=Decimal(11),
        activity="cross the street",
        by=cast.ana,
        at=MORNING,
    )
    address = reverse("clients:show", args=[cast.janet.pk])
    queries(ana, address, django_assert_max_num_queries, 15)
    page = ana.get(address).content.decode()
    assert "See all measures" in page and "Her goals" in page and "Cross the street" in page
    assert page.count('class="trend"') == 4


def test_one_hand_of_two_is_half_a_measure(baseline, ana):
    address = reverse("assessments:show", args=[baseline.pk])
    keep(ana, baseline, "grip_strength", **{"right-1": "36.0"})
    page = ana.get(address).content.decode()
    assert "0 of 4 entered" in page and "Grip strength (left)" in page
    keep(ana, baseline, "grip_strength", **{"right-1": "36.0", "left-1": "32.4", "right-version": "1"})
    assert "1 of 4 entered" in ana.get(address).content.decode()


def test_goals_are_set_changed_and_dropped(cast, episode, ana):
    measured(episode, {"tug": "13.8"}, by=cast.ana)
    address = reverse("assessments:goals", args=[episode.pk])
    typed = {"measure": "tug/none", "target": "14", "horizon_days": "30", "activity": "cross the street"}
    answer = ana.post(reverse("assessments:set_goal", args=[episode.pk]), typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "The baseline already reaches this target" in html and "cross the street" in html
    ana.post(reverse("assessments:set_goal", args=[episode.pk]), typed | {"target": "11,5"})
    goal = Goal.objects.get()
    assert goal.target == Decimal("11.5")
    change = reverse("assessments:change_goal", args=[goal.pk])
    assert "11.5" in ana.get(change).content.decode()
    ana.post(change, {"target": "11", "activity": "cross the street", "version": goal.version})
    new = Goal.objects.get(state="open")
    assert new.target == 11
    ana.post(reverse("assessments:drop_goal", args=[new.pk]))
    ana.post(reverse("assessments:reopen_goal", args=[new.pk]))
    ana.post(reverse("assessments:meet_goal", args=[new.pk]))
    assert "met Oct 13" in ana.get(address).content.decode()


def test_the_handout_speaks_of_groups_only(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    page = sign_in(cast.ana).get(reverse("assessments:handout_grip")).content.decode()
    assert "It is about groups of people, not about you" in page
    assert "association" in page and "Ellery" not in page


def test_the_steps_of_the_episode(cast, episode, clock):
    from medexpro.episodes import steps

    day = cast.northbridge.day(MORNING)
    assert steps.state_of(episode, "baseline", day).caption == "not started"
    measured(episode, {"tug": "13.8"}, by=cast.ana)
    assert steps.state_of(episode, "baseline", day).state == "done"
    assert steps.state_of(episode, "reassessment", day).caption == "due Nov 12"
    late = steps.state_of(episode, "reassessment", day + timedelta(days=31))
    assert (late.state, late.missing) == ("late", ("The reassessment was due on Nov 12, 2026.",))
    assert state.reassessment_due_on(episode) == day + timedelta(days=30)
