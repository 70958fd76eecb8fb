"""When somebody can be booked: their hours on a weekday, less what is closed, less what is taken."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from medexpro.scheduling.rules import walltime, words

STEP_MINUTES = 30


@dataclass(frozen=True)
class Hours:
    """One stretch of a working week, as the wall shows it. weekday: 0 for Monday. until: later than `since`."""

    weekday: int
    since: time
    until: time


@dataclass(frozen=True)
class Closed:
    """A stretch that nobody is booked in, instants. why: its name, such as Team training."""

    starts_at: datetime
    ends_at: datetime
    why: str = ""


def check_hours(since: time, until: time) -> str:
    """Return what is wrong with one stretch of hours; empty when nothing is."""
    return "" if since < until else "The end has to be later than the beginning."


def check_closed(starts_at: datetime, ends_at: datetime, closures: Iterable[Closed]) -> str:
    """Return why nobody can be booked in a stretch of time; empty when it is open."""
    for closed in closures:
        if starts_at < closed.ends_at and closed.starts_at < ends_at:
            return f"Closed then: {closed.why}." if closed.why else "Closed then."
    return ""


def closed_days(closures: Iterable[Closed], zone: tzinfo) -> frozenset[date]:
    """Return the days that are closed from their beginning to their end; a closed afternoon closes no day."""
    found = set()
    for closed in closures:
        day = closed.starts_at.astimezone(zone).date()
        last = closed.ends_at.astimezone(zone).date()
        while day <= last:
            begins, ends = walltime.midnight(day, zone), walltime.midnight(day + timedelta(days=1), zone)
            if closed.starts_at <= begins and ends <= closed.ends_at:
                found.add(day)
            day += timedelta(days=1)
    return frozenset(found)


def check_inside(
    starts_at: datetime, ends_at: datetime, hours: Sequence[Hours], zone: tzinfo, who: str
) -> str:
    """Return that a booking lies outside somebody's hours, with those of the day; empty inside them.

    Who has no hours on file may be booked at any time. who: their name.
    """
    if not hours:
        return ""
    day = starts_at.astimezone(zone).date()
    if any(since <= starts_at and ends_at <= until for since, until in open_on(day, hours, zone)):
        return ""
    of_day = sorted((one for one in hours if one.weekday == day.weekday()), key=lambda one: one.since)
    if not of_day:
        return f"{who} does not work on {words.WEEKDAYS[day.weekday()]}."
    said = words.listing([f"{words.clock(one.since)} to {words.clock(one.until)}" for one in of_day])
    return f"{who} works {said} on {words.WEEKDAYS[day.weekday()]}."


def open_on(day: date, hours: Iterable[Hours], zone: tzinfo) -> list[tuple[datetime, datetime]]:
    """Return the stretches somebody works on a day, as instants, in their order.

    An end that daylight saving skips is moved to the next real time.
    """
    found = [
        (_instant(day, one.since, zone), _instant(day, one.until, zone))
        for one in hours
        if one.weekday == day.weekday()
    ]
    return sorted((since, until) for since, until in found if since < until)


def free(
    days: Iterable[date],
    minutes: int,
    *,
    hours: Sequence[Hours],
    busy: Iterable[tuple[datetime, datetime]],
    zone: tzinfo,
    after: datetime,
    step_minutes: int = STEP_MINUTES,
) -> Iterator[datetime]:
    """Yield when a booking of so many minutes could start, the earliest first.

    days: those to look at; the caller leaves out what referral and clearance do not cover. hours: of the member, in whose
    hours it has to lie whole. busy: closures and everything booked that takes the member, the room or the client. after:
    nothing earlier is offered. Starts fall on full steps of the wall's clock.
    """
    if minutes <= 0:
        raise ValueError(f"a booking takes some minutes: {minutes}")
    long, step, taken = timedelta(minutes=minutes), timedelta(minutes=step_minutes), sorted(busy)
    for day in days:
        for since, until in open_on(day, hours, zone):
            start = _on_step(since, step_minutes, zone)
            while start + long <= until:
                if start >= after and not any(
                    start < ends and begins < start + long for begins, ends in taken
                ):
                    yield start
                start += step


def _instant(day: date, clock: time, zone: tzinfo) -> datetime:
    try:
        return walltime.resolve(day, clock, zone).at
    except walltime.SkippedTime as skipped:
        return skipped.next_real.astimezone(UTC)


def _on_step(instant: datetime, step_minutes: int, zone: tzinfo) -> datetime:
    """Return the first full step of the wall's clock from an instant on."""
    wall = instant.astimezone(zone)
    past = timedelta(minutes=wall.minute % step_minutes, seconds=wall.second)
    return instant if not past else instant + timedelta(minutes=step_minutes) - past
