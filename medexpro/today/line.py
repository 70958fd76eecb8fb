"""What Today adds to the day's bookings: where each session stands, and the next step."""

from typing import Any

from django.urls import reverse

from medexpro.clients.models import Client
from medexpro.episodes.models import Episode
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.scheduling import standing
from medexpro.scheduling.beside import Next, read_beside
from medexpro.scheduling.calendar import Calendar
from medexpro.scheduling.models import Booking, Kind, State
from medexpro.scheduling.rules.saying import Look
from medexpro.sessions.models import SessionLog, SessionState
from medexpro.today.rules.stepping import Do, May, next_step

UNSIGNED = (SessionState.READY, SessionState.AWAITING_COSIGN)


def register() -> None:
    """Stand beside the line, when the app starts."""
    read_beside(steps)


def steps(shown: Calendar) -> dict[Any, Next]:
    """Return the next step of each booking whose clients' record the member may read, by the booking's id."""
    member = shown.member
    if not member.may(Permission.RECORD_READ):
        return {}
    groups = (
        {one.pk: _group(one) for one in shown.bookings if one.is_group}
        if member.may(Permission.SESSIONS_LOG)
        else {}
    )
    known = _known(member, shown)
    rows = [one for one in shown.bookings if one.client_id in known and one.episode_id]
    ids = {one.episode_id for one in rows}
    if not ids:
        return groups
    titles = dict(Episode.objects.filter(pk__in=ids).values_list("pk", "title"))
    since, until = shown.span
    opened = SessionLog.objects.filter(
        practice=shown.practice, episode__in=ids, state__in=SessionState.values, opened_at__gte=since, opened_at__lt=until
    ).exclude(state=SessionState.VOID)  # fmt: skip
    sessions = {one.episode_id: one for one in opened.only("episode", "state").order_by("opened_at")}
    may = May(
        log=member.may(Permission.SESSIONS_LOG),
        cosign=member.may(Permission.SESSIONS_COSIGN),
        decide=member.may(Permission.CLEARANCE_DECIDE),
        measure=member.may(Permission.ASSESSMENTS_MEASURE),
    )
    return {
        one.pk: _step(shown, one, sessions.get(one.episode_id), titles[one.episode_id], may) for one in rows
    }


def _group(booking: Booking) -> Next:
    return Next("Open group", reverse("sessions:group", args=[booking.pk]))


def _known(member: Member, shown: Calendar) -> set[Any]:
    """Return the clients of the day whose record the member may read."""
    ids = {one.client_id for one in shown.bookings} - {None}
    if permissions.scope_of(member, Permission.RECORD_READ) == "practice":
        return ids
    rows = Client.objects.visible_to(member, Permission.RECORD_READ).filter(pk__in=ids)
    return set(rows.values_list("pk", flat=True))


def _step(shown: Calendar, booking: Booking, session: SessionLog | None, title: str, may: May) -> Next:
    episode = shown.episodes.get(booking.episode_id)
    due = standing.reassess_on(episode) if episode is not None else None
    do = next_step(
        may=may,
        session=session.state if session else "",
        waits=booking.state == State.BOOKED,
        exercise=booking.service.kind == Kind.EXERCISE,
        stopped=shown.word(booking).look in (Look.HOLD, Look.STOP),
        due=due is not None and due <= shown.today,
    )
    under_way = session is not None and session.state in (SessionState.OPEN, SessionState.HELD)
    return Next(
        label=do.value,
        url=_address(do, booking, session),
        posts=do is Do.OPEN,
        css={Do.RESUME: "btn-primary", Do.REVIEW: "btn-danger"}.get(do, ""),
        about=title,
        unsigned=session is not None and session.state in UNSIGNED,
        under_way=under_way,
    )


def _address(do: Do, booking: Booking, session: SessionLog | None) -> str:
    if do in (Do.RESUME, Do.SIGN, Do.COSIGN) and session is not None:
        return reverse("sessions:show", args=[session.pk])
    if do is Do.REVIEW:
        return reverse("clearance:decide", args=[booking.episode_id])
    if do is Do.REASSESS:
        return reverse("assessments:index", args=[booking.episode_id])
    if do is Do.OPEN:
        return reverse("sessions:open", args=[booking.episode_id])
    return reverse("scheduling:show", args=[booking.pk])
