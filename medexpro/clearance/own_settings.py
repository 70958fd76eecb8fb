"""What this area puts on the settings page: limits the practice tightened for everyone."""

from datetime import datetime

from django.urls import reverse

from medexpro.clearance.models import PracticeLimit
from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.settings_page import Line, Part


def register() -> None:
    """Put the line in place, when the app starts."""
    settings_page.add(Part("Clinical rules", limits, ("clearance.PracticeLimit",), order=61))


def limits(member: Member, at: datetime) -> list[Line]:
    """Return how many limits are tighter here. One query."""
    count = PracticeLimit.objects.of(member.practice).filter(ended_at=None).count()
    return [
        Line(
            "Tighter limits",
            f"{count} in force" if count else "None, the general ones hold",
            "Closes exercise or a session earlier than the general limits do, for every client.",
            reverse("clearance:practice_limits") if member.may(Permission.KNOWLEDGE_READ) else "",
            words="blood pressure pulse pain gate safety",
        )
    ]
