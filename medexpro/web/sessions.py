"""Pain and effort, session by session, as SVG: a dot and a square on one line, and the ceiling. Pure: no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 300, 158
LEFT, RIGHT, TOP, BOTTOM = 24.0, 283.2, 12.0, 128.0


@dataclass(frozen=True)
class SessionMark:
    """One session: its number, and the highest pain and effort said in it, 0 to 10; None where nobody asked."""

    number: int
    pain: int | None
    effort: int | None


def sessions_svg(marks: Sequence[SessionMark], ceiling: int) -> str:
    """Return the drawing. marks: at least two, by number; ceiling: the effort of 10 that is not passed.

    Raises ValueError for fewer than two: one session is no course.
    """
    if len(marks) < 2:
        raise ValueError("one session makes no drawing")
    out = [_grid(value) for value in (0, 5, 10)]
    y = _y(ceiling) - 4
    out.append(f'<line class="cut" x1="18" x2="292" y1="{_y(ceiling):.1f}" y2="{_y(ceiling):.1f}"/>')
    step = (RIGHT - LEFT) / (len(marks) - 1)
    for place, mark in enumerate(marks):
        x = LEFT + place * step
        if mark.pain is not None and mark.effort is not None:
            ends = f'y1="{_y(mark.pain):.1f}" y2="{_y(mark.effort):.1f}"'
            out.append(f'<line class="span" x1="{x:.1f}" x2="{x:.1f}" {ends}/>')
        if mark.effort is not None:
            at = f'x="{x - 4:.1f}" y="{_y(mark.effort) - 4:.1f}"'
            out.append(f'<rect class="dot-rpe" {at} width="8" height="8" rx="1.5"/>')
        if mark.pain is not None:
            out.append(f'<circle class="dot-pain" cx="{x:.1f}" cy="{_y(mark.pain):.1f}" r="4.2"/>')
    # After the marks: a name they can't cover.
    out.append(
        f'<text class="t-cut t-halo" x="292" y="{y:.1f}" text-anchor="end">Effort ceiling {ceiling}</text>'
    )
    out.append(f'<text x="19" y="152">{marks[0].number}</text>')
    out.append(f'<text x="288" y="152" text-anchor="end">session {marks[-1].number}</text>')
    said = escape(describe(marks, ceiling), quote=True)
    return f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{said}">{"".join(out)}</svg>'


def describe(marks: Sequence[SessionMark], ceiling: int) -> str:
    """Return what the drawing shows, in words.

    >>> describe([SessionMark(1, 5, 3), SessionMark(2, 2, 7)], 6)
    'Sessions 1 to 2. Highest pain 5 at first, 2 at last. Effort 3 at first, 7 at last, over the ceiling of 6 once.'
    """
    said = [f"Sessions {marks[0].number} to {marks[-1].number}."]
    pains = [mark.pain for mark in marks if mark.pain is not None]
    efforts = [mark.effort for mark in marks if mark.effort is not None]
    if pains:
        said.append(f"Highest pain {pains[0]} at first, {pains[-1]} at last.")
    if efforts:
        over = sum(effort > ceiling for effort in efforts)
        how_often = (
            "never over"
            if not over
            else f"over the ceiling of {ceiling} {'once' if over == 1 else f'{over} times'}"
        )
        end = how_often if over else f"{how_often} the ceiling of {ceiling}"
        said.append(f"Effort {efforts[0]} at first, {efforts[-1]} at last, {end}.")
    return " ".join(said)


def _y(value: float) -> float:
    return BOTTOM - value / 10 * (BOTTOM - TOP)


def _grid(value: int) -> str:
    y = _y(value)
    return (
        f'<line class="grid" x1="18" x2="292" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="12" y="{y + 4:.1f}" text-anchor="end">{value}</text>'
    )
