"""Safety gates, limit sets, symptoms and histories."""

import re
from collections.abc import Iterator

from medexpro.kernel import reference as ref
from medexpro.kernel.findings import Weight
from medexpro.knowledge.checks.shared import COMPARISONS, sourced, unique, versioned
from medexpro.knowledge.loading import LibraryData

ACTION_WEIGHTS = {
    ref.Action.EMERGENCY: Weight.STOP,
    ref.Action.REFER: Weight.STOP,
    ref.Action.STOP: Weight.STOP,
    ref.Action.HOLD_RECHECK: Weight.STOP,
    ref.Action.ASK_PROVIDER: Weight.DECIDE,
    ref.Action.MODIFY: Weight.NOTE,
    ref.Action.INFORM: Weight.NOTE,
    ref.Action.RECORD: Weight.NOTE,
}
REQUIRED_EACH_SESSION = ("bp_systolic", "bp_diastolic", "resting_hr", "pain_nrs", "red_flag_question")
ICD10CM = re.compile(r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")
CARE_ADVICE = re.compile(
    r"carbohydrate|\bfluids?\b|hydrat|\bsugar\b|legs up|aspirin|nitro|\bdose\b|"
    r"\b(treat\w*|therap\w*|patients?|diagnos\w*|rehab\w*)\b",
    re.IGNORECASE,
)


def gates(data: LibraryData) -> Iterator[str]:
    file = "safety_gates.yaml"
    yield from unique([gate.id for gate in data.gates], f"{file}: gates")
    yield from unique([symptom.id for symptom in data.symptoms], f"{file}: symptoms")
    yield from unique([history.id for history in data.histories], f"{file}: histories")
    if data.required_each_session != REQUIRED_EACH_SESSION:
        yield f"{file}: required_each_session: differs from the agreed list"
    if set(data.actions) != set(ACTION_WEIGHTS):
        yield f"{file}: actions: must name every action"
    flags = {symptom.id for symptom in data.symptoms if symptom.asks}
    if set(data.red_flag_question.asks) != flags or len(flags) != 9:
        yield f"{file}: red_flag_question: must ask exactly the nine new-or-worse symptoms"
    used: set[str] = set()
    for gate in data.gates:
        yield from _gate(gate, data, f"{file}: {gate.id}")
        used.update(gate.requires, gate.requires_any, gate.unless)
        for rule in gate.rules:
            used.update(rule.symptoms, rule.histories)
    for key in [*(s.id for s in data.symptoms), *(h.id for h in data.histories)]:
        if key not in used:
            yield f"{file}: {key}: no gate uses it"
    yield from _limit_sets(data, file)


def _gate(gate: ref.Gate, data: LibraryData, where: str) -> Iterator[str]:
    histories = {history.id for history in data.histories}
    yield from sourced(gate.source, where)
    yield from versioned(gate.version, where)
    if hit := CARE_ADVICE.search(gate.text):
        yield f"{where}: text: {hit.group(0)!r} is care advice or another profession's word"
    if gate.when not in {"pre", "in_session", "post", "any"} or gate.logic not in {"any", "all"}:
        yield f"{where}: when or logic is unknown"
    if gate.weight != ACTION_WEIGHTS[gate.action]:
        yield f"{where}: weight: {gate.weight} does not fit the action {gate.action}"
    if (gate.closes is not None) != (gate.weight == Weight.STOP):
        yield f"{where}: closes: a STOP names what it closes, and only a STOP does"
    if (gate.tell_within_hours is not None) != (gate.action == ref.Action.INFORM):
        yield f"{where}: tell_within_hours: belongs to inform, and inform needs it"
    for history in (*gate.requires, *gate.requires_any, *gate.unless):
        if history not in histories:
            yield f"{where}: {history} is not a history"
    if gate.clears_at and gate.action != ref.Action.HOLD_RECHECK:
        yield f"{where}: clears_at: belongs to hold_recheck"
    if gate.action == ref.Action.HOLD_RECHECK and not gate.measures:
        yield f"{where}: measures: a hold needs something to measure again"
    measures = {measure.id: measure for measure in data.measures}
    for clear in gate.clears_at:
        if clear.measure not in measures or clear.op not in COMPARISONS:
            yield f"{where}: clears_at: bad measure or op"
    if not gate.rules:
        yield f"{where}: rules: there are none"
    for rule in gate.rules:
        yield from _gate_rule(rule, gate, data, measures, where)


def _gate_rule(
    rule: ref.GateRule, gate: ref.Gate, data: LibraryData, measures: dict[str, ref.Measure], where: str
) -> Iterator[str]:
    if sum((bool(rule.measure), bool(rule.symptoms), bool(rule.histories))) != 1:
        yield f"{where}: rules: a rule needs exactly one of measure, symptoms, histories"
        return
    if not rule.measure:
        known = {symptom.id for symptom in data.symptoms} | {history.id for history in data.histories}
        for key in (*rule.symptoms, *rule.histories):
            if key not in known:
                yield f"{where}: rules: {key} is not a symptom or history"
        if rule.op not in {"present", "absent"}:
            yield f"{where}: rules: op: symptoms and histories are present or absent"
        return
    if rule.measure not in measures or rule.measure not in gate.measures:
        yield f"{where}: rules: {rule.measure} is not a measure, or not declared by the gate"
        return
    if rule.value is None or rule.op not in {"<", ">", "change>"}:
        yield f"{where}: rules: a reading needs a value and one of < > change> (a value at its limit passes)"
    elif rule.op == "change>":
        if rule.direction not in {"rise", "fall", "either"}:
            yield f"{where}: rules: direction: rise, fall or either"
        if rule.compare not in {"last_reading", "earlier_in_session", "other_side", "last_session"}:
            yield f"{where}: rules: compare: {rule.compare!r} is unknown"
        if rule.compare in {"last_reading", "last_session"} and rule.window_hours is None:
            yield f"{where}: rules: window_hours: a change over time needs it"
    elif not measures[rule.measure].valid_range.holds(rule.value):
        yield f"{where}: rules: {rule.value} lies outside the valid range of {rule.measure}"


def _limit_sets(data: LibraryData, file: str) -> Iterator[str]:
    gates = {gate.id: gate for gate in data.gates}
    named: dict[str, set[str]] = {}
    for gate in data.gates:
        if gate.limit_set:
            named.setdefault(gate.limit_set, set()).add(gate.id)
    for limit_set in data.limit_sets:
        where = f"{file}: limit_sets: {limit_set.id}"
        yield from sourced(limit_set.source, where)
        yield from versioned(limit_set.version, where)
        if set(limit_set.gates) != named.pop(limit_set.id, set()):
            yield f"{where}: gates: differ from the gates that name this set"
    for key in named:
        yield f"{file}: limit_sets: {key}: gates name it, but it is not there"
    if data.session_ceiling_gate not in gates:
        yield f"{file}: limit_sets: session_ceiling: no such gate"
    for key in data.default_limit_sets:
        if key not in {limit_set.id for limit_set in data.limit_sets}:
            yield f"{file}: limit_sets: default: {key} is not a set"
