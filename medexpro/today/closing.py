"""The end of the day: what was done, what is unsigned, who did not come, and whether anything has no end yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission, scope_of
from medexpro.scheduling.models import Booking, GroupPlace, Kind, during
from medexpro.scheduling.rules import walltime
from medexpro.sessions.models import SessionLog, SessionState
from medexpro.today import obligations
from medexpro.today.rules import closing
from medexpro.today.rules.closing import Booked, End, Held, Visit
from medexpro.web import words


@dataclass(frozen=True)
class Line:
    """One line: whom it is about, what became of it, and the record that says so."""

    who: str
    what: str
    url: str
    verb: str


@dataclass(frozen=True)
class Part:
    """The lines of one kind. none: what is said where there are none. alarm: whether any line is one too many."""

    key: str
    title: str
    icon: str
    none: str
    alarm: bool = False
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Closing:
    """One day, with the sentence on how far it is accounted for."""

    sentence: str
    parts: list[Part]

    @property
    def empty(self) -> list[Part]:
        """Return the parts that have nothing, and say so."""
        return [part for part in self.parts if not part.lines]

    @property
    def count(self) -> int:
        """Return how many lines there are."""
        return sum(len(part.lines) for part in self.parts)


def closing_of(member: Member, day: date, *, at: datetime, mine: bool) -> Closing:
    """Return a day as a member sees it at its end. mine: their own bookings and sessions only.

    Who does not read the record sees who came and who did not; what was logged and signed stays out.
    """
    return _Reading(member, day, at=at, mine=mine).closing()


class _Reading:
    """The bookings and sessions of one day, each kind of row asked once."""

    def __init__(self, member: Member, day: date, *, at: datetime, mine: bool):
        self.member, self.practice, self.day, self.at, self.mine = member, member.practice, day, at, mine
        self.reads = member.may(Permission.RECORD_READ)
        self.readable: set[str] = set()
        zone = self.practice.tz
        self.span = walltime.midnight(day, zone), walltime.midnight(day + timedelta(days=1), zone)
        self.bookings, self.names = self._booked()
        self.sessions = self._held()

    def _booked(self) -> tuple[dict[str, tuple[Booking, Booked]], dict[str, str]]:
        """Return the places of clients in the day by a key, with their bookings; and the clients' names."""
        rows = Booking.objects.visible_to(self.member).standing().filter(during(*self.span))
        rows = rows.filter(starts_at__gte=self.span[0])
        if self.mine:
            rows = rows.filter(member=self.member)
        bookings = list(rows.select_related("service", "client", "member__user").order_by("starts_at", "pk"))
        groups = {one.pk: one for one in bookings if one.is_group}
        places = GroupPlace.objects.visible_to(self.member).filter(booking__in=groups, given_up_at=None)
        taken = [(groups[one.booking_id], one) for one in places.select_related("client")] if groups else []
        known = [(one, one) for one in bookings if not one.is_group] + taken
        found, names = {}, {}
        for booking, place in known:
            key = str(place.pk)
            names[key] = str(place.client)
            found[key] = booking, Booked(
                key, str(place.episode_id) if place.episode_id else None, booking.starts_at, booking.ends_at,
                booking.state, logged=booking.service.kind == Kind.EXERCISE,
            )  # fmt: skip
        return found, names

    def _held(self) -> dict[str, tuple[SessionLog, Held]]:
        """Return the session logs of the day by their key. States are named, so that the index by state serves.

        Of a booked client whose record the member does not read only the state is used, and never shown.
        """
        episodes = {booked.episode for _, booked in self.bookings.values()} - {None}
        seen = SessionLog.objects.visible_to(self.member) if self.reads else SessionLog.objects.none()
        of_day = {
            "state__in": SessionState.values, "opened_at__gte": self.span[0], "opened_at__lt": self.span[1],
        }  # fmt: skip
        rows = SessionLog.objects.of(self.practice).filter(**of_day)
        wide = self.reads and scope_of(self.member, Permission.RECORD_READ) == "practice"
        if not wide:
            self.readable = {str(pk) for pk in seen.filter(**of_day).values_list("pk", flat=True)}
            rows = rows.filter(Q(episode__in=episodes) | Q(pk__in=self.readable))
        held = {}
        for one in rows.select_related("episode__client"):
            if self.mine and one.by_id != self.member.pk and str(one.episode_id) not in episodes:
                continue
            why = (one.marks.get("void") or {}).get("why", "")
            held[str(one.pk)] = one, Held(str(one.pk), str(one.episode_id), one.opened_at, one.state, why)
        if wide:
            self.readable = set(held)
        return held

    def closing(self) -> Closing:
        """Return the day in words."""
        booked, held = (
            [pair[1] for pair in self.bookings.values()],
            [pair[1] for pair in self.sessions.values()],
        )
        found = closing.visits(booked, held, self.at)
        by_end: dict[End, list[Line]] = {end: [] for end in End}
        for one in found:
            by_end[self._shown_as(one)].append(self._line(one))
        gone = by_end[End.DID_NOT_COME] + by_end[End.NOT_HELD]
        parts = [
            Part("open", "Not accounted for", "alert", "Nothing so far.", True, by_end[End.OPEN]),
            Part("done", "Done" if self.reads else "Came", "check", "Nobody yet.", lines=by_end[End.DONE]),
            *self._unsigned(by_end[End.UNSIGNED]),
            Part("gone", "Did not come", "x", "Nobody stayed away.", lines=gone),
            Part("later", "Still to come", "clock", "Nobody.", lines=by_end[End.TO_COME]),
        ]
        return Closing(" ".join([closing.sentence(found), *self._notes(parts)]), parts)

    def _notes(self, parts: list[Part]) -> list[str]:
        waiting = next((len(part.lines) for part in parts if part.key == "unsigned"), 0)
        if not waiting:
            return []
        return ["One note is not signed." if waiting == 1 else f"{waiting} notes are not signed."]

    def _shown_as(self, visit: Visit) -> End:
        """Return the end as this member may know it: whether a note is signed is not everyone's."""
        known = visit.held is None or visit.held.key in self.readable
        return visit.end if known or visit.end is not End.UNSIGNED else End.DONE

    def _unsigned(self, of_the_day: list[Line]) -> list[Part]:
        """Return the notes that wait for a signature, those of earlier days with them; nothing for who reads none."""
        if not self.reads:
            return []
        lines = list(of_the_day)
        for one in obligations.open_notes(self.member) if self.member.may(Permission.SESSIONS_LOG) else ():
            others = self.mine and one.by_id != self.member.pk and one.state != SessionState.AWAITING_COSIGN
            if str(one.pk) not in self.sessions and one.opened_at < self.span[0] and not others:
                on = words.day(self.practice.day(one.opened_at), "short")
                what = f"{on}, {one.get_state_display().lower()}"
                lines.append(
                    Line(str(one.episode.client), what, reverse("sessions:show", args=[one.pk]), "Open")
                )
        return [Part("unsigned", "Not signed", "pen", "Every note is signed.", True, lines)]

    def _line(self, visit: Visit) -> Line:
        session = self.sessions[visit.held.key][0] if visit.held else None
        if visit.booked is None:
            return self._of_session(
                session, f"{words.clock(self.practice.local(session.opened_at))}, not booked"
            )
        booking = self.bookings[visit.booked.key][0]
        clock = words.clock(self.practice.local(booking.starts_at))
        what = f"{clock}, {booking.service}" + ("" if self.mine else f" with {booking.member}")
        who = self.names[visit.booked.key]
        if session is not None and str(session.pk) in self.readable:
            return self._of_session(session, what)
        said = (
            "came, and no session was logged"
            if visit.booked.state == "came"
            else "nobody said whether they came"
        )
        if visit.end is End.OPEN:
            what = f"{what}: {said}"
        verb = "Settle" if visit.end is End.OPEN else "Booking"
        return Line(who, what, reverse("scheduling:show", args=[booking.pk]), verb)

    def _of_session(self, session: Any, what: str) -> Line:
        state = session.not_held_words or session.state_words.lower()
        verb = "Open" if session.state in (SessionState.SIGNED, SessionState.VOID) else "Finish"
        url = reverse("sessions:show", args=[session.pk])
        return Line(str(session.episode.client), f"{what}: {state}", url, verb)


def owed_next(member: Member, day: date) -> Sequence[Any]:
    """Return what a member owes by the day after, by kind: what is late by then is among it."""
    return obligations.owed_to(member, day + timedelta(days=1))
