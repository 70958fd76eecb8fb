"""The waiting list's page, and what is offered from a booking that left a time free."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from medexpro.audit import trail
from medexpro.kernel import clock
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.scheduling import forms, operations, views, waiting
from medexpro.scheduling.models import Offer, Wish
from medexpro.scheduling.rules import waiting as rule
from medexpro.scheduling.rules import words
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast

# Far more than any practice lets wait.
SHOWN = 200
FREE_SHOWN = 2


@requires(Permission.BOOKINGS_READ)
def waiting_list(request: HttpRequest) -> HttpResponse:
    """Show who waits, the longest first."""
    member = member_of(request)
    books = any(member.may(one) for one in views.BOOKS)
    return _show(request, forms.WishForm(by=member, initial=_asked(request, member)) if books else None)


def _show(request: HttpRequest, form: forms.WishForm | None) -> HttpResponse:
    member, at = member_of(request), clock.now()
    practice = practice_of(request)
    today = practice.day(at)
    rows = (
        Wish.objects.visible_to(member)
        .waiting()
        .select_related("client", "service", "member__user", "practice")
    )
    shown = list(rows[:SHOWN])
    offers = Offer.objects.filter(wish__in=[one.pk for one in shown], answer=Offer.Answer.OPEN)
    ahead = waiting.openings_ahead(member, at) if shown else []
    # What somebody else has meanwhile is no offer any more.
    still_free = {booking.pk for booking, _ in ahead}
    open_offers = {one.wish_id: one for one in offers if one.booking_id in still_free}

    def free_for(wish: Wish) -> list[dict[str, Any]]:
        """Return the first times that came free and fit, each with the booking on whose page it is offered."""
        fit = ((one, waiting.starts_in(wish, opening, practice)) for one, opening in ahead)
        found = [(one, practice.local(starts)) for one, starts in fit if starts is not None][:FREE_SHOWN]
        return [
            {"booking": one, "said": f"{words.day(at_.date())}, {words.clock(at_)}"} for one, at_ in found
        ]

    lines = [
        {
            "wish": one,
            "when": rule.in_words(waiting.wished(one), today),
            "since": words.day(practice.day(one.made_at)),
            "offer": open_offers.get(one.pk),
            "free": free_for(one) if one.pk not in open_offers else [],
            "changes": member.may(Permission.BOOKINGS_MANAGE) or one.member_id in (None, member.pk),
        }
        for one in shown
    ]
    trail.record_list(member, "waiting list", at=at, count=len(lines))
    context = {"nav": "calendar", "lines": lines, "form": form}
    context["asked"] = form is not None and (form.is_bound or bool(request.GET.get("client")))
    return page(
        request, "scheduling/waiting.html", context, status=422 if form is not None and form.is_bound else 200
    )


def _asked(request: HttpRequest, member: Member) -> dict[str, Any]:
    client = views.client_asked(request, request.GET.get("client", ""))
    return {
        "client": (str(client.pk), client.name) if client else "",
        "from_on": member.practice.day(clock.now()),
    }


@require_POST
@requires(*views.BOOKS)
def wait(request: HttpRequest) -> HttpResponse:
    """Put a client on the waiting list."""
    member = member_of(request)
    form = forms.WishForm(request.POST, by=member)
    if form.is_valid():
        values = form.values()
        client = views.client_asked(request, values.pop("client"))
        if client is None:
            form.add_error("client", "Choose one of the clients offered.")
        else:
            try:
                operations.wait(client, **values, by=member, at=clock.now())
            except NotFound as refusal:
                form.add_error(None, str(refusal))
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                toast(request, f"{client} is on the waiting list.")
                return go_to(request, "scheduling:waiting")
    return _show(request, form)


@require_POST
@requires(*views.BOOKS)
def end_wish(request: HttpRequest, wish_id: UUID) -> HttpResponse:
    """Take a client off the waiting list."""
    member, at = member_of(request), clock.now()
    rows = Wish.objects.visible_to(member).select_related("client", "practice", "member")
    wish = get_object_or_404(rows, pk=wish_id)
    if told(request, lambda: operations.end_wish(wish, by=member, at=at) or True):
        asked = urlencode({"client": str(wish.client_id)})
        toast(request, f"{wish.client} is off the waiting list.")
        return go_to(request, f"{reverse('scheduling:waiting')}?{asked}")
    return go_to(request, "scheduling:waiting")


@require_POST
@requires(*views.BOOKS)
def offer(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Record that what a booking left free is offered to one who waits."""
    member, at = member_of(request), clock.now()
    booking = views.booking_asked(request, booking_id)
    wanted = forms.asked_id(request.POST.get("wish", ""))
    rows = Wish.objects.visible_to(member).select_related("client", "service", "practice")
    wish = get_object_or_404(rows, pk=wanted)
    if told(request, lambda: operations.offer(booking, wish, by=member, at=at)):
        toast(request, f"Offered to {wish.client}. Note here what they say.")
    return go_to(request, f"{reverse('scheduling:show', args=[booking.pk])}#waiting")


@require_POST
@requires(*views.BOOKS)
def answer(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    """Note what a client said: yes books it, no keeps them waiting."""
    member, at = member_of(request), clock.now()
    rows = Offer.objects.visible_to(member).select_related(
        "wish__client", "wish__service", "wish__practice", "member__user", "practice", "booking__service"
    )
    made = get_object_or_404(rows.select_related("member__practice", "booking__practice"), pk=offer_id)
    form = forms.AnswerForm(request.POST)
    said = request.POST.get("answer", "")
    if said not in ("yes", "no"):
        toast(request, "Say yes or no.")
        return go_to(request, "scheduling:show", made.booking_id)
    if form.is_valid():
        try:
            done = operations.answer(
                made, said == "yes", reason=form.cleaned_data["reason"], by=member, at=at
            )
        except Refusal as refusal:
            if isinstance(refusal, permissions.NotAllowed | NotFound):
                raise
            form.refuse(refusal)
        else:
            client = made.wish.client
            if done.answer == Offer.Answer.YES and made.wish.booking_id:
                toast(request, f"{client} is booked and off the waiting list.")
                return go_to(request, "scheduling:show", made.wish.booking_id)
            toast(request, f"{client} keeps waiting.")
            return go_to(request, "scheduling:show", made.booking_id)
    chosen = views.booking_asked(request, made.booking_id)
    return views.show_chosen(request, chosen, status=422, answered=made, answer_form=form)
