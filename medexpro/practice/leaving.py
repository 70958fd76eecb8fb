"""What ends with a membership. Areas above say so when the app starts, as this one does not know them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

End = Callable[..., Any]

_ENDS: list[End] = []


def ends_with_membership(end: End) -> None:
    """Have something ended when a membership is: end(member, by=, at=), in the same transaction."""
    if end not in _ENDS:
        _ENDS.append(end)


def end_all(member: Any, *, by: Any, at: datetime) -> None:
    """End what ends with this membership."""
    for end in _ENDS:
        end(member, by=by, at=at)
