"""Several logs at once: the tabs of whoever keeps several open today, and the logs of a group. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from medexpro.episodes.models import Episode
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.scheduling import standing as booked
from medexpro.scheduling.doors import Door
from medexpro.scheduling.models import Booking, GroupPlace
from medexpro.scheduling.operations.checking import open_episode_of
from medexpro.scheduling.rules import walltime
from medexpro.sessions.models import SessionLog, SessionState
from medexpro.sessions.operations import IN_PROGRESS
from medexpro.sessions.rules.standing import Standing, standing

# More than anyone keeps in view; a practice where more run at once finds them on Today.
MOST_TABS = 12


def running(member: Member, *, at: datetime) -> list[SessionLog]:
    """Return today's logs that nobody has signed: the member's own first, then those of colleagues they may log in too."""
    today = walltime.midnight(member.practice.day(at), member.practice.tz)
    rows = SessionLog.objects.visible_to(member, Permission.SESSIONS_LOG).filter(
        state__in=IN_PROGRESS, opened_at__gte=today
    )
    named = rows.select_related("episode__client", "by__user").annotate(left=_LEFT)
    found = list(named.order_by("opened_at", "pk")[: 2 * MOST_TABS])
    return sorted(found, key=lambda one: one.by_id != member.pk)[:MOST_TABS]


_LEFT = Count("entries", filter=Q(entries__state="open"))


def standing_of(session: Any) -> Standing:
    """Return where a log stands as last weighed. session: with the number of exercises left open read along."""
    return standing(
        state=session.state,
        started=session.started_at is not None,
        gate=session.marks.get("gate", ""),
        found=any(not finding["code"].endswith("-not-taken") for finding in session.findings),
        left=session.left,
    )


def tab(session: Any, member: Member) -> dict[str, Any]:
    """Return one log as a tab of the session page: whose it is, where it stands, since when it runs."""
    return {
        "id": str(session.pk),
        "url": reverse("sessions:show", args=[session.pk]),
        "name": session.episode.client.name,
        "by": "" if session.by_id == member.pk else str(session.by),
        "started_at": session.started_at.isoformat() if session.started_at else None,
    } | brief(session)


def brief(session: Any) -> dict[str, Any]:
    """Return what changes of a log while it runs, without a name: asked for again and again."""
    kind, words = standing_of(session)
    return {"id": str(session.pk), "kind": kind, "words": words, "version": session.version}


# ---- A group


@dataclass(frozen=True)
class Seat:
    """One client of a group on its day: their log, once there is one, or what stands before it."""

    place: GroupPlace
    session: SessionLog | None
    stops: tuple[str, ...]

    @property
    def words(self) -> str:
        """Return where it stands."""
        if self.session is None:
            return "May not start" if self.stops else "No log yet"
        if self.session.state in IN_PROGRESS:
            return standing_of(self.session).words
        return self.session.state_words

    @property
    def in_progress(self) -> bool:
        """Return whether the log still takes entries."""
        return self.session is not None and self.session.state in IN_PROGRESS


def places_of(member: Member, booking: Booking) -> list[GroupPlace]:
    """Return the places of a group whose clients the member may log, by name, each with the client's open episode."""
    rows = GroupPlace.objects.visible_to(member, Permission.SESSIONS_LOG).filter(
        booking=booking, given_up_at=None
    )
    found = sorted(rows.select_related("client", "episode"), key=lambda one: str(one.client))
    for one in found:
        if one.episode is None or not one.episode.is_open:  # Booked before this service began.
            one.episode = open_episode_of(one.client)
    return found


def seats(places: Sequence[GroupPlace], booking: Booking) -> list[Seat]:
    """Return each client of a group with the log of the group's day. However many, each kind of row is asked for once."""
    day = booking.practice.day(booking.starts_at)
    since = walltime.midnight(day, booking.practice.tz)
    logs = SessionLog.objects.filter(
        episode__in=[one.episode_id for one in places if one.episode_id],
        opened_at__gte=since,
        opened_at__lt=walltime.midnight(day + timedelta(days=1), booking.practice.tz),
    )
    logs = logs.exclude(state=SessionState.VOID).annotate(left=_LEFT).order_by("number")
    found = {one.episode_id: one for one in logs}
    waiting = [one.episode_id for one in places if one.episode_id and one.episode_id not in found]
    episodes = booked.by_id(booked.to_weigh(Episode.objects.filter(pk__in=waiting))) if waiting else {}
    return [
        Seat(
            place=one,
            session=found.get(one.episode_id),
            stops=() if one.episode_id in found else booked.stopped_by(episodes.get(one.episode_id), day),
        )
        for one in places
    ]


def door(member: Member, booking: Booking) -> Door | None:
    """Return the way from a group's booking to its logs, for those who log."""
    if not booking.is_group or not member.may(Permission.SESSIONS_LOG):
        return None
    return Door("Logs of the group", reverse("sessions:group", args=[booking.pk]))
