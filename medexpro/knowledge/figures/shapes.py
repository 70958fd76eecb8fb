"""What a figure is made of: strokes in the few tones and widths that every figure shares."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from medexpro.knowledge.figures.body import Point

# Each tone as a page shows it: a colour of the page where it names one, so light, dark and print follow by themselves.
ON_PAGES = {
    "ink": "currentColor",
    "far": "var(--fig-far)",
    "active": "var(--fig-active)",
    "active-far": "var(--fig-active-far)",
    "prop": "var(--fig-prop)",
    "fill": "var(--fig-fill)",
    "paper": "var(--fig-paper)",
    "band": "var(--fig-band)",
}
# On paper, told apart by lightness alone once a fax has taken the colour.
IN_PRINT = {
    "ink": "#1c2529",
    "far": "#a3adb2",
    "active": "#12708c",
    "active-far": "#7fb3c4",
    "prop": "#7c878d",
    "fill": "#e6eaec",
    "paper": "#ffffff",
    "band": "#a86a1d",
}


@dataclass(frozen=True)
class Shape:
    """A line through points, or a filled outline when width is 0 and tone fills it.

    curve: the middle points bend the line instead of lying on it. dot: a circle of that radius at the first point.
    """

    points: tuple[Point, ...]
    tone: str
    width: float = 0.0
    fill: str = ""
    closed: bool = False
    curve: bool = False
    dot: float = 0.0
    counts: bool = True  # Whether the picture makes room for it.

    def extent(self) -> Iterable[Point]:
        """Return points that bound the shape, its thickness in them."""
        half = self.width / 2 + self.dot
        for x, y in self.points:
            yield x - half, y - half
            yield x + half, y + half


def line(*points: Point, tone: str = "prop", width: float = 2.2, counts: bool = True) -> Shape:
    """Return an open line."""
    return Shape(tuple(points), tone, width, counts=counts)


def curve(start: Point, by: Point, end: Point, *, tone: str, width: float) -> Shape:
    """Return a bow from start to end, drawn toward `by`."""
    return Shape((start, by, end), tone, width, curve=True)


def area(*points: Point, tone: str = "prop", fill: str = "fill", width: float = 1.8) -> Shape:
    """Return a closed outline with its ground."""
    return Shape(tuple(points), tone, width, fill=fill, closed=True)


def box(x0: float, y0: float, x1: float, y1: float, **look) -> Shape:
    """Return an upright rectangle."""
    return area((x0, y0), (x1, y0), (x1, y1), (x0, y1), **look)


def dot(middle: Point, radius: float, *, tone: str = "prop", fill: str = "fill", width: float = 1.8) -> Shape:
    """Return a circle."""
    return Shape((middle,), tone, width, fill=fill, dot=radius)


def arrow(start: Point, end: Point, bend: float = 0.0, *, both: bool = False) -> list[Shape]:
    """Return an arrow; bend: how far its middle leaves the straight line, to its left."""
    (x0, y0), (x1, y1) = start, end
    length = math.dist(start, end) or 1.0
    by = (
        (x0 + x1) / 2 - (y1 - y0) / length * bend * 2,
        (y0 + y1) / 2 + (x1 - x0) / length * bend * 2,
    )
    shapes = [curve(start, by, end, tone="active", width=2.4), _tip(by, end)]
    if both:
        shapes.append(_tip(by, start))
    return shapes


def _tip(back: Point, end: Point) -> Shape:
    direction = math.atan2(end[1] - back[1], end[0] - back[0])
    wings = [
        (end[0] - 6 * math.cos(direction + side), end[1] - 6 * math.sin(direction + side))
        for side in (0.5, -0.5)
    ]
    return Shape((wings[0], end, wings[1]), "active", 2.4)


def svg(shapes: Iterable[Shape], tones: dict[str, str]) -> str:
    """Return shapes as SVG, y downward; neighbours that look the same share one path."""
    drawn = []
    for paint, group in groupby(shapes, key=lambda shape: _paint(shape, tones)):
        drawn.append(f'<path d="{"".join(map(_path, group))}"{paint}/>')
    return "".join(drawn)


def _paint(shape: Shape, tones: dict[str, str]) -> str:
    fill = f' fill="{tones[shape.fill]}"' if shape.fill else ""
    stroke = f' stroke="{tones[shape.tone]}" stroke-width="{_n(shape.width)}"' if shape.width else ""
    return fill + stroke


def _path(shape: Shape) -> str:
    if shape.dot:
        (x, y), r = shape.points[0], shape.dot
        half = f"a{_n(r)} {_n(r)} 0 1 0 "
        return f"M{_n(x - r)} {_n(-y)}{half}{_n(2 * r)} 0{half}{_n(-2 * r)} 0Z"
    said = [f"{_n(x)} {_n(-y)}" for x, y in shape.points]
    path = f"M{said[0]}Q{said[1]} {said[2]}" if shape.curve else "M" + "L".join(said)
    return path + ("Z" if shape.closed else "")


def _n(value: float) -> str:
    """Return a number as short as a picture needs it.

    >>> _n(12.04), _n(-0.04), _n(7.55)
    ('12', '0', '7.5')
    """
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
