"""Every address of the product, found by walking the URL patterns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse

from medexpro.practice.roles import Permission


@dataclass(frozen=True)
class Address:
    """One address: its full name, what its path takes, and who may open it."""

    name: str
    kwargs: tuple[str, ...]
    view: Callable
    route: str

    @property
    def area(self) -> str:
        """Return the area the address belongs to; the sign-in pages have no namespace of their own."""
        return self.name.partition(":")[0]

    @property
    def access(self) -> Any:
        """Return what the view declares: "public", "signed_in", or permissions of which one is enough."""
        return getattr(self.view, "access", None)

    def is_open_to(self, member: Any) -> bool:
        """Return whether the permission table lets this member's roles in."""
        if isinstance(self.access, str):
            return True
        return any(member.may(Permission(one)) for one in self.access)

    def path(self, values: dict[str, Any]) -> str:
        """Return the path with these values."""
        return reverse(self.name, kwargs={name: values[name] for name in self.kwargs})


def every_address() -> list[Address]:
    """Return all addresses, by name."""
    return sorted(walk(get_resolver().url_patterns), key=lambda one: one.name)


def walk(
    patterns: list, spaces: tuple[str, ...] = (), route: str = "", taken: tuple[str, ...] = ()
) -> Iterator[Address]:
    """Go through nested patterns. An address without a name can't be reversed and is reported by its route."""
    for one in patterns:
        here = taken + tuple(one.pattern.converters)
        if isinstance(one, URLPattern):
            name = ":".join((*spaces, one.name)) if one.name else ""
            yield Address(name, here, one.callback, route + str(one.pattern))
        else:
            inner = (*spaces, one.namespace) if one.namespace else spaces
            yield from walk(one.url_patterns, inner, route + str(one.pattern), here)
