"""The layouts of this area's documents: which Typst file prints which kind, and the number of its form."""

from pathlib import Path

from medexpro.pdf.engine import Layout

_HERE = Path(__file__).resolve().parent

PROGRESS_REPORT = Layout("progress_report", _HERE / "progress_report.typ", number=1)
INTRODUCTORY_LETTER = Layout("introductory_letter", _HERE / "introductory_letter.typ", number=1)

# By the kind of document, as `Document.Kind` names it.
LAYOUTS = {layout.name: layout for layout in (PROGRESS_REPORT, INTRODUCTORY_LETTER)}
