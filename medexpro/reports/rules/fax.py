"""Fax numbers, and when a fax that could not leave is tried again."""

import re
from datetime import datetime, timedelta

# After a refusal that may pass: minutes, half an hour, hours. Then somebody looks at it.
WAITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))


def normalised(number: str) -> str:
    """Return a fax number as gateways take it: digits only, with the country's; empty for one that can't be dialled.

    A number of ten digits, or of eleven that begin with 1, is of North America; any other country's begins with + or 00.

    >>> normalised("(216) 555-0117"), normalised("1.216.555.0117"), normalised("+49 30 901820")
    ('12165550117', '12165550117', '4930901820')
    >>> normalised("555-0117"), normalised("216-555-0117 ext. 4"), normalised("216-055-0117")
    ('', '', '')
    """
    text = number.strip()
    abroad = text.startswith(("+", "00"))
    text = text.removeprefix("+").removeprefix("00") if abroad else text
    if not re.fullmatch(r"[0-9().\-/\s\u00a0]+", text):
        return ""
    digits = re.sub(r"[^0-9]", "", text)
    if abroad and not digits.startswith("1"):
        return digits if 8 <= len(digits) <= 15 else ""
    digits = digits if len(digits) == 11 else f"1{digits}"
    return digits if re.fullmatch(r"1[2-9]\d{2}[2-9]\d{6}", digits) else ""


def is_due_again(*, tries: int, sent_at: datetime, at: datetime) -> bool:
    """Return whether a fax that failed for a reason that may pass is tried again now. tries: so far, at least one."""
    return tries <= len(WAITS) and at >= sent_at + sum(WAITS[:tries], timedelta())


def for_good(code: int) -> bool:
    """Return whether an answer of a mail server says that trying again won't help (RFC 5321, 4.2.1: 5yz).

    >>> for_good(451), for_good(550)
    (False, True)
    """
    return 500 <= code < 600
