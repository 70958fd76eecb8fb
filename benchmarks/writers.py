#!/usr/bin/env python3
"""32 writers at once on SQLite: errors, p50, p95, longest wait, against the budget of 300 ms for 95 of 100.

    .venv/bin/python benchmarks/writers.py [--writers 32] [--each 40] [--plain]

Each write is what a session command costs: read a page, insert a row and its trail entry, commit to the disk.
--plain measures Django's own backend beside ours, set as well as it can be.
"""

import argparse
import multiprocessing
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = "medexpro.config.db.sqlite"
DJANGOS = "django.db.backends.sqlite3"
BUDGET_MS = 300


def configure(engine: str, path: str) -> None:
    """Point Django at one database file."""
    import django
    from django.conf import settings

    options = {"timeout": 20}
    if engine == DJANGOS:
        options |= {
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
        }
    settings.configure(DATABASES={"default": {"ENGINE": engine, "NAME": path, "OPTIONS": options}})
    django.setup()


def write(writer: int, each: int) -> tuple[list[float], int]:
    """Write `each` times; return the milliseconds of each and how many were refused."""
    from django.db import OperationalError, connection, transaction

    took, refused = [], 0
    for _ in range(each):
        began = time.perf_counter()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM (SELECT * FROM entry LIMIT 50)")
                cursor.execute("INSERT INTO entry (writer, body) VALUES (%s, %s)", [writer, "x" * 500])
                cursor.execute("INSERT INTO trail (writer, body) VALUES (%s, %s)", [writer, "x" * 300])
        except OperationalError:
            refused += 1
        took.append((time.perf_counter() - began) * 1000)
    connection.close()
    return took, refused


def work(engine: str, path: str, writer: int, each: int, together, answers) -> None:
    """Be one process of many, and begin when all are ready."""
    configure(engine, path)
    together.wait(60)
    answers.put(write(writer, each))


def measure(engine: str, kind: str, writers: int, each: int) -> bool:
    """Let the writers run, print one line, and return whether the budget was kept."""
    from django.db import connection

    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        path = f"{folder}/practice.sqlite3"
        connection.settings_dict["NAME"] = path
        with connection.cursor() as cursor:
            for table in ("entry", "trail"):
                cursor.execute(f"CREATE TABLE {table} (id integer PRIMARY KEY, writer integer, body text)")
        connection.close()
        answers, began = [], time.perf_counter()
        if kind == "threads":
            crowd = [
                threading.Thread(target=lambda n=number: answers.append(write(n, each)))
                for number in range(writers)
            ]
            for one in crowd:
                one.start()
            for one in crowd:
                one.join()
        else:
            context = multiprocessing.get_context("spawn")
            queue, together = context.Queue(), context.Barrier(writers + 1)
            crowd = [
                context.Process(target=work, args=(engine, path, number, each, together, queue))
                for number in range(writers)
            ]
            for one in crowd:
                one.start()
            together.wait(60)
            began = time.perf_counter()
            answers = [queue.get() for _ in crowd]
            for one in crowd:
                one.join()
        seconds = time.perf_counter() - began
    took = sorted(ms for times, _ in answers for ms in times)
    refused = sum(count for _, count in answers)
    p50, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
    print(
        f"{engine:28} {writers} {kind:9} {len(took) / seconds:6.0f}/s  refused {refused:4}  "
        f"p50 {p50:5.0f} ms  p95 {p95:5.0f} ms  longest {took[-1]:6.0f} ms"
    )
    return refused == 0 and p95 <= BUDGET_MS


def main() -> int:
    """Measure threads and processes; exit code 1 when our backend is over budget."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--each", type=int, default=40)
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    engine = DJANGOS if asked.plain else OURS
    configure(engine, ":memory:")
    kept = [measure(engine, kind, asked.writers, asked.each) for kind in ("threads", "processes")]
    return 0 if all(kept) or asked.plain else 1


if __name__ == "__main__":
    sys.exit(main())
