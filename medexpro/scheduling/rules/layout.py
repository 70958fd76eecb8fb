"""Where a booking stands in a column of half-hour rows, and how those of the same time share its width."""

from collections.abc import Sequence
from dataclasses import dataclass

ROW_MINUTES = 30
LAST_ROW = 48


@dataclass(frozen=True)
class Place:
    """A place in a column. row: 0 for the first shown. rows: how many it covers. lane: 1 for the first of `of`."""

    row: int
    rows: int
    lane: int
    of: int


def rows_of(since: int, until: int, first: int) -> tuple[int, int]:
    """Return the first row and the number of rows of a stretch, as the wall's minutes since midnight.

    A row that is only touched counts whole, and nothing is shorter than one. first: the minute of the first row.

    >>> rows_of(9 * 60, 10 * 60, 7 * 60), rows_of(9 * 60 + 15, 9 * 60 + 35, 7 * 60)
    ((4, 2), (4, 2))
    """
    row = max(0, since - first) // ROW_MINUTES
    end = -(-max(0, until - first) // ROW_MINUTES)
    return min(row, LAST_ROW - 1), max(1, min(end, LAST_ROW) - row)


def place(spans: Sequence[tuple[int, int]], first: int) -> list[Place]:
    """Return the place of each stretch of minutes, in the order given; those that share a row stand side by side.

    Lanes are counted for each bunch that hangs together, so that one busy hour makes nothing narrow later in the day.
    """
    found: list[Place | None] = [None] * len(spans)
    bunch: list[tuple[int, int, int, int]] = []
    ends: list[int] = []

    def close() -> None:
        for index, row, rows, lane in bunch:
            found[index] = Place(row, rows, lane, len(ends))
        bunch.clear()
        ends.clear()

    placed = sorted((*rows_of(*span, first), index) for index, span in enumerate(spans))
    for row, rows, index in placed:
        if ends and row >= max(ends):
            close()
        lane = next((n for n, end in enumerate(ends, 1) if end <= row), len(ends) + 1)
        if lane > len(ends):
            ends.append(0)
        ends[lane - 1] = row + rows
        bunch.append((index, row, rows, lane))
    close()
    return [one for one in found if one is not None]
