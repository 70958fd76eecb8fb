"""Who waits is offered what comes free: shown where it fits, recorded, booked on yes, kept waiting on no."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from medexpro.audit.models import Event
from medexpro.episodes import operations as episodes
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed, NotFound
from medexpro.scheduling import operations, waiting
from medexpro.scheduling.models import Booking, GroupPlace, Offer, Wish
from medexpro.scheduling.operations import BookingRefused, ReasonNeeded
from medexpro.scheduling.rules.waiting import Free, Wished, check, fits
from tests.conftest import MORNING
from tests.pages import text_of
from tests.scheduling.booking import FRIDAY, THURSDAY, TUESDAY, another, at, may_start

# ---- The rule


def free(since="09:00", until="10:00", day=THURSDAY, member="ana", group=None):
    return Free(
        day=day, since=time.fromisoformat(since), until=time.fromisoformat(until), member=member, group=group
    )


def wish(service="session", minutes=60, **more):
    for name in ("since", "until"):
        if name in more:
            more[name] = time.fromisoformat(more[name])
    return Wished(service=service, minutes=minutes, from_on=more.pop("from_on", TUESDAY), **more)


@pytest.mark.parametrize(("wished", "opening", "begins"), [
    (wish(), free(), "09:00"),
    (wish(minutes=45), free(), "09:00"),  # A shorter one fits as well.
    (wish(minutes=90), free(), None),
    (wish(member="ana"), free(), "09:00"),
    (wish(member="luis"), free(), None),
    (wish(weekdays=frozenset({3})), free(), "09:00"),  # A Thursday.
    (wish(weekdays=frozenset({0, 1})), free(), None),
    (wish(from_on=FRIDAY), free(), None),
    (wish(from_on=THURSDAY), free(), "09:00"),
    (wish(minutes=30, since="09:30"), free(), "09:30"),  # As early as the wish allows.
    (wish(since="09:30"), free(), None),
    (wish(until="10:00"), free(), "09:00"),
    (wish(until="09:30"), free(), None),
    (wish(group=True), free(), None),  # A group is made by its leader, not by a free hour.
    (wish("balance", group=True), free(group="balance"), "09:00"),
    (wish("balance", group=True, minutes=45), free(until="09:45", group="balance"), "09:00"),
    (wish("strength", group=True), free(group="balance"), None),
    (wish(), free(group="balance"), None),
    (wish("balance", group=True, since="09:30"), free(group="balance"), None),
])  # fmt: skip
def test_what_a_client_waits_for_and_what_comes_free(wished, opening, begins):
    found = fits(wished, opening)
    assert (found and found.isoformat("minutes")) == begins


clocks = st.times().map(lambda one: one.replace(second=0, microsecond=0))


@given(
    st.tuples(clocks, clocks).map(sorted), st.none() | clocks, st.none() | clocks, st.integers(5, 240),
    st.frozensets(st.integers(0, 6)), st.dates(date(2026, 10, 1), date(2026, 10, 31)),
)  # fmt: skip
def test_what_fits_lies_whole_inside_the_free_time_and_the_wish(span, since, until, minutes, weekdays, day):
    opening = Free(day=day, since=span[0], until=span[1], member="ana")
    wanted = Wished(service=1, minutes=minutes, from_on=TUESDAY, weekdays=weekdays, since=since, until=until)
    begins = fits(wanted, opening)
    if begins is None:
        return
    ends = begins.hour * 60 + begins.minute + minutes
    assert day >= TUESDAY and (not weekdays or day.weekday() in weekdays)
    assert begins >= max(span[0], since or span[0])
    for limit in (span[1], until):
        assert limit is None or ends <= limit.hour * 60 + limit.minute


@pytest.mark.parametrize(("since", "until", "said"), [
    (None, time(9), ""),
    (time(10), time(9), "The end has to be later than the beginning."),
    (time(9), time(9, 30), "It takes 60 minutes. Give it more time."),
    (time(9), time(10), ""),
])  # fmt: skip
def test_wished_times_leave_room_for_the_service(since, until, said):
    assert check(since, until, 60) == said


# ---- The list


@pytest.fixture
def omar(cast, desk):
    return may_start(cast, "Omar")


def waits(desk, client, **more):
    given = {"service": desk.session, "from_on": TUESDAY, "by": desk.cast.ben, "at": MORNING} | more
    return operations.wait(client, **given)


def refused(do, *args, **kwargs):
    with pytest.raises(BookingRefused) as no:
        do(*args, **kwargs)
    return no.value.field, str(no.value)


def test_a_client_waits_once_for_a_service(desk, cast, omar):
    key = uuid7()
    first = waits(desk, omar, id=key)
    assert waits(desk, omar, id=key) == first  # A double tap.
    assert refused(waits, desk, omar) == (
        "client",
        "Omar Marsh waits for Session already, since Tue, Oct 13. Take that off first to wish for something else.",
    )
    assert waits(desk, omar, service=desk.group).pk  # For something else, yes.
    operations.end_wish(first, by=cast.ben, at=MORNING)
    assert waits(desk, omar).state == "waiting"
    event = Event.objects.filter(kind="scheduling:wish:made").first()
    assert (event.client_id, event.member_id) == (omar.pk, cast.ben.pk)


@pytest.mark.parametrize("person", ["olga", "bill", "rhea", "mia"])
def test_others_put_nobody_on_the_list(desk, cast, person):
    with pytest.raises(NotAllowed):
        waits(desk, cast.janet, by=cast.members[person])


def test_an_assistant_puts_the_assigned_on_the_list_for_their_own_time(desk, cast):
    with pytest.raises(NotFound):
        waits(desk, cast.janet, by=cast.asa)
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TUESDAY)
    with pytest.raises(NotAllowed):
        waits(desk, cast.janet, by=cast.asa, member=cast.ana)
    assert waits(desk, cast.janet, by=cast.asa, member=cast.asa).member == cast.asa


def test_another_practice_sees_and_changes_nothing(desk, cast, omar):
    wish = waits(desk, omar)
    booking = desk.book(THURSDAY, "09:00")
    operations.cancel(booking, by=cast.ben, at=MORNING)
    made = operations.offer(booking, wish, by=cast.ben, at=MORNING)
    assert (
        not Wish.objects.visible_to(cast.dana).exists() and not Offer.objects.visible_to(cast.dana).exists()
    )
    for do in (
        lambda: operations.end_wish(wish, by=cast.dana, at=MORNING),
        lambda: operations.offer(booking, wish, by=cast.dana, at=MORNING),
        lambda: operations.answer(made, True, by=cast.dana, at=MORNING),
        lambda: waits(desk, omar, by=cast.dana),
    ):
        with pytest.raises(NotFound):
            do()


# ---- What comes free


def fitting(booking, member, when=MORNING):
    row = Booking.objects.select_related("practice", "service", "member__user").get(pk=booking.pk)
    free, found = waiting.fitting(row, member, when)
    return free, [str(one.wish.client) for one in found]


def test_a_cancelled_hour_shows_who_waits_and_fits_the_longest_first(desk, cast, omar):
    ruth, dev, leah = (may_start(cast, name) for name in ("Ruth", "Dev", "Leah"))
    waits(desk, ruth, weekdays=[3], at=MORNING + timedelta(minutes=2))
    waits(desk, omar, at=MORNING + timedelta(minutes=1))
    waits(desk, dev, weekdays=[0])
    waits(desk, leah, until=time(9, 30), since=time(8))
    booking = desk.book(THURSDAY, "09:00")
    assert fitting(booking, cast.ben) == ("", [])
    operations.cancel(booking, by=cast.ben, at=MORNING)
    assert fitting(booking, cast.ben) == ("Thu, Oct 15, 9:00 am", ["Omar Marsh", "Ruth Marsh"])
    # Once somebody else has the hour, or it is over, nobody is offered it.
    assert fitting(booking, cast.ben, MORNING + timedelta(days=3)) == ("", [])
    desk.book(THURSDAY, "09:30", dev)
    assert fitting(booking, cast.ben) == ("", [])


def test_a_move_leaves_its_old_hour_to_who_waits(desk, cast, omar):
    waits(desk, omar)
    booking = desk.book(THURSDAY, "09:00")
    operations.move(booking, day=FRIDAY, clock=time(9), by=cast.ben, at=MORNING)
    assert fitting(booking, cast.ben) == ("Thu, Oct 15, 9:00 am", ["Omar Marsh"])
    booking.refresh_from_db()
    operations.move_back(booking, by=cast.ben, at=MORNING)
    assert fitting(booking, cast.ben) == ("", [])


def test_a_place_in_a_group_is_offered_to_who_waits_for_the_group(desk, cast, omar):
    group = desk.book(FRIDAY, "10:00", service=desk.group)
    ruth = may_start(cast, "Ruth")
    place = operations.take_place(group, ruth, by=cast.ben, at=MORNING)
    waits(desk, omar, service=desk.group)
    assert fitting(group, cast.ben) == ("", [])  # It is full.
    operations.give_up_place(place, by=cast.ben, at=MORNING)
    assert fitting(group, cast.ben)[1] == ["Omar Marsh"]
    wish = Wish.objects.get()
    made = operations.offer(group, wish, by=cast.ben, at=MORNING)
    operations.answer(made, True, by=cast.ben, at=MORNING)
    assert GroupPlace.objects.filter(booking=group, client=omar, given_up_at=None).exists()
    wish.refresh_from_db()
    assert (wish.state, wish.booking) == ("booked", group)


def test_yes_books_the_hour_and_ends_the_wait(desk, cast, omar):
    room = operations.add_room(name="Studio", by=cast.olga, at=MORNING)
    wish, booking = waits(desk, omar), desk.book(THURSDAY, "09:00", room=room)
    operations.cancel(booking, by=cast.ben, at=MORNING)
    made = operations.offer(booking, wish, by=cast.ben, at=MORNING)
    assert operations.offer(booking, wish, by=cast.ben, at=MORNING) == made  # A double tap.
    operations.answer(made, True, by=cast.ana, at=MORNING)
    wish.refresh_from_db()
    assert (wish.state, wish.booking.client, wish.booking.room) == ("booked", omar, room)
    assert wish.booking.starts_at == at("2026-10-15 09:00") and wish.booking.member == cast.ana
    operations.answer(made, False, by=cast.ben, at=MORNING)  # A second tap changes nothing.
    made.refresh_from_db()
    assert (made.answer, made.answered_by) == ("yes", cast.ana)
    kinds = list(Event.objects.filter(client_id=omar.pk).values_list("kind", flat=True))
    assert {"scheduling:offer:made", "scheduling:offer:answered", "scheduling:booking:made"} <= set(kinds)


def test_no_keeps_them_waiting_and_the_next_is_asked(desk, cast, omar):
    ruth = may_start(cast, "Ruth")
    wish = waits(desk, omar)
    waits(desk, ruth, at=MORNING + timedelta(minutes=1))
    booking = desk.book(THURSDAY, "09:00")
    operations.cancel(booking, by=cast.ben, at=MORNING)
    made = operations.offer(booking, wish, by=cast.ben, at=MORNING)
    second = Wish.objects.get(client=ruth)
    said = refused(operations.offer, booking, second, by=cast.ben, at=MORNING)[1]
    assert said == "It is offered to somebody else already. Note that answer first."
    operations.answer(made, False, by=cast.ben, at=MORNING)
    wish.refresh_from_db()
    assert wish.state == "waiting" and fitting(booking, cast.ben)[1] == ["Ruth Marsh", "Omar Marsh"]
    assert operations.offer(booking, second, by=cast.ben, at=MORNING).answer == "open"


def test_one_offer_at_a_time_and_none_that_does_not_fit(desk, cast, omar):
    wish = waits(desk, omar, weekdays=[3])
    thursday, friday = desk.book(THURSDAY, "09:00"), desk.book(FRIDAY, "09:00")
    assert (
        refused(operations.offer, thursday, wish, by=cast.ben, at=MORNING)[1]
        == "This time is not free any more."
    )
    for one in (thursday, friday):
        operations.cancel(one, by=cast.ben, at=MORNING)
    assert (
        refused(operations.offer, friday, wish, by=cast.ben, at=MORNING)[1]
        == "Omar Marsh waits for something else."
    )
    operations.offer(thursday, wish, by=cast.ben, at=MORNING)
    also = desk.book(THURSDAY, "11:00")
    operations.cancel(also, by=cast.ben, at=MORNING)
    said = refused(operations.offer, also, wish, by=cast.ben, at=MORNING)[1]
    assert said == "Omar Marsh has an offer already: Thu, Oct 15, 9:00 am. Note the answer first."
    operations.end_wish(wish, by=cast.ben, at=MORNING)
    assert Offer.objects.get().answer == "withdrawn"
    assert "does not wait any more" in refused(operations.offer, also, wish, by=cast.ben, at=MORNING)[1]


def test_a_yes_that_comes_too_late_books_nothing_and_stays_open(desk, cast, omar):
    wish, booking = waits(desk, omar), desk.book(THURSDAY, "09:00")
    operations.cancel(booking, by=cast.ben, at=MORNING)
    made = operations.offer(booking, wish, by=cast.ben, at=MORNING)
    desk.book(THURSDAY, "09:00", may_start(cast, "Ruth"))
    assert (
        refused(operations.answer, made, True, by=cast.ben, at=MORNING)[1]
        == "This time is not free any more."
    )
    made.refresh_from_db()
    wish.refresh_from_db()
    assert (made.answer, wish.state) == ("open", "waiting")


def test_an_offer_nobody_can_say_yes_to_any_more_stands_in_nobodys_way(desk, cast, sign_in, omar):
    wish, ben = waits(desk, omar), sign_in(cast.ben)
    taken, over = desk.book(THURSDAY, "09:00"), desk.book(FRIDAY, "09:00")
    for one in (taken, over):
        operations.cancel(one, by=cast.ben, at=MORNING)
    first = operations.offer(taken, wish, by=cast.ben, at=MORNING)
    assert "Offered to Omar Marsh" in text_of(ben.get(reverse("scheduling:waiting")))
    desk.book(THURSDAY, "09:00", may_start(cast, "Ruth"))  # Somebody was quicker.
    said = text_of(ben.get(reverse("scheduling:waiting")))
    assert "Offered" not in said and "Fri, Oct 16, 9:00 am is free for Omar Marsh" in said
    second = operations.offer(over, wish, by=cast.ben, at=MORNING)
    later, monday = MORNING + timedelta(days=5), desk.book(TUESDAY + timedelta(days=7), "09:00")
    operations.cancel(monday, by=cast.ben, at=later)
    operations.offer(monday, wish, by=cast.ben, at=later)  # Friday is over, and nobody answered.
    for one in (first, second):
        one.refresh_from_db()
        assert one.answer == "withdrawn"


def test_who_may_not_start_is_booked_on_yes_only_with_a_reason(desk, cast, omar):
    wish, booking = waits(desk, omar), desk.book(THURSDAY, "09:00")
    episodes.hold(omar.episodes.get(), reason="On holiday", by=cast.ana, at=MORNING)
    operations.cancel(booking, by=cast.ben, at=MORNING)
    row = Booking.objects.select_related("practice", "service", "member__user").get(pk=booking.pk)
    [fit] = waiting.fitting(row, cast.ben, MORNING)[1]
    assert fit.stopped
    made = operations.offer(booking, wish, by=cast.ben, at=MORNING)
    with pytest.raises(ReasonNeeded):
        operations.answer(made, True, by=cast.ben, at=MORNING)
    operations.answer(made, True, reason="Back by then", by=cast.ben, at=MORNING)
    assert Booking.objects.get(client=omar).reason == "Back by then"


def test_what_is_ahead_is_free_and_stays_so_only_while_nobody_has_it(desk, cast, omar):
    group = desk.book(FRIDAY, "10:00", service=desk.group)
    moved, gone = desk.book(THURSDAY, "13:00"), desk.book(THURSDAY, "09:00")
    operations.move(moved, day=FRIDAY, clock=time(15), by=cast.ben, at=MORNING)
    operations.cancel(gone, by=cast.ben, at=MORNING)

    def ahead(when=MORNING):
        return [
            (booking.pk, f"{cast.northbridge.local(opening.starts_at):%a %H:%M}")
            for booking, opening in waiting.openings_ahead(cast.ben, when)
        ]

    assert ahead() == [(gone.pk, "Thu 09:00"), (moved.pk, "Thu 13:00"), (group.pk, "Fri 10:00")]
    operations.take_place(group, may_start(cast, "Ruth"), by=cast.ben, at=MORNING)
    desk.book(THURSDAY, "09:30", omar)
    assert ahead() == [(moved.pk, "Thu 13:00")]
    assert ahead(MORNING + timedelta(days=3)) == [] and waiting.openings_ahead(cast.dana, MORNING) == []


# ---- The pages


def wish_form(desk, client, **more):
    return {
        "new_id": str(uuid7()), "client_0": str(client.pk), "client_1": client.name, "service": str(desk.session.pk),
        "member": "", "from_on": "10/13/2026", "weekdays": ["3"], "note": "Call after 5 pm",
    } | more  # fmt: skip


def test_the_whole_way_at_the_desk(desk, cast, sign_in, omar):
    ben, listed = sign_in(cast.ben), reverse("scheduling:waiting")
    booking = desk.book(THURSDAY, "09:00")
    assert "Nobody waits" in text_of(ben.get(listed))
    answer = ben.post(reverse("scheduling:wait"), wish_form(desk, omar, since="9:00 am", until="8:00 am"))
    assert answer.status_code == 422 and "The end has to be later than the beginning." in text_of(answer)
    assert "Call after 5 pm" in answer.content.decode()
    page = ben.post(reverse("scheduling:wait"), wish_form(desk, omar), follow=True)
    assert "Omar Marsh Session with anyone · Thursdays · waits since Tue, Oct 13" in text_of(page)
    again = ben.post(reverse("scheduling:wait"), wish_form(desk, omar))
    assert again.status_code == 422 and "waits for Session already" in text_of(again)
    cancelled = {"reach": "one", "version": str(booking.version)}
    page = ben.post(reverse("scheduling:cancel", args=[booking.pk]), cancelled, follow=True)
    said = text_of(page)
    assert "Waiting for this time Thu, Oct 15, 9:00 am is free." in said and "Offer it to Omar Marsh" in said
    assert "Thu, Oct 15, 9:00 am is free for Omar Marsh" in text_of(ben.get(listed))
    wish = Wish.objects.get()
    page = ben.post(reverse("scheduling:offer", args=[booking.pk]), {"wish": str(wish.pk)}, follow=True)
    assert "Offered. What do they say?" in text_of(page) and "Offered to Omar" in text_of(ben.get(listed))
    assert "Offer it" not in text_of(page)
    made = Offer.objects.get()
    today = reverse("scheduling:line")
    assert "Offered, not answered yet Omar Marsh, Thu, Oct 15, 9:00 am" in text_of(ben.get(today))
    assert "Offered" not in text_of(sign_in(cast.dana).get(today))
    page = ben.post(reverse("scheduling:answer", args=[made.pk]), {"answer": "yes"}, follow=True)
    assert "Offered" not in text_of(ben.get(today))
    assert "Omar Marsh is booked and off the waiting list." in text_of(page)
    assert "Nobody waits" in text_of(ben.get(listed))


def test_a_reason_is_asked_for_at_the_offer_and_no_other_practice_gets_there(desk, cast, sign_in):
    omar, ben = another(cast, "Omar"), sign_in(cast.ben)
    wish, booking = waits(desk, omar), desk.book(THURSDAY, "09:00")
    operations.cancel(booking, by=cast.ben, at=MORNING)
    ben.post(reverse("scheduling:offer", args=[booking.pk]), {"wish": str(wish.pk)})
    answer = reverse("scheduling:answer", args=[Offer.objects.get().pk])
    page = ben.post(answer, {"answer": "yes"})
    assert page.status_code == 422 and "Omar Marsh may not start exercise on Thu, Oct 15." in text_of(page)
    assert sign_in(cast.dana).post(answer, {"answer": "yes"}).status_code == 404
    assert sign_in(cast.rhea).post(answer, {"answer": "yes"}).status_code == 403
    page = ben.post(answer, {"answer": "no"}, follow=True)
    assert "Said no to this time" in text_of(page)
    page = ben.post(reverse("scheduling:end_wish", args=[wish.pk]), follow=True)
    assert "Omar Marsh is off the waiting list." in text_of(page)


def test_the_list_and_an_offered_hour_stay_inside_their_budget(desk, cast, sign_in):
    booking = desk.book(THURSDAY, "09:00")
    for name in ("Omar", "Ruth", "Dev", "Leah"):
        waits(desk, may_start(cast, name))
    operations.cancel(booking, by=cast.ben, at=MORNING)
    operations.offer(booking, Wish.objects.waiting().first(), by=cast.ben, at=MORNING)
    browser = sign_in(cast.ana)
    for url in (reverse("scheduling:waiting"), reverse("scheduling:show", args=[booking.pk])):
        browser.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(url).status_code == 200
        assert len(captured) <= 15, f"{url}: {len(captured)}\n" + "\n".join(
            one["sql"][:160] for one in captured
        )
