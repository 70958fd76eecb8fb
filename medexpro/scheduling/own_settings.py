"""What this area puts on the settings page: what can be booked, where and when."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.settings_page import Line, Part
from medexpro.scheduling.models import Closure, Room, Service, WorkingHours
from medexpro.scheduling.rules import words

NAMED = 4


def register() -> None:
    """Put the lines in place, when the app starts."""
    holds = ("Service", "Site", "Room", "WorkingHours", "Closure")
    settings_page.add(Part("Calendar", calendar, tuple(f"scheduling.{one}" for one in holds), order=50))


def calendar(member: Member, at: datetime) -> list[Line]:
    """Return services, hours, rooms and closures as they stand now. Four queries."""
    practice = member.practice
    to = reverse("scheduling:set_up") if member.may(Permission.BOOKINGS_SET_UP) else ""
    services = Service.objects.of(practice).filter(retired_at=None)
    rooms = Room.objects.of(practice).filter(retired_at=None).select_related("site")
    working = WorkingHours.objects.of(practice).values("member").distinct().count()
    closed = list(Closure.objects.of(practice).filter(ends_at__gt=at))
    ahead = f"{closed[0].why}, {words.day(practice.day(closed[0].starts_at))}" if closed else "None ahead"
    more = f", and {len(closed) - 1} more" if len(closed) > 1 else ""
    return [
        Line(
            "Services",
            _named([f"{one}, {one.minutes} min" for one in services]) or "None yet",
            "What can be booked, how long it takes, and whether a group shares it.",
            to and f"{to}#service",
            words="session assessment intake group places minutes",
        ),
        Line(
            "Working hours",
            f"{working} {'person has' if working == 1 else 'people have'} hours" if working else "None yet",
            "Free places are offered inside them, and a booking outside asks whether it is meant.",
            to and f"{to}#hours",
            words="opening times week availability",
        ),
        Line(
            "Rooms and sites",
            _named([str(one) for one in rooms]) or "None",
            "A room takes one booking at a time.",
            to and f"{to}#room",
            words="places locations",
        ),
        Line(
            "Closed days",
            f"{ahead}{more}",
            "Nothing is booked in them, and a day on which everyone is closed is no working day for what is due.",
            to and f"{to}#closure",
            words="closures holidays vacation training days off",
        ),
    ]


def _named(names: Sequence[str]) -> str:
    shown = "; ".join(names[:NAMED])
    return f"{shown}; and {len(names) - NAMED} more" if len(names) > NAMED else shown
