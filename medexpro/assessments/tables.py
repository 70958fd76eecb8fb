"""Which table a measure is compared with: the measure's own order, unless the practice or a client's professional chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q

from medexpro.assessments.models import TableChoice
from medexpro.assessments.rules import norms
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import is_read_together
from medexpro.kernel.reference import Measure
from medexpro.knowledge.library import library
from medexpro.practice.models import Practice
from medexpro.practice.prepared import Given, Prepared


@dataclass(frozen=True)
class InForce:
    """The choice that is in force for one measure. whose: the client's, the practice's; None is the measure's own order."""

    key: str = ""
    row: TableChoice | None = None

    @property
    def is_clients(self) -> bool:
        """Tell whether it was chosen for this client alone."""
        return self.row is not None and self.row.episode_id is not None


def options_of(measure: Measure) -> tuple[norms.Option, ...]:
    """Return what the measure's readings may be compared with, the preferred one first."""
    return norms.options(measure, library().norms_of(measure))


def choosable() -> Mapping[str, Measure]:
    """Return the measures in service that more than one table or equation answers for, by id."""
    return _choosable(library().hash)


@lru_cache(maxsize=2)
def _choosable(_of: str) -> Mapping[str, Measure]:
    return {key: measure for key, measure in library().measures.items() if len(options_of(measure)) > 1}


def in_force(episode: Episode) -> dict[str, InForce]:
    """Return the choices that count for an episode, by measure: its own before the practice's. One query.

    On a chart, whose episodes know whether there are any (`any_beside`), none where there is none.
    """
    if is_read_together(episode) and getattr(episode, "has_table_choices", True) is False:
        return {}
    rows = _ROWS(practice=episode.practice_id, episode=episode.pk)
    return _newest(row for row in rows)


def in_force_for(practice: Practice) -> dict[str, InForce]:
    """Return the practice's own choices by measure. One query."""
    rows = (
        TableChoice.objects.of(practice).filter(episode=None).select_related("by__user").order_by("at", "id")
    )
    return _newest(rows)


def _newest(rows) -> dict[str, InForce]:
    """Return the newest choice of each measure; going back to the practice's uncovers it again."""
    ours: dict[str, InForce] = {}
    own: dict[str, InForce] = {}
    for row in rows:
        (ours if row.episode_id is None else own)[row.measure] = InForce(row.table, row)
    return ours | {measure: choice for measure, choice in own.items() if choice.key}


def any_beside() -> Exists:
    """Tell of episodes that are read for a chart whether any choice counts for them."""
    here = Q(episode=None) | Q(episode=OuterRef("pk"))
    return Exists(TableChoice.objects.filter(here, practice=OuterRef("practice")))


_ROWS = Prepared[TableChoice](
    lambda: TableChoice.objects.filter(
        Q(episode=None) | Q(episode=Given("episode")), practice=Given("practice")
    ).order_by("at", "id")
)

Choices = Mapping[str, InForce]
