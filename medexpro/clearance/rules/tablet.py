"""What the tablet needs to weigh a session by the same figures while there is no connection, as plain JSON.

`floor_rules` writes it, `context_from` reads it back together with a session's log, so the server proves with the
same gates that the JSON says enough. The page's own copy of the walk is held to the same shared vectors.

How a page weighs, in the words of gates.py:
1. A gate whose stage is not reached yet is passed over. A gate sees the readings and signs of its own `when` (any
   sees all), in the order of their time; readings of one moment count together. The latest reading of a measure and
   side is the current one.
2. A gate is looked at before the first moment, and at each that brings a measure or symptom its rules name.
3. hold_recheck stands from the moment it fires until a later one at which it no longer fires, or, with clears_at,
   at which every mark is met by a reading later than the one that closed. `ends_after` firings end the day.
4. Every other finding, once made, stays. `required` and the needs of `listed` gates are findings until taken.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from medexpro.clearance.rules import gates, words
from medexpro.clearance.rules.evidence import PRE, STAGES, GateContext, Reading, Sign
from medexpro.kernel.reference import Gate

SCHEMA = 1

# What a page never shows or weighs.
_LEFT_OUT = ("note", "measures", "limit_set", "requires", "requires_any", "unless")


def floor_rules(context: GateContext) -> dict[str, Any]:
    """Return the figures in force for one client on one day, as plain JSON.

    Limits are merged in, gates made for other clients are left out, and so is whatever has no effect: notes, empty
    fields. `histories` are those with an effect on a rule; `earlier` and `last_session` the readings that a change
    rule is counted from. `hash` tells a page whether its copy is still the server's.
    """
    made_for_this_client = [g for g in gates.in_force(context) if gates.applies(g, context)]
    # Which client a gate is made for is settled here; the page weighs what it was given.
    rules = [_gate(_for_this_client(gate)) for gate in made_for_this_client]
    named = {history for gate in made_for_this_client for rule in gate.rules for history in rule.histories}
    compared = {rule.measure for gate in made_for_this_client for rule in gate.rules if rule.op == "change>"}
    figures: dict[str, Any] = {
        "schema": SCHEMA,
        "on": context.on.isoformat(),
        "required": gates.required(context),
        "listed": sorted(context.listed & {gate.id for gate in made_for_this_client}),
        "gates": rules,
        "histories": {key: _time(at) for key, at in sorted(context.histories.items()) if key in named},
        "not_tested": gates.NOT_TESTED,
        "earlier": [_reading(r) for r in context.earlier if r.measure in compared],
        "last_session": [_reading(r) for r in context.last_session if r.measure in compared],
        "labels": {m: list(_label(m, context)) for m in sorted(_measures(made_for_this_client, context))},
        "signs": {
            s: context.sign_words.get(s, s.replace("_", " ")) for s in sorted(_signs(made_for_this_client))
        },
        "questions": dict(words.QUESTIONS),
        "parts": dict(words.PARTS),
    }
    return figures | {"hash": fingerprint(figures)}


def fingerprint(figures: Mapping[str, Any]) -> str:
    """Return the fingerprint of the figures: the same figures give the same one on every machine."""
    plain = {key: value for key, value in figures.items() if key != "hash"}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def context_from(figures: Mapping[str, Any], log: Mapping[str, Any], at: datetime) -> GateContext:
    """Return the context that the figures and a session's log make: what a page sees, read by the server.

    log: {stage, readings: [{measure, value, at, when, side, exercise, work_rising}], signs: [{symptom, at, when}],
    answered: [question id]}. Raises ValueError on a log that is not one.
    """
    try:
        return GateContext(
            gates=[msgspec.convert(_plain_gate(gate), type=Gate, strict=False) for gate in figures["gates"]],
            on=date.fromisoformat(figures["on"]),
            at=at,
            stage=_stage(log.get("stage", PRE)),
            readings=[_read(reading) for reading in log.get("readings", ())],
            signs=[_sign(sign) for sign in log.get("signs", ())],
            earlier=[_read(reading) for reading in figures["earlier"]],
            last_session=[_read(reading) for reading in figures["last_session"]],
            histories={key: _moment(when) for key, when in figures["histories"].items()},
            answered=frozenset(log.get("answered", ())),
            required=tuple(figures["required"]),
            listed=frozenset(figures["listed"]),
            # What was written for this client is in force, also where the practice turned it on.
            turned_on=frozenset(gate["id"] for gate in figures["gates"]),
            labels={key: (value[0], value[1]) for key, value in figures["labels"].items()},
            sign_words=figures["signs"],
        )
    except (ArithmeticError, AttributeError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise ValueError(f"the session log can't be read: {error}") from error


def _for_this_client(gate: Gate) -> Gate:
    """Return the gate without its conditions on the client: they are settled."""
    return msgspec.structs.replace(gate, requires=(), requires_any=(), unless=())


def _gate(gate: Gate) -> dict[str, Any]:
    """Return a gate as plain JSON without its empty fields; figures are strings, so that no digit is lost."""
    plain: dict[str, Any] = msgspec.to_builtins(gate, builtin_types=(Decimal,))
    kept = {
        key: value for key, value in plain.items() if key not in _LEFT_OUT and value not in ("", None, [], ())
    }
    kept["rules"] = [_filled(rule) for rule in plain["rules"]]
    if plain["clears_at"]:
        kept["clears_at"] = [_filled(mark) for mark in plain["clears_at"]]
    if gate.id in gates.ENDS_THE_DAY:
        kept["ends_after"] = gates.ENDS_THE_DAY[gate.id]
    return kept


def _filled(rule: Mapping[str, Any]) -> dict[str, Any]:
    # A page reads plain digits only: 140, never 1.4E+2.
    kept = {key: value for key, value in rule.items() if key != "note" and value not in ("", None, [], ())}
    return {key: words.plain(value) if isinstance(value, Decimal) else value for key, value in kept.items()}


def _plain_gate(gate: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in gate.items() if key != "ends_after"}


def _measures(made: Sequence[Gate], context: GateContext) -> set[str]:
    weighed = {rule.measure for gate in made for rule in gate.rules if rule.measure}
    marks = {mark.measure for gate in made for mark in gate.clears_at}
    return weighed | marks | (set(gates.required(context)) - set(words.QUESTIONS))


def _signs(made: Sequence[Gate]) -> set[str]:
    return {sign for gate in made for rule in gate.rules for sign in (*rule.symptoms, *rule.histories)}


def _label(measure: str, context: GateContext) -> tuple[str, str]:
    return words.label(measure, context.labels), words.unit(measure, context.labels)


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _moment(text: str | None) -> datetime | None:
    return _instant(text) if text else None


def _stage(text: str) -> str:
    if text not in STAGES:
        raise ValueError(f"{text!r} is no stage of a session")
    return text


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} does not say its time zone")
    return at


def _reading(reading: Reading) -> dict[str, Any]:
    kept = {"measure": reading.measure, "value": words.plain(reading.value), "at": reading.at.isoformat()}
    return kept | {"when": reading.when} | ({"side": reading.side} if reading.side else {})


def _read(data: Mapping[str, Any]) -> Reading:
    value = Decimal(str(data["value"]))
    if not value.is_finite():
        raise ValueError(f"{data['measure']} has no value")
    return Reading(
        measure=data["measure"],
        value=value,
        at=_instant(data["at"]),
        when=_stage(data.get("when", PRE)),
        side=data.get("side", ""),
        exercise=data.get("exercise", ""),
        work_rising=data.get("work_rising"),
    )


def _sign(data: Mapping[str, Any]) -> Sign:
    return Sign(symptom=data["symptom"], at=_moment(data.get("at")), when=_stage(data.get("when", PRE)))
