"""Short series of mails to who asked for them: which is next, when it may leave, and what ends the series.

A mail leaves on the day it is due, or as soon after as the quiet hours let it; never before the one before it, never two
to one person on one day, and never once a person has spoken with them. Our own working rules, no law's: U.S. law
(CAN-SPAM, 15 U.S.C. 7704) asks for a true sender, a postal address and a way out, and sets no hours.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class SequenceKind(StrEnum):
    """To whom a sequence is written."""

    ASKED = "asked"
    SCREENING = "screening"
    PROVIDER = "provider"
    PAST_CLIENT = "past_client"


class Stop(StrEnum):
    """Why a sequence ended."""

    DONE = "done"
    TALKED = "talked"
    BOOKED = "booked"
    CLIENT = "client"
    DECLINED = "declined"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    NOT_CONFIRMED = "not_confirmed"
    BACK = "back"
    BY_HAND = "by_hand"


SAID = {
    Stop.DONE: "All mails were sent",
    Stop.TALKED: "Somebody is in touch with them",
    Stop.BOOKED: "They booked",
    Stop.CLIENT: "They became a client",
    Stop.DECLINED: "They declined",
    Stop.UNSUBSCRIBED: "They unsubscribed",
    Stop.BOUNCED: "Mail came back",
    Stop.NOT_CONFIRMED: "They did not confirm their e-mail",
    Stop.BACK: "They are in service again",
    Stop.BY_HAND: "Stopped by hand",
}
# What a lead's state says. Answered or called: a person has them now.
_BY_STATE = {
    "asked": Stop.NOT_CONFIRMED,
    "contacted": Stop.TALKED,
    "booked": Stop.BOOKED,
    "client": Stop.CLIENT,
    "declined": Stop.DECLINED,
    "unsubscribed": Stop.UNSUBSCRIBED,
}
# So many days late a mail says what is no longer so: it is left out and the next one follows.
STALE_DAYS = 14


@dataclass(frozen=True)
class Quiet:
    """When nothing leaves by itself, on the practice's clock: from one hour to another, and on whole weekdays.

    start, end: hours; equal hours are none. days: Monday is 0.
    """

    start: int = 20
    end: int = 8
    days: frozenset[int] = frozenset({6})

    def holds(self, local: datetime) -> bool:
        """Return whether a moment of the practice's clock lies in quiet hours.

        >>> Quiet().holds(datetime(2026, 3, 2, 7, 59)), Quiet().holds(datetime(2026, 3, 2, 8, 0))
        (True, False)
        """
        if local.weekday() in self.days:
            return True
        if self.start <= self.end:
            return self.start <= local.hour < self.end
        return local.hour >= self.start or local.hour < self.end

    @property
    def leaves_time(self) -> bool:
        """Return whether there is any hour of a week in which something may leave."""
        return len(self.days & set(range(7))) < 7


def awake(at: datetime, quiet: Quiet, zone: ZoneInfo) -> datetime:
    """Return the first moment from `at` on that is not in quiet hours, in UTC's terms of the same zone as `at`.

    The clock on the wall decides: the hour a change of summer time skips is passed over, and one that comes twice is
    quiet twice. Raises ValueError where quiet hours leave no time at all.
    """
    if not quiet.leaves_time:
        raise ValueError("quiet hours leave no time to write")
    moment = at
    # An hour at a time in real time: no arithmetic on the wall's clock, which jumps twice a year. A week is enough.
    for _ in range(24 * 8):
        if not quiet.holds(moment.astimezone(zone)):
            return moment
        local = moment.astimezone(zone)
        into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        moment = moment - into + timedelta(hours=1)
    raise ValueError("quiet hours leave no time to write")


@dataclass(frozen=True)
class Step:
    """One mail of a sequence: how many days after the beginning it is due."""

    days: int


@dataclass(frozen=True)
class Way:
    """Where one person stands in a sequence.

    begun_at: from when its days count. out: numbers of the mails that left, or may have. last_out_on: the practice's day
    of the last mail of any kind to them. stopped, paused: as kept.
    """

    begun_at: datetime
    out: frozenset[int] = frozenset()
    last_out_on: date | None = None
    paused: bool = False
    stopped: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known of the person on the other end, as far as it may end a sequence.

    state: of a lead; empty for a client. confirmed: they agreed themselves, by e-mail or to a member of the practice.
    """

    state: str = ""
    confirmed: bool = True
    agreed: bool = True
    bounced: bool = False
    spoken: bool = False
    in_service: bool = False


def why_stopped(facts: Facts) -> Stop | None:
    """Return what ends a sequence by what is known now; None lets it go on.

    >>> str(why_stopped(Facts(state="new", bounced=True)))
    'bounced'
    """
    if not facts.agreed:
        return Stop.UNSUBSCRIBED
    if facts.bounced:
        return Stop.BOUNCED
    if found := _BY_STATE.get(facts.state):
        return found
    if not facts.confirmed:
        return Stop.NOT_CONFIRMED
    if facts.spoken:
        return Stop.TALKED
    return Stop.BACK if facts.in_service else None


@dataclass(frozen=True)
class Turn:
    """A mail and when it leaves. step: its number from 0."""

    step: int
    at: datetime


def next_turn(steps: Sequence[Step], way: Way, *, quiet: Quiet, zone: ZoneInfo, now: datetime) -> Turn | None:
    """Return the mail that is next and when it leaves, not before now; None when none is left, or it was stopped.

    Paused, the mail that would be next is None too. A mail that is more than STALE_DAYS late is passed over.
    """
    if way.stopped or way.paused:
        return None
    for number in _left(steps, way.out):
        due = _due(way.begun_at, steps[number].days, zone)
        if now - due > timedelta(days=STALE_DAYS):
            continue
        return Turn(number, _free(max(due, now), way.last_out_on, quiet, zone))
    return None


def plan(steps: Sequence[Step], way: Way, *, quiet: Quiet, zone: ZoneInfo, now: datetime) -> list[Turn]:
    """Return every mail to come with its time, as it will be if nothing happens meanwhile."""
    found: list[Turn] = []
    out, last = set(way.out), way.last_out_on
    moment = now
    while turn := next_turn(
        steps,
        Way(way.begun_at, frozenset(out), last, way.paused, way.stopped),
        quiet=quiet,
        zone=zone,
        now=moment,
    ):
        found.append(turn)
        out.add(turn.step)
        last, moment = turn.at.astimezone(zone).date(), turn.at
    return found


def _left(steps: Sequence[Step], out: Collection[int]) -> range:
    # Order is kept: what lies before the last one that left is never sent after it.
    return range(max(out, default=-1) + 1, len(steps))


def _due(begun_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same time of the wall's clock so many days later; in the skipped hour, what it turns into."""
    if days == 0:
        return begun_at
    local = begun_at.astimezone(zone)
    wall = datetime.combine(local.date() + timedelta(days=days), local.time(), tzinfo=zone)
    return wall.astimezone(begun_at.tzinfo)


def _free(at: datetime, last_out_on: date | None, quiet: Quiet, zone: ZoneInfo) -> datetime:
    """Return the first moment that is neither quiet nor on the day of the last mail."""
    moment = awake(at, quiet, zone)
    while last_out_on is not None and moment.astimezone(zone).date() <= last_out_on:
        next_day = datetime.combine(last_out_on + timedelta(days=1), time(), tzinfo=zone)
        moment = awake(max(next_day.astimezone(at.tzinfo), moment), quiet, zone)
    return moment


@dataclass(frozen=True)
class Written:
    """One mail as it is typed: days after the beginning, subject, text."""

    days: int
    subject: str
    text: str


MOST_MAILS = 6
LAST_DAY = 90


def check(mails: Sequence[Written]) -> list[tuple[int, str]]:
    """Return what keeps a draft out of service: (number of the mail from 0, sentence).

    >>> check([Written(0, "Hello", "Text"), Written(0, "Again", "Text")])
    [(1, 'A mail follows at least one day after the one before it.')]
    """
    found: list[tuple[int, str]] = []
    if not mails:
        return [(0, "Write at least one mail.")]
    if len(mails) > MOST_MAILS:
        found.append((MOST_MAILS, f"A sequence has {MOST_MAILS} mails at most."))
    for number, mail in enumerate(mails):
        if not mail.subject.strip():
            found.append((number, "Write a subject."))
        if not mail.text.strip():
            found.append((number, "Write the text."))
        if not 0 <= mail.days <= LAST_DAY:
            found.append((number, f"A mail is due 0 to {LAST_DAY} days after the beginning."))
        elif number and mail.days <= mails[number - 1].days:
            found.append((number, "A mail follows at least one day after the one before it."))
    return found
