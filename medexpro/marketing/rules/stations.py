"""The stations of a screening day: what is typed at each, and when one is done. No Django, no clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

# What has to be known before anybody exerts themselves: both pressures, the pulse, and the question about signs.
REST = "rest"
NO_SIDE = "none"


@dataclass(frozen=True)
class Slot:
    """One field at a station: a trial of a measure, on a side where it has sides. needed: without it nothing is kept."""

    measure: str
    side: str
    number: int
    needed: bool

    @property
    def name(self) -> str:
        """Return the name of its input, such as "grip_strength-left-2"."""
        return f"{self.measure}-{self.side}-{self.number}"


@dataclass(frozen=True)
class Station:
    """One station. exerts: people exert themselves there. means: plain words by measure. slots: its fields in order.

    way: how its test is done unless somebody says otherwise. ways: names by id, where it is done in several.
    """

    key: str
    name: str
    short: str
    do: str
    measures: tuple[str, ...]
    exerts: bool
    slots: tuple[Slot, ...]
    means: Mapping[str, str] = field(default_factory=dict)
    way: str = ""
    ways: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Return measure and side of everything that is taken here."""
        return tuple(dict.fromkeys((slot.measure, slot.side) for slot in self.slots))

    def by_side(self) -> list[tuple[tuple[str, str], list[Slot]]]:
        """Return the fields of each measure and side."""
        return [(part, [one for one in self.slots if (one.measure, one.side) == part]) for part in self.parts]


def slots_of(measure: str, sides: Sequence[str], count: int) -> list[Slot]:
    """Return the fields of one measure, the right side first and both sides in turn as the tests ask.

    sides: of the measure, none for one without. count: trials of a side, of which one is needed.

    >>> [slot.name for slot in slots_of("grip_strength", ("left", "right"), 2)]
    ['grip_strength-right-1', 'grip_strength-left-1', 'grip_strength-right-2', 'grip_strength-left-2']
    """
    ordered = sorted(sides, key=lambda side: side != "right") or [NO_SIDE]
    return [Slot(measure, side, number, number == 1) for number in range(1, count + 1) for side in ordered]


def is_done(station: Station, taken: Collection[tuple[str, str]]) -> bool:
    """Return whether each measure and side of a station has a value. taken: measure and side of what stands."""
    return all(part in taken for part in station.parts)


def check_choice(chosen: Collection[str], offered: Mapping[str, Station]) -> str:
    """Return why a day can't have these stations, as a sentence; empty when it can.

    Where anybody exerts themselves, pressure and pulse come first: the gate opens on evidence, never on its absence.
    """
    unknown = [key for key in chosen if key not in offered]
    if unknown or not chosen:
        return "Choose the stations of the day."
    if REST not in chosen and any(offered[key].exerts for key in chosen):
        return "Blood pressure and pulse come first where people exert themselves. Choose that station too."
    return ""
