"""What this area puts on the settings page and into the palette."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Subquery
from django.urls import reverse

from medexpro.positioning import presenters
from medexpro.positioning.models import Profile, Service
from medexpro.positioning.rules.drafts import ANSWERS
from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.palette import Way, add_ways
from medexpro.practice.permissions import Permission
from medexpro.practice.settings_page import Line, Part

HOLDS = ("positioning.Profile", "positioning.Service", "positioning.Bio")


def register() -> None:
    """Put them in place, when the app starts."""
    settings_page.add(Part("How the practice speaks", lines, HOLDS, order=65))
    add_ways(
        Way(
            "How we speak of ourselves", "positioning:index", "edit",
            also="marketing positioning voice public page clarity brand bio services overview",
        ),
        Way("Clarity sheet", "positioning:clarity", "edit", also="positioning line scope statement who we serve"),
        Way("Service menu", "positioning:services", "file", also="prices what we offer print"),
        Way("Brand color", "positioning:brand", "eye", also="colour logo letterhead contrast"),
        Way("New service", "positioning:add_service", "plus", also="service menu price", begins=True),
    )  # fmt: skip


def lines(member: Member, at: datetime) -> Sequence[Line]:
    """Return what stands. One query."""
    counted = Service.objects.of(member.practice).filter(retired_at=None).order_by().values("practice")
    count = Subquery(counted.annotate(count=Count("pk")).values("count"))
    profile = Profile.objects.of(member.practice).annotate(services=count).first()
    services = (profile.services or 0) if profile else 0
    profile = profile or Profile(practice=member.practice)
    may = member.may(Permission.MARKETING_EDIT)
    told = f"{presenters.answered(profile)} of {len(ANSWERS)} questions answered"
    return [
        Line(
            "Clarity sheet", told, "From it come the positioning line, overview, bios and scope statement.",
            reverse("positioning:clarity") if may else "", words="positioning marketing scope voice",
        ),
        Line(
            "Brand color", profile.colour or "Ours", "On the public page and on papers, always readable.",
            reverse("positioning:brand") if may else "", words="colour color brand contrast logo",
        ),
        Line(
            "Service menu", f"{services} on it" if services else "Empty", "Printed for clients and for those who refer.",
            reverse("positioning:services") if may else "", words="services prices menu",
        ),
        Line(
            "Public page", "Open" if profile.published_at else "Closed", "Anybody reads it; no visitor is followed.",
            reverse("positioning:index") if may else "", words="website public page publish",
        ),
    ]  # fmt: skip
