"""What this area puts on the settings page: whom results are compared with."""

from datetime import datetime

from django.urls import reverse

from medexpro.assessments import catalogue, flow, tables
from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.settings_page import Line, Part
from medexpro.web import words


def register() -> None:
    """Put the lines in place, when the app starts."""
    settings_page.add(Part("Measuring", compared_with, order=45))
    settings_page.add(Part("Measuring", step_names, ("assessments.StepNames",), order=46))


def compared_with(member: Member, at: datetime) -> list[Line]:
    """Return which tables the practice prefers. One query."""
    chosen = [key for key, choice in tables.in_force_for(member.practice).items() if choice.key]
    names = [
        catalogue.entry_of(measure).short for key, measure in tables.choosable().items() if key in chosen
    ]
    return [
        Line(
            "Tables to compare with",
            f"Own choice for {words.joined(names)}"
            if names
            else "The first that fits the person and the test",
            "Whom grip, a walk or another result is compared with; a client’s professional may choose another table.",
            reverse("assessments:preferred") if member.may(Permission.SETTINGS_MANAGE) else "",
            words="norms percentile reference equation grip walk compare",
        )
    ]


def step_names(member: Member, at: datetime) -> list[Line]:
    """Return what the practice calls the steps of an assessment. One query."""
    own = flow.names_of(member.practice)
    named = len(own.names) if own else 0
    return [
        Line(
            "Steps of an assessment",
            f"{named} of {len(flow.steps())} have your own name" if named else "By our names",
            "What the seven steps are called on every assessment page; what they hold stays.",
            reverse("assessments:name_steps") if member.may(Permission.SETTINGS_MANAGE) else "",
            words="assessment flow labels names preparation observation interview evaluation",
        )
    ]
