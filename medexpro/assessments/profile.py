"""The functional profile of an episode from its outcomes: for each of six domains one result, its drawing, its sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from medexpro.assessments import catalogue
from medexpro.assessments.outcomes import GRIP, Outcome
from medexpro.assessments.rules import norms
from medexpro.assessments.rules import profile as rules
from medexpro.assessments.rules.change import Verdict
from medexpro.assessments.rules.profile import Candidate
from medexpro.web.charts import Ruler


@dataclass(frozen=True)
class DomainLine:
    """One domain. outcome: the result that leads it, None where nothing was measured; worse: what else got worse."""

    name: str
    outcome: Outcome | None = None
    worse: tuple[str, ...] = ()

    @property
    def scale(self) -> Ruler | None:
        """Return the drawing of the leading result; None where neither direction is better."""
        return self.outcome.ruler if self.outcome else None

    @property
    def says(self) -> str:
        """Return the leading result in words: figure, comparison, change."""
        one = self.outcome
        if one is None:
            return "Not measured."
        counts = "" if one.change is None and one.measure.id != GRIP else one.says
        text = rules.sentence(one.current_figure, place_words(one), counts)
        return f"{text} Worse: {', '.join(self.worse)}." if self.worse else text


def place_words(outcome: Outcome) -> str:
    """Return where a result stands among people, else at its published line; empty where it has neither."""
    if isinstance(outcome.compared, norms.Comparison):
        return outcome.compared.sentence
    if outcome.line is not None and outcome.line.limit is not None:
        return f"{outcome.line_words.removesuffix(' it').capitalize()} the {outcome.line_name}"
    return ""


def profile_of(outcomes: Sequence[Outcome], involved: str) -> list[DomainLine]:
    """Return the six domains in their order. involved: the side the episode is about. No queries."""
    names = catalogue.domains()
    found = [one for one in outcomes if one.domain in names]
    candidates = [_candidate(one, place, involved) for place, one in enumerate(found)]
    lines = []
    for standing in rules.standings(list(names), candidates):
        leading = found[standing.leading] if standing.leading is not None else None
        worse = tuple(found[n].name for n in standing.also_worse)
        lines.append(DomainLine(names[standing.domain], leading, worse))
    return lines


def _candidate(one: Outcome, place: int, involved: str) -> Candidate:
    sides = ("left", "right")
    judged = one.verdict in (Verdict.BETTER, Verdict.WORSE, Verdict.NO_MEASURABLE_CHANGE)
    return Candidate(
        domain=one.domain,
        place=place,
        other_side=one.side in sides and involved in sides and one.side != involved,
        waits=one.measure.id == GRIP,
        has_goal=one.goal is not None,
        compared=bool(place_words(one)),
        judged=judged and not one.differs,
        worse=one.verdict_kind == "worse",
    )
