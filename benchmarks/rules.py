#!/usr/bin/env python3
"""How long the rules take for one whole assessment: trials to kept values, tables, lines, change, scores.

    .venv/bin/python benchmarks/rules.py

Nothing is read from a database: these are the pure rules on the library's own records. The budget is 5 ms for 25
measures, on both sides where they have them, against a baseline.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

MEASURES, BUDGET_MS, TIMES = 25, 5.0, 200


def assessment() -> Callable[[], int]:
    """Return the function that scores and judges one assessment; it returns how many results it looked at."""
    from medexpro.assessments import scores
    from medexpro.assessments.rules import composites, norms, trials
    from medexpro.assessments.rules.change import expand_tags, judge
    from medexpro.assessments.rules.composites import Screened, Test, from_stage
    from medexpro.assessments.rules.norms import Subject
    from medexpro.knowledge.library import library

    lib = library()
    # The measures with the most to look up come first, so that the budget holds for any choice of 25.
    known = sorted(
        lib.measures.values(), key=lambda one: -(len(one.norms) + len(one.cutoffs) + len(one.change))
    )
    chosen = known[:MEASURES]
    results = []
    for measure in chosen:
        low, high = measure.plausible_range.min, measure.plausible_range.max
        typed = [low + (high - low) * Decimal(share) / 10 for share in (4, 5, 6)][: measure.trials.count]
        results += [(measure, side, typed, low) for side in (measure.sides or ("none",))]
    tables = {measure.id: lib.norms_of(measure) for measure in chosen}

    def once() -> int:
        tags = expand_tags(["total_knee_replacement"], lib.tags)
        for measure, side, typed, first in results:
            value = trials.kept_value(measure, typed)
            if value is None:
                continue
            who = Subject(68, "female", side, measure.trials.kept, "corridor_30m", Decimal(163), Decimal(70))
            norms.best_comparison(measure, tables[measure.id], value, who)
            norms.lines(measure, value, who, lib.norms, tags=tags)
            judge(measure, first, value, tags=tags, age=68)
        composites.sppb(scores.sppb_rule(), from_stage(3))
        found = [Test("Timed Up and Go", True), Test("chair stand", False), Test("balance", False)]
        composites.steadi(scores.steadi_rule(), 68, Screened(1, False, True), found)
        return len(results)

    return once


def milliseconds(times: int = TIMES) -> list[float]:
    """Return the CPU milliseconds of each of some assessments, after one that warms up."""
    once = assessment()
    once()
    found = []
    for _ in range(times):
        began = time.process_time()
        once()
        found.append((time.process_time() - began) * 1000)
    return found


def main() -> int:
    """Measure and print. Exit code 1 when the median is over the budget."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medexpro.config.settings")
    import django

    django.setup()
    found = sorted(milliseconds())
    median, p95 = statistics.median(found), found[round(0.95 * (len(found) - 1))]
    print(f"{MEASURES} measures: median {median:.2f} ms of CPU, p95 {p95:.2f} ms, budget {BUDGET_MS:.0f} ms")
    return int(median > BUDGET_MS)


if __name__ == "__main__":
    sys.exit(main())
