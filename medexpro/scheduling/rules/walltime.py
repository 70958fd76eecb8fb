"""The clock on the practice's wall, and the instants it means where daylight saving bends it.

A booking is made for a time on the wall and kept as an instant. Once a year an hour of the wall never happens, and once
it happens twice; zones with odd offsets move by half an hour, and some have left out a whole day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from medexpro.kernel.refusals import Refusal
from medexpro.scheduling.rules import words


class SkippedTime(Refusal):
    """The time never happens on that day. next_real: the first time after it that does, as the wall shows it."""

    def __init__(self, sentence: str, next_real: datetime):
        super().__init__(sentence, field="time")
        self.next_real = next_real


@dataclass(frozen=True)
class Resolved:
    """A time on the wall as an instant in UTC. note: what a person should know of it; empty on ordinary days."""

    at: datetime
    note: str = ""


def resolve(day: date, clock: time, zone: tzinfo) -> Resolved:
    """Return the instant that a time on the practice's wall means on a day.

    A time that happens twice, when the clocks go back, is taken as the first, and the note says so.
    Raises SkippedTime for one that daylight saving skips; its sentence names the next time that is real.
    """
    wall = datetime.combine(day, clock.replace(tzinfo=None), tzinfo=zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if not _shows(first, wall, zone):
        real = _next_real(second, first, zone)
        said = words.clock(real) if real.date() == day else f"{words.clock(real)} on {words.day(real.date())}"
        raise SkippedTime(
            f"{words.clock(wall)} does not happen on {words.day(day)}: the clocks go forward. The next real time is {said}.",
            real,
        )
    if first != second:
        return Resolved(
            first, f"{words.clock(wall)} happens twice on {words.day(day)}; the booking is at the first."
        )
    return Resolved(first)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the instant in UTC at which a day of the practice begins; where midnight is skipped, when it really does."""
    try:
        return resolve(day, time(0), zone).at
    except SkippedTime as skipped:
        return skipped.next_real.astimezone(UTC)


def _shows(instant: datetime, wall: datetime, zone: tzinfo) -> bool:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall.replace(tzinfo=None, fold=0)


def _next_real(early: datetime, late: datetime, zone: tzinfo) -> datetime:
    """Return the wall's first time after a gap: the moment between two instants at which the offset changes."""
    before = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == before else (early, middle)
    return late.replace(microsecond=0).astimezone(zone)
