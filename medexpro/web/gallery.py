"""What the gallery of components shows: made-up people and figures, one example for each state."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from django import forms

from medexpro.kernel.findings import Finding, Weight
from medexpro.web import charts
from medexpro.web.forms import (
    DateField,
    Form,
    NumberField,
    Picks,
    PicksMultiple,
    QuantityField,
    ScaleField,
    SearchField,
    SignatureField,
    Stepper,
    TimeField,
)

CODES = [
    ("M17.11", "Unilateral primary osteoarthritis, right knee"),
    ("M17.12", "Unilateral primary osteoarthritis, left knee"),
    ("M16.11", "Unilateral primary osteoarthritis, right hip"),
    ("Z96.651", "Presence of right artificial knee joint"),
    ("Z96.641", "Presence of right artificial hip joint"),
    ("M75.101", "Rotator cuff tear, right shoulder, not from injury"),
]


class Example(Form):
    """One field of each kind."""

    name = forms.CharField(label="Last name", max_length=60)
    email = forms.EmailField(label="Email", required=False)
    born_on = DateField(label="Born on")
    starts_at = TimeField(label="Visit starts", help_text="Such as 9:30 am")
    weight = QuantityField(
        ["[lb_av]", "kg"], canonical="kg", lowest=20, highest=350, plausible=(35, 200), label="Weight"
    )
    tug = NumberField(label="Timed Up and Go", unit="s", lowest=1, highest=300, plausible=(3, 30))
    load = NumberField(
        label="Load", widget=Stepper(label="Load", step=5, unit="lb", last=60), lowest=0, initial=70
    )
    effort = ScaleField(1, 10, ceiling=6, label="Effort, RPE")
    exercise = forms.ChoiceField(
        label="Moved this week",
        choices=[("none", "Not yet"), ("some", "On some days"), ("most", "On most days")],
        widget=Picks(hints={"some": "One to three", "most": "Four or more"}),
    )
    helps = forms.MultipleChoiceField(
        label="At home there is",
        required=False,
        choices=[("rail", "A handrail"), ("stairs", "Stairs"), ("help", "Someone who helps")],
        widget=PicksMultiple(),
    )
    condition = SearchField("web:components_find", label="Condition")
    payer = forms.ChoiceField(label="Settled by", choices=[("self", "Self-pay"), ("plan", "Membership")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    cleared = forms.BooleanField(label="Provider has cleared this change")
    signature = SignatureField(label="Signature")


def failed_form() -> Example:
    """Return the form as it comes back with errors and a question."""
    form = Example(
        {
            "name": "", "email": "janet@", "born_on": "14 Mar 58", "starts_at": "2:30", "weight_0": "1700",
            "weight_1": "[lb_av]", "tug": "36.0", "load": "-5", "condition_1": "knee", "payer": "self",
        },
        prefix=None,
        auto_id="bad_%s",
    )  # fmt: skip
    form.take_focus = False
    form.is_valid()
    return form


def find(text: str) -> dict:
    """Return what the search offers for the letters typed so far."""
    letters = text.casefold().split()
    found = [
        {"value": code, "label": label, "detail": "", "code": code}
        for code, label in CODES
        if letters and all(part in f"{code} {label}".casefold() for part in letters)
    ]
    return {"found": found, "more": False}


def _trend_many() -> charts.TrendChart:
    return charts.TrendChart(
        name="Timed Up and Go",
        unit="s",
        points=[
            charts.Point(date(2026, 8, 17), 13.8),
            charts.Point(date(2026, 9, 14), 11.4),
            charts.Point(date(2026, 10, 13), 9.6),
        ],
        y_min=6,
        y_max=15,
        better="lower",
        baseline=charts.Line(13.8, "Baseline 13.8"),
        goal=charts.Line(9, "Goal 9"),
        band=charts.band_too_small(13.8, 2.5, "lower", "MDC"),
        cut_off=charts.Line(12, "Fall risk ≥ 12"),
        ends_on=date(2026, 11, 9),
        verdict="4.2 s faster, out of the fall-risk range",
        verdict_kind="better",
        note="Best of 2 trials.",
        sources=["MDC 2.5 s: an example of layout, not a clinical figure."],
    )


def _trend_norm() -> charts.TrendChart:
    return charts.TrendChart(
        name="30-second chair stand",
        unit="stands",
        points=[
            charts.Point(date(2026, 8, 17), 8),
            charts.Point(date(2026, 9, 14), 10),
            charts.Point(date(2026, 10, 13), 12),
        ],
        y_min=5,
        y_max=17,
        baseline=charts.Line(8, "Baseline 8"),
        goal=charts.Line(14, "Goal 14"),
        band=charts.band_too_small(8, 2, "higher", "MCID"),
        norm=charts.Band(11, 16, "Typical 11–16"),
        ends_on=date(2026, 11, 9),
        verdict="+4 stands, now typical for her age",
        verdict_kind="better",
    )


def _trend_one() -> charts.TrendChart:
    return charts.TrendChart(
        name="Everyday function, LEFS",
        unit="of 80",
        points=[charts.Point(date(2026, 8, 17), 34)],
        y_min=0,
        y_max=80,
        baseline=charts.Line(34, "Baseline 34"),
        goal=charts.Line(62, "Goal 62"),
        band=charts.band_too_small(34, 9, "higher", "MCID"),
        due_on=date(2026, 9, 16),
        ends_on=date(2026, 11, 9),
        verdict="One value, no trend yet. Measure again by Sep 16.",
        verdict_kind="unknown",
    )


def _trend_gap() -> charts.TrendChart:
    return charts.TrendChart(
        name="Grip, right",
        unit="kg",
        points=[
            charts.Point(date(2026, 3, 2), 19.2),
            charts.Point(date(2026, 4, 1), 20.4),
            charts.Point(date(2026, 9, 14), 21.6, after_gap=True),
            charts.Point(date(2026, 10, 13), 20.9),
        ],
        y_min=0,
        y_max=40,
        baseline=charts.Line(19.2, "Baseline 19.2"),
        band=charts.band_too_small(19.2, 5, "higher", "MCID"),
        cut_off=charts.Line(16, "Low ≤ 16"),
        verdict="+1.7 kg, inside the band: no change claimed",
        verdict_kind="same",
        note="Best of 3 trials.",
    )


def _steps() -> list[dict]:
    captions = [
        ("Referral", "Aug 10", "done"), ("Screening", "Aug 12", "done"), ("Clearance", "Aug 14", "done"),
        ("Baseline", "Aug 17", "done"), ("Program", "17 of 24", "done"), ("Day 60", "today", "now"),
        ("Report", "", ""), ("Settled", "", ""), ("Discharge", "Nov 9", ""),
    ]  # fmt: skip
    return [{"name": name, "caption": caption, "state": state} for name, caption, state in captions]


def _gates() -> list[dict]:
    def taken(*values: tuple[str, str]) -> list[dict]:
        return [{"name": "Blood pressure", "values_taken": [{"text": t, "time": at} for t, at in values]}]

    first, second, third = ("138/82", "9:02"), ("164/98", "9:33"), ("184/112", "9:44")
    return [
        {"state": "go", "reason": "All readings inside her limits. Hold starts at 160/100.", "readings": taken(first),
         "recheck_url": "#gate"},
        {"state": "hold", "reason": "Above her hold line of 160/100. Rest seated 10 minutes, then recheck.",
         "readings": taken(first, second), "recheck_url": "#gate", "recheck_from": "9:43"},
        {"state": "stop", "reason": "Above 180/110. No exercise today. This can’t be lifted on the floor.",
         "readings": taken(second, third), "call_url": "#gate", "hold_url": "#gate"},
    ]  # fmt: skip


def context() -> dict:
    """Return everything the gallery draws."""
    return {
        "colours": [
            ("Paper", "paper"), ("Surface", "surface"), ("Sunken", "sunken"), ("Line", "line"), ("Ink", "ink"),
            ("Ink 2", "ink-2"), ("Ink 3", "ink-3"), ("Petrol", "brand"), ("Petrol tint", "brand-tint"),
            ("Go", "ok-solid"), ("Hold", "hold-solid"), ("Stop", "stop-solid"), ("Ochre", "c-2"), ("Plum", "c-3"),
            ("Moss", "c-4"),
        ],
        "precautions_now": ["No kneeling on right knee", "Flexion to comfort, 120° at most", "Pace by RPE, ceiling 6"],
        "steps": _steps(),
        "gates": _gates(),
        "trends": [_trend_many(), _trend_norm(), _trend_one(), _trend_gap()],
        "ruler": charts.Ruler(
            name="Timed Up and Go", y_min=4, y_max=16, better="lower", unit="s", now=9.6, baseline=13.8, earlier=[11.4],
            places=1, goal=charts.Line(8, "Goal 8.0"), cut_off=charts.Line(12, "Fall risk ≥ 12"),
            band=charts.band_too_small(13.8, 2.5, "lower", "MDC"),
        ),
        "findings_now": [
            Finding(code="bp", sentence="Systolic pressure 184 mmHg is above 180 mmHg: no session now.",
                    weight=Weight.STOP, figure="184 > 180 mmHg", source="Example of layout",
                    clears="A later reading inside the limit clears it; both are kept."),
            Finding(code="q", sentence="Dizzy on standing, since last week.", weight=Weight.DECIDE,
                    figure="Question 7", source="Our questionnaire", clears="Ask the provider and record the answer."),
            Finding(code="n", sentence="Takes a beta-blocker: pace by effort, not by pulse.", weight=Weight.NOTE,
                    source="Medication list"),
        ],
        "checks": [
            {"kind": "ok", "name": "Referral in force", "result": "Until Nov 8", "source": "Dr. Raman, Aug 10"},
            {"kind": "stop", "name": "ICD-10 code linked", "result": "None on the referral", "fix_url": "#checks",
             "fix_label": "Add code"},
            {"kind": "hold", "name": "Wording names medical exercise", "result": "“Continue exercise” is unclear"},
            {"kind": "wait", "name": "Baseline taken", "result": "After clearance"},
        ],
        "criteria": [
            {"met": True, "text": "Leg press 3 × 10 at 25 lb each side, RPE 5 or less"},
            {"met": False, "text": "Chair stand 13 or more", "note": "12 now"},
        ],
        "tabs_now": [
            {"key": "overview", "name": "Overview", "url": "#nav"},
            {"key": "sessions", "name": "Sessions", "url": "#nav", "count": 17},
            {"key": "documents", "name": "Documents", "url": "#nav"},
        ],
        "wizard": ["Practice", "Owner", "Second factor", "Letterhead", "Clinical rules"],
        "events": [
            {"day": "Today", "icon": "loop", "title": "60-day reassessment", "text": "LEFS +20", "now": True},
            {"day": "Oct 8", "icon": "check", "title": "Session 16 signed", "text": "RPE 4, pain 2, 49 min"},
            {"day": "Sep 15", "icon": "send", "title": "30-day report read", "text": "Dr. Raman opened it in 2 hours"},
        ],
        "columns": [{"name": "Measure"}, {"name": "Baseline", "number": True}, {"name": "Now", "number": True}],
        "rows": [["Timed Up and Go", "13.8 s", "9.6 s"], ["Grip, right", "19.2 kg", "21.6 kg"]],
        "sample_page": SimpleNamespace(
            paginator=SimpleNamespace(num_pages=4, count=96), start_index=26, end_index=50, has_previous=True,
            has_next=True, previous_page_number=1, next_page_number=3,
        ),
        "icons": sorted(ICONS),
    }  # fmt: skip


def frame() -> dict:
    """Return a made-up member and rail, for whoever opens the gallery without signing in."""
    places = [
        ("today", "Today", "today", 7), ("clients", "Clients", "clients", 1),
        ("referrals", "Referrals", "referrals", 3),
        ("reports", "Reports", "reports", 0), ("people", "People", "provider", 0),
        ("knowledge", "Knowledge", "book", 0), ("settings", "Settings", "settings", 0),
    ]  # fmt: skip
    return {
        "member": Someone("Rosa Okafor", "Medical exercise professional"),
        "practice": SimpleNamespace(name="Northbridge Medical Exercise"),
        "rail": [
            {
                "key": key,
                "label": label,
                "url": "#main",
                "icon": icon,
                "count": count,
                "letter": key[0] if count else "",
            }
            for key, label, icon, count in places
        ],
    }


@dataclass(frozen=True)
class Someone:
    """A made-up member."""

    name: str
    role_names: str

    def __str__(self) -> str:
        return self.name


# The names a page may draw; tests hold this list and the sprite together.
_NAMES = (
    "activity alert archive arrow attach award back ban billing book bp brain building business "
    "calendar camera check chev circle cleared clients clock copy doc dots down download edit episode "
    "external eye fax file filter flag flat gear glass grip heart help history hold home image import "
    "info key link list load loader lock loop mail measure medication menu minus msg next offline "
    "passkey pause pen person phone pin play plus prev print provider pulse question queued referrals "
    "repeat reports screening search send settings shield sign signout skills star stop surgery swap "
    "sync table tablet target theme timer today trash undo up upload users walk warn x "
)
ICONS = tuple(_NAMES.split())
