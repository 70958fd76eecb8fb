"""The six documents of one episode, from the referral to the discharge, as the provider gets them."""

import os
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from medexpro.assessments import operations as assessments
from medexpro.clearance import operations as clearance
from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode
from medexpro.kernel.documents import DocumentKind
from medexpro.pdf import engine
from medexpro.reports import listing, operations, sending
from medexpro.reports.contents import letterhead_of
from medexpro.reports.layouts import LAYOUTS
from medexpro.reports.models import Document
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING
from tests.pdf.reading import claims_of, marks_of, open_pdf, read_in_order, tags_of, text_of
from tests.reports.reporting import AGAIN, FIRST

DAY = timedelta(days=1)
# What each says and no other one does.
SAID = {
    DocumentKind.ACKNOWLEDGEMENT: [
        "received your referral of Mrs. Ellery on October 13",
        "What happens next",
    ],
    DocumentKind.INTRODUCTORY: ["had the first visit today", "Who we are and what we do", "Dear Dr. Raman"],
    DocumentKind.SUMMARY: ["measured on October 13", "Proposed program", "13.8"],
    DocumentKind.CHANGE: ["Left calf swollen since Sunday", "No exercise since November 3"],
    DocumentKind.PROGRESS: ["9.6", "Attendance", "Continue as planned"],
    DocumentKind.DISCHARGE: [
        "ended on January 5: goals met",
        "Stairs one foot per step",
        "Functional Maintenance",
    ],
}


def now(episode: Episode) -> Episode:
    return Episode.objects.select_related("client", "practice", "surgery", "referral__provider").get(
        pk=episode.pk
    )


def finished(episode: Episode, kind: DocumentKind, *, by: Any, at: datetime) -> Document:
    """Draft, sign and send one document, and see that nothing of its kind is owed any more."""
    document = operations.draft(now(episode), kind, by=by, at=at)
    document = operations.sign(document, recently_signed_in=True, by=by, at=at)
    sending.send(document, "fax", to="555-0117", by=by, at=at)
    assert kind not in [one.kind for one in listing.due(by, at)]
    return operations.rows_of(by).get(pk=document.pk)


def six(cast: Any) -> dict[DocumentKind, Document]:
    """Return the six documents of Janet's episode, each made when it is due."""
    ana, made = cast.ana, {}
    episode = scenario.programmed(cast)
    made[DocumentKind.ACKNOWLEDGEMENT] = finished(
        episode, DocumentKind.ACKNOWLEDGEMENT, by=cast.ben, at=MORNING
    )
    measured(episode, FIRST, by=ana)
    assessments.set_goal(
        episode, horizon_days=90, measure="lefs", target=Decimal(52), activity="climb the stairs at home", by=ana,
        at=MORNING,
    )  # fmt: skip
    made[DocumentKind.INTRODUCTORY] = finished(
        episode, DocumentKind.INTRODUCTORY, by=ana, at=MORNING + timedelta(hours=2)
    )
    made[DocumentKind.SUMMARY] = finished(episode, DocumentKind.SUMMARY, by=ana, at=MORNING + 2 * DAY)
    tuesday = MORNING + 21 * DAY
    back = clearance.refer_back(
        episode, trigger="calf_clot", observed="Left calf swollen since Sunday", by=ana, at=tuesday
    )
    made[DocumentKind.CHANGE] = finished(
        episode, DocumentKind.CHANGE, by=ana, at=tuesday + timedelta(minutes=10)
    )
    clearance.record_answer(
        back,
        answer="Seen, a strained muscle. Go on.",
        provider=cast.dr_raman,
        go_on=True,
        by=ana,
        at=tuesday + DAY,
    )
    measured(episode, AGAIN, kind="reassessment", by=ana, at=MORNING + 28 * DAY)
    made[DocumentKind.PROGRESS] = finished(episode, DocumentKind.PROGRESS, by=ana, at=MORNING + 29 * DAY)
    end = MORNING + 84 * DAY
    measured(episode, AGAIN | {"tug": "8.9", "chair_stand_30s": "14"}, kind="reassessment", by=ana, at=end)
    episodes.discharge(
        now(episode), ended_reason="goals_met", goals_reached="Stairs one foot per step", next_step="maintenance",
        by=ana, at=end,
    )  # fmt: skip
    made[DocumentKind.DISCHARGE] = finished(
        episode, DocumentKind.DISCHARGE, by=ana, at=end + timedelta(hours=1)
    )
    return made


def keep_pictures(made: dict[DocumentKind, Document]) -> None:
    """Draw the pages for somebody to look at, where MEDEXPRO_PICTURES names a folder."""
    if not (folder := os.environ.get("MEDEXPRO_PICTURES")):
        return
    for kind, document in made.items():
        [page] = engine.preview(LAYOUTS[kind], document.snapshot, letterhead_of(document.practice), ppi=110)
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{kind}.png").write_bytes(page)
        (Path(folder) / f"{kind}.pdf").write_bytes(bytes(document.pdf))


def test_the_six_documents_of_one_episode(cast):
    """Each on one page, saying its own and no other's, archival and accessible, none owed any more at the end."""
    made = six(cast)
    keep_pictures(made)
    assert set(made) == set(DocumentKind)
    for kind, document in made.items():
        pdf = bytes(document.pdf)
        text = text_of(pdf)
        for words in [
            *SAID[kind],
            "Janet Ellery",
            "Priya Raman, MD",
            document.number,
            document.get_kind_display(),
        ]:
            assert words in text, (kind, words, text)
        for other, phrases in SAID.items():
            assert other == kind or phrases[0] not in text, (kind, phrases[0])
        for forbidden in ("patient", "therapy", "treat", "diagnos"):
            assert forbidden not in text.lower().replace("physical therapy", ""), (kind, forbidden)
        claims = claims_of(pdf)
        assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == (
            "2",
            "A",
            "1",
        )
        assert claims["dc:title"].startswith(document.get_kind_display()) and claims["dc:language"] == "en-US"
        numbers, outside = marks_of(pdf)
        assert outside == [] and sorted(numbers) == sorted(read_in_order(pdf)), kind
        assert {"H1"} <= {tag.role for tag in tags_of(pdf).all()}, kind
        with open_pdf(pdf) as opened:
            assert len(opened.pages) == 1, kind
    assert listing.due(cast.ana, MORNING + 85 * DAY) == []
