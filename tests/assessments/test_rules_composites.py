"""Scores made of several measures: every band at its ends, every row of the algorithm, and what a missing part says."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.assessments import scores
from medexpro.assessments.rules import composites
from medexpro.assessments.rules.composites import Risk, Screened, Sppb, Test, from_stage
from medexpro.kernel.reference import Verification

RULE = scores.sppb_rule()
FALLS = scores.steadi_rule()
WHOLE = Sppb(Decimal(10), Decimal(10), Decimal(10), gait_s=Decimal(4), chair_s=Decimal(11))


def points(name, taken):
    return next(part.points for part in composites.sppb(RULE, taken).parts if part.name == name)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [("2.1", 4), ("4.81", 4), ("4.82", 3), ("6.20", 3), ("6.21", 2), ("8.70", 2), ("8.71", 1), ("40", 1)],
)
def test_the_walk_is_banded_at_both_ends_of_every_band(seconds, expected):
    assert points("walking", replace(WHOLE, gait_s=Decimal(seconds))) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ("11.19", 4), ("11.20", 3), ("13.69", 3), ("13.70", 2), ("16.69", 2), ("16.70", 1), ("60", 1), ("60.01", 0),
    ],
)  # fmt: skip
def test_the_chair_is_banded_at_both_ends_of_every_band(seconds, expected):
    assert points("chair", replace(WHOLE, chair_s=Decimal(seconds))) == expected


@pytest.mark.parametrize(
    ("together", "semi", "tandem", "expected"),
    [
        ("9.99", None, None, 0),
        ("10", "9.99", None, 1),
        ("10", "10", "2.99", 2),
        ("10", "10", "3", 3),
        ("10", "10", "9.99", 3),
        ("10", "10", "10", 4),
    ],
)
def test_a_stance_not_held_closes_the_harder_ones(together, semi, tandem, expected):
    held = [None if one is None else Decimal(one) for one in (together, semi, tandem)]
    assert points("balance", Sppb(*held)) == expected


def test_a_missing_part_gives_no_score_and_says_its_name():
    found = composites.sppb(RULE, replace(WHOLE, gait_s=None, chair_s=None))
    assert found.total is None
    assert found.missing == ("4 m walk from a standing start", "five stands from a chair")
    assert [part.words for part in found.parts] == ["balance 4 of 4", "walking missing", "chair missing"]


def test_what_could_not_be_done_is_nought_and_not_missing():
    found = composites.sppb(RULE, Sppb(could_not=frozenset({"balance", "gait", "chair"})))
    assert (found.total, found.missing) == (0, ())


def test_the_four_stages_leave_the_tandem_seconds_open_at_stage_two():
    assert points("balance", from_stage(0)) == 0
    assert points("balance", from_stage(1)) == 1
    assert composites.sppb(RULE, from_stage(2)).missing[0] == "seconds of the tandem stance"
    assert points("balance", from_stage(2, tandem_s=Decimal(5))) == 3
    assert points("balance", from_stage(3)) == points("balance", from_stage(4)) == 4


times = st.decimals(min_value="0.5", max_value=70, places=2)
held = st.decimals(min_value=0, max_value=10, places=2)


@given(st.builds(Sppb, held, held, held, times, times), times)
def test_a_slower_walk_never_scores_more_and_the_total_stays_inside(taken, slower):
    found = composites.sppb(RULE, taken)
    assert 0 <= found.total <= found.of == 12
    assert found.total == sum(part.points for part in found.parts)
    later = replace(taken, gait_s=taken.gait_s + slower, chair_s=taken.chair_s + slower)
    assert composites.sppb(RULE, later).total <= found.total


# ---- STEADI: screening.md, section 7, row by row

GOOD = [Test("Timed Up and Go", False), Test("Chair stand", False), Test("4-Stage Balance", False)]
SLOW = [Test("Timed Up and Go", True, "13 s"), *GOOD[1:]]
OPEN = [Test("Timed Up and Go", False), Test("Chair stand", None), Test("4-Stage Balance", None)]
NO, YES = Screened(falls=0, unsteady=False), Screened(falls=0, unsteady=True)


@pytest.mark.parametrize(
    ("screened", "tests", "risk"),
    [
        (NO, [], Risk.LOW),
        (NO, SLOW, Risk.LOW),
        (replace(NO, brochure=3), [], Risk.LOW),
        (replace(NO, brochure=4), GOOD, Risk.LOW),
        (replace(NO, brochure=4), SLOW, Risk.MODERATE),
        (YES, GOOD, Risk.LOW),
        (YES, SLOW, Risk.MODERATE),
        (Screened(falls=1, injured=False, unsteady=False), GOOD, Risk.LOW),
        (Screened(falls=1, injured=False, unsteady=False), SLOW, Risk.MODERATE),
        (Screened(falls=1, injured=True, unsteady=False), SLOW, Risk.HIGH),
        (Screened(falls=2, injured=False, unsteady=False), SLOW, Risk.HIGH),
        (Screened(falls=2), SLOW, Risk.HIGH),
        (Screened(falls=2), GOOD, Risk.LOW),
    ],
)
def test_the_algorithm_row_by_row(screened, tests, risk):
    found = composites.steadi(FALLS, 65, screened, tests)
    assert (found.risk, found.missing, found.why_not) == (risk, (), "")


@pytest.mark.parametrize(
    ("screened", "tests", "missing"),
    [
        (Screened(), GOOD, ("falls in the last 12 months", "whether the client feels unsteady or worries about falling")),
        (Screened(falls=0), [], ("whether the client feels unsteady or worries about falling",)),
        (YES, OPEN, ("Chair stand", "4-Stage Balance")),
        (Screened(unsteady=True), SLOW, ("falls in the last 12 months",)),
        (Screened(falls=1), SLOW, ("whether the fall caused an injury",)),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_and_nothing_is_guessed(screened, tests, missing):
    found = composites.steadi(FALLS, 70, screened, tests)
    assert (found.risk, found.missing) == (None, missing)


@pytest.mark.parametrize(("age", "why"), [(None, "is not known"), (64, "65 and over; the client is 64")])
def test_the_algorithm_is_for_65_and_over(age, why):
    found = composites.steadi(FALLS, age, YES, SLOW)
    assert found.risk is None and why in found.why_not


def test_the_steps_that_led_there_are_told():
    found = composites.steadi(FALLS, 70, Screened(falls=2, injured=True, unsteady=True), SLOW)
    assert found.because == (
        "2 falls in 12 months", "unsteady or worried about falling", "Timed Up and Go: 13 s", "an injury",
    )  # fmt: skip


answers = st.builds(
    Screened, st.none() | st.integers(0, 4), st.none() | st.booleans(), st.none() | st.booleans(),
    st.none() | st.integers(0, 14),
)  # fmt: skip
three = st.lists(st.sampled_from([None, True, False]), min_size=3, max_size=3)


@given(answers, three)
def test_a_level_never_stands_beside_something_missing(screened, problems):
    tests = [Test(f"test {n}", problem) for n, problem in enumerate(problems)]
    found = composites.steadi(FALLS, 70, screened, tests)
    assert (found.risk is None) == bool(found.missing)


@given(answers, three)
def test_an_answer_more_never_lowers_what_was_settled(screened, problems):
    """More falls never lower the level, whatever else is known."""
    tests = [Test(f"test {n}", problem) for n, problem in enumerate(problems)]
    order = [None, Risk.LOW, Risk.MODERATE, Risk.HIGH]
    found = composites.steadi(FALLS, 70, screened, tests).risk
    if found is not None and screened.falls is not None:
        worse = composites.steadi(FALLS, 70, replace(screened, falls=screened.falls + 2), tests).risk
        assert worse is None or order.index(worse) >= order.index(found)


# ---- Shares


@pytest.mark.parametrize(
    ("alone", "with_task", "cost"), [("10", "12.5", "25"), ("10", "10", "0"), ("12", "9", "-25")]
)
def test_the_cost_of_a_second_task(alone, with_task, cost):
    assert composites.dual_task_cost(Decimal(alone), Decimal(with_task)) == Decimal(cost)


@given(
    st.decimals(min_value=100, max_value=220, places=1), st.decimals(min_value=30, max_value=250, places=1)
)
def test_body_mass_index_undoes_itself(height, weight):
    found = composites.body_mass_index(height, weight)
    assert abs(found * (height / 100) ** 2 - weight) < Decimal("1e-18")


def test_nonsense_is_refused_by_the_rules():
    for bad in (
        lambda: composites.dual_task_cost(Decimal(0), Decimal(5)),
        lambda: composites.body_mass_index(Decimal(0), Decimal(5)),
    ):
        with pytest.raises(ValueError, match="above 0"):
            bad()


def test_every_composite_has_its_source_and_mark():
    for key, value in scores.figures().items():
        assert value["source"], key
        assert Verification(value["verification"]).in_force, key
