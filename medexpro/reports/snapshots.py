"""The frozen values of each document: everything it prints, already in words and numbers.

A snapshot is kept as JSON beside the signed PDF and never changes. `contents.py` fills it, a layout
prints it, and nothing is computed on the way to paper. `schema` rises when the meaning of a field does.
Days on a chart count from its first point; all other times are words of the practice's own time zone.
"""

import hashlib
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from medexpro.pdf.letterhead import Letterhead

# The six the referring provider expects on every progress report, in this order.
DOMAINS = (
    "Function",
    "Strength",
    "Flexibility, range",
    "Stability",
    "Endurance",
    "Balance, coordination",
)
NOT_MEASURED = "not measured"
MAX_CHARTS = 2

# Path data of one drawn signature: commands and numbers, nothing that could close the attribute.
PATH_DATA = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9\s,.+-]{1,40000}")


class Verdict(StrEnum):
    """What a change says: the shape before the meaning. Only `better` and `worse` claim a change."""

    BETTER = "better"
    WORSE = "worse"
    NO_CHANGE = "no_change"
    UNKNOWN = "unknown"


class Run(Struct, frozen=True):
    """A piece of a sentence, printed strong or plain."""

    text: str
    strong: bool = False


class Party(Struct, frozen=True):
    """Whom a document is to, about or for: a name and up to three short lines."""

    name: str
    lines: list[str] = []


class Author(Struct, frozen=True):
    """Who writes and signs, as printed: "Ana Reyes, MES" and "Medical Exercise Specialist"."""

    name: str
    title: str


class Signature(Struct, frozen=True):
    """A signature given: the name as signed, the words after the title, and the drawn strokes if any.

    line: such as "signed Oct 13, 2026, 10:02 am". path: SVG path data in a box of width by height;
    empty when the name was typed. Raises ValueError when path holds anything but path data.
    """

    name: str
    line: str
    path: str = ""
    width: float = 150
    height: float = 40

    def __post_init__(self) -> None:
        if self.path and not PATH_DATA.fullmatch(self.path):
            raise ValueError("a drawn signature is SVG path data only")
        if self.width <= 0 or self.height <= 0:
            raise ValueError("a drawn signature needs a box wider and higher than nothing")


class Gauge(Struct, frozen=True):
    """One value on its scale, in per cent from the left; right is better. None for what is not drawn.

    low, high: the range of people; typical: their mean, reference or expected value where there is no range.
    """

    now: float
    alt: str
    low: float | None = None
    high: float | None = None
    typical: float | None = None
    cut: float | None = None
    goal: float | None = None


class MeasureRow(Struct, frozen=True):
    """One measure in the table; values with their sign and rounding, "" where there is none."""

    name: str
    detail: str
    baseline: str
    now: str
    change: str
    verdict: Verdict
    meaning: str
    gauge: Gauge | None = None


class Domain(Struct, frozen=True):
    """One of the six domains and what was measured in it; no rows says "not measured".

    why: a short reason for not measuring, such as "aerobic exercise not cleared"; may be empty.
    """

    name: str
    rows: list[MeasureRow] = []
    why: str = ""


class Tick(Struct, frozen=True):
    """A value on the chart's scale and how it is written."""

    value: float
    label: str


class Line(Struct, frozen=True):
    """A level across the chart, named at its end: "Goal 62"."""

    value: float
    label: str


class Band(Struct, frozen=True):
    """A range across the chart, named at its end: "MCID +9"."""

    low: float
    high: float
    label: str


class Point(Struct, frozen=True):
    """One measurement: days after the first, value in the chart's unit, its date and value in words."""

    day: float
    value: float
    on: str
    shown: str


class Chart(Struct, frozen=True):
    """One outcome chart by the design's rules, as data points.

    low, high: the measure's fixed range on this chart. until: the day the axis ends; 0 ends it at the last
    point. band: too small to count, from the baseline. cut: a named risk cut-off. typical: range for age
    and sex. alt: all values in words, for those who can't see it. note: for one value, when the next is due.
    Raises ValueError when there is nothing to draw or the range is empty.
    """

    title: str
    better: str
    low: float
    high: float
    ticks: Annotated[list[Tick], Meta(min_length=1)]
    points: Annotated[list[Point], Meta(min_length=1)]
    alt: Annotated[str, Meta(min_length=1)]
    until: float = 0
    baseline: Line | None = None
    band: Band | None = None
    goal: Line | None = None
    cut: Line | None = None
    typical: Band | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.high <= self.low:
            raise ValueError(f"the chart's range is empty: {self.low} to {self.high}")
        if not self.points or not self.ticks:
            raise ValueError("a chart needs a point and a tick")


class Week(Struct, frozen=True):
    """Sessions of one week: attended and missed."""

    attended: int
    missed: int = 0


class Attendance(Struct, frozen=True):
    """Attendance in a sentence and week by week; alt says the weeks in words."""

    sentence: list[Run]
    weeks: list[Week] = []
    alt: str = ""


class Ask(Struct, frozen=True):
    """A box the provider may tick and fax back; with `line`, room to write."""

    label: str
    line: bool = False


class Snapshot(Struct, kw_only=True, frozen=True):
    """What every document has. made_at is the instant the values were frozen; it dates the PDF.

    language and region: "en" and "US". heading: what it is, "Progress report". date_line: "October 13,
    2026 · day 57". number: "Report R-2026-1187". Without a signature it says "Draft, not signed". scope: the practice's
    statement of what it does and doesn't, as it was then; documents from before have it in the small print.
    """

    schema: int = 1
    title: str
    heading: str
    date_line: str
    number: str
    made_at: datetime
    language: str = "en"
    region: str = "US"
    to: Party
    re: Party
    about: Party
    author: Author
    signature: Signature | None = None
    scope: str = ""
    small_print: str


AnySnapshot = TypeVar("AnySnapshot", bound=Snapshot)


class MeasuredSnapshot(Snapshot, kw_only=True, frozen=True):
    """A document with a table of the six domains.

    also: a line under the table on what was measured and is not printed in it.
    """

    lead: list[Run]
    domains: list[Domain]
    also: str = ""
    charts: Annotated[list[Chart], Meta(max_length=MAX_CHARTS)] = []
    next: str
    asks: list[Ask]

    def __post_init__(self) -> None:
        if tuple(domain.name for domain in self.domains) != DOMAINS:
            raise ValueError("it names all six domains, in order")
        if len(self.charts) > MAX_CHARTS:
            raise ValueError(f"it has at most {MAX_CHARTS} charts")


class AssessmentSummarySnapshot(MeasuredSnapshot, kw_only=True, frozen=True):
    """The first measurements: sentence, results by domain, goals, the proposed program. The baseline column is used."""

    measured_on: str
    goals: list[str]
    precautions: list[str]
    program: str


class ProgressReportSnapshot(MeasuredSnapshot, kw_only=True, frozen=True):
    """The progress report: sentence, measures by domain, charts, attendance, what is next and asked."""

    baseline_on: str
    now_on: str
    attendance: Attendance
    precautions: list[str]
    program: str


class DischargeSummarySnapshot(MeasuredSnapshot, kw_only=True, frozen=True):
    """How an episode ended: sentence, measures from baseline to the last, goals, what was reached, what comes next."""

    baseline_on: str
    now_on: str
    attendance: Attendance
    goals: list[str]
    reached: str = ""


class Paragraph(Struct, frozen=True):
    """A heading and the text under it."""

    heading: str
    text: str


class LetterSnapshot(Snapshot, kw_only=True, frozen=True):
    """A letter: a greeting, the sentence that matters first, sections, boxes to tick and fax back, the last line."""

    greeting: str
    opening: list[Run]
    paragraphs: list[Paragraph]
    asks: list[Ask]
    closing: str


class AcknowledgementSnapshot(LetterSnapshot, kw_only=True, frozen=True):
    """The word that a referral has arrived. needed: what the provider still has to send. Nothing clinical is in it."""

    needed: list[str] = []


class IntroductoryLetterSnapshot(LetterSnapshot, kw_only=True, frozen=True):
    """The letter after the first session: it happened, who we are, what we found, do you have concerns."""

    precautions: list[str] = []


class ChangeInStatusSnapshot(LetterSnapshot, kw_only=True, frozen=True):
    """The word at once that something changed. findings: what was measured, a line each, with its figure."""

    findings: list[str] = []


def runs(text: str) -> list[Run]:
    """Return the runs of a sentence whose strong parts stand between double asterisks.

    An asterisk pair without its end stays as typed.

    >>> [(run.text, run.strong) for run in runs("walks **31% faster** now")]
    [('walks ', False), ('31% faster', True), (' now', False)]
    """
    pieces = text.split("**")
    if len(pieces) % 2 == 0:
        pieces[-2:] = ["**".join(pieces[-2:])]
    return [Run(piece, strong=index % 2 == 1) for index, piece in enumerate(pieces) if piece]


def plain(parts: list[Run]) -> str:
    """Return the sentence without its emphasis."""
    return "".join(part.text for part in parts)


def encode(snapshot: Snapshot) -> bytes:
    """Return the snapshot as the JSON that is kept; the same values give the same bytes."""
    return msgspec.json.encode(snapshot, order="deterministic")


def fingerprint(snapshot: Snapshot, letterhead: Letterhead) -> str:
    """Return a hash of what a page shows: equal hashes print equal pages.

    Without what signing itself adds: the moment, who signs, and the signature.
    """
    shown = msgspec.structs.replace(
        snapshot, made_at=datetime.min.replace(tzinfo=UTC), author=Author("", ""), signature=None
    )
    return hashlib.sha256(encode(shown) + msgspec.json.encode(letterhead, order="deterministic")).hexdigest()


def decode(data: bytes | str, kind: type[AnySnapshot]) -> AnySnapshot:
    """Return a kept snapshot. Raises msgspec.ValidationError when it doesn't hold what `kind` says."""
    return msgspec.json.decode(data, type=kind)
