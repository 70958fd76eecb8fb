"""What areas above know of the day's bookings: each says so when the app starts, since imports go down."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from medexpro.scheduling.calendar import Calendar


@dataclass(frozen=True)
class Next:
    """The next step of a booking, and where its session stands.

    posts: the step changes something, so a form takes it. about: what the client comes for. unsigned, under_way: the note
    waits for a signature; the session is on the floor now.
    """

    label: str
    url: str
    posts: bool = False
    css: str = ""
    about: str = ""
    unsigned: bool = False
    under_way: bool = False


_BESIDE: list[Callable[[Calendar], dict[Any, Next]]] = []


def read_beside(find: Callable[[Calendar], dict[Any, Next]]) -> None:
    """Let an area above say the next step of a day's bookings, by their ids; adding it twice is adding it once."""
    if find not in _BESIDE:
        _BESIDE.append(find)


def next_steps(shown: Calendar) -> dict[Any, Next]:
    """Return the next step of each booking that an area above has a word on."""
    return {key: step for find in _BESIDE for key, step in find(shown).items()}
