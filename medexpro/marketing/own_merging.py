"""What this area keeps about a client, as a merge of two records sees it."""

from django.db.models import QuerySet

from medexpro.clients import merging
from medexpro.clients.models import Client
from medexpro.marketing.models import Lead, Mail, SequenceRun, Story, StoryConsent, StoryVersion


def register() -> None:
    """Say so, when the app starts. A lead keeps its link to whoever it became."""
    merging.moves(
        Lead, "lead", "leads", order=95, line=lambda row: f"{row.name}, {row.get_state_display().lower()}"
    )
    path = "episode__client"
    merging.rides(Story, "story", "stories", order=96, path=path)
    merging.rides(StoryVersion, "text of a story", "texts of stories", order=97, path=path)
    merging.rides(StoryConsent, "agreement to a story", "agreements to stories", order=98, path=path)
    merging.moves(Mail, "mail", "mails", order=99, line=None)
    # The record that stays goes on with its own sequence; the other's remains where it stands.
    merging.moves(SequenceRun, "sequence", "sequences", order=99, line=None, staying=_in_both)


def _in_both(kept: Client, gone: Client) -> QuerySet:
    return SequenceRun.objects.filter(
        client=gone, kind__in=SequenceRun.objects.filter(client=kept).values("kind")
    )
