"""What this area keeps about a client, as a merge of two records sees it."""

from medexpro.clients import merging
from medexpro.marketing.models import Lead, Story, StoryConsent, StoryVersion


def register() -> None:
    """Say so, when the app starts. A lead keeps its link to whoever it became."""
    merging.moves(
        Lead, "lead", "leads", order=95, line=lambda row: f"{row.name}, {row.get_state_display().lower()}"
    )
    path = "episode__client"
    merging.rides(Story, "story", "stories", order=96, path=path)
    merging.rides(StoryVersion, "text of a story", "texts of stories", order=97, path=path)
    merging.rides(StoryConsent, "agreement to a story", "agreements to stories", order=98, path=path)
