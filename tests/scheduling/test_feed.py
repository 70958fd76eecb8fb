"""The secret address of one's bookings: who has one, what it tells a stranger, and how it ends."""

import logging
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from icalendar import Calendar

from medexpro.audit.models import Event
from medexpro.clients.operations import people
from medexpro.kernel.refusals import NotAllowed
from medexpro.practice import operations as practice_operations
from medexpro.practice import outside, tokens
from medexpro.scheduling import operations
from medexpro.scheduling.models import Feed
from medexpro.scheduling.operations import feeds
from tests.conftest import MORNING
from tests.pages import text_of
from tests.scheduling.booking import FRIDAY, THURSDAY, TUESDAY, may_start

OWN = reverse("scheduling:own_feed")


def read(token, browser=None, method="get"):
    return getattr(browser or Browser(), method)(reverse("scheduling:feed", args=[token]))


def events(token):
    """Return the bookings as a calendar program understands them."""
    answer = read(token)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.content).walk("VEVENT")


@pytest.fixture
def token(cast, clock):
    """Ana's address."""
    clock("2026-10-13 09:30")
    return feeds.make_feed(by=cast.ana, at=MORNING)


def test_ana_makes_an_address_and_sees_it_once(desk, cast, sign_in):
    ana = sign_in(cast.ana)
    assert (
        "Make my address" in text_of(ana.get(OWN)) and OWN in ana.get(reverse("practice:me")).content.decode()
    )
    page = ana.post(OWN)
    address = page.context["address"]
    assert address.startswith("http://testserver/calendar/feed/") and address.endswith(".ics")
    assert address in page.content.decode() and address not in ana.get(OWN).content.decode()
    assert Browser().get(address).status_code == 200
    assert "It was last read on Oct 13" in text_of(ana.get(OWN))
    feed = Feed.objects.get()
    assert feed.token_hash not in address and address.split("/")[-1][:-4] not in str(feed.__dict__)


def test_making_one_asks_who_it_is(desk, cast, sign_in):
    ana = sign_in(cast.ana)
    session = ana.session
    session["account_authentication_methods"] = []
    session.save()
    assert ana.post(OWN).headers["Location"].startswith(reverse("practice:reauthenticate"))
    assert not Feed.objects.exists()


def test_a_new_address_ends_the_old_one_and_ending_ends_it(token, desk, cast, sign_in):
    ana = sign_in(cast.ana)
    newer = ana.post(OWN).context["address"]
    assert read(token).status_code == 404 and Browser().get(newer).status_code == 200
    assert "The address is ended." in text_of(ana.post(reverse("scheduling:end_feed"), follow=True))
    assert Browser().get(newer).status_code == 404
    kinds = list(
        Event.objects.filter(kind__startswith="scheduling:feed")
        .order_by("at", "id")
        .values_list("kind", flat=True)
    )
    assert kinds.count("scheduling:feed:made") == 2 and kinds.count("scheduling:feed:ended") == 1
    assert not Event.objects.filter(detail__icontains=token).exists()


def test_bookings_are_told_with_initials_and_nothing_of_health(token, desk, cast):
    people.update(cast.janet, notes_to_staff="Hard of hearing", by=cast.ben, at=MORNING)
    booking = desk.book(THURSDAY, "09:00", room=operations.add_room(name="Studio", by=cast.olga, at=MORNING))
    desk.book(FRIDAY, "10:00", service=desk.group)
    [first, group] = events(token)
    assert str(first["SUMMARY"]) == "Session J. E." and str(first["LOCATION"]) == "Studio"
    assert str(first["URL"]) == f"http://testserver{reverse('scheduling:show', args=[booking.pk])}"
    assert first["DTSTART"].dt == booking.starts_at and str(first["UID"]) == str(booking.pk)
    assert str(group["SUMMARY"]) == "Group, 1 of 2"
    text = read(token).content.decode()
    assert not any(
        word in text for word in ("Janet", "Ellery", "hearing", "Balance", "knee", "Raman", "DESCRIPTION")
    )


def test_a_practice_may_have_names_told(token, desk, cast):
    desk.book(THURSDAY, "09:00")
    type(cast.northbridge).objects.filter(pk=cast.northbridge.pk).update(feed_names="names")
    assert [str(one["SUMMARY"]) for one in events(token)] == ["Session J. Ellery"]


def test_a_move_keeps_its_name_and_a_cancelled_one_says_so(token, desk, cast):
    booking = desk.book(THURSDAY, "09:00")
    [before] = events(token)
    operations.move(booking, day=FRIDAY, clock=booking.starts_at.time(), by=cast.ben, at=MORNING)
    [moved] = events(token)
    assert moved["UID"] == before["UID"] and moved["SEQUENCE"] > before["SEQUENCE"]
    assert moved["DTSTART"].dt.date() == FRIDAY
    operations.cancel(booking, by=cast.ben, at=MORNING)
    [gone] = events(token)
    assert gone["STATUS"] == "CANCELLED" and gone["UID"] == before["UID"]


def test_only_ones_own_bookings_of_a_bounded_time_are_told(token, desk, cast, clock):
    desk.book(THURSDAY, "09:00", may_start(cast, "Omar"), member=cast.rhea, outside_hours=True)
    desk.book(TUESDAY, "10:00")
    desk.book(TUESDAY + timedelta(days=175), "10:00", reason="Planned ahead")
    desk.book(TUESDAY + timedelta(days=182), "10:00", reason="Planned ahead")
    assert len(events(token)) == 2
    clock("2026-11-20 09:00")
    assert len(events(token)) == 2  # October is over, April has come into sight.


def test_an_assistant_is_told_of_assigned_clients_only(desk, cast):
    assignment = cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TUESDAY)
    desk.book(THURSDAY, "09:00", member=cast.asa, outside_hours=True)
    token = feeds.make_feed(by=cast.asa, at=MORNING)
    assert len(events(token)) == 1
    type(assignment).objects.update(ended_on=TUESDAY)
    assert events(token) == []


@pytest.mark.parametrize("person", ["olga", "ben", "bill", "mia", "rhea"])
def test_who_works_with_nobody_has_nothing_to_read(cast, sign_in, person):
    member = getattr(cast, person)
    with pytest.raises(NotAllowed):
        feeds.make_feed(by=member, at=MORNING)
    browser = sign_in(member)
    assert (
        browser.get(OWN).status_code == 403
        and OWN not in browser.get(reverse("practice:me")).content.decode()
    )


def test_who_leaves_the_practice_has_the_address_ended_for_good(token, cast):
    practice_operations.deactivate(cast.ana, by=cast.olga, at=MORNING)
    assert read(token).status_code == 404
    cast.ana.refresh_from_db()
    practice_operations.reactivate(cast.ana, by=cast.olga, at=MORNING)
    assert read(token).status_code == 404
    assert Event.objects.get(kind="scheduling:feed:ended").member_id == cast.olga.pk


@pytest.mark.parametrize("role", ["biller", "front_desk"])
def test_a_role_that_works_with_nobody_closes_it(token, cast, role):
    type(cast.ana).objects.filter(pk=cast.ana.pk).update(roles=[role])
    assert read(token).status_code == 404


@pytest.mark.parametrize("forged", ["x", "no-such-token", "", "é" * 40, "a" * 2000])
def test_a_wrong_address_leads_nowhere(token, forged):
    forged = forged or tokens.new_token()  # One of the right shape that nobody was given.
    answer = read(forged)
    assert answer.status_code == 404 and b"Ana" not in answer.content


def test_a_script_is_slowed_down(token, monkeypatch):
    monkeypatch.setattr(outside, "TRIES_A_MINUTE", 3)
    answers = [read("forged") for _ in range(4)]
    assert [one.status_code for one in answers] == [404, 404, 404, 429] and answers[-1].headers[
        "Retry-After"
    ] == "60"
    assert read(token).status_code == 429


@pytest.mark.parametrize("method", ["get", "head", "post", "put"])
@pytest.mark.parametrize("ended", [True, False])
def test_no_log_ever_holds_the_token(token, cast, caplog, method, ended):
    if ended:
        feeds.end_feed(cast.ana, by=cast.ana, at=MORNING)
    browser = Browser(enforce_csrf_checks=True)
    with caplog.at_level(logging.DEBUG):
        answer = read(token, browser, method)
    assert token not in caplog.text and answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.status_code == (404 if ended else 200 if method in ("get", "head") else 405)


def test_reading_is_in_the_trail_once_a_day(token, desk, cast, clock):
    for time in ("2026-10-13 10:00", "2026-10-13 15:00", "2026-10-14 08:00"):
        clock(time)
        events(token)
    found = Event.objects.filter(kind="scheduling:feed:read")
    assert found.count() == 2 and {one.member_id for one in found} == {None}


def test_reading_costs_the_same_for_any_number(token, desk, cast, django_assert_max_num_queries):
    for hour in range(8, 16):
        desk.book(THURSDAY, f"{hour:02d}:00", may_start(cast, f"Client{hour}"))
    read(token)
    with django_assert_max_num_queries(8):
        assert len(events(token)) == 8
