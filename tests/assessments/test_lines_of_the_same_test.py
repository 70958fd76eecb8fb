"""A published line is held only against the test it was drawn for: the same course, nothing changed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from medexpro.assessments import operations, state
from medexpro.assessments.rules import norms
from medexpro.assessments.rules.subject import Subject
from medexpro.knowledge.library import library
from tests import scenario
from tests.conftest import MORNING, TODAY


def test_the_lower_limit_of_an_equation_asks_for_the_equations_course():
    measure = library().all_measures["six_minute_walk"]
    someone = Subject(
        age=68, sex="female", height_cm=Decimal(165), weight_kg=Decimal(70), device="corridor_30m"
    )
    on = {"smw_lln", "six_minute_walk_equations.csv"}

    def line(subject):
        found = norms.lines(measure, Decimal(300), subject, library().norms, turned_on=on)
        return next(one for one in found if one.cutoff.id == "smw_lln")

    assert line(someone).limit is not None
    for device in ("", "course_50yd"):
        other = line(replace(someone, device=device))
        assert (other.limit, other.crossed) == (None, None) and "30 m corridor" in other.reason


@pytest.mark.django_db
@pytest.mark.parametrize(("modified", "has_line"), [("", True), ("From a raised seat", False)])
def test_a_changed_test_stands_under_no_line(cast, modified, has_line):
    episode = scenario.programmed(cast)
    check = operations.start(episode, "check", measures=["chair_stand_30s"], by=cast.ana, at=MORNING)
    operations.record(
        check, measure="chair_stand_30s", trials=[{"value": "6"}], modified=modified, confirmed=True, by=cast.ana,
        at=MORNING,
    )  # fmt: skip
    [found] = state.outcomes(episode, TODAY, measures=["chair_stand_30s"])
    assert (found.line is not None) is has_line
