"""What stands beside the fields of a card: what is usual, one side against the other, what was done otherwise."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from medexpro.assessments.models import Assessment
from medexpro.assessments.outcomes import GRIP, Outcome
from medexpro.assessments.readings import Key, Taken
from medexpro.assessments.rules import alike, flow, norms, said, trials
from medexpro.assessments.rules.change import JUDGED_BY_LIMITS
from medexpro.assessments.rules.entry import Entry
from medexpro.kernel.reference import Measure, NormKind
from medexpro.knowledge.library import library_of


def unlike(now: Taken, last: Taken, entry: Entry) -> list[str]:
    """Return what was done otherwise than last time, a part of a sentence each."""
    return alike.unlike(_taking(now, entry), _taking(last, entry))


def _taking(one: Taken, entry: Entry) -> alike.Taking:
    way = entry.ways.get(one.device)
    return alike.Taking(way.name if way else one.device, one.aid, one.modified)


# Sides of a strength or time are compared in per cent; an angle, a grade or a girth only by its distance.
IN_PERCENT = frozenset({"performance"})


def between_sides(measure: Measure, values: Mapping[str, Decimal], involved: str, unit: str) -> str:
    """Return left against right in words: the distance, and the involved side as per cent of the other.

    Such as “Between the sides 3.6 kg (15%). Right, involved, is 85% of left.” Empty while one is missing.
    """
    if not values.keys() >= {"left", "right"}:
        return ""
    sides = trials.Sides(values["left"], values["right"], involved)
    text = f"Between the sides {said.figure(measure, sides.difference, unit)}"
    if flow.group_of(measure) not in IN_PERCENT:
        return f"{text}."
    percent, index = sides.difference_percent, sides.symmetry_index
    if percent is not None:
        text += f" ({percent:.0f}%)"
    other = "left" if involved == "right" else "right"
    if index is not None:
        text += f". {involved.capitalize()}, involved, is {index:.0f}% of {other}"
    return f"{text}."


KIND_WORDS = {NormKind.MEAN: "Mean ± SD", NormKind.REFERENCE: "Reference", NormKind.MIDDLE_HALF: "Middle half",
              NormKind.PERCENTILES: "Middle half"}  # fmt: skip


def usual_words(
    assessment: Assessment,
    measure: Measure,
    entry: Entry,
    side: str,
    outcome: Outcome | None,
    taken: Mapping[Key, Sequence[Taken]],
    unit: str,
) -> str:
    """Return what is usual for this person, before anything is typed: “Middle half 11 to 17 stands”.

    Of the table the result is compared with, where there is one; else of the first table that fits. Empty where none
    fits: the reason stands under “Why?” once there is a value.
    """
    if measure.id in JUDGED_BY_LIMITS:
        return ""
    found = outcome.compared if outcome else None
    better = " (better hand)" if measure.id == GRIP else ""
    if not isinstance(found, norms.Comparison):
        found = _fitting(assessment, measure, entry, side, taken)
    if not isinstance(found, norms.Comparison):
        return ""
    word = KIND_WORDS.get(found.kind, "Usual")
    if found.low is not None and found.high is not None:
        low, high = (said.figure(measure, one, unit) for one in (found.low, found.high))
        number = low.split(" ")[0] if " " in high else low
        return f"{word} {number} to {high}{better}"
    if found.high is not None and found.kind is NormKind.REFERENCE:
        return f"{word} {said.figure(measure, found.high, unit)}"
    if found.middle is not None:
        word = "Mean" if found.kind is NormKind.MEAN else word
        return f"{word} {said.figure(measure, found.middle, unit)}{better}"
    return ""


def _fitting(
    assessment: Assessment, measure: Measure, entry: Entry, side: str, taken: Mapping[Key, Sequence[Taken]]
) -> norms.Comparison | None:
    """Return the first table that fits who is measured, as it would place a value in the middle of what is plausible."""
    client, tables = assessment.episode.client, library_of(assessment.episode.practice).norms_of(measure)
    if not tables:
        return None
    body = {key: readings[-1].value for (key, _), readings in taken.items() if key in ("height", "weight")}
    before = [readings[-1].device for key, readings in taken.items() if key[0] == measure.id]
    way = entry.ways.get(before[0]) if before else None
    middle = (measure.plausible_range.min + measure.plausible_range.max) / 2
    subject = norms.Subject(
        age=client.age_on(assessment.practice.day(assessment.started_at)),
        sex=client.sex,
        side="best" if measure.id == GRIP else side if side in ("left", "right") else "",
        kept=measure.trials.kept,
        device=(way.norm or way.id) if way else before[0] if before else "",
        height_cm=body.get("height"),
        weight_kg=body.get("weight"),
    )
    found = norms.best_comparison(measure, tables, middle, subject)
    return found if isinstance(found, norms.Comparison) else None
