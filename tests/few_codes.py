"""A few families of the shipped ICD-10-CM release, so that a test need not load a hundred thousand codes."""

import gzip
from datetime import UTC, date, datetime
from functools import cache

from medexpro.knowledge.codes import loading
from medexpro.knowledge.codes.models import Release

FAMILIES = (
    "M17",
    "M25.5",
    "M75",
    "M54",
    "I10",
    "I50",
    "Z96.6",
    "Z47",
    "R26",
    "E11.9",
    "G20",
    "J44",
    "I69.35",
    "M81",
    "R29.6",
)


@cache
def _file() -> bytes:
    rows = gzip.decompress((loading.DATA / loading.shipped()[0]["file"]).read_bytes()).decode().splitlines()
    kept = [row for row in rows[1:] if row.split("\t")[1].startswith(FAMILIES)]
    return "\n".join([rows[0], *kept]).encode()


def load() -> None:
    """Load them once per test database."""
    if not Release.objects.exists():
        at = datetime(2026, 10, 1, tzinfo=UTC)
        loading.load(_file(), release="2026-april", valid_from=date(2026, 4, 1), at=at)
