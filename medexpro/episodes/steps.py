"""The nine steps of an episode, and what is missing. Higher areas answer for their steps; nothing is imported upward.

An area registers one checker for its step when the app starts (`register("screening", check)` in AppConfig.ready).
A checker gets the episode (with client, referral, surgery and condition at hand) and the practice's local day, and
says how far its step is, in one query if it can.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from medexpro.episodes.models import Episode


class State(StrEnum):
    """How far a step is. LATE: it is the work of now, and its day has passed."""

    DONE = "done"
    CURRENT = "current"
    TODO = "todo"
    LATE = "late"


@dataclass(frozen=True)
class StepState:
    """What a checker says of its step.

    caption: a few words under the step, such as "Aug 10" or "17 of 24 done". missing: one whole sentence for each
    thing that is missing, in the words of the practice. link: the address where it is dealt with. verb: what is done
    there, where that is not the step itself. name: a better name for the step now, such as "Day 60".
    """

    state: State
    caption: str = ""
    missing: tuple[str, ...] = ()
    link: str = ""
    name: str = ""
    verb: str = ""


@dataclass(frozen=True)
class Step:
    """One step as the spine draws it. state: done, now, late or empty, as `{% spine %}` reads it."""

    key: str
    name: str
    state: str
    caption: str = ""
    missing: tuple[str, ...] = ()
    link: str = ""
    verb: str = ""


@dataclass(frozen=True)
class Missing:
    """One thing that is missing, the step it belongs to, and where and how it is dealt with."""

    step: str
    sentence: str
    link: str = ""
    verb: str = ""


@dataclass(frozen=True)
class Spine:
    """An episode's steps, and what is missing, in the order it is needed."""

    steps: tuple[Step, ...]
    missing: tuple[Missing, ...] = field(default=())

    @property
    def now(self) -> Step | None:
        """Return the step the episode stands at; None when it is over."""
        return next((step for step in self.steps if step.state in {"now", "late"}), None)

    def step(self, key: str) -> Step:
        """Return one step by its key. Raises KeyError."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(f"an episode has no step {key!r}")


NAMES = {
    "referral": "Referral",
    "screening": "Screening",
    "clearance": "Clearance",
    "baseline": "Baseline",
    "program": "Program",
    "reassessment": "Reassessment",
    "report": "Report",
    "settled": "Settled",
    "discharge": "Discharge",
}
KEYS = tuple(NAMES)
# What has to be done before the first session.
BEFORE_START = ("referral", "screening", "clearance")

Checker = Callable[[Episode, date], StepState]
_CHECKERS: dict[str, Checker] = {}


def register(step: str, checker: Checker) -> None:
    """Let an area answer for a step. Raises KeyError for a step that is none of the nine."""
    if step not in NAMES:
        raise KeyError(f"an episode has no step {step!r}")
    _CHECKERS[step] = checker


def state_of(episode: Episode, step: str, on: date) -> StepState:
    """Return what the area that answers for one step says; TODO where no area does yet."""
    checker = _CHECKERS.get(step)
    return checker(episode, on) if checker else StepState(State.TODO)


def compose(episode: Episode, on: date) -> Spine:
    """Return the spine on a day: each area's answer, and all that is missing.

    The first step that is not done is where the episode stands, unless an area says that its own is. A late step
    stays late wherever the episode stands. Nothing is missing in a closed episode.
    """
    states = {key: state_of(episode, key, on) for key in KEYS}
    if not episode.is_open:
        states = {key: replace(state, missing=()) for key, state in states.items()}
    now = _where(states) if episode.is_open else None
    steps = tuple(
        Step(
            key=key,
            name=state.name or NAMES[key],
            state=_drawn(state, is_now=key == now),
            caption=state.caption,
            missing=state.missing,
            link=state.link,
            verb=state.verb,
        )
        for key, state in states.items()
    )
    missing = tuple(
        Missing(step.key, sentence, step.link, step.verb) for step in steps for sentence in step.missing
    )
    return Spine(steps, missing)


def missing_before_start(episode: Episode, on: date, *, needed: tuple[str, ...] = BEFORE_START) -> list[str]:
    """Return a sentence for each thing that has to be there before the first session, for these steps."""
    sentences: list[str] = []
    for key in needed:
        state = state_of(episode, key, on)
        if state.state is State.DONE:
            continue
        sentences.extend(state.missing or (f"{NAMES[key]} is not done.",))
    return sentences


def _where(states: dict[str, StepState]) -> str | None:
    for wanted in (State.LATE, State.CURRENT):
        for key, state in states.items():
            if state.state is wanted:
                return key
    return next((key for key, state in states.items() if state.state is not State.DONE), None)


def _drawn(state: StepState, *, is_now: bool) -> str:
    if state.state is State.LATE:
        return "late"
    if state.state is State.DONE:
        return "done"
    return "now" if is_now else ""
