"""What was found, as an observed sentence for a provider: who said or measured it, when, what was done; never a cause.

Source: METI, scope of practice (postrehab.com): describe what is observed, never the supposed cause.
"""

from collections.abc import Sequence
from dataclasses import dataclass

NO_CAUSE = "no cause is assumed"
# How a state is said before the finding.
STATES = {"new": "new", "worse": "worse", "new or worse": "new or worse", "back": "returned"}


@dataclass(frozen=True)
class Observed:
    """One recorded finding. what: its name, “Night pain”. words: the client's own, or where it is. on: the day in words.

    state: new or worse, where that was recorded. measured: it is a reading, whose figure stands in `what`.
    """

    what: str
    on: str
    words: str = ""
    state: str = ""
    measured: bool = False


def observed_sentence(seen: Observed, done: Sequence[str] = ()) -> str:
    """Return a finding as one observed sentence that says what was done and assumes no cause.

    done: what we did, such as “the session was stopped”.

    >>> observed_sentence(Observed("Night pain", "Oct 13", words="left knee", state="new"), ["the session was stopped"])
    'Reported new night pain (“left knee”) on Oct 13; the session was stopped; no cause is assumed.'
    >>> observed_sentence(Observed("Systolic pressure 184 mmHg", "Oct 13", measured=True))
    'Measured systolic pressure 184 mmHg on Oct 13; no cause is assumed.'
    """
    state = f"{STATES[seen.state]} " if seen.state in STATES else ""
    said = f" (“{seen.words.strip(' .“”')}”)" if seen.words.strip(" .“”") else ""
    verb = "Measured" if seen.measured else "Reported"
    return "; ".join([f"{verb} {state}{_inside(seen.what)}{said} on {seen.on}", *done, NO_CAUSE]) + "."


def _inside(what: str) -> str:
    """Return a name as it stands inside a sentence; an abbreviation keeps its capitals."""
    name = what.strip().rstrip(".")
    abbreviation = any(letter.isupper() for letter in name.partition(" ")[0][1:])
    return name if abbreviation else name[:1].lower() + name[1:]
