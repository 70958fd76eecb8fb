"""Taking values out of JSON that may hold anything: the wrong type is a sentence, never a fault."""

import hashlib
import math
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD_10_CM = ("http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90")
NPI = ("http://hl7.org/fhir/sid/us-npi", "urn:oid:2.16.840.1.113883.4.6")

Node = dict[str, Any]

_KINDS = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_EARLIEST = date(1850, 1, 1)


class Unreadable(Exception):
    """A value is not what FHIR says it is. The text says which, and what stands there."""


class Left(Exception):
    """The resource is in order and yet not for us. The text says why."""


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "nothing" if value is None else "a number")


def child(node: Node, key: str) -> Node:
    """Return the object under a key, empty when there is none. Raises Unreadable for another type."""
    value = node.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unreadable(f"“{key}” is {_kind(value)} where an object belongs")
    return value


def children(node: Node, key: str) -> list[Node]:
    """Return the objects in the list under a key, empty when there is none. Raises Unreadable for another type."""
    value = node.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable(f"“{key}” is {_kind(value)} where a list belongs")
    for item in value:
        if not isinstance(item, dict):
            raise Unreadable(f"“{key}” holds {_kind(item)} where an object belongs")
    return value


def text(node: Node, key: str) -> str:
    """Return the text under a key with its blanks tidied, empty when there is none. Raises Unreadable."""
    return " ".join(" ".join(_lines(node, key)).split())


def paragraphs(node: Node, key: str) -> str:
    """Return the text under a key with its line breaks kept, empty when there is none. Raises Unreadable."""
    return "\n".join(_lines(node, key)).strip()


def _lines(node: Node, key: str) -> list[str]:
    value = node.get(key)
    if value is None:
        return []
    if not isinstance(value, str):
        raise Unreadable(f"“{key}” is {_kind(value)} where text belongs")
    return [" ".join(line.split()) for line in value[:100_000].replace("\x00", "").splitlines()]


def texts(node: Node, key: str) -> list[str]:
    """Return the texts in the list under a key, gaps left out. Raises Unreadable for another type."""
    value = node.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(item is None or isinstance(item, str) for item in value):
        raise Unreadable(f"“{key}” is {_kind(value)} where a list of texts belongs")
    return [" ".join(item.split()) for item in value if item]


def codings(concept: Node) -> Iterator[tuple[str, str, str]]:
    """Return system, code and display of every coding of a codeable concept."""
    for coding in children(concept, "coding"):
        yield text(coding, "system"), text(coding, "code"), text(coding, "display")


def code_in(concept: Node, *systems: str) -> str:
    """Return the concept's code in one of the systems, empty when it has none."""
    return next((code for system, code, _ in codings(concept) if system in systems and code), "")


def codes(concept: Node) -> set[str]:
    """Return all codes of a concept, whatever their system."""
    return {code for _, code, _ in codings(concept) if code}


def words(concept: Node, *, most: int = 240) -> str:
    """Return the concept in the words of the record: its text, else the first display, else the first code."""
    said = text(concept, "text")
    if not said:
        listed = list(codings(concept))
        said = next((display for _, _, display in listed if display), "") or next(
            (c for _, c, _ in listed if c), ""
        )
    return shortened(" ".join(said.split()), most)


def shortened(said: str, most: int) -> str:
    """Return the text, cut at `most` signs with an ellipsis that shows it was cut."""
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"


def day(value: Any, what: str) -> date | None:
    """Return the day of a FHIR date or dateTime; None where only a year or month is recorded, or nothing.

    Raises Unreadable for what is no date, or one before 1850.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(f"“{what}” is {_kind(value)} where a date belongs")
    found = _DATE.match(value)
    if not found or (len(found[0]) < len(value) and (found[3] is None or value[len(found[0])] not in "T ")):
        raise Unreadable(f"“{what}” is “{value[:30]}”, which is no date")
    if found[3] is None:
        if found[2] and not 1 <= int(found[2]) <= 12:
            raise Unreadable(f"“{what}” is “{value[:30]}”, which is no date")
        return None
    try:
        result = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise Unreadable(f"“{what}” is “{value[:30]}”, which is no day of the calendar") from None
    if result < _EARLIEST:
        raise Unreadable(f"“{what}” is {result}, before {_EARLIEST.year}")
    return result


def instant(value: Any, what: str) -> datetime | None:
    """Return the instant of a dateTime in UTC; None where only a day is recorded. Raises Unreadable."""
    if day(value, what) is None or len(value) <= 10:
        return None
    try:
        at = datetime.fromisoformat(value.replace("Z", "+00:00"))
        # FHIR asks for an offset with every time. Without one we can only keep the day.
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        raise Unreadable(f"“{what}” is “{value[:30]}”, which is no time") from None


def partial(value: Any) -> str:
    """Return a year or month as recorded when it is no whole day, else nothing."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    return value if found and found[3] is None else ""


def number(node: Node, key: str) -> Decimal | None:
    """Return the number under a key as an exact decimal. Raises Unreadable for text, NaN, infinity, true and false."""
    value = node.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unreadable(f"“{key}” is {_kind(value)} where a number belongs")
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable(f"“{key}” is not a finite number")
    try:
        result = Decimal(str(value))
    except InvalidOperation:
        raise Unreadable(f"“{key}” is no number") from None
    if not result.is_finite() or (result and abs(result.adjusted()) > 12):
        raise Unreadable(f"“{key}” is out of all measure")
    return result


def reference(node: Node, key: str) -> str:
    """Return the address a reference names, empty when there is none."""
    return text(child(node, key), "reference")


def fingerprint(*parts: str) -> str:
    """Return a short stable name made from the parts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
