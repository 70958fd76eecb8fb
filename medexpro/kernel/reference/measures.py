"""Measures: protocol, ranges, change values, published lines, and how a change is said."""

from decimal import Decimal
from enum import StrEnum

from medexpro.kernel.reference.base import Record, Verification


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
    domain, scale: of a practice's own version: its place in the profile, and from where to where it is drawn.
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
    domain: str = ""
    scale: Range | None = None

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
