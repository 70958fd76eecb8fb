"""Looking into what people upload: what it really is, and a photo made anew without what it gives away."""

import io
import re
import struct
import subprocess
import sys
import threading
import warnings
from dataclasses import dataclass
from typing import BinaryIO

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from medexpro.clients import pdf_pages
from medexpro.kernel.refusals import Refusal

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
EXTENSIONS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
# A phone takes 12 to 50 million points; more in a small file is a trap for memory.
_MOST_POINTS = 60_000_000
_LONG_EDGE = 3000
_MOST_PAGES = 40
# A photo that appears bit by bit takes ten passes over its points or so; a hundred thousand fit into a small file.
_MOST_PASSES = 40
# What lets a PDF keep its own structure compressed, which a reader unfolds before it can say anything; also spelled with #.
_UNFOLDS = re.compile(rb"/XRef|/[^\s/<>\[\]()%#]{0,8}#[0-9A-Fa-f]{2}")
_TIFF_COMPRESSION, _TIFF_JPEG = 259, (6, 7)
# What Pillow raises over bytes that are cut off, or made to look like a picture.
_DAMAGED = (
    OSError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError, SyntaxError, struct.error,
    Image.DecompressionBombError,
)  # fmt: skip
# A large photo takes some hundred MB while it is made anew; several at once would take them several times.
_ONE_AT_A_TIME = threading.Lock()
_ONE_PDF_AT_A_TIME = threading.Lock()
_READABLE = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")


class UploadRefused(Refusal):
    """The file can't be taken; the sentence stands at the file's field."""


@dataclass(frozen=True)
class Checked:
    """What is kept of an upload."""

    content: bytes
    content_type: str


def check(file: BinaryIO, *, size: int, limit: int) -> Checked:
    """Return what is kept of an upload: a PDF as it is, a photo re-encoded without place, camera and thumbnails.

    The kind is read from the content, never from the name. size, limit: bytes. Raises UploadRefused for an empty or
    too large file, another kind, a damaged one, or a PDF that is locked by a password.
    """
    if size > limit:
        raise UploadRefused(
            f"The file has {_megabytes(size)} MB; {_megabytes(limit)} MB is the limit. "
            "Take the photo in a smaller size, or scan in black and white.",
            field="file",
        )
    content = file.read(limit + 1)
    if not content:
        raise UploadRefused("The file is empty.", field="file")
    if len(content) > limit:
        raise UploadRefused(f"The file is larger than {_megabytes(limit)} MB.", field="file")
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _pdf(content)
    return _photo(content)


def _pdf(content: bytes) -> Checked:
    try:
        pages = _count_apart(content) if _UNFOLDS.search(content) else _count(content)
    except pikepdf.PasswordError as error:
        raise UploadRefused(
            "The PDF is locked by a password. Print it to a new PDF, and add that.", field="file"
        ) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise UploadRefused("The PDF is cut off or damaged. Send or scan it again.", field="file") from error
    if pages == 0:
        raise UploadRefused("The PDF has no pages.", field="file")
    return Checked(content, PDF)


def _count(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as opened:
        return len(opened.pages)


def _count_apart(content: bytes) -> int:
    """Count pages in a process that has limits (pdf_pages): a file of 400 kB may unfold to any size while it is opened."""
    with _ONE_PDF_AT_A_TIME:
        try:
            done = subprocess.run(
                [sys.executable, "-I", pdf_pages.__file__, str(pdf_pages.MOST_BYTES), str(pdf_pages.MOST_SECONDS)],
                input=content, capture_output=True, timeout=4 * pdf_pages.MOST_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise UploadRefused(_TOO_MUCH, field="file") from error
    if done.returncode == pdf_pages.LOCKED:
        raise pikepdf.PasswordError("locked")
    if done.returncode == pdf_pages.DAMAGED:
        raise pikepdf.PdfError("damaged")
    if done.returncode:
        raise UploadRefused(_TOO_MUCH, field="file")
    return int(done.stdout)


_TOO_MUCH = "The PDF asks for too much memory to be opened. Print it to a new PDF, and add that."


def _photo(content: bytes) -> Checked:
    with _ONE_AT_A_TIME:
        return _made_anew(content)


def _made_anew(content: bytes) -> Checked:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(content), formats=_READABLE)
            if picture.width * picture.height > _MOST_POINTS:
                raise UploadRefused("The photo has too many points. Take it in a smaller size.", field="file")
            _refuse_endless(picture, content)
            if picture.format == "TIFF" and (pages := _pages(picture, content)):
                return pages
            picture.load()
            upright = ImageOps.exif_transpose(picture)
    except UnidentifiedImageError as error:
        raise UploadRefused(
            "Only PDF files and photos (JPEG, PNG) can be kept. A HEIC photo: set the phone to “most compatible”.",
            field="file",
        ) from error
    except _DAMAGED as error:
        raise UploadRefused(
            "The photo is cut off or damaged. Take or send it again.", field="file"
        ) from error
    upright.thumbnail((_LONG_EDGE, _LONG_EDGE))
    made = io.BytesIO()
    if upright.mode in {"1", "L", "P", "LA"} and picture.format == "PNG":
        # A scan in few colours stays sharp and small as PNG.
        upright.convert("L" if upright.mode != "P" else "RGB").save(made, "PNG", optimize=True)
        return Checked(made.getvalue(), PNG)
    upright.convert("RGB").save(made, "JPEG", quality=85, optimize=True)
    return Checked(made.getvalue(), JPEG)


def _refuse_endless(picture: Image.Image, content: bytes) -> None:
    """Refuse a picture that goes over its points again and again, for minutes. A marker stands nowhere but at a pass."""
    endless = picture.format in ("JPEG", "MPO") and content.count(b"\xff\xda") > _MOST_PASSES
    if picture.format == "TIFF" and getattr(picture, "tag_v2", {}).get(_TIFF_COMPRESSION) in _TIFF_JPEG:
        # A fax has strips of one pass each; one that appears bit by bit (SOF2) is no fax.
        endless = b"\xff\xc2" in content
    if endless:
        raise UploadRefused(
            "The photo is made in a way that takes too long to open. Take it anew.", field="file"
        )


def _pages(picture: Image.Image, content: bytes) -> Checked | None:
    """Return a fax of several pages as a PDF: a photo has one page, and no page may be lost. None for a single page.

    Raises UploadRefused for more pages or points than a fax has.
    """
    pages: list[Image.Image] = []
    points = 0
    while _turned_to(picture, len(pages)):
        points += picture.width * picture.height
        _refuse_endless(picture, content)
        if len(pages) == _MOST_PAGES:
            raise UploadRefused(f"The fax has more than {_MOST_PAGES} pages. Send it in parts.", field="file")
        if points > _MOST_POINTS * 4:
            raise UploadRefused("The fax has too many points. Scan it in black and white.", field="file")
        page = ImageOps.exif_transpose(picture)
        page.thumbnail((_LONG_EDGE, _LONG_EDGE))
        pages.append(page.convert("1" if picture.mode == "1" else "L"))
        if len(pages) == 1 and not _turned_to(picture, 1):
            picture.seek(0)
            return None
    made = io.BytesIO()
    pages[0].save(made, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    return Checked(made.getvalue(), PDF)


def _turned_to(picture: Image.Image, page: int) -> bool:
    """Turn to a page, counted from 0; False behind the last one."""
    try:
        picture.seek(page)
    except EOFError:
        return False
    return True


def _megabytes(count: int) -> str:
    return f"{count / 1024 / 1024:.0f}" if count >= 1024 * 1024 else f"{count / 1024 / 1024:.1f}"
