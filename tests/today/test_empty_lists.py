"""A list with nothing on it says why, and teaches the next step to whoever may take it."""

import pytest

from medexpro.clients.models import Client
from tests.pages import text_of


@pytest.fixture
def first_day(cast):
    """A practice in which nobody is on file yet."""
    Client.objects.all().delete()
    return cast


@pytest.mark.parametrize(("who", "path", "says", "way"), [
    ("ben", "/", "A referral brings its client", "/referrals/take-in/"),
    ("ben", "/clients/", "No clients here yet", "/clients/add/"),
    ("bill", "/clients/", "No clients here yet", ""),
    ("ben", "/referrals/", "Nobody waits for a word", "/referrals/take-in/"),
    ("ben", "/referrals/?show=all", "No referral yet", "/referrals/take-in/"),
    ("rhea", "/referrals/?show=all", "No referral yet", ""),
    ("ben", "/calendar/", "First the services and the hours people work", "/calendar/set-up/"),
    ("ana", "/calendar/", "First the services and the hours people work", ""),
    ("ana", "/reports/", "No documents yet", "/clients/"),
    ("ana", "/calendar/line/", "Nothing is booked today", ""),
    ("ana", "/day/end/", "Nothing is booked.", ""),
])  # fmt: skip
def test_an_empty_list_teaches_the_next_step(first_day, sign_in, who, path, says, way):
    page = sign_in(getattr(first_day, who)).get(path)
    assert says in text_of(page)
    main = page.content.decode().partition("<main")[2].partition("</main>")[0] or page.content.decode()
    assert way in main


def test_a_choice_without_anybody_is_not_taken_for_a_practice_without_clients(cast, sign_in):
    page = text_of(sign_in(cast.ben).get("/clients/?show=archived"))
    assert "Nobody under this choice" in page and "Add the first client" not in page


def test_a_day_on_which_nobody_works_leads_to_the_hours(desk, cast, sign_in):
    sunday = "/calendar/day/?day=2026-10-18"
    assert "/calendar/set-up/" in sign_in(cast.ben).get(sunday).content.decode().partition("<main")[2]
    assert "Nobody works or is booked on this day" in text_of(sign_in(cast.ana).get(sunday))


def test_the_day_of_the_calendar_prints_the_sheet_it_shows(desk, cast, sign_in):
    page = sign_in(cast.ben).get("/calendar/day/?day=2026-10-15&who=all").content.decode()
    assert "/day/sheet/?day=2026-10-15&amp;who=all" in page
    assert "/day/sheet/" not in sign_in(cast.rhea).get("/calendar/day/?day=2026-10-15").content.decode()
