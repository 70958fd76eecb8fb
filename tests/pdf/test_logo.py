"""A logo draws and does nothing else; whatever is refused says why and what would do."""

from io import BytesIO

import pytest
from PIL import Image

from medexpro.pdf import logo
from medexpro.pdf.letterhead import Letterhead, on_paper

DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 0h40v20z" fill="#065d77"/></svg>'
)


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#065d77").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    "file", [DRAWN.encode(), picture(), picture("JPEG"), b"<?xml version='1.0'?>\n" + DRAWN.encode()]
)
def test_a_plain_drawing_or_picture_is_taken(file):
    kept = logo.checked_logo(file)
    assert kept.startswith("<svg")
    assert logo.checked_logo(kept.encode()) == kept  # What is kept passes again.


def test_a_picture_keeps_its_shape():
    assert Letterhead(name="Northbridge", logo=logo.checked_logo(picture())).logo_ratio == 3


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<script>alert(1)</script>", "script"),
        ("<foreignObject/>", "foreignObject"),
        ("<text>Northbridge</text>", "save text as paths"),
        ('<path d="M0 0" onclick="go()"/>', "outside itself"),
        ('<image href="https://example.org/a.png"/>', "outside itself"),
        ('<image href="file:///etc/passwd"/>', "outside itself"),
        ('<path d="M0 0" fill="url(https://example.org/a)"/>', "outside itself"),
        ("<style>@import 'https://example.org/a.css';</style>", "outside itself"),
        ("<g>", "can't be read"),
    ],
)
def test_what_does_more_than_draw_is_refused(inside, why):
    with pytest.raises(logo.LogoRefused, match=why) as refusal:
        logo.checked_logo(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inside}</svg>'.encode()
        )
    assert refusal.value.field == "logo"


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"", "SVG, PNG or JPEG"),
        (b"%PDF-1.7", "SVG, PNG or JPEG"),
        (picture()[:60], "SVG, PNG or JPEG"),
        (b"x" * 400_001, "larger than 400 KB"),
        (picture(size=(700, 100)), "too wide or too tall"),
        (picture(size=(3000, 1500)), "more than 4 million pixels"),
        (b"<svg>\xff\xfe</svg>", "UTF-8"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>', "entities"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><image href="data:image/png;base64,AAAA"/></svg>', None),
    ],
)
def test_what_is_no_logo_is_refused_with_a_sentence(file, why):
    if why is None:  # A broken picture inside: refused, or harmlessly empty; never a fault.
        try:
            logo.checked_logo(file)
        except logo.LogoRefused as refusal:
            assert "can't be printed" in str(refusal)
        return
    with pytest.raises(logo.LogoRefused, match=why):
        logo.checked_logo(file)


def test_a_mark_in_the_page_s_colours_prints_in_its_own():
    """On the screen a mark may follow the theme; on paper each colour is its fallback."""
    themed = DRAWN.replace('"#065d77"', '"var(--brand, #065d77)"')
    assert on_paper(themed) == DRAWN
    assert logo.checked_logo(themed.encode())
