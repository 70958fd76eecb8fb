"""The word that stands on a booking: the first thing whoever is on duty has to know."""

from collections.abc import Sequence
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


def of_group(states: Sequence[str]) -> Word | None:
    """Return the word of a group of which it is said who came; None before. states: of each place that is taken.

    >>> of_group(["came", "no_show", "booked"]).text, of_group(["booked"]), of_group(["no_show"]).text
    ('1 of 3 came', None, 'nobody came')
    """
    if not any(one in ("came", "no_show") for one in states):
        return None
    came = sum(one == "came" for one in states)
    done = Look.PLAIN if "booked" in states else Look.DONE
    return Word(f"{came} of {len(states)} came" if came else "nobody came", done)


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
