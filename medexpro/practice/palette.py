"""The ways on that the palette offers: pages to go to, and things to begin. Who may take one, its view says."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import resolve, reverse

from medexpro.practice import context
from medexpro.practice.models import Member
from medexpro.practice.roles import Permission


@dataclass(frozen=True)
class Way:
    """One way on. also: other words people look for it by. begins: it makes something new, and leads to no list."""

    label: str
    url_name: str
    icon: str
    also: str = ""
    begins: bool = False

    @property
    def url(self) -> str:
        """Return its address."""
        return reverse(self.url_name)


_WAYS: dict[str, Way] = {}


def add_ways(*ways: Way, first: bool = False) -> None:
    """Put ways into the palette, when the app starts. What stands on the rail is there by itself.

    first: before those of the other areas, whichever of them starts earlier.
    """
    there = dict(_WAYS) if first else {}
    if first:
        _WAYS.clear()
    _WAYS.update({way.url_name: way for way in ways})
    _WAYS.update({name: way for name, way in there.items() if name not in _WAYS})


def every_way() -> list[Way]:
    """Return all ways: the rail first, in its order."""
    rail = {item.url_name: Way(item.label, item.url_name, item.icon) for item in context.every_place()}
    return list((rail | _WAYS).values())


def ways_for(member: Member) -> list[Way]:
    """Return the ways a member may take."""
    return [way for way in every_way() if _lets_in(way.url_name, member)]


def _lets_in(url_name: str, member: Member) -> bool:
    access = _access(url_name)
    if isinstance(access, str):
        return True
    return any(member.may(Permission(one)) for one in access)


@cache
def _access(url_name: str) -> Any:
    """Return what the view of an address declares: "public", "signed_in", or permissions of which one is enough."""
    return resolve(reverse(url_name)).func.access  # type: ignore[attr-defined]
