"""The area's own data files, read once: the intake questionnaire and the working rules of clearing."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from medexpro.clearance.rules.clearing import ClearingPolicy, policy_from
from medexpro.clearance.rules.screening import Questionnaire, questionnaire_from

DATA = Path(__file__).parent / "data"


@cache
def questionnaire() -> Questionnaire:
    """Return the intake questionnaire. Raises ValueError when the file is not one: a fault of ours, found at start."""
    return questionnaire_from(_read("questionnaire.yaml"))


@cache
def clearing_policy() -> ClearingPolicy:
    """Return how long a clearance holds and which providers may clear or refer."""
    return policy_from(_read("clearing.yaml"))


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return data
