"""The layouts of this area's documents: which Typst file prints which kind, and the number of its form."""

from pathlib import Path

from medexpro.pdf.engine import Layout

_HERE = Path(__file__).resolve().parent

ACKNOWLEDGEMENT = Layout("acknowledgement", _HERE / "acknowledgement.typ", number=2)
INTRODUCTORY_LETTER = Layout("introductory_letter", _HERE / "introductory_letter.typ", number=2)
ASSESSMENT_SUMMARY = Layout("assessment_summary", _HERE / "assessment_summary.typ", number=2)
PROGRESS_REPORT = Layout("progress_report", _HERE / "progress_report.typ", number=2)
CHANGE_IN_STATUS = Layout("change_in_status", _HERE / "change_in_status.typ", number=2)
DISCHARGE_SUMMARY = Layout("discharge_summary", _HERE / "discharge_summary.typ", number=2)

QUESTION = Layout("question", _HERE / "question.typ", number=1)
FAX_COVER = Layout("fax_cover", _HERE / "fax_cover.typ", number=1)

# By the kind of document, as `Document.Kind` names it.
LAYOUTS = {
    layout.name: layout
    for layout in (
        ACKNOWLEDGEMENT,
        INTRODUCTORY_LETTER,
        ASSESSMENT_SUMMARY,
        PROGRESS_REPORT,
        CHANGE_IN_STATUS,
        DISCHARGE_SUMMARY,
    )
}
