"""Every change of an assessment's state: measuring, and setting goals."""

from medexpro.assessments.operations.flow import NameRefused, name_steps, note, plan_region, take_off_region
from medexpro.assessments.operations.goals import (
    HORIZONS,
    change_goal,
    drop_goal,
    meet_goal,
    reopen_goal,
    set_goal,
)
from medexpro.assessments.operations.measuring import (
    MOST_TRIALS,
    AssessmentRefused,
    Implausible,
    MeasurementRefused,
    Swapped,
    finish,
    leave_out,
    plan,
    record,
    remove,
    restore,
    start,
)
from medexpro.assessments.operations.tables import (
    TableRefused,
    choose_table,
    choose_table_for_practice,
)
from medexpro.assessments.rules.goals import GoalRefused

__all__ = [
    "HORIZONS",
    "MOST_TRIALS",
    "AssessmentRefused",
    "GoalRefused",
    "Implausible",
    "MeasurementRefused",
    "NameRefused",
    "Swapped",
    "TableRefused",
    "change_goal",
    "choose_table",
    "choose_table_for_practice",
    "drop_goal",
    "finish",
    "leave_out",
    "meet_goal",
    "name_steps",
    "note",
    "plan",
    "plan_region",
    "record",
    "remove",
    "reopen_goal",
    "restore",
    "set_goal",
    "start",
    "take_off_region",
]
