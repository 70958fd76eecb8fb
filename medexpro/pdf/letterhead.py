"""The practice's head on a document, frozen with it: name, address, numbers, logo, paper."""

import re
from typing import Literal

from msgspec import Struct

Paper = Literal["us-letter", "a4"]


class Letterhead(Struct, frozen=True, kw_only=True):
    """What stands at the head of every page. address: one line. logo: SVG source, "" prints none.

    Phone and fax are printed as written. logo_ratio: the logo's width for a height of 1.
    """

    name: str
    address: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    website: str = ""
    logo: str = ""
    paper: Paper = "us-letter"

    @property
    def logo_ratio(self) -> float:
        """Return the logo's width for a height of 1, by its viewBox or size; 1 when it doesn't say."""
        return ratio_of(self.logo)


def ratio_of(svg: str) -> float:
    """Return an SVG's width for a height of 1; 1 when it doesn't say.

    >>> ratio_of('<svg viewBox="0 0 200 80"/>'), ratio_of('<svg width="30" height="30"/>'), ratio_of("")
    (2.5, 1.0, 1.0)
    """
    opening = svg[: svg.find(">")]
    if box := re.search(r"""viewBox=["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)""", opening):
        width, height = float(box[1]), float(box[2])
    else:
        sides = [re.search(rf"""\b{side}=["']([\d.]+)(?:px)?["']""", opening) for side in ("width", "height")]
        width, height = (float(side[1]) if side else 0.0 for side in sides)
    return width / height if width and height else 1.0


def on_paper(svg: str) -> str:
    """Return an SVG with its style variables settled: paper knows none, so each takes its fallback.

    >>> on_paper('<path fill="var(--brand, #0b5c74)"/>')
    '<path fill="#0b5c74"/>'
    """
    return re.sub(r"var\(\s*--[\w-]+\s*,\s*([^()]+?)\s*\)", r"\1", svg)
