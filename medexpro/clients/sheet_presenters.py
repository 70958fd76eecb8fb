"""Lists of clients in words: what their columns seem to be, what became of their rows."""

from itertools import islice
from typing import Any

from medexpro.clients.models import ClientSheet, SheetRow
from medexpro.clients.operations import sheets
from medexpro.clients.rules.sheets import DELIMITERS

MOST_SHOWN = 200
_SAMPLES = 3
_ENCODINGS = {
    "utf-8": "Unicode",
    "utf-16": "Unicode",
    "cp1252": "Windows-1252 (Latin-1)",
    "latin-1": "Latin-1",
}


def encoding(name: str) -> str:
    """Return what an encoding is called."""
    return _ENCODINGS.get(name, name)


def layout(sheet: ClientSheet) -> str:
    """Return in a sentence what the list is."""
    rows = f"{sheet.total_rows:,} row{'s' * (sheet.total_rows != 1)}"
    return f"{rows}, written in {encoding(sheet.encoding)}, columns parted by {DELIMITERS[sheet.delimiter]}."


def samples(sheet: ClientSheet) -> list[str]:
    """Return for each column the first values that stand in it."""
    found: list[list[str]] = [[] for _ in sheet.headings]
    for _, row in islice(sheets.rows_of(sheet, sheets.content_of(sheet)), 50):
        for place, cell in enumerate(row[: len(found)]):
            said = " ".join(cell.split())[:40]
            if said and said not in found[place] and len(found[place]) < _SAMPLES:
                found[place].append(said)
    return [" · ".join(values) for values in found]


def counted(sheet: ClientSheet) -> list[dict[str, Any]]:
    """Return what became, or would become, of the rows: a number with its words each, none that is zero."""
    done = sheet.step in {ClientSheet.Step.ADDING, ClientSheet.Step.DONE}
    said = {
        sheets.NEW: "became clients" if done else "would become clients",
        sheets.KNOWN: "were brought in before",
        sheets.LIKELY: "may be on file already",
        sheets.REPEAT: "stand in the list twice",
        sheets.REJECTED: "can’t be read",
    }
    return [
        {"count": sheet.counts[key], "words": words} for key, words in said.items() if sheet.counts.get(key)
    ]


def sheet_summary(sheet: ClientSheet) -> str:
    """Return in a sentence what became of the list, for a terminal."""
    parts = [f"{one['count']:,} {one['words']}" for one in counted(sheet)]
    return f"{sheet.total_rows:,} rows: {', '.join(parts) or 'none settled'}."


def rows(sheet: ClientSheet, *states: str) -> dict[str, Any]:
    """Return the first rows of these states, and how many there are."""
    found = SheetRow.objects.filter(sheet=sheet, state__in=states).order_by("row")
    shown = list(found[:MOST_SHOWN])
    count = len(shown) if len(shown) < MOST_SHOWN else found.count()
    return {"shown": shown, "count": count, "more": count - len(shown)}


def columns_left_out(sheet: ClientSheet) -> list[str]:
    """Return the headings of the columns nothing is taken from."""
    return [
        heading or "no heading" for heading, key in zip(sheet.headings, sheet.columns, strict=True) if not key
    ]
