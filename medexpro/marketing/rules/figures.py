"""The numbers of a day: people, pages, leads, stations. Counts only; nobody is compared with anybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class StationFigures:
    """One station of a day. left_out: who did not do it, and said so; kept_away: who may not exert themselves."""

    key: str
    measured: int = 0
    left_out: int = 0
    kept_away: int = 0


@dataclass(frozen=True)
class DayFigures:
    """One day. complete: measured or left out at every station that was open to them. sent, printed: people."""

    registered: int = 0
    measured: int = 0
    complete: int = 0
    kept_away: int = 0
    pages: int = 0
    printed: int = 0
    sent: int = 0
    leads: int = 0
    clients: int = 0
    stations: Sequence[StationFigures] = field(default_factory=tuple)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as they are kept once the participants are gone."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "DayFigures":
        """Return figures that were kept."""
        values = dict(kept)
        values["stations"] = tuple(StationFigures(**one) for one in values.get("stations", ()))
        return cls(**values)


@dataclass(frozen=True)
class Person:
    """What the figures need of one participant. Station keys: done, left out, closed to them."""

    done: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()
    printed: bool = False
    sent: bool = False
    any_result: bool = False


def count(
    people: Iterable[Person], stations: Sequence[str], *, leads: int = 0, clients: int = 0
) -> DayFigures:
    """Return the figures of a day.

    >>> day = count([Person(done=frozenset({"grip"}), any_result=True), Person()], ["grip"], leads=1)
    >>> day.registered, day.measured, day.complete, day.leads
    (2, 1, 1, 1)
    """
    listed, wanted = list(people), set(stations)
    return DayFigures(
        registered=len(listed),
        measured=sum(one.any_result for one in listed),
        complete=sum(
            bool(one.any_result) and not wanted - one.done - one.left_out - one.closed for one in listed
        ),
        kept_away=sum(bool(one.closed) for one in listed),
        pages=sum(one.printed or one.sent for one in listed),
        printed=sum(one.printed for one in listed),
        sent=sum(one.sent for one in listed),
        leads=leads,
        clients=clients,
        stations=tuple(
            StationFigures(
                key,
                measured=sum(key in one.done for one in listed),
                left_out=sum(key in one.left_out and key not in one.done for one in listed),
                kept_away=sum(key in one.closed and key not in one.done for one in listed),
            )
            for key in stations
        ),
    )
