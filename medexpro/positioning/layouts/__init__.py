"""The layouts of this area's papers."""

from pathlib import Path

from medexpro.pdf.engine import Layout

ABOUT = Layout("about", Path(__file__).resolve().parent / "about.typ", number=1)
MENU = Layout("menu", Path(__file__).resolve().parent / "menu.typ", number=1)
