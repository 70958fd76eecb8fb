"""Documents as sentences, for those who can't see the picture of the page."""

from typing import Any

import msgspec

from medexpro.episodes.models import Episode
from medexpro.reports.models import Document
from medexpro.reports.snapshots import (
    NOT_MEASURED,
    AcknowledgementSnapshot,
    Ask,
    AssessmentSummarySnapshot,
    ChangeInStatusSnapshot,
    DischargeSummarySnapshot,
    IntroductoryLetterSnapshot,
    LetterSnapshot,
    MeasuredSnapshot,
    MeasureRow,
    ProgressReportSnapshot,
    Snapshot,
    plain,
)

KINDS: dict[str, type[Snapshot]] = {
    Document.Kind.ACKNOWLEDGEMENT: AcknowledgementSnapshot,
    Document.Kind.INTRODUCTORY: IntroductoryLetterSnapshot,
    Document.Kind.SUMMARY: AssessmentSummarySnapshot,
    Document.Kind.PROGRESS: ProgressReportSnapshot,
    Document.Kind.CHANGE: ChangeInStatusSnapshot,
    Document.Kind.DISCHARGE: DischargeSummarySnapshot,
}


def kinds_to_draft(episode: Episode) -> list[Document.Kind]:
    """Return what may be drafted of an episode now, the likeliest first. An acknowledgement is its referral's."""
    if not episode.is_open:
        return [Document.Kind.DISCHARGE] if episode.ended_on else []
    return [Document.Kind.PROGRESS, Document.Kind.INTRODUCTORY, Document.Kind.SUMMARY, Document.Kind.CHANGE]


def kept_snapshot(document: Document) -> Snapshot:
    """Return what a signed document says, from the values frozen with it."""
    return msgspec.convert(document.snapshot, KINDS[document.kind])


def asks_of(document: Document) -> list[str]:
    """Return the boxes of a signed document, as printed, without the line to write on."""
    asks: list[Ask] = getattr(kept_snapshot(document), "asks", [])
    return [ask.label.rstrip(":") for ask in asks]


def sentences(snapshot: Snapshot) -> list[str]:
    """Return a document in reading order, a sentence or two for each part."""
    lines = [f"{snapshot.heading}, {snapshot.date_line}", f"To {snapshot.to.name}"]
    lines.append(f"About {snapshot.re.name}: {snapshot.about.name}")
    if isinstance(snapshot, MeasuredSnapshot):
        lines.append(plain(snapshot.lead))
        for domain in snapshot.domains:
            rows = [
                _row(row, first_only=isinstance(snapshot, AssessmentSummarySnapshot)) for row in domain.rows
            ]
            lines.append(f"{domain.name}: {'; '.join(rows) or domain.why or NOT_MEASURED}")
        lines.append(snapshot.also)
        lines += [f"{heading}: {text}" if heading else text for heading, text in _parts(snapshot)]
        lines.append(_asked(snapshot.asks))
    elif isinstance(snapshot, LetterSnapshot):
        lines.append(plain(snapshot.opening))
        lines += [f"{part.heading}: {part.text}" for part in snapshot.paragraphs]
        lines += [*_list_of(snapshot)[1], _asked(snapshot.asks), snapshot.closing]
    return [line for line in lines if line]


def read_aloud(snapshot: Snapshot) -> dict[str, Any]:
    """Return a document as a page shows it: the parties, the sentence, the table's gaps, the parts with a heading.

    listed: a list with its heading, empty where there is none. first_only: the table has one column of results.
    """
    shown: dict[str, Any] = {
        "snapshot": snapshot,
        "parties": [("To", snapshot.to), ("Re", snapshot.re), ("For", snapshot.about)],
        "first_only": isinstance(snapshot, AssessmentSummarySnapshot),
    }
    heading, lines = _list_of(snapshot)
    shown["listed"] = (heading, lines)
    if isinstance(snapshot, MeasuredSnapshot):
        missing = [domain for domain in snapshot.domains if not domain.rows]
        return shown | {
            "lead": snapshot.lead,
            "parts": [(name, text) for name, text in _parts(snapshot) if name],
            "not_measured": [f"{one.name} ({one.why})" if one.why else one.name for one in missing],
        }
    letter = msgspec.structs.asdict(snapshot)
    return shown | {
        "lead": letter["opening"],
        "parts": [(part.heading, part.text) for part in letter["paragraphs"]],
        "not_measured": [],
    }


def _parts(snapshot: MeasuredSnapshot) -> list[tuple[str, str]]:
    """Return what stands under the table, heading and text; what is empty is left out."""
    parts: list[tuple[str, str]] = []
    if isinstance(snapshot, ProgressReportSnapshot):
        parts = [("Attendance", plain(snapshot.attendance.sentence))]
        parts += [("", line) for line in snapshot.precautions]
        parts.append(("Program", snapshot.program))
    elif isinstance(snapshot, AssessmentSummarySnapshot):
        parts = [("Goals", "; ".join(snapshot.goals))]
        parts += [("", line) for line in snapshot.precautions]
        parts.append(("Proposed program", snapshot.program))
    elif isinstance(snapshot, DischargeSummarySnapshot):
        parts = [
            ("Goals", "; ".join(snapshot.goals)),
            ("Service", plain(snapshot.attendance.sentence)),
            ("Reached", snapshot.reached),
        ]
    return [(heading, text) for heading, text in [*parts, ("Next", snapshot.next)] if text]


def _list_of(snapshot: Snapshot) -> tuple[str, list[str]]:
    """Return the list a document holds beside its sections, with its heading."""
    if isinstance(snapshot, AcknowledgementSnapshot):
        return "What we still need from you", snapshot.needed
    if isinstance(snapshot, ChangeInStatusSnapshot):
        return "As measured", snapshot.findings
    if isinstance(snapshot, IntroductoryLetterSnapshot | AssessmentSummarySnapshot | ProgressReportSnapshot):
        return "Precautions respected", snapshot.precautions
    return "", []


def _row(row: MeasureRow, *, first_only: bool) -> str:
    if first_only:
        return f"{row.name} {row.baseline}" + (f": {row.meaning}" if row.meaning else "")
    return f"{row.name} {row.baseline} to {row.now or 'no second value'}: {row.meaning}"


def _asked(asks: list[Ask]) -> str:
    return f"We ask you: {'; '.join(ask.label.rstrip(':') for ask in asks)}" if asks else ""
