"""Names of providers and their organisations that hold a marked word, for the check of words (wording.names)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from medexpro.providers.models import Organisation, Provider

MOST = 100


def names_with(practice: Any, words: Sequence[str]) -> Iterable[str]:
    """Return the names of a practice's providers and organisations that hold one of the words. Two queries."""
    in_name, in_person = Q(), Q()
    for word in words:
        in_name |= Q(name__icontains=word)
        in_person |= Q(family_name__icontains=word) | Q(given_name__icontains=word)
    yield from Organisation.objects.filter(in_name, practice=practice).values_list("name", flat=True)[:MOST]
    people = Provider.objects.filter(in_person, practice=practice).values_list("given_name", "family_name")
    for given, family in people[:MOST]:
        yield from (f"{given} {family}".strip(), f"Dr. {family}")
