"""All figures as one file of symbols that a browser keeps, and one figure with its words for any page."""

import hashlib
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from medexpro.knowledge.figures.drawing import HEIGHT, WIDTH, cropped, in_print, on_page
from medexpro.knowledge.figures.loading import figures
from medexpro.knowledge.figures.shapes import ON_PAGES

BOX = f'viewBox="0 0 {WIDTH} {HEIGHT}"'


@cache
def sheet() -> bytes:
    """Return every figure as a symbol, `f-` before the exercise's id, in the colours of the page that uses it."""
    symbols = "".join(
        f'<symbol id="f-{escape(exercise)}" {BOX}>{on_page(figure)}</symbol>'
        for exercise, figure in figures().items()
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'.encode()


@cache
def fingerprint() -> str:
    """Return what changes in the sheet's address when any figure changes."""
    return hashlib.sha256(sheet()).hexdigest()[:12]


def says(exercise: str) -> str:
    """Return what a figure shows, in words; "" where there is none."""
    figure = figures().get(exercise)
    return figure.says if figure else ""


def by_reference(exercise: str, address: str) -> str:
    """Return a figure that draws itself from the sheet at an address; "" where there is none."""
    if exercise not in figures():
        return ""
    label = quoteattr(says(exercise))
    return f'<svg class="exfig" {BOX} role="img" aria-label={label}><use href="{address}#f-{escape(exercise)}"/></svg>'


@cache
def inline(exercise: str) -> str:
    """Return a figure that needs no further file; "" where there is none."""
    figure = figures().get(exercise)
    if figure is None:
        return ""
    inner, box = cropped(figure, ON_PAGES)
    label = quoteattr(figure.says)
    return f'<svg class="exfig exfig-low" viewBox="{box}" role="img" aria-label={label}>{inner}</svg>'


@cache
def printed(exercise: str) -> str:
    """Return a whole SVG in fixed colours, for paper; "" where there is none."""
    figure = figures().get(exercise)
    return in_print(figure, figure.says) if figure else ""


@cache
def printed_size(exercise: str) -> tuple[int, int]:
    """Return width and height of a figure on paper; it is as high as what it shows."""
    figure = figures().get(exercise)
    if figure is None:
        return WIDTH, HEIGHT
    return WIDTH, int(cropped(figure, ON_PAGES)[1].rpartition(" ")[2])
