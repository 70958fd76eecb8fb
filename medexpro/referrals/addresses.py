"""The addresses of the page on which a provider refers: the practice's own and each source's, and as a code to photograph.

A letter is made where nobody asks for a page, so the beginning of an address is the practice's public one
(PUBLIC_URL); alone on this machine there is none, and a page gives its own.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from medexpro.positioning import voice
from medexpro.practice import factors
from medexpro.practice.models import Practice
from medexpro.referrals.source_models import Source


def path_of_practice(practice: Practice) -> str:
    """Return the path of the practice's page; empty while the practice has no public address."""
    slug = voice.profile_of(practice).slug
    return reverse("public:refer", args=[slug]) if slug else ""


def path_of(source: Source) -> str:
    """Return the short path of a source's own page: its name is filled in there."""
    return reverse("public:refer_from", args=[source.code])


def is_open(practice: Practice) -> bool:
    """Return whether anybody may refer there: the practice has published its page."""
    return voice.profile_of(practice).published_at is not None


def whole(path: str) -> str:
    """Return an address as it stands in a letter; the path alone where the practice has no public address."""
    return f"{settings.PUBLIC_URL}{path}" if path else ""


def short(address: str) -> str:
    """Return an address as people type it from paper.

    >>> short("https://care.example.org/r/abcd2345/")
    'care.example.org/r/abcd2345'
    """
    return address.partition("://")[2].rstrip("/") or address.rstrip("/")


def qr_svg(address: str) -> SafeString:
    """Return an address as a QR code to print: an SVG of one black path on white, to stand in a page or a layout."""
    path, side = factors.qr_path(address, on_paper=True)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {0}" role="img" aria-label="QR code of {1}">'
        '<rect width="{0}" height="{0}" fill="#fff"/><path d="{2}" fill="#000"/></svg>',
        side,
        short(address),
        path,
    )
