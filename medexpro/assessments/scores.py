"""Scores worked out from other measures: their figures, read once, and what the record gives for each of them."""

from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from medexpro.assessments.catalogue import DATA
from medexpro.assessments.rules.composites import Bands, SppbRule, SteadiRule


@cache
def figures() -> dict[str, dict[str, Any]]:
    """Return the figures, source and mark of each score, by its id."""
    data: dict[str, dict[str, Any]] = yaml.safe_load((DATA / "composites.yaml").read_text(encoding="utf-8"))
    return data


@cache
def sppb_rule() -> SppbRule:
    """Return the figures of the Short Physical Performance Battery."""
    data = figures()["sppb"]
    return SppbRule(
        gait=_bands(data["gait"]),
        chair=_bands(data["chair"]),
        hold=Decimal(str(data["balance"]["hold"])),
        tandem_part=Decimal(str(data["balance"]["tandem_part"])),
        step=Decimal(str(data["step"])),
    )


@cache
def steadi_rule() -> SteadiRule:
    """Return the figures of the CDC STEADI algorithm."""
    data = figures()["steadi"]
    return SteadiRule(data["age_min"], data["stay_independent"], data["many_falls"])


def _bands(value: dict[str, Any]) -> Bands:
    ends = tuple((Decimal(str(band["at_most"])), int(band["points"])) for band in value["bands"])
    return Bands(ends, value["else"])
