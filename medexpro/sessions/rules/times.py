"""When a thing on the floor happened, by the server's clock, and until when a log takes what happens on the floor.

A tablet's clock may be wrong, so it never tells the time of day here: it tells how long ago, which needs no right
clock. What is sent at once happened when it came in, so across devices the order of receipt rules.
"""

from datetime import date, datetime, time, timedelta, tzinfo

# House rule: what waited no longer than this on its device was sent at once.
AT_ONCE = timedelta(seconds=5)
# House rule: a session that goes on past midnight is still that session.
PAST_MIDNIGHT = timedelta(hours=3)
# What may be done to a log whose floor is closed: written up, stopped, made ready. Everything else is work on the floor.
AT_THE_DESK = frozenset({"note", "close", "place", "ready", "hold"})
# What may be done to a log that was stopped: written up, with the minutes until the stop.
AFTER_A_STOP = frozenset({"note", "close", "place", "minutes"})


def happened_at(
    *,
    at: datetime,
    sent_at: datetime | None,
    received_at: datetime,
    opened_at: datetime,
    not_before: datetime | None = None,
) -> datetime:
    """Return when an entry was made, by the server's clock: inside the session so far, never in the future.

    at, sent_at: when it was made and when it was sent, both by the device's clock; their distance is how long it
    waited. received_at: by the server's. opened_at: of the session. not_before: when this device's entry before
    this one happened, so that a device keeps its own order. Without `sent_at`, or with a clock that was set back in
    between, nobody knows how long it waited: it counts as made when it came in.
    """
    waited = sent_at - at if sent_at else timedelta(0)
    if waited <= AT_ONCE:
        return received_at
    # A clock set forward by centuries leaves no instant to count back to.
    since = received_at - waited if waited < received_at - opened_at else opened_at
    return min(max(since, opened_at, not_before or opened_at), received_at)


def floor_closes_at(opened_at: datetime, tz: tzinfo) -> datetime:
    """Return the instant from which a log takes no more work on the floor: its practice day is over.

    tz: the practice's time zone. A session opened shortly before midnight goes on a while after it.
    """
    tomorrow = opened_at.astimezone(tz).date() + timedelta(days=1)
    return max(datetime.combine(tomorrow, time.min, tz), opened_at + PAST_MIDNIGHT)


def is_of_another_day(kind: str, *, happened: datetime, closes_at: datetime) -> bool:
    """Return whether a command is work on the floor that happened after the log's own day.

    Judged by when it happened, so that what a tablet kept overnight still arrives, and by no pressure or answer of
    an earlier day is anything done today.
    """
    return kind not in AT_THE_DESK and happened >= closes_at


def another_day_words(on: date) -> str:
    """Return what is said to work on the floor in a log of an earlier day.

    >>> another_day_words(date(2026, 10, 12))
    'This log is of Mon, Oct 12. Open today’s session; what was done then can still be noted and signed.'
    """
    return (
        f"This log is of {on:%a, %b} {on.day}. Open today’s session; "
        "what was done then can still be noted and signed."
    )
