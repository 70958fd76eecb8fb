"""Scores worked out from other measures: their figures, read once, and what the record gives for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from medexpro.assessments.catalogue import DATA
from medexpro.assessments.outcomes import Outcome
from medexpro.assessments.readings import Taken
from medexpro.assessments.rules import composites, said
from medexpro.assessments.rules.composites import Bands, Screened, Sppb, SppbRule, SteadiRule
from medexpro.clearance import state as clearance
from medexpro.clearance.rules.screening import answer_from
from medexpro.episodes.models import Episode
from medexpro.kernel import quantities
from medexpro.kernel.reference import Verification
from medexpro.web import words


@cache
def figures() -> dict[str, dict[str, Any]]:
    """Return the figures, source and mark of each score, by its id."""
    data: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "composites.yaml").read_text(encoding="utf-8"))
    return data


@cache
def sppb_rule() -> SppbRule:
    """Return the figures of the Short Physical Performance Battery."""
    data = figures()["sppb"]
    return SppbRule(
        gait=_bands(data["gait"]),
        chair=_bands(data["chair"]),
        hold=Decimal(str(data["balance"]["hold"])),
        tandem_part=Decimal(str(data["balance"]["tandem_part"])),
        step=Decimal(str(data["step"])),
    )


@cache
def steadi_rule() -> SteadiRule:
    """Return the figures of the CDC STEADI algorithm."""
    data = figures()["steadi"]
    return SteadiRule(data["age_min"], data["stay_independent"], data["many_falls"])


def _bands(value: dict[str, Any]) -> Bands:
    ends = tuple((Decimal(str(band["at_most"])), int(band["points"])) for band in value["bands"])
    return Bands(ends, value["else"])


# ---- What the record gives


@dataclass(frozen=True)
class Worked:
    """A score worked out of an episode's results. value: in words, a dash while something is missing.

    parts: what it is made of; missing: what is still to be taken or asked; why_not: why it is not for this client.
    """

    name: str
    value: str
    parts: Sequence[str] = ()
    missing: Sequence[str] = ()
    why_not: str = ""
    source: str = ""
    mark: str = ""

    @property
    def says(self) -> str:
        """Return what the score is made of, or why there is none yet, as sentences."""
        found = [f"{words.joined(list(self.parts))}." if self.parts else ""]
        found += [f"Missing: {words.joined(list(self.missing))}." if self.missing else "", self.why_not]
        return " ".join(f"{part[:1].upper()}{part[1:]}" for part in found if part)


NOTHING = "–"
GAIT, CHAIR, STAGES, TUG, TUG_TASK = (
    "gait_speed_4m",
    "five_times_sts",
    "four_stage_balance",
    "tug",
    "tug_cognitive",
)
STANDING_START = "standing_start"
COURSE_M = Decimal(4)
FALLS = "falls_12m"


def scores_of(episode: Episode, outcomes: Iterable[Outcome]) -> list[Worked]:
    """Return the scores that results of the episode begin or complete: those of which a part was measured.

    outcomes: of the whole episode. One query, for what was said of falls at the screening.
    """
    newest = {one.measure.id: one for one in outcomes if one.side not in ("left", "right")}
    made = [_sppb(newest), _steadi(episode, newest), _dual_task(newest), _bmi(newest)]
    return [one for one in made if one is not None]


def _worked(key: str, value: str, **more: Any) -> Worked:
    figure = figures()[key]
    mark = Verification(figure["verification"]).label
    return Worked(figure["name"], value, source=figure["source"], mark=mark, **more)


def _together(newest: Mapping[str, Outcome], keys: Sequence[str]) -> dict[str, Taken]:
    """Return the latest results of some measures that belong to one assessment: that of the newest of them."""
    found = {key: newest[key].current for key in keys if key in newest}
    if not found:
        return {}
    latest = max(found.values(), key=lambda one: one.at)
    return {key: one for key, one in found.items() if one.assessment_id == latest.assessment_id}


def _sppb(newest: Mapping[str, Outcome]) -> Worked | None:
    # A walk alone is not the battery begun: it belongs to every assessment.
    if CHAIR not in newest and STAGES not in newest:
        return None
    parts = _together(newest, (GAIT, CHAIR, STAGES))
    taken = composites.from_stage(int(parts[STAGES].value)) if STAGES in parts else Sppb()
    gait = parts.get(GAIT)
    if gait is not None and gait.device == STANDING_START and gait.value > 0:
        taken = replace(taken, gait_s=COURSE_M / gait.value)
    if CHAIR in parts:
        taken = replace(taken, chair_s=parts[CHAIR].value)
    score = composites.sppb(sppb_rule(), taken)
    value = f"{score.total} of {score.of} points" if score.total is not None else NOTHING
    said_of = [
        f"{part.words} ({part.said})" if part.said else part.words
        for part in score.parts
        if part.points is not None
    ]
    return _worked("sppb", value, parts=said_of, missing=score.missing)


def _steadi(episode: Episode, newest: Mapping[str, Outcome]) -> Worked | None:
    data = figures()["steadi"]
    parts = _together(newest, data["measures"])
    if not parts:
        return None
    tests = [
        _test(newest.get(key), line, key in parts)
        for key, line in zip(data["measures"], data["lines"], strict=True)
    ]
    age = next(newest[key].age for key in parts)
    found = composites.steadi(steadi_rule(), age, _screened(episode, newest), tests)
    value = str(found.risk) if found.risk else NOTHING
    return _worked("steadi", value, parts=found.because, missing=found.missing, why_not=found.why_not)


def _test(outcome: Outcome | None, line_id: str, is_here: bool) -> composites.Test:
    names = dict(
        zip(figures()["steadi"]["lines"], ("Timed Up and Go", "chair stand", "4-stage balance"), strict=True)
    )
    if outcome is None or not is_here:
        return composites.Test(names[line_id], None)
    line = next((one for one in outcome.weighed if one.cutoff.id == line_id), None)
    return composites.Test(names[line_id], line.crossed if line else None, outcome.current_figure)


def _screened(episode: Episode, newest: Mapping[str, Outcome]) -> Screened:
    """Return what was said of falls: counted as a measure, else answered at the last finished screening."""
    counted = int(newest[FALLS].current.value) if FALLS in newest else None
    form = clearance.latest_screening(episode)
    answer = (
        answer_from(form.answers.get("falls", {}))
        if form is not None and form.finished_at
        else answer_from({})
    )
    if answer.value not in ("yes", "no"):
        return Screened(falls=counted, injured=False if counted == 0 else None)
    many, once = "fell_twice_or_injured" in answer.options, "fell_once" in answer.options
    falls = counted if counted is not None else steadi_rule().many_falls if many else 1 if once else 0
    return Screened(falls=falls, injured=many if falls == 1 else None, unsteady="worries" in answer.options)


def _dual_task(newest: Mapping[str, Outcome]) -> Worked | None:
    if TUG_TASK not in newest:
        return None
    parts = _together(newest, (TUG, TUG_TASK))
    if len(parts) < 2:
        missing = "the same walk without the second task, in the same assessment"
        return _worked("dual_task", NOTHING, missing=[missing])
    alone, with_task = parts[TUG], parts[TUG_TASK]
    if differs := with_task.done_like(alone):
        return _worked(
            "dual_task", NOTHING, why_not=f"Measured with {differs.split(' than ')[0]}, so not compared."
        )
    cost = quantities.rounded(composites.dual_task_cost(alone.value, with_task.value), 1)
    value = (
        f"{abs(cost)}% {'slower' if cost > 0 else 'faster'} with a second task"
        if cost
        else "as fast with a second task"
    )
    times = [said.figure(newest[key].measure, parts[key].value) for key in (TUG_TASK, TUG)]
    return _worked("dual_task", value, parts=[f"{times[0]} against {times[1]}"])


def _bmi(newest: Mapping[str, Outcome]) -> Worked | None:
    if "weight" not in newest:
        return None
    weight = newest["weight"]
    if "height" not in newest:
        return _worked("bmi", NOTHING, missing=["the height"])
    found = composites.body_mass_index(newest["height"].current.value, weight.current.value)
    parts = [f"{newest['height'].current_figure} and {weight.current_figure}"]
    return _worked("bmi", f"{quantities.rounded(found, '0.1')} kg/m²", parts=parts)
