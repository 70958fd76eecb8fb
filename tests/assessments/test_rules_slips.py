"""Slips that give a possible result: what is asked, and what is never asked."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from medexpro.assessments.rules.alike import Taking, unlike
from medexpro.assessments.rules.ranges import units_of
from medexpro.assessments.rules.slips import NEAR, TwoSides, look_swapped, slip_of
from medexpro.kernel import quantities
from medexpro.knowledge.library import library

D = Decimal
COUNTED_FROM_ZERO = sorted(
    key
    for key, one in library().all_measures.items()
    if one.valid_range.min >= 0 and one.category not in {"symptom", "activity", "prom"}
)
IN_TWO_UNITS = [key for key in COUNTED_FROM_ZERO if len(units_of(library().all_measures[key])) > 1]
values = st.decimals(min_value=D("0.5"), max_value=D(300), places=1)


def measure(key):
    return library().all_measures[key]


@pytest.mark.parametrize(("key", "typed", "unit", "last", "question", "instead"), [
    ("grip_strength", "53", "kg", "24.2", "Was that in pounds?", "24.0"),
    ("grip_strength", "24", "[lb_av]", "24.2", "Was that in kilograms?", "52.9"),
    ("weight", "156", "kg", "71", "Was that in pounds?", "70.8"),
    ("waist", "36", "cm", "92", "Was that in inches?", "91.4"),
    ("knee_girth", "41", "[in_i]", "41.5", "Was that in centimeters?", "16.1"),
    ("tug", "138", "s", "13.8", "A slipped decimal point?", "13.8"),
    ("six_minute_walk", "38", "m", "380", "A slipped decimal point?", "380"),
    ("chair_stand_30s", "90", "{stands}", "9", "A slipped decimal point?", "9"),
])  # fmt: skip
def test_a_slip_is_named_with_what_was_probably_meant(key, typed, unit, last, question, instead):
    found = slip_of(measure(key), D(typed), unit, [D(last)])
    assert (found.sentence, found.instead) == (question, instead)


@pytest.mark.parametrize(("key", "typed", "unit", "last"), [
    ("grip_strength", "30", "kg", "24.2"),          # A quarter more is a change.
    ("grip_strength", "53", "kg", "50"),            # Strong hands: nothing to ask.
    ("grip_strength", "55", "[lb_av]", "24.9"),     # Pounds typed as pounds.
    ("pain_nrs", "10", "{points}", "1"),            # Pain does that.
    ("rom_knee_extension", "-10", "deg", "-1"),     # Not counted from zero.
    ("tug", "26", "s", "13.8"),                     # Twice as long is no slip of the point.
])  # fmt: skip
def test_a_change_is_not_taken_for_a_slip(key, typed, unit, last):
    assert slip_of(measure(key), D(typed), unit, [D(last)]) is None


def test_without_anything_known_nothing_is_asked():
    assert slip_of(measure("grip_strength"), D(53), "kg", []) is None


def test_a_trial_beside_it_that_agrees_settles_it():
    """The first trial was asked about and meant: the second, alike, is not asked about again."""
    assert slip_of(measure("grip_strength"), D(52), "kg", [D("24.2"), D(53)]) is None


@given(st.sampled_from(IN_TWO_UNITS), st.integers(1, 999), st.integers(-9, 9))
def test_the_other_unit_is_always_seen(key, share, drift):
    """Whatever was typed in the wrong unit, within a tenth of last time: the fix brings it back near last time."""
    one = measure(key)
    last = (one.valid_range.max * share / 1000).quantize(D("0.1"))
    own, other = units_of(one)[0], units_of(one)[1]
    for typed_in, shown in ((other, own), (own, other)):
        number = quantities.convert(last * (100 + drift) / 100, one.unit, typed_in).quantize(D("0.01"))
        meant, kept = (quantities.to_canonical(number, unit, one.unit) for unit in (typed_in, shown))
        if number <= 1 or not (one.valid_range.holds(meant) and one.valid_range.holds(kept)):
            continue  # The ranges answer that.
        found = slip_of(one, number, shown, [last])
        assert found is not None
        assert one.valid_range.holds(quantities.to_canonical(D(found.instead), shown, one.unit))
        assert slip_of(one, D(found.instead), shown, [last]) is None


@given(st.sampled_from(COUNTED_FROM_ZERO), values, st.integers(60, 169))
def test_a_value_near_the_last_one_is_never_asked_about(key, last, percent):
    one = measure(key)
    assert slip_of(one, last * percent / 100, one.unit, [last]) is None


@given(st.sampled_from(COUNTED_FROM_ZERO), values, values)
def test_what_is_proposed_is_possible_and_near_what_is_known(key, last, number):
    one = measure(key)
    found = slip_of(one, number, one.unit, [last])
    if found is not None:
        meant = D(found.instead)
        assert one.valid_range.holds(meant)
        assert abs(meant - last) <= NEAR * last + D("0.1")


@pytest.mark.parametrize(("now", "last", "swapped"), [
    ((24, 18), (18, 25), True),
    ((18, 24), (18, 25), False),
    ((20, 22), (18, 25), False),     # Both came nearer to each other: a change.
    ((25, 25), (18, 25), False),     # One side caught up.
    ((24, 18), (24, 25), False),     # The sides were alike: nothing tells them apart.
    ((24, 23), (23, 24), False),     # Exactly exchanged, but nearly alike last time: no question.
    ((130, 92), (92, 128), True),
])  # fmt: skip
def test_left_and_right_in_each_others_fields(now, last, swapped):
    assert look_swapped(TwoSides(*map(D, now)), TwoSides(*map(D, last))) is swapped


@given(values, values, values, values)
def test_a_swap_is_undone_by_swapping_and_the_sides_have_equal_rights(a, b, c, d):
    now, last = TwoSides(a, b), TwoSides(c, d)
    mirrored = look_swapped(TwoSides(b, a), TwoSides(d, c))
    assert look_swapped(now, last) is mirrored
    if look_swapped(now, last):
        assert not look_swapped(TwoSides(b, a), last)


@given(values, values)
def test_two_sides_swapped_exactly_are_seen_where_they_differ(c, d):
    assume(abs(c - d) >= max(c, d) / 5)
    assert look_swapped(TwoSides(d, c), TwoSides(c, d))


def test_results_taken_otherwise_say_how():
    assert unlike(Taking("Jamar", "Cane"), Taking("jamar ", "walker")) == ["aid: Cane, last time walker"]
    assert unlike(Taking(modified="arms used"), Taking()) == ["change of the test: arms used, last time none"]
    assert unlike(Taking("Jamar"), Taking("Jamar")) == []
