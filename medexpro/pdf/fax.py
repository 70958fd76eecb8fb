"""What a page looks like after a fax, and in greyscale, before it is sent."""

from io import BytesIO

import msgspec
from PIL import Image, ImageOps

from medexpro.pdf import engine
from medexpro.pdf.engine import Layout
from medexpro.pdf.letterhead import Letterhead

# A fax in fine mode (ITU-T T.4): 204 dots an inch across, 196 down, black or white.
ACROSS, DOWN = 204, 196
# Machines set the threshold themselves; ours is a middling one. 0 is black, 255 white.
THRESHOLD = 150


def proofs(layout: Layout, snapshot: msgspec.Struct, letterhead: Letterhead) -> list[bytes]:
    """Return every page of a document as a fine-mode fax would print it: 1-bit PNGs."""
    return [fax_proof(page) for page in engine.preview(layout, snapshot, letterhead, ppi=ACROSS)]


def fax_proof(page: bytes) -> bytes:
    """Return a page picture as a fine-mode fax would print it: a 1-bit PNG.

    page: the PNG of one page at 204 dots an inch (`engine.preview(..., ppi=fax.ACROSS)`).
    """
    with Image.open(BytesIO(page)) as picture:
        grey = _on_paper(picture)
    squeezed = grey.resize((grey.width, round(grey.height * DOWN / ACROSS)), Image.Resampling.LANCZOS)
    one_bit = squeezed.point(lambda shade: 255 if shade > THRESHOLD else 0).convert(
        "1", dither=Image.Dither.NONE
    )
    return _png(one_bit, (ACROSS, DOWN))


def grey_proof(page: bytes) -> bytes:
    """Return a page picture as a black-and-white printer would print it: a PNG in 256 greys."""
    with Image.open(BytesIO(page)) as picture:
        return _png(_on_paper(picture), None)


def _on_paper(picture: Image.Image) -> Image.Image:
    """Return the picture in grey; what is transparent becomes paper."""
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture.convert("RGBA"))
    return ImageOps.grayscale(paper.convert("RGB"))


def _png(picture: Image.Image, dpi: tuple[int, int] | None) -> bytes:
    out = BytesIO()
    if dpi:
        picture.save(out, "PNG", dpi=dpi)
    else:
        picture.save(out, "PNG")
    return out.getvalue()
