"""One step of the benchmark, in a process of its own: a process has one home and one database.

    python -m benchmarks.child build|pages|served HOME OPTIONS

OPTIONS: JSON. What the step found goes to HOME/STEP.json; what it says while it works goes to the terminal.
"""

import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any


def main() -> int:
    """Do one step."""
    step, home, options = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    os.environ |= {
        "MEDEXPRO_HOME": str(home),
        "MEDEXPRO_DEMO": "1",
        "MEDEXPRO_NOW": options["now"],
        "DJANGO_SETTINGS_MODULE": "medexpro.config.settings",
    }
    warnings.simplefilter("ignore")
    import django

    django.setup()
    found = {"build": build, "pages": pages, "served": served}[step](home, options)
    (home / f"{step}.json").write_text(json.dumps(found), encoding="ascii")
    return 0


def build(home: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Build the practice, and say how far it is."""
    from benchmarks import tenyears
    from medexpro.kernel import clock

    began = time.perf_counter()

    def say(words: str) -> None:
        print(f"  {time.perf_counter() - began:5.0f} s  {words}", flush=True)

    sizes = {key: options[key] for key in ("clients", "sessions", "longest")}
    rows = tenyears.build(**sizes, now=clock.now(), say=say)
    return options | {
        "rows": rows,
        "bytes": tenyears.size_bytes(),
        "seconds": round(time.perf_counter() - began),
    }


def pages(home: Path, options: dict[str, Any]) -> list[dict[str, Any]]:
    """Measure from inside."""
    from benchmarks.pages import measure

    return [line.plain() for line in measure(options["repeat"], options["passes"], _dot)]


def served(home: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Measure from outside."""
    from benchmarks.serving import measure

    lines, more = measure(home, tablets=options["tablets"], rounds=options["rounds"], say=_said)
    return {"lines": [line.plain() for line in lines], **more}


def _dot(words: str) -> None:
    print(".", end="", flush=True)


def _said(words: str) -> None:
    print(f"  {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
