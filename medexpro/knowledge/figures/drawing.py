"""One figure: the start and the end of an exercise side by side with an arrow, or the one position that is held."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import msgspec

from medexpro.knowledge.figures import props as stage
from medexpro.knowledge.figures.body import HEAD, Body, Point, Pose, PoseError, View, stand, step
from medexpro.knowledge.figures.shapes import IN_PRINT, ON_PAGES, Shape, arrow, dot, line, svg

WIDTH, HEIGHT = 240, 132
PANEL, FLOOR, AIR = 114.0, 8.0, 4.0  # Width of one pose, height of the floor, air at the top.
LARGEST = 1.2  # Somebody who sits or lies is drawn a little larger.
LEG, ARM, HAND_FOOT = 7.6, 6.2, 5.4
ROOTS = {"hand": "shoulder", "elbow": "shoulder", "knee": "hip", "ankle": "hip", "toe": "hip"}


class Arrow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How something moves: from place to place in the picture, or along the way a joint took."""

    of: str = ""
    start: str | Point | None = None
    to: str | Point | None = None
    bend: float = 0.0
    both: bool = False
    beside: float = 9.0  # How far beside the joint's own way it runs.
    panel: int = -1


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One exercise drawn. says: what is seen, in words. active: the parts that work. props: in both positions.

    start, end: the positions; what the end leaves out stays as it was. turns: which props each one has alone.
    """

    says: str
    start: dict[str, Any]
    end: dict[str, Any] | None = None
    view: View = "side"
    active: tuple[str, ...] = ()
    props: tuple[dict[str, Any], ...] = ()
    arrows: tuple[Arrow, ...] = ()
    floor: bool = True


class Panel(NamedTuple):
    """One position, ready to draw."""

    body: Body
    behind: list[Shape]
    person: list[Shape]
    front: list[Shape]

    @property
    def shapes(self) -> list[Shape]:
        """Return everything in the order it is painted."""
        return [*self.behind, *self.person, *self.front]


def panels_of(figure: Figure) -> list[Panel]:
    """Return the positions of a figure. Raises PoseError for what no body does, or a prop that is not there."""
    poses = [figure.start]
    if figure.end is not None:
        poses.append({**figure.start, **figure.end})
    panels = []
    for values in poses:
        values = dict(values)
        own = values.pop("with", [])
        try:
            pose = msgspec.convert(values, Pose, strict=False)
        except msgspec.ValidationError as error:
            raise PoseError(str(error)) from None
        body = stand(pose, figure.view)
        behind: list[Shape] = []
        front: list[Shape] = []
        for prop in (*figure.props, *own):
            for name, settings in prop.items():
                target = front if name in stage.IN_FRONT else behind
                target.extend(stage.draw(name, body, settings))
        panels.append(Panel(body, behind, person(body, frozenset(figure.active)), front))
    for one in figure.arrows:
        panels[one.panel].front.extend(_arrow(one, panels))
    return panels


def _arrow(one: Arrow, panels: Sequence[Panel]) -> list[Shape]:
    here = panels[one.panel].body
    if not one.of:
        if one.start is None or one.to is None:
            raise PoseError("arrow: say from where to where, or of which joint")
        return arrow(here.at(one.start), here.at(one.to), one.bend, both=one.both)
    start, end = panels[0].body.at(one.of), here.at(one.of)
    side = "2" if one.of.endswith("2") else ""
    root = here.at(ROOTS.get(one.of.rstrip("2"), "ankle") + side)
    middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    away = math.dist(middle, root) or 1.0
    out = (middle[0] - root[0]) / away, (middle[1] - root[1]) / away
    # The arrow bows away from the joint it turns about.
    left = (end[0] - start[0]) * out[1] - (end[1] - start[1]) * out[0]
    bend = one.bend or math.dist(start, end) * 0.18 * (1 if left > 0 else -1)
    moved = [(x + out[0] * one.beside, y + out[1] * one.beside) for x, y in (start, end)]
    return arrow(moved[0], moved[1], bend, both=one.both)


# ---- The person


def person(body: Body, active: frozenset[str]) -> list[Shape]:
    """Return the strokes of a person, the farther side first. active: limbs or parts that are marked."""
    shapes: list[Shape] = []
    if body.view == "front":
        shapes += _leg(body, "2", active, far=False) + _leg(body, "", active, far=False)
        shapes += _trunk(body, active) + _head(body, active)
        shapes += _arm(body, "2", active, far=False) + _arm(body, "", active, far=False)
        return shapes
    # A farther limb right behind the nearer one is not seen.
    for limb, joints in ((_arm, ("shoulder", "elbow", "hand")), (_leg, ("hip", "knee", "ankle", "toe"))):
        if any(math.dist(body.points[joint], body.points[f"{joint}2"]) > 0.5 for joint in joints):
            shapes += limb(body, "2", active, far=True)
    shapes += _leg(body, "", active, far=False, halo=True)
    shapes += _trunk(body, active) + _head(body, active)
    return shapes + _arm(body, "", active, far=False, halo=True)


def _tone(active: frozenset[str], *names: str, far: bool) -> str:
    if active.intersection(names):
        return "active-far" if far else "active"
    return "far" if far else "ink"


def _leg(body: Body, side: str, active: frozenset[str], *, far: bool, halo: bool = False) -> list[Shape]:
    hip, knee, ankle, toe = (body.points[f"{name}{side}"] for name in ("hip", "knee", "ankle", "toe"))
    heel = body.points.get(f"heel{side}", ankle)
    limb = (f"leg{side}", "legs")
    thigh = _tone(active, *limb, f"thigh{side}", "thighs", far=far)
    shank = _tone(active, *limb, f"shank{side}", "shanks", far=far)
    foot = _tone(active, *limb, f"foot{side}", "feet", f"shank{side}", "shanks", far=far)
    shapes = []
    if halo:
        shapes += [
            Shape((step_off(hip, knee, 6), knee, ankle), "paper", LEG + 3.2),
            Shape((heel, toe), "paper", HAND_FOOT + 3),
        ]
    shapes.append(Shape((heel, toe), foot, HAND_FOOT))
    if thigh == shank:
        shapes.append(Shape((hip, knee, ankle), thigh, LEG))
    else:
        shapes += [Shape((knee, ankle), shank, LEG), Shape((hip, knee), thigh, LEG)]
    return shapes


def _arm(body: Body, side: str, active: frozenset[str], *, far: bool, halo: bool = False) -> list[Shape]:
    shoulder, elbow, hand = (body.points[f"{name}{side}"] for name in ("shoulder", "elbow", "hand"))
    limb = (f"arm{side}", "arms")
    upper = _tone(active, *limb, f"upper{side}", far=far)
    fore = _tone(active, *limb, f"forearm{side}", "forearms", far=far)
    shapes = [Shape((step_off(shoulder, elbow, 3), elbow, hand), "paper", ARM + 3)] if halo else []
    if upper == fore:
        shapes.append(Shape((shoulder, elbow, hand), upper, ARM))
    else:
        shapes += [Shape((elbow, hand), fore, ARM), Shape((shoulder, elbow), upper, ARM)]
    return shapes


def step_off(start: Point, to: Point, by: float) -> Point:
    """Return the point a little along the way, so that a limb's rim leaves its joint closed."""
    return step(start, by, math.degrees(math.atan2(to[1] - start[1], to[0] - start[0])))


def _trunk(body: Body, active: frozenset[str]) -> list[Shape]:
    tone = _tone(active, "trunk", far=False)
    points = body.points
    neck = Shape((points["chest"], points["head"]), "ink", 4.6)
    if body.view == "front":
        outline = (points["shoulder"], points["shoulder2"], points["hip2"], points["hip"])
        return [neck, Shape(outline, tone, 6.6, fill=tone, closed=True)]
    hips, back, chest = points["hips"], points["back"], points["chest"]
    bent = abs(_cross(hips, back, chest)) > 1.0
    # The middle of the back lies on the line; a bow through it needs its handle twice as far out.
    by = (2 * back[0] - (hips[0] + chest[0]) / 2, 2 * back[1] - (hips[1] + chest[1]) / 2)
    spine = Shape((hips, by, chest), tone, 11, curve=True) if bent else Shape((hips, chest), tone, 11)
    return [neck, spine]


def _cross(a: Point, b: Point, c: Point) -> float:
    return ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / (math.dist(a, c) or 1.0)


def _head(body: Body, active: frozenset[str]) -> list[Shape]:
    tone = _tone(active, "head", far=False)
    middle = body.points["head"]
    shapes = [dot(middle, HEAD, tone=tone, fill=tone, width=0.6)]
    if body.view == "side":
        shapes.append(dot(step(middle, HEAD + 0.4, body.looks), 1.7, tone=tone, fill=tone, width=0.4))
    return shapes


# ---- The picture


def picture(figure: Figure, tones: dict[str, str]) -> str:
    """Return the inside of a figure's SVG, WIDTH by HEIGHT, in the given colours."""
    return framed(figure, tones)[0]


def framed(figure: Figure, tones: dict[str, str]) -> tuple[str, float]:
    """Return the inside of a figure's SVG, and how much of the top is empty: a lying person needs little height."""
    panels = panels_of(figure)
    counted = [
        point for panel in panels for shape in panel.shapes if shape.counts for point in shape.extent()
    ]
    left, right = min(x for x, _ in counted), max(x for x, _ in counted)
    low, high = min(min(y for _, y in counted), -FLOOR / 2), max(y for _, y in counted)
    room = PANEL if len(panels) == 2 else WIDTH - 30.0
    scale = min(LARGEST, room / (right - left), (HEIGHT - AIR - FLOOR) / (high - min(low + FLOOR, 0.0)))
    base = HEIGHT - FLOOR
    drawn = []
    for number, panel in enumerate(panels):
        centre = WIDTH / 2 if len(panels) == 1 else WIDTH / 4 + (number * WIDTH / 2)
        shift = centre - scale * (left + right) / 2
        half = (room / 2 + 2) / scale
        middle = (left + right) / 2
        shapes = panel.shapes
        if figure.floor:
            ends = (middle - half, -0.6), (middle + half, -0.6)
            shapes = [line(*ends, tone="prop", width=1.2, counts=False), *shapes]
        inner = svg(shapes, tones)
        sized = f" scale({scale:.3f})" if scale != 1 else ""
        drawn.append(f'<g transform="translate({shift:.1f} {base:.1f}){sized}">{inner}</g>')
    if len(panels) == 2:
        x, y = WIDTH / 2, base - max(10.0, scale * high / 2)
        chevron = Shape(((x - 2.5, -y - 5), (x + 2.5, -y), (x - 2.5, -y + 5)), "prop", 2.2)
        drawn.append(svg([chevron], tones))
    inner = f'<g fill="none" stroke-linecap="round" stroke-linejoin="round">{"".join(drawn)}</g>'
    return inner, max(0.0, base - scale * high - AIR)


def on_page(figure: Figure) -> str:
    """Return the inside of a figure in the colours of the page it stands on."""
    return picture(figure, ON_PAGES)


def cropped(figure: Figure, tones: dict[str, str]) -> tuple[str, str]:
    """Return the inside of a figure, and the box that holds it without the empty top."""
    inner, top = framed(figure, tones)
    return inner, f"0 {top:.0f} {WIDTH} {HEIGHT - round(top)}"


def in_print(figure: Figure, title: str) -> str:
    """Return a whole SVG in fixed colours, for paper, without the empty top."""
    inner, box = cropped(figure, IN_PRINT)
    height = box.rpartition(" ")[2]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{WIDTH}" height="{height}">'
        f"<title>{escape(title)}</title>{inner}</svg>"
    )
