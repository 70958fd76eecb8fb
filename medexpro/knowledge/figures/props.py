"""What stands around a person or is held: each a few strokes, placed by a joint or by a place in the drawing."""

from collections.abc import Callable
from typing import Any

from medexpro.knowledge.figures.body import Body, Point, PoseError, step
from medexpro.knowledge.figures.shapes import Shape, area, box, curve, dot, line

Place = str | list[float] | tuple[float, float]


def _at(body: Body, place: Place, by: Any = (0.0, 0.0)) -> Point:
    x, y = body.at(place if isinstance(place, str) else (place[0], place[1]))
    return x + by[0], y + by[1]


def chair(body: Body, x: float = 0, seat: float = 22, back: str = "left", arms: bool = False) -> list[Shape]:
    """Return a chair; x: the middle of the seat, seat: its height, back: left, right or none."""
    left, right = x - 13, x + 13
    shapes = [
        line((left + 1, seat - 3), (left + 1, 0)),
        line((right - 1, seat - 3), (right - 1, 0)),
    ]
    if back != "none":
        edge = left if back == "left" else right
        shapes.append(line((edge, seat), (edge + (-3 if back == "left" else 3), seat + 33), width=3))
    if arms:
        shapes.append(line((left, seat + 13), (right - 3, seat + 13), width=3))
        shapes.append(line((right - 4, seat + 13), (right - 4, seat)))
    shapes.append(box(left, seat - 4, right, seat))
    return shapes


def bench(body: Body, x: float = 0, top: float = 20, long: float = 40) -> list[Shape]:
    """Return a bench or bed without its sides; x: its middle."""
    left, right = x - long / 2, x + long / 2
    return [
        line((left + 4, top - 4), (left + 4, 0)),
        line((right - 4, top - 4), (right - 4, 0)),
        box(left, top - 5, right, top),
    ]


def table(body: Body, x: float = 0, top: float = 42, long: float = 40) -> list[Shape]:
    """Return a table or counter; x: its middle."""
    left, right = x - long / 2, x + long / 2
    return [
        line((left + 3, top - 3), (left + 3, 0)),
        line((right - 3, top - 3), (right - 3, 0)),
        box(left, top - 3, right, top),
    ]


def wall(body: Body, x: float, top: float = 104) -> list[Shape]:
    """Return a wall whose face is at x."""
    return [box(x, 0, x + 5, top)]


def rail(
    body: Body, y: float = 50, x: float | None = None, at: Place | None = None, long: float = 16
) -> list[Shape]:
    """Return a rail seen end on or along: a bar on a post. at: a hand that holds it."""
    if at is not None:
        x, y = _at(body, at)
    middle = x if x is not None else 0.0
    return [
        line((middle, y), (middle, 0)),
        line((middle - long / 2, y), (middle + long / 2, y), width=3.2),
    ]


def bars(body: Body, x0: float = -50, x1: float = 50, y: float = 48) -> list[Shape]:
    """Return a rail that runs along the picture."""
    return [line((x0 + 4, y), (x0 + 4, 0)), line((x1 - 4, y), (x1 - 4, 0)), line((x0, y), (x1, y), width=3)]


def mat(body: Body, x0: float = -50, x1: float = 50) -> list[Shape]:
    """Return a mat on the floor."""
    return [box(x0, -2.6, x1, 0, width=1.2)]


def floor_step(body: Body, x0: float, x1: float, h: float = 8) -> list[Shape]:
    """Return a step, a low box or a foam."""
    return [box(x0, 0, x1, h)]


def foam(body: Body, x0: float, x1: float, h: float = 7) -> list[Shape]:
    """Return a soft pad."""
    return [
        Shape(((x0 + 2, h / 2), (x1 - 2, h / 2)), "prop", h),
        Shape(((x0 + 2, h / 2), (x1 - 2, h / 2)), "fill", h - 3),
    ]


def stairs(
    body: Body, x0: float, n: int = 3, h: float = 9, run: float = 14, down: bool = False
) -> list[Shape]:
    """Return stairs that rise to the right from x0."""
    points: list[Point] = [(x0, 0)]
    for number in range(n):
        points += [(x0 + number * run, (number + 1) * h), (x0 + (number + 1) * run, (number + 1) * h)]
    points.append((x0 + n * run, 0))
    return [area(*points)]


def slope(body: Body, x0: float, x1: float, h: float) -> list[Shape]:
    """Return a ramp that rises from x0 to x1."""
    return [area((x0, 0), (x1, h), (x1, 0))]


def dumbbell(body: Body, at: Place, by: Any = (0, 0)) -> list[Shape]:
    """Return a dumbbell seen end on."""
    return [dot(_at(body, at, by), 5.2, fill="fill", width=2.2), dot(_at(body, at, by), 1.4, fill="prop")]


def bell(body: Body, at: Place, by: Any = (0, 0)) -> list[Shape]:
    """Return a dumbbell seen along its handle."""
    x, y = _at(body, at, by)
    return [
        line((x - 6, y), (x + 6, y), width=2.4),
        line((x - 6, y - 3.5), (x - 6, y + 3.5), width=4),
        line((x + 6, y - 3.5), (x + 6, y + 3.5), width=4),
    ]


def kettlebell(body: Body, at: Place, by: Any = (0, 0)) -> list[Shape]:
    """Return a kettlebell that hangs from a hand."""
    x, y = _at(body, at, by)
    return [line((x - 3, y - 4), (x - 2.2, y), (x + 2.2, y), (x + 3, y - 4)), dot((x, y - 8), 5.4, width=2.2)]


def weight(body: Body, at: Place, by: Any = (0, 0), w: float = 14, h: float = 10) -> list[Shape]:
    """Return a box that is carried; at: its middle."""
    x, y = _at(body, at, by)
    return [box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)]


def ball(body: Body, at: Place, r: float = 3.5, by: Any = (0, 0)) -> list[Shape]:
    """Return a ball, putty, a roll or a towel seen end on."""
    return [dot(_at(body, at, by), r)]


def band(body: Body, start: Place, to: Place, sag: float = 0) -> list[Shape]:
    """Return an elastic band or a strap."""
    first, last = _at(body, start), _at(body, to)
    if not sag:
        return [line(first, last, tone="band", width=2.6)]
    middle = ((first[0] + last[0]) / 2, (first[1] + last[1]) / 2 - sag)
    return [curve(first, middle, last, tone="band", width=2.6)]


def anchor(body: Body, x: float, y: float) -> list[Shape]:
    """Return the post a band is tied to."""
    return [line((x, 0), (x, y + 10), width=3), dot((x, y), 2.4, fill="prop")]


def stick(
    body: Body, start: Place | None = None, to: Place | None = None, at: Place | None = None,
    angle: float = 0, long: float = 50,
) -> list[Shape]:  # fmt: skip
    """Return a stick: between two places, or through one in a direction."""
    if at is not None:
        middle = _at(body, at)
        return [line(step(middle, -long / 2, angle), step(middle, long / 2, angle), tone="band", width=2.8)]
    if start is None or to is None:
        raise PoseError("stick: say from where to where, or at which place")
    return [line(_at(body, start), _at(body, to), tone="band", width=2.8)]


def strap(body: Body, start: Place, to: Place) -> list[Shape]:
    """Return a strap."""
    return band(body, start, to)


def treadmill(body: Body, x: float = 0, h: float = 6, rise: float = 0) -> list[Shape]:
    """Return a treadmill under someone who walks to the right; the belt's height is h."""
    return [
        area((x - 30, 0), (x + 32, 0), (x + 32, h + rise), (x - 30, h)),
        line((x + 28, h + rise), (x + 34, 70 + rise), width=3),
        line((x + 33, 64 + rise), (x + 12, 60 + rise), width=2.6),
        line((x + 30, 72 + rise), (x + 39, 67 + rise), width=5),
    ]


def bike(body: Body, saddle: Point, crank: Point, hands: Point) -> list[Shape]:
    """Return a standing bicycle for someone upright."""
    (sx, sy), (cx, cy), (hx, hy) = saddle, crank, hands
    return [
        line((cx - 22, 1.5), (cx + 24, 1.5), width=3),
        line((sx, sy), (cx - 4, 2), width=3),
        line((hx, hy), (cx + 18, 2), width=3),
        line((hx - 5, hy), (hx + 4, hy + 2), width=3),
        line((sx - 7, sy), (sx + 7, sy), width=4),
        dot((cx, cy), 7.5),
    ]


def recumbent(body: Body, seat: Point, crank: Point, handle: Point | None = None) -> list[Shape]:
    """Return a machine with a backed seat and pedals in front."""
    (sx, sy), (cx, cy) = seat, crank
    shapes = [
        line((sx - 10, 1.5), (cx + 12, 1.5), width=3),
        line((sx, sy), (sx, 2), width=3),
        line((cx, cy), (cx + 4, 2), width=3),
        line((cx, cy), (cx + 8, cy + 24), width=3),
        area((sx - 10, sy), (sx + 9, sy), (sx + 9, sy - 4), (sx - 10, sy - 4)),
        line((sx - 10, sy), (sx - 16, sy + 30), width=4),
        dot((cx, cy), 7.5),
    ]
    if handle is not None:
        shapes.append(line((cx + 2, cy), handle, width=3))
    return shapes


def crank(body: Body, x: float, y: float, r: float = 6, post: float | None = None) -> list[Shape]:
    """Return a wheel turned by hand on its stand."""
    return [line((x, y), (x + 4, 2), width=3), line((x - 8, 1.5), (x + 14, 1.5), width=3), dot((x, y), r)]


def press(body: Body, seat: Point, plate: Point, lean: float = 70) -> list[Shape]:
    """Return a leg press: a backed seat on a rail and a foot plate; lean: direction of the plate."""
    (sx, sy), (px, py) = seat, plate
    return [
        line((sx - 14, 1.5), (px + 8, 1.5), width=3),
        line((sx, sy), (sx, 2), width=3),
        area((sx - 10, sy), (sx + 9, sy), (sx + 9, sy - 4), (sx - 10, sy - 4)),
        line(step((px, py), -11, lean), step((px, py), 13, lean), width=4.5),
        line(step((px, py), -11, lean), (px + 4, 2), width=3),
    ]


def backrest(body: Body, x: float, y: float, angle: float = 115, long: float = 34) -> list[Shape]:
    """Return the back of a seat."""
    return [line((x, y), step((x, y), long, angle), width=4)]


def water(body: Body, y: float = 52, x0: float = -54, x1: float = 54) -> list[Shape]:
    """Return the surface of a pool."""
    shapes: list[Shape] = []
    width = (x1 - x0) / 6
    for row, tone_y in ((0, y), (1, y - 9)):
        for number in range(6):
            left = x0 + number * width
            rise = 4 if number % 2 == row else -4
            shapes.append(
                curve((left, tone_y), (left + width / 2, tone_y + rise), (left + width, tone_y), tone="active-far", width=2)
            )  # fmt: skip
    return shapes


def cup(body: Body, x: float, h: float = 9) -> list[Shape]:
    """Return a low obstacle on the floor."""
    return [area((x - 3, 0), (x + 3, 0), (x + 2, h), (x - 2, h))]


def tape(body: Body, xs: list[float]) -> list[Shape]:
    """Return lines on the floor, seen from the side."""
    return [line((x - 4, -1), (x + 4, -1), tone="band", width=3) for x in xs]


def post(body: Body, x: float, top: float, base: float = 0) -> list[Shape]:
    """Return a plain upright."""
    return [line((x, base), (x, top), width=3)]


def shelf(body: Body, x: float, y: float, long: float = 24) -> list[Shape]:
    """Return a shelf on the wall."""
    return [box(x - long / 2, y - 3, x + long / 2, y)]


def say(body: Body, at: Place, by: Any = (0, 0)) -> list[Shape]:
    """Return a bubble beside the head for what is thought or counted; the words stand in the description."""
    x, y = _at(body, at, by)
    return [
        area((x - 8, y - 6), (x + 12, y - 6), (x + 12, y + 7), (x - 8, y + 7), fill="paper"),
        *[dot((x - 3 + 5 * n, y + 0.5), 1.2, fill="prop", width=0.5) for n in range(3)],
        dot((x - 11, y - 9), 1.6, fill="paper", width=1.4),
    ]


def handrail(body: Body, start: Point, to: Point) -> list[Shape]:
    """Return the rail of stairs on its two posts."""
    (x0, y0), (x1, y1) = start, to
    return [
        line((x0 + 3, y0 + 2), (x0 + 3, 0)),
        line((x1 - 3, y1 - 2), (x1 - 3, 0)),
        line((x0, y0), (x1, y1), width=3),
    ]


def soles(body: Body, x: float, y: float = 12, how: str = "together") -> list[Shape]:
    """Return where the feet stand, seen from above: together, semi (heel beside toe), tandem (heel to toe), one."""
    places = {
        "together": [(0, 5), (0, -5)],
        "semi": [(-5, 5), (7, -4)],
        "tandem": [(-12, 0), (12, 0)],
        "one": [(0, 0)],
    }[how]
    shapes = []
    for dx, dy in places:
        ends = (x + dx - 5.5, y + dy), (x + dx + 5.5, y + dy)
        shapes += [Shape(ends, "ink", 8.6), Shape(ends, "fill", 6)]
    return shapes


Make = Callable[..., list[Shape]]
PROPS: dict[str, Make] = {
    "chair": chair, "bench": bench, "table": table, "wall": wall, "rail": rail, "bars": bars, "mat": mat,
    "step": floor_step, "foam": foam, "stairs": stairs, "slope": slope, "dumbbell": dumbbell, "bell": bell,
    "kettlebell": kettlebell, "weight": weight, "ball": ball, "band": band, "anchor": anchor, "stick": stick,
    "strap": strap, "treadmill": treadmill, "bike": bike, "recumbent": recumbent, "crank": crank, "press": press,
    "backrest": backrest, "water": water, "cup": cup, "tape": tape, "post": post, "shelf": shelf, "say": say, "handrail": handrail,
    "soles": soles,
}  # fmt: skip
# These are held or lie before the body; all others stand behind it.
IN_FRONT = frozenset(
    {"dumbbell", "bell", "kettlebell", "weight", "ball", "band", "stick", "strap", "water", "say"}
)


def draw(name: str, body: Body, settings: Any) -> list[Shape]:
    """Return a prop's strokes. settings: its values by name, or nothing. Raises PoseError when they don't fit it."""
    make = PROPS.get(name)
    if make is None:
        raise PoseError(f"there is no prop {name!r}")
    try:
        return make(body, **(settings or {}))
    except (TypeError, IndexError) as error:
        raise PoseError(f"{name}: {error}") from None
