"""What follows a referral in the area above, which registers it when the app starts: nothing is imported upward."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from medexpro.practice.models import Member
from medexpro.referrals.models import Referral

_AFTER_INTAKE: list[Callable[..., Any]] = []
_AFTER_DECLINE: list[Callable[..., Any]] = []


def on_intake(follow: Callable[..., Any]) -> None:
    """Call `follow(referral, by=, at=)` in the transaction that takes a referral in."""
    if follow not in _AFTER_INTAKE:
        _AFTER_INTAKE.append(follow)


def on_decline(follow: Callable[..., Any]) -> None:
    """Call `follow(referral, reason=, by=, at=)` in the transaction that declines a referral."""
    if follow not in _AFTER_DECLINE:
        _AFTER_DECLINE.append(follow)


def after_intake(referral: Referral, *, by: Member, at: datetime) -> None:
    """Tell those who registered that a referral was taken in."""
    for follow in _AFTER_INTAKE:
        follow(referral, by=by, at=at)


def after_decline(referral: Referral, *, reason: str, by: Member, at: datetime) -> None:
    """Tell those who registered that a referral was declined."""
    for follow in _AFTER_DECLINE:
        follow(referral, reason=reason, by=by, at=at)


_NEXT_VISIT: list[Callable[..., Any]] = []


def on_next_visit(keep: Callable[..., Any]) -> None:
    """Call `keep(referral, on=, by=, at=)` when a referral tells the client's next visit with its provider."""
    if keep not in _NEXT_VISIT:
        _NEXT_VISIT.append(keep)


def next_visit_told(referral: Referral, *, on: date, by: Member, at: datetime) -> None:
    """Tell those who registered when the client sees the provider next."""
    for keep in _NEXT_VISIT:
        keep(referral, on=on, by=by, at=at)


_CARRYING: list[tuple[Callable[[Any], Any], Callable[[], Any]]] = []


def on_carrying(in_use: Callable[[Any], Any], placed: Callable[[], Any]) -> None:
    """Let the area of episodes say which referrals carry one.

    in_use: the condition, of a referral of a practice (by id), that an open episode stands on it. placed: the annotation
    that tells whether one stands or stood on it, or a newer referral took its place.
    """
    _CARRYING[:] = [(in_use, placed)]


def in_use(practice_id: Any) -> Any:
    """Return the condition of a referral that an open episode stands on it."""
    return _CARRYING[0][0](practice_id)


def placed() -> Any:
    """Return the annotation of a referral: whether an episode stands or stood on it, or a newer one took its place."""
    return _CARRYING[0][1]()


_PANELS: list[Callable[..., dict[str, Any] | None]] = []


def add_panel(make: Callable[..., dict[str, Any] | None]) -> None:
    """Let an area above put a part on a referral's page.

    `make(referral, member=, at=)` returns its values with `template`, or None to leave it out.
    """
    if make not in _PANELS:
        _PANELS.append(make)


def panels_of(referral: Referral, *, member: Member, at: datetime) -> list[dict[str, Any]]:
    """Return the parts of areas above for one referral."""
    made = [make(referral, member=member, at=at) for make in _PANELS]
    return [panel for panel in made if panel is not None]
