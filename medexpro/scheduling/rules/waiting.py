"""Who waits and fits, when a stretch of somebody's time or a place in a group comes free."""

from dataclasses import dataclass
from datetime import date, time

from medexpro.scheduling.rules import words


@dataclass(frozen=True, kw_only=True)
class Wished:
    """What a client waits for. member: None for anyone. weekdays: 0 for Monday; empty for any. minutes: of the service.

    since, until: the wall's times between which it has to lie whole; None for any. from_on: the first day.
    """

    service: object
    minutes: int
    from_on: date
    group: bool = False
    member: object = None
    weekdays: frozenset[int] = frozenset()
    since: time | None = None
    until: time | None = None


@dataclass(frozen=True, kw_only=True)
class Free:
    """What came free on one day, as the wall shows it: a member's time, or a place in a group (`group`: its service)."""

    day: date
    since: time
    until: time
    member: object
    group: object = None


def fits(wished: Wished, free: Free) -> time | None:
    """Return when what a client waits for could begin in what came free; None where it does not fit.

    A group begins when it begins; in a member's free time one begins as early as the wish allows.
    """
    if free.day < wished.from_on or (wished.weekdays and free.day.weekday() not in wished.weekdays):
        return None
    if wished.member is not None and wished.member != free.member:
        return None
    if free.group is not None:
        inside = (wished.since or free.since) <= free.since and free.until <= (wished.until or free.until)
        return free.since if inside and free.group == wished.service else None
    if wished.group:
        return None
    begins = max(_minute(free.since), _minute(wished.since) if wished.since else 0)
    ends = min(_minute(free.until), _minute(wished.until) if wished.until else 24 * 60)
    return time(begins // 60, begins % 60) if begins + wished.minutes <= ends else None


def check(since: time | None, until: time | None, minutes: int) -> str:
    """Return what is wrong with wished times, in a sentence; empty when nothing is."""
    if since is None or until is None:
        return ""
    if until <= since:
        return "The end has to be later than the beginning."
    if _minute(until) - _minute(since) < minutes:
        return f"It takes {minutes} minutes. Give it more time."
    return ""


def in_words(wished: Wished, today: date) -> str:
    """Return when a client would come, in words.

    >>> wish = Wished(service=1, minutes=60, from_on=date(2026, 10, 13), weekdays=frozenset({1, 3}), until=time(12))
    >>> in_words(wish, date(2026, 10, 13)), in_words(wish, date(2026, 10, 1))
    ('Tuesdays and Thursdays, until 12:00 pm', 'Tuesdays and Thursdays, until 12:00 pm, from Tue, Oct 13 on')
    """
    said = [words.weekdays(wished.weekdays) if wished.weekdays else "any weekday"]
    if wished.since and wished.until:
        said.append(f"{words.clock(wished.since)} to {words.clock(wished.until)}")
    elif wished.since:
        said.append(f"from {words.clock(wished.since)}")
    elif wished.until:
        said.append(f"until {words.clock(wished.until)}")
    if wished.from_on > today:
        said.append(f"from {words.day(wished.from_on)} on")
    return ", ".join(said)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
