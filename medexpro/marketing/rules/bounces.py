"""Reading what comes back: notices of mail servers that a letter was not delivered, and complaints of readers.

Sources: RFC 3464 (delivery status notifications), RFC 5965 (feedback reports, ARF), RFC 3463 (status codes).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum


class Notice(StrEnum):
    """What came back."""

    NEVER = "never"
    LATER = "later"
    COMPLAINT = "complaint"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Bounce:
    """One notice. key: of the letter it speaks of; empty where none is named. status: such as 5.1.1. said: diagnostic."""

    notice: Notice
    key: str = ""
    message_id: str = ""
    status: str = ""
    said: str = ""


# Far longer than any key, so that a header made to be read slowly is not.
_LONGEST = 2000
_MOST_PARTS = 60


def key_in(address: str, bounce_to: str) -> str:
    """Return the key in an address that bounces come back to; empty where it is another address.

    >>> key_in("bounces+3fa9c0@example.org", "bounces@example.org")
    '3fa9c0'
    """
    name, _, domain = bounce_to.lower().partition("@")
    found = re.fullmatch(
        rf"{re.escape(name)}\+([0-9a-f]{{6,40}})@{re.escape(domain)}", address.strip().lower()
    )
    return found[1] if found else ""


def with_key(bounce_to: str, key: str) -> str:
    """Return the address a letter's bounce comes back to.

    >>> with_key("bounces@example.org", "3fa9c0")
    'bounces+3fa9c0@example.org'
    """
    name, _, domain = bounce_to.partition("@")
    return f"{name}+{key}@{domain}"


def read(message: Message, *, bounce_to: str) -> Bounce:
    """Return what a message that came back says. A message that is no notice says NOTHING, whatever it claims.

    Only the machine-readable parts decide: text in a body can be written by anybody.
    """
    key = _key_of(message, bounce_to)
    about = _message_id(message)
    kind = str(message.get_param("report-type", "") or "").lower()
    if message.get_content_type() != "multipart/report":
        return Bounce(Notice.NOTHING, key, about)
    if kind == "feedback-report":
        return Bounce(Notice.COMPLAINT, key, about, said=_feedback(message))
    if kind != "delivery-status":
        return Bounce(Notice.NOTHING, key, about)
    worst = Bounce(Notice.NOTHING, key, about)
    for fields in _recipients(message):
        action = str(fields.get("Action", "")).strip().lower()
        status = _status(fields)
        said = " ".join(str(fields.get("Diagnostic-Code", ""))[:_LONGEST].split())[:200]
        if action == "failed" and status.startswith("5"):
            return Bounce(Notice.NEVER, key, about, status, said)
        if action in ("failed", "delayed") and status[:1] in ("4", "5"):
            worst = Bounce(Notice.LATER, key, about, status, said)
    return worst


def _status(fields: Message) -> str:
    found = re.search(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b", str(fields.get("Status", ""))[:_LONGEST])
    return found[0] if found else ""


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            return
        yield part


def _recipients(message: Message) -> Iterator[Message]:
    """Yield the fields of each recipient: all blocks of the status but the first, which speaks of the letter."""
    for part in _parts(message):
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            blocks = part.get_payload()
            yield from (block for block in list(blocks)[1:20] if isinstance(block, Message))


def _feedback(message: Message) -> str:
    for part in _parts(message):
        if part.get_content_type() == "message/feedback-report":
            payload = part.get_payload()
            text = str(payload[0] if isinstance(payload, list) and payload else payload)[:_LONGEST]
            if found := re.search(r"(?im)^feedback-type:\s*([\w-]{1,40})", text):
                return found[1].lower()
    return "complaint"


def _key_of(message: Message, bounce_to: str) -> str:
    """Return the key of the letter: in the address the notice came to, else in that of the letter it brings back."""
    if not bounce_to:
        return ""
    headers = [
        str(part.get(name, ""))[:_LONGEST]
        for part in _with_letter(message)
        for name in ("To", "Delivered-To", "X-Original-To", "Return-Path", "Original-Recipient")
    ]
    for _, address in getaddresses(headers):
        if key := key_in(address, bounce_to):
            return key
    return ""


def _message_id(message: Message) -> str:
    """Return the Message-ID of the letter that the notice brings back; empty where it brings none."""
    for part in _with_letter(message):
        if part is not message and (
            found := re.search(r"<[^<>\s]{3,190}>", str(part.get("Message-ID", ""))[:_LONGEST])
        ):
            return found[0]
    return ""


def _with_letter(message: Message) -> Iterator[Message]:
    """Yield the notice itself, and what it brings back of the letter: whole, or its headers as text."""
    yield message
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            yield from (one for one in list(part.get_payload())[:1] if isinstance(one, Message))
        elif kind == "text/rfc822-headers":
            from email import message_from_string

            yield message_from_string(str(part.get_payload())[: 10 * _LONGEST])
