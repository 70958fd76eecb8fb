"""What this area keeps about a client, as a merge of two records sees it."""

from medexpro.clients import merging
from medexpro.reports.models import Document


def register() -> None:
    """Say so, when the app starts. Documents go where their episode goes; signed ones keep the name they were signed under."""
    merging.rides(Document, "report or letter", "reports and letters", order=23, path="episode__client")
