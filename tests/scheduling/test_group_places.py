"""Who came to a group, who did not, who cancelled: said of each client, and of nobody else."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.kernel.refusals import NotAllowed, NotFound
from medexpro.scheduling import operations
from medexpro.scheduling.models import Booking, GroupPlace, State
from medexpro.scheduling.operations import BookingRefused
from medexpro.sessions import operations as sessions
from tests.conftest import MORNING
from tests.pages import text_of
from tests.scheduling.booking import TUESDAY, may_start

# The group begins at ten, half an hour after MORNING.
TEN = MORNING + timedelta(minutes=30)


@pytest.fixture
def group(desk, cast):
    """Janet and Omar have the two places of this morning's group."""
    booking = desk.book(TUESDAY, "10:00", service=desk.group)
    operations.take_place(booking, may_start(cast, "Omar"), by=cast.ben, at=MORNING)
    return booking


def place_of(group, name):
    return GroupPlace.objects.select_related("booking__practice", "client", "practice").get(
        booking=group, client__given_name=name, given_up_at=None
    )


def states(group):
    rows = GroupPlace.objects.filter(booking=group).order_by("client__given_name")
    return [(one.client.given_name, one.state, one.given_up_at is not None) for one in rows]


def test_one_came_and_the_other_did_not(group, cast):
    operations.settle_place(place_of(group, "Janet"), State.CAME, by=cast.ben, at=MORNING)
    with pytest.raises(BookingRefused, match="Until then the client can still come"):
        operations.settle_place(place_of(group, "Omar"), State.NO_SHOW, by=cast.ben, at=MORNING)
    operations.settle_place(place_of(group, "Omar"), State.NO_SHOW, by=cast.ben, at=TEN)
    assert states(group) == [("Janet", "came", False), ("Omar", "no_show", False)]
    said = Event.objects.filter(kind="scheduling:place:settled").order_by("at")
    assert [(one.client_id, one.detail["now"]) for one in said] == [
        (cast.janet.pk, "came"), (place_of(group, "Omar").client_id, "no_show"),
    ]  # fmt: skip
    operations.settle_place(place_of(group, "Omar"), State.BOOKED, by=cast.ben, at=TEN)
    assert states(group)[1] == ("Omar", "booked", False)


def test_who_cancelled_has_no_place_to_come_to_and_may_have_it_again(group, cast):
    place = place_of(group, "Omar")
    operations.give_up_place(place, by=cast.ben, at=MORNING)
    with pytest.raises(BookingRefused, match="Omar Marsh cancelled the place"):
        operations.settle_place(place, State.CAME, by=cast.ben, at=TEN)
    operations.take_place(group, place.client, by=cast.ben, at=MORNING)
    operations.settle_place(place_of(group, "Omar"), State.CAME, by=cast.ben, at=TEN)
    with pytest.raises(BookingRefused, match="It is settled whether Omar Marsh came"):
        operations.give_up_place(place_of(group, "Omar"), by=cast.ben, at=TEN)
    with pytest.raises(BookingRefused, match="It is settled who came to this group"):
        operations.cancel(group, by=cast.ben, at=TEN)
    with pytest.raises(BookingRefused, match="It is settled who came to this group"):
        operations.move(group, day=TUESDAY, clock=time(14), by=cast.ben, at=TEN)


def test_of_the_group_as_a_whole_nobody_says_it(group, cast):
    with pytest.raises(BookingRefused, match="Say it of each client"):
        operations.settle(group, State.NO_SHOW, by=cast.ben, at=TEN)


def test_the_session_says_it_for_its_own_client(group, cast):
    sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=TEN)
    assert states(group) == [("Janet", "came", False), ("Omar", "booked", False)]


def test_opening_the_group_says_it_of_those_who_train(group, cast):
    booking = Booking.objects.select_related("practice", "member").get(pk=group.pk)
    operations.came_to_group(booking, cast.janet.episodes.get(), by=cast.ana, at=TEN)
    assert states(group) == [("Janet", "came", False), ("Omar", "booked", False)]


def test_who_books_says_it_and_nobody_of_another_practice(group, cast):
    place = place_of(group, "Janet")
    with pytest.raises(NotAllowed):
        operations.settle_place(place, State.CAME, by=cast.rhea, at=TEN)
    with pytest.raises(NotFound):
        operations.settle_place(place, State.CAME, by=cast.dana, at=TEN)


def test_the_card_says_it_of_each(group, cast, sign_in, clock):
    clock("2026-10-13 10:10")
    ben, card = sign_in(cast.ben), reverse("scheduling:show", args=[group.pk])
    settle = {
        name: reverse("scheduling:settle_place", args=[place_of(group, name).pk])
        for name in ("Janet", "Omar")
    }
    assert "Came : Janet Ellery" in text_of(ben.get(card)) and reverse(
        "scheduling:settle", args=[group.pk]
    ) not in (ben.get(card).content.decode())
    page = ben.post(settle["Janet"], {"state": "came"}, follow=True)
    assert "1 of 2 came" in text_of(page)
    page = ben.post(settle["Omar"], {"state": "no_show"}, follow=True)
    said = text_of(page)
    assert "Omar Marsh did not come" in said and "Balance group 10:00 1 of 2 came" in said
    assert ben.post(settle["Omar"], {"state": "x"}, follow=True).status_code == 200
    ben.post(settle["Omar"], {"state": "booked"})
    page = ben.post(reverse("scheduling:give_up_place", args=[place_of(group, "Omar").pk]), follow=True)
    assert "Omar Marsh cancelled Oct 13" in text_of(page)
