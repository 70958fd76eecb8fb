"""Progression by criteria, never by date alone: what the record says about going on, holding, stepping back or referring back.

Each sentence of the phase is weighed in its own way (`weighing`); here the answers are put together, and the strictest
choice that anything speaks for wins. The professional decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from medexpro.kernel.reference import Criterion, Direction, Phase, Protocol
from medexpro.programs.rules.facts import Course, Facts

COMPARE = {
    "<": lambda value, mark: value < mark,
    "<=": lambda value, mark: value <= mark,
    ">": lambda value, mark: value > mark,
    ">=": lambda value, mark: value >= mark,
}


class Choice(StrEnum):
    """What may be decided about a phase."""

    ADVANCE = "advance"
    HOLD = "hold"
    REGRESS = "regress"
    REFER_BACK = "refer_back"


WORDS = {
    Choice.ADVANCE: "Advance",
    Choice.HOLD: "Hold",
    Choice.REGRESS: "Step back",
    Choice.REFER_BACK: "Refer back",
}


@dataclass(frozen=True)
class Rule:
    """One sentence that speaks for a choice. weighs: how the record is read, empty where it can't say.

    asks: the question to the professional; empty where the record says it all. always: it holds whatever the protocol.
    """

    id: str
    choice: Choice
    sentence: str
    weighs: Mapping[str, Any] = field(default_factory=dict)
    asks: str = ""
    source: str = ""
    verification: str = "house_rule"
    always: bool = False


@dataclass(frozen=True)
class Policy:
    """The rules as the data file gives them. strictest: the choices, the one that wins first."""

    rules: tuple[Rule, ...]
    always: tuple[Rule, ...]
    strictest: tuple[Choice, ...]

    def of_phase(self, phase: Phase) -> list[Rule]:
        """Return the rules of a phase: each of its sentences as the file reads it, and those that always hold.

        A sentence the file does not know is asked of the professional as it stands.
        """
        known = {(rule.choice, _plain(rule.sentence)): rule for rule in self.rules}
        found = []
        for choice, sentences in (
            (Choice.REFER_BACK, phase.refer_back_when),
            (Choice.REGRESS, phase.regress_when),
            (Choice.HOLD, phase.hold_when),
        ):
            for sentence in sentences:
                rule = known.get((choice, _plain(sentence)))
                found.append(rule or asked_as_it_stands(choice, sentence))
        return [*found, *self.always]


def asked_as_it_stands(choice: Choice, sentence: str) -> Rule:
    """Return the rule of a sentence that only the professional can weigh."""
    words = "-".join(_plain(sentence).split()[:6])
    return Rule(f"{choice}-{words}", choice, sentence, asks=f"Is this so: {sentence}?", source="The protocol")


def _plain(sentence: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in sentence.casefold()).split())


@dataclass(frozen=True)
class Item:
    """One thing weighed: what it speaks for, whether it holds, what was seen, when, by which rule.

    holds: True speaks for its choice, False does not, None: the record can't say and nobody has answered.
    said: the professional's own answer to `asks`, None while there is none.
    """

    id: str
    choice: Choice
    text: str
    holds: bool | None
    seen: str = ""
    on: date | None = None
    asks: str = ""
    said: bool | None = None
    source: str = ""
    verification: str = ""
    always: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, to be kept with a decision."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"choice": str(self.choice), "on": self.on.isoformat() if self.on else None}


@dataclass(frozen=True)
class CriterionState:
    """One criterion against the record: met, not met, or not measured (met is None)."""

    text: str
    met: bool | None
    value: Decimal | None
    measure: str
    on: date | None = None
    seen: str = ""
    verification: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as an item of evidence."""
        item = Item(
            f"criterion-{self.measure}", Choice.ADVANCE, self.text, self.met, seen=self.seen, on=self.on,
            source="The protocol’s criteria of the phase", verification=self.verification,
        )  # fmt: skip
        return item.as_dict() | {"value": None if self.value is None else str(self.value)}


@dataclass(frozen=True)
class Proposal:
    """What the record speaks for, with the evidence. The professional decides. last: there is no further phase."""

    choice: Choice
    sentence: str
    criteria: tuple[CriterionState, ...]
    items: tuple[Item, ...] = ()
    last: bool = False

    @property
    def speaking(self) -> tuple[Item, ...]:
        """Return what speaks against going on."""
        return tuple(item for item in self.items if item.holds)

    @property
    def asking(self) -> tuple[Item, ...]:
        """Return what the professional is asked, whatever the record says beside it."""
        return tuple(item for item in self.items if item.asks)

    @property
    def unanswered(self) -> tuple[Item, ...]:
        """Return the questions nobody has answered."""
        return tuple(item for item in self.asking if item.said is None)

    @property
    def deciding(self) -> tuple[Item, ...]:
        """Return what speaks for the proposed choice itself."""
        return tuple(item for item in self.speaking if item.choice == self.choice)

    @property
    def words(self) -> str:
        """Return the choice as a person says it."""
        return "Plan the discharge" if self.last and self.choice == Choice.ADVANCE else WORDS[self.choice]

    def evidence(self) -> list[dict[str, Any]]:
        """Return everything weighed as plain values, to be frozen with the decision."""
        return [*(state.as_dict() for state in self.criteria), *(item.as_dict() for item in self.items)]


def weigh_criteria(
    criteria: Sequence[Criterion], facts: Facts, *, within_days: int = 30
) -> tuple[CriterionState, ...]:
    """Return each criterion's state on the newest result of the weaker side.

    The side an episode is about has to be among those measured: the other one alone opens nothing.
    within_days: a result older than this is measured again before it opens anything (the reassessment interval).
    """
    return tuple(_weigh(criterion, facts, within_days) for criterion in criteria)


def _weigh(criterion: Criterion, facts: Facts, within_days: int) -> CriterionState:
    def state(met: bool | None, value: Decimal | None, on: date | None, seen: str) -> CriterionState:
        return CriterionState(
            criterion.text, met, value, criterion.measure, on, seen, criterion.verification.value
        )

    compare = COMPARE[criterion.op]
    if criterion.visits > 1:
        taken = resting(facts, criterion.measure)[-criterion.visits :]
        if len(taken) < criterion.visits:
            return state(None, taken[-1][1] if taken else None, taken[-1][0] if taken else None,
                         f"{len(taken)} of {criterion.visits} visits measured")  # fmt: skip
        values = [value for _, value in taken]
        worst = max(values) if criterion.op in ("<", "<=") else min(values)
        met = all(compare(value, criterion.value) for value in values)
        seen = " and ".join(plain(value) for value in values) + f" at the last {criterion.visits} visits"
        return state(met, worst, taken[-1][0], seen)

    courses = facts.courses_of(criterion.measure)
    if not courses:
        return state(None, None, None, "Not measured yet")
    course = weaker(courses)
    value, on = course.latest.value, course.latest.on
    own = [
        one
        for one in courses
        if not facts.side or one.side not in ("left", "right") or one.side == facts.side
    ]
    if not own:
        return state(None, value, on, f"{plain(value)}, {course.side}; {facts.side} not measured yet")
    # A weaker other side that is new says nothing of the own side that is not.
    oldest = min((course, *own) if facts.side else (course,), key=lambda one: one.latest.on).latest
    if facts.on - oldest.on > timedelta(days=within_days):
        seen = f"{plain(oldest.value)}, measured more than {within_days} days ago"
        return state(None, oldest.value, oldest.on, seen)
    met = all(compare(one.latest.value, criterion.value) for one in courses)
    seen = f"{plain(value)} now"
    if criterion.weeks and met:
        kept = [kept_since(one, criterion) for one in courses]
        since = max((day for day in kept if day is not None), default=None)
        met = None not in kept and since is not None and facts.on - since >= timedelta(weeks=criterion.weeks)
        seen += f", kept {(facts.on - since).days // 7 if since else 0} of {criterion.weeks} weeks"
    if not met and criterion.or_rise is not None:
        rises = [improvement(one) for one in courses]
        if all(rise >= criterion.or_rise for rise in rises):
            met, seen = True, f"{seen}, {plain(min(rises))} better than at the start"
    return state(met, value, on, seen)


def kept_since(course: Course, criterion: Criterion) -> date | None:
    """Return since when every result has met a criterion; None when the latest does not."""
    since = None
    for test in reversed(course.tests):
        if not COMPARE[criterion.op](test.value, criterion.value):
            break
        since = test.on
    return since


def improvement(course: Course) -> Decimal:
    """Return how much better the latest result is than the baseline; below 0 is worse. In the measure's unit."""
    rise = course.latest.value - course.tests[course.baseline].value
    return -rise if course.measure.direction is Direction.LOWER_BETTER else rise


def weaker(courses: Sequence[Course]) -> Course:
    """Return the course of the weaker side."""
    lower = courses[0].measure.direction is Direction.LOWER_BETTER
    return (max if lower else min)(courses, key=lambda course: course.latest.value)


def resting(facts: Facts, measure: str) -> list[tuple[date, Decimal]]:
    """Return the resting values of the last visits and tests, one a day, the oldest first.

    On a day with several the last session's counts: it was taken the way every visit takes it.
    """
    by_day = {test.on: test.value for course in facts.courses_of(measure) for test in course.tests}
    by_day |= {visit.on: visit.rest[measure] for visit in facts.visits if measure in visit.rest}
    return sorted(by_day.items())


def propose(
    phase: Phase,
    following: Phase | None,
    facts: Facts,
    policy: Policy,
    items: Sequence[Item] = (),
    *,
    within_days: int = 30,
) -> Proposal:
    """Return what the record speaks for. A criterion not measured is not met; the strictest that speaks wins.

    following: the next phase, None in the last. items: the phase's sentences, weighed.
    """
    states = weigh_criteria(phase.progress_when, facts, within_days=within_days)
    met, total = sum(state.met is True for state in states), len(states)
    spoken = {item.choice for item in items if item.holds}
    open_ = Choice.ADVANCE if total and met == total else Choice.HOLD
    choice = next(one for one in policy.strictest if one in spoken | {open_})
    if choice == Choice.ADVANCE and following:
        sentence = f"{_all(total, 'criteria', 'criterion')} met: {following.name} may open."
    elif choice == Choice.ADVANCE:
        sentence = f"{_all(total, 'criteria', 'criterion')} of the last phase met: plan the discharge."
    else:
        why = [item for item in items if item.holds and item.choice == choice]
        sentence = f"{met} of {total} criteria met."
        if why:
            sentence += f" {WORDS[choice]}: {why[0].text[0].lower()}{why[0].text[1:]}."
    return Proposal(choice, sentence, states, tuple(items), last=following is None)


def _all(total: int, many: str, one: str) -> str:
    return f"The one {one} is" if total == 1 else f"All {total} {many} are"


def phases_around(protocol: Protocol, phase_id: str) -> tuple[int, Phase, Phase | None]:
    """Return the place of a phase, the phase and the one after it, None after the last. Raises ValueError."""
    place = [phase.id for phase in protocol.phases].index(phase_id)
    following = protocol.phases[place + 1] if place + 1 < len(protocol.phases) else None
    return place, protocol.phases[place], following


def plain(value: Decimal) -> str:
    """Return a figure without needless zeros, with the true minus sign.

    >>> plain(Decimal("-5.0")), plain(Decimal("400"))
    ('−5', '400')
    """
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")
