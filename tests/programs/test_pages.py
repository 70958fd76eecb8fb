"""The program's page: phases with their days, an exercise that does not fit and what fits instead."""

from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.kernel.ids import uuid7
from medexpro.programs import operations, state
from tests import scenario
from tests.conftest import MORNING

NO = {"pain": False, "form": False, "symptoms": False}


@pytest.fixture
def program(cast):
    return state.program_of(scenario.programmed(cast))


def add(browser, program, exercise, reason=""):
    data = {"id": str(uuid7()), "exercise": exercise, "reason": reason}
    return browser.post(reverse("programs:add", args=[program.episode_id]), data)


def test_a_phase_says_since_when_and_one_behind_when_it_was_passed(program, cast, sign_in, clock):
    clock("2026-11-12 09:30")
    at = MORNING + timedelta(days=28)
    operations.decide_phase(program, choice="advance", reason="Measured well", answers=NO, by=cast.ana, at=at)
    page = sign_in(cast.ana).get(reverse("programs:show", args=[program.episode_id])).content.decode()
    assert "Passed Nov 10" in page and "Since Nov 10" in page and "opens by criteria" in page


def test_an_exercise_a_precaution_warns_of_is_refused_with_what_fits_and_kept_with_a_reason(
    program, cast, sign_in
):
    browser = sign_in(cast.ana)
    answer = add(browser, program, "bird_dog")
    page = answer.content.decode()
    assert answer.status_code == 422 and "Say why it stays, or choose another." in page
    assert "Others that fit all limits" in page and "Dead bug" in page
    assert not program.exercises.filter(exercise="bird_dog").exists()

    assert add(browser, program, "bird_dog", "On the other knee, on a cushion").status_code == 302
    kept = program.exercises.get(exercise="bird_dog")
    assert kept.contraindication_reason == "On the other knee, on a cushion"
    page = browser.get(reverse("programs:show", args=[program.episode_id])).content.decode()
    assert "Stays because: On the other knee, on a cushion" in page


def test_what_is_offered_instead_fits_every_precaution(program):
    offered = state.fitting_instead(program, "bird_dog")
    blocked = {tag for block in state.blocks_of(program.episode) for tag in block.tags}
    assert offered and not any(blocked & set(one.contraindicated_tags) for one in offered)
    assert state.fitting_instead(program, "no_such_exercise") == []
