"""What this area puts on the settings page."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from medexpro.marketing import first_visits
from medexpro.marketing.models import ScreeningDay
from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.roles import Permission
from medexpro.practice.settings_page import Line, Part


def register() -> None:
    """Put the line in place, when the app starts."""
    settings_page.add(Part("Screening days", lines, order=70))
    settings_page.add(Part("Public page", public_page, ("marketing.PublicPage",), order=72))


def public_page(member: Member, at: datetime) -> Sequence[Line]:
    """Return what visitors may do on the public page. Two queries."""
    service = first_visits.service_of(member.practice)
    return [
        Line(
            "Public page",
            f"Visitors pick a time for: {service}" if service else "Visitors can ask to be called",
            "Headline, questions and answers, articles, and what visitors may pick a time for.",
            reverse("marketing:public_page") if member.may(Permission.MARKETING_EDIT) else "",
            words="website visitors headline articles questions first visit",
            verb="Open",
        )
    ]


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
