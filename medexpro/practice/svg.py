"""Drawings people give us: a logo as SVG, a signature as one path. Only shapes and colours come in."""

import re
from xml.etree import ElementTree

from medexpro.kernel.refusals import Refusal

LIMIT = 100_000  # characters; a logo drawn as shapes takes a few thousand
DEEPEST = 40  # groups in groups; whoever draws by hand stays far below it
SVG = "http://www.w3.org/2000/svg"

SHAPES = {
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "linearGradient",
    "radialGradient", "stop", "clipPath", "title", "desc",
}  # fmt: skip
DRAWN = {"path", "rect", "circle", "ellipse", "polygon", "polyline", "line"}
ATTRIBUTES = {
    "viewBox", "width", "height", "preserveAspectRatio", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx",
    "ry", "fx", "fy", "points", "transform", "id", "fill", "fill-rule", "fill-opacity", "clip-rule", "clip-path",
    "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray",
    "stroke-opacity", "opacity", "color", "offset", "stop-color", "stop-opacity", "gradientUnits",
    "gradientTransform", "spreadMethod", "clipPathUnits",
}  # fmt: skip
# A value may point at a gradient inside the same drawing, and nowhere else.
OUTSIDE = re.compile(
    r"url\((?!\s*['\"]?#[\w-]+['\"]?\s*\))|javascript:|data:|https?:|@import|expression", re.I
)
PATH = re.compile(r"[MmZzLlHhVvCcSsQqTtAaEe0-9\s,.+-]+")


class NotADrawing(Refusal):
    """What was uploaded is not an SVG drawing we can keep."""


def is_path(text: str) -> bool:
    """Return whether text is the data of an SVG path, as the signature pad writes it.

    >>> is_path("M10 20 L30 40"), is_path('M1 1" onload="x')
    (True, False)
    """
    return bool(PATH.fullmatch(text)) and text.lstrip()[:1] in "Mm"


def clean(source: str) -> str:
    """Return an SVG drawing reduced to shapes and colours, ready to stand in a page or a document.

    Scripts, styles, pictures, links, text in foreign fonts and anything from outside are left out; a
    drawing that has nothing left, or is no drawing, is refused. Raises NotADrawing.
    """
    if len(source) > LIMIT:
        raise NotADrawing(f"The drawing is too big. Keep it under {LIMIT // 1000} KB.")
    # Entities could read files or grow without end; no drawing needs them.
    if "<!DOCTYPE" in source or "<!ENTITY" in source:
        source = re.sub(r"<!DOCTYPE[^>\[]*>", "", source)
        if "<!DOCTYPE" in source or "<!ENTITY" in source:
            raise NotADrawing(
                "The drawing holds parts we can't check. Save it as plain SVG and choose it again."
            )
    try:
        root = ElementTree.fromstring(source.strip())  # noqa: S314  # entities were refused above
    except ElementTree.ParseError as error:
        raise NotADrawing("This is not an SVG drawing. Choose a file that ends in .svg.") from error
    if local(root.tag) != "svg":
        raise NotADrawing("This is not an SVG drawing. Choose a file that ends in .svg.")
    if deeper_than(DEEPEST, root):
        raise NotADrawing("The drawing has groups in groups in groups. Ungroup it and choose it again.")
    strip(root)
    if not any(local(element.tag) in DRAWN for element in root.iter()):
        raise NotADrawing(
            "The drawing has no shapes. Turn text into outlines and pictures into shapes, then save as SVG."
        )
    if "viewBox" not in root.attrib and not ("width" in root.attrib and "height" in root.attrib):
        raise NotADrawing("The drawing doesn't say its size. Save it with a viewBox and choose it again.")
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(root, encoding="unicode")


def deeper_than(levels: int, root: ElementTree.Element) -> bool:
    """Return whether elements are nested more than `levels` deep."""
    row = [root]
    for _ in range(levels):
        row = [child for element in row for child in element]
    return bool(row)


def local(tag: object) -> str:
    """Return a tag's name without its namespace; "" for comments and the like, and for other namespaces."""
    if not isinstance(tag, str):
        return ""
    namespace, _, name = tag.rpartition("}")
    return name if namespace in ("", "{" + SVG) else ""


def strip(element: ElementTree.Element) -> None:
    """Take out everything but known shapes and attributes, all the way down."""
    element.tag = "{" + SVG + "}" + local(element.tag)
    styles = element.attrib.pop("style", "")
    # Drawing programs write colours as style; as attributes they pass the content policy.
    for declaration in styles.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in ATTRIBUTES:
            element.attrib.setdefault(name.strip(), value.strip())
    for name, value in list(element.attrib.items()):
        if name not in ATTRIBUTES or OUTSIDE.search(value):
            del element.attrib[name]
    for child in list(element):
        if local(child.tag) in SHAPES - {"svg"}:
            strip(child)
        else:
            element.remove(child)
