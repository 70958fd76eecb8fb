"""A practice that books: Ana works Tuesdays to Fridays, a session takes an hour, a group has two places."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from medexpro.clients.operations import people
from medexpro.scheduling import operations
from medexpro.scheduling.models import Booking
from tests import scenario
from tests.conftest import MORNING

TUESDAY, THURSDAY, FRIDAY = date(2026, 10, 13), date(2026, 10, 15), date(2026, 10, 16)


@dataclass
class Desk:
    """The services on offer, and booking at the desk with few words."""

    cast: Any
    session: Any
    intake: Any
    group: Any

    def book(self, day: date, clock: str, client: Any = None, **more: Any) -> Booking:
        """Ben books Janet with Ana."""
        return self.book_all(day, clock, client, **more)[0]

    def book_all(self, day: date, clock: str, client: Any = None, **more: Any) -> list[Booking]:
        """Ben books a series; returns all of it."""
        given = {"member": self.cast.ana, "by": self.cast.ben, "at": MORNING} | more
        service = given.pop("service", self.session)
        found = operations.book(
            service, client=client or self.cast.janet, day=day, clock=time.fromisoformat(clock), **given
        )
        return found.bookings

    def wall(self, booking: Booking) -> str:
        """Return where a booking stands now, as the wall shows it."""
        booking.refresh_from_db()
        return f"{self.cast.northbridge.local(booking.starts_at):%a %b %d %H:%M}"


def open_desk(cast: Any) -> Desk:
    """Set the calendar up, the way the owner does."""
    by, at = cast.olga, MORNING
    operations.add_hours(member=cast.ana, weekdays=[1, 2, 3, 4], since=time(8), until=time(17), by=by, at=at)
    return Desk(
        cast,
        session=operations.add_service(name="Session", minutes=60, kind="exercise", by=by, at=at),
        intake=operations.add_service(name="Intake", minutes=45, kind="talk", by=by, at=at),
        group=operations.add_service(name="Balance group", minutes=45, kind="exercise", places=2, by=by, at=at),
    )  # fmt: skip


def another(cast: Any, name: str) -> Any:
    """Return one more client, who has no episode yet."""
    return people.quick_add(given_name=name, family_name="Marsh", by=cast.ben, at=MORNING, knowingly=True)


def may_start(cast: Any, name: str) -> Any:
    """Return one more client in service."""
    client = another(cast, name)
    scenario.cleared(cast, client=client)
    return client


def at(text: str) -> datetime:
    """Return an instant from the wall of the practice."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))
