"""A practice's logo as it may stand on a document: SVG source that draws and does nothing else."""

import base64
import re
from io import BytesIO
from xml.etree import ElementTree

import typst
from PIL import Image, UnidentifiedImageError

from medexpro.kernel.refusals import Refusal

MAX_BYTES = 400_000
MAX_PIXELS = 4_000_000
# A wide logo would push the practice's name away; a tall one would vanish.
WIDEST, TALLEST = 6.0, 2.0
PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg"}

# Drawing elements only; what runs, embeds or fetches is refused by not being here.
DRAWING = frozenset(
    {"svg", "g", "defs", "title", "desc", "metadata", "symbol", "use", "style", "image", "clipPath", "mask"}
    | {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
    | {"linearGradient", "radialGradient", "stop"}
)
# What drawing programs note for themselves; printed by nobody.
NOTES = (
    "{http://sodipodi.sourceforge.net/",
    "{http://www.inkscape.org/",
    "{http://www.w3.org/1999/02/22-rdf",
    "{http://creativecommons.org/",
    "{http://purl.org/dc/",
)
EMBEDDED = tuple(f"data:{kind};base64," for kind in PICTURES.values())
# A reference may only point inside the drawing.
OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(", re.IGNORECASE)


class LogoRefused(Refusal):
    """The file can't be a logo; the sentence says why and what would do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, field="logo")


def checked_logo(data: bytes) -> str:
    """Return an uploaded file as the SVG source to keep and print.

    SVG is taken if it only draws; PNG and JPEG are wrapped in one. The result has been set once, so
    it can't stop a document later. Raises LogoRefused with a sentence for the person who uploads.
    """
    if len(data) > MAX_BYTES:
        raise LogoRefused(f"The logo is larger than {MAX_BYTES // 1000} KB. A smaller PNG or an SVG will do.")
    svg = _drawing(data) if data.lstrip()[:1] == b"<" else _wrapped_picture(data)
    _try_setting(svg)
    return svg


def _drawing(data: bytes) -> str:
    text = _decoded(data)
    # Entities could make a small file grow without end; no logo needs them.
    text = re.sub(r"<!DOCTYPE[^>\[]*>", "", text, flags=re.IGNORECASE)
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise LogoRefused("This SVG declares entities. Save it as plain SVG.")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - no entities are left to expand
    except ElementTree.ParseError as error:
        raise LogoRefused("This SVG can't be read. Save it again, or upload a PNG.") from error
    for element in root.iter():
        if element.tag.startswith(NOTES):
            continue
        name = element.tag.rpartition("}")[2]
        if name not in DRAWING:
            raise LogoRefused(f"This SVG holds a “{name}” element. A logo may only draw: save text as paths.")
        if OUTSIDE.search(element.text or "") or any(
            _reaches_out(*attribute) for attribute in element.attrib.items()
        ):
            raise LogoRefused("This SVG refers to something outside itself. Save it as plain SVG.")
    return text


def _reaches_out(attribute: str, value: str) -> bool:
    plain = attribute.rpartition("}")[2].lower()
    if plain == "href":
        return not value.startswith(("#", *EMBEDDED))
    return plain.startswith("on") or bool(OUTSIDE.search(value))


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LogoRefused("This SVG isn't in UTF-8. Save it again, or upload a PNG.") from error
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).strip()


def _wrapped_picture(data: bytes) -> str:
    try:
        with Image.open(BytesIO(data), formats=list(PICTURES)) as picture:
            kind, (width, height) = PICTURES[picture.format or ""], picture.size
            if width * height > MAX_PIXELS:
                raise LogoRefused("The logo has more than 4 million pixels. Make it smaller.")
            picture.load()
    except (UnidentifiedImageError, OSError, KeyError, Image.DecompressionBombError) as error:
        raise LogoRefused("The logo needs to be an SVG, PNG or JPEG file.") from error
    if not 1 / TALLEST <= width / height <= WIDEST:
        raise LogoRefused("The logo is too wide or too tall for the letterhead: at most 6 to 1 or 1 to 2.")
    source = base64.b64encode(data).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:{kind};base64,{source}"/></svg>'
    )


def _try_setting(svg: str) -> None:
    page = b'#set document(title: "Logo")\n#image(bytes(sys.inputs.logo), format: "svg", height: 27pt, alt: "Logo")'
    try:
        typst.compile(
            page,
            format="pdf",
            sys_inputs={"logo": svg},
            pdf_standards=["a-2a", "ua-1"],
            ignore_system_fonts=True,
        )
    except (typst.TypstError, RuntimeError) as error:
        raise LogoRefused("This logo can't be printed. Save it as plain SVG, or upload a PNG.") from error
