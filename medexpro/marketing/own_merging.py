"""What this area keeps about a client, as a merge of two records sees it."""

from medexpro.clients import merging
from medexpro.marketing.models import Lead


def register() -> None:
    """Say so, when the app starts. A lead keeps its link to whoever it became."""
    merging.moves(
        Lead, "lead", "leads", order=95, line=lambda row: f"{row.name}, {row.get_state_display().lower()}"
    )
