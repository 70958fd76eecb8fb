"""Moving and cancelling bookings, undoing both, and saying who came."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.episodes.models import Episode
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.scheduling import events, standing
from medexpro.scheduling.models import Booking, GroupPlace, Room, State
from medexpro.scheduling.operations import checking, places
from medexpro.scheduling.operations.checking import BookingRefused
from medexpro.scheduling.rules import repeating
from medexpro.scheduling.rules.repeating import Reach

# What a second person's change is compared by.
SHOWN = ["starts_at", "ends_at", "member", "room", "state"]


@transaction.atomic
def move(
    booking: Booking,
    *,
    day: date,
    clock: time,
    reach: Reach = Reach.ONE,
    member: Member | None = None,
    room: Room | None = None,
    without_room: bool = False,
    reason: str = "",
    outside_hours: bool = False,
    version: int | None = None,
    by: Member,
    at: datetime,
) -> list[Booking]:
    """Move a booking to another day and time on the wall, or it and the later ones of its series; return those moved.

    Later ones move by as many days and all take the new time; those that were cancelled or are over stay. member, room:
    the new ones; None keeps what each booking has. without_room: they take none any more. Exercise is weighed again on the
    new days: a reason given before stays.
    Raises what `book` raises, with every clash, and Conflict when somebody changed the booking in between.
    """
    was_with, member = booking.member_id, member or booking.member
    _may_change(booking, by)
    checking.may_book(by, member, booking)
    checking.is_of(by.practice, member=member, room=room)
    if booking.state != State.BOOKED:
        raise BookingRefused("Only what is booked and still to come can be moved.")
    checking.taking_turns(by.practice)
    rows = _reached(booking, reach, State.BOOKED)
    _nobody_settled(rows)
    was_at = [_wall(one) for one in rows]
    goals = repeating.moved(was_at, (day, clock.replace(tzinfo=None)))
    spans = [
        checking.instants(by.practice, on, wall, int((one.ends_at - one.starts_at).total_seconds() // 60))
        for one, (on, wall) in zip(rows, goals, strict=True)
    ]
    checking.not_past(spans[0][0], by.practice, at)
    if booking.client is not None:
        checking.goes_with(booking.client, member)
    if booking.at_home and room is not None:
        raise BookingRefused("A home visit takes no room. Leave the room empty.", field="room")
    if room is not None and room.retired_at and room.pk != booking.room_id:
        raise BookingRefused(f"{room} is not used any more. Choose another.", field="room")

    clients = checking.places_of(rows)
    reasons = _weighed(booking, rows, [on for on, _ in goals], reason, by)
    for one, (on, _), (starts_at, ends_at, _) in zip(rows, goals, spans, strict=True):
        one.before = _as_before(one)
        one.starts_at, one.ends_at = starts_at, ends_at
        one.room = None if without_room else room or one.room
        one.member = member if member.pk != was_with else one.member
        one.moved_at, one.reason = at, one.reason or reasons.get(on, "")
    slots = [checking.slot_of(one, clients.get(one.pk, ())) for one in rows]
    calendar = checking.Taken(by.practice, slots, rows)
    calendar.check(
        [(slot, one.member) for one, slot in zip(rows, slots, strict=True)], outside_hours=outside_hours
    )
    for one in rows:
        one.save_version(expected=version if one.pk == booking.pk else None, fields=SHOWN)
    record(events.MOVED, rows[0], by=by, at=at, reach=reach.value, count=len(rows))
    return rows


@transaction.atomic
def move_back(booking: Booking, *, by: Member, at: datetime) -> list[Booking]:
    """Undo the last move of a booking, with those moved together with it, if what it was moved from is still free."""
    _may_change(booking, by)
    if booking.before is None or booking.moved_at is None:
        raise BookingRefused("There is no move to undo.")
    checking.taking_turns(by.practice)
    rows = [booking]
    if booking.series_id:
        beside = Booking.objects.filter(series=booking.series_id, moved_at=booking.moved_at)
        rows += list(beside.exclude(pk=booking.pk).select_related("member__user", "room", "practice"))
    members = {str(one.pk): one for one in Member.objects.of(by.practice).select_related("user", "practice")}
    rooms = {str(one.pk): one for one in Room.objects.of(by.practice)}
    was = [one.before for one in rows if one.before]
    ends = [datetime.fromisoformat(one["ends_at"]) for one in was]
    begins = [datetime.fromisoformat(one["starts_at"]) for one in was]
    checking.not_past(min(begins), by.practice, at)
    for one, before, starts_at, ends_at in zip(rows, was, begins, ends, strict=True):
        one.member, one.room = members[before["member"]], rooms.get(before["room"] or "")
        one.starts_at, one.ends_at, one.before, one.moved_at = starts_at, ends_at, None, None
    _put_back(rows, by, leaving=rows)
    record(events.MOVED, booking, by=by, at=at, undone=True, count=len(rows))
    return rows


@transaction.atomic
def cancel(
    booking: Booking, *, reach: Reach = Reach.ONE, version: int | None = None, by: Member, at: datetime
) -> list[Booking]:
    """Cancel a booking, or it and the later ones of its series; return those cancelled. The places are free at once.

    Raises Conflict when somebody changed it in between.
    """
    _may_change(booking, by)
    if booking.state == State.CANCELLED:
        return []
    if booking.state != State.BOOKED:
        raise BookingRefused("It is settled who came. Take that back first.")
    rows = _reached(booking, reach, State.BOOKED)
    _nobody_settled(rows)
    for one in rows:
        one.state, one.state_at = State.CANCELLED, at
        one.save_version(expected=version if one.pk == booking.pk else None, fields=SHOWN)
    record(events.CANCELLED, booking, by=by, at=at, reach=reach.value, count=len(rows))
    return rows


@transaction.atomic
def restore(booking: Booking, *, by: Member, at: datetime) -> list[Booking]:
    """Put a cancelled booking back, with those cancelled together with it, if their places are still free."""
    _may_change(booking, by)
    if booking.state != State.CANCELLED:
        return []
    checking.taking_turns(by.practice)
    rows = [booking]
    if booking.series_id:
        beside = Booking.objects.filter(
            series=booking.series_id, state=State.CANCELLED, state_at=booking.state_at
        )
        rows += list(beside.exclude(pk=booking.pk).select_related("member__user", "room", "practice"))
    for one in rows:
        one.state, one.state_at = State.BOOKED, at
    _put_back(rows, by)
    record(events.RESTORED, booking, by=by, at=at, count=len(rows))
    return rows


@transaction.atomic
def settle(booking: Booking, state: str, *, version: int | None = None, by: Member, at: datetime) -> Booking:
    """Say that a client came, or did not; or take either back (booked).

    Coming is said from an hour before, not coming once it has begun. Raises Conflict when somebody changed it in between.
    """
    _may_change(booking, by)
    if booking.state == state:
        return booking
    if state not in (State.CAME, State.NO_SHOW, State.BOOKED):
        raise BookingRefused("Say whether the client came.")
    if booking.is_group and state != State.BOOKED:
        raise BookingRefused("Say it of each client of the group.")
    checking.may_be_said(booking, state, at)
    before = booking.state
    booking.state, booking.state_at = state, at
    booking.save_version(expected=version, fields=SHOWN)
    record(events.SETTLED, booking, by=by, at=at, was=before, now=state)
    return booking


@transaction.atomic
def came_to_session(episode: Episode, *, by: Member, at: datetime) -> Booking | None:
    """Note that a client came, when the session of the day is opened: on the day's booking that is nearest in time.

    Whoever may log the session has seen the client; nobody has to say it twice. Without a booking of their own it is noted
    at the client's place in a group of the day. Returns the booking, None without one.
    """
    permissions.check(by, Permission.SESSIONS_LOG, episode)
    checking.taking_turns(episode.practice)
    day = episode.practice.day(at)
    since = checking.moment(episode.practice, day, None)
    until = checking.moment(episode.practice, day, None, ends=True)
    of_day = Booking.objects.filter(
        practice=episode.practice_id,
        episode=episode,
        state=State.BOOKED,
        starts_at__gte=since,
        starts_at__lt=until,
    )
    booking = min(of_day, key=lambda one: abs(one.starts_at - at), default=None)
    if booking is not None:
        booking.state, booking.state_at = State.CAME, at
        booking.save_version(expected=None, fields=SHOWN)
        record(events.SETTLED, booking, by=by, at=at, was=State.BOOKED, now=State.CAME)
    else:
        places.came(episode, since=since, until=until, by=by, at=at)
    return booking


@transaction.atomic
def came_to_group(booking: Booking, episode: Episode | None = None, *, by: Member, at: datetime) -> None:
    """Note that a group came together, when the session of the first of its clients is opened. Twice is once.

    episode: of the client whose session is opened; of the others nothing is said yet.
    """
    permissions.check(by, Permission.SESSIONS_LOG, booking)
    checking.taking_turns(booking.practice)
    booking.refresh_from_db(fields=["state", "version"])
    if booking.state == State.BOOKED:
        booking.state, booking.state_at = State.CAME, at
        booking.save_version(expected=None, fields=SHOWN)
        record(events.SETTLED, booking, by=by, at=at, was=State.BOOKED, now=State.CAME)
    if episode is not None:
        places.came(episode, group=booking, by=by, at=at)


def _put_back(rows: Sequence[Booking], by: Member, leaving: Sequence[Booking] = ()) -> None:
    """Write bookings that come back to where they were, if everything there is still free."""
    clients = checking.places_of(rows)
    slots = [checking.slot_of(one, clients.get(one.pk, ())) for one in rows]
    calendar = checking.Taken(by.practice, slots, leaving)
    calendar.check([(slot, one.member) for one, slot in zip(rows, slots, strict=True)], outside_hours=True)
    for one in rows:
        one.save_version(expected=None, fields=SHOWN)


def _nobody_settled(rows: Sequence[Booking]) -> None:
    """Raise where it is said already who came to a group: that stays with its time."""
    groups = [one.pk for one in rows if one.is_group]
    if groups and GroupPlace.objects.filter(booking__in=groups).exclude(state=State.BOOKED).exists():
        raise BookingRefused("It is settled who came to this group. Take that back first.")


def _may_change(booking: Booking, by: Member) -> None:
    checking.may_book(by, booking.member, booking)


def _reached(booking: Booking, reach: Reach, state: str) -> list[Booking]:
    """Return the bookings a change is for, the chosen one first, each held until it is written."""
    rows = list(
        Booking.objects.select_for_update(of=("self",))
        .filter(checking.of_series(booking, reach), state=state)
        .select_related("member__user", "room", "practice", "client", "service")
        .order_by("starts_at", "pk")
    )
    this = next((one for one in rows if one.pk == booking.pk), None)
    if this is None:
        return [booking]
    return repeating.reached(rows, this, reach)


def _wall(booking: Booking) -> tuple[date, time]:
    local = booking.practice.local(booking.starts_at)
    return local.date(), local.time().replace(fold=0)


def _weighed(
    booking: Booking, rows: Sequence[Booking], days: Sequence[date], reason: str, by: Member
) -> dict[date, str]:
    """Return the reason for each new day on which exercise may not start; those given before hold on."""
    if booking.client is None:
        return {}
    episode = checking.open_episode_of(booking.client)
    if episode is not None:
        standing.read_for([episode])
    new = [on for on, one in zip(days, rows, strict=True) if not one.reason]
    return checking.reason_for(booking.service, episode, new, reason, by, booking.client)


def _as_before(booking: Booking) -> dict[str, Any]:
    return {
        "starts_at": booking.starts_at.isoformat(),
        "ends_at": booking.ends_at.isoformat(),
        "member": str(booking.member_id),
        "room": str(booking.room_id) if booking.room_id else None,
    }
