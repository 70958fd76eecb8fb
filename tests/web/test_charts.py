"""Outcome charts: the rules of drawing that a physician relies on."""

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.web import charts, drawing
from medexpro.web.charts import Band, Line, Point, Ruler, TrendChart
from medexpro.web.sessions import SessionMark, sessions_svg

AUG, SEP, OCT = date(2026, 8, 17), date(2026, 9, 14), date(2026, 10, 13)


def tug(**changes) -> TrendChart:
    """Return Janet's Timed Up and Go: three values, lower is better."""
    told = {
        "name": "Timed Up and Go",
        "unit": "s",
        "points": [Point(AUG, 13.8), Point(SEP, 11.4), Point(OCT, 9.6)],
        "y_min": 6,
        "y_max": 15,
        "better": "lower",
        "baseline": Line(13.8, "Baseline 13.8"),
        "goal": Line(9, "Goal 9"),
        "band": charts.band_too_small(13.8, 2.5, "lower", "MDC"),
        "cut_off": Line(12, "Fall risk ≥ 12"),
        "ends_on": date(2026, 11, 9),
    }
    return TrendChart(**told | changes)


def test_time_is_drawn_to_scale():
    marks = charts.trend_geometry(tug()).marks
    first, second, third = (mark.x for mark in marks)
    assert (second - first) / (third - second) == pytest.approx((SEP - AUG).days / (OCT - SEP).days)


def test_the_range_is_the_measures_not_the_clients():
    low, high = tug(points=[Point(AUG, 13.8)]), tug(points=[Point(AUG, 7.0), Point(SEP, 6.5)])
    assert charts.trend_geometry(low).grid == charts.trend_geometry(high).grid


@pytest.mark.parametrize(
    ("baseline", "size", "better", "expected"),
    [(13.8, 2.5, "lower", Band(11.3, 13.8, "MDC −2.5")), (34, 9, "higher", Band(34, 43, "MDC +9"))],
)
def test_the_band_reaches_from_the_baseline_towards_better(baseline, size, better, expected):
    assert charts.band_too_small(baseline, size, better, "MDC") == expected


def test_the_band_is_as_wide_as_the_change_that_counts():
    g = charts.trend_geometry(tug())
    a_second = (g.bottom - g.top) / (15 - 6)
    assert g.band[1] - g.band[0] == pytest.approx(2.5 * a_second)
    assert g.band_edge == pytest.approx(g.band[1])  # Lower is better: the far edge lies below the baseline.


@pytest.mark.parametrize("size", [0, -2])
def test_no_figure_no_band(size):
    with pytest.raises(ValueError, match="positive"):
        charts.band_too_small(13.8, size, "lower", "MDC")


def test_one_value_is_a_point_and_no_trend():
    drawn = drawing.trend_svg(tug(points=[Point(AUG, 13.8)], due_on=date(2026, 9, 16)))
    assert 'class="line"' not in drawn
    assert "pt-now" not in drawn
    assert "One value, no trend yet" in drawn
    assert "Sep 16, due" in drawn


def test_no_value_yet_still_draws():
    drawn = drawing.trend_svg(tug(points=[], baseline=None, band=None))
    assert "No value yet." in drawn
    assert "circle" not in drawn


def test_the_last_value_is_filled_and_named_and_earlier_ones_hollow():
    drawn = drawing.trend_svg(tug())
    assert drawn.count("pt-now") == 1
    assert drawn.count('class="pt"') == 1
    assert drawn.count("pt-base") == 1
    assert re.search(r't-halo"[^>]*>9.6<', drawn)


def test_a_gap_stays_a_gap():
    joined = charts.trend_geometry(tug())
    broken = charts.trend_geometry(
        tug(points=[Point(AUG, 13.8), Point(SEP, 11.4), Point(OCT, 9.6, after_gap=True)])
    )
    assert [len(stroke) for stroke in joined.strokes] == [3]
    assert [len(stroke) for stroke in broken.strokes] == [2]


def test_the_label_says_every_value_and_which_way_is_better():
    said = tug().description
    for part in (
        "Aug 17, 2026, 13.8",
        "Sep 14, 2026, 11.4",
        "Oct 13, 2026, 9.6",
        "Lower is better",
        "11.3 to 13.8",
    ):
        assert part in said
    assert 'role="img"' in drawing.trend_svg(tug())


def test_the_foot_says_where_the_scale_starts_and_which_way_is_better():
    assert tug(note="Best of 2 trials.").footnote == "Best of 2 trials. Lower is better. Scale starts at 6."
    assert tug(y_min=0).footnote == "Lower is better."


def test_it_is_drawn_in_the_order_of_the_rules():
    drawn = drawing.trend_svg(tug(norm=Band(7, 10, "Typical 7–10")))
    order = ["norm", "mcid", "hatch", "base", "goal", "cut", "line", "pt-base", "pt", "pt-now"]
    places = [drawn.index(f'class="{kind}"') for kind in order]
    assert places == sorted(places)


def test_a_value_off_the_scale_stands_at_the_edge_and_says_so():
    g = charts.trend_geometry(tug(points=[Point(AUG, 13.8), Point(SEP, 31)]))
    assert g.marks[1].off_scale
    assert g.marks[1].y == g.top
    assert "off the scale" in drawing.trend_svg(tug(points=[Point(AUG, 13.8), Point(SEP, 31)]))


def test_paper_is_grey_and_stands_alone():
    drawn = drawing.trend_svg(tug(norm=Band(7, 10, "Typical 7–10")), mode="paper")
    assert "class=" not in drawn
    assert "var(" not in drawn
    assert "url(" not in drawn
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawn
    for colour in re.findall(r"#([0-9a-f]{6})", drawn):
        red, green, blue = (int(colour[n : n + 2], 16) for n in (0, 2, 4))
        assert max(red, green, blue) - min(red, green, blue) < 40, f"#{colour} is not a grey"


@pytest.mark.parametrize("mode", ["screen", "paper"])
def test_words_are_escaped(mode):
    drawn = drawing.trend_svg(tug(name='<b>"Walk"</b>', goal=Line(9, "<script>")), mode=mode)
    assert "<b>" not in drawn
    assert "<script>" not in drawn


def test_a_range_that_does_not_rise_is_refused():
    with pytest.raises(ValueError, match="range"):
        tug(y_min=15, y_max=15)


def test_two_results_on_one_day_share_its_name_and_both_stand_in_the_table():
    chart = tug(points=[Point(AUG, 13.8), Point(AUG, 12.9)], ends_on=None)
    g = charts.trend_geometry(chart)
    assert [text for _, text, _ in g.days] == ["Aug 17"]
    assert g.marks[0].x == g.marks[1].x and g.marks[0].y != g.marks[1].y
    assert "Aug 17, 2026, 13.8; Aug 17, 2026, 12.9" in chart.description
    x, _, text, _ = g.value_label
    assert text == "12.9" and x >= g.marks[1].x + 8  # Beside the points, over neither.


def test_the_newest_day_is_named_also_beside_the_first():
    g = charts.trend_geometry(
        tug(points=[Point(AUG, 13.8), Point(AUG + timedelta(days=2), 12.9)], ends_on=SEP)
    )
    (first, first_text, anchor), (second, second_text, _) = g.days
    assert (first_text, second_text) == ("Aug 17", "Aug 19")
    assert anchor == "start" and second >= first + len(first_text) * charts.GLYPH


# ---- Properties


@given(st.lists(st.floats(0, 500), max_size=12), st.floats(1, 20))
def test_labels_never_overlap_and_stay_inside(wanted, gap):
    low, high = 14.0, 168.0
    placed = charts.spread(wanted, gap, low, high)
    room = min(gap, (high - low) / (len(wanted) - 1)) if len(wanted) > 1 else gap
    assert len(placed) == len(wanted)
    assert all(low - 1e-6 <= y <= high + 1e-6 for y in placed)
    ordered = sorted(placed)
    assert all(b - a >= room - 1e-6 for a, b in pairwise(ordered))


@given(st.lists(st.floats(14, 168), min_size=2, max_size=8, unique=True))
def test_labels_keep_the_order_of_their_lines(wanted):
    placed = charts.spread(wanted, 13, 14, 168)
    assert sorted(range(len(wanted)), key=wanted.__getitem__) == sorted(
        range(len(wanted)), key=placed.__getitem__
    )


@given(
    values=st.lists(st.floats(-5, 30, allow_nan=False), min_size=1, max_size=20),
    days=st.lists(st.integers(0, 200), min_size=20, max_size=20),
    levels=st.lists(st.floats(6, 15), min_size=3, max_size=3),
    size=st.floats(0.1, 6),
    width=st.integers(260, 700),
    height=st.integers(120, 320),
)
def test_everything_stays_inside_the_drawing(values, days, levels, size, width, height):
    on, points = AUG, []
    for value, later in zip(values, days, strict=False):
        points.append(Point(on, round(value, 1)))
        on += timedelta(days=later)
    base, goal, cut = levels
    chart = tug(
        points=points,
        baseline=Line(base, f"Baseline {base:.1f}"),
        goal=Line(goal, f"Goal {goal:.1f}"),
        cut_off=Line(cut, f"Fall risk ≥ {cut:.1f}"),
        band=charts.band_too_small(base, size, "lower", "MDC"),
        ends_on=None,
    )
    g = charts.trend_geometry(chart, width, height)
    assert all(g.left - 1e-6 <= mark.x <= g.right + 1e-6 for mark in g.marks)
    assert all(g.top - 1e-6 <= mark.y <= g.bottom + 1e-6 for mark in g.marks)
    assert all(g.top - 1e-6 <= label.y <= g.bottom + 1e-6 for label in g.labels)
    x, y, _text, _anchor = g.value_label
    assert 0 <= x <= width
    assert 0 <= y <= height
    ends = sorted(
        (
            at if anchor == "start" else at - len(text) * charts.GLYPH / (1 if anchor == "end" else 2),
            len(text),
        )
        for at, text, anchor in g.days
    )
    assert all(a + n * charts.GLYPH <= b + 1e-6 for (a, n), (b, _) in pairwise(ends))


@given(left=st.floats(0, 50), width=st.floats(1, 400), top=st.floats(0, 50), height=st.floats(0.5, 200))
def test_hatching_never_leaves_its_band(left, width, top, height):
    path = drawing.hatch(left, top, left + width, top + height)
    for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path):
        assert left - 0.1 <= float(x) <= left + width + 0.1
        assert top - 0.1 <= float(y) <= top + height + 0.1


# ---- Ruler


def test_right_is_always_better_on_a_ruler():
    lower = Ruler(name="TUG", y_min=4, y_max=16, now=9.6, better="lower", baseline=13.8)
    higher = Ruler(name="LEFS", y_min=0, y_max=80, now=54, baseline=34)
    assert lower.position(9.6) > lower.position(13.8)
    assert higher.position(54) > higher.position(34)


def test_a_ruler_says_its_values():
    drawn = drawing.ruler_svg(
        Ruler(
            name="TUG",
            y_min=4,
            y_max=16,
            now=9.6,
            better="lower",
            unit="s",
            baseline=13.8,
            cut_off=Line(12, "Fall risk ≥ 12"),
        )
    )
    assert "Baseline 13.8 s. Now 9.6 s. Fall risk ≥ 12." in drawn
    assert "style=" not in drawn


@given(st.floats(-50, 150, allow_nan=False), st.sampled_from(["higher", "lower"]))
def test_a_ruler_never_leaves_its_track(value, better):
    assert 2 <= Ruler(name="x", y_min=0, y_max=100, now=value, better=better).position(value) <= 98


def test_no_two_names_under_a_ruler_share_a_place():
    drawn = drawing.ruler_svg(
        Ruler(
            name="TUG",
            y_min=5,
            y_max=25,
            now=11,
            better="lower",
            baseline=13.8,
            cut_off=Line(12, "CDC STEADI ≥ 12"),
            goal=Line(10, "Goal 10"),
            norm=Band(9, 11, "Middle half, age 68"),
        )
    )
    rows = dict(re.findall(r'<text class="[^"]*t-halo" x="[^"]*" y="(\d+)" text-anchor="\w+">([^<]*)', drawn))
    assert len(rows) == 3 and set(rows.values()) == {"CDC STEADI ≥ 12", "Goal 10", "Middle half, age 68"}
    # Every line is drawn before the first name, so that none runs through a letter.
    assert drawn.rindex("<line") < drawn.index("CDC STEADI ≥ 12</text>")


# ---- Every session


def test_every_session_shows_pain_effort_and_the_ceiling():
    marks = [SessionMark(1, 5, 3), SessionMark(2, None, 6), SessionMark(3, 2, 7)]
    drawn = sessions_svg(marks, 6)
    assert (drawn.count("dot-pain"), drawn.count("dot-rpe"), drawn.count('class="span"')) == (2, 3, 2)
    assert "Effort 3 at first, 7 at last, over the ceiling of 6 once." in drawn
    assert "style=" not in drawn and "session 3" in drawn


def test_one_session_is_no_course():
    with pytest.raises(ValueError, match="one session"):
        sessions_svg([SessionMark(1, 5, 3)], 6)
