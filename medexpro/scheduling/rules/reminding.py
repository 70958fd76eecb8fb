"""When a client is reminded of a booking by e-mail: once for each time it is set to. What the letter says."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from medexpro.scheduling.rules import walltime, words

MOST_HOURS = 168


class Step(StrEnum):
    """Where the reminder of one client's booking stands."""

    NONE = "none"
    LATER = "later"
    NOW = "now"
    TOLD = "told"
    JUST_MADE = "just made"


@dataclass(frozen=True, kw_only=True)
class Place:
    """One client's place in a booking.

    stands: it is booked. set_at: when its time was set last, by booking or moving. told_of: the time of which the last
    reminder spoke; None before the first.
    """

    starts_at: datetime
    stands: bool
    set_at: datetime
    told_of: datetime | None = None


def due_at(starts_at: datetime, hours: int, zone: tzinfo) -> datetime:
    """Return the instant, in UTC, at which the reminder of a booking goes out.

    hours: before the booking. Whole days of them are counted on the wall's clock, the rest as it passes: a day before nine
    o'clock is nine o'clock of the day before, also where the clocks change in between. A time on that day that daylight
    saving skips is the next real one.
    """
    days, rest = divmod(hours, 24)
    if days:
        local = starts_at.astimezone(zone)
        try:
            starts_at = walltime.resolve(local.date() - timedelta(days=days), local.time(), zone).at
        except walltime.SkippedTime as skipped:
            starts_at = skipped.next_real
    return starts_at.astimezone(UTC) - timedelta(hours=rest)


def weigh(place: Place, *, hours: int, zone: tzinfo, at: datetime) -> Step:
    """Return where a reminder stands at a moment. hours: the practice's; 0 sends none.

    Whoever was reminded of another time is reminded of the new one. Whoever was not, and booked or moved when the
    reminder would have been out already, has just heard the time.
    """
    if not hours or not place.stands or at >= place.starts_at:
        return Step.NONE
    if place.told_of == place.starts_at:
        return Step.TOLD
    due = due_at(place.starts_at, hours, zone)
    if at < due:
        return Step.LATER
    return Step.JUST_MADE if place.told_of is None and place.set_at >= due else Step.NOW


def obstacle(*, address: str, agreed: bool, sends_mail: bool) -> str:
    """Return why a client is not reminded; empty when they may be.

    address: the client's e-mail. agreed: to messages about appointments, and not withdrawn. sends_mail: there is a server.
    """
    if not address:
        return "no e-mail address is on file."
    if not agreed:
        return "the client has not agreed to messages by e-mail."
    return "" if sends_mail else "no mail server is set up."


def letter(
    *, name: str, local: datetime, who: str, at_home: bool, practice: str, address: str, phone: str
) -> tuple[str, str]:
    """Return subject and text of a reminder: when, with whom and where, and nothing of what for.

    name: how the client is greeted; may be empty. local: the beginning in the practice's zone, which is named. The subject
    may show on a locked screen: it names neither client nor practice.
    """
    when = f"{local:%A}, {local:%B} {local.day}, at {words.clock(local)}"
    greeting = f"Hello {name}," if name else "Hello,"
    where = f"{who} comes to you." if at_home else f"With {who}."
    ask = f"call us at {phone}" if phone else "tell us"
    heads = "\n".join(filter(None, [practice, address, phone]))
    return f"Your appointment on {when}", (
        f"{greeting}\n\nthis is a reminder of your appointment on {when} ({local:%Z}). {where}\n\n"
        f"If you can’t come, {ask}. If you want no more of these reminders, say so and they stop.\n\n{heads}\n"
    )
