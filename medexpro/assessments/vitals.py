"""The functional vital signs of an episode: grip, walking speed, chair stand, balance, pressure, pulse."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from medexpro.assessments.outcomes import GRIP, Outcome
from medexpro.assessments.rules import said
from medexpro.assessments.rules.decline import Decline, Result, decline
from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.web import words

# Each sign with the measures that tell of it, the first one taken counts. What the panel is made of is a house rule.
SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Grip strength", (GRIP,)),
    ("Walking speed", ("gait_speed_4m", "gait_speed_10m")),
    ("Rising from a chair", ("chair_stand_30s", "five_times_sts")),
    ("Balance", ("single_leg_stance", "four_stage_balance", "tug")),
    ("Blood pressure", ("bp_systolic", "bp_diastolic")),
    ("Resting pulse", ("resting_hr",)),
)


@dataclass(frozen=True)
class Line:
    """One measure and side of a sign. lines: published lines by name, with the side the value lies on.

    id: of what a member may give back to the provider from here, so that a double tap gives it back once.
    """

    name: str
    figure: str
    on: date
    place: str
    lines: Sequence[tuple[str, str]]
    against: str
    observed: str
    id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True)
class Sign:
    """One functional vital sign; without lines it was not measured."""

    name: str
    lines: Sequence[Line]


def signs(outcomes: Sequence[Outcome], episode: Episode) -> list[Sign]:
    """Return the six signs in their order. outcomes: of the episode, with the measures of SIGNS among them."""
    made = []
    for name, measures in SIGNS:
        found: list[Outcome] = []
        # Both parts of the pressure belong to the sign; of the others one way of measuring is enough.
        for measure_id in measures:
            if not found or name == "Blood pressure":
                found += [one for one in outcomes if one.measure.id == measure_id]
        made.append(Sign(name, [_line(one, episode) for one in found]))
    return made


def _decline(outcome: Outcome, episode: Episode) -> Decline | None:
    if outcome.limits is not None:
        return None
    alike = [one for one in outcome.readings if not outcome.current.done_like(one)]
    results = [Result(one.value, one.on) for one in alike]
    return decline(outcome.measure, outcome.side, results, _limit(outcome, episode))


def _limit(outcome: Outcome, episode: Episode) -> Decimal | None:
    """Return from where on a drop is told: for grip what the practice set, else the change in force for this client."""
    if outcome.measure.id == GRIP and episode.practice.grip_alert_kg:
        return Decimal(episode.practice.grip_alert_kg)
    judged = outcome.against_best
    return judged.threshold.value if judged and judged.threshold else None


def _line(outcome: Outcome, episode: Episode) -> Line:
    told = _decline(outcome, episode)
    return Line(
        name=outcome.name,
        figure=outcome.current_figure,
        on=outcome.current.on,
        place="" if outcome.limits is not None else outcome.compared_words,
        lines=_lines(outcome),
        against=_against(outcome),
        observed=observed(told, outcome) if told else "",
    )


def _lines(outcome: Outcome) -> Sequence[tuple[str, str]]:
    """Return the published lines by name: every one of grip, of others the one its chart shows.

    Pressure and pulse stand against the limits in force and nothing else.
    """
    if outcome.limits is not None:
        return []
    if outcome.measure.id == GRIP:
        return outcome.line_facts
    return [(outcome.line_name, outcome.line_words)] if outcome.line_name else []


def _against(outcome: Outcome) -> str:
    if outcome.limits is not None:
        return f"{outcome.counts[:1].upper()}{outcome.counts[1:]}."
    best, judged = outcome.best_before, outcome.against_best
    if best is None or judged is None:
        return "First value; the next one is held against it."
    change = said.difference(judged, outcome.unit)
    day = words.day(best.on, "short")
    return f"{change[:1].upper()}{change[1:]} against the own best, {outcome.figure(best)} on {day}."


def observed(told: Decline, outcome: Outcome) -> str:
    """Return a decline as an observation for the provider: figures and days, no cause and no meaning."""
    now, best = outcome.figure(outcome.current), said.figure(outcome.measure, told.best.value, outcome.unit)
    drop = said.figure(outcome.measure, told.drop, outcome.unit)
    limit = said.figure(outcome.measure, told.limit, outcome.unit)
    return (
        f"{outcome.name}: {now} on {words.day(told.newest.on)}; own best {best} on {words.day(told.best.on)}. "
        f"{drop} apart; more than {limit} is told."
    )
