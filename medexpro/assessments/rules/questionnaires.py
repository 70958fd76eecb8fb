"""Questionnaire totals: items to a raw sum, a raw sum to the interval score of its table."""

from collections.abc import Sequence
from decimal import Decimal

from medexpro.kernel.reference import IntervalRow, NormSet
from medexpro.kernel.refusals import Refusal


class ScoreRefused(Refusal):
    """A score can't be worked out from what was given."""


def raw_sum(items: Sequence[int | None], *, count: int, highest: int = 4, field: str | None = None) -> int:
    """Return the sum of a questionnaire's items. All of them are needed: there is no rule for gaps in these forms.

    items: one answer each from 0 to `highest`, None where there is none. count: how many the form has.
    Raises ScoreRefused naming the first item without an answer or with one outside the scale.

    >>> raw_sum([1, 2, 0, 3, 1, 0, 2], count=7)
    9
    """
    if len(items) != count:
        raise ScoreRefused(f"The form has {count} items; {len(items)} were given.", field=field)
    for number, item in enumerate(items, 1):
        if item is None:
            raise ScoreRefused(
                f"Item {number} has no answer. All {count} are needed for a score.", field=field
            )
        if not 0 <= item <= highest:
            raise ScoreRefused(f"Item {number} runs from 0 to {highest}. You typed {item}.", field=field)
    return sum(item for item in items if item is not None)


def interval_score(table: NormSet, raw: int, *, field: str | None = None) -> IntervalRow:
    """Return the table's row for a raw sum: the interval score from 0 to 100 (100 is best), with its source.

    table: the KOOS JR (raw 0 to 28) or HOOS JR (raw 0 to 24) table.
    Raises ScoreRefused for a raw sum outside the table.
    Source: Lyman S et al. 2016, Clin Orthop Relat Res 474:1461-1471 (KOOS JR) and 474:1472-1482 (HOOS JR).
    """
    for row in table.intervals:
        if row.raw_sum == raw:
            return row
    highest = max((row.raw_sum for row in table.intervals), default=0)
    raise ScoreRefused(f"The raw sum runs from 0 to {highest}. You typed {raw}.", field=field)


def raw_from_interval(table: NormSet, score: Decimal) -> int | None:
    """Return the raw sum behind an interval score of the table, or None when the score is not one of its rows."""
    return next((row.raw_sum for row in table.intervals if row.interval_score == score), None)
