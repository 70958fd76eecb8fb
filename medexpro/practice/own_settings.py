"""What this area and those below it put on the settings page beside the practice's own fields."""

from datetime import datetime

from django.urls import reverse

from medexpro.knowledge import operations as knowledge
from medexpro.knowledge.library import library_of
from medexpro.practice import settings_page
from medexpro.practice.models import Member
from medexpro.practice.roles import Permission
from medexpro.practice.settings_page import Line, Part


def register() -> None:
    """Put the lines in place, when the app starts."""
    settings_page.add(Part("Who sees what", people, ("practice.Member", "practice.Invitation"), order=20))
    settings_page.add(
        Part(
            "Clinical rules",
            rules,
            ("knowledge.Approval", "knowledge.FiguresTurned", "knowledge.OwnEntry"),
            order=60,
        )
    )


def people(member: Member, at: datetime) -> list[Line]:
    """Return who works here. One query."""
    count = Member.objects.of(member.practice).active().count()
    return [
        Line(
            "Members and roles",
            f"{count} {'member' if count == 1 else 'members'}",
            "What each person sees and may do follows from their roles.",
            reverse("practice:members") if member.may(Permission.MEMBERS_MANAGE) else "",
            words="people staff invite mentor permissions credentials",
        )
    ]


def rules(member: Member, at: datetime) -> list[Line]:
    """Return how many working rules wait for an approval, and how many entries are the practice's own. One query."""
    waiting = knowledge.waiting(member.practice)
    left, own = len(waiting.new) + len(waiting.changed), len(library_of(member.practice).own)
    return [
        Line(
            "Working rules approved",
            f"{left} not approved yet" if left else "All",
            "A working rule stands with the name of who read and approved it.",
            reverse("knowledge:index") if member.may(Permission.KNOWLEDGE_READ) else "",
            words="knowledge house rules limits norms protocols",
        ),
        Line(
            "Versions of your own",
            f"{own} in force" if own else "None",
            "An exercise, measure or protocol of the practice’s own is in force in the place of ours, and says so.",
            reverse("knowledge:own") if member.may(Permission.KNOWLEDGE_READ) else "",
            words="knowledge own exercises measures protocols editor import export",
        ),
    ]
