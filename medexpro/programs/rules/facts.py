"""The record as the rules of progression read it: sessions, tests, attendance. Plain values, the oldest first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from medexpro.assessments.rules.change import Change, Verdict, judge
from medexpro.kernel.reference import Measure


@dataclass(frozen=True)
class Done:
    """One exercise as it was done in one session.

    sets: quantity and load of each. load_unit: of the loads. effort, pain: of 10 as said, None where not.
    aimed: the upper end of the effort aimed at, None where the program named none.
    """

    exercise: str
    name: str
    on: date
    sets: tuple[tuple[Decimal, Decimal | None], ...] = ()
    load_unit: str = ""
    effort: int | None = None
    pain: int | None = None
    aimed: int | None = None

    def above_band(self, points: int, ceiling: int) -> bool:
        """Tell whether it was so many points harder than aimed at, or harder than aimed at and above the ceiling."""
        if self.effort is None or self.aimed is None or self.effort <= self.aimed:
            return False
        return self.effort - self.aimed >= points or self.effort > ceiling


@dataclass(frozen=True)
class Visit:
    """One session that took place.

    rest: the last resting value of each measure taken before the start. work_pain: the most pain said at work, of 10.
    response: well, tired, sore or worse. noted: what the signed note decides for the next time.
    flags: red flags said to be new or worse. found: what the gate found, as (action, sentence).
    stopped: what was observed when it was stopped.
    """

    number: int
    at: datetime
    on: date
    rest: Mapping[str, Decimal] = field(default_factory=dict)
    work_pain: Decimal | None = None
    done: tuple[Done, ...] = ()
    response: str = ""
    noted: str = ""
    flags: tuple[str, ...] = ()
    found: tuple[tuple[str, str], ...] = ()
    stopped: str = ""

    @property
    def said_pain(self) -> Decimal | None:
        """Return the most pain of the session, said of an exercise or as a reading at work."""
        said = [Decimal(one.pain) for one in self.done if one.pain is not None]
        return max([*said, *([] if self.work_pain is None else [self.work_pain])], default=None)


@dataclass(frozen=True)
class Test:
    """One result of one measure and side. way: device, aid and modification: only like ones are compared."""

    __test__ = False  # It is no test of ours.

    value: Decimal
    on: date
    by: object = None
    way: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """The results of one measure and side. baseline: its place among them.

    tags, age, turned_on: what the change rules ask.
    """

    measure: Measure
    side: str
    tests: tuple[Test, ...]
    baseline: int = 0
    tags: frozenset[str] = frozenset()
    age: int | None = None
    name: str = ""
    turned_on: Collection[str] = ()

    @property
    def latest(self) -> Test:
        return self.tests[-1]

    @property
    def words(self) -> str:
        """Return the measure as people name it, with the side."""
        name = self.name or self.measure.name
        return f"{name}, {self.side}" if self.side in ("left", "right") else name

    def change(self, first: Test, latest: Test) -> Change:
        """Return the change between two tests, judged; unlike ones have a change of unknown meaning."""
        if first.way != latest.way:
            return Change(self.measure, first.value, latest.value, Verdict.UNKNOWN)
        raters = 1 if first.by == latest.by else 2
        return judge(
            self.measure, first.value, latest.value, tags=self.tags, age=self.age, raters=raters,
            turned_on=self.turned_on,
        )  # fmt: skip


@dataclass(frozen=True)
class Attendance:
    """How many of the booked sessions a client came to. missed: those that passed without the client."""

    came: int = 0
    missed: int = 0

    @property
    def share(self) -> int | None:
        """Return it in whole per cent, rounded down; None where nothing was booked.

        >>> Attendance(came=9, missed=2).share, Attendance().share
        (81, None)
        """
        total = self.came + self.missed
        return None if total == 0 else self.came * 100 // total


@dataclass(frozen=True)
class Facts:
    """Everything a phase is weighed on.

    on: the practice's day. since: when the phase was last entered or stepped back from; what was before it counts no
    more. began_on: the day the program was made. visits: the last ones of the episode. attendance: of the last weeks.
    cleared_at: the newest clearance: what the gate found before it is answered. waiting: why the episode waits for its
    provider, in words; empty when it does not. side: left or right, where the episode is about one.
    """

    on: date
    since: datetime | None = None
    began_on: date | None = None
    visits: Sequence[Visit] = ()
    courses: Sequence[Course] = ()
    attendance: Attendance = field(default_factory=Attendance)
    cleared_at: datetime | None = None
    waiting: str = ""
    side: str = ""

    @property
    def counting(self) -> list[Visit]:
        """Return the visits since the phase was entered."""
        return [visit for visit in self.visits if self.since is None or visit.at > self.since]

    def courses_of(self, measure: str) -> list[Course]:
        """Return the courses of a measure, one a side."""
        return [course for course in self.courses if course.measure.id == measure]

    def weeks_without(self) -> list[date]:
        """Return the Mondays of calendar weeks without a session: between two sessions, or since the last one.

        The week a phase was entered and the present one are never counted: they are not whole.
        """
        days = sorted({visit.on for visit in self.visits})
        if not days:
            return []
        entered = self.since.date() if self.since else days[0]
        first = monday(max(days[0], min(entered, self.on))) + timedelta(days=7)
        there = {monday(day) for day in days}
        return [
            week
            for week in (first + timedelta(weeks=n) for n in range((monday(self.on) - first).days // 7))
            if week not in there
        ]


def monday(day: date) -> date:
    """Return the Monday of a day's week.

    >>> monday(date(2026, 11, 27))
    datetime.date(2026, 11, 23)
    """
    return day - timedelta(days=day.weekday())
