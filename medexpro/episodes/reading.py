"""Asking the database once for what several parts of one page show.

A chart marks the episode it shows as read together. Then `once` keeps what was found on that very instance, which lives
no longer than the page. An instance that operations work on is never marked: they always read what is stored now.
"""

from collections.abc import Callable
from typing import TypeVar

from medexpro.episodes.models import Episode

Found = TypeVar("Found")


def together(episode: Episode) -> Episode:
    """Mark an episode as shown by a page that changes nothing."""
    episode._read_together = {}  # type: ignore[attr-defined]
    return episode


def is_read_together(episode: Episode) -> bool:
    """Return whether a page shows this instance, so that a list fetched for one part serves another."""
    return getattr(episode, "_read_together", None) is not None


def once(episode: Episode, key: str, find: Callable[[], Found]) -> Found:
    """Return what `find` finds; on a marked episode it is asked only the first time.

    key: names what is found, with its area: "clearance:decision".
    """
    kept = getattr(episode, "_read_together", None)
    if kept is None:
        return find()
    if key not in kept:
        kept[key] = find()
    return kept[key]
