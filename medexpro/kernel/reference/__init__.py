"""Typed records of the reference data: measures, norms, gates, protocols, exercises, words.

`knowledge` loads them from its data files and checks them; every rule above weighs them. Frozen, so that a
record read once is safe to share. Figures are decimals in the unit the record names (UCUM; what is counted
stands in braces). Every figure carries a source and a mark.
"""

from medexpro.kernel.reference.base import (
    MARK_LABELS,
    Record,
    Verification,
)
from medexpro.kernel.reference.gates import (
    Action,
    ClearsAt,
    Gate,
    GateRule,
    History,
    LimitSet,
    RedFlagQuestion,
    Symptom,
)
from medexpro.kernel.reference.measures import (
    AppliesTo,
    ChangeValue,
    ChangeWords,
    CutOff,
    Direction,
    Licence,
    Loinc,
    Measure,
    PopulationTag,
    Range,
    Role,
    Trials,
)
from medexpro.kernel.reference.norms import (
    EquationRow,
    IntervalRow,
    NormKind,
    NormRow,
    NormSet,
    NormVariant,
)
from medexpro.kernel.reference.plans import (
    Criterion,
    Dose,
    Exercise,
    Fitt,
    Phase,
    PlannedExercise,
    Precaution,
    Protocol,
    ProtocolCode,
    ProtocolSource,
    Reassess,
    Variant,
)
from medexpro.kernel.reference.words import (
    Wording,
    WordingEntry,
)

__all__ = [
    "MARK_LABELS",
    "Action",
    "AppliesTo",
    "ChangeValue",
    "ChangeWords",
    "ClearsAt",
    "Criterion",
    "CutOff",
    "Direction",
    "Dose",
    "EquationRow",
    "Exercise",
    "Fitt",
    "Gate",
    "GateRule",
    "History",
    "IntervalRow",
    "Licence",
    "LimitSet",
    "Loinc",
    "Measure",
    "NormKind",
    "NormRow",
    "NormSet",
    "NormVariant",
    "Phase",
    "PlannedExercise",
    "PopulationTag",
    "Precaution",
    "Protocol",
    "ProtocolCode",
    "ProtocolSource",
    "Range",
    "Reassess",
    "Record",
    "RedFlagQuestion",
    "Role",
    "Symptom",
    "Trials",
    "Variant",
    "Verification",
    "Wording",
    "WordingEntry",
]
