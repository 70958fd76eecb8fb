"""Measuring in tests: a client who is cleared, and results as they are typed."""

from datetime import datetime, timedelta
from typing import Any

from medexpro.assessments import operations
from medexpro.assessments.models import Assessment, Measurement
from medexpro.episodes.models import Episode
from tests.conftest import MORNING

LATER = "Not part of this visit"


def take(
    assessment: Assessment, measure: str, *values: Any, side: str = "none", unit: str = "", by: Any, at: datetime = MORNING,
    **more: Any,
) -> Measurement:  # fmt: skip
    """Record one result the way it is typed."""
    trials = [{"value": value, "unit": unit} for value in values]
    return operations.record(assessment, measure=measure, side=side, trials=trials, by=by, at=at, **more)


def measured(
    episode: Episode, results: dict[Any, Any], *, by: Any, kind: str = "baseline", at: datetime = MORNING
) -> Assessment:
    """Take and finish an assessment. results: {measure or (measure, side): value or list of values}."""
    names = [key if isinstance(key, str) else key[0] for key in results]
    assessment = operations.start(episode, kind, measures=names, by=by, at=at)
    for key, values in results.items():
        measure, side = (key, "none") if isinstance(key, str) else key
        values = values if isinstance(values, list | tuple) else [values]
        take(assessment, measure, *values, side=side, by=by, at=at)
    return operations.finish(assessment, left_out=LATER, by=by, at=at + timedelta(minutes=30))
