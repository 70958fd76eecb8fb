"""The calendar's pages: who sees what, what is said before a tap, and what it costs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from medexpro.clearance import operations as clearance
from medexpro.kernel.ids import uuid7
from medexpro.scheduling import operations
from medexpro.scheduling.models import Booking, GroupPlace, State
from medexpro.scheduling.rules.repeating import Repeat
from tests.conftest import MORNING
from tests.pages import text_of
from tests.scheduling.booking import FRIDAY, THURSDAY, TUESDAY, another, may_start

WEEK = reverse("scheduling:week")


def address(name, row):
    return reverse(f"scheduling:{name}", args=[row.pk])


def booking_form(desk, **more):
    return {
        "new_id": str(uuid7()), "client_0": str(desk.cast.janet.pk), "client_1": "Janet Ellery",
        "service": str(desk.session.pk), "member": str(desk.cast.ana.pk), "day": "10/15/2026", "time": "9:00 am",
    } | more  # fmt: skip


def test_a_week_tells_who_comes_and_who_may_not_start(desk, cast, sign_in):
    desk.book_all(TUESDAY, "10:00", repeat=Repeat(frozenset({1, 3}), times=4))
    omar = may_start(cast, "Omar")
    desk.book(THURSDAY, "11:00", omar)
    clearance.refer_back(omar.episodes.get(), trigger="other", observed="Calf warm", by=cast.ana, at=MORNING)
    said = text_of(sign_in(cast.ana).get(WEEK))
    assert "October 12 to 17" in said and "3 bookings. Omar Marsh can’t start yet." in said
    assert (
        "J. Ellery 10:00 1 of 24" in said
        and "J. Ellery 10:00 2 of 24" in said
        and "O. Marsh 11:00 on hold" in said
    )


def test_the_front_desk_hears_that_there_is_a_stop_and_not_why(desk, cast, sign_in):
    booking = desk.book(THURSDAY, "09:00")
    episode = cast.janet.episodes.get()
    clearance.refer_back(episode, trigger="other", observed="Calf swollen", by=cast.ana, at=MORNING)
    page = address("show", booking)
    desks, anas = text_of(sign_in(cast.ben).get(page)), text_of(sign_in(cast.ana).get(page))
    assert "Exercise may not start then A professional can say" in desks and "Calf swollen" not in desks
    assert "Calf swollen" in anas and "No day in the next two weeks is covered" in anas


def test_an_assistant_sees_the_assigned_and_another_practice_nobody(desk, cast, sign_in):
    booking = desk.book(THURSDAY, "09:00")
    asa = sign_in(cast.asa)
    assert (
        "Ellery" not in text_of(asa.get(f"{WEEK}?who=all"))
        and asa.get(address("show", booking)).status_code == 404
    )
    assert "Ellery" not in text_of(sign_in(cast.dana).get(f"{WEEK}?who=all"))
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TUESDAY)
    said = text_of(asa.get(address("show", booking)))
    # She sees it, and changes only her own.
    assert "Janet Ellery" in said and "Cancel this one" not in said


def test_a_refused_booking_keeps_what_was_typed_and_says_why_at_the_field(desk, cast, sign_in):
    ben, book = sign_in(cast.ben), reverse("scheduling:book")
    answer = ben.post(book, booking_form(desk, time="6:30 pm", reason="Zoë asked"))
    assert answer.status_code == 422 and "Ana Torres works 8:00 am to 5:00 pm" in text_of(answer)
    assert "Zoë asked" in answer.content.decode() and "6:30 pm" in answer.content.decode()
    answer = ben.post(book, booking_form(desk, time="6:30 pm", outside_hours="on"))
    assert answer.status_code == 302 and Booking.objects.count() == 1
    answer = ben.post(book, booking_form(desk, day="3/14/2027", time="02:30", outside_hours="on"))
    assert "2:30 am does not happen on Sun, Mar 14" in text_of(answer)


def test_the_doubled_hour_is_said(desk, cast, sign_in):
    form = booking_form(desk, day="11/1/2026", time="1:30 am", outside_hours="on")
    answer = sign_in(cast.ben).post(reverse("scheduling:book"), form, follow=True)
    assert "1:30 am happens twice on Sun, Nov 1; the booking is at the first." in text_of(answer)


def test_a_series_is_booked_from_the_page(desk, cast, sign_in):
    form = booking_form(desk, weekdays=["1", "3"], until="11/5/2026")
    page = sign_in(cast.ben).post(reverse("scheduling:book"), form, follow=True)
    assert Booking.objects.count() == 7 and "7 bookings are made." in text_of(page)
    assert "Tuesdays and Thursdays to Thu, Nov 5" in text_of(page) and "Cancel this and 6 later" in text_of(
        page
    )


def test_moving_offers_free_places_and_is_undone(desk, cast, sign_in):
    booking = desk.book(THURSDAY, "09:00")
    desk.book(FRIDAY, "09:00", may_start(cast, "Omar"))
    ben = sign_in(cast.ben)
    move = ben.get(address("show", booking)).context["card"]["move"]
    offered = [value for value, _ in move.fields["to"].choices]
    assert offered == ["2026-10-13T10:00", "2026-10-14T09:00", "2026-10-15T08:00", "other"]
    data = {"to": "2026-10-14T09:00", "member": str(cast.ana.pk), "version": str(booking.version)}
    page = ben.post(address("move", booking), data, follow=True)
    assert "Moved to Wed, Oct 14, 9:00 am." in text_of(page) and desk.wall(booking) == "Wed Oct 14 09:00"
    ben.post(address("move_back", booking))
    assert desk.wall(booking) == "Thu Oct 15 09:00"


def test_a_move_that_crosses_another_shows_both_and_keeps_the_typed(desk, cast, sign_in):
    booking = desk.book(THURSDAY, "09:00")
    data = {
        "to": "other", "day": "10/15/2026", "time": "2:00 pm", "member": str(cast.ana.pk),
        "version": str(booking.version),
    }  # fmt: skip
    ana, ben = sign_in(cast.ana), sign_in(cast.ben)
    ana.post(address("move", booking), data | {"time": "11:00 am"})
    answer = ben.post(address("move", booking), data)
    assert answer.status_code == 422
    assert "it stands on Thu, Oct 15, 11:00 am to 12:00 pm with Ana Torres now" in text_of(answer)
    assert 'value="2:00 pm"' in answer.content.decode()
    again = data | {"version": answer.context["card"]["move"]["version"].value()}
    assert ben.post(address("move", booking), again).status_code == 302
    assert desk.wall(booking) == "Thu Oct 15 14:00"
    stale = ben.post(address("cancel", booking), {"reach": "one", "version": "1"}, follow=True)
    assert "Nothing is cancelled. Somebody else changed it meanwhile" in text_of(stale)


def test_cancelling_says_what_happens_and_is_undone(desk, cast, sign_in):
    first, *_ = desk.book_all(TUESDAY, "10:00", repeat=Repeat(frozenset({1}), times=3))
    ben = sign_in(cast.ben)
    assert "cancelling this one keeps the 2 later" in text_of(ben.get(address("show", first)))
    first.refresh_from_db()
    page = ben.post(address("cancel", first), {"reach": "later", "version": first.version}, follow=True)
    assert "3 bookings are cancelled." in text_of(page) and "0 bookings." in text_of(page)
    assert "Book it again" in text_of(ben.get(address("show", first)))
    ben.post(address("restore", first))
    assert Booking.objects.filter(state=State.BOOKED).count() == 3


def test_who_came_is_said_from_the_card(desk, cast, sign_in, clock):
    booking = desk.book(TUESDAY, "10:00")
    ben = sign_in(cast.ben)
    page = ben.post(address("settle", booking), {"state": "no_show"}, follow=True)
    assert "Until then the client can still come." in text_of(page)
    clock("2026-10-13 10:20")
    ben = sign_in(cast.ben)
    page = ben.post(address("settle", booking), {"state": "no_show"}, follow=True)
    assert "J. Ellery 10:00 did not come" in text_of(page) and "Take it back" in text_of(page)


def test_a_group_shows_each_place_and_takes_one_more(desk, cast, sign_in):
    group = desk.book(FRIDAY, "10:00", service=desk.group)
    ben, omar = sign_in(cast.ben), another(cast, "Omar")
    assert "Balance group 10:00 1 of 2" in text_of(ben.get(f"{WEEK}?who=all"))
    data = {"new_id": str(uuid7()), "client_0": str(omar.pk), "client_1": omar.name}
    answer = ben.post(address("take_place", group), data)
    assert answer.status_code == 422 and "may not start exercise" in text_of(answer)
    page = ben.post(address("take_place", group), data | {"reason": "Watches only"}, follow=True)
    assert "Omar Marsh has a place." in text_of(page) and "can’t start yet" in text_of(page)
    place = GroupPlace.objects.get(client=omar)
    assert "Omar Marsh is out of the group." in text_of(
        ben.post(address("give_up_place", place), follow=True)
    )


def test_the_owner_sets_the_calendar_up(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    olga, set_up = sign_in(cast.olga), reverse("scheduling:set_up")
    assert "Set up the calendar" in text_of(olga.get(WEEK))
    page = olga.post(reverse("scheduling:begin"), follow=True)
    assert "Small group" in text_of(page) and "Mondays, 8:00 am to 5:00 pm" in text_of(page)
    hours = {"member": str(cast.asa.pk), "weekdays": ["5"], "since": "9:00 am", "until": "8:00 am"}
    answer = olga.post(reverse("scheduling:add", args=["hours"]), hours)
    assert answer.status_code == 422 and "The end has to be later than the beginning." in text_of(answer)
    assert (
        olga.post(reverse("scheduling:add", args=["hours"]), hours | {"until": "11:00 am"}).status_code == 302
    )
    closure = {"new_id": str(uuid7()), "why": "Holiday", "first": "10/16/2026"}
    olga.post(reverse("scheduling:add", args=["closure"]), closure)
    assert "Holiday" in text_of(olga.get(set_up)) and "Holiday all day closed" in text_of(olga.get(WEEK))
    row = cast.asa.working_hours.get()
    olga.post(reverse("scheduling:remove", args=["hours", row.pk]))
    assert not cast.asa.working_hours.exists()


@pytest.mark.parametrize("query", ["", "?day=2026-10-20&who=all", "?day=9999-12-31", "?day=x&who=y"])
def test_week_and_day_open_whatever_the_address_says(desk, cast, sign_in, query):
    desk.book(THURSDAY, "09:00")
    for name in ("week", "day"):
        assert sign_in(cast.ana).get(reverse(f"scheduling:{name}") + query).status_code == 200


def full_week(desk, cast):
    """Everything a week can hold at once: series, groups, holds, refer-backs, closures, a chosen booking."""
    desk.book_all(TUESDAY, "10:00", repeat=Repeat(frozenset({1, 3}), times=20))
    operations.add_closure(why="Training", first=FRIDAY, last=FRIDAY, by=cast.olga, at=MORNING)
    group = desk.book(THURSDAY, "15:00", service=desk.group)
    for number, name in enumerate(("Omar", "Ruth", "Dev", "Leah", "Iris")):
        client = may_start(cast, name)
        desk.book(
            THURSDAY, f"{11 + number % 4}:00", client, member=cast.rhea, outside_hours=True
        ) if number < 4 else None
        if number == 1:
            clearance.refer_back(
                client.episodes.get(), trigger="other", observed="Warm", by=cast.ana, at=MORNING
            )
        if number == 4:
            operations.take_place(group, client, by=cast.ben, at=MORNING)
    return group


def test_the_calendar_stays_inside_its_budget_at_any_size(desk, cast, sign_in):
    group = full_week(desk, cast)
    booking = Booking.objects.filter(client=cast.janet).order_by("starts_at")[1]
    browser = sign_in(cast.ana)
    for url in (f"{WEEK}?who=all", reverse("scheduling:day") + "?day=2026-10-15", address("show", booking),
                address("show", group)):  # fmt: skip
        browser.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
        asked = [query["sql"][:40] + query["sql"][query["sql"].find(" FROM ") :][:70] for query in captured]
        assert len(asked) <= 15, f"{url}: {len(asked)}\n" + "\n".join(asked)


def test_today_shows_the_day_as_a_line(desk, cast, sign_in):
    desk.book(TUESDAY, "10:00")
    omar = may_start(cast, "Omar")
    desk.book(TUESDAY, "14:00", omar)
    clearance.refer_back(omar.episodes.get(), trigger="other", observed="Calf warm", by=cast.ana, at=MORNING)
    ana = sign_in(cast.ana)
    assert reverse("scheduling:line") in ana.get("/").content.decode()
    said = text_of(ana.get(reverse("scheduling:line")))
    assert "2 bookings · Week 10:00 60 min Janet Ellery Right knee replacement, Session 1 of 24" in said
    assert "Omar Marsh Right knee replacement, Session on hold" in said and "Calf" not in said
    assert "Session with Ana Torres" in text_of(sign_in(cast.ben).get(reverse("scheduling:line")))


def test_the_chart_names_the_next_booking_and_books_one(desk, cast, sign_in):
    chart = reverse("clients:show", args=[cast.janet.pk])
    page = sign_in(cast.ana).get(chart)
    assert "Next booking None is booked." in text_of(page)
    assert f"{reverse('scheduling:book')}?client={cast.janet.pk}" in page.content.decode()
    desk.book(FRIDAY, "10:00", service=desk.group)
    assert "Next booking Fri, Oct 16, 10:00 am to 10:45 am Balance group with" in text_of(
        sign_in(cast.ben).get(chart)
    )


def test_a_booking_weeks_ahead_counts_the_sessions_before_it(desk, cast, sign_in):
    desk.book_all(TUESDAY, "10:00", repeat=Repeat(frozenset({1, 3}), times=10))
    later = f"{WEEK}?day={(TUESDAY + timedelta(days=14)).isoformat()}"
    assert "J. Ellery 10:00 5 of 24" in text_of(sign_in(cast.ana).get(later))


def test_a_move_may_change_room_and_member_and_says_what_is_taken(desk, cast, sign_in):
    studio, hall = (
        operations.add_room(name=name, site="Alder Street", by=cast.olga, at=MORNING)
        for name in ("Studio", "Hall")
    )
    luis = cast.asa  # The assistant works with clients too.
    for client in (cast.janet,):
        client.assignments.create(practice=cast.northbridge, member=luis, started_on=TUESDAY)
    omar = may_start(cast, "Omar")
    omar.assignments.create(practice=cast.northbridge, member=luis, started_on=TUESDAY)
    desk.book(FRIDAY, "11:00", omar, member=luis, room=hall)
    booking = desk.book(THURSDAY, "09:00", room=studio)
    ben = sign_in(cast.ben)
    data = {
        "to": "other", "day": "10/16/2026", "time": "11:00 am", "member": str(luis.pk), "room": str(hall.pk),
        "version": str(booking.version),
    }  # fmt: skip
    answer = ben.post(address("move", booking), data)
    assert answer.status_code == 422
    form = answer.context["card"]["move"]
    assert form.errors["member"][0].startswith("Asa Nakamura is booked already: Fri, Oct 16, 11:00 am")
    assert form.errors["room"][0].startswith("Hall, Alder Street is booked already: Fri, Oct 16, 11:00 am")
    assert f'value="{hall.pk}" selected' in answer.content.decode()
    page = ben.post(address("move", booking), data | {"time": "1:00 pm"}, follow=True)
    booking.refresh_from_db()
    assert (booking.member, booking.room) == (luis, hall) and "Hall, Alder Street" in text_of(page)
    # A room that nobody touched stays; cleared, the booking takes none.
    data |= {"version": str(booking.version), "time": "2:00 pm", "room": ""}
    ben.post(address("move", booking), data)
    booking.refresh_from_db()
    assert booking.room is None
