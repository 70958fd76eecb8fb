"""What this area keeps about a client, as a merge of two records sees it."""

from medexpro.clients import merging
from medexpro.outreach.letter_models import Letter


def register() -> None:
    """Say so, when the app starts. Letters that name a client go where the episode goes."""
    merging.rides(Letter, "letter to a provider", "letters to providers", order=24, path="episode__client")
