"""Functional vital signs: value, people, lines by name, own best; a fall below it is offered as an observation."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from medexpro.assessments.rules.decline import Result, decline
from medexpro.clearance.models import ReferBack
from medexpro.kernel.ids import uuid7
from medexpro.knowledge.library import library
from medexpro.practice.models import Practice
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING
from tests.pages import text_of

DAY = date(2026, 10, 13)
GRIP = library().all_measures["grip_strength"]
TUG = library().all_measures["tug"]
PULSE = library().all_measures["resting_hr"]


def results(*values):
    return [Result(Decimal(value), DAY + timedelta(days=30 * n)) for n, value in enumerate(values)]


def test_a_drop_at_the_limit_passes_and_one_past_it_is_told_against_the_own_best():
    assert decline(GRIP, "right", results("24", "26", "25", "19.5"), Decimal("6.5")) is None
    told = decline(GRIP, "right", results("24", "26", "25", "19.4"), Decimal("6.5"))
    assert (told.best.value, told.drop, told.best.on) == (26, Decimal("6.6"), DAY + timedelta(days=30))


def test_of_a_time_the_higher_one_has_fallen_off_and_a_pulse_never_has():
    assert decline(TUG, "none", results("9", "14"), Decimal(3)).drop == 5
    assert decline(TUG, "none", results("14", "9"), Decimal(3)) is None
    assert decline(PULSE, "none", results("60", "90"), Decimal(3)) is None


@given(st.lists(st.decimals(5, 60, places=1), min_size=2, max_size=6), st.decimals("0.5", 20, places=1))
def test_who_is_at_their_best_is_never_told(values, limit):
    values.append(max(values))
    assert decline(GRIP, "left", results(*values), limit) is None


@given(st.lists(st.decimals(5, 60, places=1), min_size=2, max_size=6))
def test_without_an_amount_in_force_nothing_is_told(values):
    assert decline(GRIP, "left", results(*values), None) is None


@pytest.fixture
def fallen(cast, clock):
    """Janet's right hand squeezed 26 kg in October and 18 kg in November."""
    episode = scenario.cleared(cast)
    hands = {("grip_strength", "right"): [25, 26, 25], ("grip_strength", "left"): [23, 24, 23]}
    rest = {
        "gait_speed_4m": 0.9,
        ("bp_systolic", "left"): 132,
        ("bp_diastolic", "left"): 78,
        "resting_hr": 68,
    }
    measured(episode, hands, by=cast.ana)
    weaker = {("grip_strength", "right"): [17, 18, 17], ("grip_strength", "left"): [22, 23, 22]}
    measured(episode, weaker | rest, kind="reassessment", by=cast.ana, at=MORNING + timedelta(days=30))
    clock("2026-11-12 11:00")
    return episode


def test_the_page_says_value_lines_and_own_best_and_offers_an_observation(cast, sign_in, fallen):
    page = text_of(sign_in(cast.ana).get(reverse("assessments:vital_signs", args=[fallen.pk])))
    assert "18.0 kg" in page and "8.0 kg weaker against the own best, 26.0 kg on Oct 13" in page
    assert "EWGSOP2" in page and "SDOC" in page
    assert "Grip strength, right: 18.0 kg on Nov 12, 2026; own best 26.0 kg on Oct 13, 2026." in page
    assert "more than 6.5 kg is told" in page
    assert "Inside limits" in page or "inside limits" in page
    assert "Not measured yet." in page  # Chair stand and balance.
    for word in ("dementia", "brain", "memory", "cognitive"):
        assert word not in page.casefold()


def test_a_practice_may_choose_its_own_kilograms(cast, sign_in, fallen):
    Practice.objects.filter(pk=cast.northbridge.pk).update(grip_alert_kg=9)
    page = text_of(sign_in(cast.ana).get(reverse("assessments:vital_signs", args=[fallen.pk])))
    assert "is told" not in page
    Practice.objects.filter(pk=cast.northbridge.pk).update(grip_alert_kg=5)
    page = text_of(sign_in(cast.ana).get(reverse("assessments:vital_signs", args=[fallen.pk])))
    assert "more than 5.0 kg is told" in page


def test_the_observation_goes_back_to_the_provider_and_holds_the_episode(cast, sign_in, fallen):
    sent = {
        "id": str(uuid7()),
        "provider": str(cast.dr_raman.pk),
        "observed": "Grip strength, right: 18 kg; own best 26 kg.",
    }
    answer = sign_in(cast.ana).post(reverse("clearance:refer_back", args=[fallen.pk]), sent)
    assert answer.status_code == 302, text_of(answer)
    back = ReferBack.objects.get(episode=fallen)
    fallen.refresh_from_db()
    assert back.observed.startswith("Grip strength, right: 18 kg") and fallen.status == "referred_back"


@pytest.mark.parametrize(("person", "status"), [("ben", 403), ("dana", 404)])
def test_others_do_not_see_it(cast, sign_in, fallen, person, status):
    browser = sign_in(cast.members[person])
    assert browser.get(reverse("assessments:vital_signs", args=[fallen.pk])).status_code == status


def test_the_page_asks_few_questions(cast, sign_in, fallen, django_assert_max_num_queries):
    browser, url = sign_in(cast.ana), reverse("assessments:vital_signs", args=[fallen.pk])
    browser.get(url)
    with django_assert_max_num_queries(15):
        browser.get(url)
