"""The layouts of this area's papers."""

from pathlib import Path

from medexpro.pdf.engine import Layout

SCREENING_PAGE = Layout("screening_page", Path(__file__).resolve().parent / "screening_page.typ", number=1)
