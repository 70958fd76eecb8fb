"""Whether a participant may exert themselves today: our general gates, weighed on pressure, pulse and signs.

There is no provider, no clearance and no professional's decision at a community event. So whatever the gates would
stop or leave to a decision keeps a person from every station that exerts, and they hear whom to talk to. The figures
are those of knowledge/data/safety_gates.yaml, with a practice's own tighter ones; none stands here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from medexpro.clearance.rules import gates
from medexpro.clearance.rules.evidence import PRE, RED_FLAG_QUESTION, GateContext, Reading, Sign
from medexpro.clearance.rules.limits import Limit
from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.reference import Action, Gate

AT_REST = ("bp_systolic", "bp_diastolic", "resting_hr")
REQUIRED = (*AT_REST, RED_FLAG_QUESTION)
# The signs that are asked, in this order; each is one that a gate in force fires on. Words: the library's.
SIGNS = (
    "chest_pressure", "breathless_sudden", "breathless_unusual", "dizzy_faint", "blackout", "heart_irregular_new",
    "face_arm_speech", "weak_or_numb_sudden", "vision_change", "headache_severe", "confusion_new", "fever",
)  # fmt: skip
# Asked beside them: what closes exercise until a provider has spoken.
HISTORIES = ("surgery_not_released", "pregnancy_or_birth_6w")
# Where the evidence opens nothing by itself.
CLOSING = (Weight.STOP, Weight.DECIDE)


class Standing(StrEnum):
    """Where a participant stands with the stations that exert."""

    FIRST = "first"
    OPEN = "open"
    HOLD = "hold"
    CLOSED = "closed"
    EMERGENCY = "emergency"


# What the person is told, and what stands on their page.
SAID = {
    Standing.FIRST: "Blood pressure, pulse and the question about signs come first.",
    Standing.OPEN: "",
    Standing.HOLD: (
        "Please rest, seated, for at least 5 minutes; then we measure once more. No strength or walking tests until "
        "then. If it stays like this, please talk to your provider before you exercise."
    ),
    Standing.CLOSED: (
        "No strength or walking tests today. Please talk to your provider about this before you exercise, today if it "
        "is new or you do not feel well."
    ),
    Standing.EMERGENCY: "This needs help now: we call emergency services (911). Please sit down; somebody stays with you.",
}


@dataclass(frozen=True)
class Weighed:
    """What the gates say of one person. findings: for who works the day, the most urgent first."""

    standing: Standing
    findings: tuple[Finding, ...] = ()

    @property
    def may_exert(self) -> bool:
        """Return whether the stations that exert are open."""
        return self.standing is Standing.OPEN

    @property
    def said(self) -> str:
        """Return what the person is told; empty where nothing stands against anything."""
        return SAID[self.standing]


def weigh(
    *,
    gates_in_force: Sequence[Gate],
    limits: Sequence[Limit] = (),
    readings: Sequence[Reading] = (),
    signs: Sequence[Sign] = (),
    histories: Collection[str] = (),
    asked: bool = False,
    age: int | None = None,
    on: date,
    at: datetime,
) -> Weighed:
    """Return where a person stands with the stations that exert.

    readings: every trial of pressure and pulse at rest, each with its moment; of two of one moment both count, and a
    later one takes the place of an earlier. signs, histories: as answered; one once reported stays for the day.
    asked: the question was answered, none is an answer. limits: a practice's own, which only tighten. age: whole years.

    A value at its limit passes. What is not taken opens nothing.
    """
    known = dict.fromkeys(histories)
    if age is not None and age > 70:
        known["age_over_70"] = None
    context = GateContext(
        gates=gates_in_force,
        on=on,
        at=at,
        stage=PRE,
        readings=readings,
        signs=signs,
        histories=known,
        answered=frozenset({RED_FLAG_QUESTION}) if asked else frozenset(),
        limits=limits,
    )
    found = [one for one in gates.weigh(context) if one.weight in CLOSING]
    actions = {one.action for one in found}
    if str(Action.EMERGENCY) in actions:
        return Weighed(Standing.EMERGENCY, tuple(found))
    if actions - {str(Action.HOLD_RECHECK)}:
        return Weighed(Standing.CLOSED, tuple(found))
    if found:
        return Weighed(Standing.HOLD, tuple(found))
    taken = {reading.measure for reading in readings}
    if not asked or set(AT_REST) - taken:
        return Weighed(Standing.FIRST)
    return Weighed(Standing.OPEN)
