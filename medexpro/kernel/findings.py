"""Findings: what every rule that may object returns, and how they are weighed together."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum


class Weight(StrEnum):
    """What a finding does. STOP: nobody goes on. DECIDE: a named member may, with a reason. NOTE: kept."""

    STOP = "stop"
    DECIDE = "decide"
    NOTE = "note"


class Closes(StrEnum):
    """The part of the work a STOP closes."""

    SESSION = "session"
    AEROBIC = "aerobic"
    RESISTANCE = "resistance"
    WEIGHT_BEARING = "weight_bearing"
    JOINT = "joint"
    EXERCISE = "exercise"


WEIGHT_ORDER = (Weight.STOP, Weight.DECIDE, Weight.NOTE)
# Inside a weight the more urgent action comes first (safety_gates.yaml, `order`).
ACTION_ORDER = (
    "emergency",
    "refer",
    "stop",
    "hold_recheck",
    "ask_provider",
    "modify",
    "inform",
    "record",
    "",
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One objection or remark of a rule, the same on screens, in reports, in the trail and in FHIR.

    code: stable name of the rule and case, such as "bp_session_ceiling" or "bp_systolic-not-taken".
    sentence: what a person reads. figure: the value and limit in words. source: where the figure stands.
    clears: what would clear it, in words. closes: the part a STOP closes. action: the gate's action.
    verification: the mark of the figure. tell_within_hours: an obligation to inform the provider.
    """

    code: str
    sentence: str
    weight: Weight
    measure: str = ""
    figure: str = ""
    source: str = ""
    clears: str = ""
    closes: str = ""
    action: str = ""
    verification: str = ""
    tell_within_hours: int | None = None

    def as_dict(self) -> dict:
        """Return the finding as plain values, for the record."""
        return asdict(self) | {"weight": self.weight.value}

    @classmethod
    def from_dict(cls, data: dict) -> "Finding":
        """Return the finding a record holds; keys of later versions are passed over."""
        known = {f.name for f in fields(cls)}
        values = {key: value for key, value in data.items() if key in known}
        return cls(**values | {"weight": Weight(values["weight"])})


def sort_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, the strictest weight first and the most urgent action first inside it."""

    def rank(finding: Finding) -> tuple[int, int]:
        action = finding.action if finding.action in ACTION_ORDER else ""
        return WEIGHT_ORDER.index(finding.weight), ACTION_ORDER.index(action)

    return sorted(findings, key=rank)


def stops(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings nobody may go past."""
    return [finding for finding in findings if finding.weight == Weight.STOP]


def first_obstacle(findings: Sequence[Finding], *, reason: str = "") -> Finding | None:
    """Return what stands in the way: the first STOP, else the first DECIDE without a reason.

    reason: the words of the member who decides; blank words are no reason.
    """
    for finding in sort_findings(findings):
        if finding.weight == Weight.STOP:
            return finding
        if finding.weight == Weight.DECIDE and not reason.strip():
            return finding
    return None


def closed_parts(findings: Iterable[Finding]) -> frozenset[str]:
    """Return the parts of a session that the STOPs among the findings close."""
    return frozenset(finding.closes or Closes.SESSION for finding in stops(findings))
