"""What a gate is weighed on: readings, signs, and what is known about the client. Plain values, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from medexpro.clearance.rules.limits import Limit
from medexpro.kernel.reference import Gate, GateRule

PRE, IN_SESSION, POST, ANY = "pre", "in_session", "post", "any"
STAGES = (PRE, IN_SESSION, POST)

RED_FLAG_QUESTION = "red_flag_question"
# The wider question of the gates a protocol or a clearance lists: "Any of these signs?" None is an answer.
SIGNS_QUESTION = "signs_question"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One recorded value in its measure's canonical unit. A corrected slip of the finger is left out by the caller.

    when: the gates that weigh it: "pre" for a resting reading, a rested recheck of one included, whatever the
    minute; "in_session" for one taken at work; "post" for one after it.
    exercise: the exercise it belongs to, where a finding closes only that one.
    work_rising: False when it was taken while the work eased off; unknown counts as rising.
    """

    measure: str
    value: Decimal
    at: datetime
    when: str = PRE
    side: str = ""
    exercise: str = ""
    work_rising: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Sign:
    """A symptom as reported. at: empty counts as there from the beginning; a sign once recorded stays for the day."""

    symptom: str
    at: datetime | None = None
    when: str = PRE


@dataclass(frozen=True, kw_only=True)
class GateContext:
    """Everything today's gates are weighed on.

    gates: ours, as the reference gives them. on: the practice's day, for written limits; at: the moment.
    limits: the provider's and the practice's, weighed together with ours.
    stage: how far the session is: pre, in_session or post; a reading or sign of a later stage moves it on by itself.
    readings, signs: today's, of this session. earlier: readings of days before. last_session: those of the last one.
    histories: id to the time it was so, or None when it has no time; derived ones are plain entries too.
    answered: ids of questions that got an answer; "none" is an answer.
    required: what closes the session while it is not taken; `listed`: ids of the gates that the client's protocol or
    clearance lists, whose data must be taken too. turned_on: unverified gates a practice has compared and turned on.
    labels: measure id to (label, unit as people write it). sign_words: symptom and history ids in words.
    """

    gates: Sequence[Gate]
    on: date
    at: datetime
    stage: str = PRE
    readings: Sequence[Reading] = ()
    signs: Sequence[Sign] = ()
    earlier: Sequence[Reading] = ()
    last_session: Sequence[Reading] = ()
    histories: Mapping[str, datetime | None] = field(default_factory=dict)
    answered: frozenset[str] = frozenset()
    required: Sequence[str] = ()
    listed: frozenset[str] = frozenset()
    limits: Sequence[Limit] = ()
    turned_on: frozenset[str] = frozenset()
    labels: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sign_words: Mapping[str, str] = field(default_factory=dict)

    def reached(self, when: str) -> bool:
        """Tell whether the session has come to the stage in which gates of this `when` are weighed."""
        stages = [
            self.stage,
            *(reading.when for reading in self.readings),
            *(sign.when for sign in self.signs),
        ]
        return when == ANY or STAGES.index(when) <= max(STAGES.index(stage) for stage in stages)


@dataclass(frozen=True)
class Hit:
    """Why one rule of a gate fires: the readings, the reading they are compared with, the signs or histories."""

    rule: GateRule
    readings: tuple[Reading, ...] = ()
    base: Reading | None = None
    signs: tuple[str, ...] = ()
