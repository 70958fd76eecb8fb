"""The day on paper, for when the power is out: who comes, what must be known before they start, room to write.

Printed from the record as it is now and kept nowhere by us; every client on it is in the trail as taken out.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from msgspec import Struct

from medexpro.audit import trail
from medexpro.clearance import presenters as clearance_words
from medexpro.clearance import state as clearance
from medexpro.clearance.models import PracticeLimit, Precaution, ProviderLimit
from medexpro.clients.models import Allergy, Client
from medexpro.pdf import engine
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission, scope_of
from medexpro.reports.contents import letterhead_of
from medexpro.scheduling.calendar import Calendar
from medexpro.scheduling.models import Booking, Kind
from medexpro.scheduling.rules.saying import Look
from medexpro.today.layouts import DAY_SHEET
from medexpro.web import words

NOT_CLEARED = "May not start exercise. Ask the professional on duty."


class Visit(Struct, frozen=True, kw_only=True):
    """One client of one booking. about: what tells them apart; word: what stands on the booking in the calendar."""

    client: str
    about: str
    word: str
    exercise: bool
    stops: list[str]
    limits: list[str]
    precautions: list[str]
    allergies: list[str]


class Booked(Struct, frozen=True, kw_only=True):
    """One booking: when, what and where, and its clients; several in a group."""

    clock: str
    what: str
    group: bool
    visits: list[Visit]


class Person(Struct, frozen=True, kw_only=True):
    """One member's page."""

    name: str
    count: str
    bookings: list[Booked]


class DaySheet(Struct, frozen=True, kw_only=True):
    """Everything the layout prints."""

    title: str
    day: str
    language: str
    region: str
    made_at: datetime
    pressures: str
    small_print: str
    people: list[Person]


def print_sheet(by: Member, day: date, *, at: datetime, who: Any = None) -> bytes:
    """Return the sheet of a day as PDF, a page for each person, and note in the trail every client that is on it.

    who: the id of the member whose day it is; None prints everyone's, as far as `by` may know of it.
    """
    beside = Beside(by, Calendar(by, first=day, last=day, at=at, who=who))
    with transaction.atomic():
        pdf = engine.render_list(DAY_SHEET, _sheet(beside, day, at), letterhead_of(by.practice)).pdf
        for client in beside.clients.values():
            trail.record_export(by, "day sheet", at=at, client=client, day=day.isoformat())
    return pdf


class Beside:
    """The bookings of one day, and what is on the record of their clients that the reader may know: each kind asked once."""

    def __init__(self, member: Member, shown: Calendar):
        self.member, self.shown = member, shown
        self.visits = {
            one.pk: [(place.client, place.episode_id) for place in shown.places.get(one.pk, ())]
            if one.is_group
            else [(one.client, one.episode_id)]
            for one in shown.bookings
        }
        listed = [client for visits in self.visits.values() for client, _ in visits]
        self.clients: dict[Any, Client] = {client.pk: client for client in listed if client is not None}
        self.listed = self._known(Permission.CLIENTS_LIST)
        self.record = self._known(Permission.RECORD_READ)
        visits = [visit for visits in self.visits.values() for visit in visits]
        episodes = {episode for client, episode in visits if client and client.pk in self.record} - {None}
        self.precautions = _by(Precaution.objects.filter(
            episode__in=episodes, state__in=("suggested", "confirmed")).order_by("created_at", "id"), "episode_id")  # fmt: skip
        self.limits = _by(ProviderLimit.objects.filter(
            episode__in=episodes, ended_at=None).select_related("provider").order_by("written_on", "id"), "episode_id")  # fmt: skip
        self.allergies = _by(Allergy.objects.filter(
            client__in=self._known(Permission.HEALTH_READ), removed_at=None).order_by("created_at", "id"), "client_id")  # fmt: skip

    def _known(self, permission: Permission) -> set[Any]:
        """Return the clients of the day whose record of a kind the member may read."""
        if not self.member.may(permission) or not self.clients:
            return set()
        if scope_of(self.member, permission) == "practice":
            return set(self.clients)
        rows = Client.objects.visible_to(self.member, permission).filter(pk__in=self.clients)
        return set(rows.values_list("pk", flat=True))

    def visit(self, booking: Booking, client: Client, episode_id: Any) -> Visit:
        """Return what is printed of one client."""
        shown, reads = self.shown, client.pk in self.record
        word = shown.word(booking)
        day = shown.practice.day(booking.starts_at)
        weighed = booking.service.kind == Kind.EXERCISE and day >= shown.today
        if booking.is_group:
            seat = next((one for one in shown.seats(booking) if one.place.client_id == client.pk), None)
            stopped, said = bool(seat and seat.stopped), seat.word if seat else ""
        else:
            stopped, said = word.look in (Look.HOLD, Look.STOP), word.text
        closed = weighed and stopped
        stops = list(shown.stopped_by(episode_id, day)) if closed and reads else []
        # A group may hold clients whom its leader does not know otherwise: their names, and no more.
        return Visit(
            client=client.name,
            about=_about(client) if client.pk in self.listed else "",
            word=said if said != str(booking.service) else "",
            exercise=booking.service.kind == Kind.EXERCISE,
            stops=stops or ([NOT_CLEARED] if closed else []),
            limits=[_limit(row) for row in self.limits.get(episode_id, ())],
            precautions=[row.phrase for row in self.precautions.get(episode_id, ())],
            allergies=[_allergy(row) for row in self.allergies.get(client.pk, ())],
        )


def _sheet(beside: Beside, day: date, at: datetime) -> DaySheet:
    practice, member = beside.shown.practice, beside.member
    people: dict[Any, list[Booking]] = {}
    for booking in sorted(beside.shown.bookings, key=lambda one: (str(one.member), one.starts_at)):
        people.setdefault(booking.member_id, []).append(booking)
    local = practice.local(at)
    printed = f"{words.day(local.date(), 'short')}, {words.clock(local)}"
    return DaySheet(
        title=f"Day sheet, {words.day(day)}",
        day=words.day(day, "long"),
        language="en",
        region="US",
        made_at=at,
        pressures=_pressures(member, day),
        small_print=f"Printed {printed} by {member}. Holds client data: keep it with you, type it in, then shred it.",
        people=[
            Person(
                name=str(bookings[0].member),
                count=f"{len(bookings)} booking{'s' if len(bookings) > 1 else ''}",
                bookings=[_booked(beside, one) for one in bookings],
            )
            for bookings in people.values()
        ],
    )


def _booked(beside: Beside, booking: Booking) -> Booked:
    local = beside.shown.practice.local
    since, until = local(booking.starts_at), local(booking.ends_at)
    where = "at the client’s home" if booking.at_home else str(booking.room) if booking.room else ""
    return Booked(
        clock=f"{words.clock(since)} to {words.clock(until)}",
        what=", ".join(filter(None, [str(booking.service), where])),
        group=booking.is_group,
        visits=[beside.visit(booking, client, episode) for client, episode in beside.visits[booking.pk]],
    )


def _pressures(member: Member, day: date) -> str:
    """Return above which resting pressure what closes here for everyone, for those who take it."""
    if not member.may(Permission.RECORD_READ):
        return ""
    rows = PracticeLimit.objects.of(member.practice).filter(ended_at=None).select_related("set_by__user")
    known = []
    for row in rows:
        row.practice = member.practice
        known.append(clearance.as_rule(row))
    said = clearance_words.pressures(clearance.pressure_figures(known, day))
    return f"At rest, unless a limit says otherwise: {said}" if said else ""


def _about(client: Client) -> str:
    born = f"born {words.day(client.birth_date)}" if client.birth_date else ""
    return " · ".join(filter(None, [born, client.phone]))


def _limit(row: ProviderLimit) -> str:
    said = clearance_words.limit(row)
    return f"{said['says']} ({row.provider.short_name}), else no {said['closes'].removeprefix('the whole ')}"


def _allergy(row: Allergy) -> str:
    return f"{row.words} ({row.reaction})" if row.reaction else row.words


def _by(rows: Iterable[Any], key: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, key), []).append(row)
    return found
