"""What was measured, how it changed, what is due. Reads only; every judgement is the rules'."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from medexpro.assessments import catalogue, flow
from medexpro.assessments.due import due_after, last_full, reassessment_due_on
from medexpro.assessments.models import Assessment, Goal, Measurement
from medexpro.assessments.outcomes import Outcome, outcomes
from medexpro.assessments.readings import (
    Taken,
    baseline_of,
    baselines,
    latest_values,
    series,
)
from medexpro.assessments.rules.entry import sides_needed
from medexpro.assessments.standings import GoalStanding, goals_of
from medexpro.episodes import populations
from medexpro.episodes.models import Episode
from medexpro.kernel.reference import Measure, Protocol
from medexpro.knowledge.library import library_of

__all__ = [
    "GoalStanding",
    "Outcome",
    "Taken",
    "baseline_of",
    "baselines",
    "domains",
    "due_after",
    "finished_baseline",
    "goals_of",
    "last_full",
    "latest_values",
    "missing",
    "outcomes",
    "plan_for",
    "reassessment_due_on",
    "series",
    "unfinished",
]

domains = catalogue.domains


@dataclass(frozen=True)
class Missing:
    """A planned measure without a result, and the sides that are missing."""

    measure: Measure
    sides: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Return the measure's short name, with the side where one is missing."""
        short = catalogue.entry_of(self.measure).short
        return f"{short} ({' and '.join(self.sides)})" if self.sides else short


def unfinished(episode: Episode) -> Assessment | None:
    """Return the assessment that is going on."""
    return Assessment.objects.filter(episode=episode, finished_at=None).select_related("practice").first()


def finished_baseline(episode: Episode) -> Assessment | None:
    """Return the newest finished baseline."""
    rows = Assessment.objects.filter(
        episode=episode, kind=Assessment.Kind.BASELINE, finished_at__isnull=False
    )
    return rows.order_by("-finished_at").first()


def protocol_for(episode: Episode) -> Protocol | None:
    """Return the protocol in service that serves the episode best."""
    suggested = populations.protocols_for(episode)
    return library_of(episode.practice).protocols[suggested[0].protocol_id] if suggested else None


def plan_for(episode: Episode, kind: str) -> list[str]:
    """Return the measures an assessment of this kind plans: those in service that the protocol names.

    A reassessment takes the protocol's own list, the measures of open goals, and grip where the baseline had it.
    Without a protocol the general tests are planned, and the set of the region that the record points to.
    """
    if kind == Assessment.Kind.CHECK:
        return []
    protocol = protocol_for(episode)
    if kind == Assessment.Kind.BASELINE:
        wanted: Iterable[str] = protocol.baseline_measures if protocol else (*GENERAL, *_of_region(episode))
    else:
        goals = Goal.objects.filter(episode=episode, state=Goal.State.OPEN).values_list("measure", flat=True)
        own = protocol.reassess.measures if protocol else GENERAL
        grip = Measurement.objects.filter(episode=episode, measure="grip_strength", removed_at=None).exists()
        wanted = [*own, *goals, *(("grip_strength",) if grip else ())]
    known = library_of(episode.practice).measures
    return [key for key in dict.fromkeys(wanted) if key in known and catalogue.can_be_typed(known[key])]


def _of_region(episode: Episode) -> list[str]:
    """Return the sets of the regions that the record points to, where no protocol says what to measure."""
    return [one for region in flow.suggested(episode) for one in flow.set_of(flow.regions()[region], episode)]


GENERAL = (
    "chair_stand_30s",
    "tug",
    "gait_speed_4m",
    "grip_strength",
    "pain_nrs",
    "bp_systolic",
    "bp_diastolic",
    "resting_hr",
)


def missing(assessment: Assessment, rows: Iterable[Measurement | Taken]) -> list[Missing]:
    """Return the planned measures that have neither result nor reason. rows: the assessment's results that stand."""
    there: dict[str, set[str]] = {}
    for row in rows:
        there.setdefault(row.measure, set()).add(row.side)
    found = []
    for measure_id in assessment.planned:
        measure = library_of(assessment.episode.practice).measures.get(measure_id)
        if measure is None or measure_id in assessment.left_out:
            continue
        needed = sides_needed(catalogue.entry_of(measure), measure.sides, assessment.episode.side)
        taken = there.get(measure_id, set())
        if not taken:
            found.append(Missing(measure))
        elif lacking := tuple(side for side in needed if side not in taken):
            found.append(Missing(measure, lacking))
    return found


def results(assessment: Assessment) -> Sequence[Measurement]:
    """Return the assessment's results that stand."""
    return list(assessment.measurements.filter(removed_at=None).select_related("by__user"))
