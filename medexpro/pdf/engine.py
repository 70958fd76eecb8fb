"""Documents from frozen values: Typst layouts compiled to tagged, archival PDF.

One compiler per layout is kept, so a page costs tens of milliseconds. The same values give the same
bytes: the timestamp comes from the snapshot, fonts only from this package, nothing from the system.
"""

import hashlib
import math
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import msgspec
import typst

from medexpro.kernel.refusals import Refusal
from medexpro.pdf.characters import printable_values
from medexpro.pdf.letterhead import Letterhead, on_paper

PACKAGE = Path(__file__).resolve().parent.parent
FONTS = PACKAGE / "pdf" / "fonts"
SHARED_LAYOUTS = PACKAGE / "pdf" / "layouts"

# Archival with its meaning tagged (2a), and readable by people who can't see it (UA-1), in one file.
STANDARDS = ("a-2a", "ua-1")
# The densities theme.typ knows. The middle one saves at most about MIDDLE_SAVES points on a full page:
# what is longer goes to the dense one at once, as every try costs a run.
LOOSE, MIDDLE, DENSE = 0, 1, 2
MIDDLE_SAVES = 60.0
# A line of running text in the layouts, in points: what "one line too long" means.
LINE = 11.8


class TooLong(Refusal):
    """The text doesn't fit on the one page the document has. `lines`: about how many lines too long."""

    def __init__(self, lines: int) -> None:
        self.lines = lines
        super().__init__(
            f"This is about {lines} {'line' if lines == 1 else 'lines'} too long for one page. "
            "Shorten the text, or leave a measure or a chart out."
        )


@dataclass(frozen=True)
class Layout:
    """A Typst file that prints one kind of document on one page, and the number of its form.

    path: inside this package. number: rises when a reader would notice the difference.
    """

    name: str
    path: Path
    number: int

    @property
    def version(self) -> str:
        """Return number and fingerprint of every file the layout is made of, such as "1+5d41402a"."""
        return f"{self.number}+{_fingerprint(self.path)}"


@dataclass(frozen=True)
class Fit:
    """How a document fills its page, in points and in lines of running text."""

    pages: int
    needed: float
    room: float

    @property
    def fits(self) -> bool:
        """Return whether everything stands on one page."""
        return self.pages == 1

    @property
    def lines_over(self) -> int:
        """Return about how many lines are too many; 0 when it fits."""
        return 0 if self.fits else max(1, math.ceil((self.needed - self.room) / LINE))

    @property
    def lines_left(self) -> int:
        """Return about how many more lines would fit."""
        return max(0, math.floor((self.room - self.needed) / LINE)) if self.fits else 0


@dataclass(frozen=True)
class Pressing:
    """What came out of one run: a PDF or a list of pictures, Typst's warnings, how the page is filled."""

    output: Any
    warnings: list[str]
    fit: Fit


@dataclass(frozen=True)
class Rendered:
    """A finished PDF and what it was made with; all of it is kept with a signed document."""

    pdf: bytes
    pages: int
    sha256: str
    layout: str
    layout_version: str
    typst_version: str
    font_versions: dict[str, str]
    standards: tuple[str, ...]
    warnings: list[str]

    def made_with(self) -> dict[str, Any]:
        """Return the versions to keep beside the PDF."""
        return {
            "typst": self.typst_version,
            "fonts": self.font_versions,
            "layout": f"{self.layout} {self.layout_version}",
            "standards": list(self.standards),
        }


def render(
    layout: Layout,
    snapshot: msgspec.Struct | Mapping[str, Any],
    letterhead: Letterhead,
    *,
    standards: tuple[str, ...] = STANDARDS,
) -> Rendered:
    """Return the document as PDF: the same snapshot and letterhead give the same bytes.

    Characters no font has print as boxes. The PDF is dated by `snapshot.made_at`. Safe from any thread.
    Raises TooLong when it would take a second page, ValueError when made_at is missing or has no zone.
    """
    values = _plain(snapshot)
    with _press() as press:
        pressing = press.print(layout, values, letterhead, "pdf", standards=standards, at=_instant(values))
    if not pressing.fit.fits:
        raise TooLong(pressing.fit.lines_over)
    return _rendered(layout, pressing, standards)


def render_list(
    layout: Layout,
    snapshot: msgspec.Struct | Mapping[str, Any],
    letterhead: Letterhead,
    *,
    standards: tuple[str, ...] = STANDARDS,
) -> Rendered:
    """Return what goes on for as many pages as it takes, as PDF; otherwise as `render`.

    layout: leaves the mark <close> behind its last line.
    """
    values = _plain(snapshot)
    with _press() as press:
        pressing = press.print_list(layout, values, letterhead, standards=standards, at=_instant(values))
    return _rendered(layout, pressing, standards)


def _rendered(layout: Layout, pressing: "Pressing", standards: tuple[str, ...]) -> Rendered:
    data: bytes = pressing.output
    return Rendered(
        pdf=data,
        pages=pressing.fit.pages,
        sha256=hashlib.sha256(data).hexdigest(),
        layout=layout.name,
        layout_version=layout.version,
        typst_version=version("typst"),
        font_versions=font_versions(),
        standards=standards,
        warnings=pressing.warnings,
    )


def pages_needed(layout: Layout, snapshot: msgspec.Struct | Mapping[str, Any], letterhead: Letterhead) -> Fit:
    """Return how the document would fill its page at its densest; for use while someone writes.

    Costs one run. `fits` is what `render` will find; `lines_left` says how much more may be written.
    """
    with _press() as press:
        # Only the densest setting matters here, and one run is all a keystroke may cost.
        return press.print(layout, _plain(snapshot), letterhead, "svg", densities=(DENSE,)).fit


def preview(
    layout: Layout,
    snapshot: msgspec.Struct | Mapping[str, Any],
    letterhead: Letterhead,
    *,
    ppi: float = 110,
    as_: Literal["png", "svg"] = "png",
) -> list[bytes]:
    """Return the pages as pictures, a too long one with its second page, so the writer sees what spills."""
    with _press() as press:
        pages = press.print(layout, _plain(snapshot), letterhead, as_, ppi=ppi).output
    return pages if isinstance(pages, list) else [pages]


@cache
def font_versions() -> dict[str, str]:
    """Return the bundled font files and the first 12 digits of their SHA-256."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in sorted(FONTS.glob("*.ttf"))
    }


class Press:
    """The compilers of one process, one per layout, and the lock that lets one thread print at a time.

    A compiler holds the inputs of its last run, so two threads must not share a run. Pages take tens of
    milliseconds; waiting is cheaper than a compiler per thread.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
        )
        self.compilers: dict[Path, typst.Compiler] = {}

    def __enter__(self) -> "Press":
        self.lock.acquire()
        return self

    def __exit__(self, *exception: object) -> None:
        self.lock.release()

    def print(
        self,
        layout: Layout,
        values: dict[str, Any],
        letterhead: Letterhead,
        form: Literal["pdf", "png", "svg"],
        *,
        standards: tuple[str, ...] = (),
        at: datetime | None = None,
        ppi: float = 144,
        densities: Sequence[int] = (LOOSE, MIDDLE, DENSE),
    ) -> Pressing:
        """Return the document in the first of the densities that fits one page, else in the last."""
        compiler = self._compiler(layout)
        inputs = _inputs(values, letterhead)
        over = 0.0
        for density in densities:
            if density == MIDDLE and over > MIDDLE_SAVES:
                continue
            output, warnings = compiler.compile_with_warnings(
                format=form,
                ppi=ppi,
                sys_inputs=inputs | {"density": str(density)},
                pdf_standards=list(standards),  # type: ignore[arg-type]
                timestamp=int(at.timestamp()) if at else 0,
            )
            fit = _fit(compiler)
            over = fit.needed - fit.room
            if fit.fits:
                break
        return Pressing(output, [str(warning.message) for warning in warnings], fit)

    def print_list(
        self,
        layout: Layout,
        values: dict[str, Any],
        letterhead: Letterhead,
        *,
        standards: tuple[str, ...],
        at: datetime,
    ) -> Pressing:
        """Return a list as PDF in one run, on as many pages as it takes."""
        compiler = self._compiler(layout)
        output, warnings = compiler.compile_with_warnings(
            format="pdf",
            sys_inputs=_inputs(values, letterhead),
            pdf_standards=list(standards),  # type: ignore[arg-type]
            timestamp=int(at.timestamp()),
        )
        pages = int(_mark(compiler, "close")["page"])
        return Pressing(output, [str(warning.message) for warning in warnings], Fit(pages, 0.0, 0.0))

    def _compiler(self, layout: Layout) -> typst.Compiler:
        if layout.path not in self.compilers:
            self.compilers[layout.path] = typst.Compiler(
                input=str(layout.path), root=str(PACKAGE), font_paths=self.fonts, ignore_system_fonts=True
            )
        return self.compilers[layout.path]


def _fit(compiler: typst.Compiler) -> Fit:
    """Return how the page just set is filled, from the marks the layout left (theme.typ, one-page)."""
    end, foot, close = (_mark(compiler, name) for name in ("end", "foot", "close"))
    foot_height = close["y"] - foot["y"]
    needed = (end["page"] - 1) * end["room"] + end["y"] + foot_height
    return Fit(pages=int(close["page"]), needed=needed, room=end["room"])


def _mark(compiler: typst.Compiler, name: str) -> dict[str, float]:
    value: dict[str, float] = msgspec.json.decode(compiler.query(f"<{name}>", field="value", one=True))
    return value


def _plain(snapshot: msgspec.Struct | Mapping[str, Any]) -> dict[str, Any]:
    """Return the snapshot as plain values, instants as ISO text, every string printable."""
    return printable_values(msgspec.to_builtins(snapshot))


def _instant(values: Mapping[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(values["made_at"])
    except (KeyError, TypeError) as missing:
        raise ValueError("a snapshot says when it was made, in made_at") from missing
    if at.tzinfo is None:
        raise ValueError("made_at needs its zone: the PDF is dated by it")
    return at


def _inputs(values: Mapping[str, Any], letterhead: Letterhead) -> dict[str, str]:
    head = printable_values(msgspec.to_builtins(letterhead))
    head |= {"logo": on_paper(letterhead.logo), "logo_ratio": letterhead.logo_ratio}
    return {"document": msgspec.json.encode({"snapshot": values, "letterhead": head}).decode()}


def _fingerprint(path: Path) -> str:
    """Return 8 digits that change when the layout or a layout it shares changes."""
    digest = hashlib.sha256()
    for source in [path, *sorted(SHARED_LAYOUTS.glob("*.typ"))]:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:8]


_the_press: Press | None = None
_making = threading.Lock()


def _press() -> Press:
    """Return the press of this process, made at the first document."""
    global _the_press
    with _making:
        if _the_press is None:
            _the_press = Press()
        return _the_press


def _forget_press() -> None:
    """Start afresh in a forked child: a lock held by a thread that isn't there would never open."""
    global _the_press, _making
    _the_press, _making = None, threading.Lock()


os.register_at_fork(after_in_child=_forget_press)
