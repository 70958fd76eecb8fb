"""A body of fixed proportions set by the directions of its segments, or by where a hand or foot is to be.

Lengths are in drawing units, about 97 to a standing person; x grows to the right, y upward, the floor is y = 0.
Directions are in degrees: 0 to the right, 90 up. Seen from the side the figure looks to the right when upright.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

Point = tuple[float, float]
View = Literal["side", "front"]

TRUNK, NECK, HEAD = 30.0, 11.0, 7.0
UPPER_ARM, FOREARM = 16.0, 16.0
THIGH, SHANK, FOOT, HEEL = 23.0, 23.0, 8.0, 2.0
HALF_SHOULDERS, HALF_HIPS = 8.5, 4.5
SOLE = 3.0  # From the middle of the ankle to the floor.
FRONT_FOOT = 0.55  # A foot that points at the viewer looks short.
REACH_SLACK = 1.02

# How far a joint bends, in degrees, seen from the side: lowest and highest. Round figures of a limber adult, so that a
# slip of the pen shows as an error; they judge nobody.
LIMITS = {
    "hip": (-35.0, 135.0),
    "knee": (-5.0, 150.0),
    "ankle": (-60.0, 40.0),
    "shoulder": (-65.0, 190.0),
    "elbow": (-5.0, 150.0),
}


class PoseError(ValueError):
    """A pose that no body takes. The text names the joint."""


class Reach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a hand is, or a foot stands; the elbow or knee bends as it must. foot: direction of the foot.

    bend: -1 turns an elbow or knee seen from the front the other way.
    """

    to: Point
    foot: float | None = None
    bend: int = 1


Limb = tuple[float, ...] | Reach


class Pose(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One position. Without a hip the lowest part is at `rests`; a plural speaks for both sides.

    leg, arm: nearest to the viewer, seen from the front on the right of the picture; leg2, arm2 the others.
    trunk: its direction from the hips, or those of its lower and upper half. head: its turn out of the trunk's line;
    looks: the direction of the face, where it is not square to that.
    short: how much of a segment is seen when it points at the viewer, such as {thigh: 0.5}.
    """

    hip: Point | None = None
    x: float = 0.0
    rests: float = 0.0
    trunk: float | tuple[float, float] = 90.0
    head: float = 0.0
    looks: float | None = None
    legs: Limb | None = None
    leg: Limb | None = None
    leg2: Limb | None = None
    arms: Limb | None = None
    arm: Limb | None = None
    arm2: Limb | None = None
    short: dict[str, float] = {}


@dataclass(frozen=True)
class Body:
    """Where every joint of a pose is, by name; `2` marks the side away from the viewer."""

    view: View
    points: Mapping[str, Point]
    looks: float  # The direction of the face, seen from the side.

    def at(self, where: str | Point) -> Point:
        """Return a joint's place, or the place itself. Raises PoseError for a joint there is none of."""
        if not isinstance(where, str):
            return float(where[0]), float(where[1])
        if where not in self.points:
            raise PoseError(f"there is no point {where!r}")
        return self.points[where]


def step(start: Point, length: float, direction: float) -> Point:
    """Return the point `length` away in a direction."""
    radians = math.radians(direction)
    return start[0] + length * math.cos(radians), start[1] + length * math.sin(radians)


def turn(degrees: float) -> float:
    """Return an angle between -180 and 180.

    >>> turn(270.0), turn(-190.0)
    (-90.0, 170.0)
    """
    return (degrees + 180.0) % 360.0 - 180.0


def stand(pose: Pose, view: View) -> Body:
    """Return the body in a pose. Raises PoseError when a joint would break or a hand can't reach."""
    if pose.hip is not None:
        return _build(pose, view, (float(pose.hip[0]), float(pose.hip[1])))
    loose = _build(pose, view, (pose.x, 0.0))
    lowest = min(low for low in _bottoms(loose))
    return _build(pose, view, (pose.x, pose.rests - lowest))


def _bottoms(body: Body) -> list[float]:
    """Return how low each part comes, with half of its thickness."""
    half = {"head": HEAD, "hip": 5.0, "shoulder": 5.0, "back": 5.0}
    return [
        y - half.get(name, SOLE)
        for name, (_, y) in body.points.items()
        if name not in {"shoulder", "shoulder2", "hip2"} or body.view == "side"
    ]


def _build(pose: Pose, view: View, hip: Point) -> Body:
    lower, upper = pose.trunk if isinstance(pose.trunk, tuple) else (pose.trunk, pose.trunk)
    back = step(hip, TRUNK / 2, lower)
    top = step(back, TRUNK / 2, upper)
    head_direction = upper + pose.head
    points: dict[str, Point] = {
        "hips": hip,
        "back": back,
        "chest": top,
        "head": step(top, NECK, head_direction),
    }
    across = upper - 90.0 if view == "front" else 0.0
    across_hips = lower - 90.0 if view == "front" else 0.0
    for side, sign in (("", 1), ("2", -1)):
        wide = view == "front"
        points[f"shoulder{side}"] = step(top, sign * HALF_SHOULDERS, across) if wide else top
        points[f"hip{side}"] = step(hip, sign * HALF_HIPS, across_hips) if wide else hip
        _arm(points, side, _limb(pose, "arm", side, view, hip), pose, view, upper)
        _leg(points, side, _limb(pose, "leg", side, view, hip), pose, view, lower)
    return Body(view, points, head_direction - 90.0 if pose.looks is None else pose.looks)


def _limb(pose: Pose, name: str, side: str, view: View, hip: Point) -> Limb:
    """Return what a limb does: its own word, else that for both sides, mirrored when seen from the front."""
    own = getattr(pose, f"{name}{side}")
    if own is not None:
        return own
    both = getattr(pose, f"{name}s")
    if both is None:
        other = pose.arm if name == "arm" else pose.leg
        both = other if other is not None and view == "side" else (-90.0,)
        if view == "front" and name == "arm":
            both = (-82.0,)
    if view == "side" or not side:
        return both
    if isinstance(both, Reach):
        foot = None if both.foot is None else 180.0 - both.foot
        return Reach((2 * hip[0] - both.to[0], both.to[1]), foot, both.bend)
    return tuple(180.0 - angle for angle in both)


def _arm(points: dict[str, Point], side: str, limb: Limb, pose: Pose, view: View, trunk: float) -> None:
    start = points[f"shoulder{side}"]
    lengths = UPPER_ARM * pose.short.get(f"upper{side}", 1.0), FOREARM * pose.short.get(f"forearm{side}", 1.0)
    if isinstance(limb, Reach):
        first, second = _bend(start, limb.to, lengths, _handed(limb, view, side, arm=True), f"arm{side}")
    else:
        first, second = limb[0], limb[1] if len(limb) > 1 else limb[0]
    points[f"elbow{side}"] = elbow = step(start, lengths[0], first)
    points[f"hand{side}"] = step(elbow, lengths[1], second)
    if view == "side":
        _within("shoulder", turn(first - trunk + 180.0), side)
        _within("elbow", turn(second - first), side)


def _leg(points: dict[str, Point], side: str, limb: Limb, pose: Pose, view: View, trunk: float) -> None:
    start = points[f"hip{side}"]
    lengths = THIGH * pose.short.get(f"thigh{side}", 1.0), SHANK * pose.short.get(f"shank{side}", 1.0)
    mirror = -1 if side and view == "front" else 1
    if isinstance(limb, Reach):
        goal = (limb.to[0], limb.to[1] + SOLE)
        first, second = _bend(start, goal, lengths, _handed(limb, view, side, arm=False), f"leg{side}")
        foot = limb.foot if limb.foot is not None else (0.0 if view == "side" else 270.0 + 50.0 * mirror)
    else:
        first, second = limb[0], limb[1] if len(limb) > 1 else limb[0]
        foot = limb[2] if len(limb) > 2 else second + (90.0 if view == "side" else 40.0 * mirror)
    points[f"knee{side}"] = knee = step(start, lengths[0], first)
    points[f"ankle{side}"] = ankle = step(knee, lengths[1], second)
    length = FOOT * (1.0 if view == "side" else FRONT_FOOT) * pose.short.get(f"foot{side}", 1.0)
    points[f"toe{side}"] = step(ankle, length, foot)
    if view == "side":
        points[f"heel{side}"] = step(ankle, -HEEL, foot)
        _within("hip", turn(first - trunk + 180.0), side)
        _within("knee", turn(first - second), side)
        _within("ankle", turn(foot - second - 90.0), side)


def _handed(limb: Reach, view: View, side: str, *, arm: bool) -> int:
    """Return which way the middle joint goes: knees forward, elbows back; from the front, outward."""
    if view == "front":
        outward = -1 if side else 1
        return outward * limb.bend
    return (-1 if arm else 1) * limb.bend


def _bend(
    start: Point, goal: Point, lengths: tuple[float, float], hand: int, name: str
) -> tuple[float, float]:
    """Return the directions of two segments that lead from start to goal (the law of cosines)."""
    first, second = lengths
    far = math.dist(start, goal)
    if far > (first + second) * REACH_SLACK:
        raise PoseError(f"{name}: can't reach {goal}: {far:.1f} away, {first + second:.1f} long")
    if far < abs(first - second) or far == 0:
        raise PoseError(f"{name}: {goal} is too near")
    far = min(far, first + second - 1e-6)
    line = math.degrees(math.atan2(goal[1] - start[1], goal[0] - start[0]))
    cosine = (first**2 + far**2 - second**2) / (2 * first * far)
    open_ = math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
    knee = step(start, first, line + hand * open_)
    return line + hand * open_, math.degrees(math.atan2(goal[1] - knee[1], goal[0] - knee[0]))


def _within(joint: str, angle: float, side: str) -> None:
    low, high = LIMITS[joint]
    # A shoulder carried over the head and a little back comes round the circle.
    shown = angle + 360.0 if joint == "shoulder" and angle < low else angle
    if not low - 0.5 <= shown <= high + 0.5:
        raise PoseError(f"{joint}{side} bends {angle:.0f}°, outside {low:.0f}° to {high:.0f}°")
