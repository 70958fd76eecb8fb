"""Tags and filters of the components."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from medexpro.kernel.findings import Finding, Weight
from medexpro.web.templatetags import ui


def draw(text: str, **context) -> str:
    return Template("{% load ui %}" + text).render(Context(context))


def test_an_icon_beside_a_word_is_silent_and_alone_it_speaks():
    assert 'aria-hidden="true"' in draw('{% icon "check" %}')
    assert 'role="img" aria-label="Logged &lt;now&gt;"' in draw(
        '{% icon "check" label %}', label="Logged <now>"
    )


@pytest.mark.parametrize("kind", ["ok", "hold", "stop", "info"])
def test_a_judgement_has_colour_icon_and_word(kind):
    drawn = draw("{% chip word kind %}", word="Hold <5>", kind=kind)
    assert f"chip-{kind}" in drawn
    assert "<use" in drawn
    assert "Hold &lt;5&gt;" in drawn


def test_a_fact_has_no_icon():
    assert draw('{% chip "Session 17 of 24" %}') == '<span class="chip">Session 17 of 24</span>'


def test_the_spine_says_where_we_are():
    steps = [
        {"name": "Referral", "caption": "Aug 10", "state": "done"},
        SimpleNamespace(name="Screening", caption="today", state="now"),
        {"name": "Clearance", "caption": "", "state": ""},
    ]
    drawn = draw("{% spine steps %}", steps=steps)
    assert drawn.count("<li") == 3
    assert drawn.count('aria-current="step"') == 1
    assert "step 2 of 3" in drawn
    assert "done" in drawn


def test_no_precautions_no_strip():
    assert draw("{% precautions found %}", found=[]).strip() == ""
    assert "No kneeling &amp; no squats" in draw("{% precautions found %}", found=["No kneeling & no squats"])


def test_findings_are_grouped_by_weight_with_figure_and_source():
    found = [
        Finding(code="n", sentence="Paces by effort.", weight=Weight.NOTE),
        Finding(
            code="s",
            sentence="Above 180.",
            weight=Weight.STOP,
            figure="184 > 180",
            source="ACSM",
            clears="Recheck.",
        ),
    ]
    drawn = draw("{% findings found %}", found=found)
    assert drawn.index("Above 180.") < drawn.index("Paces by effort.")
    for part in ("184 &gt; 180", "ACSM", "Recheck.", "fd-stop", "fd-note"):
        assert part in drawn
    assert "fd-decide" not in drawn


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (-2.5, None, "−2.5"),
        (12, None, "12"),
        ("9.60", 1, "9.6"),
        (34.0, None, "34"),
        (None, None, "–"),
        (12000, None, "12,000"),
        (0.125, 2, "0.12"),
    ],
)
def test_numbers_have_a_true_minus(value, places, expected):
    assert ui.num(value, places) == expected


@pytest.mark.parametrize(("value", "expected"), [(2.4, "+2.4"), (-2.5, "−2.5"), (0, "0"), (None, "–")])
def test_changes_carry_their_sign(value, expected):
    assert ui.signed(value) == expected


def test_a_change_that_rounds_to_nothing_has_no_sign():
    assert ui.signed(0.04, 1) == "0.0"
    assert ui.signed(-0.04, 1) == "0.0"


def test_instants_are_shown_on_the_practices_clock():
    late = datetime(2026, 10, 14, 1, 5, tzinfo=UTC)
    with timezone.override(ZoneInfo("America/New_York")):
        assert ui.day(late) == "Oct 13, 2026"
        assert ui.clock(late) == "9:05 pm"
    assert ui.day(date(2026, 10, 3), "week") == "Sat, Oct 3"
    assert ui.day(None) == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Margaret Ellison", "ME"),
        ("Janet", "JA"),
        ("de la Cruz, Ana María", "DM"),
        ("", ""),
        ("3 Müller", "MÜ"),
    ],
)
def test_initials(name, expected):
    assert ui.initials(name) == expected
