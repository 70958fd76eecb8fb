"""The reference data in words: one line for the list, and every figure with population, source and mark for "Why?"."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from medexpro.kernel import quantities
from medexpro.kernel import reference as ref
from medexpro.kernel.wording import ALLOW
from medexpro.knowledge.library import Entry, Own, marks, shown
from medexpro.knowledge.listing import Standing
from medexpro.knowledge.models import own_words
from medexpro.knowledge.turning import TurnedOn

KINDS = {
    "gate": "Safety gates",
    "limit_set": "Limit sets",
    "measure": "Measures",
    "norm": "Norm tables",
    "protocol": "Protocols",
    "exercise": "Exercises",
    "wording": "Words",
}
ACTIONS = {
    ref.Action.EMERGENCY: "Call emergency services",
    ref.Action.REFER: "Refer to the provider",
    ref.Action.STOP: "Stop",
    ref.Action.HOLD_RECHECK: "Hold and measure again",
    ref.Action.ASK_PROVIDER: "Ask the provider",
    ref.Action.MODIFY: "Change the exercise",
    ref.Action.INFORM: "Tell the provider",
    ref.Action.RECORD: "Log it",
}
WHEN = {
    "pre": "before the session",
    "in_session": "during the session",
    "post": "after the session",
    "any": "at any time",
}
COMPARED = {
    "last_reading": "since the last reading",
    "earlier_in_session": "since earlier in the session",
    "other_side": "against the other side",
    "last_session": "since the last session",
}
COMPARISON = {"<": "below", "<=": "at or below", ">": "above", ">=": "at or above"}
DIRECTIONS = {
    ref.Direction.HIGHER_BETTER: "Higher is better",
    ref.Direction.LOWER_BETTER: "Lower is better",
    ref.Direction.TARGET_RANGE: "Judged against limits",
    ref.Direction.CONTEXT: "Recorded for context",
}
UNITS = {
    "s": "seconds",
    "m": "meters",
    "cm": "centimeters",
    "kg": "kilograms",
    "deg": "degrees",
    "m/s": "meters a second",
    "/min": "beats a minute",
    "%": "percent",
    "min/wk": "minutes a week",
    "{score}": "points",
    "kg/m2": "kg/m²",
}
ROLES = {
    ref.Role.ERROR: "Test error",
    ref.Role.MATTERS: "Change that matters",
    ref.Role.SUBSTANTIAL: "Large change",
}


@dataclass(frozen=True)
class Mark:
    """A verification mark as a chip."""

    label: str
    kind: str

    @classmethod
    def of(cls, verification: ref.Verification | None) -> "Mark | None":
        """Return the mark, or None where a figure carries none."""
        if verification is None:
            return None
        kinds = {ref.Verification.HOUSE_RULE: "info", ref.Verification.UNVERIFIED: "hold"}
        return cls(verification.label, kinds.get(verification, "plain"))

    @classmethod
    def on(cls, turned: TurnedOn) -> "Mark":
        """Return the mark of an unverified figure that the practice turned on."""
        return cls(turned.label, "hold")


@dataclass(frozen=True)
class Fact:
    """One figure of an entry with what it rests on. turns: the id under which it is turned on while unverified."""

    name: str
    value: str
    population: str = ""
    source: str = ""
    mark: Mark | None = None
    turns: str = ""


@dataclass(frozen=True)
class Section:
    """A group of an entry's figures."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Row:
    """One entry in a list."""

    kind: str
    key: str
    name: str
    figure: str
    context: str
    source: str
    mark: Mark | None
    version: int
    url: str
    waits: bool = False
    reason: str = ""
    held: str = ""
    on: tuple[Mark, ...] = ()
    own: str = ""


def address(kind: str, key: str) -> str:
    """Return where an entry's page is."""
    return reverse("knowledge:show", args=[kind, quote(key)])


def row_of(entry: Entry, *, waits: bool, standing: Standing | None = None, own: Own | None = None) -> Row:
    """Return an entry's line in the list.

    waits: its working rules are not approved yet. standing: how far it is in service. own: whose own version it is.
    """
    figure, context = SUMMARIES[entry.kind](entry.record)
    return Row(
        kind=entry.kind,
        key=entry.key,
        name=name_of(entry),
        figure=figure,
        context=context,
        source=getattr(entry.record, "source", ""),
        mark=_mark_of(entry, standing),
        version=entry.version,
        url=address(entry.kind, entry.key),
        waits=waits,
        reason=standing.reason if standing else "",
        held=_held_words(standing),
        on=tuple(Mark.on(one) for one in standing.on) if standing else (),
        own=own_words(own.version, own.by, own.on) if own else "",
    )


def _mark_of(entry: Entry, standing: Standing | None) -> Mark | None:
    """Return the weakest mark in force an entry rests on; none where only what was turned on is: that says more."""
    mark = getattr(entry.record, "verification", None) or _weakest(entry.record)
    turned = standing is not None and bool(standing.on)
    return None if turned and mark is ref.Verification.UNVERIFIED else Mark.of(mark)


def _held_words(standing: Standing | None) -> str:
    """Return that unverified figures of an entry in service are off; empty where there are none."""
    if standing is None or not standing.held or standing.is_off:
        return ""
    return "Unverified figures are off"


def name_of(entry: Entry) -> str:
    """Return what people call an entry; a gate is called by what it watches."""
    record: Any = entry.record
    if entry.kind == "gate":
        return gate_words(record)
    if entry.kind == "wording":
        return ", ".join(word.rstrip("*") for word in record.words)
    return entry.title


def _weakest(record: ref.Record) -> ref.Verification | None:
    found = marks(record)
    order = (
        ref.Verification.HOUSE_RULE,
        ref.Verification.VERIFIED_SECONDARY,
        ref.Verification.VERIFIED_PRIMARY,
        ref.Verification.UNVERIFIED,
    )
    return next((mark for mark in order if mark in found), None)


# ---- Figures in words


def plain(value: Decimal) -> str:
    """Return a figure as it stands in the data, with a true minus."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def with_unit(value: Decimal, unit: str) -> str:
    """Return a figure with its unit as people write it."""
    label = quantities.label(unit)
    return f"{plain(value)}{label}" if label in {"°", "%"} else f"{plain(value)} {label}".rstrip()


def _first_small(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _joined(parts: Iterable[str], word: str) -> str:
    parts = list(parts)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def rule_words(rule: ref.GateRule) -> str:
    """Return one condition of a gate in words, such as "resting heart rate above 120 /min"."""
    data = shown()
    if rule.symptoms or rule.histories:
        records = [data.symptoms[key] for key in rule.symptoms] + [
            data.histories[key] for key in rule.histories
        ]
        said = _joined([_first_small(record.professional) for record in records], "or")
        return said if rule.op == "present" else f"none of: {said}"
    measure = data.all_measures[rule.measure]
    name = _first_small(measure.name)
    value = with_unit(rule.value or Decimal(0), measure.unit)
    if rule.op != "change>":
        return f"{name} {COMPARISON[rule.op]} {value}"
    how = {"rise": "up by more than", "fall": "down by more than", "either": "different by more than"}[
        rule.direction
    ]
    window = f" within {rule.window_hours} h" if rule.window_hours else ""
    return f"{name} {how} {value} {COMPARED[rule.compare]}{window}"


def gate_words(gate: ref.Gate) -> str:
    """Return what a gate watches, as the start of a sentence."""
    said = _joined([rule_words(rule) for rule in gate.rules], "and" if gate.logic == "all" else "or")
    return said[:1].upper() + said[1:]


def _gate(gate: ref.Gate) -> tuple[str, str]:
    closes = f", closes {_closed(gate)}" if gate.closes else ""
    figure = f"{ACTIONS[gate.action]}{closes}"
    data = shown()
    parts = [WHEN[gate.when].capitalize()]
    if gate.limit_set:
        parts.append(data.limit_sets[gate.limit_set].name)
    needed = [data.histories[key].professional for key in (*gate.requires, *gate.requires_any)]
    if needed:
        parts.append("only with: " + _joined([_first_small(name) for name in needed], "or"))
    return figure, " · ".join(parts)


def _closed(gate: ref.Gate) -> str:
    names = {
        "session": "the session",
        "aerobic": "aerobic exercises",
        "resistance": "resistance exercises",
        "weight_bearing": "weight-bearing exercises",
        "joint": "the operated joint",
        "exercise": "this exercise",
    }
    return names[gate.closes.value] if gate.closes else ""


def _limit_set(limit_set: ref.LimitSet) -> tuple[str, str]:
    state = "In force" if limit_set.id in shown().default_limit_sets else "Not in force"
    return f"{state}, {len(limit_set.gates)} gates", limit_set.note


def _measure(measure: ref.Measure) -> tuple[str, str]:
    return (
        f"In {unit_words(measure.unit)}, {trial_words(measure)}",
        f"{measure.construct}. {DIRECTIONS[measure.direction]}.",
    )


def unit_words(unit: str) -> str:
    """Return a unit written out, such as "seconds"."""
    return UNITS.get(unit, quantities.label(unit))


def trial_words(measure: ref.Measure) -> str:
    """Return how many trials are taken and what is kept, such as "3 trials each side, the best kept"."""
    trials = measure.trials
    if trials.kept == "computed":
        return "worked out from other measures"
    sides = " each side" if measure.per_side else ""
    if trials.count == 1:
        return f"one trial{sides}"
    return f"{trials.count} trials{sides}, the {trials.kept} kept"


def _norm(norm: ref.NormSet) -> tuple[str, str]:
    if not norm.installed:
        return "Not installed", "Left out, as its rights are unclear"
    if norm.intervals:
        return f"{len(norm.intervals)} rows", "Raw sum to interval score"
    rows = norm.rows or norm.equations
    ages = f"ages {min(row.age_min for row in rows)} to {max(row.age_max for row in rows)}"
    return f"{len(rows)} rows, {ages}", "Equations" if norm.equations else rows[0].variant  # type: ignore[union-attr]


def _protocol(protocol: ref.Protocol) -> tuple[str, str]:
    first, last = protocol.phases[0].weeks[0], protocol.phases[-1].weeks[1]
    codes = ", ".join(code.code for code in protocol.icd10cm)
    return f"{len(protocol.phases)} phases, weeks {first} to {last}", f"For {codes}"


def dose_words(dose: ref.Dose) -> str:
    """Return a dose as people say it, such as "2 × 20 reps, 3–7 days a week, effort up to 12 of 20"."""
    days = dose.days_per_week.replace("-", "–")
    return f"{dose.sets} × {dose.quantity} {dose.unit}, {days} days a week, effort up to {dose.effort_rpe_max} of 20"


def _exercise(exercise: ref.Exercise) -> tuple[str, str]:
    where = (
        f"{exercise.body_region}, {exercise.movement_pattern}, {exercise.position}, level {exercise.level}"
    )
    return dose_words(exercise.default_dose), where.capitalize()


def _wording(entry: ref.WordingEntry) -> tuple[str, str]:
    levels = {"refuse": "Not printed while it stands", ALLOW: "May stand"}
    return levels.get(entry.level, f"Marked, suggestion: {entry.suggestion}"), entry.why


SUMMARIES: dict[str, Any] = {
    "gate": _gate,
    "limit_set": _limit_set,
    "measure": _measure,
    "norm": _norm,
    "protocol": _protocol,
    "exercise": _exercise,
    "wording": _wording,
}
