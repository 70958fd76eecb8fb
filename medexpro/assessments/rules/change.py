"""Whether a change is real and whether it matters.

A measure carries published amounts of change. `error` (MDC and its kin) says from where on a change is more than the
noise of the test; `matters` (MCID and its kin) from where on people notice it. The threshold, and the band on the
chart, is the larger of the two, each taken from its most specific match for this client.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from medexpro.assessments.rules.subject import holds
from medexpro.kernel.reference import ChangeValue, Direction, Measure, PopulationTag, Role, Verification

# Pressure and pulse are judged against limits: a lower one is not "better".
JUDGED_BY_LIMITS = frozenset({"bp_systolic", "bp_diastolic", "resting_hr"})


class Verdict(StrEnum):
    """The only words a change is judged with."""

    BETTER = "better"
    WORSE = "worse"
    NO_MEASURABLE_CHANGE = "no measurable change"
    UNKNOWN = "change of unknown meaning"
    INSIDE_LIMITS = "inside limits"
    OUTSIDE_LIMITS = "outside limits"


@dataclass(frozen=True)
class Threshold:
    """The amounts of change in force for one client: at least one of the two is there."""

    error: ChangeValue | None
    matters: ChangeValue | None

    @property
    def governing(self) -> ChangeValue:
        """Return the larger of the two; the error where they are equal, as it is the harder fact."""
        if self.error is None or self.matters is None:
            return self.error or self.matters  # type: ignore[return-value]
        return self.matters if self.matters.threshold > self.error.threshold else self.error

    @property
    def value(self) -> Decimal:
        """Return the amount a change must reach, in the measure's unit."""
        return self.governing.threshold

    @property
    def is_house_rule(self) -> bool:
        """Tell whether the threshold is the practice's working rule rather than a published figure."""
        return self.governing.verification is Verification.HOUSE_RULE

    @property
    def words(self) -> str:
        """Return what the threshold is called: the same words on the chart's band and in the sentence."""
        return "test error" if self.governing.role is Role.ERROR else "the change that matters"


@dataclass(frozen=True)
class Limits:
    """The span a reading should lie in. A reading at a limit is inside; an end that is None is open."""

    low: Decimal | None = None
    high: Decimal | None = None

    def hold(self, value: Decimal) -> bool:
        """Tell whether the value is inside."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


@dataclass(frozen=True)
class Change:
    """A change between two readings of one measure and side, judged.

    waiting: amounts that would fit this client and are not in force, because nobody has held them against their source.
    beside: amounts that fit and are given in another unit (per cent of the baseline): shown, never used.
    """

    measure: Measure
    first: Decimal
    latest: Decimal
    verdict: Verdict
    threshold: Threshold | None = None
    substantial: ChangeValue | None = None
    limits: Limits | None = None
    waiting: tuple[ChangeValue, ...] = ()
    beside: tuple[ChangeValue, ...] = ()

    @property
    def difference(self) -> Decimal:
        """Return latest minus first, in the measure's unit."""
        return self.latest - self.first

    @property
    def is_substantial(self) -> bool:
        """Tell whether a change for the better also reaches the substantial amount.

        This is an extra line, never the threshold.
        """
        return (
            self.verdict is Verdict.BETTER
            and self.substantial is not None
            and abs(self.difference) >= self.substantial.threshold
        )


def expand_tags(tags: Iterable[str], population: Mapping[str, PopulationTag]) -> frozenset[str]:
    """Return the client's tags with everything they are a kind of.

    tags: conditions and procedures on record. population: all tags by id; one it doesn't know is passed over.

    >>> knee = PopulationTag(id="knee_osteoarthritis", kind="condition", name="", is_a=("osteoarthritis",))
    >>> sorted(expand_tags(["knee_osteoarthritis"], {"knee_osteoarthritis": knee}))
    ['knee_osteoarthritis', 'osteoarthritis']
    """
    found: set[str] = set()
    waiting = list(tags)
    while waiting:
        tag = waiting.pop()
        if tag not in found:
            found.add(tag)
            waiting.extend(population[tag].is_a if tag in population else ())
    return frozenset(found)


def threshold_for(
    measure: Measure,
    *,
    tags: Collection[str] = (),
    age: int | None = None,
    baseline: Decimal | None = None,
    raters: int = 1,
    setting: str | None = None,
    turned_on: Collection[str] = (),
) -> Threshold | None:
    """Return the amounts of change in force for a client, or None: then only the raw change may be shown.

    tags: the client's conditions and procedures, expanded (`expand_tags`). age: whole years, None when not known.
    baseline: the first score. raters: 1 when the same person measured both times, 2 when not.
    setting: where it was measured, if a change value asks for it (such as inpatient).
    turned_on: measures whose unverified amounts the practice has compared with their source and turned on.

    An entry matches when every key it gives agrees. Most specific first: procedure, then condition, then the
    number of narrowing keys (age, baseline, raters, setting), then adults in general; ties take the larger amount.
    Entries in another unit than the measure's are never used, unverified ones only where they were turned on.
    """
    client = _Client(frozenset(tags), age, baseline, raters, setting)
    error = _most_specific(measure, Role.ERROR, client, turned_on)
    matters = _most_specific(measure, Role.MATTERS, client, turned_on)
    return Threshold(error, matters) if error or matters else None


def waiting_for(
    measure: Measure, *, tags: Collection[str] = (), age: int | None = None, baseline: Decimal | None = None,
    turned_on: Collection[str] = (),
) -> tuple[ChangeValue, ...]:  # fmt: skip
    """Return the unverified amounts of change that would fit this client: shown with their mark, never used."""
    client = _Client(frozenset(tags), age, baseline, 1, None)
    return tuple(
        value
        for value in measure.change
        if value.role is not Role.SUBSTANTIAL
        and not holds(value.verification, measure.id, turned_on)
        and not value.unit
        and _matches(value, client)
    )


def beside_for(
    measure: Measure, *, tags: Collection[str] = (), age: int | None = None, baseline: Decimal | None = None
) -> tuple[ChangeValue, ...]:
    """Return the verified amounts that fit this client in another unit, such as per cent of the baseline.

    They are shown with their source and never used: a share of a low baseline would call noise a change.
    """
    client = _Client(frozenset(tags), age, baseline, 1, None)
    return tuple(
        value
        for value in measure.change
        if value.unit and value.verification.in_force and _matches(value, client)
    )


def substantial_for(
    measure: Measure, *, tags: Collection[str] = (), age: int | None = None, baseline: Decimal | None = None,
    turned_on: Collection[str] = (),
) -> ChangeValue | None:  # fmt: skip
    """Return the amount from which a change is large for this client, or None."""
    client = _Client(frozenset(tags), age, baseline, 1, None)
    return _most_specific(measure, Role.SUBSTANTIAL, client, turned_on)


@dataclass(frozen=True)
class _Client:
    tags: frozenset[str]
    age: int | None
    baseline: Decimal | None
    raters: int
    setting: str | None


def _most_specific(
    measure: Measure, role: Role, client: _Client, turned_on: Collection[str] = ()
) -> ChangeValue | None:
    matches = [
        value
        for value in measure.change
        if value.role is role
        and holds(value.verification, measure.id, turned_on)
        and not value.unit
        and _matches(value, client)
    ]
    return max(matches, key=lambda value: (_specificity(value), value.threshold), default=None)


def _matches(value: ChangeValue, client: _Client) -> bool:
    wanted = value.applies_to
    return (
        (not wanted.conditions or not client.tags.isdisjoint(wanted.conditions))
        and (not wanted.procedures or not client.tags.isdisjoint(wanted.procedures))
        and _inside(client.age, wanted.age_min, wanted.age_max)
        and _inside(client.baseline, wanted.baseline_min, wanted.baseline_max)
        and wanted.raters in {None, client.raters}
        and wanted.setting in {None, client.setting}
    )


def _inside(value: Decimal | int | None, low: Decimal | int | None, high: Decimal | int | None) -> bool:
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def _specificity(value: ChangeValue) -> tuple[bool, bool, int]:
    wanted = value.applies_to
    narrowing = (
        wanted.age_min is not None or wanted.age_max is not None,
        wanted.baseline_min is not None or wanted.baseline_max is not None,
        wanted.raters is not None,
        wanted.setting is not None,
    )
    return bool(wanted.procedures), bool(wanted.conditions), sum(narrowing)


def verdict_of(measure: Measure, difference: Decimal, threshold: Threshold | None) -> Verdict:
    """Return the verdict on a difference (latest minus first). A difference at the threshold reaches it.

    Measures without a better direction, and clients without a threshold in force, get "change of unknown meaning".
    """
    if measure.direction not in {Direction.HIGHER_BETTER, Direction.LOWER_BETTER} or threshold is None:
        return Verdict.UNKNOWN
    if measure.id in JUDGED_BY_LIMITS:
        return Verdict.UNKNOWN
    if abs(difference) < threshold.value:
        return Verdict.NO_MEASURABLE_CHANGE
    rose = difference > 0
    return Verdict.BETTER if rose == (measure.direction is Direction.HIGHER_BETTER) else Verdict.WORSE


def judge(
    measure: Measure,
    first: Decimal,
    latest: Decimal,
    *,
    tags: Collection[str] = (),
    age: int | None = None,
    raters: int = 1,
    setting: str | None = None,
    limits: Limits | None = None,
    turned_on: Collection[str] = (),
) -> Change:
    """Return the change from the first reading to the latest, judged for this client.

    first, latest: in the measure's unit, the same side. tags: expanded (`expand_tags`).
    limits: those in force for pressure and pulse, which are inside or outside them and never better or worse.
    """
    if measure.id in JUDGED_BY_LIMITS:
        verdict = Verdict.UNKNOWN
        if limits is not None:
            verdict = Verdict.INSIDE_LIMITS if limits.hold(latest) else Verdict.OUTSIDE_LIMITS
        return Change(measure, first, latest, verdict, limits=limits)
    who = {"tags": frozenset(tags), "age": age, "baseline": first}
    threshold = threshold_for(measure, **who, raters=raters, setting=setting, turned_on=turned_on)  # type: ignore[arg-type]
    return Change(
        measure,
        first,
        latest,
        verdict_of(measure, latest - first, threshold),
        threshold=threshold,
        substantial=substantial_for(measure, **who, turned_on=turned_on),  # type: ignore[arg-type]
        waiting=() if threshold else waiting_for(measure, **who, turned_on=turned_on),  # type: ignore[arg-type]
        beside=beside_for(measure, **who),  # type: ignore[arg-type]
    )
