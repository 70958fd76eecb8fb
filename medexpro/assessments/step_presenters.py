"""The steps of an assessment in words: the row of steps, the list of measures, and what each step shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from medexpro.assessments import catalogue, flow, state
from medexpro.assessments.models import Assessment
from medexpro.assessments.readings import Key, Taken, baseline_of
from medexpro.assessments.rules import said
from medexpro.assessments.rules.flow import NoteField, Step
from medexpro.assessments.standings import shown_unit
from medexpro.clearance import asked
from medexpro.clearance import state as clearance
from medexpro.clearance.asked import Kind
from medexpro.clearance.models import Precaution
from medexpro.knowledge.library import library
from medexpro.web import words

NOT_YET = "Not yet"


@dataclass(frozen=True)
class Listed:
    """One planned measure in the list beside the cards. half: one side of two is there."""

    id: str
    step: str
    short: str
    results: str
    done: bool
    half: bool
    left_out: str

    @property
    def settled(self) -> bool:
        """Return whether nothing is left to do."""
        return bool((self.done or self.left_out) and not self.half)


@dataclass(frozen=True)
class Shown:
    """One step in the row of steps. state: now, done, part or empty; caption: how far it is."""

    step: Step
    state: str
    caption: str


@dataclass(frozen=True)
class NoteShown:
    """One short note with what stands in it. trouble: why what was typed was not kept."""

    field: NoteField
    text: str
    version: int
    by: str
    was: Sequence[Mapping[str, str]]
    trouble: str = ""


@dataclass(frozen=True)
class RegionShown:
    """One region with its set. why: what of the record points to it, empty where nothing does."""

    id: str
    name: str
    planned: int
    total: int
    why: str
    names: str

    @property
    def whole(self) -> bool:
        """Return whether all of its set is planned."""
        return self.planned == self.total


@dataclass(frozen=True)
class Told:
    """One part of what is on file. lines: each with a second line that may be empty."""

    title: str
    lines: Sequence[tuple[str, str]]
    none: str


def listed(assessment: Assessment, taken: Mapping[Key, Sequence[Taken]], half: set[str]) -> list[Listed]:
    """Return the planned measures with today's results. half: ids of those with one side of two."""
    practice = assessment.episode.practice
    found = []
    for measure_id in assessment.planned:
        measure = catalogue.any_measure(measure_id, practice)
        if measure is None:
            continue
        entry = catalogue.entry_of(measure)
        unit = shown_unit(measure, entry, practice.units)
        sides = sorted(
            (key[1] for key in taken if key[0] == measure_id),
            key=lambda side: (side != assessment.episode.side, side != "right"),
        )
        here = [
            said.figure(measure, one.value, unit)
            for side in sides
            for one in taken[measure_id, side][-1:]
            if one.assessment_id == assessment.pk
        ]
        left_out = assessment.left_out.get(measure_id, "")
        results = " / ".join(here) or ("Left out" if left_out else NOT_YET)
        found.append(
            Listed(
                measure_id,
                flow.step_of(measure_id),
                entry.short,
                results,
                bool(here),
                measure_id in half and bool(here),
                left_out,
            )
        )
    return found


def row_of_steps(
    assessment: Assessment, steps: Sequence[Step], measures: Sequence[Listed], current: str, goals: int
) -> list[Shown]:
    """Return the row of steps with how far each is. goals: how many are set, met ones too."""
    return [
        Shown(step, "now" if step.id == current else _state(caption), caption)
        for step in steps
        for caption in [_caption(assessment, step, measures, goals)]
    ]


def _state(caption: str) -> str:
    done, _, total = caption.partition(" of ")
    if total:
        return "done" if done == total else "part" if done != "0" else "empty"
    return "done" if caption else "empty"


def _caption(assessment: Assessment, step: Step, measures: Sequence[Listed], goals: int) -> str:
    mine = [one for one in measures if one.step == step.id]
    if mine:
        return f"{sum(one.settled for one in mine)} of {len(mine)}"
    if step.id == "goals":
        return f"{goals} {'goal' if goals == 1 else 'goals'}" if goals else ""
    if step.id == "summary" and assessment.finished_at is not None:
        return "Finished"
    return "Noted" if any(assessment.noted.get(note.id, {}).get("text") for note in step.notes) else ""


def notes_of(
    assessment: Assessment, step: Step, typed: Mapping[str, tuple[str, str]] | None = None
) -> list[NoteShown]:
    """Return a step's short notes. typed: by id, the text that could not be kept and why."""
    found = []
    for field in step.notes:
        stored = assessment.noted.get(field.id, {})
        text, trouble = (typed or {}).get(field.id, (stored.get("text", ""), ""))
        found.append(
            NoteShown(
                field, text, stored.get("version", 0), stored.get("name", ""), stored.get("was", ()), trouble
            )
        )
    return found


def regions_of(assessment: Assessment) -> list[RegionShown]:
    """Return every region, those the record points to first."""
    episode = assessment.episode
    why = flow.suggested(episode)
    planned = set(assessment.planned)
    found = []
    for region in sorted(flow.regions().values(), key=lambda one: one.id not in why):
        wanted = flow.set_of(region, episode)
        known = [catalogue.any_measure(one, episode.practice) for one in wanted]
        names = words.joined([catalogue.entry_of(one).short for one in known if one])
        found.append(
            RegionShown(
                region.id,
                region.name,
                sum(one in planned for one in wanted),
                len(wanted),
                why.get(region.id, ""),
                names,
            )
        )
    return found


def on_file(assessment: Assessment, precautions: Sequence[Precaution], day: date) -> list[Told]:
    """Return what the record tells before an assessment: what it is for, operations, medicines, limits. Five queries."""
    episode = assessment.episode
    record = asked.health_record(episode, day)
    health = {kind: [one for one in record if one.kind == kind] for kind in Kind}
    purpose = [(episode.title, episode.deficit)]
    if episode.condition:
        purpose.append(
            (episode.condition.words, f"ICD-10 {episode.condition.icd10}" if episode.condition.icd10 else "")
        )
    if episode.referral and episode.referral.wording:
        purpose.append((f"“{episode.referral.wording}”", "The provider’s words"))
    operations = [(one.words, _since(one.day, day)) for one in health[Kind.SURGERY]]
    conditions = [
        (one.words, " · ".join(filter(None, (one.icd10, f"until {words.day(one.day)}" if one.day else ""))))
        for one in health[Kind.CONDITION]
    ]
    known: dict[str, str] = {}
    for said_ in asked.told(episode):
        known.pop(said_.item, None)
        if said_.present and said_.item in library().symptoms:
            known[said_.item] = said_.words
    symptoms = [(library().symptoms[key].professional, detail) for key, detail in known.items()]
    return [
        Told("What it is for", purpose, ""),
        Told("Operations", operations, "None on file."),
        Told("Conditions", conditions, "None on file."),
        Told("Medicines", [(one.words, "") for one in health[Kind.MEDICINE]], "None on file."),
        Told("Known symptoms", symptoms, "None were told in the screening."),
        Told(
            "Not to be done",
            [(one.text, one.detail or one.get_state_display()) for one in precautions],
            "No precautions are in force.",
        ),
        Told("Limits in force", _limits(assessment, day), "The general limits hold."),
    ]


def _since(on: date | None, day: date) -> str:
    if on is None:
        return ""
    weeks = (day - on).days // 7
    return f"{words.day(on)}, {weeks} {'week' if weeks == 1 else 'weeks'} ago"


def _limits(assessment: Assessment, day: date) -> list[tuple[str, str]]:
    found = []
    for limit in clearance.limits_in_force(assessment.episode):
        measure = catalogue.any_measure(limit.measure, assessment.episode.practice)
        if measure is not None and limit.value is not None:
            compare = "not above" if limit.op.startswith(">") else "not below"
            found.append(
                (
                    f"{catalogue.entry_of(measure).short} {compare} {said.figure(measure, limit.value)}",
                    limit.source,
                )
            )
    return found


def legend_days(taken: Mapping[Key, Sequence[Taken]]) -> dict[str, str]:
    """Return the days of the baseline and of the results in between, for the legend of the rulers."""
    first = {baseline_of(readings).on for readings in taken.values() if len(readings) > 1}
    last = {readings[-2].on for readings in taken.values() if len(readings) > 2}
    return {
        "baseline_on": words.day(max(first), "short") if first else "",
        "last_on": words.day(max(last), "short") if last else "",
    }


def birth_date_note(assessment: Assessment, taken: Mapping[Key, Sequence[Taken]]) -> str:
    """Return that percentiles were worked out anew, where the birth date changed after a result; else nothing."""
    return recomputed(assessment.episode.client.birth_date_changed_on, taken)


def recomputed(changed_on: date | None, taken: Mapping[Key, Sequence[Taken]]) -> str:
    """Return the sentence on a birth date that changed after results were taken; empty where it did not."""
    if changed_on is None or not any(one.on <= changed_on for readings in taken.values() for one in readings):
        return ""
    return (
        f"Percentiles recomputed: birth date changed on {words.day(changed_on)}. "
        "Signed documents keep what they said."
    )


def missing_by_step(
    open_ones: Sequence[state.Missing], steps: Sequence[Step]
) -> list[tuple[Step, list[state.Missing]]]:
    """Return what is missing, under the step it is taken in."""
    found = []
    for step in steps:
        mine = [one for one in open_ones if flow.step_of(one.measure.id) == step.id]
        if mine:
            found.append((step, mine))
    return found
