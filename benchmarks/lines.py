"""What is measured of one thing people do, its budget, and the line that shows both."""

import statistics
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.budgets import Budget


@dataclass
class Line:
    """One thing as measured. cpu_ms: the median of server and database; packed: bytes over the wire."""

    name: str
    queries: float | None = None
    cpu_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    size: int | None = None
    packed: int | None = None

    @classmethod
    def of(
        cls, name: str, *, queries: float | None, cpus: list[float], walls: list[float], **more: Any
    ) -> "Line":
        """Return the line of many tries. cpus, walls: milliseconds of each."""
        ordered = sorted(walls)
        p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
        return cls(name, queries, statistics.median(cpus), statistics.median(walls), p95, **more)

    def plain(self) -> dict[str, Any]:
        """Return it as it goes from one process to another."""
        return asdict(self)


@dataclass
class Table:
    """Lines with their budgets, beside those of a small practice."""

    budgets: dict[str, Budget]
    lines: list[Line]
    small: dict[str, Line] = field(default_factory=dict)

    HEAD = (
        f"{'':34}{'queries':>8} {'of':>3}  {'CPU ms':>7} {'of':>4}  {'p50 ms':>7} {'p95 ms':>7} {'of':>5}"
        f"  {'bytes':>9} {'packed':>8}  {'queries':>8} {'CPU':>6}"
    )

    def text(self) -> str:
        """Return the table: a line each, its budget after each figure, a mark where it is over."""
        under = f"{'':34}{'':>8} {'':>3}  {'':>7} {'':>4}  {'':>7} {'':>7} {'':>5}  {'':>9} {'':>8}  {'against small':>15}"
        return "\n".join([under.rstrip(), self.HEAD, *(self._row(line) for line in self.lines)])

    def over(self) -> list[str]:
        """Return what is over its budget, in words."""
        return [f"{line.name}: {', '.join(found)}" for line in self.lines if (found := self._over(line))]

    def _row(self, line: Line) -> str:
        budget = self.budgets.get(line.name, Budget())
        marks = self._over(line)
        return (
            f"{line.name:34}{_number(line.queries, 8)} {_number(budget.queries if line.queries is not None else None, 3)}"
            f"  {_number(line.cpu_ms, 7, 1)} {_number(budget.cpu_ms, 4)}"
            f"  {_number(line.p50_ms, 7, 1)} {_number(line.p95_ms, 7, 1)}"
            f" {_number(budget.p95_ms if line.p95_ms is not None else None, 5)}"
            f"  {_number(line.size, 9)} {_number(line.packed, 8)}  {self._against_small(line)}"
            + (f"  OVER: {', '.join(marks)}" if marks else "")
        ).rstrip()

    def _against_small(self, line: Line) -> str:
        small = self.small.get(line.name)
        if small is None or not small.cpu_ms or line.cpu_ms is None:
            return f"{'':>8} {'':>6}"
        more = (line.queries or 0) - (small.queries or 0)
        same = "same" if not more else f"{more:+g}"
        return f"{same:>8} {f'× {line.cpu_ms / small.cpu_ms:.1f}':>6}"

    def _over(self, line: Line) -> list[str]:
        budget, small = self.budgets.get(line.name, Budget()), self.small.get(line.name)
        pairs = [
            ("queries", line.queries, budget.queries),
            ("CPU", line.cpu_ms, budget.cpu_ms),
            ("p50", line.p50_ms, budget.p50_ms),
            ("p95", line.p95_ms, budget.p95_ms),
            ("bytes", line.packed, budget.packed),
        ]
        found = [
            name for name, value, most in pairs if value is not None and most is not None and value > most
        ]
        if small is not None and not budget.grows and (line.queries or 0) > (small.queries or 0):
            found.append("grows")
        return found


def _number(value: float | None, width: int, places: int = 0) -> str:
    if value is None:
        return " " * width
    text = f"{value:,.{places}f}" if places or value == round(value) else f"{value:,.1f}"
    return f"{text:>{width}}"
