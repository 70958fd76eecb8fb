"""What an own version of a practice may not take away from ours. Each rule yields (field, sentence) of what is wrong.

A practice may make things stricter for its clients and never looser: what keeps an exercise away from a client, what
a protocol has measured, weighed and watched, and what a safety gate can read stay at least what they are.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from medexpro.kernel import reference as ref
from medexpro.kernel.wording import ALLOW, READERS, find_marks

Pairs = Iterator[tuple[str, str]]
WORD_LEVELS = (ALLOW, "mark", "refuse")


def _named(keys: Iterable[str]) -> str:
    return ", ".join(f"“{key.replace('_', ' ')}”" for key in keys)


def _missing(ours: Iterable[str], own: Iterable[str]) -> list[str]:
    there = set(own)
    return [key for key in ours if key not in there]


CLOSED_BY = {
    "movement_pattern": "The pattern",
    "position": "The position",
    "body_region": "The region",
}


def exercise_loosened(ours: ref.Exercise, own: ref.Exercise) -> Pairs:
    """Yield what an own exercise takes away: a tag of a precaution, or what tells a safety gate that it closes it."""
    for field, what in CLOSED_BY.items():
        if getattr(ours, field) != getattr(own, field):
            said = getattr(ours, field).replace("_", " ")
            yield (
                field,
                f"{what} stays {said}: a safety gate closes the exercise by it. Make an exercise of your own instead.",
            )
    if gone := _missing(ours.contraindicated_tags, own.contraindicated_tags):
        yield (
            "contraindicated_tags",
            f"{_named(gone)} must stay: a precaution keeps this exercise away by it. You may add tags, not take ours away.",
        )


def exercise_unknown(own: ref.Exercise, known: Iterable[ref.Exercise]) -> Pairs:
    """Yield what of an exercise no rule would know: the safety gates close by pattern, position and region."""
    library = list(known)
    for field in CLOSED_BY:
        said = sorted({getattr(one, field) for one in library})
        if getattr(own, field) not in said:
            yield field, f"Choose one of these: {', '.join(one.replace('_', ' ') for one in said)}."
    dose, units = own.default_dose, sorted({one.default_dose.unit for one in library})
    if not 6 <= dose.effort_rpe_max <= 20:
        yield "default_dose.effort_rpe_max", "Effort runs from 6 to 20."
    if dose.unit not in units:
        yield "default_dose.unit", f"Choose one of these: {', '.join(units)}."
    if dose.sets > MOST_SETS:
        yield "default_dose.sets", f"At most {MOST_SETS} sets."
    if dose.quantity > MOST_OF_A_DOSE:
        yield "default_dose.quantity", f"At most {MOST_OF_A_DOSE:,}."
    yield from _name_wrong(own.name)


LONGEST_NAME = 120
MOST_SETS = 12
MOST_OF_A_DOSE = 20_000


def _name_wrong(name: str) -> Pairs:
    if not name.strip():
        yield "name", "Give it a name."
    elif len(name) > LONGEST_NAME:
        yield "name", f"At most {LONGEST_NAME} characters; this has {len(name)}."


def measure_loosened(ours: ref.Measure, own: ref.Measure, gates: Iterable[ref.Gate]) -> Pairs:
    """Yield what an own measure takes away: the unit and sides of what is on record, and what a gate must be able to read."""
    if own.unit != ours.unit:
        yield (
            "unit",
            f"The unit stays {ours.unit}: the results on record are in it. Make a measure of your own instead.",
        )
    if own.sides != ours.sides:
        yield (
            "sides",
            "Whether each side is kept stays as it is: the results on record are kept so. "
            "Make a measure of your own instead.",
        )
    if (own.trials.kept == "computed") != (ours.trials.kept == "computed"):
        yield "trials.kept", "Whether it is typed or worked out from other measures stays as it is."
    if own.direction != ours.direction:
        yield "direction", "Which way is better stays as it is: the verdicts on record were made with it."
    if own.category != ours.category:
        yield "category", "The kind of measure stays as it is: it decides when it may be taken."
    if own.licence != ours.licence:
        yield "licence", "The rights to the items stay as their owner set them."
    weighed = any(own.id in gate.measures for gate in gates)
    low, high = ours.valid_range.min, ours.valid_range.max
    if weighed and not (own.valid_range.min <= low and high <= own.valid_range.max):
        yield (
            "valid_range",
            f"A safety gate weighs this measure, so every reading from {low:f} to {high:f} must stay possible.",
        )


MOST_TRIALS = 6
LARGEST = 99_999


def measure_unknown(own: ref.Measure, known: Iterable[ref.Measure]) -> Pairs:
    """Yield what of a measure no page or rule would know."""
    library = list(known)
    if own.category not in {one.category for one in library}:
        yield "category", "Choose one of the kinds offered."
    if own.unit not in {one.unit for one in library}:
        yield "unit", "Choose one of the units offered."
    yield from _name_wrong(own.name)
    if own.trials.count > MOST_TRIALS:
        yield "trials.count", f"At most {MOST_TRIALS} trials are kept."
    if max(abs(own.valid_range.min), abs(own.valid_range.max)) > LARGEST:
        yield "valid_range", f"A value has at most {LARGEST:,} on either side of nought."
    if own.scale is not None and not own.scale.min < own.scale.max:
        yield "scale", "The scale runs from a lower to a higher value."


def protocol_loosened(ours: ref.Protocol, own: ref.Protocol) -> Pairs:
    """Yield what an own protocol takes away: gates, precautions, what ends or refers back, entry and baseline."""
    if gone := _missing(ours.gates, own.gates):
        yield "gates", f"{_named(gone)} must stay: a protocol may ask for more safety gates, never for fewer."
    there = {one.id: one for one in own.precautions}
    for one in ours.precautions:
        if one.id not in there:
            yield (
                "precautions",
                f"The precaution “{one.phrase}” must stay: only the provider’s release ends it.",
            )
            continue
        yield from _precaution_loosened(one, there[one.id])
    variants = {one.id: one for one in own.variants}
    for variant in ours.variants:
        mine = variants.get(variant.id)
        if mine is None or _missing(variant.precaution_ids, mine.precaution_ids):
            yield "variants", f"“{variant.name}” must stay, with every precaution it brings."
    for field, what in (("entry_criteria", "who may enter"), ("contraindications", "when it is not used")):
        if gone := _missing(getattr(ours, field), getattr(own, field)):
            yield field, f"“{gone[0]}” must stay: you may add to {what}, not take away."
    for field, theirs, mine in (
        ("baseline_measures", ours.baseline_measures, own.baseline_measures),
        ("reassess.measures", ours.reassess.measures, own.reassess.measures),
    ):
        if gone := _missing(theirs, mine):
            yield (
                field,
                f"{_named(gone)} must stay: what refers back is weighed on it. You may add, not take away.",
            )
    if own.reassess.interval_days_max > ours.reassess.interval_days_max:
        yield "reassess", f"The reassessment stays due within {ours.reassess.interval_days_max} days."
    if own.week_basis != ours.week_basis:
        yield "week_basis", "From when the weeks are counted stays as it is."
    known = {phase.id: phase for phase in ours.phases}
    for phase in own.phases:
        for field in ("hold_when", "refer_back_when"):
            if gone := _missing(_kept_in(phase.id, known, field), getattr(phase, field)):
                yield (
                    f"phases.{phase.id}.{field}",
                    f"{phase.name}: “{gone[0]}” must stay. You may add, not take away.",
                )
    yield from _variants_added(ours, own)


def _kept_in(phase_id: str, known: Mapping[str, ref.Phase], field: str) -> Iterable[str]:
    """Return the sentences a phase keeps: those of ours by that id; of a phase only the practice has, what all ours share."""
    if phase_id in known:
        return getattr(known[phase_id], field)  # type: ignore[no-any-return]
    first, *others = (getattr(phase, field) for phase in known.values())
    return [sentence for sentence in first if all(sentence in one for one in others)]


def _variants_added(ours: ref.Protocol, own: ref.Protocol) -> Pairs:
    """Yield the approaches only the practice has that leave out what every approach of ours brings."""
    known = {one.id for one in ours.variants}
    brought = [set(one.precaution_ids) for one in ours.variants]
    shared = sorted(set.intersection(*brought)) if brought else []
    for one in own.variants:
        if one.id not in known and _missing(shared, one.precaution_ids):
            yield "variants", f"“{one.name}” leaves out precautions that hold for every approach of ours."


def _precaution_loosened(ours: ref.Precaution, own: ref.Precaution) -> Pairs:
    said = f"The precaution “{ours.phrase}”"
    if gone := _missing(ours.tags, own.tags):
        yield "precautions", f"{said} keeps its tags: {_named(gone)} must stay."
    if (own.mode, own.lifts) != (ours.mode, ours.lifts):
        yield "precautions", f"{said} keeps what it does and what ends it."
    if ours.verification.in_force and not own.verification.in_force:
        yield "precautions", f"{said} stays in force."
    if gone := _missing(ours.applies_to, own.applies_to):
        yield "precautions", f"{said} still belongs to {_named(gone)}."
    week, mine = ours.ask_release_from_week, own.ask_release_from_week
    if (week is None and mine is not None) or (week is not None and mine is not None and mine < week):
        yield "precautions", f"{said}: the release is not asked for earlier than in ours."


def wording_loosened(ours: ref.WordingEntry, own: ref.WordingEntry) -> Pairs:
    """Yield what an own entry of the word list takes away: words, where they are watched for, and how strictly."""
    if gone := _missing(ours.words, own.words):
        yield "words", f"{_named(gone)} must stay on the list."
    if own.where != ours.where:
        yield "where", "Where the words are watched for stays as it is."
    if WORD_LEVELS.index(own.level) < WORD_LEVELS.index(ours.level) if own.level in WORD_LEVELS else True:
        yield "level", "A word that is refused stays refused."
    if _missing(own.unless, ours.unless) or own.only_with != ours.only_with:
        yield "words", "What excuses the words stays as it is."


SHORTEST_WORD = 3
MOST_WORDS = 250


def wording_unknown(own: ref.WordingEntry, wording: ref.Wording) -> Pairs:
    """Yield what of an entry of the word list would mark what nobody meant, or could not be shown beside the text.

    A phrase that may stand is longer than the marked word in it, and lets through no word that is refused.
    """
    if own.where not in READERS:
        yield "where", "Choose where the words are watched for."
    if own.level not in WORD_LEVELS:
        yield "level", "Choose what happens."
    if len(own.words) > MOST_WORDS:
        yield "words", f"At most {MOST_WORDS} words in one entry."
    for word in own.words:
        if len(word.strip("* ")) < SHORTEST_WORD:
            yield "words", f"“{word}” is too short: it would mark words nobody means."
    if own.level == ALLOW:
        yield from _may_not_stand(own, wording)
    for field in ("why",) if own.level == ALLOW else ("suggestion", "why"):
        if not getattr(own, field).strip():
            yield field, "Fill this in."


def _may_not_stand(own: ref.WordingEntry, wording: ref.Wording) -> Pairs:
    bare = msgspec.structs.replace(wording, entries=tuple(one for one in wording.entries if one.id != own.id))
    for phrase in own.words:
        marks = [
            mark for to in ("provider", "client", "public") for mark in find_marks({"": phrase}, bare, to=to)
        ]
        if any(mark.refused for mark in marks):
            yield "words", f"“{phrase}” holds a word that is refused; it can’t stand."
        elif any(mark.found.lower() == phrase.strip("* ").lower() for mark in marks) or phrase.endswith("*"):
            yield (
                "words",
                f"“{phrase}” is itself marked. Write the longer phrase that may stand, such as a name.",
            )


def changed_name(record: Any) -> str:
    """Return what people call a record."""
    for field in ("name", "condition", "title", "text"):
        if title := getattr(record, field, ""):
            return str(title)
    return str(record.id).replace("_", " ")
