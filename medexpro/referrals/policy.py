"""The area's own figures, read from data/checks.yaml."""

from functools import cache
from pathlib import Path

import yaml

from medexpro.referrals.rules.checks import CheckPolicy

DATA = Path(__file__).parent / "data" / "checks.yaml"


@cache
def policy() -> CheckPolicy:
    """Return the policy of this process. Raises KeyError for a file that lacks a part."""
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return CheckPolicy(
        phrases=tuple(data["wording"]["phrases"]),
        may_refer=frozenset(data["may_refer"]["types"]),
        may_clear=frozenset(data["may_clear"]["types"]),
        acknowledge_working_days=data["days"]["acknowledge_working_days"],
        renew_from_days=data["days"]["renew_from_days"],
    )
