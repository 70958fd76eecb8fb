"""Parts that areas above put on a provider's page; they register when the app starts: nothing is imported upward."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from medexpro.practice.models import Member
from medexpro.providers.models import Provider

_PANELS: list[Callable[..., dict[str, Any] | None]] = []


def add_panel(make: Callable[..., dict[str, Any] | None]) -> None:
    """Let an area put a part on a provider's page.

    `make(provider, member=, at=)` returns its values with `template`, or None to leave it out.
    """
    if make not in _PANELS:
        _PANELS.append(make)


def panels_of(provider: Provider, *, member: Member, at: datetime) -> list[dict[str, Any]]:
    """Return the parts of areas above for one provider."""
    made = [make(provider, member=member, at=at) for make in _PANELS]
    return [panel for panel in made if panel is not None]
