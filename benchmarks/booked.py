"""The calendar of the ten years: one booking for each session that was held, and full weeks ahead."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import cycle, islice
from typing import Any

from medexpro.config.demo.people import House
from medexpro.episodes.models import Episode
from medexpro.scheduling.models import Booking, Kind, Service, State, WorkingHours
from medexpro.sessions.models import SessionLog

WEEKS_AHEAD = 4
SLOTS = [time(hour, minute) for hour in range(8, 18) for minute in (0, 30)]
BATCH = 5000


def fill(house: House, now: datetime) -> int:
    """Write the bookings past and ahead; return how many. Nobody books them one by one: they stand as if they had.

    Three people work at once, each with a client every half hour: sixty bookings a day, this week and the next ones.
    """
    service = Service.objects.create(
        practice=house.practice, name="Session, long kept", minutes=50, kind=Kind.EXERCISE, places=1
    )
    people = [house.rosa, house.luis, house.nia]
    WorkingHours.objects.bulk_create(
        WorkingHours(practice=house.practice, member=member, weekday=day, since=time(8), until=time(18))
        for member in people
        for day in range(5)
    )
    count, rows = 0, _all(house, service, people, now)
    while batch := list(islice(rows, BATCH)):
        Booking.objects.bulk_create(batch)
        count += len(batch)
    return count


def _all(house: House, service: Service, people: list[Any], now: datetime) -> Iterator[Booking]:
    def booking(client: Any, episode: Any, member: Any, starts_at: datetime, state: State) -> Booking:
        ends_at = starts_at + timedelta(minutes=service.minutes)
        return Booking(
            practice=house.practice, service=service, member_id=member, client_id=client, episode_id=episode,
            starts_at=starts_at, ends_at=ends_at, state=state, made_by=house.grace,
        )  # fmt: skip

    held = SessionLog.objects.filter(practice=house.practice).values_list(
        "episode__client_id", "episode_id", "by_id", "opened_at"
    )
    for client, episode, member, opened_at in list(held):
        yield booking(client, episode, member, opened_at, State.CAME)
    open_ones = Episode.objects.filter(practice=house.practice, status__in=("active", "on_hold"))
    turns = cycle(open_ones.order_by("pk").values_list("client_id", "pk"))
    today = house.practice.day(now)
    monday = today - timedelta(days=today.weekday())
    for day in (monday + timedelta(days=n) for n in range(7 * WEEKS_AHEAD)):
        if day.weekday() > 4:
            continue
        for slot in SLOTS:
            starts_at = datetime.combine(day, slot, tzinfo=house.practice.tz)
            state = State.BOOKED if starts_at > now else State.CAME
            for member in people:
                yield booking(*next(turns), member.pk, starts_at, state)
