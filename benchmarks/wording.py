#!/usr/bin/env python3
"""How long the check of words takes for a text of 2,000 words: the labelled sentences of the tests, one after another.

    .venv/bin/python benchmarks/wording.py

Nothing is read from a database. The budget is 5 ms, marks and contexts included, for each kind of reader.
"""

import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

WORDS, BUDGET_MS, TIMES = 2000, 5.0, 60
READERS = ("provider", "client", "public", "staff")


def text() -> str:
    """Return 2,000 words as members write them: nearly all ordinary, every tenth sentence with a slip."""
    from tests.wording.sentences import sentences

    ordinary = [one.text for one in sentences() if not one.labels]
    slips = [one.text for one in sentences() if one.labels]
    said: list[str] = []
    for number in range(WORDS):
        said += (slips if number % 10 == 9 else ordinary)[number % 100].split()
        if len(said) >= WORDS:
            break
    return " ".join(said[:WORDS])


def main() -> int:
    """Measure and print; 1 where the budget is not kept."""
    from medexpro.kernel.wording import find_marks
    from medexpro.knowledge.loading import load

    wording, written, worst = load().wording, text(), 0.0
    for reader in READERS:
        found = find_marks({"text": written}, wording, to=reader)
        taken = []
        for _ in range(TIMES):
            begun = time.process_time_ns()
            find_marks({"text": written}, wording, to=reader)
            taken.append((time.process_time_ns() - begun) / 1e6)
        median = statistics.median(taken)
        worst = max(worst, median)
        print(f"{reader:10} {len(found):3} marks  median {median:.2f} ms  worst {max(taken):.2f} ms")
    print(f"budget {BUDGET_MS} ms for {WORDS} words: {'kept' if worst <= BUDGET_MS else 'NOT KEPT'}")
    return int(worst > BUDGET_MS)


if __name__ == "__main__":
    sys.exit(main())
