"""The safety gates, weighed. Figures live in knowledge/data/safety_gates.yaml; this is how they are read.

The day's readings and signs are walked in the order of their time. A gate that asks for a recheck holds from the
reading that closed it until a later one clears it; every other finding, once made, stays for the day.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from medexpro.clearance.rules import limits, sentences
from medexpro.clearance.rules.evidence import (
    ANY,
    IN_SESSION,
    PRE,
    SIGNS_QUESTION,
    STAGES,
    GateContext,
    Hit,
    Reading,
    Sign,
)
from medexpro.clearance.rules.verdict import GateVerdict, State, verdict
from medexpro.kernel.findings import Closes, Finding, Weight, sort_findings
from medexpro.kernel.reference import Action, ClearsAt, Gate, GateRule

# What a caller needs to weigh a session stands here in one place.
__all__ = [
    "GateContext",
    "GateVerdict",
    "Reading",
    "Sign",
    "State",
    "applies",
    "in_force",
    "not_taken",
    "required",
    "verdict",
    "weigh",
]

# "A second low reading ends the day": glucose_low says so in its own sentence, and no figure field of a gate can.
ENDS_THE_DAY = {"glucose_low": 2}

# Known only by its absence: nobody has to tick "not tested" for the hold to stand.
NOT_TESTED = {"ketones_not_tested": "blood_ketones"}

HOLDS_UNTIL_TAKEN = "-not-taken"
CLEARED = "-cleared"


def weigh(context: GateContext) -> list[Finding]:
    """Return everything the gates have to say, the strictest first; an empty list means go on.

    A value at its limit passes. A measure rule fires only on a recorded value; what is required and not taken is a
    finding of its own. Cleared holds stay in the list as notes with both readings. Unverified gates are off unless
    the practice turned them on.
    """
    reached = {when for when in (*STAGES, ANY) if context.reached(when)}
    gates = [gate for gate in in_force(context) if gate.when in reached and applies(gate, context)]
    findings = [finding for gate in gates for finding in _weigh_gate(gate, context)]
    return sort_findings(findings + not_taken(context))


def in_force(context: GateContext) -> list[Gate]:
    """Return ours, the practice's and the provider's gates as they hold for this client on the day of `context.at`.

    The day of written limits is `context.on`, the practice's own.
    """
    ours = [gate for gate in context.gates if gate.verification.in_force or gate.id in context.turned_on]
    return limits.merge(ours, context.limits, context.on)


def not_taken(context: GateContext) -> list[Finding]:
    """Return a STOP for each required reading or answer of today that is missing; taking it clears it.

    Required are the context's own list, what a limit in force is weighed on at rest, and what the listed gates of a
    protocol or clearance need before the start.
    """
    needed = list(dict.fromkeys([*required(context), *_needed_by_listed(context)]))
    taken = {reading.measure for reading in context.readings if reading.when == PRE} | set(context.answered)
    return [sentences.not_taken(item, context, HOLDS_UNTIL_TAKEN) for item in needed if item not in taken]


def required(context: GateContext) -> list[str]:
    """Return what every session of this client needs before the start: the general list, and each limit's measure."""
    by_limits = limits.needed_before_start(context.limits, context.on)
    return list(dict.fromkeys([*context.required, *by_limits]))


# ---- One gate over one day


@dataclass
class _Day:
    """What is known at one moment of the walk: the latest reading of each measure and side, and every sign so far."""

    current: dict[tuple[str, str], list[Reading]] = field(default_factory=dict)
    seen: list[Reading] = field(default_factory=list)
    signs: set[str] = field(default_factory=set)

    def add(self, reading: Reading) -> None:
        # Two readings of one minute (two arms, two cuffs) both count; a later one takes the place of an earlier one.
        for side in {reading.side, ""}:
            known = self.current.get((reading.measure, side), [])
            if known and known[0].at < reading.at:
                del self.current[reading.measure, side]
        self.current.setdefault((reading.measure, reading.side), []).append(reading)
        self.seen.append(reading)

    def latest(self, measure: str) -> list[Reading]:
        return [reading for (name, _), found in self.current.items() if name == measure for reading in found]


def _weigh_gate(gate: Gate, context: GateContext) -> Iterator[Finding]:
    readings = [r for r in context.readings if gate.when in (ANY, r.when)]
    signs = [s for s in context.signs if gate.when in (ANY, s.when)]
    # A reading of anything else neither fires the gate nor clears it: the walk passes over it.
    about = _measures_of(gate)
    told = [reading for reading in readings if reading.measure in about]
    if not told and not signs and not any(rule.histories or rule.op == "absent" for rule in gate.rules):
        return  # Nothing it could fire on.
    if gate.closes == Closes.EXERCISE:
        # What closes one exercise is weighed exercise by exercise; the others stay open.
        names = dict.fromkeys(reading.exercise for reading in readings)
        for name in names or {"": None}:
            own = [reading for reading in told if reading.exercise == name]
            yield from _walk(gate, own, signs, context, exercise=name)
    else:
        yield from _walk(gate, told, signs, context)


def _measures_of(gate: Gate) -> set[str]:
    """Return every measure whose readings a gate looks at: of its rules, of its restart marks, of what is not tested."""
    measures = {rule.measure for rule in gate.rules} | {mark.measure for mark in gate.clears_at}
    return measures | {NOT_TESTED[h] for rule in gate.rules for h in rule.histories if h in NOT_TESTED}


def _walk(
    gate: Gate, readings: Sequence[Reading], signs: Sequence[Sign], context: GateContext, exercise: str = ""
) -> Iterator[Finding]:
    """Walk the day in order of time and return what the gate says at its end."""
    today, reported = _Day(), {sign.symptom for sign in signs}
    standing: list[Hit] = []
    since: datetime | None = None
    cleared: list[tuple[list[Hit], list[Reading]]] = []
    fired = 0
    recheck = gate.action == Action.HOLD_RECHECK

    for at, new_readings, new_signs in _moments(readings, signs):
        for reading in new_readings:
            today.add(reading)
        today.signs |= {sign.symptom for sign in new_signs}

        hits = _fires(gate, today, reported, context) if _concerns(gate, at, new_readings, new_signs) else []
        if hits:
            fired += 1
            standing, since = hits, at
        elif standing and recheck and fired < ENDS_THE_DAY.get(gate.id, fired + 1):
            lifting = _lifting(gate, standing, since, today, new_readings)
            if lifting:
                cleared.append((standing, lifting))
                standing = []

    if standing:
        ended = recheck and fired >= ENDS_THE_DAY.get(gate.id, fired + 1)
        yield sentences.of_gate(gate, standing, today.seen, context, exercise=exercise, ended=ended)
    if cleared:
        yield sentences.of_cleared(gate, cleared, context, CLEARED)


def _moments(
    readings: Sequence[Reading], signs: Sequence[Sign]
) -> Iterator[tuple[datetime | None, list[Reading], list[Sign]]]:
    """Return the moments of the day in order, beginning with the one before any reading."""
    yield None, [], [sign for sign in signs if sign.at is None]
    timed: list[tuple[datetime, Reading | Sign]] = [(reading.at, reading) for reading in readings]
    timed += [(sign.at, sign) for sign in signs if sign.at is not None]
    for at, group in groupby(sorted(timed, key=lambda pair: pair[0]), key=lambda pair: pair[0]):
        items = [item for _, item in group]
        yield at, [i for i in items if isinstance(i, Reading)], [i for i in items if isinstance(i, Sign)]


def _concerns(gate: Gate, at: datetime | None, readings: Iterable[Reading], signs: Iterable[Sign]) -> bool:
    """Tell whether a moment brings anything the gate's rules speak of; the first moment always does."""
    measures = {rule.measure for rule in gate.rules}
    symptoms = {symptom for rule in gate.rules for symptom in rule.symptoms}
    return (
        at is None
        or any(r.measure in measures for r in readings)
        or any(s.symptom in symptoms for s in signs)
    )


def _fires(gate: Gate, today: _Day, reported: set[str], context: GateContext) -> list[Hit]:
    """Return the hits when the gate fires at this moment, else nothing."""
    found = [_hit(rule, gate, today, reported, context) for rule in gate.rules]
    hits = [hit for hit in found if hit is not None]
    if gate.logic == "all" and len(hits) < len(found):
        return []
    return hits


def _hit(rule: GateRule, gate: Gate, today: _Day, reported: set[str], context: GateContext) -> Hit | None:
    if rule.symptoms:
        if rule.op == "absent":
            return None if reported & set(rule.symptoms) else Hit(rule)
        present = tuple(symptom for symptom in rule.symptoms if symptom in today.signs)
        return Hit(rule, signs=present) if present else None
    if rule.histories:
        window = rule.window_hours or gate.window_hours
        known = tuple(history for history in rule.histories if _counts(history, window, today, context))
        if rule.op == "absent":
            return None if known else Hit(rule)
        return Hit(rule, signs=known) if known else None
    if rule.op == "change>":
        return _change(rule, today, context)
    past = tuple(reading for reading in today.latest(rule.measure) if _past(reading.value, rule))
    return Hit(rule, readings=past) if past else None


def _past(value: Decimal, rule: GateRule) -> bool:
    """Tell whether a value lies past a rule's limit; a value at its limit does not."""
    if rule.value is None:
        return False
    return value < rule.value if rule.op == "<" else value > rule.value


def _counts(history: str, window_hours: int | None, today: _Day, context: GateContext) -> bool:
    """Tell whether a history holds, and lies inside its window; one without a time always does."""
    if history in NOT_TESTED and not today.latest(NOT_TESTED[history]):
        return True
    if history not in context.histories:
        return False
    at = context.histories[history]
    return at is None or window_hours is None or context.at - at <= timedelta(hours=window_hours)


def _change(rule: GateRule, today: _Day, context: GateContext) -> Hit | None:
    """Return the hit of a change rule: the latest readings against those it names, inside its window."""
    for reading in today.latest(rule.measure):
        # The largest change counts, so that a gain in small steps inside one week is still a gain in a week.
        bases = _bases(rule, reading, today, context)
        changes = [(_size(reading.value - base.value, rule.direction), base) for base in bases]
        if changes:
            size, base = max(changes, key=lambda pair: pair[0])
            if rule.value is not None and size > rule.value:
                return Hit(rule, readings=(reading,), base=base)
    return None


def _size(difference: Decimal, direction: str) -> Decimal:
    if direction == "rise":
        return difference
    return -difference if direction == "fall" else abs(difference)


def _bases(rule: GateRule, reading: Reading, today: _Day, context: GateContext) -> list[Reading]:
    """Return the readings a change is counted from."""
    if rule.compare == "other_side":
        found = [r for r in today.latest(rule.measure) if r.side and reading.side and r.side != reading.side]
    elif rule.compare == "earlier_in_session":
        # The fall counts while the work is rising; easing off lowers pressure in everyone.
        at_work = [r for r in today.seen if r.measure == rule.measure and r.when == IN_SESSION]
        found = [r for r in at_work if r.at < reading.at and reading.work_rising is not False]
    elif rule.compare == "last_session":
        before = sorted((r for r in context.last_session if r.measure == rule.measure), key=lambda r: r.at)
        found = before[-1:]
    else:
        known = [
            r for r in (*context.earlier, *today.seen) if r.measure == rule.measure and r.at < reading.at
        ]
        same_side = [r for r in known if not r.side or not reading.side or r.side == reading.side]
        found = sorted(same_side, key=lambda r: r.at)
        # With a window every reading inside it counts; without one only the last.
        found = found if rule.window_hours else found[-1:]
    if rule.window_hours is None:
        return found
    window = timedelta(hours=rule.window_hours)
    return [base for base in found if abs(reading.at - base.at) <= window]


def _lifting(
    gate: Gate, standing: Sequence[Hit], since: datetime | None, today: _Day, new: Sequence[Reading]
) -> list[Reading]:
    """Return the later readings that clear a hold, or nothing.

    Called at a moment at which the gate does not fire. Where a restart mark is given, all of its readings must meet it.
    """
    closing = {reading.measure for hit in standing for reading in hit.readings}
    if not gate.clears_at:
        return [reading for reading in new if reading.measure in closing]
    lifting: list[Reading] = []
    for mark in gate.clears_at:
        found = [
            r
            for r in today.latest(mark.measure)
            if since is None or r.at > since or mark.measure not in closing
        ]
        if not found or not all(_meets(reading.value, mark) for reading in found):
            return []
        lifting += found
    return lifting if any(reading in new for reading in lifting) else []


def _meets(value: Decimal, mark: ClearsAt) -> bool:
    return {
        ">=": value >= mark.value,
        "<=": value <= mark.value,
        ">": value > mark.value,
        "<": value < mark.value,
    }[mark.op]


def applies(gate: Gate, context: GateContext) -> bool:
    """Tell whether a gate is made for this client: every history required, one of any, none that lifts it."""
    known = context.histories.keys()
    one_of = not gate.requires_any or any(history in known for history in gate.requires_any)
    return all(h in known for h in gate.requires) and one_of and not any(h in known for h in gate.unless)


# ---- What listed gates need before the start


def _needed_by_listed(context: GateContext) -> list[str]:
    """Return the measures, and the question about signs, that the listed gates can't be weighed without.

    Only gates that could close or ask; a missing reading for a note closes nothing. A gate already settled by what
    is recorded needs no more: ketones are asked for only when glucose is high.
    """
    needed: list[str] = []
    for gate in in_force(context):
        if gate.id not in context.listed or gate.weight == Weight.NOTE or not applies(gate, context):
            continue
        if gate.when == PRE:
            needed += _open_measures(gate, context)
        if gate.when in (PRE, ANY) and any(rule.symptoms or rule.histories for rule in gate.rules):
            needed.append(SIGNS_QUESTION)
    return needed


def _open_measures(gate: Gate, context: GateContext) -> list[str]:
    today = _Day()
    for reading in sorted((r for r in context.readings if r.when == PRE), key=lambda r: r.at):
        today.add(reading)
    reported = {sign.symptom for sign in context.signs if sign.when == PRE}
    today.signs = set(reported)
    open_ones = [rule.measure for rule in gate.rules if rule.measure and not today.latest(rule.measure)]
    if gate.logic != "all":
        return open_ones
    taken = [rule for rule in gate.rules if not rule.measure or today.latest(rule.measure)]
    settled = any(_hit(rule, gate, today, reported, context) is None for rule in taken)
    return [] if settled else open_ones[:1]
