"""What the provider reads: everything that was frozen, in order, on one page, by eye, ear and fax."""

import re
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from PIL import Image, ImageChops

from medexpro.kernel.documents import DocumentKind
from medexpro.pdf import engine, fax
from medexpro.reports.layouts import (
    ACKNOWLEDGEMENT,
    ASSESSMENT_SUMMARY,
    CHANGE_IN_STATUS,
    DISCHARGE_SUMMARY,
    INTRODUCTORY_LETTER,
    LAYOUTS,
    PROGRESS_REPORT,
)
from medexpro.reports.snapshots import (
    DOMAINS,
    Attendance,
    Band,
    Chart,
    Domain,
    Line,
    Point,
    Signature,
    Tick,
    Verdict,
    Week,
    plain,
    runs,
)
from tests.pdf import reading
from tests.reports.samples import (
    FUNCTION,
    LEFS,
    LETTERHEAD,
    REACH,
    TUG,
    acknowledgement,
    assessment_summary,
    change_in_status,
    discharge_summary,
    full_report,
    introductory_letter,
    progress_report,
)

SIX = [
    (ACKNOWLEDGEMENT, acknowledgement()),
    (INTRODUCTORY_LETTER, introductory_letter()),
    (ASSESSMENT_SUMMARY, assessment_summary()),
    (PROGRESS_REPORT, full_report()),
    (CHANGE_IN_STATUS, change_in_status()),
    (DISCHARGE_SUMMARY, discharge_summary()),
]
NAMES = [layout.name for layout, _ in SIX]


def printed(document, layout=PROGRESS_REPORT) -> bytes:
    return engine.render(layout, document, LETTERHEAD).pdf


def picture(document, layout=PROGRESS_REPORT, ppi: float = 72) -> Image.Image:
    [page] = engine.preview(layout, document, LETTERHEAD, ppi=ppi)
    return Image.open(BytesIO(page)).convert("L")


def every_string(values) -> list[str]:
    """Return every string the snapshot holds, except what steers and what a chart only draws."""
    steering = {"made_at", "language", "region", "verdict", "path", "alt", "title", "shown"}
    if isinstance(values, str):
        return [values]
    if isinstance(values, dict):
        return [each for key, value in values.items() if key not in steering for each in every_string(value)]
    if isinstance(values, list):
        return [each for value in values for each in every_string(value)]
    return []


# Everything that was frozen is printed


@pytest.mark.parametrize(("layout", "document"), [*SIX, (PROGRESS_REPORT, progress_report())])
def test_every_word_of_the_snapshot_is_on_the_page(layout, document):
    text = reading.text_of(printed(document, layout))
    for said in every_string(msgspec.to_builtins(document)):
        assert " ".join(said.split()) in text, said
    for said in (
        LETTERHEAD.name,
        LETTERHEAD.address,
        LETTERHEAD.phone,
        f"fax {LETTERHEAD.fax}",
        "page 1 of 1",
    ):
        assert said in text


def test_titles_of_charts_are_printed_too():
    text = reading.text_of(printed(progress_report()))
    assert LEFS.title in text and TUG.title in text
    assert text.index("higher is better") < text.index("lower is better")


def test_the_report_reads_in_the_order_a_provider_asks():
    text = reading.text_of(printed(progress_report()))
    order = ["Priya Raman", "Margaret Ellison", "Right knee", "31% faster", "Everyday function", "Attendance"]
    order += ["Precautions respected", "Program", "Next", "We ask you", "signed Oct 13", "R-2026-1187"]
    places = [text.index(said) for said in order]
    assert places == sorted(places)


def test_all_six_domains_are_named_measured_or_not():
    text = reading.text_of(printed(progress_report()))
    for name in DOMAINS:
        assert name in text
    assert "Stability not measured" in text
    assert "Endurance not measured (aerobic testing not cleared)" in text
    assert "not measured" not in reading.text_of(printed(full_report()))


def test_a_report_of_nothing_measured_says_so():
    text = reading.text_of(printed(progress_report(domains=[Domain(name) for name in DOMAINS], charts=[])))
    assert text.count("not measured") == 6


def test_a_measure_that_got_worse_says_so_in_a_word():
    """A shape alone could be missed, and is silent to who listens."""
    domains = [Domain(name, [REACH] if name == DOMAINS[5] else []) for name in DOMAINS]
    assert f"Worse. {REACH.meaning}" in reading.text_of(printed(progress_report(domains=domains)))
    assert "Worse." not in reading.text_of(printed(progress_report()))


@pytest.mark.parametrize("pair", [(a, b) for a in Verdict for b in Verdict if a < b])
def test_verdicts_differ_by_shape_in_black_and_white(pair):
    def page(verdict: Verdict) -> Image.Image:
        row = msgspec.structs.replace(FUNCTION, verdict=verdict, meaning="")
        domains = [Domain(name, [row] if name == DOMAINS[0] else []) for name in DOMAINS]
        [proof] = fax.proofs(PROGRESS_REPORT, progress_report(domains=domains), LETTERHEAD)
        return Image.open(BytesIO(proof)).convert("L")

    assert ImageChops.difference(page(pair[0]), page(pair[1])).getbbox()


def test_there_is_a_layout_for_each_of_the_six():
    assert set(LAYOUTS) == {kind.value for kind in DocumentKind} == set(NAMES)


@pytest.mark.parametrize(("layout", "document"), SIX, ids=NAMES)
def test_each_is_one_archival_page_that_can_be_heard(layout, document):
    made = engine.render(layout, document, LETTERHEAD)
    claims = reading.claims_of(made.pdf)
    assert made.pages == 1 and made.warnings == []
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == ("2", "A", "1")
    roles = [tag.role for tag in reading.tags_of(made.pdf).all()]
    assert roles.count("H1") == 1 and roles.count("H2") >= 2


@pytest.mark.parametrize(("layout", "document"), SIX, ids=NAMES)
def test_each_says_what_we_do_and_what_we_do_not(layout, document):
    said = reading.text_of(printed(document, layout))
    assert "do not name the cause of a complaint" in said and "we stop and refer back" in said


def test_a_first_result_is_drawn_on_its_scale_and_heard():
    document = assessment_summary()
    pdf = printed(document, ASSESSMENT_SUMMARY)
    gauges = [row.gauge for domain in document.domains for row in domain.rows if row.gauge]
    figures = [tag.alt for tag in reading.tags_of(pdf).all() if tag.role == "Figure"]
    assert len(gauges) == 3 and {gauge.alt for gauge in gauges} <= set(figures)
    assert "Dot: the result." in reading.text_of(pdf)
    bare = [
        Domain(one.name, [msgspec.structs.replace(row, gauge=None) for row in one.rows], one.why)
        for one in document.domains
    ]
    without = printed(assessment_summary(domains=bare), ASSESSMENT_SUMMARY)
    assert "Dot: the result." not in reading.text_of(without)


def test_an_acknowledgement_without_anything_missing_asks_for_nothing():
    text = reading.text_of(printed(acknowledgement(needed=[], asks=[]), ACKNOWLEDGEMENT))
    assert "still need" not in text and "We ask you" not in text


def test_a_discharge_says_final_and_which_goals_were_not_met():
    text = reading.text_of(printed(discharge_summary(), DISCHARGE_SUMMARY))
    assert "Final" in text and "Not met: climb the stairs" in text and "Met Oct 13" in text


# Signed, or plainly not


def test_an_unsigned_document_says_draft_where_the_signature_would_stand():
    text = reading.text_of(printed(progress_report(signature=None)))
    assert text.count("Draft, not signed") == 2
    assert "signed Oct 13" not in text
    assert "Draft" not in reading.text_of(printed(progress_report()))


def test_a_drawn_signature_is_drawn_and_named():
    figures = [tag.alt for tag in reading.tags_of(printed(progress_report())).all() if tag.role == "Figure"]
    assert "Signature of Rosa Okafor, MES" in figures


def test_a_typed_signature_is_the_name_after_the_customary_sign():
    typed = Signature("Rosa Okafor, MES", "signed Oct 13, 2026, 10:02 am")
    assert "/s/ Rosa Okafor, MES" in reading.text_of(printed(progress_report(signature=typed)))


@pytest.mark.parametrize("path", ["M0 0'/><script>", "url(#a)", '"', "<", "M0 0;"])
def test_a_signature_is_path_data_only(path):
    with pytest.raises(ValueError, match="path data"):
        Signature("Rosa Okafor, MES", "signed", path=path)


# For those who listen


def test_headings_table_and_pictures_are_tagged():
    tags = list(reading.tags_of(printed(full_report())).all())
    roles = [tag.role for tag in tags]
    assert roles.count("H1") == 1
    assert roles.count("H2") == 5
    assert roles.index("H1") < roles.index("H2")
    assert [tag.scope for tag in tags if tag.role == "TH"] == ["Column"] * 6
    rows = [tag for tag in tags if tag.role == "TR"]
    assert len(rows) == 1 + 8
    assert "L" in roles and roles.count("LI") == 4
    figures = [tag for tag in tags if tag.role == "Figure"]
    assert all(tag.alt for tag in figures)
    alts = [tag.alt for tag in figures]
    assert LEFS.alt in alts and TUG.alt in alts
    assert any(alt.startswith("Sessions in each of nine weeks") for alt in alts)


def test_the_letter_is_tagged():
    roles = [tag.role for tag in reading.tags_of(printed(introductory_letter(), INTRODUCTORY_LETTER)).all()]
    assert roles.count("H1") == 1 and roles.count("H2") == 5
    assert roles.count("P") >= 8


# Charts


def chart(**changes) -> Chart:
    values = {
        "title": "Grip, right hand, kg",
        "better": "higher is better",
        "low": 0.0,
        "high": 60.0,
        "ticks": [Tick(0, "0"), Tick(30, "30"), Tick(60, "60")],
        "points": [Point(0, 19.2, "Aug 17", "19.2")],
        "alt": "Grip, right hand: 19.2 kg on Aug 17.",
    }
    return Chart(**values | changes)


@pytest.mark.parametrize(
    "odd",
    [
        chart(note="One value. Next due Sep 14"),
        chart(points=[Point(0, 19, "Aug 17", "19"), Point(0, 21, "Aug 17", "21")]),
        chart(points=[Point(0, 75, "Aug 17", "75"), Point(30, -4, "Sep 16", "\u22124")]),
        chart(points=[Point(n * 3, 20 + n, f"Aug {n + 1}", str(20 + n)) for n in range(28)]),
        chart(until=4000),
        chart(
            baseline=Line(20, "Baseline 20"),
            goal=Line(20, "Goal 20"),
            cut=Line(20, "Cut-off 20"),
            band=Band(20, 20, "MDC 0"),
            typical=Band(18, 22, "Typical 18\u201322"),
        ),
        chart(baseline=Line(0, "Baseline 0"), goal=Line(0, "Goal 0"), band=Band(-9, 0, "MDC 9")),
        chart(goal=Line(500, "A goal far beyond the usual range of this measure")),
    ],
)
def test_odd_charts_are_drawn_inside_their_place(odd):
    report = progress_report(charts=[odd, TUG])
    assert odd.points[-1].shown in reading.text_of(printed(report))
    assert ink_in_margins(picture(report)) == 0


def test_one_chart_or_none_leave_a_page():
    assert engine.render(PROGRESS_REPORT, progress_report(charts=[LEFS]), LETTERHEAD).pages == 1
    assert engine.render(PROGRESS_REPORT, progress_report(charts=[]), LETTERHEAD).pages == 1


def test_attendance_of_a_whole_year_keeps_its_place():
    year = Attendance(
        runs("**98 of 104**"), [Week(2, int(index % 9 == 0)) for index in range(52)], "Two a week."
    )
    assert ink_in_margins(picture(progress_report(attendance=year))) == 0


def test_a_chart_without_a_range_or_a_point_is_no_chart():
    with pytest.raises(ValueError, match="range"):
        chart(low=10, high=10)
    with pytest.raises(ValueError, match="a point"):
        chart(points=[])


def test_a_report_has_six_domains_in_order_and_two_charts_at_most():
    with pytest.raises(ValueError, match="six domains"):
        progress_report(domains=[Domain(name) for name in DOMAINS[1:]])
    with pytest.raises(ValueError, match="at most 2"):
        progress_report(charts=[LEFS, TUG, LEFS])


# On paper


def ink_in_margins(page: Image.Image) -> int:
    """Return how many dark dots stand in the outer third of an inch, where printers and faxes cut."""
    rim = round(page.width / 8.5 / 3)
    inside = page.copy()
    inside.paste(255, (rim, rim, page.width - rim, page.height - rim))
    return sum(inside.histogram()[:128])


@pytest.mark.parametrize(("layout", "document"), SIX, ids=NAMES)
def test_a_fax_keeps_the_words_and_has_no_black_areas(layout, document):
    [proof] = fax.proofs(layout, document, LETTERHEAD)
    page = Image.open(BytesIO(proof))
    assert page.mode == "1"
    assert page.size == (1734, 2156)
    ink = page.convert("L").histogram()[0] / (page.width * page.height)
    assert 0.02 < ink < 0.15  # As much as a page of text, not a dark page and not a pale one.
    # Half-inch squares below the letterhead: none is mostly black.
    half = fax.ACROSS // 2
    for top in range(half * 2, page.height - half, half):
        for left in range(0, page.width - half, half):
            square = page.crop((left, top, left + half, top + half)).convert("L")
            assert square.histogram()[0] / half**2 < 0.5
    assert ink_in_margins(page.convert("L")) == 0


def test_small_print_survives_the_fax():
    """The rows of the small print keep their dots: about as dark as in greyscale, not eaten away."""
    [page] = engine.preview(PROGRESS_REPORT, progress_report(), LETTERHEAD, ppi=fax.ACROSS)
    faxed = Image.open(BytesIO(fax.fax_proof(page))).convert("L")
    grey = Image.open(BytesIO(fax.grey_proof(page)))
    assert grey.mode == "L"
    box = (0.48, 0.925, 0.96, 0.975)

    def darkness(picture: Image.Image) -> float:
        part = picture.crop(
            tuple(round(side * extent) for side, extent in zip(box, picture.size * 2, strict=True))
        )
        return 1 - sum(shade * count for shade, count in enumerate(part.histogram())) / 255 / (
            part.width * part.height
        )

    assert darkness(faxed) > 0.8 * darkness(grey) > 0.02


def test_long_names_and_words_stay_on_the_paper():
    name = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Hubert Blaine"
    report = progress_report(program="x" * 90, next="https://example.org/" + "a" * 60, lead=runs("y" * 70))
    report = msgspec.structs.replace(
        report, to=msgspec.structs.replace(report.to, name=name, lines=[name.upper()])
    )
    assert ink_in_margins(picture(report, ppi=100)) == 0


# Our own words


WORDS_WE_DO_NOT_USE = re.compile(
    r"\b(therap\w*|patients?|treat\w*|diagnos\w*|cure\w*|rehab\w*)\b", re.IGNORECASE
)


def test_the_layouts_own_words_stay_in_scope():
    files = [layout.path for layout in LAYOUTS.values()] + sorted(engine.SHARED_LAYOUTS.glob("*.typ"))
    assert len(files) >= 6
    for path in files:
        assert not WORDS_WE_DO_NOT_USE.search(Path(path).read_text(encoding="utf-8")), path
        assert "!" not in re.sub(
            r"!=", "", "".join(re.findall(r'"([^"]*)"', path.read_text(encoding="utf-8")))
        )


def test_emphasis_is_written_with_asterisks_and_read_without():
    assert [(run.text, run.strong) for run in runs("**A** b **c")] == [("A", True), (" b **c", False)]
    assert plain(runs("walks **31% faster** now")) == "walks 31% faster now"
    assert runs("") == []
