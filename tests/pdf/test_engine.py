"""The engine: one page, archival and accessible, the same bytes each time, from any thread."""

import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import pytest

from medexpro.pdf import engine
from medexpro.pdf.letterhead import Letterhead
from medexpro.reports.layouts import INTRODUCTORY_LETTER, PROGRESS_REPORT
from tests.pdf import reading
from tests.reports.samples import LETTERHEAD, full_report, introductory_letter, progress_report

DOCUMENTS = [
    pytest.param(PROGRESS_REPORT, progress_report, id="progress report"),
    pytest.param(PROGRESS_REPORT, full_report, id="full progress report"),
    pytest.param(INTRODUCTORY_LETTER, introductory_letter, id="introductory letter"),
]


@pytest.mark.parametrize(("layout", "document"), DOCUMENTS)
def test_a_document_claims_and_keeps_both_standards(layout, document):
    pdf = engine.render(layout, document(), LETTERHEAD).pdf
    claims = reading.claims_of(pdf)
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == ("2", "A", "1")
    assert claims["dc:title"] == document().title
    with reading.open_pdf(pdf) as opened:
        root = opened.Root
        assert root.MarkInfo.Marked is True or bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        assert str(root.Lang) == "en-US"
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert "/OutputIntents" in root
        assert len(opened.pages) == 1
        for font in opened.pages[0].Resources.Font.values():
            assert "/ToUnicode" in font  # Every letter can be read back, copied, spoken.


@pytest.mark.parametrize(("layout", "document"), DOCUMENTS)
def test_everything_drawn_is_read_aloud_once_or_is_decoration(layout, document):
    pdf = engine.render(layout, document(), LETTERHEAD).pdf
    drawn, outside = reading.marks_of(pdf)
    read = reading.read_in_order(pdf)
    assert outside == []
    assert sorted(read) == sorted(drawn) == list(range(len(read)))
    with reading.open_pdf(pdf) as opened:
        page = opened.pages[0]
        assert "/StructParents" in page and str(page.Tabs) == "/S"
        for font in page.Resources.Font.values():
            assert any(key.startswith("/FontFile") for key in font.DescendantFonts[0].FontDescriptor)


@pytest.mark.parametrize(("layout", "document"), DOCUMENTS)
def test_the_same_values_give_the_same_bytes(layout, document):
    first = engine.render(layout, document(), LETTERHEAD)
    engine.render(PROGRESS_REPORT, progress_report(next="Something else in between."), LETTERHEAD)
    again = engine.render(layout, document(), LETTERHEAD)
    assert again.pdf == first.pdf
    assert first.sha256 == sha256(first.pdf).hexdigest()
    changed = engine.render(layout, document(number="Report R-2026-9999"), LETTERHEAD)
    assert changed.sha256 != first.sha256


def test_another_process_gives_the_same_bytes():
    script = (
        "from medexpro.pdf import engine; from medexpro.reports.layouts import PROGRESS_REPORT as layout\n"
        "from tests.reports.samples import LETTERHEAD, progress_report\n"
        "print(engine.render(layout, progress_report(), LETTERHEAD).sha256)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.strip() == engine.render(PROGRESS_REPORT, progress_report(), LETTERHEAD).sha256


def test_the_pdf_is_dated_by_its_snapshot_and_not_by_today():
    pdf = engine.render(PROGRESS_REPORT, progress_report(), LETTERHEAD).pdf
    assert reading.claims_of(pdf)["xmp:CreateDate"].startswith("2026-10-13T14:02:00")


def test_what_it_was_made_with_is_kept():
    made = engine.render(PROGRESS_REPORT, progress_report(), LETTERHEAD)
    assert made.layout == "progress_report"
    assert made.layout_version == PROGRESS_REPORT.version
    assert made.layout_version.startswith("2+") and len(made.layout_version) <= 20
    assert made.warnings == []
    kept = made.made_with()
    assert kept["typst"][:2] == "0."
    assert kept["standards"] == ["a-2a", "ua-1"]
    assert set(kept["fonts"]) >= {"Inter-Regular.ttf", "NotoSans-Regular.ttf"}
    assert msgspec.json.encode(kept)


def test_a_kept_snapshot_prints_as_the_values_did():
    """A record holds JSON; printing it gives the bytes that were signed."""
    kept = msgspec.json.decode(msgspec.json.encode(progress_report()))
    assert engine.render(PROGRESS_REPORT, kept, LETTERHEAD) == engine.render(
        PROGRESS_REPORT, progress_report(), LETTERHEAD
    )


@pytest.mark.parametrize("made_at", [None, "2026-10-13T14:02:00"])
def test_a_snapshot_says_when_it_was_made(made_at):
    values = msgspec.to_builtins(progress_report()) | {"made_at": made_at}
    with pytest.raises(ValueError, match="made"):
        engine.render(PROGRESS_REPORT, values, LETTERHEAD)


# One page


def long_program(lines: int) -> str:
    return " ".join(["Leg strength and balance, step by step."] * lines)


def test_a_text_too_long_is_refused_with_how_much():
    with pytest.raises(engine.TooLong, match="too long for one page") as refusal:
        engine.render(PROGRESS_REPORT, full_report(program=long_program(40)), LETTERHEAD)
    assert refusal.value.lines > 10


def test_fitting_while_writing_agrees_with_printing():
    """Line by line: as long as it fits it prints; the first that doesn't is refused."""
    left = []
    for lines in range(2, 30, 3):
        report = full_report(program=long_program(lines))
        fit = engine.pages_needed(PROGRESS_REPORT, report, LETTERHEAD)
        if fit.fits:
            assert engine.render(PROGRESS_REPORT, report, LETTERHEAD).pages == 1
            assert fit.lines_over == 0
            left.append(fit.lines_left)
        else:
            with pytest.raises(engine.TooLong):
                engine.render(PROGRESS_REPORT, report, LETTERHEAD)
            assert fit.lines_over >= 1
            assert fit.lines_left == 0
            break
    else:
        pytest.fail("thirty lines never became too long")
    assert left == sorted(left, reverse=True)


def test_a_long_text_is_shown_in_the_preview_with_what_spills():
    assert len(engine.preview(PROGRESS_REPORT, progress_report(), LETTERHEAD, ppi=40)) == 1
    assert (
        len(engine.preview(PROGRESS_REPORT, full_report(program=long_program(40)), LETTERHEAD, ppi=40)) >= 2
    )
    [page] = engine.preview(PROGRESS_REPORT, progress_report(), LETTERHEAD, as_="svg")
    assert page.startswith(b"<svg")


# Whatever is typed


@pytest.mark.parametrize(
    "name",
    [
        "王小明 😀",
        "Δημήτρης Παπαδόπουλος",
        "محمد",
        "a\x00b\u202ec",
        '# = *_`$ #image("x") @ref <tag> // \\',
        "\ud83d",
        "x" * 120,
    ],
)
def test_whatever_is_typed_is_printed(name):
    report = progress_report(
        title=f"Progress report, {name}", program=name, next=name, precautions=[name], small_print=name
    )
    report = msgspec.structs.replace(
        report, to=msgspec.structs.replace(report.to, name=name[:60], lines=[name[:60]])
    )
    letterhead = msgspec.structs.replace(LETTERHEAD, name=name[:60], address=name[:60])
    assert engine.render(PROGRESS_REPORT, report, letterhead).pages == 1


def test_typst_signs_are_text_and_not_commands():
    typed = 'Ask #strong[now] *today* $x$ #import "a" // end'
    pdf = engine.render(PROGRESS_REPORT, progress_report(program=typed), LETTERHEAD).pdf
    assert typed in reading.text_of(pdf)


def test_the_bare_practice_without_logo_or_numbers_has_a_letterhead():
    bare = Letterhead(name="Northbridge Medical Exercise")
    assert "Northbridge Medical Exercise" in reading.text_of(
        engine.render(PROGRESS_REPORT, progress_report(), bare).pdf
    )


def test_a4_is_a_setting():
    a4 = msgspec.structs.replace(LETTERHEAD, paper="a4")
    with reading.open_pdf(engine.render(PROGRESS_REPORT, full_report(), a4).pdf) as opened:
        assert [round(float(side)) for side in opened.pages[0].MediaBox] == [0, 0, 595, 842]


# Many at once


def test_threads_print_their_own_documents():
    numbers = [f"Report R-2026-{n:04}" for n in range(12)]

    def printed(number: str) -> bytes:
        return engine.render(PROGRESS_REPORT, progress_report(number=number), LETTERHEAD).pdf

    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(printed, numbers))
    for number, pdf in zip(numbers, pages, strict=True):
        assert number in reading.text_of(pdf)
    assert pages[0] == printed(numbers[0])


def _print_in_child(queue) -> None:
    queue.put(engine.render(INTRODUCTORY_LETTER, introductory_letter(), LETTERHEAD).sha256)


def test_a_fresh_process_started_beside_a_used_engine_prints():
    here = engine.render(INTRODUCTORY_LETTER, introductory_letter(), LETTERHEAD).sha256
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    child = context.Process(target=_print_in_child, args=(queue,))
    child.start()
    assert queue.get(timeout=60) == here
    child.join(timeout=10)


def test_a_page_takes_less_than_its_budget():
    """150 ms a PDF is the promise; five runs, the best counts, as other work shares the machine."""
    engine.render(PROGRESS_REPORT, full_report(), LETTERHEAD)
    took = []
    for n in range(5):
        started = datetime.now(UTC)
        engine.render(PROGRESS_REPORT, progress_report(number=f"Report {n}"), LETTERHEAD)
        took.append((datetime.now(UTC) - started).total_seconds() * 1000)
    assert min(took) < 150, took
