"""What may be typed for a measure, and what a wrong entry is answered."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.assessments.rules.ranges import ReadingRefused, read, read_number, units_of
from medexpro.knowledge.library import library


def measure(key):
    return library().all_measures[key]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("9.6", "9.6"),
        (" 9,6 ", "9.6"),
        ("−5", "-5"),
        ("+3", "3"),
        (".5", "0.5"),
        ("１２", "12"),
        ("007", "7"),
    ],
)
def test_numbers_as_people_type_them(typed, number):
    assert read_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    [
        "twelve",
        "十二",
        "💪",
        "12s",
        "1.2.3",
        "1,234.5",
        "--3",
        "1e5",
        "NaN",
        "Infinity",
        "1_0",
        "٣",
        "½",
        "12 000 000 000",
        "<b>",
    ],
)
def test_anything_else_is_answered_with_a_sentence(typed):
    with pytest.raises(ReadingRefused, match="is not a number we can read") as refusal:
        read_number(typed, field="trial_1")
    assert refusal.value.field == "trial_1"
    assert typed in str(refusal.value)


def test_an_empty_field_says_what_to_type():
    with pytest.raises(ReadingRefused, match="Trial 1 is empty"):
        read_number("  ", name="Trial 1")


def test_a_long_text_is_shown_shortened():
    with pytest.raises(ReadingRefused) as refusal:
        read_number("nine point six seconds and a bit more")
    assert "“nine point six seconds a…”" in str(refusal.value)


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        (
            "bp_systolic",
            "300",
            "Resting systolic blood pressure lies between 50 and 299 mmHg. You typed 300.",
        ),
        ("tug", "1", "Timed Up and Go lies between 3 and 300 s. You typed 1."),
        (
            "rom_knee_extension",
            "-90",
            "Knee extension range of motion lies between −60 and 20°. You typed −90.",
        ),
        ("chair_stand_30s", "11.5", "30-second chair stand is counted in whole numbers. You typed 11.5."),
        ("pain_nrs", "-1", "Pain, numeric rating 0-10 lies between 0 and 10 points. You typed −1."),
    ],
)
def test_an_impossible_result_is_refused_with_the_range(key, typed, sentence):
    with pytest.raises(ReadingRefused) as refusal:
        read(measure(key), typed)
    assert str(refusal.value) == sentence


def test_an_unusual_result_is_asked_about_once():
    asked = read(measure("tug"), "95")
    assert asked.question == "95 s is unusual: most results lie between 4 and 90 s. Is it right?"
    assert read(measure("tug"), "95", confirmed=True).question == ""


def test_confirming_does_not_open_the_valid_range():
    with pytest.raises(ReadingRefused):
        read(measure("tug"), "301", confirmed=True)


def test_what_was_typed_is_kept_beside_the_exact_value():
    reading = read(measure("grip_strength"), " 55,0 ", "[lb_av]")
    assert (reading.typed, reading.unit, reading.value) == ("55,0", "[lb_av]", Decimal("24.947580"))


def test_a_range_is_said_in_the_unit_that_was_typed():
    with pytest.raises(ReadingRefused, match=r"lies between 0 and 220\.5 lb\. You typed 300"):
        read(measure("grip_strength"), "300", "[lb_av]")


def test_a_unit_of_something_else_is_refused():
    with pytest.raises(ReadingRefused, match="is taken in kg or lb"):
        read(measure("grip_strength"), "20", "s")


@pytest.mark.parametrize("key", sorted(library().all_measures))
def test_every_measure_takes_its_ends_in_every_unit(key):
    one = measure(key)
    for end in (one.valid_range.min, one.valid_range.max):
        assert read(one, f"{end:f}").value == end
    assert units_of(one)[0] == one.unit


@given(st.sampled_from(sorted(library().all_measures)), st.text(max_size=40), st.booleans())
def test_whatever_is_typed_gives_a_reading_inside_the_range_or_a_sentence(key, typed, confirmed):
    one = measure(key)
    try:
        reading = read(one, typed, confirmed=confirmed)
    except ReadingRefused as refusal:
        assert str(refusal).endswith((".", "?"))
    else:
        assert one.valid_range.holds(reading.value)
        assert bool(reading.question) == (not confirmed and not one.plausible_range.holds(reading.value))


@given(
    st.sampled_from(sorted(library().all_measures)),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
)
def test_a_number_outside_the_range_is_never_kept(key, number):
    one = measure(key)
    inside = one.valid_range.holds(number)
    whole = not one.whole_numbers or number == number.to_integral_value()
    try:
        read(one, f"{number:f}", confirmed=True)
    except ReadingRefused:
        assert not (inside and whole)
    else:
        assert inside
        assert whole
