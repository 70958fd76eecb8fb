#!/usr/bin/env python3
"""Bring in a folder of FHIR files twice, count what became of everything, and say how fast and in how much memory.

    .venv/bin/python benchmarks/imports.py FOLDER [--people 2000] [--rows 10000]

FOLDER: Bundles and NDJSON, with a manifest.json beside the Bundles if there is one: a list of {file, resource_counts}.
--people: afterwards bring in a bulk export of so many people as well, made here from the folder's smallest Bundle.
--rows: afterwards bring in a list of clients (CSV) of so many rows, in Latin-1, every hundredth with a bad date.
Every run has a home of its own, which is gone afterwards. Exit code 1 when something doesn't add up.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def main() -> int:
    """Measure, print, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=0, help="people of the bulk export made here")
    parser.add_argument("--rows", type=int, default=0, help="rows of the list of clients made here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {
            "MEDEXPRO_HOME": home,
            "MEDEXPRO_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "medexpro.config.settings",
        }
        import django

        django.setup()
        member = _practice()
        first = _run(asked.folder, member, "first time")
        rows = _rows()
        again = _run(asked.folder, member, "second time")
        problems = _compare(asked.folder, first) + _compare(asked.folder, again)
        if again.people.keys() - {"unchanged", "died", "left"}:
            problems.append(f"the second time was not the same: {dict(again.people)}")
        if rows != _rows():
            problems.append(f"rows were {rows}, then {_rows()}")
        if asked.people:
            bulk = Path(home) / "bulk"
            _write_bulk(bulk, asked.folder, asked.people)
            _run(bulk, member, f"{asked.people:,} people as NDJSON")
        if asked.rows:
            _bring_in_list(asked.rows, member)
    for problem in problems:
        print(f"NOT RIGHT: {problem}")
    print("Everything adds up." if not problems else f"{len(problems)} problems.")
    return int(bool(problems))


def _practice() -> Any:
    """Return a professional of a new practice in a new database."""
    from django.core.management import call_command

    from medexpro.practice.models import Member, Practice, User

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    practice = Practice.objects.create(name="Bench")
    user = User.objects.create_user("bench@example.org", "correct horse battery", full_name="Bench")
    return Member.objects.create(practice=practice, user=user, roles=["professional"], credentials="MES")


def _run(folder: Path, member: Any, what: str) -> Any:
    from medexpro.fhir.many import import_files
    from medexpro.fhir.presenters import run_summary
    from medexpro.fhir.reading.files import files_in
    from medexpro.kernel import clock

    memory: list[float] = []

    def tell(done: int, total: int, said: str) -> None:
        if said.startswith("Bringing in") and done % max(1, total // 4) == 0:
            memory.append(_rss_mb())

    files = files_in([folder])
    began, cpu, before = time.perf_counter(), time.process_time(), _rss_mb()
    run = import_files(files, by=member, at=clock.now(), each=_named, tell=tell)
    took = time.perf_counter() - began
    people = run.people.total()
    print(f"{what}: {run_summary(run)}")
    print(
        f"  {took:.1f} s, {time.process_time() - cpu:.1f} s of CPU: {people / took * 60:,.0f} people a minute. "
        f"Memory {before:.0f} MB before, then {', '.join(f'{at:.0f}' for at in memory)} MB along the way."
    )
    return run


def _named(report: Any) -> None:
    if report.outcome is None:
        print(f"  left: {report.name}: {report.why}")


def _compare(folder: Path, run: Any) -> list[str]:
    """Return what doesn't add up, file by file, and against the manifest where one is there."""
    problems = [f"{file.name} does not add up" for file in run.files if not file.adds_up]
    problems += [f"{file.name}: {file.refusal}" for file in run.files if file.refusal]
    path = folder / "manifest.json"
    by_name = {file.name: file for file in run.files}
    for listed in json.loads(path.read_text(encoding="utf-8")) if path.exists() else []:
        file = by_name.get(listed["file"])
        if file is None or dict(file.counts()) != listed["resource_counts"]:
            problems.append(f"{listed['file']} holds {file and dict(file.counts())} by our count")
    return problems


def _rows() -> dict[str, int]:
    """Return how many rows every table of a client's record has."""
    from django.apps import apps

    names = ("Client", "Condition", "Surgery", "Medication", "Allergy", "OutsideReading", "ContactPerson")
    return {name: apps.get_model("clients", name).objects.count() for name in names}


def _write_bulk(bulk: Path, folder: Path, people: int) -> None:
    """Write a bulk export: the person of the smallest Bundle again and again, each with their own name and ids."""
    bundles = (path for path in folder.iterdir() if path.name.endswith((".json", ".json.gz")))
    smallest = min((path for path in bundles if path.name != "manifest.json"), key=lambda p: p.stat().st_size)
    content = smallest.read_bytes()
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    listed = [entry["resource"] for entry in json.loads(content)["entry"]]
    bulk.mkdir()
    kinds = ("Patient", "Condition", "Observation", "MedicationRequest")
    outs = {kind: (bulk / f"{kind}.ndjson").open("w", encoding="utf-8") for kind in kinds}
    for n in range(people):
        for one in listed:
            kind = one["resourceType"]
            if kind not in outs:
                continue
            mine = one | {"id": f"{n}-{one['id']}"}
            if kind == "Patient":
                names = [{"given": [_letters(n * 7919)], "family": _letters(n * 104729 + 13)}]
                born = f"{1940 + n % 60}-{n % 12 + 1:02d}-{n % 28 + 1:02d}"
                mine |= {"id": f"p{n}", "name": names, "identifier": [], "birthDate": born, "telecom": []}
                mine = {key: value for key, value in mine.items() if not key.startswith("deceased")}
            else:
                mine |= {"subject": {"reference": f"Patient/p{n}"}}
            outs[kind].write(json.dumps(mine) + "\n")
    for out in outs.values():
        out.close()


def _bring_in_list(rows: int, member: Any) -> None:
    """Bring in a list of clients twice: look through it, then add."""
    from medexpro.clients.operations import sheets
    from medexpro.clients.sheet_presenters import sheet_summary
    from medexpro.kernel import clock

    lines = ["Last;First;Born;Phone"]
    for n in range(rows):
        born = "31.02.1950" if n % 100 == 0 else f"{n % 28 + 1:02d}.{n % 12 + 1:02d}.{1935 + n % 70}"
        lines.append(f"{_letters(n * 7919 + 5)}ë;{_letters(n * 104729 + 3)};{born};555-{n:07d}")
    content = b"\xef\xbb\xbf" + "\r\n".join(lines).encode("latin-1")
    memory: list[float] = []

    def tell(done: int, total: int, what: str) -> None:
        if done % max(1, total // 4) < 20:
            memory.append(_rss_mb())

    for _ in range(2):
        began = time.perf_counter()
        sheet = sheets.keep("clients.csv", content, by=member, at=clock.now())
        sheets.choose_columns(sheet, sheet.columns, order="", by=member, at=clock.now())
        for adding in (False, True):
            if adding:
                sheets.start_adding(sheet, chosen=[], by=member, at=clock.now())
            sheet.refresh_from_db()
            sheets.work(sheet, now=clock.now, tell=tell)
            sheet.refresh_from_db()
            said = "added" if adding else "looked through"
            print(f"{said} after {time.perf_counter() - began:.0f} s: {sheet_summary(sheet)}")
    print(f"  Memory along the way: {', '.join(f'{at:.0f}' for at in memory)} MB.")


def _letters(n: int) -> str:
    """Return a name no other number gives."""
    found = ""
    while n or len(found) < 6:
        n, digit = divmod(n, 20)
        found += "bcdfghjklmnpqrstvwxz"[digit] + "aeiou"[digit % 5]
    return found.capitalize()


def _rss_mb() -> float:
    """Return the memory of this process, in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
