"""The page of a group: one log for each client who came, each behind its own gate."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from medexpro.audit.trail import record_list
from medexpro.kernel import clock
from medexpro.kernel.reference import Verification
from medexpro.practice.access import member_of, requires
from medexpro.practice.locking import on_the_floor
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.scheduling.models import Booking, GroupPlace
from medexpro.scheduling.rules import words
from medexpro.sessions import operations, several
from medexpro.web.pages import go_to, page, toast


@require_http_methods(["GET", "POST"])
@on_the_floor
@requires(Permission.SESSIONS_LOG)
def show(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show the logs of a group, and open those of the clients who came."""
    member, at = member_of(request), clock.now()
    booking, places = _group(member, booking_id)
    if request.method == "POST":
        came = set(request.POST.getlist("came"))
        episodes = [one.episode for one in places if one.episode is not None and str(one.pk) in came]
        _open(request, booking, episodes, member, at)
        return go_to(request, "sessions:group", booking.pk)
    record_list(member, "group", at=at, count=len(places), filters={"booking": str(booking.pk)})
    seats = several.seats(places, booking)
    local = booking.practice.local(booking.starts_at)
    context = {
        "booking": booking,
        "subtitle": f"{words.day(local.date())}, {words.clock(local)}",
        "seats": seats,
        "is_today": booking.practice.day(booking.starts_at) == booking.practice.day(at),
        "waiting": [one for one in seats if one.session is None],
        "closed": [one for one in seats if one.session is not None and not one.in_progress],
        "data": _data(member, seats),
    }
    return page(request, "sessions/group.html", context)


def _group(member: Member, booking_id: UUID) -> tuple[Booking, list[GroupPlace]]:
    """Return a group the member leads or has clients in, with the places of those they may log. Raises Http404."""
    rows = Booking.objects.of(member.practice).filter(client=None)
    booking = rows.select_related("service", "member__user", "practice").filter(pk=booking_id).first()
    places = several.places_of(member, booking) if booking else []
    if booking is None:
        raise Http404
    if not places and not Booking.objects.visible_to(member).filter(pk=booking_id).exists():
        raise Http404
    for one in places:
        if one.episode is not None:
            one.episode.client, one.episode.practice = one.client, booking.practice
    return booking, places


def _open(request: HttpRequest, booking: Booking, episodes: list[Any], member: Member, at: Any) -> None:
    if not episodes:
        toast(request, "Tick who came.")
        return
    try:
        opened, refused = operations.open_group(booking, episodes, by=member, at=at)
    except operations.SessionRefused as refusal:
        toast(request, str(refusal))
        return
    said = [f"{len(opened)} log{'' if len(opened) == 1 else 's'} open."] if opened else []
    toast(request, " ".join([*said, *refused]))


def _data(member: Member, seats: list[several.Seat]) -> dict[str, Any]:
    """Return what the page's script needs: whose logs to fetch and where entries go."""
    return {
        "member": str(member.pk),
        "sprite": static("web/icons/sprite.svg"),
        "rule_mark": Verification.HOUSE_RULE.label,
        "commands": reverse("sessions:commands"),
        "running": reverse("sessions:running"),
        "logs": [
            {
                "id": str(one.session.pk),
                "name": one.place.client.name,
                "url": reverse("sessions:show", args=[one.session.pk]),
                "state_url": reverse("sessions:state", args=[one.session.pk]) + "?figures",
            }
            for one in seats
            if one.session is not None and one.in_progress
        ],
    }
