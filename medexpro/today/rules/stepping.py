"""What is done next with a booking of the day: one step, by where its session stands and what stands before a start."""

from dataclasses import dataclass
from enum import StrEnum


class Do(StrEnum):
    """The next step, in the words of its button."""

    RESUME = "Resume"
    SIGN = "Sign note"
    COSIGN = "Co-sign"
    REVIEW = "Review"
    REASSESS = "Reassess"
    OPEN = "Open log"
    BOOKING = "Booking"


@dataclass(frozen=True, kw_only=True)
class May:
    """What whoever looks may do with this client."""

    log: bool = False
    cosign: bool = False
    decide: bool = False
    measure: bool = False


def next_step(
    *,
    may: May,
    session: str = "",
    waits: bool = False,
    exercise: bool = False,
    stopped: bool = False,
    due: bool = False,
) -> Do:
    """Return the next step of one client's booking.

    session: the state of the log opened today, "" for none. waits: the client is still to come. stopped: exercise may not
    start. due: the measuring is due by today. What nobody here may do leads to the booking.

    >>> next_step(may=May(log=True, decide=True), waits=True, exercise=True, stopped=True)
    <Do.REVIEW: 'Review'>
    """
    if session in ("open", "held"):
        return Do.RESUME if may.log else Do.BOOKING
    if session == "ready":
        return Do.SIGN if may.log else Do.BOOKING
    if session == "awaiting_cosign":
        return Do.COSIGN if may.cosign else Do.BOOKING
    if session or not waits or not exercise:
        return Do.BOOKING
    if stopped:
        return Do.REVIEW if may.decide else Do.BOOKING
    if due and may.measure:
        return Do.REASSESS
    return Do.OPEN if may.log else Do.BOOKING
