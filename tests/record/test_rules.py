"""The order of the timeline, and whom a message mails."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from medexpro.record.rules.order import Place, read_place

BEGIN = datetime(2026, 10, 13, 13, 30, tzinfo=UTC)
places = st.builds(
    Place,
    st.integers(0, 3).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
    st.sampled_from(["booking", "message", "session"]),
    st.integers(0, 3).map(lambda number: UUID(int=number)),
)


@given(st.sets(places, max_size=20), places)
def test_what_is_behind_a_place_is_found_kind_by_kind(known, here):
    """Each kind is asked by instant and id alone; together they give exactly what comes behind in the one order."""
    found = set()
    for one in known:
        at, last = here.before(one.kind)
        if one.at < at or (one.at == at and one.id < last):
            found.add(one)
    assert found == {one for one in known if one < here}


@given(places)
def test_an_address_carries_a_place_there_and_back(place):
    assert read_place(place.written()) == place


@given(st.text(max_size=80))
def test_nonsense_in_an_address_is_no_place(text):
    assert read_place(text) is None or "~" in text
