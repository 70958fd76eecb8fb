"""The area's own data files, read once: what the sentences of a phase mean, and how a dose grows."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from medexpro.programs.rules.dosage import Dosage, dosage_from
from medexpro.programs.rules.progression import Choice, Policy, Rule
from medexpro.programs.rules.weighing import WAYS

DATA = Path(__file__).parent / "data"


@cache
def progression_policy() -> Policy:
    """Return the rules of progression. Raises ValueError for a file that is none: a fault of ours, found at start."""
    data = _read("progression.yaml")
    return Policy(
        rules=tuple(_rule(entry) for entry in data["rules"]),
        always=tuple(_rule(entry | {"always": True}) for entry in data["always"]),
        strictest=tuple(Choice(one) for one in data["strictest"]),
    )


@cache
def dosage() -> Dosage:
    """Return how the dose of an exercise grows inside its phase."""
    return dosage_from(_read("dosage.yaml"))


def _rule(entry: dict[str, Any]) -> Rule:
    rule = Rule(**(entry | {"choice": Choice(entry["choice"])}))
    if rule.weighs and rule.weighs.get("kind") not in WAYS:
        raise ValueError(f"progression.yaml: {rule.id}: there is no way to weigh {rule.weighs.get('kind')!r}")
    if not rule.weighs and not rule.asks:
        raise ValueError(f"progression.yaml: {rule.id}: neither weighed nor asked")
    return rule


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return data
