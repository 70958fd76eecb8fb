"""The layouts of this area's paper."""

from pathlib import Path

from medexpro.pdf.engine import Layout

DAY_SHEET = Layout("day_sheet", Path(__file__).resolve().parent / "day_sheet.typ", number=1)
