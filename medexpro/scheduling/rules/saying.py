"""The word that stands on a booking: the first thing whoever is on duty has to know."""

from dataclasses import dataclass
from enum import StrEnum


class Look(StrEnum):
    """How a booking is drawn; each look has its word, so that none is told by colour alone."""

    PLAIN = ""
    HOLD = "hold"
    STOP = "stop"
    DONE = "done"


@dataclass(frozen=True)
class Word:
    """A few words and how they are drawn."""

    text: str
    look: Look = Look.PLAIN


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is known of a booking's client on its day.

    exercise: whether it is for exercise. on_hold: the episode is on hold or back with the provider. stopped: exercise may
    not start. reassess: the measuring is due by that day. number, planned: which session of how many; None unknown.
    """

    exercise: bool = True
    on_hold: bool = False
    stopped: bool = False
    reassess: bool = False
    number: int | None = None
    planned: int | None = None


def word(standing: Standing, otherwise: str) -> Word:
    """Return the word of a booking that is to come. otherwise: what it is, where nothing more is to be said.

    >>> word(Standing(number=17, planned=24), "Session").text, word(Standing(on_hold=True, stopped=True), "Session").text
    ('17 of 24', 'on hold')
    >>> word(Standing(exercise=False, stopped=True), "Intake").text
    'Intake'
    """
    if not standing.exercise:
        return Word(otherwise)
    if standing.on_hold:
        return Word("on hold", Look.HOLD)
    if standing.stopped:
        return Word("stop", Look.STOP)
    if standing.reassess:
        return Word("reassess")
    if standing.number is not None and standing.planned is not None and standing.number <= standing.planned:
        return Word(f"{standing.number} of {standing.planned}")
    return Word(otherwise)
