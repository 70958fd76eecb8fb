"""What changed in a client's status, and what of it a provider has not been told yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from medexpro.reports.rules.due import still_owed


class ChangeKind(StrEnum):
    """What a provider hears of at once (DESIGN section 1). A stopped session always refers back."""

    BACK = "back"
    HOLD = "hold"
    WITHDRAWN = "withdrawn"
    SURGERY = "surgery"
    FALL = "fall"


@dataclass(frozen=True)
class Change:
    """One change. at: when it was recorded; on: that day in the practice. words: what was observed or given as reason."""

    kind: ChangeKind
    at: datetime
    on: date
    words: str = ""


# What a list says of a change, before its day.
SHORT = {
    ChangeKind.BACK: "referred back",
    ChangeKind.HOLD: "put on hold",
    ChangeKind.WITHDRAWN: "clearance withdrawn",
    ChangeKind.SURGERY: "surgery told",
    ChangeKind.FALL: "fall told",
}
# What the notice says first; the strictest of several stands first.
FIRST = {
    ChangeKind.BACK: "**No exercise since {day}.** {client} was referred back and waits for a provider’s answer.",
    ChangeKind.WITHDRAWN: "**No exercise since {day}.** The clearance of {client} was withdrawn.",
    ChangeKind.HOLD: "**Service is on hold since {day}** for {client}.",
    ChangeKind.SURGERY: "**{client} told us of surgery** on {day}.",
    ChangeKind.FALL: "**{client} told us of a fall** on {day}.",
}
# The same where it is over already when the notice is written.
OVER = FIRST | {
    ChangeKind.BACK: "**Exercise was stopped on {day}** and goes on again. {client} had been referred back.",
    ChangeKind.WITHDRAWN: "**Exercise was stopped on {day}** and goes on again: {client} was cleared anew.",
    ChangeKind.HOLD: "**Service was put on hold on {day}** and goes on again for {client}.",
}


def untold(changes: Iterable[Change], told_at: datetime | None, *, on: date) -> list[Change]:
    """Return the changes after the last notice that are recent enough for one, the oldest first.

    told_at: when the last notice (or the discharge summary) was signed. on: today.
    """
    found = [
        one
        for one in changes
        if (told_at is None or one.at > told_at) and one.on <= on and still_owed(one.on, on)
    ]
    return sorted(found, key=lambda one: one.at)


def first_sentence(
    changes: Iterable[Change], *, client: str, days: dict[date, str], going_on: bool = False
) -> str:
    """Return what a notice says first, of the strictest of the changes; empty without any.

    client: as letters say it, "Mrs. Ellery". days: each change's day in words. going_on: exercise goes on by now.
    """
    found = {one.kind: one for one in changes}
    strictest = next((found[kind] for kind in FIRST if kind in found), None)
    if strictest is None:
        return ""
    return (OVER if going_on else FIRST)[strictest.kind].format(day=days[strictest.on], client=client)
