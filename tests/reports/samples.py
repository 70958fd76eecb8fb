"""Documents about Margaret Ellison, a made-up client, with every part a layout can print."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from medexpro.pdf.letterhead import Letterhead
from medexpro.positioning.rules import drafts
from medexpro.reports.snapshots import (
    AcknowledgementSnapshot,
    Ask,
    AssessmentSummarySnapshot,
    Attendance,
    Author,
    Band,
    ChangeInStatusSnapshot,
    Chart,
    DischargeSummarySnapshot,
    Domain,
    Gauge,
    IntroductoryLetterSnapshot,
    Line,
    MeasureRow,
    Paragraph,
    Party,
    Point,
    ProgressReportSnapshot,
    Signature,
    Tick,
    Verdict,
    Week,
    runs,
)

HOME = ZoneInfo("America/New_York")
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#065d77"/>'
    '<path d="M5.5 22.5C9 12 13 8.5 17 8.5S24 12 26.5 17" fill="none" stroke="#fff" stroke-width="2.6" '
    'stroke-linecap="round"/><circle cx="5.8" cy="22.5" r="2.6" fill="#065d77" stroke="#fff" stroke-width="2.2"/>'
    '<circle cx="26.4" cy="17" r="3" fill="#fff"/></svg>'
)

STROKES = (
    "M6 30C12 8 22 4 24 10s-8 20-14 20c14 2 24-12 30-14 5-1-4 12 2 12s8-12 13-12-5 12 1 12 8-11 13-11 0 11 5 11"
    "c8 0 14-24 24-24 8 0 2 24-8 24s-4-14 8-14 12 12 20 12c6 0 8-5 14-5"
)

LETTERHEAD = Letterhead(
    name="Northbridge Medical Exercise",
    address="418 Alder Street, Suite 2, Fairhaven, OH 44100",
    phone="555-0142",
    fax="555-0143",
    logo=MARK,
)

AUTHOR = Author("Rosa Okafor, MES", "Medical Exercise Specialist")
RAMAN = Party("Priya Raman, MD", ["Lakeside Orthopedics", "fax 555-0117"])
ELLISON = Party("Margaret Ellison", ["DOB Mar 4, 1958", "referred Aug 10, 2026"])
KNEE = Party("Right knee replacement", ["Surgery Jun 22, 2026", "ICD-10 Z96.651"])
SCOPE = drafts.scope(drafts.Sheet(LETTERHEAD.name)).text
SMALL_PRINT = "Confidential health information: if you received this by mistake, call 555-0142."

LEFS = Chart(
    title="Everyday function (LEFS)",
    better="higher is better",
    low=20,
    high=80,
    ticks=[Tick(20, "20"), Tick(50, "50"), Tick(80, "80")],
    points=[Point(0, 34, "Aug 17", "34"), Point(28, 45, "Sep 14", "45"), Point(57, 54, "Oct 13", "54")],
    until=71,
    baseline=Line(34, "Baseline 34"),
    band=Band(34, 43, "MCID +9"),
    goal=Line(62, "Goal 62"),
    alt="Everyday function, LEFS, 0 to 80, higher is better: 34 on Aug 17, 45 on Sep 14, 54 on Oct 13. Goal 62.",
)
TUG = Chart(
    title="Timed Up and Go, seconds",
    better="lower is better",
    low=6,
    high=15,
    ticks=[Tick(6, "6"), Tick(9, "9"), Tick(12, "12"), Tick(15, "15")],
    points=[
        Point(0, 13.8, "Aug 17", "13.8"),
        Point(28, 11.4, "Sep 14", "11.4"),
        Point(57, 9.6, "Oct 13", "9.6"),
    ],
    until=71,
    baseline=Line(13.8, "Baseline 13.8"),
    band=Band(11.3, 13.8, "MDC \u22122.5"),
    cut=Line(12, "Fall risk \u2265 12"),
    alt="Timed Up and Go, seconds, lower is better: 13.8 on Aug 17, 11.4 on Sep 14, 9.6 on Oct 13. Cut-off 12.",
)

FUNCTION = MeasureRow(
    "Everyday function",
    "LEFS, 0\u201380",
    "34",
    "54",
    "+20",
    Verdict.BETTER,
    "Twice the change that matters (9)",
)
GAIT = MeasureRow(
    "Usual walking speed",
    "4 m, m/s",
    "0.84",
    "1.10",
    "+0.26",
    Verdict.BETTER,
    "Beyond the change that matters (0.10)",
)
GRIP = MeasureRow(
    "Grip, right hand",
    "Best of 3, kg",
    "19.2",
    "21.6",
    "+2.4",
    Verdict.NO_CHANGE,
    "Smaller than the change that matters (5.0): no change claimed",
)
UP_AND_GO = MeasureRow(
    "Rise, walk, turn, sit",
    "Timed Up and Go, s",
    "13.8",
    "9.6",
    "\u22124.2",
    Verdict.BETTER,
    "Beyond test error (2.5); now under the 12 s fall-risk cut-off",
)
KNEE_BEND = MeasureRow(
    "Knee bending, right",
    "Active, degrees",
    "98\u00b0",
    "116\u00b0",
    "+18\u00b0",
    Verdict.BETTER,
    "Beyond test error (9\u00b0)",
)
SIX_MINUTES = MeasureRow(
    "Six-minute walk",
    "m",
    "342",
    "331",
    "\u221211",
    Verdict.NO_CHANGE,
    "Inside test error (43): no change claimed",
)
ONE_LEG = MeasureRow(
    "Standing on the right leg",
    "Eyes open, s",
    "4.0",
    "9.5",
    "+5.5",
    Verdict.UNKNOWN,
    "No published error for her age",
)
REACH = MeasureRow(
    "Standing reach",
    "Forward, cm",
    "27",
    "20",
    "\u22127",
    Verdict.WORSE,
    "Beyond test error (5); asked about at each visit",
)


def _frame(heading: str, number: str, made_at: datetime, *, after: str = "") -> dict:
    """Return what every document has: the parties, and its day and signature as the practice's clock says them."""
    at = made_at.astimezone(HOME)
    day = f"{at:%B} {at.day}, {at.year}"
    clock = f"{at:%I:%M}".lstrip("0") + f" {at:%p}".lower()
    return {
        "title": f"{heading}, Margaret Ellison, {day}",
        "heading": heading,
        "date_line": f"{day}{after}",
        "number": number,
        "made_at": made_at,
        "to": RAMAN,
        "re": ELLISON,
        "about": KNEE,
        "author": AUTHOR,
        "signature": Signature(AUTHOR.name, f"signed {at:%b} {at.day}, {at.year}, {clock}", path=STROKES),
        "scope": SCOPE,
        "small_print": SMALL_PRINT,
    }


def progress_report(**changes: object) -> ProgressReportSnapshot:
    """Return the signed 60-day report; name what should differ."""
    values: dict = {
        **_frame(
            "Progress report",
            "Report R-2026-1187",
            datetime(2026, 10, 13, 14, 2, tzinfo=UTC),
            after=" \u00b7 day 57",
        ),
        "lead": runs(
            "Mrs. Ellison walks **31% faster** than eight weeks ago and has **left the fall-risk range**. "
            "Three of four measures improved by more than the smallest change that counts."
        ),
        "baseline_on": "Aug 17",
        "now_on": "Oct 13",
        "domains": [
            Domain("Function", [FUNCTION, GAIT]),
            Domain("Strength", [GRIP]),
            Domain("Flexibility, range"),
            Domain("Stability"),
            Domain("Endurance", why="aerobic testing not cleared"),
            Domain("Balance, coordination", [UP_AND_GO]),
        ],
        "charts": [LEFS, TUG],
        "attendance": Attendance(
            runs("**17 of 18 sessions**, 94%. One missed, Sep 24 (cold)."),
            [Week(3), Week(2), Week(2), Week(2), Week(2), Week(1, 1), Week(2), Week(2), Week(1)],
            "Sessions in each of nine weeks: three in the first, then two a week, one missed in week six, "
            "one so far in week nine.",
        ),
        "precautions": [
            "No kneeling on the right knee",
            "Flexion to comfort, 120\u00b0 at most",
            "Paced by RPE (beta-blocker), peak 6",
            "One session held for BP 164/98, started at 146/86",
        ],
        "program": "Phase 2 of 3: leg strength, step-ups, balance, indoor walking. 50 min twice a week. "
        "Highest pain 3 of 10, no adverse events.",
        "next": "Stairs and outdoor walking, 7 sessions to day 84, then discharge to membership.",
        "asks": [Ask("Continue as planned"), Ask("Change limits:", line=True)],
    }
    return ProgressReportSnapshot(**values | changes)


def full_report(**changes: object) -> ProgressReportSnapshot:
    """Return the report with all six domains measured, eight rows, one of them worse."""
    return progress_report(
        **{
            "domains": [
                Domain("Function", [FUNCTION, GAIT]),
                Domain("Strength", [GRIP]),
                Domain("Flexibility, range", [KNEE_BEND]),
                Domain("Stability", [ONE_LEG]),
                Domain("Endurance", [SIX_MINUTES]),
                Domain("Balance, coordination", [UP_AND_GO, REACH]),
            ]
        }
        | changes
    )


def introductory_letter(**changes: object) -> IntroductoryLetterSnapshot:
    """Return the signed letter after the first session; name what should differ."""
    values: dict = {
        **_frame(
            "Introductory letter",
            "Letter L-2026-0614",
            datetime(2026, 8, 17, 20, 30, tzinfo=UTC),
            after=" \u00b7 first session today",
        ),
        "greeting": "Dear Dr. Raman,",
        "opening": runs(
            "Mrs. Ellison, whom you referred on August 10, had her **first medical exercise session today** "
            "and **finished it without symptoms**."
        ),
        "paragraphs": [
            Paragraph(
                "What we found",
                "She rises, walks and turns in 13.8 s (Timed Up and Go) and walks at 0.84 m/s. "
                "The right knee bends to 98\u00b0; grip is 19.2 kg on the right.",
            ),
            Paragraph(
                "What we plan",
                "Two sessions a week for twelve weeks: leg strength, balance, walking and stairs. "
                "Reassessment on September 14 and every 30 days; you receive a one-page report each time.",
            ),
            Paragraph(
                "Who we are and what we do",
                "Northbridge Medical Exercise guides exercise for people who have been discharged from or cleared by "
                "their provider. We measure function and manage exercise inside your limits. We do not diagnose, and "
                "what we do does not replace medical care. If something new appears, we stop and call you.",
            ),
        ],
        "precautions": [
            "No kneeling on the right knee",
            "Flexion to comfort, 120\u00b0 at most",
            "Pressure at rest below 160/100",
        ],
        "asks": [Ask("No concerns"), Ask("Please note:", line=True)],
        "closing": "Thank you for your trust. A call or a fax reaches me the same day.",
    }
    return IntroductoryLetterSnapshot(**values | changes)


def acknowledgement(**changes: object) -> AcknowledgementSnapshot:
    """Return the signed word that a referral has arrived; name what should differ."""
    values: dict = {
        **_frame("Acknowledgement", "Letter A-2026-0311", datetime(2026, 8, 10, 18, 5, tzinfo=UTC)),
        "about": Party("Right knee replacement", ["ICD-10 Z96.651"]),
        "author": Author("Grace Bell", "Front desk"),
        "signature": Signature("Grace Bell", "signed Aug 10, 2026, 2:05 pm"),
        "greeting": "Dear Dr. Raman,",
        "opening": runs("We **received your referral** of Mrs. Ellison on August 10. Thank you."),
        "paragraphs": [
            Paragraph(
                "What happens next",
                "We call Mrs. Ellison to arrange the first visit. Before exercise begins we screen, ask you for "
                "clearance where it is missing, and measure function. You hear from us within 24 hours of the first "
                "visit, and every 30 days from then on.",
            ),
        ],
        "needed": ["Confirmation that the client has left medical care, with the day"],
        "asks": [Ask("It is attached"), Ask("Please call:", line=True)],
        "closing": "Call 555-0142 and we answer the same day.",
    }
    return AcknowledgementSnapshot(**values | changes)


def assessment_summary(**changes: object) -> AssessmentSummarySnapshot:
    """Return the signed summary of the first measurements; name what should differ."""

    def first(row: MeasureRow, meaning: str, gauge: Gauge | None = None) -> MeasureRow:
        return MeasureRow(row.name, row.detail, row.baseline, "", "", Verdict.UNKNOWN, meaning, gauge)

    values: dict = {
        **_frame(
            "Assessment summary",
            "Summary S-2026-0502",
            datetime(2026, 8, 20, 14, 2, tzinfo=UTC),
            after=" \u00b7 day 3",
        ),
        "lead": runs(
            "Mrs. Ellison was **measured on August 17** in five of six domains. Not yet: **stairs**."
        ),
        "measured_on": "Aug 17",
        "domains": [
            Domain(
                "Function",
                [
                    first(
                        FUNCTION, "", Gauge(42.8, "LEFS. Better to the right. Now 34. Goal 62.", goal=76.4)
                    ),
                    first(
                        GAIT,
                        "Below the middle half of women of 60 to 69",
                        Gauge(51.2, "Gait speed. Better to the right. Now 0.82 m/s.", low=64.0, high=85.5),
                    ),
                ],
            ),
            Domain("Strength", [first(GRIP, "Between the 25th and 50th percentile of women of 65 to 69")]),
            Domain("Flexibility, range", [first(KNEE_BEND, "")]),
            Domain("Stability", [first(ONE_LEG, "")]),
            Domain("Endurance", why="aerobic testing not cleared"),
            Domain(
                "Balance, coordination",
                [
                    first(
                        UP_AND_GO,
                        "Over the CDC STEADI line of 12 s",
                        Gauge(
                            55.8, "TUG. Better to the right. Now 13.8 s.", typical=83.1, cut=64.4, goal=79.0
                        ),
                    )
                ],
            ),
        ],
        "also": "Measured too: Grip, left.",
        "goals": [
            "Climb the stairs at home, one foot per step: LEFS 62 by Nov 15",
            "Cross the street: TUG 11 s by Sep 16",
        ],
        "precautions": ["No kneeling on the right knee", "Flexion to comfort, 120\u00b0 at most"],
        "program": "Total knee replacement program, phase 1 of 3 (Foundation): leg strength, balance. Tuesdays, Thursdays.",
        "next": "Reassessment by Sep 16, 2026; you receive one page then.",
        "asks": [Ask("Agreed"), Ask("Please change:", line=True)],
    }
    return AssessmentSummarySnapshot(**values | changes)


def change_in_status(**changes: object) -> ChangeInStatusSnapshot:
    """Return the signed notice of a stopped session; name what should differ."""
    values: dict = {
        **_frame(
            "Change in status",
            "Notice C-2026-0017",
            datetime(2026, 9, 24, 14, 2, tzinfo=UTC),
            after=" \u00b7 day 38",
        ),
        "greeting": "Dear Dr. Raman,",
        "opening": runs("**No exercise since September 24.** Mrs. Ellison was referred back to you."),
        "paragraphs": [
            Paragraph(
                "What was observed", "Sep 24: left calf swollen and warm since last night, said at check-in."
            ),
            Paragraph(
                "What we did", "Exercise is stopped. It begins again only after your answer is on file."
            ),
        ],
        "findings": ["Systolic pressure 184 mmHg, above 180 mmHg"],
        "asks": [
            Ask("Exercise may go on"),
            Ask("Not before I have seen the client"),
            Ask("With limits:", line=True),
        ],
        "closing": "Call 555-0142 and we answer the same day.",
    }
    return ChangeInStatusSnapshot(**values | changes)


def discharge_summary(**changes: object) -> DischargeSummarySnapshot:
    """Return the signed summary at the end of an episode; name what should differ."""
    report = full_report()
    values: dict = {
        **_frame(
            "Discharge summary",
            "Summary D-2026-0120",
            datetime(2026, 11, 9, 16, 2, tzinfo=UTC),
            after=" \u00b7 day 84",
        ),
        "lead": runs(
            "Service for Mrs. Ellison ended on November 9: **goals met**. She walks **31% faster** than twelve weeks ago."
        ),
        "baseline_on": "Aug 17",
        "now_on": "Nov 9",
        "domains": report.domains,
        "charts": [LEFS, TUG],
        "attendance": Attendance(runs("**24 sessions** from Aug 17 to Nov 9, 24 planned.")),
        "goals": [
            "Met Oct 13: cross the street (TUG 11 s)",
            "Not met: climb the stairs at home (LEFS 62, last 54)",
        ],
        "reached": "She can do now: stairs one foot per step, 14 steps.",
        "next": "Functional Maintenance follows here, as a service of its own. Refer again whenever function is lost.",
        "asks": [Ask("Noted"), Ask("Please call:", line=True)],
    }
    return DischargeSummarySnapshot(**values | changes)
