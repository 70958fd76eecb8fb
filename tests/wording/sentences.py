"""The labelled sentences the word list is measured on."""

from functools import cache
from pathlib import Path

import yaml

from medexpro.wording.rules.evaluation import Sentence

PATH = Path(__file__).parent / "data" / "sentences.yaml"


@cache
def sentences() -> tuple[Sentence, ...]:
    """Return all labelled sentences."""
    rows = yaml.load(PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return tuple(Sentence(**(row | {"labels": frozenset(row["labels"])})) for row in rows)
