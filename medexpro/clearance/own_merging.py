"""What protects a client, as a merge of two records sees it: all of it stays in force, each at its episode."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from medexpro.clearance import asked, presenters, state
from medexpro.clients import merging
from medexpro.clients.merging import Obstacle
from medexpro.clients.models import Client
from medexpro.episodes.models import Episode, Status
from medexpro.episodes.own_merging import open_episodes
from medexpro.web import words


def register() -> None:
    """Say what stays in force and what to look at, when the app starts."""
    merging.check("a stop beside an active episode", stopped_beside_active)
    merging.caution("limits and precautions", for_one_episode)
    merging.in_force("clearance", in_force)


def in_force(client: Client) -> list[str]:
    """Return the limits, precautions, holds and open red flags of a client, each with its episode."""
    return [
        f"{line} ({episode.title})"
        for episode in open_episodes(client)
        for line in [*_stops(episode), *_bounds(episode)]
    ]


def stopped_beside_active(kept: Client, gone: Client, at: datetime) -> Iterable[Obstacle]:
    """Yield an obstacle where one record stops exercise while the other goes on with it.

    A stop holds its own episode. Put together, the person could be exercised in the other one as if nothing were.
    """
    mine, theirs = open_episodes(kept), open_episodes(gone)
    for stopped, going in [*((a, b) for a in mine for b in theirs), *((b, a) for a in mine for b in theirs)]:
        if going.status == Status.ACTIVE and not _stops(going) and (said := _stops(stopped)):
            yield Obstacle(
                f"{stopped.title} is stopped on one record ({said[0].rstrip('.')}), and {going.title} goes on on the other. "
                f"Settle the stop, or put {going.title} on hold for it too; then one record can be made of both.",
                reverse("episodes:show", args=[going.pk]),
            )


def for_one_episode(kept: Client, gone: Client, at: datetime) -> Iterable[str]:
    """Yield what stands for the episode of one record only, where the other record has an open episode as well."""
    mine, theirs = open_episodes(kept), open_episodes(gone)
    for ones, others in ((mine, theirs), (theirs, mine)):
        for episode in ones:
            bounds = _bounds(episode)
            if bounds and others:
                named = words.joined([other.title for other in others])
                yield (
                    f"For {episode.title} only: {'; '.join(bounds)}. Ask whether it holds for {named} too, and record it "
                    "there."
                )


def _stops(episode: Episode) -> list[str]:
    said = [hold.why for hold in state.holds_of(episode)]
    if not said and episode.status in (Status.ON_HOLD, Status.REFERRED_BACK):
        said = [episode.get_status_display()]
    return said


def _bounds(episode: Episode) -> list[str]:
    limits = sorted(asked.provider_limits(episode), key=lambda row: (row.created_at, row.pk))
    said = [f"{presenters.limit(row)['says']}, {row.provider.short_name}" for row in limits]
    return said + [row.phrase for row in state.precautions_in_force(episode)]
