"""What this area keeps about a client, as a merge of two records sees it."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from medexpro.clients import merging
from medexpro.clients.merging import Obstacle
from medexpro.clients.models import Client
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import together
from medexpro.episodes.rules import matters
from medexpro.episodes.rules import status as status_rule


def register() -> None:
    """Name the table and the check, when the app starts."""
    merging.moves(Episode, "episode", "episodes", order=20, line=_episode)
    merging.check("episodes for the same", same_twice)


def open_episodes(client: Client) -> list[Episode]:
    """Return a client's episodes in which service may still happen, with what they are for.

    They are asked for once for one look at two records, and what is asked of them is kept on them.
    """
    known: list[Episode] | None = client.__dict__.get("_open_episodes")
    if known is None:
        rows = Episode.objects.filter(client=client).exclude(status__in=status_rule.CLOSED)
        named = rows.select_related("condition", "referral", "practice", "client").order_by("opened_on", "pk")
        known = client.__dict__["_open_episodes"] = [together(episode) for episode in named]
    return known


def same_twice(kept: Client, gone: Client, at: datetime) -> Iterable[Obstacle]:
    """Yield an obstacle for each two open episodes for the same condition."""
    theirs = open_episodes(gone)
    for mine in open_episodes(kept):
        for other in theirs:
            if matters.is_same(_matter(mine), _matter(other)):
                yield Obstacle(
                    f"Both records have an open episode for the same: {mine.title} ({mine.get_status_display().lower()}), "
                    f"and {other.title} ({other.get_status_display().lower()}). Discharge or decline the one that was "
                    "opened twice, with the reason; then one record can be made of both.",
                    reverse("episodes:show", args=[other.pk]),
                )


def _matter(episode: Episode) -> matters.Matter:
    codes = [episode.condition.icd10] if episode.condition and episode.condition.icd10 else []
    codes += episode.referral.icd10 if episode.referral else []
    return matters.Matter(episode.title, codes, episode.population, episode.side)


def _episode(row: Episode) -> str:
    return f"{row.title}, {row.get_status_display().lower()}"
