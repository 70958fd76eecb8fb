"""Booking, moving, cancelling: nothing twice, nothing past a stop without a reason, nothing lost."""

from datetime import time, timedelta

import pytest

from medexpro.audit.models import Event
from medexpro.clearance import operations as clearance
from medexpro.episodes import operations as episodes
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound
from medexpro.scheduling import operations
from medexpro.scheduling.models import Booking, GroupPlace, State
from medexpro.scheduling.operations import BookingRefused, OutsideHours, ReasonNeeded
from medexpro.scheduling.rules.repeating import Reach, Repeat
from medexpro.scheduling.rules.walltime import SkippedTime
from medexpro.sessions import operations as sessions
from tests.conftest import MORNING
from tests.scheduling.booking import FRIDAY, THURSDAY, TUESDAY, another, at, may_start

TUE_THU = Repeat(frozenset({1, 3}), times=6)


def refused(do, *args, **kwargs):
    with pytest.raises(BookingRefused) as no:
        do(*args, **kwargs)
    return no.value.field, str(no.value)


def test_a_booking_is_kept_as_an_instant_and_is_in_the_trail(desk, cast):
    booking = desk.book(THURSDAY, "09:00")
    assert booking.starts_at == at("2026-10-15 09:00") and booking.ends_at == at("2026-10-15 10:00")
    assert booking.episode.client == cast.janet and not booking.reason
    event = Event.objects.get(kind="scheduling:booking:made")
    assert (event.client_id, event.member_id, event.detail["count"]) == (cast.janet.pk, cast.ben.pk, 1)


def test_a_double_tap_books_once(desk):
    key = uuid7()
    first, again = (desk.book_all(THURSDAY, "09:00", id=key, repeat=TUE_THU) for _ in range(2))
    assert [one.pk for one in first] == [one.pk for one in again] and Booking.objects.count() == 6


@pytest.mark.parametrize(("hour", "said"), [
    ("09:30", "Ana Torres is booked already: Thu, Oct 15, 9:00 am to 10:00 am, Session. Choose another time."),
    ("18:00", None),
])  # fmt: skip
def test_nobody_is_booked_twice(desk, cast, hour, said):
    desk.book(THURSDAY, "09:00")
    omar = may_start(cast, "Omar")
    if said:
        assert refused(desk.book, THURSDAY, hour, omar) == ("member", said)
    else:
        desk.book(THURSDAY, hour, omar, outside_hours=True)


def test_a_client_and_a_room_are_not_booked_twice(desk, cast):
    room = operations.add_room(name="Studio", site="Alder Street", by=cast.olga, at=MORNING)
    desk.book(THURSDAY, "09:00", room=room)
    field, said = refused(desk.book, THURSDAY, "09:30", member=cast.rhea, service=desk.intake)
    assert field == "client" and said.startswith("The client is booked already: Thu, Oct 15")
    omar = may_start(cast, "Omar")
    field, said = refused(
        desk.book, THURSDAY, "09:30", omar, member=cast.rhea, room=room, service=desk.intake
    )
    assert (field, said[:45]) == ("room", "Studio, Alder Street is booked already: Thu, ")


def test_outside_hours_is_asked_and_then_booked(desk):
    with pytest.raises(OutsideHours) as asked:
        desk.book(THURSDAY, "16:30")
    assert str(asked.value) == (
        "Thu, Oct 15: Ana Torres works 8:00 am to 5:00 pm on Thursdays. Choose another time, or tick that it is meant."
    )
    assert desk.book(THURSDAY, "16:30", outside_hours=True).pk


def test_a_closure_is_not_passed_knowingly(desk, cast):
    operations.add_closure(
        why="Team training",
        first=THURSDAY,
        last=THURSDAY,
        since=time(13),
        until=time(15),
        by=cast.ben,
        at=MORNING,
    )
    field, said = refused(desk.book, THURSDAY, "14:30", outside_hours=True)
    assert (field, said) == ("time", "Thu, Oct 15: Closed then: Team training. Choose another time.")


def test_the_hour_that_is_skipped_is_refused_and_a_series_over_it_books_nothing(desk):
    with pytest.raises(SkippedTime, match=r"The next real time is 3:00 am\."):
        desk.book(TUESDAY + timedelta(days=152), "02:30", outside_hours=True)  # Sunday, March 14.
    sundays = Repeat(frozenset({6}), until=TUESDAY + timedelta(days=160))
    with pytest.raises(SkippedTime):
        desk.book(TUESDAY, "02:30", outside_hours=True, repeat=sundays)
    assert not Booking.objects.exists()


def test_a_series_keeps_its_hour_when_the_clocks_go_back(desk):
    weeks = desk.book_all(TUESDAY, "10:00", repeat=Repeat(frozenset({1}), times=4))
    assert [desk.wall(one) for one in weeks] == [
        "Tue Oct 13 10:00", "Tue Oct 20 10:00", "Tue Oct 27 10:00", "Tue Nov 03 10:00",
    ]  # fmt: skip


def test_a_client_on_hold_is_booked_for_exercise_only_with_a_reason_that_stays(desk, cast):
    episode = cast.janet.episodes.get()
    clearance.refer_back(episode, trigger="other", observed="Calf swollen and warm", by=cast.ana, at=MORNING)
    with pytest.raises(ReasonNeeded) as told:
        desk.book(THURSDAY, "09:00", by=cast.ana)
    assert told.value.field == "reason" and "Calf swollen" in str(told.value)
    # The front desk hears that there is a stop, not what was seen.
    with pytest.raises(ReasonNeeded) as told:
        desk.book(THURSDAY, "09:00")
    assert str(told.value) == (
        "Janet Ellery may not start exercise on Thu, Oct 15. A professional can say what is missing. "
        "Say why it is booked all the same."
    )
    booking = desk.book(THURSDAY, "09:00", reason="The answer is expected on Wednesday")
    assert booking.reason == "The answer is expected on Wednesday"
    assert desk.book(FRIDAY, "09:00", service=desk.intake).reason == ""


def test_a_clearance_that_ends_asks_for_a_reason_from_the_day_after(desk, cast):
    episode = cast.janet.episodes.get()
    clearance.grant(
        episode, provider=cast.dr_raman, valid_from=TUESDAY, valid_to=THURSDAY, by=cast.ana, at=MORNING
    )
    desk.book(THURSDAY, "09:00")
    with pytest.raises(ReasonNeeded, match="Fri, Oct 16"):
        desk.book(FRIDAY, "09:00")
    series = desk.book_all(
        THURSDAY, "11:00", repeat=Repeat(frozenset({3, 4}), times=2), reason="Renewal asked for"
    )
    assert [one.reason for one in series] == ["", "Renewal asked for"]


def test_who_has_no_episode_is_booked_to_talk(desk, cast):
    omar = another(cast, "Omar")
    with pytest.raises(ReasonNeeded):
        desk.book(THURSDAY, "09:00", omar)
    assert desk.book(THURSDAY, "09:00", omar, service=desk.intake).episode is None


def test_an_assistant_books_their_own_time_for_assigned_clients(desk, cast):
    with pytest.raises(NotFound):
        desk.book(THURSDAY, "09:00", member=cast.asa, by=cast.asa)
    field, said = refused(desk.book, THURSDAY, "09:00", member=cast.asa)
    assert field == "member" and said.startswith("Asa Nakamura is not assigned to Janet Ellery.")
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TUESDAY)
    booking = desk.book(THURSDAY, "09:00", member=cast.asa, by=cast.asa)
    with pytest.raises(NotAllowed):
        desk.book(FRIDAY, "09:00", member=cast.ana, by=cast.asa)
    operations.cancel(booking, by=cast.asa, at=MORNING)


@pytest.mark.parametrize("person", ["olga", "bill", "rhea", "mia"])
def test_others_do_not_book(desk, cast, person):
    with pytest.raises(NotAllowed):
        desk.book(THURSDAY, "09:00", by=cast.members[person])


def test_another_practice_sees_and_changes_nothing(desk, cast):
    booking = desk.book(THURSDAY, "09:00")
    assert not Booking.objects.visible_to(cast.dana).exists()
    with pytest.raises(NotFound):
        operations.cancel(booking, by=cast.dana, at=MORNING)
    with pytest.raises(NotFound):
        desk.book(FRIDAY, "09:00", by=cast.dana)


def test_moving_only_this_one_and_back(desk, cast):
    first, second, *_ = desk.book_all(TUESDAY, "10:00", repeat=TUE_THU)
    operations.move(second, day=FRIDAY, clock=time(9), by=cast.ben, at=MORNING)
    assert (desk.wall(first), desk.wall(second)) == ("Tue Oct 13 10:00", "Fri Oct 16 09:00")
    operations.move_back(second, by=cast.ben, at=MORNING)
    assert desk.wall(second) == "Thu Oct 15 10:00"
    assert refused(operations.move_back, second, by=cast.ben, at=MORNING)[1] == "There is no move to undo."


def test_moving_this_and_later_over_the_end_of_daylight_saving_and_back(desk, cast):
    series = desk.book_all(TUESDAY, "10:00", repeat=Repeat(frozenset({1}), times=4))
    operations.cancel(series[2], by=cast.ben, at=MORNING)
    operations.move(
        series[1], day=TUESDAY + timedelta(days=8), clock=time(11), reach=Reach.LATER, by=cast.ben, at=MORNING
    )
    assert [desk.wall(one) for one in series] == [
        "Tue Oct 13 10:00", "Wed Oct 21 11:00", "Tue Oct 27 10:00", "Wed Nov 04 11:00",
    ]  # fmt: skip
    operations.move_back(series[1], by=cast.ben, at=MORNING)
    assert [desk.wall(one)[:10] for one in series] == ["Tue Oct 13", "Tue Oct 20", "Tue Oct 27", "Tue Nov 03"]


def test_a_series_that_moves_by_half_an_hour_stands_in_nobodys_way_but_others_do(desk, cast):
    series = desk.book_all(TUESDAY, "10:00", repeat=TUE_THU)
    operations.move(series[1], day=THURSDAY, clock=time(10, 30), reach=Reach.LATER, by=cast.ben, at=MORNING)
    omar = may_start(cast, "Omar")
    desk.book(TUESDAY + timedelta(days=14), "13:00", omar)
    field, _ = refused(
        operations.move, series[1], day=THURSDAY, clock=time(13), reach=Reach.LATER, by=cast.ben, at=MORNING
    )
    assert field == "member" and desk.wall(series[1]) == "Thu Oct 15 10:30"


def test_the_second_of_two_people_hears_of_the_first(desk, cast):
    booking = desk.book(THURSDAY, "09:00")
    seen = booking.version
    mine = Booking.objects.select_related("member", "practice", "client", "service").get(pk=booking.pk)
    operations.move(booking, day=FRIDAY, clock=time(9), version=seen, by=cast.ana, at=MORNING)
    with pytest.raises(Conflict) as both:
        operations.move(mine, day=THURSDAY, clock=time(14), version=seen, by=cast.ben, at=MORNING)
    assert both.value.theirs["starts_at"] == at("2026-10-16 09:00")
    with pytest.raises(Conflict):
        operations.cancel(mine, version=seen, by=cast.ben, at=MORNING)
    assert desk.wall(booking) == "Fri Oct 16 09:00"


def test_cancelling_frees_the_time_and_is_undone_only_while_it_is_free(desk, cast):
    series = desk.book_all(TUESDAY, "10:00", repeat=TUE_THU)
    operations.cancel(series[1], reach=Reach.LATER, by=cast.ben, at=MORNING)
    assert Booking.objects.filter(state=State.CANCELLED).count() == 5
    omar = may_start(cast, "Omar")
    taken = desk.book(THURSDAY, "10:00", omar)
    series[1].refresh_from_db()
    assert refused(operations.restore, series[1], by=cast.ben, at=MORNING)[0] == "member"
    operations.cancel(taken, by=cast.ben, at=MORNING)
    series[1].refresh_from_db()
    operations.restore(series[1], by=cast.ben, at=MORNING)
    assert Booking.objects.filter(state=State.BOOKED).count() == 6


def test_a_client_who_does_not_come_is_noted_once_it_has_begun(desk, cast):
    booking = desk.book(TUESDAY, "10:00")
    assert (
        "Until then the client can still come."
        in refused(operations.settle, booking, State.NO_SHOW, by=cast.ben, at=MORNING)[1]
    )
    later = MORNING + timedelta(hours=1)
    operations.settle(booking, State.NO_SHOW, by=cast.ben, at=later)
    assert refused(operations.cancel, booking, by=cast.ben, at=later)[1].startswith("It is settled who came.")
    operations.settle(booking, State.BOOKED, by=cast.ben, at=later)
    assert Event.objects.filter(kind="scheduling:booking:settled").count() == 2


def test_opening_the_session_notes_that_the_client_came(desk, cast):
    early, late = desk.book(TUESDAY, "10:00"), desk.book(TUESDAY, "15:00")
    sessions.open_session(cast.janet.episodes.get(), by=cast.ana, at=MORNING)
    for booking, state in ((early, State.CAME), (late, State.BOOKED)):
        booking.refresh_from_db()
        assert booking.state == state


def test_yesterday_is_not_booked(desk):
    assert refused(desk.book, TUESDAY - timedelta(days=4), "09:00") == (
        "day", "Fri, Oct 9 is over. Choose today or a day to come.",
    )  # fmt: skip


def test_a_group_has_its_places(desk, cast):
    group = desk.book(FRIDAY, "10:00", service=desk.group)
    assert group.client is None and GroupPlace.objects.get().client == cast.janet
    omar, ruth = may_start(cast, "Omar"), may_start(cast, "Ruth")
    given = {"by": cast.ben, "at": MORNING}
    place = operations.take_place(group, omar, **given)
    assert operations.take_place(group, omar, **given) == place
    assert refused(operations.take_place, group, ruth, **given) == ("client", "All 2 places are taken.")
    operations.give_up_place(place, **given)
    operations.take_place(group, ruth, **given)
    field, said = refused(desk.book, FRIDAY, "10:15", ruth, member=cast.rhea, service=desk.intake)
    assert field == "client" and "Balance group" in said


def test_who_is_booked_elsewhere_gets_no_place_and_who_is_on_hold_needs_a_reason(desk, cast):
    ruth = may_start(cast, "Ruth")
    group = desk.book(FRIDAY, "10:00", service=desk.group)
    desk.book(FRIDAY, "10:15", ruth, member=cast.rhea, service=desk.intake)
    given = {"by": cast.ben, "at": MORNING}
    assert (
        refused(operations.take_place, group, ruth, **given)[1]
        == "Ruth Marsh is booked elsewhere at that time."
    )
    omar = may_start(cast, "Omar")
    episodes.hold(omar.episodes.get(), reason="On holiday", by=cast.ana, at=MORNING)
    with pytest.raises(ReasonNeeded):
        operations.take_place(group, omar, **given)
    assert operations.take_place(group, omar, reason="Watches only", **given).reason == "Watches only"


def test_the_usual_services_come_once(cast):
    made = operations.begin(by=cast.olga, at=MORNING)
    assert [one.name for one in made] == ["Session", "Assessment", "Intake", "Small group"]
    assert operations.begin(by=cast.olga, at=MORNING) == [] and cast.ana.working_hours.count() == 5
    with pytest.raises(NotAllowed):
        operations.begin(by=cast.ana, at=MORNING)


def test_a_move_takes_another_room_for_all_that_move_and_says_every_clash(desk, cast):
    studio, hall = (operations.add_room(name=name, by=cast.olga, at=MORNING) for name in ("Studio", "Hall"))
    series = desk.book_all(TUESDAY, "10:00", repeat=Repeat(frozenset({1}), times=3), room=studio)
    omar = may_start(cast, "Omar")
    for day in (TUESDAY, TUESDAY + timedelta(days=7)):
        desk.book(day, "11:00", omar, member=cast.rhea, room=hall, outside_hours=True)
    given = {"day": TUESDAY, "clock": time(11), "reach": Reach.LATER, "by": cast.ben, "at": MORNING}
    with pytest.raises(BookingRefused) as no:
        operations.move(series[0], room=hall, **given)
    said = [(one.field, str(one)[:58]) for one in (no.value, *no.value.others)]
    assert said == [
        ("room", "Hall is booked already: Tue, Oct 13, 11:00 am to 12:00 pm,"),
        ("room", "Hall is booked already: Tue, Oct 20, 11:00 am to 12:00 pm,"),
    ]
    operations.move(series[0], room=hall, **given | {"clock": time(13)})
    for one in series:
        one.refresh_from_db()
    assert {one.room for one in series} == {hall}
    operations.move(
        series[1], without_room=True, **given | {"day": TUESDAY + timedelta(days=7), "reach": Reach.ONE}
    )
    series[1].refresh_from_db()
    assert series[1].room is None
    operations.move_back(series[1], by=cast.ben, at=MORNING)
    series[1].refresh_from_db()
    assert series[1].room == hall
