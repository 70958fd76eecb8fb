#!/usr/bin/env python3
"""Write the pages of docs/ that are made from the code, or check that they are up to date.

--write   write them (`make docs`)
--check   exit 1 and name the pages that are not those of the code (`make check`)
"""

import atexit
import importlib
import os
import pkgutil
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTE = "Made from the code by `make docs`; don't edit it here."


def roles_page() -> str:
    """Return who may do what, from the one table of permissions."""
    from medexpro.practice.roles import ROLE_NAMES, ROLE_PERMISSIONS, Permission

    roles = list(ROLE_PERMISSIONS)
    lines = ["# Who may do what", "", NOTE, ""]
    lines += ["| permission | " + " | ".join(ROLE_NAMES[role] for role in roles) + " |"]
    lines += ["| --- |" + " :-: |" * len(roles)]
    for permission in Permission:
        marks = ["yes" if permission in ROLE_PERMISSIONS[role] else "" for role in roles]
        lines.append(f"| `{permission}` | " + " | ".join(marks) + " |")
    lines += [
        "",
        "A member with several roles may do what any of them may, each with the clients that role reaches: an",
        "assistant who also works at the front desk finds every client's phone number and reads the record of the",
        "assigned. Assistants see the clients assigned to them, mentors those of their mentees.",
        "An owner who is not also a professional opens a client's record by break-glass only: with a reason,",
        "a notice, and an entry in the trail.",
    ]
    return "\n".join(lines) + "\n"


def trail_page() -> str:
    """Return every kind of event that the trail can hold, with the words people read."""
    import medexpro
    from medexpro.audit import kinds

    for module in pkgutil.walk_packages(medexpro.__path__, "medexpro."):
        if module.name.rpartition(".")[2] in {
            "events",
            "operations",
            "kinds",
            "trail",
            "practice",
            "sending",
        }:
            importlib.import_module(module.name)
    lines = ["# What the trail records", "", NOTE, "", "| event | read as |", "| --- | --- |"]
    lines += [f"| `{kind.code}` | {kind.sentence} |" for kind in kinds.all_kinds()]
    return "\n".join(lines) + "\n"


def wording_page() -> str:
    """Return how well the word list marks, measured on the labelled sentences of the tests."""
    from medexpro.knowledge.loading import load
    from medexpro.wording.report import report
    from tests.wording.sentences import FIRST_READINGS, sentences

    return report(sentences(), load().wording, NOTE, FIRST_READINGS)


PAGES = {
    "docs/domain/roles.md": roles_page,
    "docs/domain/trail.md": trail_page,
    "docs/domain/wording.md": wording_page,
}


def main(mode: str) -> int:
    """Write or check every page; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medexpro.config.settings")
    os.environ.setdefault("MEDEXPRO_TESTING", "1")
    if "MEDEXPRO_HOME" not in os.environ:
        os.environ["MEDEXPRO_HOME"] = tempfile.mkdtemp(prefix="medexpro-docs-")
        atexit.register(shutil.rmtree, os.environ["MEDEXPRO_HOME"], ignore_errors=True)
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()
    stale = []
    for name, page in PAGES.items():
        path, text = ROOT / name, page()
        if mode == "--write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    if stale:
        print(f"Not as the code has it: {', '.join(stale)}. Run make docs.")
    return 1 if stale else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["--write"], ["--check"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
