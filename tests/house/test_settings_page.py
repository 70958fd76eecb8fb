"""Every setting has its line in docs/running/settings.md, and every line there is a setting."""

import re

from tests.house.words import ROOT, files

PAGE = ROOT / "docs" / "running" / "settings.md"
READS = re.compile(
    r"env\.(?:text|flag|number)\(\s*\"([A-Z_]+)\"|environ(?:\.get\(|\[)\s*\"([A-Z_]+)\"|"
    r"\b(?:text|flag|number)\(\"([A-Z_]+)\"|^NAME = \"([A-Z_]+)\"$",
    re.MULTILINE,
)
# Read by the scripts in tools/ and by the journeys.
OF_THE_TOOLS = {"MEDEXPRO_CHROMIUM"}
# Django's own, set by our programs for themselves.
NOT_FOR_PEOPLE = {"DJANGO_SETTINGS_MODULE"}


def test_the_page_lists_exactly_what_the_product_reads():
    read = set(OF_THE_TOOLS)
    for path in files("*.py"):
        for names in READS.findall(path.read_text(encoding="utf-8")):
            read |= {name for name in names if name}
    rows = [
        line.split("|")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    ]
    listed = set(re.findall(r"`([A-Z_]+)`", " ".join(rows)))
    assert listed == read - NOT_FOR_PEOPLE
