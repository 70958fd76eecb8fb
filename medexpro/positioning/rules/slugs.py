"""The short name under which a practice has its public page."""

import re
import unicodedata
from collections.abc import Collection

LONGEST = 50
# Words that could be taken for a page of ours.
KEPT = frozenset({"about", "admin", "api", "help", "login", "medexpro", "new", "r", "static", "track"})


def slug_of(name: str, taken: Collection[str] = ()) -> str:
    """Return a short name for an address: small letters, digits, hyphens; with a number where it is taken.

    >>> slug_of("Northbridge Medical Exercise"), slug_of("Åse’s Studio", {"ases-studio"}), slug_of("动")
    ('northbridge-medical-exercise', 'ases-studio-2', 'practice')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"['’]", "", plain)
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-") or "practice"
    if slug not in taken and slug not in KEPT:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"
