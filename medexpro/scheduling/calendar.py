"""What the calendar shows: a week or a day of bookings, each with the word of its client. Reads only.

However many bookings there are, each kind of row is asked for once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from medexpro.clients.models import Client
from medexpro.episodes.models import Episode, Status
from medexpro.practice.models import Member, Practice
from medexpro.scheduling import standing
from medexpro.scheduling.models import (
    Booking,
    Closure,
    GroupPlace,
    Kind,
    State,
    WorkingHours,
    during,
    still_ahead,
)
from medexpro.scheduling.rules import availability, layout, repeating, saying, walltime, words
from medexpro.scheduling.rules.saying import Look, Standing, Word

HELD = (Status.ON_HOLD, Status.REFERRED_BACK)
# What is shown of a day where nothing lies outside it: 8 to 6.
FIRST, LAST = 8 * 60, 18 * 60
SUGGESTED, LOOKED_AHEAD_DAYS = 3, 14


@dataclass(frozen=True)
class Shown:
    """One booking as it is drawn. name: short; who: the whole name."""

    booking: Booking
    name: str
    who: str
    clock: str
    word: Word
    css: str
    chosen: bool = False

    @property
    def repeats(self) -> bool:
        """Return whether it belongs to a series."""
        return self.booking.series_id is not None


@dataclass(frozen=True)
class Shut:
    """A closure as it is drawn on one day."""

    why: str
    clock: str
    css: str


@dataclass
class Column:
    """One column: a day of the week, or a member on one day."""

    key: str
    title: str
    number: str
    is_today: bool
    lanes: int = 1
    bookings: list[Shown] = field(default_factory=list)
    closures: list[Shut] = field(default_factory=list)


@dataclass(frozen=True)
class Seat:
    """One place of a group, with whether its client may start."""

    place: GroupPlace
    stopped: bool
    word: str


class Calendar:
    """The bookings of some days as one member sees them.

    first, last: days of the practice. who: the member whose bookings are shown; None for everyone's. chosen: the booking
    with its card beside; what stands near it in time is read along, to offer free places.
    """

    def __init__(
        self,
        member: Member,
        *,
        first: date,
        last: date,
        at: datetime,
        who: Any = None,
        chosen: Booking | None = None,
    ):
        self.member, self.practice = member, member.practice
        self.first, self.last, self.at, self.who, self.chosen = first, last, at, who, chosen
        self.today = self.practice.day(at)
        self.zone = self.practice.tz
        self._words: dict[tuple[Any, date], tuple[str, ...]] = {}

    @cached_property
    def span(self) -> tuple[datetime, datetime]:
        """Return the shown days as instants."""
        after = self.last + timedelta(days=1)
        return walltime.midnight(self.first, self.zone), walltime.midnight(after, self.zone)

    @cached_property
    def near(self) -> tuple[datetime, datetime] | None:
        """Return the days around the chosen booking in which a free place is looked for, as instants."""
        if self.chosen is None:
            return None
        begins = max(self.today, self.practice.day(self.chosen.starts_at) - timedelta(days=2))
        end = begins + timedelta(days=LOOKED_AHEAD_DAYS)
        return walltime.midnight(begins, self.zone), walltime.midnight(end, self.zone)

    @property
    def _narrowed(self) -> bool:
        """Return whether only one member's bookings are read: beside a chosen one those of everyone near it are, too."""
        return self.who is not None and self.chosen is None

    @cached_property
    def _rows(self) -> list[Booking]:
        since, until = self.span
        wanted = during(since, until)
        if self._narrowed:
            wanted &= Q(member=self.who)
        if self.chosen is not None and self.near is not None:
            same = Q(member=self.chosen.member_id)
            for name in ("room", "client"):
                if key := getattr(self.chosen, f"{name}_id"):
                    same |= Q(**{name: key})
            wanted |= Q(pk=self.chosen.pk) | (during(*self.near) & same)
            if self.chosen.series_id:
                wanted |= Q(series=self.chosen.series_id, starts_at__gt=self.chosen.starts_at)
        ahead = (
            Booking.objects.filter(
                still_ahead(self.at), practice=self.practice, episode=OuterRef("episode"), state=State.BOOKED,
                starts_at__lte=OuterRef("starts_at"), service__kind=Kind.EXERCISE,
            )
            .order_by()
            .values("episode")
            .annotate(n=Count("pk"))
            .values("n")
        )  # fmt: skip
        rows = (
            Booking.objects.visible_to(self.member)
            .standing()
            .filter(wanted)
            .select_related("client", "member__user", "service", "room__site", "series")
            .annotate(nth_ahead=Coalesce(Subquery(ahead, output_field=IntegerField()), 0))
            .order_by("starts_at", "pk")
        )
        return list(rows)

    @cached_property
    def bookings(self) -> list[Booking]:
        """Return the bookings of the shown days, of the member they are narrowed to."""
        since, until = self.span
        return [
            one
            for one in self._rows
            if one.starts_at < until
            and one.ends_at > since
            and (self.who is None or one.member_id == self.who)
        ]

    @cached_property
    def _all_places(self) -> dict[Any, list[GroupPlace]]:
        """Return every place of each group, also those that were cancelled."""
        found: dict[Any, list[GroupPlace]] = {}
        groups = {one.pk for one in self._rows if one.is_group}
        if self.chosen is not None and self.chosen.is_group:
            groups.add(self.chosen.pk)
        if groups:
            for place in GroupPlace.objects.filter(booking__in=groups).select_related("client", "practice"):
                found.setdefault(place.booking_id, []).append(place)
        return found

    @cached_property
    def places(self) -> dict[Any, list[GroupPlace]]:
        """Return the places that are taken in each group."""
        return {
            key: [one for one in places if one.given_up_at is None]
            for key, places in self._all_places.items()
        }

    def left(self, booking: Booking) -> list[GroupPlace]:
        """Return the places of a group that were cancelled, one for each client who has none any more."""
        keeps = {one.client_id for one in self.places.get(booking.pk, ())}
        gone = [one for one in self._all_places.get(booking.pk, ()) if one.given_up_at is not None]
        last = {one.client_id: one for one in sorted(gone, key=lambda one: str(one.given_up_at))}
        return [one for key, one in last.items() if key not in keeps]

    @cached_property
    def episodes(self) -> dict[Any, Episode]:
        """Return the episodes of those who are still to come, ready to be weighed."""
        beside = [self.chosen] if self.chosen is not None else []
        ids = {one.episode_id for one in (*self.bookings, *beside) if self._to_come(one)}
        for one in self.bookings:
            if one.is_group and self._to_come(one):
                ids |= {place.episode_id for place in self.places.get(one.pk, ())}
        ids.discard(None)
        return standing.by_id(standing.to_weigh(Episode.objects.filter(pk__in=ids))) if ids else {}

    @cached_property
    def closures(self) -> list[Closure]:
        """Return the closures of the shown days, and of those in which a free place is looked for."""
        since, until = self.span
        if self.near:
            since, until = min(since, self.near[0]), max(until, self.near[1])
        rows = Closure.objects.of(self.practice).filter(starts_at__lt=until, ends_at__gt=since)
        return list(rows.select_related("member__user"))

    @cached_property
    def hours(self) -> dict[Any, list[WorkingHours]]:
        """Return everyone's working hours."""
        found: dict[Any, list[WorkingHours]] = {}
        for one in WorkingHours.objects.of(self.practice).select_related("member__user"):
            found.setdefault(one.member_id, []).append(one)
        return found

    @cached_property
    def people(self) -> list[Member]:
        """Return those with hours or bookings here, by name."""
        known = {rows[0].member_id: rows[0].member for rows in self.hours.values()}
        if self._narrowed:
            booked = Booking.objects.visible_to(self.member).standing().filter(during(*self.span)).order_by()
            others = Member.objects.filter(pk__in=booked.exclude(member__in=known).values("member"))
            known |= {one.pk: one for one in others.select_related("user")}
        else:
            known |= {one.member_id: one.member for one in self._rows}
        return sorted(known.values(), key=lambda one: str(one))

    # ---- Words

    def stopped_by(self, episode_id: Any, day: date) -> tuple[str, ...]:
        """Return what stands before exercise of an episode's client on a day, weighed once for each day."""
        key = episode_id, day
        if key not in self._words:
            self._words[key] = standing.stopped_by(self.episodes.get(episode_id), day)
        return self._words[key]

    def word(self, booking: Booking) -> Word:
        """Return the word on a booking."""
        name = str(booking.service)
        if booking.is_group and (
            said := saying.of_group([one.state for one in self.places.get(booking.pk, ())])
        ):
            return said
        if booking.state in (State.CAME, State.NO_SHOW):
            return Word(State(booking.state).label.lower(), Look.DONE)
        if booking.is_group:
            taken = self.places.get(booking.pk, [])
            look = Look.HOLD if any(seat.stopped for seat in self.seats(booking)) else Look.PLAIN
            return Word(f"{len(taken)} of {booking.service.places}", look)
        if not self._to_come(booking):
            return Word(name)
        day = self.practice.day(booking.starts_at)
        episode = self.episodes.get(booking.episode_id)
        exercise = booking.service.kind == Kind.EXERCISE
        if episode is None:
            return saying.word(Standing(exercise=exercise, stopped=True), name)
        due = standing.reassess_on(episode)
        # The chosen booking was read by itself; its row among the others is counted.
        counted = booking
        if not hasattr(booking, "nth_ahead"):
            counted = next((one for one in self._rows if one.pk == booking.pk), booking)
        last, ahead = getattr(episode, "last_session", None), getattr(counted, "nth_ahead", 0)
        found = Standing(
            exercise=exercise,
            on_hold=episode.status in HELD,
            stopped=exercise and bool(self.stopped_by(episode.pk, day)),
            reassess=due is not None and due <= day,
            number=last + ahead if last is not None and ahead else None,
            planned=getattr(episode, "sessions_planned", None),
        )
        return saying.word(found, name)

    def seats(self, booking: Booking) -> list[Seat]:
        """Return the places of a group, each with whether its client may start."""
        day, to_come = self.practice.day(booking.starts_at), self._to_come(booking)
        found = []
        for place in self.places.get(booking.pk, ()):
            stopped = (
                to_come
                and booking.service.kind == Kind.EXERCISE
                and bool(self.stopped_by(place.episode_id, day))
            )
            found.append(Seat(place, stopped, self._seat_word(place, stopped, to_come)))
        return found

    def _seat_word(self, place: GroupPlace, stopped: bool, to_come: bool) -> str:
        if place.state != State.BOOKED:
            return State(place.state).label.lower()
        return "can’t start yet" if stopped else "may start" if to_come else ""

    @cached_property
    def cannot_start(self) -> list[str]:
        """Return the names of those booked in the shown days who may not start then."""
        names = [
            str(one.client)
            for one in self.bookings
            if one.client_id and self.word(one).look in (Look.HOLD, Look.STOP)
        ]
        for one in self.bookings:
            if one.is_group:
                names += [str(seat.place.client) for seat in self.seats(one) if seat.stopped]
        return list(dict.fromkeys(names))

    # ---- Columns

    def week(self) -> list[Column]:
        """Return a column for each shown day; a Sunday on which nothing is, is left out."""
        columns = []
        for day in _days(self.first, self.last):
            found = [one for one in self.bookings if self.practice.day(one.starts_at) == day]
            works = any(one.weekday == day.weekday() for rows in self.hours.values() for one in rows)
            if day.weekday() == 6 and not found and not works:
                continue
            columns.append(
                self._column(
                    day.isoformat(), f"{day:%a}", str(day.day), day, found, self._closed_for(self.who)
                )
            )
        return columns

    def day_by_member(self) -> list[Column]:
        """Return a column for each member who works or is booked on the first shown day."""
        columns = []
        for one in self.people:
            if self.who is not None and one.pk != self.who:
                continue
            found = [booking for booking in self.bookings if booking.member_id == one.pk]
            works = any(row.weekday == self.first.weekday() for row in self.hours.get(one.pk, ()))
            if found or works or self.who is not None:
                columns.append(
                    self._column(
                        f"m{len(columns)}", str(one), "", self.first, found, self._closed_for(one.pk)
                    )
                )
        return columns

    @cached_property
    def clock_rows(self) -> tuple[int, int]:
        """Return the first and the last shown minute of the day, whole hours."""
        begins, ends = [FIRST], [LAST]
        for one in self.bookings:
            since, until = self._minutes(one.starts_at, one.ends_at, self.practice.day(one.starts_at))
            begins.append(since)
            ends.append(until)
        for rows in self.hours.values():
            begins += [row.since.hour * 60 + row.since.minute for row in rows]
            ends += [row.until.hour * 60 + row.until.minute for row in rows]
        return min(begins) // 60 * 60, -(-max(ends) // 60) * 60

    @property
    def hours_shown(self) -> list[str]:
        """Return the hours beside the columns."""
        first, last = self.clock_rows
        return [str((minute // 60) % 12 or 12) for minute in range(first, last, 60)]

    def _column(
        self,
        key: str,
        title: str,
        number: str,
        day: date,
        found: Sequence[Booking],
        closed: Iterable[Closure],
    ) -> Column:
        first = self.clock_rows[0]
        column = Column(key, title, number, day == self.today)
        places = layout.place([self._minutes(one.starts_at, one.ends_at, day) for one in found], first)
        column.lanes = min(6, max((place.of for place in places), default=1))
        for one, place in zip(found, places, strict=True):
            column.bookings.append(self._shown(one, place, column.lanes))
        begins, ends = (
            walltime.midnight(day, self.zone),
            walltime.midnight(day + timedelta(days=1), self.zone),
        )
        for closure in closed:
            if closure.starts_at < ends and closure.ends_at > begins:
                since, until = self._minutes(closure.starts_at, closure.ends_at, day)
                row, rows = layout.rows_of(max(since, first), min(until, self.clock_rows[1]), first)
                said = _short_clock(since) if until - since < 24 * 60 else "all day"
                column.closures.append(Shut(closure.why, said, f"t{row} d{rows}"))
        return column

    def _shown(self, booking: Booking, place: layout.Place, lanes: int) -> Shown:
        word = self.word(booking)
        chosen = self.chosen is not None and booking.pk == self.chosen.pk
        looks = {Look.HOLD: "ev-hold", Look.STOP: "ev-stop", Look.DONE: "ev-done"}
        lane = f"l{min(place.lane, 6)}" if place.of > 1 else "whole"
        css = [f"t{place.row} d{place.rows}", lane]
        css += [looks.get(word.look, "ev-group" if booking.is_group else "")]
        css += ["ev-sel"] if chosen else []
        who = str(booking.client or booking.service)
        since, _ = self._minutes(booking.starts_at, booking.ends_at, self.practice.day(booking.starts_at))
        return Shown(
            booking, short(booking), who, _short_clock(since), word, " ".join(filter(None, css)), chosen
        )

    def _closed_for(self, member_id: Any) -> list[Closure]:
        return [one for one in self.closures if one.member_id is None or one.member_id == member_id]

    def _minutes(self, starts_at: datetime, ends_at: datetime, day: date) -> tuple[int, int]:
        """Return the wall's minutes of a stretch on a day; what goes over midnight ends there."""
        since, until = self.practice.local(starts_at), self.practice.local(ends_at)
        begins = 0 if since.date() < day else since.hour * 60 + since.minute
        ends = 24 * 60 if until.date() > day else until.hour * 60 + until.minute
        return begins, max(ends, begins + 5)

    def _to_come(self, booking: Booking) -> bool:
        return booking.state == State.BOOKED and self.practice.day(booking.starts_at) >= self.today

    # ---- The chosen booking

    def later(self) -> list[Booking]:
        """Return the later bookings of the chosen one's series."""
        chosen = self.chosen
        if chosen is None or chosen.series_id is None:
            return []
        rows = [one for one in self._rows if one.series_id == chosen.series_id and one.state == State.BOOKED]
        return repeating.reached(rows, chosen, repeating.Reach.LATER)[1:]

    def suggestions(self) -> list[datetime]:
        """Return free places near the chosen booking, on days on which its client may start, in the wall's time."""
        chosen = self.chosen
        if chosen is None or self.near is None:
            return []
        hours = [one.as_rule() for one in self.hours.get(chosen.member_id, ())]
        days = _days(self.practice.day(self.near[0]), self.practice.day(self.near[1]) - timedelta(days=1))
        if chosen.service.kind == Kind.EXERCISE and chosen.client_id:
            days = [day for day in days if not self.stopped_by(chosen.episode_id, day)]
        busy = [
            (one.starts_at, one.ends_at)
            for one in self._rows
            if one.member_id == chosen.member_id
            or (chosen.room_id and one.room_id == chosen.room_id)
            or (chosen.client_id and one.client_id == chosen.client_id)
        ]
        busy += [(one.starts_at, one.ends_at) for one in self._closed_for(chosen.member_id)]
        minutes = int((chosen.ends_at - chosen.starts_at).total_seconds() // 60)
        found: list[datetime] = []
        wanted = self.practice.local(chosen.starts_at).time()
        free = availability.free(days, minutes, hours=hours, busy=busy, zone=self.zone, after=self.at)
        # The hour the client is used to comes first on each day.
        by_day: dict[date, list[datetime]] = {}
        for one in free:
            local = self.practice.local(one)
            by_day.setdefault(local.date(), []).append(local)
        for offered in by_day.values():
            found.append(min(offered, key=lambda one: abs(_minute(one.time()) - _minute(wanted))))
        return found[:SUGGESTED]


def short(booking: Booking) -> str:
    """Return the name on a booking: M. Ellison; a group's own."""
    client = booking.client
    if client is None:
        return str(booking.service)
    return f"{client.given_name[:1]}. {client.family_name}" if client.given_name else client.family_name


def next_of(practice: Practice, client: Client, *, at: datetime) -> Booking | None:
    """Return a client's next booking, groups included; None where there is none."""
    mine = Q(client=client) | Q(places__client=client, places__given_up_at=None)
    rows = Booking.objects.of(practice).filter(mine, still_ahead(at), state=State.BOOKED)
    return rows.select_related("service", "member__user", "room").order_by("starts_at").first()


def closed_days(practice: Practice, since: date) -> frozenset[date]:
    """Return the days from a day on that are closed for everyone, whole days only. One query."""
    rows = Closure.objects.of(practice).filter(member=None, ends_at__gt=walltime.midnight(since, practice.tz))
    return availability.closed_days([one.as_rule() for one in rows], practice.tz)


def title(first: date, last: date) -> str:
    """Return the days of a page in words: October 12 to 18; September 28 to October 4."""
    if first == last:
        return f"{first:%A}, {first:%B} {first.day}"
    ends = f"{last.day}" if first.month == last.month else f"{last:%B} {last.day}"
    return f"{first:%B} {first.day} to {ends}"


def series_words(booking: Booking) -> str:
    """Return a booking's series in words; empty for a single one."""
    return repeating.in_words(booking.series.as_rule()) if booking.series else ""


def span_words(booking: Booking, practice: Practice | None = None) -> str:
    """Return day and time of a booking. practice: where the booking was not read with its own."""
    local = (practice or booking.practice).local
    since, until = local(booking.starts_at), local(booking.ends_at)
    return f"{words.day(since.date())}, {words.clock(since)} to {words.clock(until)}"


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _short_clock(minute: int) -> str:
    """Return the wall's minute as a column says it, beside the hours of the day: 9:00, 1:30."""
    return f"{minute // 60 % 12 or 12}:{minute % 60:02d}"


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
