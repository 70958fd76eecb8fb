"""What the data must hold together: references, ranges, sources, marks. Each problem names file, entry and field.

Run whenever the data files are read afresh, and by a house test. A problem stops the start: a rule that weighs
a wrong figure is worse than no rule.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from medexpro.kernel import reference as ref
from medexpro.kernel.findings import Weight
from medexpro.knowledge.loading import LibraryData

COMPARISONS = {"<", "<=", ">", ">="}
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
LOINC = re.compile(r"^\d{1,7}-\d$")
IDENTIFIER = re.compile(r"^[a-z0-9_]+$")
ENDS_BY_DATE = re.compile(r"end date|until week|first \d", re.IGNORECASE)
CARE_ADVICE = re.compile(
    r"carbohydrate|\bfluids?\b|hydrat|\bsugar\b|legs up|aspirin|nitro|\bdose\b|"
    r"\b(treat\w*|therap\w*|patients?|diagnos\w*|rehab\w*)\b",
    re.IGNORECASE,
)
LICENCES = {"free", "licence_required", "permission_required", "not_applicable"}


def problems(data: LibraryData) -> list[str]:
    """Return every problem of the data as "file: entry: field: what is wrong"; empty means the data may be used."""
    return [
        *_measures(data),
        *_norms(data),
        *_gates(data),
        *_exercises(data),
        *_protocols(data),
        *_wording(data),
        *_catalogue(data),
    ]


def _unique(ids: Iterable[str], where: str) -> Iterator[str]:
    seen: set[str] = set()
    for key in ids:
        if key in seen:
            yield f"{where}: {key}: stands twice"
        if not IDENTIFIER.match(key):
            yield f"{where}: {key}: an id is made of small letters, digits and _"
        seen.add(key)


def _sourced(source: str, where: str) -> Iterator[str]:
    if not source.strip():
        yield f"{where}: source: a figure needs its source"


def _versioned(version: int, where: str) -> Iterator[str]:
    if version < 1:
        yield f"{where}: version: counts from 1"


# ---- Measures


def role_of(kind: str) -> ref.Role:
    """Return the role a type of change value plays: MDC and its kin are error, SCB is substantial, the rest matters."""
    if kind.startswith(("MDC", "SRD")) or kind == "measurement error":
        return ref.Role.ERROR
    if kind == "SCB" or kind.startswith("substantial"):
        return ref.Role.SUBSTANTIAL
    return ref.Role.MATTERS


def _measures(data: LibraryData) -> Iterator[str]:
    file = "measures.yaml"
    tags = {tag.id: tag for tag in data.population_tags}
    protocols = {protocol.id for protocol in data.protocols}
    norm_files = {norm.file for norm in data.norms}
    yield from _unique([measure.id for measure in data.measures], file)
    yield from _unique(
        [cutoff.id for measure in data.measures for cutoff in measure.cutoffs], f"{file}: cutoffs"
    )
    for tag in tags.values():
        for parent in tag.is_a:
            if parent not in tags:
                yield f"{file}: population_tags: {tag.id}: is_a: {parent} is not a tag"
        for protocol in tag.protocols:
            if protocol not in protocols:
                yield f"{file}: population_tags: {tag.id}: protocols: {protocol} is not a protocol"
    for measure in data.measures:
        where = f"{file}: {measure.id}"
        yield from _sourced(measure.source, where)
        yield from _versioned(measure.version, where)
        yield from _ranges(measure, where)
        yield from _licence(measure, where)
        for norm in measure.norms:
            if norm not in norm_files:
                yield f"{where}: norms: {norm} is not in the index"
        for change in measure.change:
            yield from _change(change, tags, f"{where}: change: {change.population} {change.type}")
        for cutoff in measure.cutoffs:
            yield from _cutoff(cutoff, measure, tags, norm_files, f"{where}: cutoffs: {cutoff.id}")


def _ranges(measure: ref.Measure, where: str) -> Iterator[str]:
    valid, plausible = measure.valid_range, measure.plausible_range
    if not valid.min <= plausible.min < plausible.max <= valid.max:
        yield f"{where}: plausible_range: must lie inside valid_range"
    if measure.precision <= 0:
        yield f"{where}: precision: must be above 0"
    if measure.trials.count < 1 or measure.trials.kept not in {"best", "mean", "single", "computed"}:
        yield f"{where}: trials: need a count and what is kept"
    if measure.trials.kept == "best" and measure.direction not in {"higher_better", "lower_better"}:
        yield f"{where}: trials: kept: there is no best without a better direction"
    if measure.loinc and not LOINC.match(measure.loinc.code):
        yield f"{where}: loinc: {measure.loinc.code} is not a LOINC code"


def _licence(measure: ref.Measure, where: str) -> Iterator[str]:
    licence = measure.licence
    if licence.status not in LICENCES:
        yield f"{where}: licence: status {licence.status} is unknown"
    if licence.items_may_ship and licence.status in {"licence_required", "permission_required"}:
        yield f"{where}: licence: items may not be shipped without a free licence"
    if licence.status != "not_applicable":
        yield from _sourced(licence.source, f"{where}: licence")
        if licence.verification is None:
            yield f"{where}: licence: verification is missing"
        elif licence.items_may_ship and licence.status == "free" and not licence.verification.in_force:
            yield f"{where}: licence: items may not be shipped while the free licence is unverified"
    elif measure.category == "prom":
        yield f"{where}: licence: a questionnaire needs a licence status"


def _change(change: ref.ChangeValue, tags: dict[str, ref.PopulationTag], where: str) -> Iterator[str]:
    yield from _sourced(change.source, where)
    if change.role != role_of(change.type):
        yield f"{where}: role: {change.role} does not fit the type {change.type}"
    if change.value <= 0:
        yield f"{where}: value: must be above 0"
    if change.value_high is not None and change.value_high < change.value:
        yield f"{where}: value_high: lies below value"
    for kind in ("condition", "procedure"):
        for tag in getattr(change.applies_to, f"{kind}s"):
            if tag not in tags or tags[tag].kind != kind:
                yield f"{where}: applies_to: {tag} is not a {kind}"
    for band in ("age", "baseline"):
        low, high = getattr(change.applies_to, f"{band}_min"), getattr(change.applies_to, f"{band}_max")
        if low is not None and high is not None and low > high:
            yield f"{where}: applies_to: the {band} band is upside down"
    if change.applies_to.raters not in {None, 1, 2}:
        yield f"{where}: applies_to: raters are 1 (same person) or 2"


def _cutoff(
    cutoff: ref.CutOff,
    measure: ref.Measure,
    tags: dict[str, ref.PopulationTag],
    norm_files: set[str],
    where: str,
) -> Iterator[str]:
    yield from _sourced(cutoff.source, where)
    if cutoff.op not in COMPARISONS:
        yield f"{where}: op: {cutoff.op} is not one of < <= > >="
    if sum((cutoff.value is not None, bool(cutoff.table), bool(cutoff.equation))) != 1:
        yield f"{where}: needs exactly one of value, table, equation"
    if cutoff.value is not None and not cutoff.unit and not measure.valid_range.holds(cutoff.value):
        yield f"{where}: value: lies outside the valid range (a difference needs a unit of its own)"
    for file in (cutoff.table, cutoff.equation):
        if file and file not in norm_files:
            yield f"{where}: {file} is not in the index of norms"
    if cutoff.condition and cutoff.condition not in tags:
        yield f"{where}: condition: {cutoff.condition} is not a tag"
    if cutoff.sex not in {"", "male", "female"}:
        yield f"{where}: sex: {cutoff.sex} is unknown"


# ---- Norms


def _norms(data: LibraryData) -> Iterator[str]:
    measures = {measure.id: measure for measure in data.measures}
    used = {file for measure in data.measures for file in measure.norms}
    for norm in data.norms:
        yield from _versioned(norm.version, f"norms/index.yaml: {norm.file}")
        if norm.rights not in {"open", "facts", "unclear"}:
            yield f"norms/index.yaml: {norm.file}: rights: {norm.rights} is unknown"
        if norm.file not in used:
            yield f"norms/index.yaml: {norm.file}: no measure names it"
        if norm.installed and not (norm.rows or norm.intervals or norm.equations):
            yield f"norms/{norm.file}: is empty"
        yield from _norm_rows(norm, measures)
        yield from _intervals(norm, measures)
        yield from _equations(norm, measures)


def _norm_rows(norm: ref.NormSet, measures: dict[str, ref.Measure]) -> Iterator[str]:
    bands: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for line, row in enumerate(norm.rows, 2):
        where = f"norms/{norm.file}: line {line}"
        yield from _sourced(row.source, where)
        measure = measures.get(row.measure_id)
        if measure is None:
            yield f"{where}: measure_id: {row.measure_id} is not a measure"
            continue
        if row.unit != measure.unit:
            yield f"{where}: unit: {row.unit} differs from the measure's {measure.unit}"
        if row.sex not in {"male", "female", "any"} or not 0 <= row.age_min <= row.age_max <= 120:
            yield f"{where}: bad sex or age band"
        ordered = [row.percentiles[key] for key in sorted(row.percentiles)]
        if ordered != sorted(ordered):
            yield f"{where}: the percentiles don't rise"
        if row.ref_low is not None and row.ref_high is not None and row.ref_low > row.ref_high:
            yield f"{where}: ref_low lies above ref_high"
        values = [*ordered, *(v for v in (row.mean, row.ref_low, row.ref_high) if v is not None)]
        if not values:
            yield f"{where}: the row has no value"
        if not all(measure.valid_range.holds(value) for value in values):
            yield f"{where}: a value lies outside the valid range of {measure.id}"
        if row.sd is not None and row.sd <= 0:
            yield f"{where}: sd: must be above 0"
        try:
            yield from _row_fits_kind(row, norm.meaning(row.variant), where)
        except KeyError:
            yield f"norms/index.yaml: {norm.file}: variants: {row.variant!r} is not named"
        others = bands.setdefault((row.measure_id, row.variant, row.sex), [])
        if any(row.age_min <= high and low <= row.age_max for low, high in others):
            yield f"{where}: the age band overlaps another"
        others.append((row.age_min, row.age_max))


def _row_fits_kind(row: ref.NormRow, meaning: ref.NormVariant, where: str) -> Iterator[str]:
    filled = {
        ref.NormKind.PERCENTILES: bool(row.percentiles),
        ref.NormKind.MEAN: row.mean is not None,
        ref.NormKind.MIDDLE_HALF: row.ref_low is not None and row.ref_high is not None,
        ref.NormKind.REFERENCE: row.ref_low is not None or row.ref_high is not None,
        ref.NormKind.CUTOFF: row.ref_low is not None or row.ref_high is not None,
    }
    if not filled[meaning.kind]:
        yield f"{where}: the row lacks what a table of kind {meaning.kind} needs"
    if meaning.side not in {"each", "best", "left", "right"} or meaning.kept not in {"", "best", "mean"}:
        yield f"{where}: side or kept of its variant is unknown"


def _intervals(norm: ref.NormSet, measures: dict[str, ref.Measure]) -> Iterator[str]:
    where = f"norms/{norm.file}"
    previous: ref.IntervalRow | None = None
    for row in norm.intervals:
        yield from _sourced(row.source, where)
        if row.measure_id not in measures:
            yield f"{where}: measure_id: {row.measure_id} is not a measure"
        if previous and not (
            row.raw_sum == previous.raw_sum + 1 and row.interval_score < previous.interval_score
        ):
            yield f"{where}: raw_sum {row.raw_sum}: the table must step by 1 and fall"
        previous = row
    ends = [(row.raw_sum, row.interval_score) for row in norm.intervals[:1] + norm.intervals[-1:]]
    if ends and (ends[0] != (0, Decimal(100)) or ends[1][1] != 0):
        yield f"{where}: the table must run from 100 at raw sum 0 to 0"


def _equations(norm: ref.NormSet, measures: dict[str, ref.Measure]) -> Iterator[str]:
    for row in norm.equations:
        where = f"norms/{norm.file}: {row.equation_id} {row.sex}"
        yield from _sourced(row.source, where)
        if row.lln_subtract_m is not None and row.lln_verification is None:
            yield f"{where}: lln_verification is missing"
        # A slipped sign shows at once in what a usual adult of 70 would walk.
        height, weight = (175, 80) if row.sex == "male" else (162, 68)
        age = max(row.age_min, min(row.age_max, 70))
        metres = (
            row.intercept_m + row.height_cm_coef * height + row.weight_kg_coef * weight + row.age_y_coef * age
        )
        if row.measure_id not in measures or not 350 <= metres <= 750:
            yield f"{where}: gives {metres:.0f} m for a usual adult"


# ---- Safety gates


def _gates(data: LibraryData) -> Iterator[str]:
    file = "safety_gates.yaml"
    yield from _unique([gate.id for gate in data.gates], f"{file}: gates")
    yield from _unique([symptom.id for symptom in data.symptoms], f"{file}: symptoms")
    yield from _unique([history.id for history in data.histories], f"{file}: histories")
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
    yield from _sourced(gate.source, where)
    yield from _versioned(gate.version, where)
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
        yield from _sourced(limit_set.source, where)
        yield from _versioned(limit_set.version, where)
        if set(limit_set.gates) != named.pop(limit_set.id, set()):
            yield f"{where}: gates: differ from the gates that name this set"
    for key in named:
        yield f"{file}: limit_sets: {key}: gates name it, but it is not there"
    if data.session_ceiling_gate not in gates:
        yield f"{file}: limit_sets: session_ceiling: no such gate"
    for key in data.default_limit_sets:
        if key not in {limit_set.id for limit_set in data.limit_sets}:
            yield f"{file}: limit_sets: default: {key} is not a set"


# ---- Exercises and protocols


def _exercises(data: LibraryData) -> Iterator[str]:
    file = "exercises.yaml"
    exercises = {exercise.id: exercise for exercise in data.exercises}
    yield from _unique([exercise.id for exercise in data.exercises], file)
    for exercise in data.exercises:
        where = f"{file}: {exercise.id}"
        yield from _sourced(exercise.source, where)
        yield from _versioned(exercise.version, where)
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


def _protocols(data: LibraryData) -> Iterator[str]:
    for protocol in data.protocols:
        where = f"protocols/{protocol.id}.yaml"
        yield from _versioned(protocol.version, where)
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
    for precaution in protocol.precautions:
        at = f"{where}: precautions: {precaution.id}"
        yield from _sourced(precaution.source, at)
        if precaution.mode not in {"block", "variant", "conditional"}:
            yield f"{at}: mode: {precaution.mode} is unknown"
        if precaution.lifts not in {"provider_release", "record_tag_removed"}:
            yield f"{at}: lifts: {precaution.lifts} is unknown"
        if precaution.mode in {"block", "variant"} and precaution.lifts != "provider_release":
            yield f"{at}: lifts: only the provider's recorded release lifts a block"
        if precaution.ask_release_from_week is not None and precaution.lifts != "provider_release":
            yield f"{at}: ask_release_from_week: belongs to a provider's release"
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
    yield from _unique([phase.id for phase in protocol.phases], f"{where}: phases")
    for before, phase in zip((None, *protocol.phases), protocol.phases, strict=False):
        at = f"{where}: phases: {phase.id}"
        if phase.weeks[0] >= phase.weeks[1] or (before and phase.weeks[0] != before.weeks[1] + 1):
            yield f"{at}: weeks: must rise and join the phase before"
        for kind, fitt in phase.fitt.items():
            yield from _sourced(fitt.source, f"{at}: fitt: {kind}")
        for criterion in phase.progress_when:
            yield from _criterion(criterion, protocol, measures, at)
        names = [planned.exercise for planned in phase.exercises]
        yield from _unique(names, f"{at}: exercises")
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


# ---- Words and the catalogue


def _wording(data: LibraryData) -> Iterator[str]:
    file = "wording.yaml"
    yield from _unique([entry.id for entry in data.wording.entries], file)
    for entry in data.wording.entries:
        where = f"{file}: {entry.id}"
        yield from _sourced(entry.source, where)
        yield from _versioned(entry.version, where)
        if entry.where not in {"any", "outgoing", "client_document"} or entry.level not in {"mark", "refuse"}:
            yield f"{where}: where or level is unknown"
        if not entry.words:
            yield f"{where}: words: there are none"


def _catalogue(data: LibraryData) -> Iterator[str]:
    file = "catalogue.yaml"
    measures = {measure.id: measure for measure in data.measures}
    protocols = {protocol.id: protocol for protocol in data.protocols}
    in_service = set(data.measures_in_service)
    yield from _unique(data.measures_in_service, f"{file}: measures")
    yield from _unique(data.protocols_in_service, f"{file}: protocols")
    for key in data.measures_in_service:
        if key not in measures:
            yield f"{file}: measures: {key} is not a measure"
        elif not measures[key].verification.in_force:
            yield f"{file}: measures: {key} is unverified and can't be in service"
    for gate in data.gates:
        for key in gate.measures:
            if key not in in_service:
                yield f"{file}: measures: {key} is weighed by {gate.id} and must be listed"
    for key in data.protocols_in_service:
        if key not in protocols:
            yield f"{file}: protocols: {key} is not a protocol"
            continue
        protocol = protocols[key]
        named = {
            *protocol.baseline_measures,
            *(c.measure for phase in protocol.phases for c in phase.progress_when),
        }
        for measure in sorted(named - in_service):
            yield f"{file}: measures: {measure} is measured by {key} and must be listed"
