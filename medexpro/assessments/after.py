"""What follows an assessment: areas above name their next page here when the app starts, such as the summary to write."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medexpro.episodes.models import Episode
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission


@dataclass(frozen=True)
class Link:
    """One page that follows. detail: a second line, such as by when it is due."""

    label: str
    url: str
    detail: str = ""


Make = Callable[[Episode], Link | None]
_MAKERS: dict[str, tuple[Permission, Make]] = {}


def add(key: str, permission: Permission, make: Make) -> None:
    """Name a page that follows; only who has the permission is shown it."""
    _MAKERS[key] = permission, make


def links(episode: Episode, member: Member) -> list[Link]:
    """Return the pages that follow an assessment of the episode, for a member."""
    made = (make(episode) for permission, make in _MAKERS.values() if member.may(permission))
    return [link for link in made if link is not None]


_ON_FINISH: list[Callable[..., Any]] = []


def on_finish(follow: Callable[..., Any]) -> None:
    """Call `follow(assessment, by=, at=)` in the transaction that finishes an assessment."""
    if follow not in _ON_FINISH:
        _ON_FINISH.append(follow)


def tell_finished(assessment: Any, *, by: Member, at: datetime) -> None:
    """Tell those who registered that an assessment was finished."""
    for follow in _ON_FINISH:
        follow(assessment, by=by, at=at)
