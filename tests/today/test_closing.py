"""The end of the day: each booking and each session stands there once, and what has no end yet is said."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.scheduling import operations as scheduling
from medexpro.sessions import operations as sessions
from medexpro.sessions.models import NotHeld
from medexpro.today.closing import closing_of
from medexpro.today.rules.closing import Booked, End, Held, end_of, sentence, visits
from tests.pages import text_of
from tests.scheduling.booking import TUESDAY, at, may_start

NINE = datetime(2026, 10, 13, 13, 0, tzinfo=UTC)
END = "/day/end/"


# ---- The rule


def booked(key, hour, state="booked", episode="e", logged=True):
    since = NINE + timedelta(hours=hour)
    return Booked(key, episode, since, since + timedelta(hours=1), state, logged)


def held(key, hour, state, episode="e", why=""):
    return Held(key, episode, NINE + timedelta(hours=hour), state, why)


@pytest.mark.parametrize(("place", "session", "end"), [
    (booked("b", 0, "came"), held("s", 0, "signed"), End.DONE),
    (booked("b", 0, "came"), held("s", 0, "awaiting_cosign"), End.UNSIGNED),  # A co-sign is a signature too.
    (booked("b", 0, "came"), held("s", 0, "held"), End.UNSIGNED),
    (booked("b", 0, "came"), None, End.OPEN),  # What was done with the client stands nowhere.
    (booked("b", 0, "came", logged=False), None, End.DONE),  # A talk has no log.
    (booked("b", 0, "no_show"), None, End.DID_NOT_COME),
    (booked("b", 0), held("s", 0, "void", why="no_show"), End.DID_NOT_COME),
    (booked("b", 0), held("s", 0, "void", why="cancelled"), End.NOT_HELD),
    (booked("b", 0), None, End.OPEN),  # Over, and nobody said a word.
    (booked("b", 3), None, End.TO_COME),
    (booked("b", 1), None, End.TO_COME),  # It is going on.
    (None, held("s", 0, "signed"), End.DONE),
])  # fmt: skip
def test_what_became_of_a_visit(place, session, end):
    assert end_of(place, session, NINE + timedelta(hours=1, minutes=30)) is end


def test_two_visits_of_one_client_are_paired_in_the_order_of_time():
    found = visits([booked("b2", 5), booked("b1", 0)], [held("s2", 5, "open"), held("s1", 0, "signed")], NINE)
    assert [(one.booked.key, one.held.key, one.end) for one in found] == [
        ("b1", "s1", End.DONE), ("b2", "s2", End.UNSIGNED),
    ]  # fmt: skip


def test_a_log_opened_by_mistake_stands_for_nothing():
    found = visits([booked("b", 0)], [held("s", 0, "void", why="mistake")], NINE + timedelta(hours=4))
    assert [(one.booked.key, one.held, one.end) for one in found] == [("b", None, End.OPEN)]


STATES = st.sampled_from(["booked", "came", "no_show"])
LOGS = st.sampled_from(["open", "held", "ready", "awaiting_cosign", "signed", "void"])
EPISODES = st.sampled_from(["e", "f", "g"])


@given(
    places=st.lists(st.tuples(st.integers(0, 9), STATES, st.one_of(st.none(), EPISODES), st.booleans()), max_size=8),
    logs=st.lists(st.tuples(st.integers(0, 9), LOGS, EPISODES), max_size=8),
    hour=st.integers(0, 12),
)  # fmt: skip
def test_every_booking_and_every_session_stands_there_exactly_once(places, logs, hour):
    bookings = [booked(f"b{n}", *one) for n, one in enumerate(places)]
    held_ones = [held(f"s{n}", *one, why="no_show") for n, one in enumerate(logs)]
    found = visits(bookings, held_ones, NINE + timedelta(hours=hour))
    assert sorted(one.booked.key for one in found if one.booked) == sorted(one.key for one in bookings)
    assert sorted(one.held.key for one in found if one.held) == sorted(one.key for one in held_ones)
    # Never "accounted for" while one of them has no end.
    left = sum(one.booked is not None and one.end is End.OPEN for one in found)
    assert (left > 0) == ("not accounted for" in sentence(found))


@pytest.mark.parametrize(("places", "said"), [
    ([booked("a", 0, "no_show")], "The one booking is accounted for."),
    ([booked("a", 0, "no_show"), booked("b", 1, "came", logged=False)], "All 2 bookings are accounted for."),
    ([booked("a", 0), booked("b", 9)], "1 of 2 bookings is not accounted for. 1 is still to come."),
    ([booked("a", 0, "no_show"), booked("b", 9)], "Every booking so far is accounted for. 1 is still to come."),
    ([booked("b", 9)], "1 booking still to come."),
])  # fmt: skip
def test_how_far_the_day_is_accounted_for(places, said):
    assert sentence(visits(places, [], NINE + timedelta(hours=5))) == said


# ---- A day of the practice


def lines(member, when, *, mine=False):
    """Return the lines of each part: {part: [(who, what), ...]}, empty parts left out."""
    found = closing_of(member, TUESDAY, at=when, mine=mine)
    return {part.key: [(line.who, line.what) for line in part.lines] for part in found.parts if part.lines}


def signed(session):
    session.state = "signed"
    session.save()
    return session


def test_a_day_with_each_end(desk, cast, sign_in, clock):
    omar, ruth, dev = (may_start(cast, name) for name in ("Omar", "Ruth", "Dev"))
    desk.book(TUESDAY, "10:00")
    desk.book(TUESDAY, "11:00", omar)
    missed = desk.book(TUESDAY, "13:00", ruth)
    desk.book(TUESDAY, "14:00", dev)
    signed(sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 10:02")))
    sessions.open_session(omar.episodes.get(), by=cast.ana, at=at("2026-10-13 11:01"))
    scheduling.settle(missed, "no_show", by=cast.ben, at=at("2026-10-13 13:30"))

    evening = at("2026-10-13 18:00")
    assert lines(cast.ana, evening) == {
        "open": [("Dev Marsh", "2:00 pm, Session with Ana Torres: nobody said whether they came")],
        "done": [("Janet Ellery", "10:00 am, Session with Ana Torres: signed")],
        "unsigned": [("Omar Marsh", "11:00 am, Session with Ana Torres: open")],
        "gone": [("Ruth Marsh", "1:00 pm, Session with Ana Torres")],
    }
    clock("2026-10-13 18:00")
    page = text_of(sign_in(cast.ana).get(f"{END}?who=all"))
    assert "1 of 4 bookings is not accounted for. One note is not signed." in page


def test_the_front_desk_sees_who_came_and_not_whose_note_is_signed(desk, cast, sign_in, clock):
    desk.book(TUESDAY, "10:00")
    sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 10:02"))
    found = lines(cast.ben, at("2026-10-13 18:00"))
    assert found == {"done": [("Janet Ellery", "10:00 am, Session with Ana Torres")]}
    clock("2026-10-13 18:00")
    page = sign_in(cast.ben).get(END)
    assert "/sessions/" not in page.content.decode() and "signed" not in text_of(page)


def test_every_line_leads_to_its_record(desk, cast, sign_in, clock):
    desk.book(TUESDAY, "10:00")
    desk.book(TUESDAY, "14:00", may_start(cast, "Dev"))
    sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 10:02"))
    when = clock("2026-10-13 18:00")
    for member in (cast.ana, cast.ben, cast.olga):
        browser = sign_in(member)
        urls = [
            line.url for part in closing_of(member, TUESDAY, at=when, mine=False).parts for line in part.lines
        ]
        assert len(urls) == 2
        assert [browser.get(url).status_code for url in urls] == [200, 200]


def test_a_session_that_did_not_take_place_says_why(desk, cast):
    desk.book(TUESDAY, "10:00")
    session = sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 10:02"))
    sessions.did_not_take_place(
        session, why=NotHeld.NO_SHOW, words="Rang at noon", by=cast.ana, at=at("2026-10-13 12:00")
    )
    [(who, what)] = lines(cast.ana, at("2026-10-13 18:00"))["gone"]
    assert who == "Janet Ellery" and what.endswith("The client did not come. Rang at noon")


def test_a_group_has_an_end_for_each_of_its_clients(desk, cast):
    omar = may_start(cast, "Omar")
    group = desk.book(TUESDAY, "15:00", service=desk.group)
    scheduling.take_place(group, omar, by=cast.ben, at=at("2026-10-13 09:30"))
    signed(sessions.open_session(omar.episodes.get(), by=cast.ana, at=at("2026-10-13 15:02")))
    found = lines(cast.ana, at("2026-10-13 18:00"))
    assert [who for who, _ in found["open"]] == ["Janet Ellery"]
    assert [who for who, _ in found["done"]] == ["Omar Marsh"]


def test_an_unsigned_note_of_last_week_still_stands_there(desk, cast):
    sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 10:02"))
    found = closing_of(cast.ana, TUESDAY + timedelta(days=7), at=at("2026-10-20 18:00"), mine=True)
    unsigned = next(part for part in found.parts if part.key == "unsigned")
    assert [(line.who, line.what) for line in unsigned.lines] == [("Janet Ellery", "Oct 13, open")]


def test_another_practice_and_an_assistant_without_the_client_see_nothing_of_it(desk, cast):
    desk.book(TUESDAY, "10:00")
    sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 10:02"))
    for member in (cast.dana, cast.asa):
        assert lines(member, at("2026-10-13 18:00")) == {}


def test_the_end_of_the_day_stays_inside_its_budget(
    desk, cast, sign_in, clock, django_assert_max_num_queries
):
    for number, name in enumerate(("Omar", "Ruth", "Dev", "Leah")):
        client = may_start(cast, name)
        desk.book(TUESDAY, f"{10 + number}:00", client)
        sessions.open_session(client.episodes.get(), by=cast.ana, at=at(f"2026-10-13 {10 + number}:01"))
    clock("2026-10-13 18:00")
    browser = sign_in(cast.ana)
    for path in (f"{END}?who=all", "/day/tomorrow/"):
        browser.get(path)
        with django_assert_max_num_queries(15):
            assert browser.get(path).status_code == 200


def test_what_is_owed_tomorrow_stands_beside_it(desk, cast, sign_in, clock):
    sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 10:02"))
    clock("2026-10-13 18:00")
    ana = sign_in(cast.ana)
    assert "/day/tomorrow/" in ana.get(END).content.decode()
    part = ana.get("/day/tomorrow/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "Unsigned notes" in text_of(part) and "Janet Ellery" in text_of(part)


def test_an_assistant_at_the_front_desk_is_not_alarmed_by_logs_they_do_not_read(desk, cast):
    cast.asa.roles = ["assistant", "front_desk"]
    cast.asa.save()
    desk.book(TUESDAY, "10:00")
    sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=at("2026-10-13 10:02"))
    found = lines(cast.asa, at("2026-10-13 18:00"))
    assert found == {"done": [("Janet Ellery", "10:00 am, Session with Ana Torres")]}
