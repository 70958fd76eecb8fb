"""The layout of the home program."""

from pathlib import Path

from medexpro.pdf.engine import Layout

HOME_PROGRAM = Layout("home_program", Path(__file__).resolve().parent / "home_program.typ", number=1)
