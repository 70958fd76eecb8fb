"""Typed records of the reference data: measures, norms, gates, protocols, exercises, words.

`knowledge` loads them from its data files and checks them; every rule above weighs them. Frozen, so that a
record read once is safe to share. Figures are decimals in the unit the record names (UCUM; what is counted
stands in braces). Every figure carries a source and a mark.
"""

from decimal import Decimal
from enum import StrEnum

import msgspec

from medexpro.kernel.findings import Closes, Weight


class Verification(StrEnum):
    """How far a figure has been checked against its source.

    verified_primary: read in the paper or the publisher's own page. verified_secondary: read in a reproduction
    that names the source. house_rule: a working rule of this project, approved by a named member of the practice.
    unverified: known only from memory; never in force.
    """

    VERIFIED_PRIMARY = "verified_primary"
    VERIFIED_SECONDARY = "verified_secondary"
    HOUSE_RULE = "house_rule"
    UNVERIFIED = "unverified"

    @property
    def in_force(self) -> bool:
        """Tell whether a figure with this mark may be used."""
        return self is not Verification.UNVERIFIED

    @property
    def label(self) -> str:
        """Return how the mark is said on screen and paper."""
        return MARK_LABELS[self]


MARK_LABELS = {
    Verification.VERIFIED_PRIMARY: "Read in the source",
    Verification.VERIFIED_SECONDARY: "Read in a reproduction of the source",
    Verification.HOUSE_RULE: "The practice's working rule",
    Verification.UNVERIFIED: "Not verified, not in force",
}


class Direction(StrEnum):
    """Which way a measure improves. Target and context measures get no verdict of better or worse."""

    HIGHER_BETTER = "higher_better"
    LOWER_BETTER = "lower_better"
    TARGET_RANGE = "target_range"
    CONTEXT = "context"


class Role(StrEnum):
    """What a change value says: whether a change is real, whether it matters, whether it is large."""

    ERROR = "error"
    MATTERS = "matters"
    SUBSTANTIAL = "substantial"


class NormKind(StrEnum):
    """What the rows of a norm table are."""

    PERCENTILES = "percentiles"
    MEAN = "mean"
    MIDDLE_HALF = "middle_half"
    REFERENCE = "reference"
    CUTOFF = "cutoff"


class Action(StrEnum):
    """What a safety gate asks for."""

    EMERGENCY = "emergency"
    REFER = "refer"
    STOP = "stop"
    HOLD_RECHECK = "hold_recheck"
    ASK_PROVIDER = "ask_provider"
    MODIFY = "modify"
    INFORM = "inform"
    RECORD = "record"


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The common base: frozen, named fields only, an unknown field is an error."""


# ---- Measures


class Range(Record):
    """From `min` to `max`, both ends included, in the measure's unit."""

    min: Decimal
    max: Decimal

    def holds(self, value: Decimal) -> bool:
        """Tell whether the value lies inside; a value at an end does."""
        return self.min <= value <= self.max


class Trials(Record):
    """How many trials are taken and which is kept: best, mean, single or computed.

    per: "side" when each side has its own trials.
    """

    count: int
    kept: str
    per: str = ""
    note: str = ""


class AppliesTo(Record):
    """For whom a change value holds: every key that is given must agree; nothing given means adults in general."""

    conditions: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    age_min: int | None = None
    age_max: int | None = None
    baseline_min: Decimal | None = None
    baseline_max: Decimal | None = None
    raters: int | None = None
    setting: str | None = None


class ChangeValue(Record):
    """One published or agreed amount of change.

    value_high: the upper end where a range is given, and then the one used.
    unit: only when it differs from the measure's (such as "% of baseline"); such a value is shown, never used.
    """

    population: str
    type: str
    role: Role
    value: Decimal
    source: str
    verification: Verification
    applies_to: AppliesTo = AppliesTo()
    value_high: Decimal | None = None
    unit: str = ""
    note: str = ""

    @property
    def threshold(self) -> Decimal:
        """Return the amount a change has to reach: the cautious end of a range."""
        return self.value if self.value_high is None else self.value_high


class CutOff(Record):
    """A published line. Exactly one of value, table (norm file; needs age, sex), equation (needs height, weight, age).

    unit: given when the line is about a difference, not a reading; such a line is not weighed against a reading.
    """

    id: str
    label: str
    op: str
    source: str
    verification: Verification
    value: Decimal | None = None
    table: str = ""
    equation: str = ""
    sex: str = ""
    condition: str = ""
    unit: str = ""
    note: str = ""


class Licence(Record):
    """Whether the items of a test may be shown. status: free, licence_required, permission_required, not_applicable."""

    status: str
    items_may_ship: bool
    note: str = ""
    source: str = ""
    verification: Verification | None = None


class Loinc(Record):
    """The LOINC code under which a measure is exchanged."""

    code: str
    display: str
    verification: Verification


class ChangeWords(Record):
    """How a change is said: `more` when the value rose, `less` when it fell, and the activity it speaks about."""

    more: str
    less: str
    activity: str


class Measure(Record):
    """A test, reading or questionnaire with its protocol, ranges, change values, lines and norm tables.

    sides: ("left", "right") when each side is kept, else empty. precision: the step it is read in.
    """

    id: str
    version: int
    name: str
    category: str
    construct: str
    unit: str
    direction: Direction
    protocol: str
    trials: Trials
    valid_range: Range
    plausible_range: Range
    precision: Decimal
    licence: Licence
    source: str
    verification: Verification
    sides: tuple[str, ...] = ()
    equipment: tuple[str, ...] = ()
    change: tuple[ChangeValue, ...] = ()
    cutoffs: tuple[CutOff, ...] = ()
    norms: tuple[str, ...] = ()
    loinc: Loinc | None = None
    region: str = ""
    reference_value: Decimal | None = None
    words: ChangeWords | None = None

    @property
    def per_side(self) -> bool:
        """Tell whether left and right are kept apart."""
        return "left" in self.sides

    @property
    def whole_numbers(self) -> bool:
        """Tell whether a single reading is counted, so that fractions are a slip of the finger."""
        return self.unit.startswith("{") and self.precision >= 1


class PopulationTag(Record):
    """A condition or procedure a client may carry. A tag counts with everything it `is_a`."""

    id: str
    kind: str
    name: str
    is_a: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()


# ---- Norms


class NormVariant(Record):
    """What the rows of one variant mean and for whom they may be shown. held: why they are not shown at all."""

    variant: str
    kind: NormKind
    side: str
    kept: str = ""
    devices: tuple[str, ...] = ()
    held: str = ""


class NormRow(Record):
    """One row of a norm table: a variant, sex and age band (whole years, both ends included).

    percentiles: {50: value}. ref_low, ref_high: middle half, line or reference end-range, by the variant's kind.
    """

    measure_id: str
    variant: str
    sex: str
    age_min: int
    age_max: int
    unit: str
    source: str
    verification: Verification
    n: int | None = None
    mean: Decimal | None = None
    sd: Decimal | None = None
    percentiles: dict[int, Decimal] = {}
    ref_low: Decimal | None = None
    ref_high: Decimal | None = None
    note: str = ""


class IntervalRow(Record):
    """One row of a questionnaire's table: raw sum to interval score."""

    measure_id: str
    raw_sum: int
    interval_score: Decimal
    source: str
    verification: Verification


class EquationRow(Record):
    """A prediction equation: intercept + height (cm) + weight (kg) + age (years), in the measure's unit.

    lln_subtract_m: what is taken off for the lower limit of normal, with a mark of its own.
    """

    measure_id: str
    equation_id: str
    sex: str
    age_min: int
    age_max: int
    intercept_m: Decimal
    height_cm_coef: Decimal
    weight_kg_coef: Decimal
    age_y_coef: Decimal
    source: str
    verification: Verification
    lln_subtract_m: Decimal | None = None
    lln_verification: Verification | None = None
    r2: Decimal | None = None
    note: str = ""


class NormSet(Record):
    """One norm file. Only one of rows, intervals and equations is filled. rights: open, facts or unclear.

    installed: False when a table whose rights are unclear was left out; it then has no rows.
    """

    file: str
    version: int
    title: str
    rights: str
    installed: bool = True
    variants: tuple[NormVariant, ...] = ()
    rows: tuple[NormRow, ...] = ()
    intervals: tuple[IntervalRow, ...] = ()
    equations: tuple[EquationRow, ...] = ()

    def meaning(self, variant: str) -> NormVariant:
        """Return what the rows of a variant mean. Raises KeyError for a variant the index doesn't name."""
        for entry in self.variants:
            if entry.variant in (variant, "all"):
                return entry
        raise KeyError(f"{self.file} has no variant {variant!r}")


# ---- Safety gates


class GateRule(Record):
    """One condition of a gate: a reading against a value, a change of a reading, or symptoms or histories.

    op: "<", ">", "change>", "present" or "absent"; a value at its limit never fires.
    symptoms, histories: present means at least one of them, absent means none of them is recorded.
    compare: last_reading, earlier_in_session, other_side or last_session; direction: rise, fall or either.
    window_hours: how far the two readings lie apart at most, or how far back a history counts.
    """

    op: str
    measure: str = ""
    value: Decimal | None = None
    symptoms: tuple[str, ...] = ()
    histories: tuple[str, ...] = ()
    direction: str = ""
    compare: str = ""
    window_hours: int | None = None
    note: str = ""


class ClearsAt(Record):
    """A reading that lifts a hold where the restart mark differs from the limit (only here are <= and >= used)."""

    measure: str
    op: str
    value: Decimal


class Gate(Record):
    """A safety gate: when it is weighed, for whom, its rules, what it asks for and what it closes.

    when: pre, in_session, post or any. requires: every history listed; requires_any: at least one; unless: none.
    logic: any or all of the rules. limit_set: the named set it belongs to; empty means always in force.
    tell_within_hours: only with the action inform.
    """

    id: str
    version: int
    when: str
    rules: tuple[GateRule, ...]
    action: Action
    weight: Weight
    text: str
    source: str
    verification: Verification
    measures: tuple[str, ...] = ()
    logic: str = "any"
    limit_set: str = ""
    requires: tuple[str, ...] = ()
    requires_any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    window_hours: int | None = None
    clears_at: tuple[ClearsAt, ...] = ()
    closes: Closes | None = None
    tell_within_hours: int | None = None
    note: str = ""


class LimitSet(Record):
    """A named set of limits. Per measure the strictest set in force wins."""

    id: str
    version: int
    name: str
    gates: tuple[str, ...]
    source: str
    verification: Verification
    note: str = ""


class Symptom(Record):
    """Something a client may report, in words for the client and for the professional.

    asks: "new_or_worse_since_last_visit" for the nine red flags of the question asked each session.
    """

    id: str
    client: str
    professional: str
    asks: str = ""


class History(Record):
    """Something known about a client.

    kind: derived (worked out from the record), today, since_last_visit, or empty (on file).
    """

    id: str
    client: str
    professional: str
    kind: str = ""


class RedFlagQuestion(Record):
    """The question asked each session. The answer "none" is an answer."""

    client: str
    professional: str
    answer: str
    asks: tuple[str, ...]


# ---- Exercises and protocols


class Dose(Record):
    """A starting dose. quantity is in `unit` (reps, seconds, minutes, metres, flights); effort on the 6-20 scale."""

    sets: int
    quantity: int
    unit: str
    days_per_week: str
    effort_rpe_max: int


class Exercise(Record):
    """One exercise of the library, with the tags that block it, the next step and the step back.

    cpt: the usual support category for documentation, not billing advice.
    """

    id: str
    version: int
    name: str
    body_region: str
    primary_muscles: tuple[str, ...]
    movement_pattern: str
    position: str
    level: int
    default_dose: Dose
    cues: str
    cpt: str
    source: str
    verification: Verification
    equipment: tuple[str, ...] = ()
    contraindicated_tags: tuple[str, ...] = ()
    progression: str | None = None
    regression: str | None = None


class PlannedExercise(Record):
    """An exercise of a phase, with its range of sets and of quantity (in `unit`) from start to end of the phase."""

    exercise: str
    sets: tuple[int, int]
    quantity: tuple[int, int]
    unit: str


class Fitt(Record):
    """Frequency, intensity, time and type of one kind of work in a phase."""

    frequency: str
    intensity: str
    time: str
    type: str
    source: str
    verification: Verification


class Criterion(Record):
    """A measured condition for going on to the next phase."""

    measure: str
    op: str
    value: Decimal
    text: str
    verification: Verification


class Phase(Record):
    """A phase of a protocol. weeks: first and last week, counted as the protocol's week_basis says."""

    id: str
    name: str
    weeks: tuple[int, int]
    fitt: dict[str, Fitt]
    exercises: tuple[PlannedExercise, ...]
    progress_when: tuple[Criterion, ...]
    hold_when: tuple[str, ...]
    regress_when: tuple[str, ...]
    refer_back_when: tuple[str, ...]


class Precaution(Record):
    """A limit of a protocol. It never ends by date: `lifts` names what ends it.

    mode: block (never show tagged exercises), variant (only for that approach or procedure), conditional (when the
    client's record carries the tag). lifts: provider_release or record_tag_removed.
    ask_release_from_week: the week from which the question may be put; the block stays until it is answered.
    applies_to: phases in which the plan expects it; it stays past them until it is lifted.
    """

    id: str
    text: str
    mode: str
    lifts: str
    source: str
    verification: Verification
    tags: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()
    ask_release_from_week: int | None = None


class Variant(Record):
    """A surgical approach or procedure of a protocol and the precautions it brings."""

    id: str
    precaution_ids: tuple[str, ...]
    note: str = ""


class ProtocolCode(Record):
    """An ICD-10-CM code a protocol serves."""

    code: str
    description: str


class ProtocolSource(Record):
    """A source of a protocol with its mark."""

    text: str
    verification: Verification


class Reassess(Record):
    """When and what is measured again. interval_days_max is the rule; typical_weeks is information."""

    interval_days_max: int
    typical_weeks: int
    measures: tuple[str, ...]
    note: str = ""


class Protocol(Record):
    """A condition's pathway: who may enter, what limits it, what is measured, and its phases."""

    id: str
    version: int
    condition: str
    icd10cm: tuple[ProtocolCode, ...]
    icd_source: str
    scope_note: str
    entry_criteria: tuple[str, ...]
    contraindications: tuple[str, ...]
    precautions: tuple[Precaution, ...]
    baseline_measures: tuple[str, ...]
    goals: tuple[str, ...]
    phases: tuple[Phase, ...]
    reassess: Reassess
    discharge_criteria: tuple[str, ...]
    sources: tuple[ProtocolSource, ...]
    week_basis: str
    gates: tuple[str, ...]
    variants: tuple[Variant, ...] = ()

    def phase(self, phase_id: str) -> Phase:
        """Return a phase by its id. Raises KeyError."""
        for phase in self.phases:
            if phase.id == phase_id:
                return phase
        raise KeyError(f"{self.id} has no phase {phase_id!r}")

    def phase_in_week(self, week: int) -> Phase | None:
        """Return the phase a week falls in, or None before the first and after the last."""
        for phase in self.phases:
            if phase.weeks[0] <= week <= phase.weeks[1]:
                return phase
        return None

    def precaution(self, precaution_id: str) -> Precaution:
        """Return a precaution by its id. Raises KeyError."""
        for precaution in self.precautions:
            if precaution.id == precaution_id:
                return precaution
        raise KeyError(f"{self.id} has no precaution {precaution_id!r}")

    def precautions_of(self, variant_id: str = "") -> tuple[Precaution, ...]:
        """Return the precautions for a variant: every one but those of the other variants.

        variant_id: empty when the approach is not known; then every variant's precautions hold.
        """
        chosen: set[str] = set()
        for variant in self.variants:
            if variant.id == variant_id or not variant_id:
                chosen.update(variant.precaution_ids)
        return tuple(p for p in self.precautions if p.mode != "variant" or p.id in chosen)


# ---- Words


class WordingEntry(Record):
    """A word or phrase to mark in what we write. A trailing * takes any ending.

    where: any, outgoing or client_document. level: mark (asks once) or refuse (the document is not made).
    """

    id: str
    version: int
    words: tuple[str, ...]
    suggestion: str
    where: str
    level: str
    why: str
    source: str
    verification: Verification


class Wording(Record):
    """The word list: entries to mark, and the phrases that may stand although they hold such a word."""

    entries: tuple[WordingEntry, ...]
    allowed: tuple[str, ...] = ()
