"""Screening, deciding, limiting, referring back: every change of clearance's state."""

from medexpro.clearance.operations.by_link import Loosens, take_limit, take_restriction, take_stop
from medexpro.clearance.operations.decisions import grant, refuse, withdraw
from medexpro.clearance.operations.histories import note_since_last_visit, tell_history
from medexpro.clearance.operations.limits import (
    end_limit,
    end_practice_limit,
    record_limit,
    record_plan,
    set_practice_limit_again,
    take_back_practice_limit,
    tighten,
)
from medexpro.clearance.operations.precautions import (
    add_precaution,
    confirm_precaution,
    confirm_together,
    decline_precaution,
    keep_precaution,
    release_precaution,
    settle_condition,
    suggest_precautions,
)
from medexpro.clearance.operations.referring import record_answer, refer_back
from medexpro.clearance.operations.refused import ClearanceRefused
from medexpro.clearance.operations.screening import answer, decide_finding, finish_screening, start_screening
from medexpro.clearance.operations.telling import owe_telling, tell

__all__ = [
    "ClearanceRefused", "Loosens", "add_precaution", "answer", "confirm_precaution", "confirm_together",
    "decide_finding", "decline_precaution", "end_limit", "end_practice_limit", "finish_screening", "grant",
    "keep_precaution", "note_since_last_visit", "owe_telling", "record_answer", "record_limit",
    "record_plan", "refer_back", "refuse", "release_precaution", "set_practice_limit_again", "settle_condition",
    "start_screening",
    "suggest_precautions", "take_back_practice_limit", "take_limit", "take_restriction", "take_stop", "tell",
    "tell_history", "tighten", "withdraw",
]  # fmt: skip
