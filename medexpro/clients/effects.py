"""What in a record points to a history of the safety gates: read from data/effects.yaml."""

from functools import cache
from pathlib import Path

import yaml

from medexpro.clients.rules.effects import EffectSigns

DATA = Path(__file__).parent / "data" / "effects.yaml"


@cache
def signs() -> tuple[EffectSigns, ...]:
    """Return the signs of every history, in the order of the file."""
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return tuple(
        EffectSigns(
            history=entry["id"],
            codes=tuple(entry.get("codes", ())),
            words=tuple(entry.get("words", ())),
            names=tuple(entry.get("names", ())),
            not_after=tuple(data["not_after"]),
        )
        for entry in data["histories"]
    )
