"""The budgets: what each thing may cost. The figures of other systems are recorded ones; nobody runs them here."""

from dataclasses import dataclass

QUERIES, P95_MS, LATER_PAGE = 15, 100.0, 30_000
# Care's write of an observation took 91 to 109 CPU ms, a fifth of it 18; Medplum's 15 to 20, half of it 8 to 10.
COMMAND_CPU_MS, CARE_WRITE_CPU_MS = 8.0, 18.0
# A tenth of what Care's list of 14 clients and its detail took.
LIST_CPU_MS, DETAIL_CPU_MS = 114.0, 19.0
MEMORY_MIB = 200


@dataclass(frozen=True)
class Budget:
    """What one thing may cost; None is not measured there. packed: bytes over the wire.

    grows: its queries may grow with the practice.
    """

    queries: int | None = QUERIES
    cpu_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = P95_MS
    packed: int | None = LATER_PAGE
    grows: bool = False


LIST, DETAIL = Budget(queries=6, cpu_ms=LIST_CPU_MS), Budget(queries=10, cpu_ms=DETAIL_CPU_MS)
# The chart of a client in service is far more than their detail.
CHART = Budget(cpu_ms=DETAIL_CPU_MS)
COMMAND = Budget(queries=None, cpu_ms=COMMAND_CPU_MS)
FIRST_PAGE, FONTS = (Budget(queries=None, p95_ms=None, packed=most) for most in (150_000, 60_000))
ALL_AT_ONCE, ALL_MEASURING = "32 tablets at once, a command", "… saving a measurement"

PAGES = {
    "client list": LIST,
    "client list, in service": LIST,
    "client list, a search": LIST,
    "client list, last page": LIST,
    "client, no episode yet": DETAIL,
    "chart, longest history": CHART,
    "chart, ordinary": CHART,
    "create a client": Budget(queries=10),
    "session command, ordinary hour": COMMAND,
    "… a reading": COMMAND,
    "… an exercise": COMMAND,
    "session command, longest history": COMMAND,
    "save a measurement": Budget(cpu_ms=CARE_WRITE_CPU_MS),
    "client search, a keystroke": Budget(queries=6),
    "code search, a keystroke": Budget(queries=None, p50_ms=3, p95_ms=20, packed=None),
    "knowledge, a start": Budget(queries=None, p95_ms=150, packed=None),
    # Once after an update, by the migration, before anybody is served.
    "… after its files changed": Budget(queries=None, p95_ms=None, packed=None),
    # 25 measures, those with the most to look up; benchmarks/rules.py measures it alone.
    "an assessment scored and judged": Budget(queries=None, p95_ms=5, packed=None),
    "report, the PDF": Budget(queries=None, p95_ms=150, packed=None),
}
SERVED = {
    ALL_AT_ONCE: Budget(queries=None, cpu_ms=COMMAND_CPU_MS, p95_ms=300, packed=None),
    ALL_MEASURING: Budget(queries=None, cpu_ms=CARE_WRITE_CPU_MS, p95_ms=300, packed=None),
    "first page, sign-in": FIRST_PAGE,
    "… of it fonts": FONTS,
}
