"""The head of the practice's paper, for every document that goes out."""

from medexpro.pdf.letterhead import Letterhead
from medexpro.practice.models import Practice


def letterhead_of(practice: Practice) -> Letterhead:
    """Return the head of the practice's paper as it is now."""
    return Letterhead(
        name=practice.name, address=practice.address, phone=practice.phone, fax=practice.fax, email=practice.email,
        website=practice.website, logo=practice.logo, paper=practice.paper,
    )  # fmt: skip
