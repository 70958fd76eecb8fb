"""Exercises and protocols: links, doses, phases, precautions, criteria, variants."""

import re
from collections.abc import Iterator

from medexpro.kernel import reference as ref
from medexpro.knowledge.checks.shared import COMPARISONS, sourced, unique, versioned
from medexpro.knowledge.loading import LibraryData

ICD10CM = re.compile(r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")
# What the amber strip shows of a precaution is read at a glance.
LONGEST_PHRASE = 60
ENDS_BY_DATE = re.compile(r"end date|until week|first \d", re.IGNORECASE)


def exercises(data: LibraryData) -> Iterator[str]:
    file = "exercises.yaml"
    exercises = {exercise.id: exercise for exercise in data.exercises}
    yield from unique([exercise.id for exercise in data.exercises], file)
    for exercise in data.exercises:
        where = f"{file}: {exercise.id}"
        yield from sourced(exercise.source, where)
        yield from versioned(exercise.version, where)
        if exercise.level not in {1, 2, 3, 4, 5}:
            yield f"{where}: level: runs from 1 to 5"
        if exercise.cpt not in {"97110", "97112", "97530"}:
            yield f"{where}: cpt: {exercise.cpt} is not a support category"
        if exercise.default_dose.sets < 1 or exercise.default_dose.quantity < 1:
            yield f"{where}: default_dose: must be above 0"
        for tag in exercise.contraindicated_tags:
            if tag not in data.exercise_tags:
                yield f"{where}: contraindicated_tags: {tag} is not a tag"
        for link, step in (("progression", 1), ("regression", -1)):
            yield from _chain(exercise, link, step, exercises, where)


def _chain(
    exercise: ref.Exercise, link: str, step: int, exercises: dict[str, ref.Exercise], where: str
) -> Iterator[str]:
    seen = {exercise.id}
    current = exercise
    while (key := getattr(current, link)) is not None:
        if key not in exercises:
            yield f"{where}: {link}: {key} is not an exercise"
            return
        if key in seen:
            yield f"{where}: {link}: leads back to {key}"
            return
        if (exercises[key].level - current.level) * step < 0:
            yield f"{where}: {link}: {key} goes the wrong way in level"
        seen.add(key)
        current = exercises[key]


def protocols(data: LibraryData) -> Iterator[str]:
    for protocol in data.protocols:
        where = f"protocols/{protocol.id}.yaml"
        yield from versioned(protocol.version, where)
        yield from _protocol_head(protocol, data, where)
        yield from _precautions(protocol, data, where)
        yield from _phases(protocol, data, where)
        yield from _variants(protocol, data, where)


def _protocol_head(protocol: ref.Protocol, data: LibraryData, where: str) -> Iterator[str]:
    measures = {measure.id for measure in data.measures}
    gates = {gate.id for gate in data.gates}
    for code in protocol.icd10cm:
        if not ICD10CM.match(code.code) or not code.description:
            yield f"{where}: icd10cm: {code.code} is not a code with its description"
    for measure in protocol.baseline_measures:
        if measure not in measures:
            yield f"{where}: baseline_measures: {measure} is not a measure"
    if protocol.reassess.interval_days_max != 30:
        yield f"{where}: reassess: interval_days_max: is 30 in every protocol"
    for measure in protocol.reassess.measures:
        if measure not in protocol.baseline_measures:
            yield f"{where}: reassess: {measure} has no baseline"
    for gate in protocol.gates:
        if gate not in gates:
            yield f"{where}: gates: {gate} is not a gate"
    if not protocol.sources or not all(source.text.strip() for source in protocol.sources):
        yield f"{where}: sources: a protocol needs its sources"
    if protocol.week_basis not in {"since_surgery_or_event", "since_programme_start"}:
        yield f"{where}: week_basis: {protocol.week_basis} is unknown"


def _precautions(protocol: ref.Protocol, data: LibraryData, where: str) -> Iterator[str]:
    phase_ids = {phase.id for phase in protocol.phases}
    yield from unique([precaution.id for precaution in protocol.precautions], f"{where}: precautions")
    yield from unique([variant.id for variant in protocol.variants], f"{where}: variants")
    for precaution in protocol.precautions:
        at = f"{where}: precautions: {precaution.id}"
        yield from sourced(precaution.source, at)
        if precaution.mode not in {"block", "variant", "conditional"}:
            yield f"{at}: mode: {precaution.mode} is unknown"
        if precaution.lifts not in {"provider_release", "record_tag_removed"}:
            yield f"{at}: lifts: {precaution.lifts} is unknown"
        if precaution.mode in {"block", "variant"} and precaution.lifts != "provider_release":
            yield f"{at}: lifts: only the provider's recorded release lifts a block"
        if precaution.ask_release_from_week is not None and precaution.lifts != "provider_release":
            yield f"{at}: ask_release_from_week: belongs to a provider's release"
        if not 0 < len(precaution.phrase) <= LONGEST_PHRASE:
            yield f"{at}: phrase: between 1 and {LONGEST_PHRASE} signs, this has {len(precaution.phrase)}"
        if ENDS_BY_DATE.search(precaution.text):
            yield f"{at}: text: a precaution never ends by date"
        for tag in precaution.tags:
            if tag not in data.exercise_tags:
                yield f"{at}: tags: {tag} is not a tag"
        for phase in precaution.applies_to:
            if phase not in phase_ids:
                yield f"{at}: applies_to: {phase} is not a phase"


def _phases(protocol: ref.Protocol, data: LibraryData, where: str) -> Iterator[str]:
    exercises = {exercise.id: exercise for exercise in data.exercises}
    measures = {measure.id: measure for measure in data.measures}
    if not 3 <= len(protocol.phases) <= 4:
        yield f"{where}: phases: there are 3 or 4"
    yield from unique([phase.id for phase in protocol.phases], f"{where}: phases")
    for before, phase in zip((None, *protocol.phases), protocol.phases, strict=False):
        at = f"{where}: phases: {phase.id}"
        if phase.weeks[0] >= phase.weeks[1] or (before and phase.weeks[0] != before.weeks[1] + 1):
            yield f"{at}: weeks: must rise and join the phase before"
        for kind, fitt in phase.fitt.items():
            yield from sourced(fitt.source, f"{at}: fitt: {kind}")
        for criterion in phase.progress_when:
            yield from _criterion(criterion, protocol, measures, at)
        names = [planned.exercise for planned in phase.exercises]
        yield from unique(names, f"{at}: exercises")
        if len(names) < 5:
            yield f"{at}: exercises: there are fewer than 5"
        for planned in phase.exercises:
            for field in ("sets", "quantity"):
                low, high = getattr(planned, field)
                if not 0 < low <= high:
                    yield f"{at}: exercises: {planned.exercise}: {field}: must be a rising pair"
            if planned.exercise not in exercises:
                yield f"{at}: exercises: {planned.exercise} is not an exercise"
                continue
            tags = set(exercises[planned.exercise].contraindicated_tags)
            for precaution in protocol.precautions:
                blocked = precaution.mode == "block" and phase.id in precaution.applies_to
                if blocked and tags & set(precaution.tags):
                    yield f"{at}: exercises: {planned.exercise} carries a tag blocked by {precaution.id}"


def _criterion(
    criterion: ref.Criterion, protocol: ref.Protocol, measures: dict[str, ref.Measure], where: str
) -> Iterator[str]:
    at = f"{where}: progress_when: {criterion.measure}"
    measure = measures.get(criterion.measure)
    if measure is None or criterion.measure not in protocol.baseline_measures:
        yield f"{at}: is not a measure with a baseline"
        return
    if criterion.op not in COMPARISONS or not measure.valid_range.holds(criterion.value):
        yield f"{at}: bad op, or the value lies outside the valid range"
    wrong_way = {ref.Direction.HIGHER_BETTER: {"<", "<="}, ref.Direction.LOWER_BETTER: {">", ">="}}
    if criterion.op in wrong_way.get(measure.direction, set()):
        yield f"{at}: op: runs against the measure's direction"


def _variants(protocol: ref.Protocol, data: LibraryData, where: str) -> Iterator[str]:
    exercises = {exercise.id: exercise for exercise in data.exercises}
    precautions = {precaution.id: precaution for precaution in protocol.precautions}
    linked = {key for variant in protocol.variants for key in variant.precaution_ids}
    for precaution in protocol.precautions:
        if precaution.mode == "variant" and precaution.id not in linked:
            yield f"{where}: precautions: {precaution.id}: no variant uses it"
    for variant in protocol.variants:
        at = f"{where}: variants: {variant.id}"
        for key in variant.precaution_ids:
            if key not in precautions:
                yield f"{at}: precaution_ids: {key} is not a precaution"
        mine = [precautions[key] for key in variant.precaution_ids if key in precautions]
        for phase in protocol.phases:
            blocked = {
                tag for p in mine if p.mode != "conditional" and phase.id in p.applies_to for tag in p.tags
            }
            left = [
                planned.exercise
                for planned in phase.exercises
                if planned.exercise in exercises
                and not blocked & set(exercises[planned.exercise].contraindicated_tags)
            ]
            if len(left) < 5:
                yield f"{at}: only {len(left)} exercises are left in {phase.id}"
