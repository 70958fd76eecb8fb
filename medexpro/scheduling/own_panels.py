"""What this area puts on a client's chart: the next booking, beside the next session."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from medexpro.clients import panels
from medexpro.clients.panels import Chart, Panel, Slot
from medexpro.practice.permissions import Permission
from medexpro.scheduling import calendar


def register() -> None:
    """Put the panel in place, when the app starts."""
    panels.add(
        Panel(
            "next_booking",
            "Next booking",
            "scheduling/next_panel.html",
            next_booking,
            Permission.BOOKINGS_READ,
            order=6,
            slot=Slot.SIDE,
        )
    )


def next_booking(chart: Chart) -> dict[str, Any] | None:
    """Return the client's next booking; a way to make one where there is none. One query."""
    may_book = any(chart.member.may(one) for one in (Permission.BOOKINGS_MANAGE, Permission.BOOKINGS_OWN))
    booking = calendar.next_of(chart.client.practice, chart.client, at=chart.at)
    if booking is None and not may_book:
        return None
    return {
        "booking": booking,
        "span": calendar.span_words(booking, chart.client.practice) if booking else "",
        "book_url": f"{reverse('scheduling:book')}?{urlencode({'client': chart.client.pk})}"
        if may_book
        else "",
        "wait_url": f"{reverse('scheduling:waiting')}?{urlencode({'client': chart.client.pk})}",
    }
