"""Limits: how the provider's, the practice's and ours become one set. Per measure and part the strictest wins.

Ours are the plain figures of the safety gates. A practice's limit is only ever added, so it can close and never open.
A provider's written limit is added too, and is the only thing that takes one of our figures out of force; that of a
provider who may not clear only ever closes, like a practice's.
Three things nobody lifts: the session ceiling, and the gates that say "stop" or "emergency".

Source: safety_gates.yaml, `limit_sets`: per measure the strictest in force wins; only a provider's written limit may
loosen ours; a practice may only tighten; no setting lifts the session ceiling.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from medexpro.clearance.rules import words
from medexpro.kernel.findings import Closes, Finding, Weight
from medexpro.kernel.reference import Action, Gate, GateRule, Verification

SESSION_CEILING = "bp_session_ceiling"

# Actions a provider's written limit may stand in for. "stop" and "emergency" are not limits but the end of the work.
_MOVABLE = frozenset({Action.HOLD_RECHECK, Action.REFER, Action.ASK_PROVIDER})

# A resting limit says nothing about the middle of a set; saturation and glucose count throughout.
_WHEN = {
    "spo2": "any",
    "blood_glucose": "any",
    "rpe_6_20": "in_session",
    "rpe_cr10": "in_session",
    "dyspnoea_0_10": "in_session",
}

_SIDES = {">": ("above", "lower"), "<": ("below", "higher")}


class Origin(StrEnum):
    """Who set a limit."""

    PROVIDER = "provider"
    PRACTICE = "practice"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One written limit on one measure, in its canonical unit. A value at the limit passes.

    op: ">" closes above the value, "<" below it. closes: the part it closes (see Closes).
    who: the provider, or the member who set it for the practice. source: the letter or page it stands in.
    valid_from, valid_to: first and last day; past the last day it no longer loosens, yet still closes what it closed
    until it is ended, as a restriction never ends by date. ended_on: the day it was released or replaced.
    when: the gates it joins; empty takes the usual one for the measure. may_clear: False for a provider who may not
    clear a client, so that the limit only tightens.
    """

    measure: str
    op: str
    value: Decimal
    origin: Origin
    who: str
    written_on: date
    valid_from: date
    closes: Closes = Closes.SESSION
    valid_to: date | None = None
    ended_on: date | None = None
    source: str = ""
    when: str = ""
    may_clear: bool = True
    id: str = ""

    def __post_init__(self) -> None:
        if self.op not in _SIDES:
            raise ValueError(f"a limit is above (>) or below (<) a value, not {self.op!r}")

    @property
    def weighed_when(self) -> str:
        """Return which gates it joins: pre, in_session, post or any."""
        return self.when or _WHEN.get(self.measure, "pre")

    @property
    def code(self) -> str:
        """Return the code of its findings."""
        side = _SIDES[self.op][0]
        return f"{self.origin}_limit_{self.id or f'{self.measure}_{side}_{self.closes}'}"

    @property
    def citation(self) -> str:
        """Return who wrote it, when, and where it stands."""
        provider = self.origin is Origin.PROVIDER
        whose = f"{self.who}’s written limit" if provider else f"The practice’s limit, set by {self.who}"
        where = f", {self.source}" if self.source else ""
        return f"{whose}, {words.day(self.written_on)}{where}"

    def in_force(self, on: date) -> bool:
        """Tell whether it closes what it names on a day of the practice."""
        return self.valid_from <= on and (self.ended_on is None or on < self.ended_on)

    def loosens(self, on: date) -> bool:
        """Tell whether it may take the place of a stricter figure of ours on that day."""
        current = self.valid_to is None or on <= self.valid_to
        return self.origin is Origin.PROVIDER and self.may_clear and self.in_force(on) and current


def merge(gates: Iterable[Gate], limits: Sequence[Limit], on: date) -> list[Gate]:
    """Return the gates in force on a day: ours, less the figures a provider loosened, and one gate per written limit.

    on: the practice's local day. Every limit keeps its own source, date and author in the gate it becomes.
    """
    merged = []
    for gate in gates:
        kept = tuple(rule for rule in gate.rules if not _stands_aside(gate, rule, limits, on))
        if len(kept) == len(gate.rules):
            merged.append(gate)
        elif kept:
            merged.append(msgspec.structs.replace(gate, rules=kept))
    return merged + [_as_gate(limit) for limit in limits if limit.in_force(on)]


def ours(gates: Iterable[Gate], measure: str, op: str, closes: str) -> Decimal | None:
    """Return our strictest figure for a measure and part, or None when we have none.

    A part is closed by its own gates and by those that close the whole session.
    """
    figures = []
    for gate in gates:
        covers = gate.closes in (closes, Closes.SESSION)
        for rule in gate.rules:
            if covers and rule.value is not None and _is_figure(gate, rule, measure, op):
                figures.append(rule.value)
    if not figures:
        return None
    return min(figures) if op == ">" else max(figures)


def loosening(limit: Limit, gates: Iterable[Gate]) -> str:
    """Return why this limit may not be set by those who may only tighten, in one sentence; empty when it tightens.

    Those are a practice, and a provider who may not clear. Repeating our figure opens nothing and is allowed.
    """
    figure = ours(gates, limit.measure, limit.op, limit.closes)
    if figure is None or not _looser(limit.value, figure, limit.op):
        return ""
    tighter = _SIDES[limit.op][1]
    said, at = words.label(limit.measure, {}), words.amount(limit.measure, figure, {})
    ours_is = f"{said} for {words.part(limit.closes)} is limited to {at} here."
    if limit.origin is Origin.PROVIDER:
        return f"{ours_is} {limit.who} may not clear a client, so only a {tighter} figure is kept."
    return f"{ours_is} A practice may set a {tighter} figure; only a provider’s written limit for one client goes past it."


def opens(limit: Limit, gates: Iterable[Gate], on: date) -> bool:
    """Tell whether a limit takes one of our figures out of force on a day: then it must stand in writing."""
    return any(_stands_aside(gate, rule, [limit], on) for gate in gates for rule in gate.rules)


def loosens_what_holds(
    gates: Iterable[Gate], before: Sequence[Limit], after: Sequence[Limit], changed: Limit, on: date
) -> bool:
    """Tell whether anything that counts for a limit's measure would be looser with `after` in place of `before`.

    Weighed on the day itself and on every later day on which one of the limits stops loosening: what is tighter today and
    looser next month loosens. changed: the limit that is new.
    """
    known = list(gates)
    ends = {limit.valid_to + timedelta(days=1) for limit in (*before, *after) if limit.valid_to}
    for day in {on, *(end for end in ends if end > on)}:
        for when in ("pre", "in_session", "post"):
            for part in Closes:
                was, now = (
                    _counts(known, limits, changed, when, part.value, day) for limits in (before, after)
                )
                if was is not None and (now is None or _looser(now, was, changed.op)):
                    return True
    return False


def _counts(
    gates: Sequence[Gate], limits: Sequence[Limit], changed: Limit, when: str, part: str, day: date
) -> Decimal | None:
    weighed = [gate for gate in merge(gates, limits, day) if gate.when in (when, "any")]
    return ours(weighed, changed.measure, changed.op, part)


def needed_before_start(limits: Iterable[Limit], on: date) -> list[str]:
    """Return the measures that must be taken before a session starts, because a limit in force is weighed at rest.

    A limit opens on a reading inside it, never on the absence of one. One that counts at work only, such as effort,
    can't be measured before.
    """
    at_rest = [limit for limit in limits if limit.in_force(on) and limit.weighed_when in ("pre", "any")]
    return list(dict.fromkeys(limit.measure for limit in at_rest))


def stricter(limit: Limit, gates: Iterable[Gate], limits: Sequence[Limit], on: date) -> Decimal | None:
    """Return the stricter figure that counts in a limit's place on a day; None when the limit itself counts."""
    merged = [gate for gate in merge(gates, limits, on) if gate.when in (limit.weighed_when, "any")]
    figure = ours(merged, limit.measure, limit.op, limit.closes)
    return figure if figure is not None and _looser(limit.value, figure, limit.op) else None


def pressure_figures(gates: Iterable[Gate], limits: Sequence[Limit], on: date) -> dict[str, str]:
    """Return above which resting pressure each part closes on a day, as "systolic/diastolic", with the limits merged in.

    Parts without both figures are left out.
    """
    at_rest = [gate for gate in merge(gates, limits, on) if gate.when in ("pre", "any")]
    found = {}
    for part in (Closes.AEROBIC, Closes.RESISTANCE, Closes.SESSION):
        pair = [ours(at_rest, measure, ">", part) for measure in ("bp_systolic", "bp_diastolic")]
        if all(figure is not None for figure in pair):
            found[part.value] = "/".join(words.number(figure) for figure in pair if figure is not None)
    return found


def reach(limit: Limit, gates: Iterable[Gate]) -> str:
    """Return what a provider's limit can't do, as the hint beside its field; empty when it does all it says.

    A limit looser than the session ceiling, or than a gate that ends the work, is kept and shown; both still close.
    """
    for gate in gates:
        if gate.id != SESSION_CEILING and gate.action not in (Action.STOP, Action.EMERGENCY):
            continue
        for rule in gate.rules:
            same = gate.closes == Closes.SESSION and _is_figure(gate, rule, limit.measure, limit.op)
            if same and rule.value is not None and _looser(limit.value, rule.value, limit.op):
                at, side = words.amount(limit.measure, rule.value, {}), _SIDES[limit.op][0]
                return f"The session still closes {side} {at}: no written limit lifts that."
    return ""


def overdue(limits: Iterable[Limit], on: date) -> list[Finding]:
    """Return a NOTE for each limit past its last day: the date opens the question, it does not end the limit."""
    return [
        Finding(
            code=f"{limit.code}-past-its-date",
            sentence=(
                f"{words.label(limit.measure, {})} limit of {words.amount(limit.measure, limit.value, {})}: "
                f"its last day was {words.day(limit.valid_to)}. It still closes what it closed; "
                f"ask {limit.who} for a new one."
            ),
            weight=Weight.NOTE,
            measure=limit.measure,
            figure=words.amount(limit.measure, limit.value, {}),
            source=limit.citation,
            clears="A new written limit, or its release recorded.",
        )
        for limit in limits
        if limit.in_force(on) and limit.valid_to is not None and on > limit.valid_to
    ]


def _looser(value: Decimal, than: Decimal, op: str) -> bool:
    return value > than if op == ">" else value < than


def _is_figure(gate: Gate, rule: GateRule, measure: str, op: str) -> bool:
    """Tell whether a rule is a plain figure on this measure: a value that fires on its own."""
    alone = gate.logic == "any" or len(gate.rules) == 1
    return alone and (rule.measure, rule.op) == (measure, op)


def _stands_aside(gate: Gate, rule: GateRule, limits: Sequence[Limit], on: date) -> bool:
    """Tell whether providers' written limits take the place of one of our figures on that day."""
    if gate.id == SESSION_CEILING or gate.action not in _MOVABLE or rule.value is None:
        return False
    written = [
        limit.value
        for limit in limits
        if limit.loosens(on)
        and _is_figure(gate, rule, limit.measure, limit.op)
        and limit.closes in (Closes.SESSION, gate.closes)
        and limit.weighed_when in ("any", gate.when)
    ]
    if not written:
        return False
    strictest = min(written) if rule.op == ">" else max(written)
    return _looser(strictest, rule.value, rule.op)


def _as_gate(limit: Limit) -> Gate:
    side = _SIDES[limit.op][0]
    at = words.amount(limit.measure, limit.value, {})
    whose = f"the limit {limit.who} wrote" if limit.origin is Origin.PROVIDER else "the practice’s limit"
    closed = "no exercise" if limit.closes == Closes.SESSION else f"no {words.part(limit.closes)}"
    return Gate(
        id=limit.code,
        version=1,
        when=limit.weighed_when,
        measures=(limit.measure,),
        rules=(GateRule(op=limit.op, measure=limit.measure, value=limit.value),),
        action=Action.HOLD_RECHECK,
        weight=Weight.STOP,
        closes=limit.closes,
        text=f"{side.capitalize()} {at}, {whose} on {words.day(limit.written_on)}: {closed}. Rest and measure again.",
        source=limit.citation,
        # A letter is its own source; a practice's figure is its working rule.
        verification=Verification.VERIFIED_PRIMARY
        if limit.origin is Origin.PROVIDER
        else Verification.HOUSE_RULE,
    )
