"""Another exercise in the place of one: what may stand in, and what the note and the next session say of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.reference import Exercise
from medexpro.programs.rules.fit import Block, alternatives, check_fit

# How an entry says that it was swapped, and that its swap was taken back.
SWAPPED, BACK = "Swapped for ", "Swapped back to "


@dataclass(frozen=True)
class Choice:
    """One exercise that may be chosen, and what the precautions say against it; nothing where it fits."""

    exercise: Exercise
    findings: list[Finding]

    @property
    def warning(self) -> str:
        """Return the first sentence against it; "" for none."""
        return self.findings[0].sentence if self.findings else ""

    @property
    def blocked(self) -> bool:
        """Return whether it enters no session, whatever reason is given."""
        return any(finding.weight == Weight.STOP for finding in self.findings)


def choices(
    exercise: Exercise, library: Mapping[str, Exercise], blocks: Iterable[Block], *, taken: Iterable[str] = ()
) -> list[Choice]:
    """Return what may take the place of an exercise: those that fit first, then the nearest that don't, with why.

    Those that don't are shown because a person looks for them: a program strikes them through and says who set the
    limit, and so does the floor. taken: what the session has already.
    """
    blocks, taken = list(blocks), list(taken)
    fitting = [Choice(one, []) for one in alternatives(exercise, library, blocks, taken=taken)]
    near = alternatives(exercise, library, (), taken=taken)
    return fitting + [Choice(one, found) for one in near if (found := check_fit(one, blocks))]


def swapped_words(name: str, why: str = "") -> str:
    """Return what stands at an exercise that another one replaced.

    >>> swapped_words("Sit to stand"), swapped_words("Sit to stand", "Rack taken")
    ('Swapped for Sit to stand', 'Swapped for Sit to stand: Rack taken')
    """
    return f"{SWAPPED}{name}{f': {why}' if why else ''}"


def last_time_words(state: str, reason: str) -> str:
    """Return what the next session says of an exercise that was not done; "" where there is nothing to say.

    state, reason: of the entry of the session before.

    >>> last_time_words("skipped", "Pain"), last_time_words("swapped", "Swapped for Sit to stand: Rack taken")
    ('Left out last time: Pain', 'Last time swapped for Sit to stand: Rack taken')
    """
    if state == "skipped":
        return f"Left out last time: {reason}"
    if state == "swapped" and reason.startswith(SWAPPED):
        return f"Last time {reason[0].lower()}{reason[1:]}"
    return ""
