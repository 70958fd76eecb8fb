"""Documents as sentences, for those who can't see the picture of the page."""

from typing import Any

import msgspec

from medexpro.reports.models import Document
from medexpro.reports.snapshots import (
    NOT_MEASURED,
    Ask,
    IntroductoryLetterSnapshot,
    ProgressReportSnapshot,
    Snapshot,
    plain,
)

KINDS: dict[str, type[Snapshot]] = {
    Document.Kind.PROGRESS: ProgressReportSnapshot,
    Document.Kind.INTRODUCTORY: IntroductoryLetterSnapshot,
}


def kept_snapshot(document: Document) -> Snapshot:
    """Return what a signed document says, from the values frozen with it."""
    return msgspec.convert(document.snapshot, KINDS[document.kind])


def sentences(snapshot: Snapshot) -> list[str]:
    """Return a document in reading order, a sentence or two for each part."""
    lines = [f"{snapshot.heading}, {snapshot.date_line}", f"To {snapshot.to.name}"]
    lines.append(f"About {snapshot.re.name}: {snapshot.about.name}")
    if isinstance(snapshot, ProgressReportSnapshot):
        lines.append(plain(snapshot.lead))
        for domain in snapshot.domains:
            rows = [
                f"{row.name} {row.baseline} to {row.now or 'no second value'}: {row.meaning}"
                for row in domain.rows
            ]
            lines.append(f"{domain.name}: {'; '.join(rows) or domain.why or NOT_MEASURED}")
        lines += [snapshot.also, plain(snapshot.attendance.sentence), *snapshot.precautions]
        lines += [snapshot.program, snapshot.next, _asked(snapshot.asks)]
    elif isinstance(snapshot, IntroductoryLetterSnapshot):
        lines.append(plain(snapshot.opening))
        lines += [f"{part.heading}: {part.text}" for part in snapshot.paragraphs]
        lines += [*snapshot.precautions, _asked(snapshot.asks), snapshot.closing]
    return [line for line in lines if line]


def read_aloud(snapshot: Snapshot) -> dict[str, Any]:
    """Return a document as a page shows it: the parties, the sentence, the table's gaps, the parts with a heading."""
    shown: dict[str, Any] = {
        "snapshot": snapshot,
        "parties": [("To", snapshot.to), ("Re", snapshot.re), ("For", snapshot.about)],
    }
    if isinstance(snapshot, ProgressReportSnapshot):
        missing = [domain for domain in snapshot.domains if not domain.rows]
        parts = [
            ("Attendance", plain(snapshot.attendance.sentence)),
            ("Program", snapshot.program),
            ("Next", snapshot.next),
        ]
        return shown | {
            "lead": snapshot.lead,
            "parts": [part for part in parts if part[1]],
            "not_measured": [f"{one.name} ({one.why})" if one.why else one.name for one in missing],
        }
    letter = msgspec.structs.asdict(snapshot)
    return shown | {
        "lead": letter["opening"],
        "parts": [(part.heading, part.text) for part in letter["paragraphs"]],
        "not_measured": [],
    }


def _asked(asks: list[Ask]) -> str:
    return f"We ask you: {'; '.join(ask.label.rstrip(':') for ask in asks)}" if asks else ""
