"""What this area puts on the settings page."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from medexpro.marketing.models import ScreeningDay
from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.settings_page import Line, Part


def register() -> None:
    """Put the line in place, when the app starts."""
    settings_page.add(Part("Screening days", lines, order=70))


def lines(member: Member, at: datetime) -> Sequence[Line]:
    """Return where the days are set up."""
    known = ScreeningDay.objects.of(member.practice).count()
    return [
        Line(
            "Days",
            f"{known} so far" if known else "None yet",
            "People measured at an event; each day names its stations.",
            reverse("marketing:days"),
            words="community event stations leads participants",
            verb="Open",
        )
    ]
