"""How a session log ends: signed, signed as stopped, or closed because it did not take place."""

from collections.abc import Sequence


def obstacle_to_signing(
    *, stopped: bool, started: bool, gate: str, open_exercises: Sequence[str], floor_is_open: bool
) -> str:
    """Return what stands before a signature, in words; "" when nothing does.

    stopped: recorded and held, so the finding is with the provider and nothing more is done. gate: as last weighed,
    "go" where it is open. floor_is_open: work may still be logged today; after a stop, and on a later day, an
    exercise that is still open was not done, and is signed so.
    """
    if stopped:
        return ""
    if not started:
        return "This session never started. If it did not take place, say so; what was found goes back by Record and hold."
    if gate != "go":
        return "The gate is closed: recheck, or record and hold. Nothing is signed here."
    if open_exercises and floor_is_open:
        return f"Log or skip first: {', '.join(open_exercises)}."
    return ""


def obstacle_to_leaving_out(*, started: bool, found: Sequence[str]) -> str:
    """Return why a log can't be closed as one that did not take place; "" when it can.

    found: the sentences of what closed its gate. A finding is never put aside: it goes back to the provider.
    """
    if started:
        return "This session started: sign what was done."
    if found:
        return f"{found[0]} Record and hold first: what was found goes back to the provider."
    return ""
