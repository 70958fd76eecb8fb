"""The demo's calendar: everyone in service on their days, a group, an intake; around the day the demo is loaded."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from medexpro.config.demo.cases import Case
from medexpro.config.demo.people import House
from medexpro.episodes.models import Episode
from medexpro.scheduling import operations as scheduling
from medexpro.scheduling.models import Booking, GroupPlace, State
from medexpro.scheduling.rules.repeating import Repeat

WEEKS = 4
IN_SERVICE = ("active", "on_hold", "expired")
STOPPED = {"on_hold": "Kept until the surgeon has answered", "expired": "The new clearance is asked for"}
GROUP = ("Edith", "Dev", "Frank")


def book(house: House, told: Sequence[tuple[Case, Episode]], now: datetime) -> None:
    """Set the calendar up and book this week and the next three, as they stood on Monday morning."""
    practice = house.practice
    today = practice.day(now)
    monday = today - timedelta(days=today.weekday())
    at = min(now, datetime.combine(monday, time(7), tzinfo=practice.tz))
    services = {one.name: one for one in scheduling.begin(by=house.rosa, at=at)}
    scheduling.add_room(name="Studio", by=house.rosa, at=at)
    scheduling.add_closure(
        why="Team training", first=monday + timedelta(days=2), last=monday + timedelta(days=2), since=time(13),
        until=time(14), by=house.rosa, at=at,
    )  # fmt: skip
    desk = {"by": house.grace, "at": at, "outside_hours": True}
    for case, episode in told:
        lead = house.members[case.lead]
        if case.state in IN_SERVICE:
            repeat = Repeat(frozenset(case.weekdays), times=WEEKS * len(case.weekdays))
            # Two who train with the same lead at the same hour share one weekday; the second comes an hour earlier.
            for hour in (case.hour, case.hour - 1):
                with suppress(scheduling.BookingRefused):
                    scheduling.book(
                        services["Session"], member=lead, client=episode.client, day=monday, clock=time(hour),
                        repeat=repeat, reason=STOPPED.get(case.state, ""), **desk,
                    )  # fmt: skip
                    break
        elif case.state in ("cleared", "screening"):
            service = services["Assessment" if case.state == "cleared" else "Intake"]
            day = _working_day(max(today, monday) + timedelta(days=1))
            scheduling.book(service, member=lead, client=episode.client, day=day, clock=time(12), **desk)
    groups = scheduling.book(
        services["Small group"], member=house.rosa, day=monday, clock=time(16),
        repeat=Repeat(frozenset({1, 3}), times=2 * WEEKS), **desk,
    )  # fmt: skip
    for group in groups.bookings:
        for case, episode in told:
            if case.given in GROUP and case.state == "active":
                scheduling.take_place(group, episode.client, by=house.grace, at=at)
    # They were made on Monday morning, so that reminders of the days to come have not gone out yet.
    Booking.objects.of(practice).update(created_at=at)
    GroupPlace.objects.of(practice).update(created_at=at)
    over = Booking.objects.of(practice).filter(ends_at__lt=now, client__isnull=False)
    for booking in over.select_related("member__user", "practice", "client"):
        came = State.NO_SHOW if booking.reason else State.CAME
        scheduling.settle(booking, came, by=house.grace, at=booking.ends_at)
    past = GroupPlace.objects.of(practice).filter(booking__ends_at__lt=now, given_up_at=None)
    for place in past.select_related("booking__member", "booking__practice", "client", "practice"):
        scheduling.settle_place(place, State.CAME, by=house.grace, at=place.booking.ends_at)
    in_service = [
        (case, episode) for case, episode in told if case.state == "active" and case.given not in GROUP
    ]
    wishes = ({"weekdays": [0, 4], "until": time(12), "note": "An hour more a week"}, {"since": time(12)})
    for (_, episode), wish in zip(in_service, wishes, strict=False):
        scheduling.wait(
            episode.client, service=services["Session"], from_on=today, by=house.grace, at=at, **wish
        )


def _working_day(day: date) -> date:
    return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
