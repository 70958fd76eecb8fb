"""Short ways to write a record for the rules of progression: visits, tests, a phase."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec

from medexpro.knowledge.library import library
from medexpro.programs.policy import progression_policy
from medexpro.programs.rules import progression, weighing
from medexpro.programs.rules.facts import Attendance, Course, Done, Facts, Test, Visit

TODAY = date(2026, 11, 27)
KNEE = library().all_protocols["total_knee_replacement"]
TAGS = frozenset({"total_knee_replacement", "knee_replacement"})
# Every criterion of the first knee phase, met three days ago.
MET = {"rom_knee_extension": -3, "rom_knee_flexion": 104, "pain_nrs": 3, "tug": 13}


def at(day):
    """Return the morning of a day."""
    return datetime.combine(day, datetime.min.time(), tzinfo=UTC) + timedelta(hours=14)


def day(ago):
    """Return the day so many days before today."""
    return TODAY - timedelta(days=ago)


def visit(ago=1, *, number=None, done=(), **said):
    """Return a session of so many days ago. done: (effort, aimed, pain) of each exercise."""
    on = day(ago)
    exercises = tuple(
        Done("leg_press_light", "Leg press", on, effort=effort, aimed=aimed, pain=pain)
        for effort, aimed, pain in done
    )
    rest = {key: Decimal(str(value)) for key, value in said.pop("rest", {}).items()}
    return Visit(number or 100 - ago, at(on), on, rest=rest, done=exercises, **said)


def course(measure, *values, side="", tags=TAGS, age=68):
    """Return the tests of a measure, as (days ago, value), the oldest first."""
    tests = tuple(Test(Decimal(str(value)), day(ago), by="Ana") for ago, value in values)
    return Course(library().all_measures[measure], side, tests, tags=tags, age=age)


def facts(*visits, measured=MET, courses=(), **known):
    """Return the record. measured: the criteria's measures, taken three days ago."""
    taken = [course(key, (3, value)) for key, value in measured.items()]
    regular = visits or (visit(4), visit(1))
    known = {"began_on": day(20), "since": at(day(20)), "attendance": Attendance(8, 0)} | known
    return Facts(TODAY, visits=tuple(regular), courses=(*taken, *courses), **known)


def proposal(known, *, answers=None, protocol=KNEE, phase=0):
    """Return what the record speaks for. answers: to the questions; without any all are no."""
    policy, one = progression_policy(), protocol.phases[phase]
    following = protocol.phases[phase + 1] if phase + 1 < len(protocol.phases) else None
    rules = policy.of_phase(one)
    answers = {rule.id: False for rule in rules if rule.asks} | (answers or {})
    items = weighing.weigh(rules, known, primary=protocol.reassess.measures, answers=answers)
    return progression.propose(one, following, known, policy, items)


def with_criterion(protocol=KNEE, **changes):
    """Return a protocol whose first phase has one criterion, changed so."""
    phase = protocol.phases[0]
    criterion = msgspec.structs.replace(phase.progress_when[0], **changes)
    changed = msgspec.structs.replace(phase, progress_when=(criterion,))
    return msgspec.structs.replace(protocol, phases=(changed, *protocol.phases[1:]))
