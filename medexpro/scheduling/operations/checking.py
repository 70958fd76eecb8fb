"""What is checked before anything takes a place in the calendar, whatever the page showed."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from medexpro.clients.models import Client
from medexpro.episodes.models import Episode
from medexpro.episodes.rules import status as status_rule
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.scheduling import standing
from medexpro.scheduling.models import (
    Booking,
    Closure,
    GroupPlace,
    Kind,
    Service,
    State,
    WorkingHours,
    during,
)
from medexpro.scheduling.rules import availability, clashes, walltime, words
from medexpro.scheduling.rules.clashes import Slot, What
from medexpro.scheduling.rules.repeating import Reach

REASON = 240
# A client who comes early has come.
EARLY = timedelta(hours=1)
# More clashes of a long series than this help nobody.
CLASHES_SAID = 5


class BookingRefused(Refusal):
    """It can't be booked so; the sentence stands at its field. others: what else is in the way."""

    others: tuple[Refusal, ...] = ()


class OutsideHours(BookingRefused):
    """It lies outside somebody's working hours; it is booked when that is meant."""


class ReasonNeeded(BookingRefused):
    """Exercise may not start on that day; it is booked only with a reason, which stays with it."""


def may_book(by: Member, member: Member, record: Any = None) -> None:
    """Raise unless `by` may book the time of a member: the desk and professionals anyone's, an assistant their own."""
    if by.may(Permission.BOOKINGS_MANAGE):
        permissions.check(by, Permission.BOOKINGS_MANAGE, record)
        return
    permissions.check(by, Permission.BOOKINGS_OWN, record)
    if member.pk != by.pk:
        raise NotAllowed("You book your own time. Ask the front desk or a professional for this.")


def taking_turns(practice: Practice) -> None:
    """Let two people who book at the same moment take turns, so that each sees what the other has taken."""
    Practice.objects.select_for_update(no_key=True).values_list("pk").get(pk=practice.pk)


def is_of(practice: Practice, **records: Any) -> None:
    """Raise NotFound for a record of another practice. None is nobody's."""
    for name, record in records.items():
        if record is not None and record.practice_id != practice.pk:
            raise NotFound(f"There is no such {name} in this practice.")


def goes_with(client: Client, member: Member) -> None:
    """Raise unless the member may see the record of the client they are booked for."""
    if not member.is_active:
        raise BookingRefused(f"{member} does not work here any more. Choose another.", field="member")
    if not client.is_visible_to(member, Permission.RECORD_READ):
        raise BookingRefused(
            f"{member} is not assigned to {client}. Assign them on the client’s page, or choose another.",
            field="member",
        )


def instants(practice: Practice, day: date, clock: time, minutes: int) -> tuple[datetime, datetime, str]:
    """Return beginning and end in UTC of what is booked on the wall's clock, and what a person should know of it.

    Raises SkippedTime for a time that daylight saving skips.
    """
    found = walltime.resolve(day, clock, practice.tz)
    return found.at, found.at + timedelta(minutes=minutes), found.note


def moment(practice: Practice, day: date, clock: time | None, *, ends: bool = False) -> datetime:
    """Return an instant on a day; without a time, its beginning, or its end."""
    if clock is not None:
        return walltime.resolve(day, clock, practice.tz).at
    return walltime.midnight(day + timedelta(days=1) if ends else day, practice.tz)


def not_past(starts_at: datetime, practice: Practice, at: datetime) -> None:
    """Raise for a day that is over."""
    day, today = practice.day(starts_at), practice.day(at)
    if day < today:
        raise BookingRefused(f"{words.day(day)} is over. Choose today or a day to come.", field="day")
    if (day - today).days > 2 * 366:
        raise BookingRefused("Two years ahead is as far as the calendar goes.", field="day")


def may_be_said(booking: Booking, state: str, at: datetime) -> None:
    """Raise where it is too early to say that a client came or did not, or nobody was to come."""
    if booking.state == State.CANCELLED:
        raise BookingRefused("A cancelled booking has nobody to come. Put it back first.")
    begins = words.clock(booking.practice.local(booking.starts_at))
    on = words.day(booking.practice.day(booking.starts_at))
    if state == State.NO_SHOW and at < booking.starts_at:
        raise BookingRefused(f"It begins at {begins} on {on}. Until then the client can still come.")
    if state == State.CAME and at < booking.starts_at - EARLY:
        raise BookingRefused(
            f"It begins at {begins} on {on}. That the client came is said from an hour before."
        )


class Taken:
    """What is open and taken where some slots shall go: asked for once, whatever their number.

    leaving: bookings that change places themselves and so stand in nobody's way.
    """

    def __init__(self, practice: Practice, wanted: Sequence[Slot], leaving: Iterable[Any] = ()):
        self.practice = practice
        since, until = min(one.starts_at for one in wanted), max(one.ends_at for one in wanted)
        clients = frozenset().union(*(one.clients for one in wanted))
        theirs = GroupPlace.objects.of(practice).filter(given_up_at=None, client__in=clients)
        near = (
            Q(member__in={one.member for one in wanted})
            | Q(room__in={one.room for one in wanted if one.room})
            | Q(client__in=clients)
            | Q(pk__in=theirs.values("booking"))
        )
        rows = (
            Booking.objects.of(practice)
            .standing()
            .filter(during(since, until), near)
            .exclude(pk__in=[one.pk for one in leaving])
            .select_related("member__user", "room__site", "service")
        )
        bookings = list(rows)
        places = places_of(bookings)
        self.taken = [(slot_of(one, places.get(one.pk, ())), one) for one in bookings]
        closures = Closure.objects.of(practice).filter(starts_at__lt=until, ends_at__gt=since)
        self.closures = list(closures)
        self.hours: dict[Any, list[availability.Hours]] = {}
        for one in WorkingHours.objects.of(practice):
            self.hours.setdefault(one.member_id, []).append(one.as_rule())

    def check(self, wanted: Iterable[tuple[Slot, Member]], *, outside_hours: bool) -> None:
        """Raise BookingRefused for what is closed or taken, OutsideHours unless that is meant.

        What is raised is the first thing in the way of the first slot; it carries what else is in the way as `others`.
        """
        found = [one for slot, member in wanted for one in self._in_the_way(slot, member, outside_hours)]
        if found:
            found[0].others = tuple(found[1:CLASHES_SAID])
            raise found[0]

    def _in_the_way(self, wanted: Slot, member: Member, outside_hours: bool) -> list[BookingRefused]:
        starts_at, ends_at = wanted.starts_at, wanted.ends_at
        on = words.day(self.practice.day(starts_at))
        closures = [one.as_rule() for one in self.closures if one.member_id in (None, member.pk)]
        if said := availability.check_closed(starts_at, ends_at, closures):
            return [BookingRefused(f"{on}: {said} Choose another time.", field="time")]
        found = []
        for clash in clashes.find(wanted, [slot for slot, _ in self.taken]):
            booking = next(one for slot, one in self.taken if slot is clash.by)
            said = self._clash_words(clash.what, booking, member)
            found.append(BookingRefused(said, field=clash.what.value))
        hours = self.hours.get(member.pk, [])
        said = availability.check_inside(starts_at, ends_at, hours, self.practice.tz, str(member))
        if said and not found and not outside_hours:
            said = f"{on}: {said} Choose another time, or tick that it is meant."
            found.append(OutsideHours(said, field="outside_hours"))
        return found

    def _clash_words(self, what: What, booking: Booking, member: Member) -> str:
        """Say what is taken, without a client's name: who books may not know everybody."""
        since, until = self.practice.local(booking.starts_at), self.practice.local(booking.ends_at)
        span = f"{words.day(since.date())}, {words.clock(since)} to {words.clock(until)}"
        who = {What.MEMBER: str(member), What.ROOM: str(booking.room), What.CLIENT: "The client"}[what]
        return f"{who} is booked already: {span}, {booking.service}. Choose another time."


def slot_of(booking: Booking, clients: Iterable[Any] = ()) -> Slot:
    """Return a booking as the rules read it. clients: of a group."""
    return Slot(
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        member=booking.member_id,
        room=booking.room_id,
        clients=frozenset([booking.client_id] if booking.client_id else clients),
    )


def places_of(bookings: Sequence[Booking]) -> dict[Any, set[Any]]:
    """Return the clients with a place in each of these groups."""
    found: dict[Any, set[Any]] = {}
    groups = [one.pk for one in bookings if one.is_group]
    for booking_id, client_id in (
        GroupPlace.objects.filter(booking__in=groups, given_up_at=None).values_list("booking_id", "client_id")
        if groups
        else ()
    ):
        found.setdefault(booking_id, set()).add(client_id)
    return found


def open_episode_of(client: Client) -> Episode | None:
    """Return the client's newest open episode, read now and for weighing alone."""
    rows = standing.to_weigh(Episode.objects.filter(client=client).exclude(status__in=status_rule.CLOSED))
    return rows.order_by("-opened_on", "-pk").first()


def reason_for(
    service: Service, episode: Episode | None, days: Iterable[date], reason: str, by: Member, client: Client
) -> dict[date, str]:
    """Return the reason that stays with a booking of each day on which exercise may not start.

    episode: fresh, from `open_episode_of`. Raises ReasonNeeded where it is missing; what stands in the way is told only
    to those who read the client's record.
    """
    if service.kind != Kind.EXERCISE:
        return {}
    stopped = {day: said for day in days if (said := standing.stopped_by(episode, day))}
    if not stopped:
        return {}
    reason = " ".join(reason.split())
    if len(reason) > REASON:
        raise ReasonNeeded(f"At most {REASON} characters; this has {len(reason)}.", field="reason")
    if not reason:
        first = min(stopped)
        reads = permissions.may_with(by, Permission.RECORD_READ, client)
        why = stopped[first][0] if reads else "A professional can say what is missing."
        raise ReasonNeeded(
            f"{client} may not start exercise on {words.day(first)}. {why} Say why it is booked all the same.",
            field="reason",
        )
    return dict.fromkeys(stopped, reason)


def of_series(booking: Booking, reach: Reach) -> Q:
    """Return which bookings a change of one is for: itself, and those of its series that come later."""
    mine = Q(pk=booking.pk)
    if reach is Reach.ONE or booking.series_id is None:
        return mine
    return mine | Q(series=booking.series_id, starts_at__gt=booking.starts_at)
