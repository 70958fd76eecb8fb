"""The one stylesheet of a practice's public pages: tokens, the parts they use, and the practice's own colours.

One file, asked for once, under an address that changes with its contents: a browser keeps it for ever.
"""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

from django.templatetags.static import static

from medexpro.positioning import voice
from medexpro.positioning.rules import colours
from medexpro.web import styles

OWN = Path(__file__).parent / "static" / "portal" / "public.css"
# Of the product's sheets, those whose parts a visitor meets; the rest would be bytes for nothing.
SHEETS = (
    "tokens.css", "base.css", "icon.css", "button.css", "chip.css", "card.css", "alert.css", "field.css", "check.css",
    "picks.css", "progress.css", "disclosure.css", "utilities.css", "print.css",
)  # fmt: skip
FONT = "../fonts/inter-var.woff2"


@lru_cache(maxsize=200)
def sheet_of(colour: str) -> str:
    """Return the stylesheet for a practice's colour. colour: #rrggbb; the product's own changes nothing."""
    if colour == voice.COLOUR:
        return _common()
    # After the layers of tokens, and outside of them, so that it wins.
    return f"{_common()}\n{colours.stylesheet(colour)}"


@lru_cache(maxsize=200)
def key_of(colour: str) -> str:
    """Return the part of the address that changes with the contents."""
    return hashlib.sha256(sheet_of(colour).encode()).hexdigest()[:12]


@cache
def _common() -> str:
    sheets = [(styles.CSS / name).read_text("utf-8") for name in SHEETS]
    text = "\n".join([*sheets, OWN.read_text("utf-8")])
    return styles.without_comments(text).replace(FONT, static("web/fonts/inter-var.woff2"))
