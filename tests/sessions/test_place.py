"""Where a session takes place: known from the booking, put right on the floor, read in the note."""

from datetime import time

import pytest

from medexpro.scheduling import operations as scheduling
from medexpro.sessions import operations
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import text_of
from tests.sessions.floor import Tablet, logged


def visit(cast, *, at_home):
    """Open the session of a booking that stands in the calendar for this morning."""
    episode = scenario.programmed(cast)
    service = scheduling.add_service(name="Session", minutes=60, kind="exercise", by=cast.olga, at=MORNING)
    scheduling.book(
        service, member=cast.ana, client=cast.janet, day=TODAY, clock=time(10), at_home=at_home, outside_hours=True,
        by=cast.ana, at=MORNING,
    )  # fmt: skip
    return operations.open_session(episode, by=cast.ana, at=MORNING)


@pytest.mark.parametrize(("at_home", "place"), [(True, "home"), (False, "site")])
def test_a_booked_home_visit_opens_as_one(cast, at_home, place):
    assert visit(cast, at_home=at_home).place == place


def test_the_note_says_where_it_was_and_the_signature_covers_it(cast, sign_in):
    session = logged(cast, cast.ana)
    before = operations.content_hash(session)
    assert Tablet(session, cast.ana, name="other").send("place", place="online")["outcome"] == "applied"
    session.refresh_from_db()
    assert operations.content_hash(session) != before
    signed = operations.sign(session, recently_signed_in=True, by=cast.ana, at=MORNING)
    assert "Online" in text_of(sign_in(cast.ana).get(f"/sessions/{signed.pk}/"))


@pytest.mark.parametrize("body", [{}, {"place": "moon"}, {"place": ""}])
def test_a_place_that_is_none_is_refused_in_words(cast, body):
    tablet = Tablet(logged(cast, cast.ana), cast.ana, name="other")
    answer = tablet.send("place", **body)
    assert (answer["outcome"], answer["sentence"]) == ("refused", "Choose where the session takes place.")


def test_two_devices_on_the_place_see_both(cast):
    session = logged(cast, cast.ana)
    tablet, phone = Tablet(session, cast.ana, name="tablet"), Tablet(session, cast.ana, name="phone")
    tablet.send("place", place="home")
    answer = phone.send("place", place="online")
    assert (answer["outcome"], answer["theirs"], answer["mine"]) == (
        "conflict", {"place": "home"}, {"place": "online"},
    )  # fmt: skip
