"""Goals with where they stand, and how a measure is named and read beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medexpro.assessments import catalogue
from medexpro.assessments.models import Goal
from medexpro.assessments.readings import Key, Taken, baseline_of, series
from medexpro.assessments.rules import goals as goal_rules
from medexpro.assessments.rules import said
from medexpro.assessments.rules.entry import Entry
from medexpro.assessments.rules.goals import Progress
from medexpro.episodes.models import Episode
from medexpro.kernel.reference import Measure
from medexpro.practice.models import Practice
from medexpro.practice.prepared import Given, Prepared
from medexpro.web import words


@dataclass(frozen=True)
class GoalStanding:
    """A goal with where it stands. name: measure and side in short; fraction of the way from baseline to target."""

    goal: Goal
    measure: Measure
    name: str
    target: str
    now: str
    baseline: str
    progress: Progress | None

    @property
    def words(self) -> str:
        """Return the goal as people say it: “LEFS 62 by Nov 12: climb the stairs at home”."""
        return f"{self.name} {self.target} by {words.day(self.goal.due_on, 'short')}: {self.goal.activity}"


def name_of(entry: Entry, side: str) -> str:
    """Return a measure's short name with its side, where it has one.

    >>> from decimal import Decimal
    >>> name_of(Entry("Knee flexion", (Decimal(0), Decimal(150))), "right")
    'Knee flexion, right'
    """
    return f"{entry.short}, {side}" if side in ("left", "right") else entry.short


def shown_unit(measure: Measure, entry: Entry, units: str) -> str:
    """Return the unit a practice reads this measure in. units: the practice's setting, us or metric."""
    return entry.us if units == "us" and entry.us else measure.unit


def goal_rows(episode: Episode) -> list[Goal]:
    """Return the episode's goals that are open or met, the one due first first. One query."""
    goals = _GOALS(practice=episode.practice_id, episode=episode.pk)
    for goal in goals:
        goal.episode = episode
    return goals


_GOALS = Prepared[Goal](
    lambda: Goal.objects.filter(
        practice=Given("practice"), episode=Given("episode"), state__in=(Goal.State.OPEN, Goal.State.MET)
    ).order_by("due_on", "horizon_days", "set_at")
)


def goals_of(
    episode: Episode,
    taken: Mapping[Key, Sequence[Taken]] | None = None,
    goals: Sequence[Goal] | None = None,
) -> list[GoalStanding]:
    """Return open and met goals with where they stand. Two queries, none where results and goals are at hand."""
    rows = goal_rows(episode) if goals is None else goals
    if not rows:
        return []
    found = series(episode, {goal.measure for goal in rows}) if taken is None else taken
    standings = (_standing(goal, found, episode.practice, episode.practice.units) for goal in rows)
    return [standing for standing in standings if standing is not None]


def goal_for(
    goals: Sequence[Goal], key: Key, found: Mapping[Key, Sequence[Taken]], episode: Episode
) -> GoalStanding | None:
    """Return the goal of a measure and side with where it stands: the open one that ends first, else the one met last."""
    own = [goal for goal in goals if (goal.measure, goal.side) == key]
    opened = [goal for goal in own if goal.state == Goal.State.OPEN]
    chosen = opened[0] if opened else max(own, key=lambda goal: goal.met_on or goal.due_on, default=None)
    return _standing(chosen, found, episode.practice, "metric") if chosen else None


def _standing(
    goal: Goal, found: Mapping[Key, Sequence[Taken]], practice: Practice, units: str
) -> GoalStanding | None:
    measure = catalogue.any_measure(goal.measure, practice)
    if measure is None:
        return None
    entry = catalogue.entry_of(measure)
    unit = shown_unit(measure, entry, units)
    readings = found.get((goal.measure, goal.side), ())
    baseline = baseline_of(readings) if readings else None
    progress = None
    if readings:
        progress = goal_rules.progress(
            measure, baseline.value if baseline else None, goal.target, readings[-1].value
        )
    return GoalStanding(
        goal=goal,
        measure=measure,
        name=name_of(entry, goal.side),
        target=said.figure(measure, goal.target, unit),
        now=said.figure(measure, readings[-1].value, unit) if readings else "",
        baseline=said.figure(measure, baseline.value, unit) if baseline else "",
        progress=progress,
    )
