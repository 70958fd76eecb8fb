"""How bookings stand in a column, and the word on each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.scheduling.rules import layout
from medexpro.scheduling.rules.saying import Look, Standing, word

SEVEN = 7 * 60
spans = st.tuples(st.integers(SEVEN, 19 * 60), st.integers(5, 180)).map(lambda one: (one[0], one[0] + one[1]))


def test_two_at_nine_stand_side_by_side_and_the_one_at_two_has_the_whole_width():
    nine, also, two = layout.place([(540, 600), (540, 600), (840, 900)], SEVEN)
    assert (nine.lane, nine.of, also.lane, also.of) == (1, 2, 2, 2)
    assert (two.lane, two.of, two.row, two.rows) == (1, 1, 14, 2)


@given(st.lists(spans, max_size=14))
def test_no_booking_covers_another(found):
    places = layout.place(found, SEVEN)
    assert len(places) == len(found)
    cells = [(row, one.lane) for one in places for row in range(one.row, one.row + one.rows)]
    assert len(cells) == len(set(cells))
    assert all(1 <= one.lane <= one.of for one in places)


@pytest.mark.parametrize(("standing", "text", "look"), [
    (Standing(number=17, planned=24), "17 of 24", Look.PLAIN),
    (Standing(number=25, planned=24), "Session", Look.PLAIN),  # The plan is used up; the number says nothing.
    (Standing(reassess=True, number=17, planned=24), "reassess", Look.PLAIN),
    (Standing(stopped=True, reassess=True), "stop", Look.STOP),
    (Standing(on_hold=True, stopped=True), "on hold", Look.HOLD),
    (Standing(exercise=False, on_hold=True, stopped=True), "Session", Look.PLAIN),
])  # fmt: skip
def test_the_word_is_the_first_thing_to_know(standing, text, look):
    found = word(standing, "Session")
    assert (found.text, found.look) == (text, look)
