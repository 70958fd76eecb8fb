"""Names of clients that hold a marked word, for the check of words (wording.names)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from medexpro.clients.models import Client

MOST = 100


def names_with(practice: Any, words: Sequence[str]) -> Iterable[str]:
    """Return the names of a practice's clients that are one of the words, alone and with the first name. One query."""
    named = Q()
    for word in words:
        named |= Q(family_name__iexact=word) | Q(given_name__iexact=word)
    rows = Client.objects.filter(named, practice=practice).values_list("given_name", "family_name")[:MOST]
    for given, family in rows:
        yield from (f"{given} {family}", *(f"{title} {family}" for title in ("Mr.", "Mrs.", "Ms.")))
