"""The area's own figures, read from data/checks.yaml."""

from functools import cache
from pathlib import Path

import yaml

from medexpro.referrals.rules.checks import CheckPolicy
from medexpro.referrals.rules.relations import Relations

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


@cache
def relations_policy() -> Relations:
    """Return when a relationship asks for a word. Raises KeyError for a file that lacks a part."""
    data = yaml.safe_load(DATA.with_name("relations.yaml").read_text(encoding="utf-8"))
    rhythm = data["rhythm"]
    return Relations(
        follow_up_first_days=data["follow_up"]["first_days"],
        follow_up_last_days=data["follow_up"]["last_days"],
        thank_working_days=data["thank_you"]["working_days"],
        thank_forgotten_days=data["thank_you"]["forgotten_days"],
        needs_referrals=rhythm["needs_referrals"],
        quiet_factor=rhythm["quiet_factor"],
        shortest_quiet_days=rhythm["shortest_quiet_days"],
        default_quiet_days=rhythm["default_quiet_days"],
        lapsed_factor=rhythm["lapsed_factor"],
        shortest_lapsed_days=rhythm["shortest_lapsed_days"],
        steady_referrals=data["steady"]["referrals"],
        steady_within_days=data["steady"]["within_days"],
        touches_a_week=data["touches_a_week"],
    )
