"""The parts that hang together under Referrals on the rail. Each area names its own when the app starts."""

from dataclasses import dataclass

from django.urls import reverse

from medexpro.practice.models import Member
from medexpro.practice.roles import Permission


@dataclass(frozen=True)
class Section:
    """One part: its page, and who may open it. leads: who may do this finds it first."""

    key: str
    name: str
    url_name: str
    permission: Permission
    order: int
    leads: Permission | None = None


_SECTIONS: list[Section] = []


def add(section: Section) -> None:
    """Put a part in its place."""
    if all(known.key != section.key for known in _SECTIONS):
        _SECTIONS.append(section)
        _SECTIONS.sort(key=lambda known: known.order)


def first_for(member: Member) -> str:
    """Return the page that Referrals on the rail opens for a member: relationships for who keeps them, else referrals."""
    may = [one for one in _SECTIONS if member.may(one.permission)]
    leading = [one for one in may if one.leads is not None and member.may(one.leads)]
    plain = [one for one in may if one.leads is None]
    return next((one.url_name for one in [*leading, *plain, *may]), "referrals:list")


def tabs_for(member: Member) -> list[dict[str, str]]:
    """Return the tabs a member may open; one alone is none."""
    tabs = [
        {"key": one.key, "name": one.name, "url": reverse(one.url_name)}
        for one in _SECTIONS
        if member.may(one.permission)
    ]
    return tabs if len(tabs) > 1 else []
