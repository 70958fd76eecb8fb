"""Measures and norm tables: ranges, change values, lines, licences, rows."""

import re
from collections.abc import Iterator
from decimal import Decimal

from medexpro.kernel import reference as ref
from medexpro.knowledge.checks.shared import COMPARISONS, sourced, unique, versioned
from medexpro.knowledge.loading import LibraryData

LOINC = re.compile(r"^\d{1,7}-\d$")
LICENCES = {"free", "licence_required", "permission_required", "not_applicable"}


def role_of(kind: str) -> ref.Role:
    """Return the role a type of change value plays: MDC and its kin are error, SCB is substantial, the rest matters."""
    if kind.startswith(("MDC", "SRD")) or kind == "measurement error":
        return ref.Role.ERROR
    if kind == "SCB" or kind.startswith("substantial"):
        return ref.Role.SUBSTANTIAL
    return ref.Role.MATTERS


def measures(data: LibraryData) -> Iterator[str]:
    file = "measures.yaml"
    tags = {tag.id: tag for tag in data.population_tags}
    protocols = {protocol.id for protocol in data.protocols}
    norm_files = {norm.file for norm in data.norms}
    yield from unique([measure.id for measure in data.measures], file)
    yield from unique(
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
        yield from sourced(measure.source, where)
        yield from versioned(measure.version, where)
        if measure.sides and set(measure.sides) != {"left", "right"}:
            yield f"{where}: sides: are left and right, or none"
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
        yield from sourced(licence.source, f"{where}: licence")
        if licence.verification is None:
            yield f"{where}: licence: verification is missing"
        elif licence.items_may_ship and licence.status == "free" and not licence.verification.in_force:
            yield f"{where}: licence: items may not be shipped while the free licence is unverified"
    elif measure.category == "prom":
        yield f"{where}: licence: a questionnaire needs a licence status"


def _change(change: ref.ChangeValue, tags: dict[str, ref.PopulationTag], where: str) -> Iterator[str]:
    yield from sourced(change.source, where)
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
    yield from sourced(cutoff.source, where)
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


def norms(data: LibraryData) -> Iterator[str]:
    measures = {measure.id: measure for measure in data.measures}
    used = {file for measure in data.measures for file in measure.norms}
    for norm in data.norms:
        yield from versioned(norm.version, f"norms/index.yaml: {norm.file}")
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
        yield from sourced(row.source, where)
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
        yield from sourced(row.source, where)
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
        yield from sourced(row.source, where)
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
