"""The parts that hang together under Referrals on the rail. Each area names its own when the app starts."""

from dataclasses import dataclass

from django.urls import reverse

from medexpro.practice.models import Member
from medexpro.practice.roles import Permission


@dataclass(frozen=True)
class Section:
    """One part: its page, and who may open it."""

    key: str
    name: str
    url_name: str
    permission: Permission
    order: int


_SECTIONS: list[Section] = []


def add(section: Section) -> None:
    """Put a part in its place."""
    if all(known.key != section.key for known in _SECTIONS):
        _SECTIONS.append(section)
        _SECTIONS.sort(key=lambda known: known.order)


def tabs_for(member: Member) -> list[dict[str, str]]:
    """Return the tabs a member may open; one alone is none."""
    tabs = [
        {"key": one.key, "name": one.name, "url": reverse(one.url_name)}
        for one in _SECTIONS
        if member.may(one.permission)
    ]
    return tabs if len(tabs) > 1 else []
