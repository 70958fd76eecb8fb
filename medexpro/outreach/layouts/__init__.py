"""The layout of letters to referral sources."""

from pathlib import Path

from medexpro.pdf.engine import Layout

_HERE = Path(__file__).resolve().parent

LETTER = Layout("relation_letter", _HERE / "relation_letter.typ", number=1)
