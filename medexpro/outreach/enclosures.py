"""What goes along with a letter, one page each: papers about the practice, and a sample report that says it is made up."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from medexpro.outreach.letter_contents import ENCLOSURES
from medexpro.pdf import engine
from medexpro.positioning import papers
from medexpro.positioning.voice import voice_of
from medexpro.practice.models import Member
from medexpro.practice.paper import letterhead_of
from medexpro.reports.contents import author_of
from medexpro.reports.layouts import PROGRESS_REPORT
from medexpro.reports.snapshots import (
    Ask,
    Attendance,
    Band,
    Chart,
    Domain,
    Line,
    MeasureRow,
    Party,
    Point,
    ProgressReportSnapshot,
    Signature,
    Tick,
    Verdict,
    Week,
    runs,
)

SAMPLE = Path(__file__).parent / "data" / "sample_report.yaml"
MADE_UP = "A made-up example: no such client exists, and no figure in it was ever measured."


def pdf_of(kind: str, member: Member, *, at: datetime) -> bytes:
    """Return one page as it is now. member: who is introduced, and of whose practice. Raises engine.TooLong, KeyError."""
    makers = {
        "overview": lambda: papers.overview_pdf(member.practice, at=at),
        "bio": lambda: papers.bio_pdf(member, at=at),
        "menu": lambda: papers.menu_pdf(member.practice, to="referrer", at=at),
        "sample": lambda: (
            engine.render(PROGRESS_REPORT, sample(member, at), letterhead_of(member.practice)).pdf
        ),
    }
    return makers[kind]()


def kept(kind: str, member: Member, *, at: datetime) -> dict[str, Any]:
    """Return a page as it is kept with a signed letter. Raises engine.TooLong."""
    pdf = pdf_of(kind, member, at=at)
    return {"kind": kind, "title": ENCLOSURES[kind], "pdf": pdf, "sha256": hashlib.sha256(pdf).hexdigest()}


def sample(member: Member, at: datetime) -> ProgressReportSnapshot:
    """Return the progress report of nobody: it says at its head, in its first sentence and at its foot that it is made up."""
    given, author, title = _given(), author_of(member), ENCLOSURES["sample"]
    weeks = given["weeks"]
    return ProgressReportSnapshot(
        title=f"{title}, {member.practice.name}", heading=title, number="Sample", made_at=at,
        date_line="Made-up example", to=Party("Your name", ["Your practice"]), re=Party("No client", ["Made-up example"]),
        about=Party("Right knee replacement", ["Made-up example"]), author=author,
        signature=Signature(author.name, "a sample, never sent"), scope=voice_of(member.practice).scope_statement,
        small_print=MADE_UP, lead=runs(given["lead"]), baseline_on=given["baseline_on"], now_on=given["now_on"],
        domains=[
            Domain(one["name"], [_measure(row) for row in one.get("rows", ())], one.get("why", ""))
            for one in given["domains"]
        ],
        charts=[_chart(given["chart"])],
        attendance=Attendance(
            runs(given["attendance"]), [Week(one) for one in weeks], f"Sessions in each of {len(weeks)} weeks."
        ),
        precautions=given["precautions"], program=given["program"], next=given["next"],
        asks=[Ask("Continue as planned"), Ask("Change limits:", line=True)],
    )  # fmt: skip


def _measure(row: list[str]) -> MeasureRow:
    name, detail, baseline, now, change, verdict, meaning = row
    return MeasureRow(name, detail, baseline, now, change, Verdict(verdict), meaning)


def _chart(given: dict[str, Any]) -> Chart:
    return Chart(
        title=given["title"], better=given["better"], low=given["low"], high=given["high"], alt=given["alt"],
        ticks=[Tick(*one) for one in given["ticks"]], points=[Point(*one) for one in given["points"]],
        goal=Line(*given["goal"]), band=Band(*given["band"]),
    )  # fmt: skip


@cache
def _given() -> dict[str, Any]:
    return yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))
