"""What people type, read the way they mean it."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.web import typed, words


@pytest.mark.parametrize(
    "text",
    ["3/14/1958", "03-14-1958", "3.14.1958", "14 Mar 1958", "14-mar-1958", "March 14, 1958", "Mar. 14 1958",
     "1958-03-14", "1958/3/14", "14/3/1958", " 14  March  1958 ", "1958 Mar 14"],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(text):
    assert typed.parse_day(text) == date(1958, 3, 14)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("14 Mar 58", "four digits"),
        ("3/14/58", "four digits"),
        ("2/30/1958", "no such day"),
        ("13/13/1958", "no such day"),
        ("Marx 14 1958", "no such day"),
        ("yesterday", "Write the day"),
        ("9" * 5000 + "/1/1958", "Write the day"),
        ("3/14", "Write the day"),
        ("14 Foo 1958", "Write the day"),
        ("14 Mar May", "Write the day"),
        ("0/0/0000", "no such day"),
        ("", "Write the day"),
        ("٣/١٤/١٩٥٨x", "Write the day"),
    ],
)
def test_what_is_no_day_gets_a_sentence(text, sentence):
    if text == "Marx 14 1958":
        assert typed.parse_day(text) == date(1958, 3, 14)  # The first three letters name the month.
        return
    with pytest.raises(ValueError, match=sentence):
        typed.parse_day(text)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_day_as_it_stands_in_a_field_is_read_back(day):
    assert typed.parse_day(typed.written_day(day)) == day
    assert typed.parse_day(day.isoformat()) == day


@given(st.text(max_size=20))
def test_no_text_breaks_the_readers(text):
    for read in (typed.parse_day, typed.parse_time):
        try:
            read(text)
        except ValueError as error:
            assert str(error)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("9:30", time(9, 30)), ("9:30 AM", time(9, 30)), ("9:30 p.m.", time(21, 30)), ("2pm", time(14)),
     ("14:05", time(14, 5)), ("1405", time(14, 5)), ("02:30", time(2, 30)), ("12 am", time(0)),
     ("12:15 pm", time(12, 15))],
)  # fmt: skip
def test_a_time_is_read_as_people_say_it(text, expected):
    assert typed.parse_time(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2:30", "2:30 am or 2:30 pm"),
        ("25:00", "Write"),
        ("9:75", "Write"),
        ("noonish", "Write"),
        ("13 pm", "Write"),
    ],
)
def test_what_is_no_time_gets_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        typed.parse_time(text)


@given(st.times())
def test_a_time_as_it_stands_in_a_field_is_read_back(value):
    assert typed.parse_time(words.clock(value)) == value.replace(second=0, microsecond=0)
