"""When a referral covers a day, when it runs out, and when it has to be acknowledged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from medexpro.kernel.workdays import after_working_days


class Cover(StrEnum):
    """How a referral stands to a day."""

    IN_FORCE = "in_force"
    EXPIRING = "expiring"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    DECLINED = "declined"


@dataclass(frozen=True)
class Span:
    """The days a referral covers. Both ends are included; an end that is not stated is open."""

    valid_from: date | None
    valid_to: date | None
    declined: bool = False


def cover(span: Span, on: date, *, renew_from_days: int) -> Cover:
    """Return how a referral stands to a day. Its last day is covered.

    renew_from_days: so many days before its last day it counts as expiring.
    """
    if span.declined:
        return Cover.DECLINED
    if span.valid_from is not None and on < span.valid_from:
        return Cover.NOT_YET
    if span.valid_to is None:
        return Cover.IN_FORCE
    if on > span.valid_to:
        return Cover.EXPIRED
    return Cover.EXPIRING if (span.valid_to - on).days <= renew_from_days else Cover.IN_FORCE


def check_span(
    written_on: date | None, valid_from: date | None, valid_to: date | None, *, received_on: date
) -> tuple[str, str]:
    """Return the field that can't be so and a sentence; two empty texts when all can be."""
    if written_on is not None and written_on > received_on:
        return "written_on", "The referral can’t be written after the day it was received."
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        return "valid_to", "The last day lies before the first."
    if written_on is not None and valid_to is not None and valid_to < written_on:
        return "valid_to", "The last day lies before the day it was written."
    return "", ""


def acknowledge_by(received_on: date, *, working_days: int, closed: Collection[date] = ()) -> date:
    """Return the last day on which an acknowledgement is in time: Saturdays and Sundays are no working days.

    closed: days the practice is closed. Public holidays differ by place and are not counted. Who closes for a year on end
    is not waited for: then every weekday counts.

    >>> acknowledge_by(date(2026, 10, 9), working_days=1)  # a Friday
    datetime.date(2026, 10, 12)
    """
    try:
        return after_working_days(received_on, working_days, closed)
    except ValueError:
        return after_working_days(received_on, working_days)
