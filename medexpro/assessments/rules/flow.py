"""The seven steps of an assessment and the regions of the evaluation: what belongs where, and what is still open.

No step blocks another: people begin where the client is. A step only says what it holds and what is missing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from medexpro.kernel.reference import Measure

STRENGTH, GIRTH = "strength", "girth"
MUSCLE_TEST = "mmt"
GIRTHS = frozenset({"knee_girth", "calf_girth"})
LONGEST_NOTE = 600
LONGEST_NAME = 40


@dataclass(frozen=True)
class NoteField:
    """One short note of a step. quoted: the client's own words."""

    id: str
    label: str
    hint: str = ""
    quoted: bool = False


@dataclass(frozen=True)
class Step:
    """One step of the flow. measures: the groups of measures taken in it. ours: no published source names it."""

    id: str
    number: int
    label: str
    hint: str
    source: str = ""
    ours: bool = False
    measures: tuple[str, ...] = ()
    notes: tuple[NoteField, ...] = ()


@dataclass(frozen=True)
class Region:
    """One region of the body with what is measured of it, as measure ids in the order they are taken."""

    id: str
    name: str
    rom: tuple[str, ...]
    strength: tuple[str, ...]
    scale: tuple[str, ...]
    scale_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    joints: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def scales(self, tags: Collection[str]) -> tuple[str, ...]:
        """Return the functional scale for a client: the one made for a tag of theirs, else the region's own."""
        return next((scale for tag, scale in self.scale_for.items() if tag in tags), self.scale)

    def measures(self, tags: Collection[str], known: Collection[str]) -> tuple[str, ...]:
        """Return the region's set: range, strength, scale. known: the measures in service."""
        wanted = (*self.rom, *self.strength, *self.scales(tags))
        return tuple(one for one in dict.fromkeys(wanted) if one in known)


@dataclass(frozen=True)
class Pointers:
    """What the record says about where to look. joint: of the surgery; codes: ICD-10-CM; tags: population tags."""

    joint: str = ""
    codes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    protocol_measures: tuple[str, ...] = ()


def group_of(measure: Measure) -> str:
    """Return the group a measure is taken with: its category, but strength and girth by themselves."""
    if measure.id == MUSCLE_TEST or measure.id.startswith(f"{MUSCLE_TEST}_"):
        return STRENGTH
    return GIRTH if measure.id in GIRTHS else measure.category


def step_of(measure: Measure, steps: Iterable[Step]) -> str:
    """Return the id of the step a measure is taken in; the tests where no step names its group."""
    group = group_of(measure)
    return next((step.id for step in steps if group in step.measures), "tests")


def regions_for(regions: Iterable[Region], pointers: Pointers) -> dict[str, str]:
    """Return the regions the record points to, the surest first, each with why: the operation, the code, the protocol.

    >>> knee = Region("knee", "Knee", ("rom_knee_flexion",), (), (), joints=("knee",), codes=("M17",))
    >>> regions_for([knee], Pointers(codes=("M17.11",)))
    {'knee': 'code M17.11'}
    """
    known = list(regions)
    found: dict[str, str] = {}
    for region in known:
        if pointers.joint and pointers.joint.strip().casefold() in region.joints:
            found.setdefault(region.id, "the operation")
    for code in pointers.codes:
        for region in known:
            if any(_plain(code).startswith(_plain(start)) for start in region.codes):
                found.setdefault(region.id, f"code {code}")
    for region in known:
        if any(tag in region.scale_for for tag in pointers.tags):
            found.setdefault(region.id, "the condition")
    for region in known:
        if any(one in pointers.protocol_measures for one in region.rom):
            found.setdefault(region.id, "the protocol")
    return found


def _plain(code: str) -> str:
    return code.replace(".", "").upper()


def opening_step(steps: Sequence[Step], *, begun: bool, finished: bool, open_steps: Collection[str]) -> str:
    """Return where an assessment opens: at the beginning, where something is left to do, or at the summary.

    begun: whether anything was measured or noted. open_steps: ids of the steps with a measure still to take.
    """
    if finished:
        return steps[-1].id
    if not begun:
        return steps[0].id
    return next((step.id for step in steps if step.id in open_steps), steps[-1].id)
