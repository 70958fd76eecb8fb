"""Outcome charts by the design's rules: plain values, and where everything goes. `drawing` makes SVG of it. Pure.

The rules, in short (docs/design-components.md): time to scale, gaps stay gaps, nothing smoothed; a fixed range per
measure; drawn in the order typical range, band too small to count, baseline, goal, cut-off, client; each named at
its end and no two names over each other; the last value filled, earlier ones hollow; one value is a point, not a
trend. Shape, dash and hatch carry the meaning, so a fax in black and white still reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from medexpro.web import words

Better = Literal["higher", "lower", ""]

LABEL_GAP = 13.0  # height of a label's line, so that neighbours never touch
GLYPH = 6.1  # a generous mean width of a character at 11 px

VERDICTS = {
    "better": ("ok", "up"),
    "worse": ("stop", "down"),
    "same": ("soft", "flat"),
    "unknown": ("soft", "info"),
    "": ("soft", "flat"),
}


@dataclass(frozen=True)
class Point:
    """One measurement. label: the value in words; empty takes the number. after_gap: no line leads to it,
    because what lies between was not measured in a way that may be joined."""

    on: date
    value: float
    label: str = ""
    after_gap: bool = False


@dataclass(frozen=True)
class Line:
    """A level of the scale with its name at the end, such as Line(62, "Goal 62")."""

    value: float
    label: str


@dataclass(frozen=True)
class Band:
    """A range of the scale with its name at the end, such as Band(34, 43, "MCID +9")."""

    low: float
    high: float
    label: str


def band_too_small(baseline: float, size: float, better: Better, label: str) -> Band:
    """Return the band of change that is too small to count, from the baseline towards better.

    size: the larger of measurement error (MDC) and meaningful change (MCID), positive, in the measure's unit.
    label: which of the two it is, such as "MCID"; the signed size follows.
    Raises ValueError for a size that is not positive: no figure, no band.

    >>> band_too_small(13.8, 2.5, "lower", "MDC")
    Band(low=11.3, high=13.8, label='MDC \u22122.5')
    """
    if size <= 0:
        raise ValueError(f"a band needs a positive size: {size}")
    step = size if better == "higher" else -size
    ends = sorted((baseline, round(baseline + step, 9)))
    return Band(ends[0], ends[1], f"{label} {words.signed(step)}")


@dataclass(frozen=True)
class TrendChart:
    """One measure of one client over time.

    y_min, y_max: the measure's fixed range, the same for every client. better: which way counts as better, empty
    where neither does (pressure lies inside or outside limits); the scale is never flipped. band: too small to
    count. norm: typical for age and sex. due_on: when the next measurement is due.
    ends_on: the right end of the time axis; without it a third more than was measured.
    verdict: the sentence that comes first; verdict_kind: better, worse, same, unknown. sources: of norm, band, cut-off.
    note: how it was measured, such as "Best of 2 trials."
    """

    name: str
    points: Sequence[Point]
    y_min: float
    y_max: float
    better: Better = "higher"
    unit: str = ""
    places: int | None = None
    baseline: Line | None = None
    goal: Line | None = None
    band: Band | None = None
    norm: Band | None = None
    cut_off: Line | None = None
    due_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ticks: Sequence[float] = ()
    verdict: str = ""
    verdict_kind: str = ""
    note: str = ""
    sources: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.y_max <= self.y_min:
            raise ValueError(f"{self.name}: the range must rise: {self.y_min} to {self.y_max}")
        ordered = sorted(self.points, key=lambda point: point.on)
        labelled = tuple(
            p if p.label else Point(p.on, p.value, words.number(p.value, self.places), p.after_gap)
            for p in ordered
        )
        object.__setattr__(self, "points", labelled)

    @property
    def now_text(self) -> str:
        """Return the last value in words."""
        return self.points[-1].label if self.points else "–"

    @property
    def unit_words(self) -> str:
        return self.unit

    @property
    def verdict_css(self) -> str:
        return VERDICTS[self.verdict_kind][0]

    @property
    def verdict_icon(self) -> str:
        return VERDICTS[self.verdict_kind][1]

    @property
    def footnote(self) -> str:
        """Return how it was measured, which way is better, and where the scale starts if not at 0."""
        parts = [self.note, f"{self.better.capitalize()} is better." if self.better else ""]
        if self.y_min != 0:
            parts.append(f"Scale starts at {words.number(self.y_min)}.")
        return " ".join(part for part in parts if part)

    @property
    def description(self) -> str:
        """Return everything the chart shows, in words, for who can't see it."""
        head = f"{self.name}{', ' + self.unit if self.unit else ''}."
        if self.better:
            head += f" {self.better.capitalize()} is better."
        if not self.points:
            said = ["No value yet."]
        elif len(self.points) == 1:
            said = [f"One value, no trend yet: {words.day(self.points[0].on)}, {self.points[0].label}."]
        else:
            said = ["; ".join(f"{words.day(p.on)}, {p.label}" for p in self.points) + "."]
        if self.norm:
            said.append(f"Typical: {self.norm.label}.")
        if self.band:
            ends = f"{words.number(self.band.low)} to {words.number(self.band.high)}"
            said.append(f"Too small to count: {ends}, {self.band.label}.")
        said += [f"{line.label}." for line in (self.baseline, self.goal, self.cut_off) if line]
        if self.due_on:
            said.append(f"Next due {words.day(self.due_on)}.")
        return " ".join([head, *said])


@dataclass(frozen=True)
class EndLabel:
    """The name of a line at its end. y: of the text's middle, after neighbours made room. at: of the line."""

    text: str
    kind: str
    at: float
    y: float


@dataclass(frozen=True)
class Mark:
    """A drawn point. off_scale: the value lies outside the fixed range and stands at its edge."""

    x: float
    y: float
    label: str
    off_scale: bool = False


@dataclass(frozen=True)
class TrendGeometry:
    """Where everything of a trend goes, in the units of its view box."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    grid: list[tuple[float, str]]
    days: list[tuple[float, str, str]]
    marks: list[Mark]
    strokes: list[list[tuple[float, float]]]
    labels: list[EndLabel]
    norm: tuple[float, float] | None = None
    band: tuple[float, float] | None = None
    band_edge: float | None = None
    baseline: float | None = None
    goal: float | None = None
    cut_off: float | None = None
    value_label: tuple[float, float, str, str] | None = None
    due_x: float | None = None
    lines: dict[str, float] = field(default_factory=dict)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places as near as possible to the wanted ones, at least `gap` apart and inside low..high.

    The order of the wanted places is kept, equal ones by position. If they can't all fit, the gap shrinks evenly.

    >>> spread([50, 52, 90], 13, 0, 100)
    [44.5, 57.5, 90.0]
    """
    if not wanted:
        return []
    order = sorted(range(len(wanted)), key=lambda n: (wanted[n], n))
    if len(wanted) > 1:
        gap = min(gap, (high - low) / (len(wanted) - 1))
    # Neighbours that would touch become a block centred on what its members want; blocks merge until none touch.
    blocks: list[tuple[list[int], float]] = []
    for n in order:
        members = [n]
        while True:
            size = gap * (len(members) - 1)
            start = sum(wanted[m] for m in members) / len(members) - size / 2
            start = min(max(start, low), high - size)
            if blocks and start < blocks[-1][1] + gap * len(blocks[-1][0]) - 1e-9:
                members = blocks.pop()[0] + members
                continue
            blocks.append((members, start))
            break
    placed = [0.0] * len(wanted)
    for members, start in blocks:
        for n, member in enumerate(members):
            placed[member] = start + n * gap
    return placed


def nice_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round steps of a fixed range, its ends included where they are round.

    >>> nice_ticks(0, 80), nice_ticks(6, 15), nice_ticks(0.4, 1.6)
    ([0, 20, 40, 60, 80], [6, 9, 12, 15], [0.4, 0.7, 1.0, 1.3, 1.6])
    """
    span = high - low
    best: list[float] = []
    for power in range(-3, 5):
        for digit in (1, 2, 2.5, 3, 4, 5):
            step = digit * 10**power
            count = span / step
            if abs(count - round(count)) < 1e-6 and 2 <= round(count) < most:
                ticks = [round(low + n * step, 6) for n in range(round(count) + 1)]
                if len(ticks) > len(best):
                    best = ticks
    return best or [low, round((low + high) / 2, 6), high]


def trend_geometry(chart: TrendChart, width: float = 420, height: float = 190) -> TrendGeometry:
    """Return where everything goes. width, height: of the whole drawing; names at the ends take what they need."""
    ticks = list(chart.ticks) or nice_ticks(chart.y_min, chart.y_max)
    tick_texts = _tick_texts(ticks)
    names = _line_names(chart)
    left = max(24.0, max(len(text) for text in tick_texts) * GLYPH + 12)
    right = width - max([len(text) for _, text, _ in names] or [0]) * GLYPH - (14 if names else 8)
    right = max(right, left + width * 0.35)
    top, bottom = 14.0, height - 22.0

    def y(value: float) -> float:
        clamped = min(max(value, chart.y_min), chart.y_max)
        return bottom - (clamped - chart.y_min) / (chart.y_max - chart.y_min) * (bottom - top)

    x = _time_scale(chart, left, right)
    marks = [
        Mark(x(p.on), y(p.value), p.label, not chart.y_min <= p.value <= chart.y_max) for p in chart.points
    ]
    places = spread([y(value) for value, _, _ in names], LABEL_GAP, top, bottom)
    labels = [
        EndLabel(text, kind, y(value), place)
        for (value, text, kind), place in zip(names, places, strict=True)
    ]
    band = (y(chart.band.high), y(chart.band.low)) if chart.band else None
    edge = None
    if chart.band:
        base = chart.baseline.value if chart.baseline else None
        edge = y(chart.band.low if base == chart.band.high else chart.band.high)
    return TrendGeometry(
        width=width, height=height, left=left, right=right, top=top, bottom=bottom,
        grid=[(y(tick), text) for tick, text in zip(ticks, tick_texts, strict=True)],
        days=_days(chart, x, left, right),
        marks=marks,
        strokes=_strokes(chart, marks),
        labels=labels,
        norm=(y(chart.norm.high), y(chart.norm.low)) if chart.norm else None,
        band=band,
        band_edge=edge,
        baseline=y(chart.baseline.value) if chart.baseline else None,
        goal=y(chart.goal.value) if chart.goal else None,
        cut_off=y(chart.cut_off.value) if chart.cut_off else None,
        value_label=_value_label(chart, marks, left, right, top, bottom),
        due_x=x(chart.due_on) if chart.due_on else None,
    )  # fmt: skip


def _tick_texts(ticks: Sequence[float]) -> list[str]:
    places = max(len(words.number(tick).partition(".")[2]) for tick in ticks)
    return [words.number(tick, places) for tick in ticks]


def _line_names(chart: TrendChart) -> list[tuple[float, str, str]]:
    """Return (level, name, kind) of everything that is named at its end."""
    names = []
    if chart.norm:
        names.append(((chart.norm.low + chart.norm.high) / 2, chart.norm.label, "norm"))
    if chart.band:
        far = chart.band.high
        if chart.baseline and chart.baseline.value == chart.band.high:
            far = chart.band.low
        names.append((far, chart.band.label, "band"))
    if chart.baseline:
        names.append((chart.baseline.value, chart.baseline.label, "baseline"))
    if chart.goal:
        names.append((chart.goal.value, chart.goal.label, "goal"))
    if chart.cut_off:
        names.append((chart.cut_off.value, chart.cut_off.label, "cut"))
    return names


def _time_scale(chart: TrendChart, left: float, right: float):
    """Return the function from a day to its x, drawn to scale."""
    known = [p.on for p in chart.points] + [d for d in (chart.due_on, chart.starts_on) if d]
    first = min(known) if known else date(2000, 1, 1)
    last = max(known) if known else first
    if chart.starts_on:
        first = chart.starts_on
    # Without a given end a third more than was measured, so that the last value has room for its figure.
    last = max(chart.ends_on or first, last + timedelta(days=max(14, (last - first).days * 0.35)))
    days = max((last - first).days, 1)
    return lambda on: left + (on - first).days / days * (right - left)


def _days(chart: TrendChart, x, left: float, right: float) -> list[tuple[float, str, str]]:
    """Return (x, text, anchor) of the days under the axis; those in the middle give way where it is narrow.

    A day is named once however often it was measured on. The newest day is always named: where it would touch the first
    one it moves to its right.
    """
    years = {p.on.year for p in chart.points} | ({chart.due_on.year} if chart.due_on else set())
    names = {p.on: words.day(p.on, "short") for p in chart.points}
    if len(years) > 1:
        names = {on: f"{text} ’{on.year % 100:02d}" for on, text in names.items()}
    wanted = [(x(on), text) for on, text in names.items()]
    newest = len(wanted) - 1
    if chart.due_on and (not chart.points or chart.due_on > chart.points[-1].on):
        wanted.append((x(chart.due_on), f"{words.day(chart.due_on, 'short')}, due"))
    # Later days matter more than those in the middle, and the first says where it began.
    order = [0, newest, *range(len(wanted) - 1, newest, -1), *range(newest - 1, 0, -1)] if newest > 0 else []
    order = order or list(range(len(wanted)))
    taken: list[tuple[float, float]] = []
    kept: dict[int, tuple[float, str, str]] = {}
    for n in order:
        at, text = wanted[n]
        size = len(text) * GLYPH
        anchor = "start" if at - size / 2 < left else "end" if at + size / 2 > right + 70 else "middle"
        start = at if anchor == "start" else at - size if anchor == "end" else at - size / 2
        if n == newest and taken and start < taken[0][1] + 6:
            start, anchor = taken[0][1] + 6, "start"
            at = start
        if all(start + size + 6 <= low or start >= high + 6 for low, high in taken):
            taken.append((start, start + size))
            kept[n] = (at, text, anchor)
    return [kept[n] for n in sorted(kept)]


def _strokes(chart: TrendChart, marks: list[Mark]) -> list[list[tuple[float, float]]]:
    """Return the client's line in pieces: a gap in what was measured stays a gap."""
    pieces: list[list[tuple[float, float]]] = []
    for point, mark in zip(chart.points, marks, strict=True):
        if point.after_gap or not pieces:
            pieces.append([])
        pieces[-1].append((mark.x, mark.y))
    return [piece for piece in pieces if len(piece) > 1]


def _value_label(
    chart: TrendChart, marks: list[Mark], left: float, right: float, top: float, bottom: float
) -> tuple[float, float, str, str] | None:
    """Return (x, y, text, anchor) of the last value: right of its point, or above it where there is no room."""
    if not marks:
        return None
    last = marks[-1]
    text = f"{last.label}, off the scale" if last.off_scale else last.label
    size = len(text) * 7.4
    y = min(max(last.y + 4, top + 4), bottom - 2)
    if last.x + 11 + size <= right:
        return last.x + 11, y, text, "start"
    above = last.y - 10 if last.y - 20 >= top - 6 else last.y + 20
    return max(last.x, left + size), above, text, "end"


# ---- Ruler: one value in context


@dataclass(frozen=True)
class Ruler:
    """One value between the ends of its scale. Right is always better, so a scale where lower is better runs
    from high to low. earlier: values between baseline and now. typical: the mean, reference or expected value of
    people where there is no range to draw as `norm`."""

    name: str
    y_min: float
    y_max: float
    now: float | None
    better: Better = "higher"
    unit: str = ""
    places: int | None = None
    baseline: float | None = None
    earlier: Sequence[float] = ()
    goal: Line | None = None
    cut_off: Line | None = None
    band: Band | None = None
    norm: Band | None = None
    typical: Line | None = None

    def position(self, value: float) -> float:
        """Return where a value stands, in per cent from the left, so that text never scales with it."""
        share = (min(max(value, self.y_min), self.y_max) - self.y_min) / (self.y_max - self.y_min)
        return round(2 + 96 * (share if self.better == "higher" else 1 - share), 2)

    @property
    def description(self) -> str:
        """Return everything the ruler shows, in words."""
        said = [f"{self.name}. Better to the right."]
        unit = f" {self.unit}" if self.unit else ""
        if self.baseline is not None:
            said.append(f"Baseline {words.number(self.baseline, self.places)}{unit}.")
        if self.now is not None:
            said.append(f"Now {words.number(self.now, self.places)}{unit}.")
        said += [f"{line.label}." for line in (self.goal, self.cut_off) if line]
        if self.band:
            said.append(f"Too small to count: {self.band.label}.")
        if self.norm:
            said.append(f"Typical: {self.norm.label}.")
        elif self.typical:
            said.append(f"{self.typical.label}.")
        return " ".join(said)
