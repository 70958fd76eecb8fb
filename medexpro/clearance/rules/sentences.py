"""Findings of the gates, in words: what was measured, the limit it passed, and what clears it."""

from collections.abc import Sequence
from decimal import Decimal

from medexpro.clearance.rules import words
from medexpro.clearance.rules.evidence import GateContext, Hit, Reading
from medexpro.kernel.findings import Closes, Finding, Weight
from medexpro.kernel.reference import Action, Gate, Verification

_CLEARS = {
    Action.EMERGENCY: "The provider’s written answer and a new clearance decision.",
    Action.REFER: "The provider’s written answer and a new clearance decision.",
    Action.STOP: "Nothing today. The next session is weighed anew.",
    Action.HOLD_RECHECK: "A later reading within the limit. Both readings are kept.",
    Action.ASK_PROVIDER: "The provider’s answer, recorded.",
}

_MARKS = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}


def of_gate(
    gate: Gate,
    hits: Sequence[Hit],
    seen: Sequence[Reading],
    context: GateContext,
    *,
    exercise: str = "",
    ended: bool = False,
) -> Finding:
    """Return the finding of a gate that stands.

    seen: the day's readings, so that one that came later and does not clear a hold is named too.
    exercise: the one exercise it closes, where it closes only one. ended: no recheck is left today.
    """
    readings = [reading for hit in hits for reading in hit.readings]
    sentence = _sentence(gate, hits, context)
    clears = _CLEARS.get(gate.action, "")
    if ended:
        clears = _CLEARS[Action.STOP]
    elif gate.clears_at and gate.action == Action.HOLD_RECHECK:
        marks = [
            f"{words.lowered(words.label(mark.measure, context.labels))} {_MARKS[mark.op]} "
            f"{words.amount(mark.measure, mark.value, context.labels)}"
            for mark in gate.clears_at
        ]
        clears = f"A later reading of {words.listing(marks)}. Both readings are kept."
        later = [r for r in seen if readings and r.measure == readings[-1].measure and r.at > readings[-1].at]
        if later:
            last = words.amount(later[-1].measure, later[-1].value, context.labels)
            sentence += f" The later {last} does not clear it."
    closes = str(gate.closes or "")
    return Finding(
        code=gate.id,
        sentence=sentence,
        weight=gate.weight,
        measure=readings[0].measure if readings else "",
        figure=_figure(gate, hits, context),
        source=gate.source,
        clears=clears,
        closes=f"{closes}:{exercise}" if closes == Closes.EXERCISE and exercise else closes,
        action=str(Action.STOP if ended else gate.action),
        verification=str(gate.verification),
        tell_within_hours=gate.tell_within_hours,
    )


def of_cleared(
    gate: Gate,
    cleared: Sequence[tuple[Sequence[Hit], Sequence[Reading]]],
    context: GateContext,
    suffix: str,
) -> Finding:
    """Return the note that a hold was cleared, with the reading that closed and the one that opened."""
    steps = []
    for hits, lifting in cleared:
        closing = [r for hit in hits for r in hit.readings]
        before = [words.amount(r.measure, r.value, context.labels) for r in closing]
        same = {r.measure for r in lifting} <= {r.measure for r in closing}
        after = [
            ("" if same else f"{words.lowered(words.label(r.measure, context.labels))} ")
            + words.amount(r.measure, r.value, context.labels)
            for r in lifting
        ]
        steps.append(f"{words.listing(before)}, then {words.listing(after)}")
    measure = next((r.measure for hits, _ in cleared for hit in hits for r in hit.readings), "")
    name = words.label(measure, context.labels)
    return Finding(
        code=gate.id + suffix,
        sentence=f"{name} {'; '.join(steps)}: within the limit again. Both readings are kept.",
        weight=Weight.NOTE,
        measure=measure,
        figure="; ".join(steps),
        source=gate.source,
        action=str(Action.RECORD),
        verification=str(gate.verification),
    )


def not_taken(item: str, context: GateContext, suffix: str) -> Finding:
    """Return the STOP for a required reading or answer that is missing."""
    name = words.label(item, context.labels)
    verb = "is not answered yet" if item in words.QUESTIONS else "is not taken yet"
    asked = "Asking and recording the answer; “none” is an answer."
    return Finding(
        code=item + suffix,
        sentence=f"{name} {verb}: no session until it is.",
        weight=Weight.STOP,
        measure=item,
        source="Safety gates: required each session, or listed by the client’s protocol or clearance",
        clears=asked if item in words.QUESTIONS else "Taking it and recording the value.",
        closes=Closes.SESSION.value,
        action=str(Action.HOLD_RECHECK),
        verification=str(Verification.HOUSE_RULE),
    )


def _sentence(gate: Gate, hits: Sequence[Hit], context: GateContext) -> str:
    """Return what was found, then what the gate says to do.

    Where the gate's first words name the limit itself they give way to the reading and its limit; where the source
    says "or more", the gate's own words stay.
    """
    head, colon, tail = gate.text.partition(": ")
    found = [_found(hit, context) for hit in hits]
    if colon and all(hit.readings and not hit.base and _names(head, hit) for hit in hits):
        limits = [f"{text} {_past_limit(hit, gate, context)}" for text, hit in zip(found, hits, strict=True)]
        return f"{words.listing([limits[0], *(words.lowered(text) for text in limits[1:])])}: {tail}"
    said = [text for text in found if text]
    # A gate on one sign alone says it in its own first words.
    if not said or all(not hit.readings and len(hit.rule.symptoms + hit.rule.histories) == 1 for hit in hits):
        return gate.text
    spoken = words.listing([said[0], *(words.lowered(text) for text in said[1:])])
    # What was said is the gate's own first words: once is enough.
    return gate.text if colon and spoken.casefold() == head.casefold() else f"{spoken}. {gate.text}"


def _past_limit(hit: Hit, gate: Gate, context: GateContext) -> str:
    side = "above" if hit.rule.op == ">" else "below"
    limit = words.amount(hit.rule.measure, hit.rule.value or Decimal(0), context.labels)
    _, _, whose = gate.text.partition(": ")[0].partition(", ")
    return f"is {side} {limit}, {whose}" if whose else f"is {side} {limit}"


def _names(head: str, hit: Hit) -> bool:
    """Tell whether the gate's first words are "Above" or "Below" and name this very figure."""
    if hit.rule.value is None or not head.startswith(("Above", "Under", "Below", "Resting pulse above")):
        return False
    return words.number(hit.rule.value) in head.replace(",", " ").split()


def _found(hit: Hit, context: GateContext) -> str:
    if hit.readings:
        reading = hit.readings[-1]
        name = words.label(reading.measure, context.labels)
        side = f" {reading.side}" if reading.side else ""
        text = f"{name}{side} {words.amount(reading.measure, reading.value, context.labels)}"
        if hit.base is not None:
            base = hit.base
            before = words.amount(base.measure, base.value, context.labels)
            text += f", {before} " + ("on the other side" if hit.rule.compare == "other_side" else "before")
        return text
    said = [context.sign_words.get(sign, "") or sign.replace("_", " ") for sign in hit.signs]
    return words.listing(said) if said else ""


def _figure(gate: Gate, hits: Sequence[Hit], context: GateContext) -> str:
    """Return the value and its limit in words, or the signs as reported."""
    parts = []
    for hit in hits:
        found = _found(hit, context)
        if hit.readings and hit.rule.value is not None:
            kind = "change allowed" if hit.base else "limit"
            found += f" ({kind} {words.amount(hit.rule.measure, hit.rule.value, context.labels)})"
        if found:
            parts.append(found)
    return "; ".join(parts)
