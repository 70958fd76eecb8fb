"""What every page knows: the product, the member, the rail."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from medexpro.practice import locking
from medexpro.practice.models import Member
from medexpro.practice.roles import Permission


@dataclass(frozen=True)
class RailItem:
    """One place on the rail. count: called with the request, says what waits there; None shows no number."""

    key: str
    label: str
    url_name: str
    icon: str
    permissions: tuple[Permission, ...]
    order: int
    count: Callable[[HttpRequest], int] | None = None
    # Where the place leads this member, if elsewhere than to `url_name`.
    opens: Callable[[Member], str] | None = None


_RAIL: list[RailItem] = []
# `g` and then the letter goes there; whatever has none is reached by the palette.
LETTERS = {
    "today": "t", "calendar": "a", "clients": "c", "referrals": "r", "reports": "p", "billing": "b", "business": "u",
    "skills": "s", "knowledge": "k",
}  # fmt: skip


def add_to_rail(item: RailItem) -> None:
    """Give an area its place on the rail, when the app starts."""
    if all(known.key != item.key for known in _RAIL):
        _RAIL.append(item)
        _RAIL.sort(key=lambda known: known.order)


def every_place() -> list[RailItem]:
    """Return all places of the rail in their order."""
    return list(_RAIL)


def rail_for(request: HttpRequest) -> list[dict]:
    """Return the rail as this member sees it."""
    member = getattr(request, "member", None)
    if member is None:
        return []
    return [
        {
            "key": item.key,
            "label": item.label,
            "url": reverse(item.opens(member) if item.opens else item.url_name),
            "icon": item.icon,
            "count": item.count(request) if item.count else None,
            "letter": LETTERS.get(item.key, ""),
        }
        for item in _RAIL
        if any(member.may(permission) for permission in item.permissions)
    ]


def shell(request: HttpRequest) -> dict:
    """Return what the page shell shows; template context processor."""
    member = getattr(request, "member", None)
    return {
        "product": settings.PRODUCT,
        "is_demo": settings.MEDEXPRO_DEMO,
        "member": member,
        "practice": member.practice if member else None,
        "rail": rail_for(request),
        "lock": locking.shell(request),
        "can_switch": member is not None and request.session.get("practices", 1) > 1,
        "glass": getattr(request, "glass", None),
    }
