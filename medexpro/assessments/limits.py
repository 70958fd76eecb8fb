"""Where pressure and pulse should lie for one client: our limits, the practice's and the provider's, merged."""

from datetime import date

from medexpro.assessments.rules.change import JUDGED_BY_LIMITS, Limits
from medexpro.clearance import state as clearance
from medexpro.clearance.rules import limits as limit_rules
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Closes
from medexpro.knowledge.library import library


def limits_for(episode: Episode, on: date) -> dict[str, Limits]:
    """Return the limits in force on a day for each measure that is judged by them, the strictest of all parts."""
    gates = limit_rules.merge(library().gates_in_force, clearance.limits_in_force(episode), on)
    found = {}
    for measure in sorted(JUDGED_BY_LIMITS):
        highs = [
            figure for part in Closes if (figure := limit_rules.ours(gates, measure, ">", part)) is not None
        ]
        lows = [
            figure for part in Closes if (figure := limit_rules.ours(gates, measure, "<", part)) is not None
        ]
        if highs or lows:
            found[measure] = Limits(low=max(lows, default=None), high=min(highs, default=None))
    return found
