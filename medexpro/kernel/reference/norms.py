"""Norm tables: rows by variant, sex and age, questionnaire tables, prediction equations."""

from decimal import Decimal
from enum import StrEnum

from medexpro.kernel.reference.base import Record, Verification


class NormKind(StrEnum):
    """What the rows of a norm table are. equation: no rows, a formula."""

    PERCENTILES = "percentiles"
    MEAN = "mean"
    MIDDLE_HALF = "middle_half"
    REFERENCE = "reference"
    CUTOFF = "cutoff"
    EQUATION = "equation"


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
