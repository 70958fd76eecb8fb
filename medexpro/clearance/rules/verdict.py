"""What the findings of the gates add up to: go, hold, stop or decide, and which parts are closed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from medexpro.clearance.rules import words
from medexpro.kernel.findings import Closes, Finding, Weight, closed_parts, sort_findings, stops
from medexpro.kernel.reference import Action


class State(StrEnum):
    """Where the gate stands. HOLD: a recheck, or taking what is missing, is the way on. STOP: only the provider is."""

    GO = "go"
    HOLD = "hold"
    STOP = "stop"
    DECIDE = "decide"


@dataclass(frozen=True, kw_only=True)
class GateVerdict:
    """The gate of one session in one look.

    sentence: what stands on the gate. closed: the parts closed now ("exercise:<id>" closes one exercise only).
    reopens: those of them that a recheck may open. recheck: what to measure again. missing: what is not taken yet.
    undecided: codes of the DECIDE findings without a recorded answer. emergency: emergency services are called first.
    tell: the findings that oblige to tell the provider, within their hours.
    """

    state: State
    sentence: str
    closed: frozenset[str] = frozenset()
    reopens: frozenset[str] = frozenset()
    recheck: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    emergency: bool = False
    tell: tuple[Finding, ...] = ()

    @property
    def may_start(self) -> bool:
        """Tell whether the session may start or go on, closed parts left out."""
        return self.state is State.GO

    def as_dict(self) -> dict:
        """Return the verdict as plain values, for the page and the tablet."""
        return {
            "state": self.state.value,
            "sentence": self.sentence,
            "closed": sorted(self.closed),
            "reopens": sorted(self.reopens),
            "recheck": list(self.recheck),
            "missing": list(self.missing),
            "undecided": list(self.undecided),
            "emergency": self.emergency,
            "tell": [finding.code for finding in self.tell],
        }


def verdict(findings: Sequence[Finding], answered: Collection[str] = ()) -> GateVerdict:
    """Return what the findings add up to. The strictest weight decides.

    answered: codes of DECIDE findings whose provider's answer is recorded; they no longer stand in the way.
    No answer and no reason opens a STOP. A STOP that closes only a part leaves the rest of the session open.
    """
    ordered = sort_findings(findings)
    closing = stops(ordered)
    whole = [finding for finding in closing if (finding.closes or Closes.SESSION) == Closes.SESSION]
    final = [finding for finding in whole if finding.action != Action.HOLD_RECHECK]
    asked = [f for f in ordered if f.weight == Weight.DECIDE and f.code not in answered]
    held = [finding for finding in closing if finding.action == Action.HOLD_RECHECK]
    missing = [finding for finding in held if finding.code.endswith("-not-taken")]
    again = [finding for finding in held if finding not in missing]

    if final:
        state, sentence = State.STOP, final[0].sentence
    elif whole:
        state, sentence = State.HOLD, _of_hold(whole, missing)
    elif asked:
        state, sentence = State.DECIDE, asked[0].sentence
    else:
        state, sentence = State.GO, _of_go(ordered)
    # After a STOP nothing is measured again to go on today, so nothing reopens and nothing is asked.
    again = [] if final else again
    reopens = frozenset() if final else closed_parts(held) - closed_parts(f for f in closing if f not in held)
    return GateVerdict(
        state=state,
        sentence=sentence,
        closed=closed_parts(closing),
        reopens=reopens,
        recheck=tuple(dict.fromkeys(finding.measure for finding in again if finding.measure)),
        missing=tuple(finding.measure for finding in missing),
        undecided=tuple(finding.code for finding in asked),
        emergency=any(finding.action == Action.EMERGENCY for finding in closing),
        tell=tuple(finding for finding in ordered if finding.tell_within_hours is not None),
    )


def _of_hold(whole: Sequence[Finding], missing: Sequence[Finding]) -> str:
    """Name the reading that holds; without one, say what is still to take."""
    measured = [finding for finding in whole if finding not in missing]
    if measured:
        return measured[0].sentence
    names = [words.lowered(words.label(finding.measure, {})) for finding in missing]
    return f"Still to take: {words.listing(names)}."


def _of_go(ordered: Sequence[Finding]) -> str:
    """Name the closed parts first, then what the provider answered, then the first remark."""
    closing = stops(ordered)
    if closing:
        parts = [words.part(name) for name in dict.fromkeys(finding.closes for finding in closing)]
        return f"The session may go on without {words.listing(parts)}. {closing[0].sentence}"
    if any(finding.weight == Weight.DECIDE for finding in ordered):
        return "The session may go on as the provider’s recorded answer says."
    if ordered:
        return f"The session may go on. {ordered[0].sentence}"
    return "All readings are inside the limits."
