"""What an answer of a mail server means, and when a letter that was put off is tried again.

Source: RFC 5321, section 4.2.1 (2 taken, 4 try again, 5 never) and RFC 3463 (enhanced codes, first digit the same).
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from medexpro.kernel.writing import TURNING


class MailState(StrEnum):
    """Where one mail stands."""

    WAITING = "waiting"
    SENDING = "sending"
    DEFERRED = "deferred"
    SENT = "sent"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """Return its name on pages."""
        return NAMES[self]


NAMES = {
    MailState.WAITING: "Waits",
    MailState.SENDING: "On its way",
    MailState.DEFERRED: "Put off, is tried again",
    MailState.SENT: "Sent",
    MailState.BOUNCED: "Came back",
    MailState.COMPLAINED: "Complained",
    MailState.UNKNOWN: "Unknown whether it left",
    MailState.FAILED: "Not taken",
    MailState.DROPPED: "Put away",
}
# Still to leave: by its turn, or once more.
TO_LEAVE = frozenset({MailState.WAITING, MailState.DEFERRED})
# What the person has, or may have, in their box.
OUT = frozenset({MailState.SENDING, MailState.SENT, MailState.COMPLAINED, MailState.UNKNOWN})


class Answer(StrEnum):
    """What a server's answer means for the letter."""

    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"


# Minutes after each try at which the next one follows: greylisting ends within the hour, a full box within days.
WAITS_MIN = (5, 30, 120, 480, 1440, 1440)
# So often put off in a row over several letters, an address is taken for dead.
SOFT_IS_DEAD = 5


def meaning_of(code: int) -> Answer:
    """Return what an SMTP code means. Anything a server should not say at all is tried again.

    >>> [str(meaning_of(code)) for code in (250, 451, 550, 0)]
    ['taken', 'later', 'never', 'later']
    """
    if 200 <= code <= 299:
        return Answer.TAKEN
    return Answer.NEVER if 500 <= code <= 599 else Answer.LATER


def is_of_the_address(code: int, text: str) -> bool:
    """Return whether a refusal for ever speaks of the address, not of us, the letter or the server's rules.

    Enhanced codes 5.1.x speak of the address and 5.2.x of the mailbox (RFC 3463); without one, 550, 551 and 553 do.
    A full mailbox (5.2.2) is no dead one.

    >>> is_of_the_address(550, "5.1.1 No such user"), is_of_the_address(554, "5.7.1 Looks like spam")
    (True, False)
    """
    if found := re.search(r"\b5\.(\d{1,3})\.(\d{1,3})\b", text):
        subject, detail = int(found[1]), int(found[2])
        return subject == 1 or (subject == 2 and detail != 2)
    return code in (550, 551, 553)


def next_try(tries: int, at: datetime) -> datetime | None:
    """Return when a letter that was put off is tried again; None when it was tried often enough.

    tries: how often it was tried so far, at least once.

    >>> from datetime import UTC
    >>> next_try(1, datetime(2026, 3, 2, 9, 0, tzinfo=UTC)).isoformat()
    '2026-03-02T09:05:00+00:00'
    >>> next_try(7, datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) is None
    True
    """
    if tries < 1:
        raise ValueError(f"a letter is put off after a try: {tries}")
    return at + timedelta(minutes=WAITS_MIN[tries - 1]) if tries <= len(WAITS_MIN) else None


def one_line(text: str) -> str:
    """Return text fit for a mail header: no line break, no control character, no mark that turns the writing round.

    Emoji and names written from right to left stay; the mail library encodes them (RFC 2047).

    >>> one_line("Ann\\r\\nBcc: all@example.org")
    'Ann Bcc: all@example.org'
    """
    plain = "".join(
        " " if ord(one) < 0x20 or 0x7F <= ord(one) < 0xA0 or one in "\u2028\u2029" else one for one in text
    )
    return " ".join(plain.translate(TURNING).split())
