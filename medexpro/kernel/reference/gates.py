"""Safety gates, limit sets, and what they ask about: symptoms and histories."""

from decimal import Decimal
from enum import StrEnum

from medexpro.kernel.findings import Closes, Weight
from medexpro.kernel.reference.base import Record, Verification


class Action(StrEnum):
    """What a safety gate asks for."""

    EMERGENCY = "emergency"
    REFER = "refer"
    STOP = "stop"
    HOLD_RECHECK = "hold_recheck"
    ASK_PROVIDER = "ask_provider"
    MODIFY = "modify"
    INFORM = "inform"
    RECORD = "record"


class GateRule(Record):
    """One condition of a gate: a reading against a value, a change of a reading, or symptoms or histories.

    op: "<", ">", "change>", "present" or "absent"; a value at its limit never fires.
    symptoms, histories: present means at least one of them, absent means none of them is recorded.
    compare: last_reading, earlier_in_session, other_side or last_session; direction: rise, fall or either.
    window_hours: how far the two readings lie apart at most, or how far back a history counts.
    """

    op: str
    measure: str = ""
    value: Decimal | None = None
    symptoms: tuple[str, ...] = ()
    histories: tuple[str, ...] = ()
    direction: str = ""
    compare: str = ""
    window_hours: int | None = None
    note: str = ""


class ClearsAt(Record):
    """A reading that lifts a hold where the restart mark differs from the limit (only here are <= and >= used)."""

    measure: str
    op: str
    value: Decimal


class Gate(Record):
    """A safety gate: when it is weighed, for whom, its rules, what it asks for and what it closes.

    when: pre, in_session, post or any. requires: every history listed; requires_any: at least one; unless: none.
    logic: any or all of the rules. limit_set: the named set it belongs to; empty means always in force.
    tell_within_hours: only with the action inform.
    """

    id: str
    version: int
    when: str
    rules: tuple[GateRule, ...]
    action: Action
    weight: Weight
    text: str
    source: str
    verification: Verification
    measures: tuple[str, ...] = ()
    logic: str = "any"
    limit_set: str = ""
    requires: tuple[str, ...] = ()
    requires_any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    window_hours: int | None = None
    clears_at: tuple[ClearsAt, ...] = ()
    closes: Closes | None = None
    tell_within_hours: int | None = None
    note: str = ""


class LimitSet(Record):
    """A named set of limits. Per measure the strictest set in force wins."""

    id: str
    version: int
    name: str
    gates: tuple[str, ...]
    source: str
    verification: Verification
    note: str = ""


class Symptom(Record):
    """Something a client may report, in words for the client and for the professional.

    asks: "new_or_worse_since_last_visit" for the nine red flags of the question asked each session.
    """

    id: str
    client: str
    professional: str
    asks: str = ""


class History(Record):
    """Something known about a client.

    kind: derived (worked out from the record), today, since_last_visit, or empty (on file).
    """

    id: str
    client: str
    professional: str
    kind: str = ""


class RedFlagQuestion(Record):
    """The question asked each session. The answer "none" is an answer."""

    client: str
    professional: str
    answer: str
    asks: tuple[str, ...]
