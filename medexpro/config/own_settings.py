"""What the program itself puts on the settings page: taking the practice's data out."""

from datetime import datetime

from django.urls import reverse

from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.settings_page import Line, Part


def register() -> None:
    """Put the line in place, when the app starts."""
    settings_page.add(Part("Your data", take_out, order=90))


def take_out(member: Member, at: datetime) -> list[Line]:
    """Return the way to a complete export."""
    return [
        Line(
            "Take everything out",
            "At any time",
            "Makes one file of the whole practice that anyone can read without this program.",
            reverse("takeout:practice"),
            words="export download backup leave",
            verb="Open",
        )
    ]
