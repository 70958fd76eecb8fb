"""Files stay short enough to read, and nothing is left for later in a comment."""

import re

from tests.house.words import ROOT, files

LONGEST = 600
LATER = re.compile(r"(?:#|//|/\*|\{#|<!--)\s*(TO" r"DO|FIX" r"ME|XX" r"X)\b")


def test_no_module_is_longer_than_a_reader_can_hold():
    counts = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in files("*.py")
    }
    assert {name: count for name, count in counts.items() if count > LONGEST} == {}


def test_nothing_is_left_for_later():
    said = []
    for path in files("*.py", "*.html", "*.js", "*.css", "*.typ", "*.yaml"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if LATER.search(line):
                said.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert said == [], "\n" + "\n".join(said)
