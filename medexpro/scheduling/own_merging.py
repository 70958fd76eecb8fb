"""What this area keeps about a client, as a merge of two records sees it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from medexpro.clients import merging
from medexpro.clients.merging import Obstacle
from medexpro.clients.models import Client
from medexpro.scheduling.models import Booking, GroupPlace, Offer, Reminder, State, Wish
from medexpro.web import words


def register() -> None:
    """Name the tables and the check, when the app starts."""
    merging.moves(Booking, "booking", "bookings", order=40, line=_booking, related=["service", "practice"])
    merging.moves(
        GroupPlace, "place in a group", "places in groups", order=41, line=_place,
        related=["booking__service", "booking__practice"], staying=in_the_same_group,
    )  # fmt: skip
    merging.moves(Reminder, "reminder", "reminders", order=42, staying=reminded_twice)
    merging.moves(
        Wish,
        "place on the waiting list",
        "places on the waiting list",
        order=43,
        staying=waiting_for_the_same,
    )
    merging.rides(Offer, "offer of a free time", "offers of a free time", order=44, path="wish__client")
    merging.check("two places in a group", two_places)
    merging.check("waiting twice", waiting_twice)


def in_the_same_group(kept: Client, gone: Client) -> QuerySet:
    """Return the places of one record in groups where the other has a place as well."""
    known = GroupPlace.objects.filter(client=kept, given_up_at=None)
    return GroupPlace.objects.filter(client=gone, given_up_at=None, booking__in=known.values("booking"))


def reminded_twice(kept: Client, gone: Client) -> QuerySet:
    """Return the reminders of one record that wait beside one of the other, of the same booking."""
    waiting = Reminder.objects.filter(state=Reminder.State.WAITING)
    return waiting.filter(client=gone, booking__in=waiting.filter(client=kept).values("booking"))


def waiting_for_the_same(kept: Client, gone: Client) -> QuerySet:
    """Return the wishes of one record for what the other waits for as well."""
    known = Wish.objects.waiting().filter(client=kept)
    return Wish.objects.waiting().filter(client=gone, service__in=known.values("service"))


def two_places(kept: Client, gone: Client, at: datetime) -> Iterable[Obstacle]:
    """Yield an obstacle for each coming group in which both records have a place."""
    rows = (
        in_the_same_group(kept, gone)
        .filter(booking__starts_at__gte=at)
        .exclude(booking__state=State.CANCELLED)
    )
    for place in rows.select_related("booking__service", "booking__practice").order_by("booking__starts_at"):
        yield Obstacle(
            f"Both records have a place in {_booking(place.booking)}. Give one of them up first.",
            reverse("scheduling:show", args=[place.booking_id]),
        )


def waiting_twice(kept: Client, gone: Client, at: datetime) -> Iterable[Obstacle]:
    """Yield an obstacle for each service that both records wait for."""
    for wish in waiting_for_the_same(kept, gone).select_related("service"):
        yield Obstacle(
            f"Both records wait for {wish.service.name}. Take one of them off the waiting list first."
        )


def _booking(row: Booking) -> str:
    starts = row.practice.local(row.starts_at)
    return f"{row.service.name}, {words.day(starts.date())}, {words.clock(starts)}"


def _place(row: GroupPlace) -> str:
    return _booking(row.booking)
