#!/usr/bin/env python3
"""Measure a practice of ten years beside a small one, from inside and served to 32 tablets, against the budgets.

    .venv/bin/python benchmarks/run.py [--fresh] [--only pages|served] [--repeat 30]
    .venv/bin/python tools/with_postgres.py .venv/bin/python benchmarks/run.py

Practices are built once and kept in benchmarks/out; they are built anew when a table or the benchmark changed.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.budgets import MEMORY_MIB, PAGES, SERVED  # noqa: E402
from benchmarks.lines import Line, Table  # noqa: E402

SIZES = {
    "small": {"clients": 60, "sessions": 2500, "longest": 100},
    "ten": {"clients": 2000, "sessions": 200_000, "longest": 1000},
}


def main() -> int:
    """Build what is not there, measure, print. Exit code 1 with --strict when something is over its budget."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clients", type=int, default=SIZES["ten"]["clients"])
    parser.add_argument("--sessions", type=int, default=SIZES["ten"]["sessions"])
    parser.add_argument("--longest", type=int, default=SIZES["ten"]["longest"], help="sessions of one client")
    parser.add_argument("--repeat", type=int, default=30, help="times each page is asked for in one pass")
    parser.add_argument("--passes", type=int, default=3, help="passes over all pages; the quietest counts")
    parser.add_argument("--tablets", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3, help="hours each tablet sends")
    parser.add_argument("--only", choices=("pages", "served"), help="measure only this")
    parser.add_argument("--fresh", action="store_true", help="build the practices anew")
    parser.add_argument("--strict", action="store_true", help="fail when something is over its budget")
    asked = parser.parse_args()
    sizes = SIZES | {"ten": {"clients": asked.clients, "sessions": asked.sessions, "longest": asked.longest}}
    practices = {name: Practice(name, size) for name, size in sizes.items()}
    for practice in practices.values():
        practice.make(fresh=asked.fresh)
    return report(practices, asked) and int(asked.strict)


class Practice:
    """One practice of the benchmark: its home and its database."""

    def __init__(self, name: str, size: dict[str, int]):
        self.name, self.size = name, size
        self.server = os.environ.get("DATABASE_URL", "")
        kind = "postgresql" if self.server else "sqlite"
        self.home = ROOT / "benchmarks" / "out" / f"{name}-{kind}-{size['clients']}-{size['sessions']}"
        self.database = f"medexpro_bench_{name}"

    @property
    def built(self) -> dict[str, Any]:
        """Return what is known of the kept one; nothing where there is none that fits."""
        try:
            known = json.loads((self.home / "build.json").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return {}
        return known if known.get("made_of") == made_of() and self._is_there() else {}

    def make(self, *, fresh: bool) -> None:
        """Build it unless it is there."""
        if self.built and not fresh:
            return
        print(
            f"Building a practice of {self.size['clients']:,} clients and {self.size['sessions']:,} sessions:"
        )
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        if self.server:
            self._ask(f"DROP DATABASE IF EXISTS {self.database}", f"CREATE DATABASE {self.database}")
        now = datetime.now(UTC).replace(microsecond=0).isoformat()
        self.step("build", **self.size, now=now, made_of=made_of())

    def step(self, step: str, **options: Any) -> Any:
        """Do one step in a process of its own, and return what it found."""
        environ = os.environ | {"PYTHONPATH": str(ROOT)}
        if self.server:
            environ["DATABASE_URL"] = urlunsplit(urlsplit(self.server)._replace(path=f"/{self.database}"))
        options.setdefault("now", self.built.get("now"))
        command = [sys.executable, "-m", "benchmarks.child", step, str(self.home), json.dumps(options)]
        done = subprocess.run(command, env=environ, cwd=ROOT)
        if done.returncode:
            sys.exit(f"The step “{step}” of the {self.name} practice did not come to its end.")
        return json.loads((self.home / f"{step}.json").read_text(encoding="ascii"))

    def _is_there(self) -> bool:
        if not self.server:
            return (self.home / "db.sqlite3").exists()
        return bool(self._ask(f"SELECT 1 FROM pg_database WHERE datname = '{self.database}'"))  # noqa: S608

    def _ask(self, *statements: str) -> list[Any]:
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            found = [connection.execute(statement) for statement in statements][-1]
            return found.fetchall() if found.description else []


def made_of() -> str:
    """Return a hash of what a kept practice depends on: the tables, and how it is built."""
    digest = hashlib.sha256()
    here = ROOT / "benchmarks"
    files = sorted((ROOT / "medexpro").glob("**/migrations/*.py"))
    for path in [*files, *(here / name for name in ("copying.py", "floor.py", "molds.py", "tenyears.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def report(practices: dict[str, Practice], asked: argparse.Namespace) -> int:
    """Measure both practices and print the table."""
    ten, over = practices["ten"], []
    built = ten.built
    rows = ", ".join(f"{count:,} {name}" for name, count in list(built["rows"].items())[:12])
    print(f"\nTen years: {built['bytes'] / 1e9:.1f} GB, built in {built['seconds']} s: {rows}.")
    if asked.only != "served":
        times = {"repeat": asked.repeat, "passes": asked.passes}
        found = {name: _lines(one.step("pages", **times)) for name, one in practices.items()}
        table = Table(PAGES, found["ten"], {line.name: line for line in found["small"]})
        how = f"{asked.repeat} times each, the quietest of {asked.passes} passes"
        print(f"\n\nFrom inside one process, {how}. Pace: {pace()}.\n\n{table.text()}")
        over += table.over()
    if asked.only != "pages":
        print("\nServed by `medexpro serve`:")
        served = ten.step("served", tablets=asked.tablets, rounds=asked.rounds)
        table = Table(SERVED, _lines(served["lines"]))
        print(f"\n{table.text()}\n")
        memory = served["memory_mib"]
        print(f"Memory of web server, task worker and their supervisor after it, idle (PSS): {memory:.0f} MiB"
              f" of {MEMORY_MIB}{'  OVER' if memory > MEMORY_MIB else ''}")  # fmt: skip
        over += table.over() + ([f"memory: {memory:.0f} MiB"] if memory > MEMORY_MIB else [])
    print("\nOver budget:" if over else "\nEverything is inside its budget.")
    for line in over:
        print(f"  {line}")
    return 1 if over else 0


def _lines(found: list[dict[str, Any]]) -> list[Line]:
    return [Line(**one) for one in found]


def pace() -> str:
    """Return how fast this machine is at this moment, by a fixed piece of work: others working beside us slow it."""
    took = []
    for _ in range(200):
        began, kept = time.process_time_ns(), {}
        for number in range(3000):
            kept[str(number)] = (number, "".join(("a", str(number))))
        took.append((time.process_time_ns() - began) / 1e6)
    took.sort()
    return f"a fixed piece of work took {took[100]:.2f} ms CPU, {took[0]:.2f} at best"


if __name__ == "__main__":
    sys.exit(main())
