"""Reaching a letter in tests: a source, a client who improved, a release on file."""

from typing import Any

from medexpro.clients.agreements import RELEASE_TO_PROVIDER
from medexpro.clients.operations import agreements
from medexpro.outreach import letters
from medexpro.outreach.letter_models import Letter
from medexpro.referrals import sources
from medexpro.referrals.source_models import Source
from tests.conftest import MORNING

SITE = "https://northbridge.example"


def source(cast: Any, provider: Any = None, at: Any = MORNING) -> Source:
    """The relationship with Dr. Raman, or with somebody else."""
    return sources.source_of(provider or cast.dr_raman, by=cast.ana, at=at)


def release(cast: Any, at: Any = MORNING) -> None:
    """Janet let her providers be told."""
    agreements.sign_consent(
        cast.janet, kind=RELEASE_TO_PROVIDER, version=1, signed_name="Janet Ellery", by=cast.ben, at=at
    )  # fmt: skip


def signed(letter: Letter, cast: Any, at: Any = MORNING, **more: Any) -> Letter:
    """Ana has signed a letter."""
    return letters.sign(letter, recently_signed_in=True, site=SITE, by=cast.ana, at=at, **more)
