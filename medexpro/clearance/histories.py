"""What is known about a client as the safety gates ask it, each with where it stands. Reads only.

Four places are read: what the screening or a member said of the episode, the conditions and medicines on the health
record, the codes of the referral, and what dates tell. What the record only suggests counts until a person has
answered: it may tighten a gate, never loosen one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from medexpro.clearance import asked
from medexpro.clearance.asked import Kind
from medexpro.clearance.models import KnownState, Outcome
from medexpro.clearance.rules import clearing
from medexpro.clients import effects
from medexpro.clients.rules import effects as effect_rules
from medexpro.episodes.models import Episode
from medexpro.kernel.reference import History
from medexpro.knowledge.library import library
from medexpro.web import words

SINCE_LAST_VISIT = "since_last_visit"
JOINT_SURGERY_MONTHS = 12
OLDER_THAN = 70


@dataclass(frozen=True)
class Known:
    """One history that holds. where: what says so, in words. at: the time it was so, where it has one.

    place: told (at the screening, or by a member), record (conditions, medicines), referral or dates.
    suggested: nobody has confirmed it yet.
    """

    history: str
    where: str
    place: str
    at: datetime | None = None
    suggested: bool = False


@cache
def loosening() -> frozenset[str]:
    """Return the histories that lift a gate: they count only once a person has said so by a provider's word."""
    gates = library().gates.values()
    lifts = {history for gate in gates for history in gate.unless}
    return frozenset(
        lifts | {h for gate in gates for rule in gate.rules if rule.op == "absent" for h in rule.histories}
    )


def on_file() -> dict[str, History]:
    """Return the histories a person may record or take back: not those of one day, nor those dates tell."""
    return {key: history for key, history in library().histories.items() if not history.kind}


def known(episode: Episode, on: date) -> list[Known]:
    """Return every history that holds on a day of the practice, with each place that says so."""
    told: dict[str, KnownState] = {state.item: state for state in asked.told(episode)}
    found = [
        Known(item, state.words or "Said at the screening", "told", at=state.recorded_at)
        for item, state in told.items()
        if state.present and not _of_one_visit(item)
    ]
    found += _of_record(episode, on)
    denied = {item for item, state in told.items() if not state.present}
    found += [one for one in _of_referral(episode) if one.history not in denied]
    found += _of_dates(episode, on, told)
    histories, lifting = library().histories, loosening()
    return [
        one for one in found if one.history in histories and not (one.suggested and one.history in lifting)
    ]


def _of_one_visit(item: str) -> bool:
    """Return whether a history holds for the visit at which it was told and for no other."""
    history = library().histories.get(item)
    return history is not None and history.kind == SINCE_LAST_VISIT


def as_times(found: Iterable[Known]) -> dict[str, datetime | None]:
    """Return the histories as the gates read them: id to the time it was so, or None where it has none."""
    times: dict[str, datetime | None] = {}
    for one in found:
        # What holds without a time holds whatever window a gate looks back.
        times[one.history] = None if times.get(one.history, one.at) is None else one.at
    return times


def _of_record(episode: Episode, on: date) -> list[Known]:
    found = []
    for row in asked.health_record(episode, on):
        said = f"{row.kind}: {row.words}" + (f", {row.icd10}" if row.icd10 else "")
        pairs = [(key, False) for key in row.effects] + [(key, True) for key in row.to_confirm]
        over = row.kind == Kind.CONDITION and row.day is not None and row.day < on
        found += [
            Known(key, said, "record", suggested=open_)
            for key, open_ in pairs
            # A cancer that is over is still one in the past.
            if not over or key == "cancer_history"
        ]
    return found


def _of_referral(episode: Episode) -> list[Known]:
    referral = episode.referral
    if referral is None:
        return []
    return [
        Known(history, f"Referral: {code}", "referral", suggested=True)
        for code in referral.icd10
        for history in effect_rules.of_codes([code], effects.signs())
    ]


def _of_dates(episode: Episode, on: date, told: dict[str, KnownState]) -> list[Known]:
    found = []
    age = episode.client.age_on(on)
    if age is None:
        found.append(Known("age_over_70", "The birth date is not on file", "dates"))
    elif age > OLDER_THAN:
        found.append(Known("age_over_70", f"{age} years", "dates"))
    since, cleared_on = clearing.months_on(on, -JOINT_SURGERY_MONTHS), _cleared_on(episode)
    release = told.get("surgery_not_released")
    released_on = episode.practice.day(release.recorded_at) if release and not release.present else None
    for row in asked.health_record(episode, on):
        if row.kind != Kind.SURGERY or (row.day is not None and row.day > on):
            continue
        said = f"Surgery: {row.words}, {words.day(row.day) if row.day else 'day not on file'}"
        if (row.joint or row.tag) and (row.day is None or row.day > since):
            found.append(Known("joint_surgery_12m", said, "dates"))
        new = cleared_on is not None and row.day is not None and row.day > cleared_on
        if new and not (released_on and row.day and released_on >= row.day):
            found.append(Known("surgery_not_released", f"{said}, after the clearance", "dates"))
    return found


def _cleared_on(episode: Episode) -> date | None:
    """Return the day of the newest clearance of its own; an answer to a refer-back only carries one on."""
    granted = (
        one.decided_at
        for one in asked.decisions(episode)
        if one.outcome == Outcome.GRANTED and one.continues_id is None
    )
    at = next(granted, None)
    return episode.practice.day(at) if at else None
