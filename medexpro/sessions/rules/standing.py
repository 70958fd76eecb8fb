"""Where a log in progress stands, in a word: for the tabs of whoever keeps several open, and for a group."""

from typing import NamedTuple


class Standing(NamedTuple):
    """kind: what it is drawn as (first, run, hold, stop, ready). words: for people."""

    kind: str
    words: str


def standing(*, state: str, started: bool, gate: str, found: bool, left: int) -> Standing:
    """Return where a log stands; a closed gate comes before everything that was done.

    state: of the log. gate: as last weighed, "go" where it is open and "" before anything was. found: whether the gate
    closed on a finding, and not on what is still to be taken. left: exercises that are neither logged nor left out.
    `tabs.js` says the same of the log that is open on the tablet.

    >>> standing(state="open", started=True, gate="go", found=False, left=3).words
    'Running'
    """
    if state == "held":
        return Standing("stop", "Stopped")
    if gate == "stop":
        return Standing("stop", "Stop")
    if gate in ("hold", "decide") and found:
        return Standing("hold", gate.capitalize())
    if not started:
        return Standing("first", "Gate first")
    if gate != "go":
        return Standing("hold", "Hold")
    if state == "ready" or not left:
        return Standing("ready", "Ready to sign")
    return Standing("run", "Running")
