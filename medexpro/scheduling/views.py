"""The calendar, one booking beside it, and booking."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from medexpro.audit import trail
from medexpro.clients.models import Client
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.scheduling import calendar, doors, forms, operations, presenters, waiting
from medexpro.scheduling.calendar import Calendar
from medexpro.scheduling.models import Booking, GroupPlace, Service, State
from medexpro.scheduling.operations import reminders
from medexpro.scheduling.operations.checking import EARLY
from medexpro.scheduling.rules import words
from medexpro.scheduling.rules.repeating import Reach
from medexpro.web.editing import told
from medexpro.web.forms import Form
from medexpro.web.pages import go_to, page, toast
from medexpro.web.typed import whole_number

BOOKS = (Permission.BOOKINGS_MANAGE, Permission.BOOKINGS_OWN)
EVERYONE = "all"
# More names than this fill no headline.
NAMED = 6
KNOWN_AS = ("member__user", "service", "room__site", "client", "series", "practice")


@requires(Permission.BOOKINGS_READ)
def week(request: HttpRequest) -> HttpResponse:
    """Show a week of bookings."""
    return _show(request, view="week")


@requires(Permission.BOOKINGS_READ)
def day(request: HttpRequest) -> HttpResponse:
    """Show a day, each member a column."""
    return _show(request, view="day")


@requires(Permission.BOOKINGS_READ)
def line(request: HttpRequest) -> HttpResponse:
    """Answer the part of Today that shows the day's bookings in order, each with whether its client may start.

    Who works with clients sees their own day, others everyone's. Read after the page, so that Today itself stays quick.
    """
    member, at = member_of(request), clock.now()
    own = member.may(Permission.SESSIONS_LOG)
    today = member.practice.day(at)
    shown = Calendar(member, first=today, last=today, at=at, who=member.pk if own else None)
    context = {"lines": presenters.day_line(shown), "own": own}
    if any(member.may(one) for one in BOOKS):
        unsent = reminders.failed_for(member, at=at, own=own)
        context["unsent"] = presenters.not_reminded(unsent, member.practice)
        context["unanswered"] = waiting.unanswered(member, at, own=own)
    trail.record_list(member, "day", at=at, count=len(shown.bookings))
    return page(request, "scheduling/line.html", context)


@requires(Permission.BOOKINGS_READ)
def show(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Show one booking beside its week."""
    return _show(request, view="week", chosen=booking_asked(request, booking_id))


def _show(
    request: HttpRequest, *, view: str, chosen: Booking | None = None, status: int = 200, **forms_shown: Any
) -> HttpResponse:
    member, at = member_of(request), clock.now()
    practice = practice_of(request)
    today = practice.day(at)
    if chosen is not None:
        wanted = practice.day(chosen.starts_at)
    else:
        wanted = forms.asked_day(request.GET.get("day", ""), today)
    monday = wanted - timedelta(days=wanted.weekday())
    first, last = (wanted, wanted) if view == "day" else (monday, monday + timedelta(days=6))
    who = _who(request, member, view, chosen)
    shown = Calendar(member, first=first, last=last, at=at, who=who, chosen=chosen)
    context: dict[str, Any] = {
        "nav": "calendar",
        "shown": shown,
        "view": view,
        "title": calendar.title(first, last if view == "day" else last - timedelta(days=1)),
        "columns": shown.day_by_member() if view == "day" else shown.week(),
        "who": who,
        "links": _links(view, first, today, who),
        "books": any(member.may(one) for one in BOOKS),
        "sets_up": member.may(Permission.BOOKINGS_SET_UP),
        "card": None,
        "cannot_start": words.listing(shown.cannot_start[:NAMED]),
        "chosen": chosen,
    }
    if chosen is not None:
        context["card"] = _card(request, shown, chosen, **forms_shown)
        if chosen.client is not None:
            trail.record_read(member, chosen.client, "booking", at=at)
    else:
        trail.record_list(
            member,
            "calendar",
            at=at,
            count=len(shown.bookings),
            filters={"day": first.isoformat(), "view": view},
        )
    if not context["columns"] or (not shown.bookings and not shown.hours):
        context["nothing_to_book"] = not Service.objects.of(practice).filter(retired_at=None).exists()
    return page(request, "scheduling/calendar.html", context, status=status)


def _who(request: HttpRequest, member: Member, view: str, chosen: Booking | None) -> Any:
    """Return whose bookings are shown: the asked member's; by the week their own, for those who work with clients."""
    asked = request.GET.get("who", "")
    if asked == EVERYONE:
        return None
    if found := forms.asked_id(asked):
        return found
    if chosen is not None:
        return chosen.member_id
    return member.pk if view == "week" and member.may(Permission.SESSIONS_LOG) else None


def _links(view: str, first: date, today: date, who: Any) -> dict[str, str]:
    step = timedelta(days=1 if view == "day" else 7)
    shown = today if first <= today < first + timedelta(days=7) and view == "week" else first

    def to(name: str, on: date, whose: Any = who) -> str:
        asked = {"day": on.isoformat(), "who": str(whose) if whose else EVERYONE}
        return f"{reverse(f'scheduling:{name}')}?{urlencode(asked)}"

    return {
        "before": to(view, first - step),
        "now": to(view, today),
        "after": to(view, first + step),
        "day": to("day", shown, None),
        "week": to("week", first),
        "everyone": to(view, first, None),
        "of": f"{reverse(f'scheduling:{view}')}?{urlencode({'day': first.isoformat()})}&who=",
        "book": f"{reverse('scheduling:book')}?{urlencode({'day': shown.isoformat()})}",
    }


def _card(request: HttpRequest, shown: Calendar, chosen: Booking, **forms_shown: Any) -> dict[str, Any]:
    member, at = member_of(request), shown.at
    changes = _may_change(member, chosen)
    later = shown.later()
    offered = shown.suggestions() if changes and chosen.state == State.BOOKED else []
    reads = chosen.client is not None and permissions.may_with(member, Permission.RECORD_READ, chosen.client)
    on = shown.practice.day(chosen.starts_at)
    to_come = chosen.state == State.BOOKED and on >= shown.today
    move = forms_shown.get("move")
    if move is None and changes and to_come:
        move = _move_form(member, chosen, offered, later)
    stops = shown.stopped_by(chosen.episode_id, on) if to_come and chosen.client_id else ()
    reminded = presenters.reminded(shown, chosen)
    return {
        "booking": chosen,
        "title": str(chosen.client or chosen.service),
        "client_url": reverse("clients:show", args=[chosen.client_id]) if chosen.client_id else "",
        "span": calendar.span_words(chosen),
        "word": shown.word(chosen),
        "series": calendar.series_words(chosen),
        "later": later,
        "changes": changes,
        "doors": doors.of(member, chosen),
        "may_move": changes and to_come,
        "settled": chosen.is_group
        and any(one.state != State.BOOKED for one in shown.places.get(chosen.pk, ())),
        "begun": at >= chosen.starts_at,
        "offered": bool(offered),
        "stops": stops if chosen.service.kind == "exercise" else (),
        "reads": reads,
        "seats": shown.seats(chosen) if chosen.is_group else None,
        "left": shown.left(chosen) if chosen.is_group else [],
        "may_settle": changes and chosen.state != State.CANCELLED and at >= chosen.starts_at - EARLY,
        **_waiting(member, chosen, at, **forms_shown),
        "reminded": reminded,
        "reminder": reminded.get(chosen.client_id),
        "move": move,
        "place": forms_shown.get("place") or forms.PlaceForm(),
    }


def _waiting(
    member: Member, chosen: Booking, at: datetime, answered: Any = None, answer_form: Any = None, **_: Any
) -> dict[str, Any]:
    """Return who waits for what the booking leaves free. answered: the offer whose answer was just refused."""
    free, fits = waiting.fitting(chosen, member, at) if _may_change(member, chosen) else ("", [])
    return {
        "free": free,
        "fits": fits,
        # A member's hour is one: the next is asked once the first has answered.
        "asked": not chosen.is_group and any(one.is_open for one in fits),
        "answered": answered.pk if answered else None,
        "answer": answer_form or forms.AnswerForm(),
    }


def _move_form(
    member: Member, chosen: Booking, offered: list[datetime], later: list[Booking], data: Any = None
) -> forms.MoveForm:
    initial = {"version": str(chosen.version), "member": str(chosen.member_id), "reach": Reach.ONE.value}
    initial["room"] = str(chosen.room_id or "")
    return forms.MoveForm(
        data, by=member, booking=chosen, offered=offered, repeats=bool(later), initial=initial
    )


def _refuse(form: Form, refusal: Refusal) -> None:
    """Show an operation's no, and with it whatever else is in the way, each at its field."""
    form.refuse(refusal)
    for other in getattr(refusal, "others", ()):
        form.refuse(other)


def _may_change(member: Member, booking: Booking) -> bool:
    own = member.may(Permission.BOOKINGS_OWN) and booking.member_id == member.pk
    return member.may(Permission.BOOKINGS_MANAGE) or own


def show_chosen(
    request: HttpRequest, chosen: Booking, *, status: int = 200, **forms_shown: Any
) -> HttpResponse:
    """Show one booking beside its week, with forms that came back."""
    return _show(request, view="week", chosen=chosen, status=status, **forms_shown)


def booking_asked(request: HttpRequest, booking_id: UUID) -> Booking:
    """Return the booking an address names; 404 for one the member does not know of."""
    rows = Booking.objects.visible_to(member_of(request)).select_related(*KNOWN_AS)
    return get_object_or_404(rows, pk=booking_id)


def client_asked(request: HttpRequest, text: str) -> Client | None:
    """Return the client a form or an address names, if the member may know of them."""
    wanted = forms.asked_id(text)
    if wanted is None:
        return None
    return Client.objects.visible_to(member_of(request)).select_related("practice").filter(pk=wanted).first()


@requires(*BOOKS)
def book(request: HttpRequest) -> HttpResponse:
    """Book one, or a series."""
    member, at = member_of(request), clock.now()
    if request.method == "POST":
        form = forms.BookForm(request.POST, by=member)
        if form.is_valid():
            values = form.values()
            client = client_asked(request, values.pop("client"))
            try:
                booked = operations.book(values.pop("service"), client=client, **values, by=member, at=at)
            except NotFound as refusal:
                form.add_error(None, str(refusal))
            except Refusal as refusal:
                _refuse(form, refusal)
            else:
                count = len(booked.bookings)
                said = f"{count} bookings are made." if count > 1 else "Booked."
                toast(request, " ".join([said, *booked.notes]))
                return go_to(request, "scheduling:show", booked.bookings[0].pk)
    else:
        form = forms.BookForm(by=member, initial=_asked(request, member, at))
    offers = bool(form.fields["service"].choices)  # type: ignore[attr-defined]
    context = {
        "nav": "calendar",
        "form": form,
        "offers": offers,
        "sets_up": member.may(Permission.BOOKINGS_SET_UP),
    }
    return page(request, "scheduling/book.html", context, status=422 if form.is_bound else 200)


def _asked(request: HttpRequest, member: Member, at: datetime) -> dict[str, Any]:
    """Return what an address fills in: client, day, and whoever asks where they work with clients."""
    client = client_asked(request, request.GET.get("client", ""))
    return {
        "day": forms.asked_day(request.GET.get("day", ""), member.practice.day(at)),
        "client": (str(client.pk), client.name) if client else "",
        "member": str(member.pk),
    }


@require_POST
@requires(*BOOKS)
def move(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Move one booking, or it and the later ones; undone from the toast."""
    member, at = member_of(request), clock.now()
    booking = booking_asked(request, booking_id)
    practice = practice_of(request)
    on = practice.day(booking.starts_at)
    near = Calendar(member, first=on, last=on, at=at, who=booking.member_id, chosen=booking)
    form = _move_form(member, booking, near.suggestions(), near.later(), request.POST)
    if form.is_valid():
        try:
            moved = operations.move(booking, **form.values(), version=form.shown_version, by=member, at=at)
        except Conflict as conflict:
            booking = booking_asked(request, booking_id)
            form.add_error(
                None, f"Somebody else changed it meanwhile: {_standing_words(booking)}. Yours stays here."
            )
            form.hold("version", conflict.version)
        except Refusal as refusal:
            if isinstance(refusal, permissions.NotAllowed | NotFound):
                raise
            _refuse(form, refusal)
        else:
            first = moved[0]
            said = calendar.span_words(first).rpartition(" to ")[0]
            others = f", and {len(moved) - 1} later ones with it" if len(moved) > 1 else ""
            undo = reverse("scheduling:move_back", args=[first.pk])
            toast(request, f"Moved to {said}{others}.", undo_url=undo)
            return go_to(request, "scheduling:show", first.pk)
        booking = booking_asked(request, booking_id)
    return _show(request, view="week", chosen=booking, status=422, move=form)


def _standing_words(booking: Booking) -> str:
    if booking.state != State.BOOKED:
        return f"it is {booking.get_state_display().lower()} now"
    return f"it stands on {calendar.span_words(booking)} with {booking.member} now"


def _act(request: HttpRequest, booking_id: UUID, do: Callable[[Booking], Any], said: str) -> HttpResponse:
    """Do what a button asks for, say it, and show the booking again."""
    booking = booking_asked(request, booking_id)
    if told(request, lambda: do(booking) or True):
        toast(request, said)
    return go_to(request, "scheduling:show", booking.pk)


@require_POST
@requires(*BOOKS)
def move_back(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Undo a move."""
    member, at = member_of(request), clock.now()
    return _act(
        request,
        booking_id,
        lambda one: operations.move_back(one, by=member, at=at),
        "It is back where it was.",
    )


@require_POST
@requires(*BOOKS)
def cancel(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Cancel one booking, or it and the later ones; undone from the toast."""
    member, at = member_of(request), clock.now()
    booking = booking_asked(request, booking_id)
    reach = Reach.LATER if request.POST.get("reach") == Reach.LATER else Reach.ONE
    version = whole_number(request.POST.get("version", ""))
    try:
        cancelled = operations.cancel(booking, reach=reach, version=version, by=member, at=at)
    except Conflict:
        stands = _standing_words(booking_asked(request, booking_id))
        toast(request, f"Nothing is cancelled. Somebody else changed it meanwhile: {stands}.")
        return go_to(request, "scheduling:show", booking.pk)
    except Refusal as refusal:
        if isinstance(refusal, permissions.NotAllowed | NotFound):
            raise
        toast(request, str(refusal))
        return go_to(request, "scheduling:show", booking.pk)
    said = f"{len(cancelled)} bookings are cancelled." if len(cancelled) > 1 else "Cancelled."
    toast(request, said, undo_url=reverse("scheduling:restore", args=[booking.pk]))
    if waiting.fitting(booking_asked(request, booking_id), member, at)[1]:
        # Somebody waits for this time: the booking is shown with whom to offer it to.
        return go_to(request, "scheduling:show", booking.pk)
    asked = {"day": practice_of(request).day(booking.starts_at).isoformat(), "who": str(booking.member_id)}
    return go_to(request, f"{reverse('scheduling:week')}?{urlencode(asked)}")


@require_POST
@requires(*BOOKS)
def restore(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Put a cancelled booking back."""
    member, at = member_of(request), clock.now()
    return _act(
        request, booking_id, lambda one: operations.restore(one, by=member, at=at), "It is booked again."
    )


SETTLED = {
    State.CAME.value: "Noted: came.",
    State.NO_SHOW.value: "Noted: did not come.",
    State.BOOKED.value: "Taken back.",
}


@require_POST
@requires(*BOOKS)
def settle(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Say that the client came, or did not, or take it back."""
    member, at = member_of(request), clock.now()
    state = request.POST.get("state", "")
    said = SETTLED.get(state, "")
    return _act(
        request,
        booking_id,
        lambda one: operations.settle(one, state, by=member, at=at),
        said or "Nothing changed.",
    )


@require_POST
@requires(*BOOKS)
def take_place(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Give a client a place in a group."""
    member, at = member_of(request), clock.now()
    booking = booking_asked(request, booking_id)
    form = forms.PlaceForm(request.POST)
    if form.is_valid():
        values = form.values()
        client = client_asked(request, values["client"])
        if client is None:
            form.add_error("client", "Choose one of the clients offered.")
        else:
            try:
                operations.take_place(
                    booking, client, reason=values["reason"], id=values["new_id"], by=member, at=at
                )
            except Refusal as refusal:
                if isinstance(refusal, permissions.NotAllowed | NotFound):
                    raise
                form.refuse(refusal)
            else:
                toast(request, f"{client} has a place.")
                return go_to(request, "scheduling:show", booking.pk)
    return _show(request, view="week", chosen=booking, status=422, place=form)


@require_POST
@requires(*BOOKS)
def give_up_place(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Take a client out of a group."""
    member, at = member_of(request), clock.now()
    rows = GroupPlace.objects.visible_to(member).select_related("booking__member", "client", "practice")
    place = get_object_or_404(rows, pk=place_id)
    if told(request, lambda: operations.give_up_place(place, by=member, at=at) or True):
        toast(request, f"{place.client} is out of the group.")
    return go_to(request, "scheduling:show", place.booking_id)


@require_POST
@requires(*BOOKS)
def settle_place(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Say that one client of a group came, or did not, or take it back."""
    member, at = member_of(request), clock.now()
    rows = GroupPlace.objects.visible_to(member).select_related("booking__member", "client", "practice")
    place = get_object_or_404(rows.select_related("booking__practice"), pk=place_id)
    state = request.POST.get("state", "")
    if told(request, lambda: operations.settle_place(place, state, by=member, at=at)):
        toast(request, f"{place.client}: {SETTLED[state].removeprefix('Noted: ')}")
    return go_to(request, "scheduling:show", place.booking_id)
