"""How each sentence of a phase is weighed against the record: pain, swelling, loss, effort, weeks away, gates, tests."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from medexpro.assessments.rules.change import Verdict
from medexpro.kernel.reference import Direction
from medexpro.programs.rules.facts import Course, Done, Facts, Test, Visit
from medexpro.programs.rules.progression import Item, Rule, plain


class Seen(NamedTuple):
    """What one look at the record found. holds: None where it can't say."""

    holds: bool | None
    words: str
    on: date | None = None


Way = Callable[[Facts, Mapping[str, Any]], Seen]


def weigh(
    rules: Sequence[Rule],
    facts: Facts,
    *,
    primary: Sequence[str] = (),
    answers: Mapping[str, bool] | None = None,
) -> list[Item]:
    """Return each rule against the record, in the order of the rules.

    primary: ids of the measures the protocol measures again. answers: rule id to the professional's yes or no. A yes
    holds; a no unsays nothing that the record shows.
    """
    answers = answers or {}
    items = []
    for rule in rules:
        figures = dict(rule.weighs) | ({"primary": tuple(primary)} if rule.weighs else {})
        seen = WAYS[figures["kind"]](facts, figures) if figures else Seen(None, "")
        said = answers.get(rule.id) if rule.asks else None
        holds = True if said else (False if said is False and seen.holds is None else seen.holds)
        words = seen.words
        if said is not None and not (seen.holds and not said):
            told = f"The professional said {'yes' if said else 'no'}"
            words = f"{told}; {words[0].lower()}{words[1:]}" if words and seen.holds is not None else told
        items.append(
            Item(rule.id, rule.choice, rule.sentence, holds, seen=words, on=seen.on, asks=rule.asks, said=said,
                 source=rule.source, verification=rule.verification, always=rule.always)
        )  # fmt: skip
    return items


def day(on: date) -> str:
    """Return a day in a few letters: Nov 27."""
    return f"{on:%b} {on.day}"


def _last(facts: Facts, figures: Mapping[str, Any]) -> list[Visit]:
    return facts.counting[-figures.get("visits", 1) :]


def _pain(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    visits = _last(facts, figures)
    said = [(visit, pain) for visit in visits if (pain := visit.said_pain) is not None]
    rests = [visit for visit in facts.counting if "pain_nrs" in visit.rest][-figures["visits"] - 1 :]
    for before, after in reversed(list(pairwise(rests))):
        rise = after.rest["pain_nrs"] - before.rest["pain_nrs"]
        if rise >= figures["rise"]:
            lower, higher = (plain(visit.rest["pain_nrs"]) for visit in (before, after))
            words = f"Pain at rest {lower} of 10 on {day(before.on)}, {higher} on {day(after.on)}"
            return Seen(True, words, after.on)
    for visit, pain in reversed(said):
        if pain > figures["above"]:
            return Seen(True, f"Pain {plain(pain)} of 10 at work on {day(visit.on)}", visit.on)
    if not said:
        return Seen(None, "No pain at work on file in this phase")
    most = max(pain for _, pain in said)
    return Seen(
        False,
        f"Pain {plain(most)} of 10 at most at work in the last {_sessions(len(visits))}",
        said[-1][0].on,
    )


def _swelling(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    for visit in reversed(_last(facts, figures)):
        if set(figures["flags"]) & set(visit.flags):
            return Seen(True, f"Swelling said to be new or worse on {day(visit.on)}", visit.on)
    tests = [course for measure in figures["measures"] for course in facts.courses_of(measure)]
    for course in tests:
        step = _last_step(course)
        if step is not None and step >= figures["rise"]:
            return Seen(True, f"{course.words}: {plain(step)} cm up on the test before", course.latest.on)
    if not facts.counting and not tests:
        return Seen(None, "No session in this phase yet")
    return Seen(False, "None said at the last session, none measured")


def _last_step(course: Course) -> Decimal | None:
    """Return how far the last test is from the one before it, taken alike; None without two."""
    if len(course.tests) < 2 or course.tests[-1].way != course.tests[-2].way:
        return None
    return course.tests[-1].value - course.tests[-2].value


def _loss(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    compared = None
    for course in facts.courses:
        amount = next(
            (most for key, most in figures["by_measure"].items() if _is_of(course.measure.id, key)), None
        )
        if amount is None and course.measure.direction is Direction.HIGHER_BETTER:
            amount = figures["by_unit"].get(course.measure.unit)
        step = _last_step(course)
        if amount is None or step is None:
            continue
        compared = max(compared or course.latest.on, course.latest.on)
        if -step >= amount and (facts.since is None or course.latest.on >= facts.since.date()):
            words = f"{course.words}: {_tests(course.tests[-2:])}"
            return Seen(True, words, course.latest.on)
    if compared is None:
        return Seen(None, "Not measured twice yet")
    return Seen(False, f"None at the tests up to {day(compared)}", compared)


def _is_of(measure: str, stem: str) -> bool:
    """Tell whether a measure is another or one taken of several movements: mmt, mmt_knee_extension."""
    return measure == stem or measure.startswith(f"{stem}_")


def _effort(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    visits = _last(facts, figures)
    over = [(visit, hard) for visit in visits if (hard := _above_band(visit, figures))]
    if not visits:
        return Seen(None, "No session in this phase yet")
    if len(over) >= figures["times"]:
        visit, named = over[-1]
        words = f"{len(over)} of the last {_sessions(len(visits))}; {named.name} at effort {named.effort}, aimed at {named.aimed}"
        return Seen(True, words, visit.on)
    return Seen(False, f"{len(over)} of the last {_sessions(len(visits))}", visits[-1].on)


def _above_band(visit: Visit, figures: Mapping[str, Any]) -> Done | None:
    return next((one for one in visit.done if one.above_band(figures["points"], figures["ceiling"])), None)


def _away(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    missed = facts.weeks_without()
    if not facts.visits:
        return Seen(None, "No session yet")
    if len(missed) >= figures["weeks"]:
        last = missed[-1]
        return Seen(True, f"No session in the week of {day(last)} to {day(last + timedelta(days=6))}", last)
    return Seen(False, "A session in every week", facts.visits[-1].on)


def _gate(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    for visit in reversed(facts.counting):
        if facts.cleared_at is not None and visit.at < facts.cleared_at:
            continue
        for action, sentence in visit.found:
            if action in figures["actions"]:
                return Seen(True, f"{sentence.rstrip('.')}, on {day(visit.on)}", visit.on)
    return Seen(False, "None in the sessions since the clearance")


def _primary(facts: Facts, figures: Mapping[str, Any]) -> list[Course]:
    return [course for course in facts.courses if course.measure.id in figures["primary"]]


def _no_change(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    began = facts.began_on
    weeks = 0 if began is None else (facts.on - began).days // 7
    share, counted = facts.attendance.share, "booked sessions"
    if weeks < figures["weeks"]:
        return Seen(False, f"{weeks} of {figures['weeks']} weeks have passed")
    if share is None:
        there = len({visit.on.isocalendar()[:2] for visit in facts.visits})
        share, counted = min(100, there * 100 // max(1, weeks)), "weeks with a session"
    if share < figures["attendance"]:
        return Seen(False, f"Attendance {share} % of the {counted}")
    judged = []
    for course in _primary(facts, figures):
        first = course.tests[course.baseline]
        if course.latest.on - first.on >= timedelta(weeks=figures["weeks"]):
            judged.append((course, course.change(first, course.latest)))
    known = [(course, change) for course, change in judged if change.verdict is not Verdict.UNKNOWN]
    if not known:
        return Seen(None, f"No primary measure has been tested again after {figures['weeks']} weeks")
    moved = [course for course, change in known if change.verdict is not Verdict.NO_MEASURABLE_CHANGE]
    last = max(course.latest.on for course, _ in known)
    if moved:
        return Seen(False, f"{moved[0].words} has changed", last)
    return Seen(
        True,
        f"No measurable change in {len(known)} of {len(known)} after {weeks} weeks, attendance {share} %",
        last,
    )


def _decline(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    compared = None
    for course in _primary(facts, figures):
        tests = course.tests[-figures["tests"] - 1 :]
        if len(tests) <= figures["tests"]:
            continue
        compared = max(compared or course.latest.on, course.latest.on)
        before, *after = tests
        if all(course.change(before, one).verdict is Verdict.WORSE for one in after):
            words = f"{course.words}: {_tests(tests)}"
            return Seen(True, words, course.latest.on)
    if compared is None:
        return Seen(None, f"No primary measure has {figures['tests'] + 1} tests yet")
    return Seen(False, f"None at the tests up to {day(compared)}", compared)


def _response(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    visits = [visit for visit in _last(facts, figures) if visit.response]
    if not visits:
        return Seen(None, "How the last session was taken is not on file")
    return Seen(
        visits[-1].response in figures["says"],
        f"Said after the session on {day(visits[-1].on)}",
        visits[-1].on,
    )


def _noted(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    visits = _last(facts, figures)
    found = [visit for visit in visits if visit.noted in figures["says"]]
    if found:
        return Seen(True, f"Note of {day(found[-1].on)}", found[-1].on)
    return Seen(False, "No such decision in the last note", visits[-1].on if visits else None)


def _stopped(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    found = [visit for visit in _last(facts, figures) if visit.stopped]
    answered = found and facts.cleared_at is not None and found[-1].at < facts.cleared_at
    if found and not answered:
        return Seen(True, f"{found[-1].stopped.rstrip('.')}, on {day(found[-1].on)}", found[-1].on)
    return Seen(False, "The provider has answered" if answered else "The last session was not stopped")


def _waiting(facts: Facts, figures: Mapping[str, Any]) -> Seen:
    return Seen(bool(facts.waiting), facts.waiting or "Nothing is out")


def _tests(tests: Sequence[Test]) -> str:
    return ", ".join(f"{plain(one.value)} on {day(one.on)}" for one in tests)


def _sessions(count: int) -> str:
    return f"{count} sessions" if count != 1 else "1 session"


WAYS: dict[str, Way] = {
    "pain": _pain,
    "swelling": _swelling,
    "loss": _loss,
    "effort": _effort,
    "away": _away,
    "gate": _gate,
    "no_change": _no_change,
    "decline": _decline,
    "response": _response,
    "noted": _noted,
    "stopped": _stopped,
    "waiting": _waiting,
}
