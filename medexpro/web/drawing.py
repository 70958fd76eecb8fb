"""Outcome charts as SVG, drawn from the geometry of `charts`. Pure: no Django.

mode "screen" takes its colours from the style sheet. mode "paper" stands alone, in greys, with no classes and no text
styles from outside, so that a document can embed it. Shape, dash and hatch carry the meaning in both.
"""

from html import escape
from typing import Literal

from medexpro.web import words
from medexpro.web.charts import Ruler, TrendChart, TrendGeometry, trend_geometry

Mode = Literal["screen", "paper"]
HATCH_STEP = 7.0

# The same shapes on paper: greys that a fax keeps apart. Each is the attributes of one kind of mark.
PAPER = {
    "grid": 'stroke="#e2e4e6" stroke-width="1"',
    "axis": 'stroke="#9aa3a8" stroke-width="1"',
    "norm": 'fill="#e9ebed"',
    "hatch": 'fill="none" stroke="#8a979e" stroke-width="0.9"',
    "mcid-edge": 'stroke="#3d545f" stroke-width="1"',
    "base": 'stroke="#55636b" stroke-width="1.25"',
    "goal": 'stroke="#222b30" stroke-width="1.4" stroke-dasharray="6 4"',
    "cut": 'stroke="#222b30" stroke-width="1.5" stroke-dasharray="1.5 3.5" stroke-linecap="round"',
    "line": 'fill="none" stroke="#000000" stroke-width="2.25" stroke-linejoin="round" stroke-linecap="round"',
    "pt": 'fill="#ffffff" stroke="#000000" stroke-width="2"',
    "pt-base": 'fill="#ffffff" stroke="#55636b" stroke-width="2"',
    "pt-now": 'fill="#000000" stroke="#ffffff" stroke-width="1.5"',
    "off": 'fill="none" stroke="#000000" stroke-width="1.75" stroke-linejoin="round"',
    "due": 'fill="none" stroke="#55636b" stroke-width="1.25" stroke-dasharray="2 2"',
    "track": 'fill="#f3f4f5" stroke="#9aa3a8" stroke-width="1"',
}
PAPER_FONT = 'font-family="Inter" font-size="10.5" fill="#33404a"'
PAPER_STRONG = 'font-family="Inter" font-size="12.5" font-weight="600" fill="#000000"'
LABEL_CSS = {"norm": "", "band": "t-brand", "baseline": "", "goal": "t-goal", "cut": "t-cut"}


class _Pen:
    """Writes SVG elements; knows how each kind of mark looks on a screen and on paper."""

    def __init__(self, mode: Mode):
        self.paper = mode == "paper"
        self.out: list[str] = []

    def look(self, kind: str) -> str:
        return PAPER[kind] if self.paper else f'class="{kind}"'

    def line(self, kind: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self.out.append(f'<line {self.look(kind)} x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def rect(self, kind: str, x: float, y: float, width: float, height: float) -> None:
        self.out.append(
            f'<rect {self.look(kind)} x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        )

    def path(self, kind: str, d: str) -> None:
        self.out.append(f'<path {self.look(kind)} d="{d}"/>')

    def dot(self, kind: str, x: float, y: float, r: float) -> None:
        self.out.append(f'<circle {self.look(kind)} cx="{x:.1f}" cy="{y:.1f}" r="{r:g}"/>')

    def text(
        self, words_: str, x: float, y: float, anchor: str = "start", css: str = "", *, strong: bool = False
    ) -> None:
        if self.paper:
            look = PAPER_STRONG if strong else PAPER_FONT
        else:
            look = f'class="{css}"' if css else ""
        place = f'x="{x:.1f}" y="{y:.1f}"' + (f' text-anchor="{anchor}"' if anchor != "start" else "")
        self.out.append(f"<text {look} {place}>{escape(words_)}</text>")

    def band(self, left: float, top: float, right: float, bottom: float) -> None:
        """Draw a hatched band: a tint on the screen, and lines that also a fax keeps."""
        if not self.paper:
            self.rect("mcid", left, top, right - left, bottom - top)
        self.path("hatch", hatch(left, top, right, bottom))


def hatch(left: float, top: float, right: float, bottom: float, step: float = HATCH_STEP) -> str:
    """Return the path of 45-degree lines that fill a box and never leave it."""
    pieces = []
    height = bottom - top
    start = left - height + step / 2
    while start < right:
        x1, y1 = start, bottom
        x2, y2 = start + height, top
        if x1 < left:
            x1, y1 = left, bottom - (left - start)
        if x2 > right:
            x2, y2 = right, top + (start + height - right)
        if y1 > y2:
            pieces.append(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}")
        start += step
    return "".join(pieces)


def trend_svg(chart: TrendChart, width: float = 420, height: float = 190, mode: Mode = "screen") -> str:
    """Return the drawing of a trend. mode: screen uses the style sheet's classes; paper stands alone in greys."""
    g = trend_geometry(chart, width, height)
    pen = _Pen(mode)
    for y, text in g.grid:
        pen.line("grid", g.left, y, g.right, y)
        pen.text(text, g.left - 7, y + 3.8, "end")
    if g.norm:
        pen.rect("norm", g.left, g.norm[0], g.right - g.left, g.norm[1] - g.norm[0])
    if g.band:
        pen.band(g.left, g.band[0], g.right, g.band[1])
        pen.line("mcid-edge", g.left, g.band_edge or 0, g.right, g.band_edge or 0)
    for kind, level in (("base", g.baseline), ("goal", g.goal), ("cut", g.cut_off)):
        if level is not None:
            pen.line(kind, g.left, level, g.right, level)
    pen.line("axis", g.left, g.bottom, g.right, g.bottom)
    for x, text, anchor in g.days:
        pen.text(text, x, g.height - 6, anchor)
    if g.due_x is not None and len(g.marks) <= 1:
        pen.line("due" if pen.paper else "bar-line", g.due_x, g.top, g.due_x, g.bottom)
    for stroke in g.strokes:
        pen.path("line", "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in stroke))
    _points(pen, chart, g)
    for label in g.labels:
        if abs(label.y - label.at) > 2:
            pen.path("grid", f"M{g.right:.1f} {label.at:.1f}L{g.right + 6:.1f} {label.y:.1f}")
        pen.text(label.text, g.right + 8, label.y + 3.8, "start", LABEL_CSS[label.kind])
    return _whole(pen, chart.description, f'viewBox="0 0 {width:g} {height:g}"', "chart", width, height)


def _points(pen: _Pen, chart: TrendChart, g: TrendGeometry) -> None:
    """Draw the points: earlier ones hollow, the last one filled and named. One value is no trend: it stays hollow."""
    last = len(g.marks) - 1
    for n, mark in enumerate(g.marks):
        if n == last and last > 0:
            pen.dot("pt-now", mark.x, mark.y, 5.5)
        elif n == 0:
            pen.dot("pt-base", mark.x, mark.y, 5.5 if last == 0 else 4)
        else:
            pen.dot("pt", mark.x, mark.y, 4)
        if mark.off_scale:
            up = -1 if mark.y < (g.top + g.bottom) / 2 else 1
            tip = mark.y + up * 11
            pen.path(
                "off" if pen.paper else "line",
                f"M{mark.x - 4:.1f} {tip - up * 4:.1f}L{mark.x:.1f} {tip:.1f}L{mark.x + 4:.1f} {tip - up * 4:.1f}",
            )
    if g.value_label:
        x, y, text, anchor = g.value_label
        # A halo of the ground keeps the figure readable where it crosses a line.
        if pen.paper:
            look = f'{PAPER_STRONG} stroke="#ffffff" stroke-width="4" paint-order="stroke"'
        else:
            look = 'class="t-strong t-halo"'
        pen.out.append(f'<text {look} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')


def _whole(pen: _Pen, description: str, box: str, css: str, width: float, height: float) -> str:
    said = escape(description, quote=True)
    if pen.paper:
        alone = f'xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
        head = f'<svg {alone} {box} role="img" aria-label="{said}">'
    else:
        head = f'<svg class="{css}" {box} role="img" aria-label="{said}">'
    return head + "".join(pen.out) + "</svg>"


def ruler_svg(scale: Ruler) -> str:
    """Return the drawing of a ruler for the screen: cut-off and goal below, baseline and now above."""
    out: list[str] = ['<rect class="track" x="1%" y="29" width="98%" height="10" rx="5"/>']
    if scale.norm:
        ends = sorted((scale.position(scale.norm.low), scale.position(scale.norm.high)))
        out.append(
            f'<rect class="norm" x="{ends[0]}%" y="29" width="{round(ends[1] - ends[0], 2)}%" height="10"/>'
        )
    if scale.band:
        ends = sorted((scale.position(scale.band.low), scale.position(scale.band.high)))
        out.append(
            f'<rect class="mcid" x="{ends[0]}%" y="29" width="{round(ends[1] - ends[0], 2)}%" height="10"/>'
        )
        out += [
            f'<line class="hatch" x1="{x}%" x2="{x}%" y1="29" y2="39"/>' for x in _steps(ends[0], ends[1])
        ]
    below = [(scale.position(line.value), line.label, kind) for line, kind in
             ((scale.cut_off, "cut"), (scale.goal, "goal")) if line]  # fmt: skip
    if scale.norm:
        below.append((scale.position((scale.norm.low + scale.norm.high) / 2), scale.norm.label, "norm"))
    rows = _rows_below(below)
    for (x, _, kind), row in zip(below, rows, strict=True):
        if kind != "norm":
            out.append(f'<line class="{kind}" x1="{x}%" x2="{x}%" y1="20" y2="{45 + 13 * row}"/>')
    # Names after all lines, each with a halo of the ground: a line on its way to a lower name crosses no letter.
    for (x, label, kind), row in zip(below, rows, strict=True):
        css = "t-halo" if kind == "norm" else f"t-{kind} t-halo"
        out.append(
            f'<text class="{css}" x="{x}%" y="{58 + 13 * row}" text-anchor="{_anchor(x)}">{escape(label)}</text>'
        )
    now = None if scale.now is None else scale.position(scale.now)
    if scale.baseline is not None:
        x = scale.position(scale.baseline)
        out.append(f'<circle class="pt-base" cx="{x}%" cy="34" r="6"/>')
        # The value now is what counts: where the two would touch, the baseline keeps only its point.
        if now is None or abs(x - now) > 22:
            text = f"Base {words.number(scale.baseline, scale.places)}"
            out.append(f'<text x="{x}%" y="22" text-anchor="{_anchor(x)}">{escape(text)}</text>')
    for value in scale.earlier:
        out.append(f'<circle class="pt" cx="{scale.position(value)}%" cy="34" r="5"/>')
    if now is not None and scale.now is not None:
        text = words.number(scale.now, scale.places)
        out.append(f'<circle class="pt-now" cx="{now}%" cy="34" r="8"/>')
        out.append(
            f'<text class="t-strong" x="{now}%" y="21" text-anchor="{_anchor(now)}">{escape(text)}</text>'
        )
    said = escape(scale.description, quote=True)
    height = 68 + 13 * max(rows, default=0)
    return f'<svg class="chart ruler" height="{height}" role="img" aria-label="{said}">{"".join(out)}</svg>'


def gauge_svg(scale: Ruler) -> str:
    """Return a ruler without names for a narrow row: typical range, too small to count, goal, cut-off, baseline, now.

    Right is better. The marks differ by shape, so they read in grey; what they are, the words beside say.
    """
    out: list[str] = ['<rect class="track" x="1%" y="9" width="98%" height="8" rx="4"/>']
    if scale.norm:
        low, high = sorted((scale.position(scale.norm.low), scale.position(scale.norm.high)))
        out.append(f'<rect class="norm" x="{low}%" y="9" width="{round(high - low, 2)}%" height="8"/>')
    elif scale.typical:
        x = scale.position(scale.typical.value)
        out.append(f'<line class="base" x1="{x}%" x2="{x}%" y1="5" y2="21"/>')
    if scale.band:
        low, high = sorted((scale.position(scale.band.low), scale.position(scale.band.high)))
        out.append(f'<rect class="mcid" x="{low}%" y="9" width="{round(high - low, 2)}%" height="8"/>')
        out += [f'<line class="hatch" x1="{x}%" x2="{x}%" y1="9" y2="17"/>' for x in _steps(low, high)]
    for line, kind in ((scale.cut_off, "cut"), (scale.goal, "goal")):
        if line:
            x = scale.position(line.value)
            out.append(f'<line class="{kind}" x1="{x}%" x2="{x}%" y1="2" y2="24"/>')
    if scale.baseline is not None:
        out.append(f'<circle class="pt-base" cx="{scale.position(scale.baseline)}%" cy="13" r="4.5"/>')
    if scale.now is not None:
        out.append(f'<circle class="pt-now" cx="{scale.position(scale.now)}%" cy="13" r="6"/>')
    said = escape(scale.description, quote=True)
    return f'<svg class="chart gauge" height="26" role="img" aria-label="{said}">{"".join(out)}</svg>'


def _steps(start: float, end: float) -> list[float]:
    """Return the hatch of a ruler's band: upright lines, since per cents can't slant."""
    return [round(start + n * 1.6 + 0.8, 2) for n in range(int(max(0.0, end - start - 0.8) / 1.6) + 1)]


def _anchor(x: float) -> str:
    return "start" if x < 12 else "end" if x > 88 else "middle"


def _rows_below(labels: list[tuple[float, str, str]]) -> list[int]:
    """Return the row of each name under the ruler; names that would touch at 320 px get a row each."""
    rows: list[int] = []
    for place, (x, label, _) in enumerate(labels):
        taken = {
            rows[before]
            for before in range(place)
            if abs(labels[before][0] - x) < (len(labels[before][1]) + len(label)) * 1.25
        }
        rows.append(next(row for row in range(len(labels)) if row not in taken))
    return rows
