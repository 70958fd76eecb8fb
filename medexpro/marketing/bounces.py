"""Taking in what came back: notices from a mailbox, matched to the letters they speak of."""

import mailbox
import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from email import message_from_bytes, message_from_file
from email.message import Message
from pathlib import Path
from typing import Any

from django.conf import settings

from medexpro.marketing import mailing
from medexpro.marketing.models import Mail
from medexpro.marketing.rules import bounces
from medexpro.marketing.rules.bounces import Notice
from medexpro.marketing.rules.mailing import MailState

# A notice brings a letter back, and a letter is small.
LARGEST = 2_000_000


class NoMailbox(Exception):
    """The mailbox is not there, or is none."""


def take_in(message: Message, *, at: datetime) -> Notice:
    """Settle one message that came back. The same notice twice changes nothing. Unknown keys and other mail: NOTHING."""
    found = bounces.read(message, bounce_to=settings.MAIL_BOUNCE_TO)
    if found.notice is Notice.NOTHING:
        return found.notice
    mail = _mail_of(found)
    if mail is None:
        return Notice.NOTHING
    said = f"{found.status} {found.said}".strip()
    if found.notice is Notice.COMPLAINT:
        if mail.state != MailState.COMPLAINED:
            mailing.note_complained(mail, at=at)
    elif mail.state in (MailState.SENT, MailState.UNKNOWN):
        if found.notice is Notice.NEVER:
            mailing.note_bounced(mail, said, at=at)
        else:
            mailing.note_put_off(mail, said, at=at)
    return found.notice


def _mail_of(found: bounces.Bounce) -> Mail | None:
    """Return the letter a notice speaks of: by the key in its address, else by the letter's own id."""
    rows = Mail.objects.select_related("practice", "lead__practice", "client")
    if found.key:
        return rows.filter(bounce_key=found.key).first()
    return rows.filter(message_id=found.message_id).first() if found.message_id else None


def read_file(stream: Any, *, at: datetime) -> Counter[str]:
    """Settle one message that a mail server pipes in."""
    return Counter([str(take_in(message_from_file(stream), at=at))])


def read_mailbox(path: str, *, now: Callable[[], datetime]) -> Counter[str]:
    """Settle everything in a Maildir or an mbox, and take out what was settled; other mail stays. Return how many of each.

    Raises NoMailbox with a sentence.
    """
    counted: Counter[str] = Counter()
    box = _open(path)
    try:
        box.lock()
    except (mailbox.ExternalClashError, OSError) as error:
        raise NoMailbox(f"{path} is in use by the mail server. Try again in a minute.") from error
    try:
        for key, message in _small(box):
            notice = take_in(message, at=now())
            counted[str(notice)] += 1
            if notice is not Notice.NOTHING:
                box.discard(key)
        box.flush()
    finally:
        box.unlock()
        box.close()
    return counted


def _open(path: str) -> mailbox.Mailbox:
    place = Path(path)
    if (place / "new").is_dir() and (place / "cur").is_dir():
        # Notices are read as the server left them, wherever the folder lies.
        (place / "tmp").mkdir(exist_ok=True)
        return mailbox.Maildir(place, create=False)
    if place.is_file() and os.access(place, os.R_OK | os.W_OK):
        return mailbox.mbox(place, create=False)
    raise NoMailbox(
        f"{path} is neither a Maildir nor an mbox that can be read and written. See MAIL_BOUNCES."
    )


def _small(box: mailbox.Mailbox) -> Iterator[tuple[Any, Message]]:
    for key in list(box.iterkeys()):
        try:
            raw = box.get_bytes(key)
        except (KeyError, OSError):
            continue
        if len(raw) <= LARGEST:
            yield key, message_from_bytes(raw)
