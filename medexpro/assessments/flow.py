"""The steps of an assessment and the regions, read once from the area's data, and what the record says of them."""

from dataclasses import replace
from functools import cache
from typing import Any

import yaml

from medexpro.assessments.catalogue import DATA, can_be_typed
from medexpro.assessments.models import Assessment, StepNames
from medexpro.assessments.rules import flow as rules
from medexpro.assessments.rules.flow import NoteField, Pointers, Region, Step
from medexpro.episodes.models import Episode
from medexpro.episodes.populations import protocols_for
from medexpro.knowledge.library import library, library_of
from medexpro.practice.models import Practice
from medexpro.practice.prepared import Given, Prepared


def _file(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return data


@cache
def steps() -> tuple[Step, ...]:
    """Return the seven steps by our own names."""
    return tuple(
        Step(
            id=one["id"],
            number=number,
            label=one["label"],
            hint=one["hint"],
            source=one.get("source", ""),
            ours=one.get("ours", False),
            measures=tuple(one.get("measures", ())),
            notes=tuple(NoteField(**note) for note in one.get("notes", ())),
        )
        for number, one in enumerate(_file("steps.yaml")["steps"], 1)
    )


@cache
def notes() -> dict[str, NoteField]:
    """Return the short notes of all steps by their id."""
    return {note.id: note for step in steps() for note in step.notes}


@cache
def regions() -> dict[str, Region]:
    """Return the regions in their order, by id."""
    return {one["id"]: _region(one) for one in _file("regions.yaml")["regions"]}


def _region(one: dict[str, Any]) -> Region:
    return Region(
        id=one["id"],
        name=one["name"],
        rom=tuple(one["rom"]),
        strength=tuple(one["strength"]),
        scale=tuple(one["scale"]),
        scale_for={tag: tuple(scale) for tag, scale in one.get("scale_for", {}).items()},
        joints=tuple(one.get("joints", ())),
        codes=tuple(one.get("codes", ())),
    )


_NAMES = Prepared[StepNames](lambda: StepNames.objects.filter(practice=Given("practice"))[:1])


def names_of(practice: Practice) -> StepNames | None:
    """Return what a practice calls the steps; None while it keeps ours. One query."""
    return _NAMES.first(practice=practice.pk)


def steps_of(practice: Practice) -> tuple[Step, ...]:
    """Return the steps as a practice calls them. One query."""
    own = names_of(practice)
    names = own.names if own else {}
    return tuple(replace(step, label=names.get(step.id) or step.label) for step in steps())


def is_stepped(assessment: Assessment) -> bool:
    """Return whether the assessment goes by steps; a check in between is one page of measures."""
    return assessment.kind != Assessment.Kind.CHECK


def pointers_of(episode: Episode) -> Pointers:
    """Return what an episode's record says about the region, from what its page has read already."""
    suggested = protocols_for(episode)
    known = library_of(episode.practice).protocols
    protocol = known.get(suggested[0].protocol_id) if suggested else None
    codes = [episode.condition.icd10] if episode.condition and episode.condition.icd10 else []
    if episode.referral_id and episode.referral:
        codes.extend(episode.referral.icd10)
    return Pointers(
        joint=episode.surgery.joint if episode.surgery else "",
        codes=tuple(dict.fromkeys(codes)),
        tags=tuple(episode.population),
        protocol_measures=tuple(protocol.baseline_measures) if protocol else (),
    )


def suggested(episode: Episode) -> dict[str, str]:
    """Return the regions the episode's record points to, each with why."""
    return rules.regions_for(regions().values(), pointers_of(episode))


def set_of(region: Region, episode: Episode) -> tuple[str, ...]:
    """Return the measures in service that a region's set holds for an episode."""
    known = library_of(episode.practice).measures
    return region.measures(
        episode.population, [key for key, measure in known.items() if can_be_typed(measure)]
    )


def step_of(measure_id: str) -> str:
    """Return the step in which a measure is taken."""
    measure = library().all_measures.get(measure_id)
    return rules.step_of(measure, steps()) if measure else "tests"
