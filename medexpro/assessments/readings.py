"""What was measured, as plain values: few questions whatever the history."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, DateTimeField, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from medexpro.assessments.models import Assessment, Measurement
from medexpro.assessments.rules.alike import way_of
from medexpro.assessments.rules.change import Direction
from medexpro.episodes.models import Episode
from medexpro.episodes.reading import once
from medexpro.kernel.reference import Measure
from medexpro.knowledge.library import library_of
from medexpro.practice.prepared import Given, Prepared

Key = tuple[str, str]
COLUMNS = (
    "id", "measure", "side", "value", "measured_at", "assessment_id", "assessment__kind", "assessment__finished_at",
    "trials", "device", "aid", "modified", "by_id", "version", "asked", "of",
)  # fmt: skip
BASELINE = Assessment.Kind.BASELINE
# Results of one measure that pages draw: two years of reassessments.
KEPT = 24
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Taken:
    """One result. value: in the measure's unit. on: the practice's local day. kind: of its assessment.

    finished: whether its assessment is. trials: as typed. device: the way or instrument; version: of the row.
    asked: questions that were answered before it was kept.
    of: how many results of the measure and side stand in all.
    """

    id: UUID
    measure: str
    side: str
    value: Decimal
    on: date
    at: datetime
    kind: str
    assessment_id: UUID
    finished: bool = True
    trials: Sequence[dict[str, Any]] = field(default=(), compare=False)
    device: str = ""
    aid: str = ""
    modified: str = ""
    by_id: UUID | None = None
    version: int = 1
    asked: Sequence[dict[str, Any]] = field(default=(), compare=False)
    of: int = field(default=0, compare=False)

    @property
    def key(self) -> Key:
        """Return measure and side."""
        return self.measure, self.side

    def done_like(self, other: "Taken") -> str:
        """Return why two results can't be compared, in a few words; empty when they were taken alike."""
        for mine, theirs, what in (
            (way_of(self.device), way_of(other.device), "way or instrument"),
            (self.aid, other.aid, "aid"),
            (self.modified, other.modified, "way of testing"),
        ):
            if mine.casefold() != theirs.casefold():
                return f"another {what} than on {other.on:%b} {other.on.day}"
        return ""


def series(
    episode: Episode, measures: Iterable[str] | None = None, *, until: date | None = None
) -> dict[Key, list[Taken]]:
    """Return the results that stand, by measure and side, the oldest first. One query.

    Of a measure taken more than KEPT times: the first, the baseline, the two highest and
    lowest, and the newest KEPT. So a page
    costs the same after ten years, and no verdict is another: all are made of these. measures: only these. until:
    nothing measured after this local day.
    """
    ends = (
        datetime.combine(until + timedelta(days=1), time.min, tzinfo=episode.practice.tz) if until else NEVER
    )
    where = {"practice": episode.practice_id, "episode": episode.pk, "ends": ends}
    if measures is None:
        return once(episode, f"assessments:series:{until}", lambda: _by_key(episode, _ALL(**where)))
    wanted = list(measures)
    if not wanted:
        return {}
    return _by_key(episode, _some(len(wanted))(**where, **{f"m{n}": one for n, one in enumerate(wanted)}))


def _standing(practice: Any, episode: Any, ends: Any) -> QuerySet[Measurement]:
    return Measurement.objects.filter(
        practice=practice, episode=episode, removed_at=None, measured_at__lt=ends
    )


def _kept(rows: QuerySet[Measurement]) -> Any:
    """Return the columns of those results of a query that stand for all of them."""
    alike = [F("measure"), F("side")]
    in_time, of_value = [F("measured_at").asc(), F("id").asc()], [F("value").desc(), F("measured_at").asc()]
    placed = rows.annotate(
        place=Window(RowNumber(), partition_by=alike, order_by=in_time),
        of=Window(Count("pk"), partition_by=alike),
        height=Window(RowNumber(), partition_by=alike, order_by=of_value),
    )
    ends = Q(place=1) | Q(place__gt=F("of") - KEPT) | Q(assessment__kind=BASELINE)
    telling = ends | Q(height__lte=2) | Q(height__gt=F("of") - 2)
    return placed.filter(telling).order_by("measured_at", "id").values_list(*COLUMNS)


_ALL = Prepared[tuple[Any, ...]](
    lambda: _kept(_standing(Given("practice"), Given("episode"), Given("ends", DateTimeField())))
)


@cache
def _some(count: int) -> Prepared[tuple[Any, ...]]:
    """Return the question for so many measures, each in a place of its own."""
    named = [Given(f"m{n}", CharField()) for n in range(count)]
    standing = (Given("practice"), Given("episode"), Given("ends", DateTimeField()))
    return Prepared[tuple[Any, ...]](lambda: _kept(_standing(*standing).filter(measure__in=named)))


def _by_key(episode: Episode, rows: Iterable[tuple[Any, ...]]) -> dict[Key, list[Taken]]:
    found: dict[Key, list[Taken]] = defaultdict(list)
    for row in rows:
        one = _taken(row, episode)
        found[one.key].append(one)
    return dict(found)


def _taken(row: tuple[Any, ...], episode: Episode) -> Taken:
    (
        pk,
        measure,
        side,
        value,
        at,
        assessment,
        kind,
        finished_at,
        trials,
        device,
        aid,
        modified,
        by,
        version,
        asked,
        of,
    ) = row
    return Taken(
        id=pk, measure=measure, side=side, value=Decimal(value).normalize() + 0, on=episode.practice.day(at), at=at,
        kind=kind, assessment_id=assessment, finished=finished_at is not None, trials=trials, device=device, aid=aid,
        modified=modified, by_id=by, version=version, asked=asked, of=of,
    )  # fmt: skip


def baseline_of(readings: Sequence[Taken]) -> Taken:
    """Return the first result of the baseline; where the measure came in later, its first result at all."""
    return next((one for one in readings if one.kind == Assessment.Kind.BASELINE), readings[0])


def baselines(episode: Episode) -> dict[Key, Decimal]:
    """Return the baseline value of every measure and side."""
    return {key: baseline_of(readings).value for key, readings in series(episode).items()}


def latest_values(episode: Episode) -> dict[str, Decimal]:
    """Return the newest value of each measure, of the weaker side where both are kept. In the measure's unit."""
    found: dict[str, Decimal] = {}
    for (measure_id, _), readings in series(episode).items():
        measure, value = library_of(episode.practice).all_measures.get(measure_id), readings[-1].value
        if measure is None:
            continue
        found[measure_id] = _weaker(measure, found[measure_id], value) if measure_id in found else value
    return found


def _weaker(measure: Measure, one: Decimal, other: Decimal) -> Decimal:
    return max(one, other) if measure.direction is Direction.LOWER_BETTER else min(one, other)
