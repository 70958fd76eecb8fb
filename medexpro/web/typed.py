"""What people type, read the way they mean it: days, times of the day, whole numbers. Pure: no Django, no clock."""

import json
import re
from datetime import date, time
from typing import Any

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HOW_TO_WRITE_A_DAY = "Write the day as 3/14/1958 or 14 Mar 1958."
HOW_TO_WRITE_A_TIME = "Write the time as 9:30 am or 14:05."
LONGEST_DAY = 40


def parse_day(text: str) -> date:
    """Return the day a person typed: 3/14/1958, 14 Mar 1958, March 14, 1958, 1958-03-14.

    Numbers alone are month first, as written in the US; 14/3/1958 can only be March 14 and is read so.
    Raises ValueError with a sentence: not a day, not in the calendar, or a year of two digits, which could be
    another century.

    >>> [parse_day(text).isoformat() for text in ("3/14/1958", "14 Mar 1958", "march 14, 1958", "1958-03-14")]
    ['1958-03-14', '1958-03-14', '1958-03-14', '1958-03-14']
    """
    words = re.findall(r"\d+|[^\W\d_]+", text.strip().casefold()[: LONGEST_DAY + 1])
    if len(words) != 3 or len(text.strip()) > LONGEST_DAY:
        raise ValueError(HOW_TO_WRITE_A_DAY)
    named = next((n for n, word in enumerate(words) if not word.isdecimal()), None)
    if named is None:
        year, month, dom = _numbers(words)
    else:
        month = _month(words[named])
        rest = [word for n, word in enumerate(words) if n != named]
        if not all(word.isdecimal() for word in rest):
            raise ValueError(HOW_TO_WRITE_A_DAY)
        # Year first only where it can be nothing else: 1958 Mar 14.
        dom, year = (rest[1], rest[0]) if len(rest[0]) == 4 else (rest[0], rest[1])
    if len(str(year)) != 4:
        raise ValueError("Write the year with four digits, such as 1958.")
    try:
        return date(int(year), int(month), int(dom))
    except ValueError:
        raise ValueError(f"There is no such day: {text.strip()}. Check day and month.") from None


def _numbers(words: list[str]) -> tuple[str, str, str]:
    """Return year, month, day of three numbers."""
    first, second, third = words
    if len(first) == 4:
        return first, second, third
    if int(first) > 12 >= int(second):
        return third, second, first
    return third, first, second


def _month(word: str) -> str:
    if len(word) < 3 or word[:3] not in MONTHS:
        raise ValueError(HOW_TO_WRITE_A_DAY)
    return str(MONTHS.index(word[:3]) + 1)


def written_day(value: date) -> str:
    """Return a day as it stands in a field, the way most people here would type it.

    >>> written_day(date(1958, 3, 14))
    '3/14/1958'
    """
    return f"{value.month}/{value.day}/{value.year}"


def parse_time(text: str) -> time:
    """Return the time of the day a person typed: 9:30, 9:30 am, 930, 14:05, 2 pm.

    Raises ValueError with a sentence. 1:00 to 6:59 without am or pm is asked back: in a practice it may be
    either, and a wrong half of the day would move a visit.

    >>> [parse_time(text).isoformat("minutes") for text in ("9:30", "2 pm", "1405", "02:30")]
    ['09:30', '14:00', '14:05', '02:30']
    """
    match = re.fullmatch(r"(\d{1,2})(?::?(\d{2}))?\s*([ap])?\.?\s*(?:m\.?)?", text.strip().casefold())
    if not match:
        raise ValueError(HOW_TO_WRITE_A_TIME)
    hours, minutes, half = int(match[1]), int(match[2] or 0), match[3]
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(HOW_TO_WRITE_A_TIME)
        hours = hours % 12 + (12 if half == "p" else 0)
    elif 1 <= hours <= 6 and not match[1].startswith("0"):
        raise ValueError(f"Say {hours}:{minutes:02d} am or {hours}:{minutes:02d} pm.")
    if hours > 23 or minutes > 59:
        raise ValueError(HOW_TO_WRITE_A_TIME)
    return time(hours, minutes)


def whole_number(text: str, *, digits: int = 8) -> int | None:
    """Return a whole number as an address or a hidden field carries it; None for anything else.

    digits: the most it may have. Other signs that count as digits, such as ² or ٣, are none of ours.

    >>> whole_number("12"), whole_number("-1"), whole_number("²"), whole_number("9" * 40)
    (12, None, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def from_json(text: str | bytes) -> Any:
    """Return what JSON says. Raises ValueError for what is none, lists in lists without end included."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
