"""Figures over all clients discharged in a period, also those who stopped early: computed from the record, frozen when
published, refused where they could give away somebody (rules/cohorts.py).

What is published holds no client and no episode. While it is looked at by who may read records, each number opens the
records behind it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from medexpro.assessments import catalogue
from medexpro.assessments.models import Assessment, Measurement
from medexpro.assessments.outcomes import GRIP
from medexpro.assessments.rules import change as change_rules
from medexpro.assessments.rules.change import JUDGED_BY_LIMITS
from medexpro.assessments.standings import shown_unit
from medexpro.audit.trail import record
from medexpro.clients.models import Side
from medexpro.episodes.models import Episode, Status
from medexpro.kernel import quantities
from medexpro.kernel.reference import Direction, Measure
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.library import library_of
from medexpro.knowledge.turning import turned_on
from medexpro.marketing import proof_events as events
from medexpro.marketing.models import CohortFigures
from medexpro.marketing.rules import cohorts
from medexpro.positioning.models import Profile
from medexpro.positioning.operations import profile_for
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.web import words

# So many measures stand on a page; those most clients have come first.
MOST_MEASURES = 6
MOST_ASKED = 100
SIDED = (Side.LEFT.value, Side.RIGHT.value)
CAVEAT = "Results differ from person to person."
WHO = "All clients discharged in the period, including those who stopped early; each client once, with the last episode."
DEFINITIONS = {
    "change": "From the baseline to the last result. The middle result of all; half of the clients lie between the other two.",
    "share": "The change for the better reaches the smallest change that matters and the error of the test, as published for "
    "clients like these. Clients for whom no figure is published are left out.",
    "wait": "Days from the day the referral came to the first visit, the middle wait.",
}


class FiguresRefused(Refusal):
    """These figures can't be made or published."""


@dataclass(frozen=True)
class Figure:
    """One figure. kind: change, share or wait. value: as it is told; small: what stands under it; about: the definition.

    episodes: of the records behind it; never published.
    """

    kind: str
    measure: str
    title: str
    value: str
    small: str
    clients: int
    about: str
    episodes: frozenset[Any] = field(default=frozenset(), compare=False)

    def frozen(self) -> dict[str, Any]:
        """Return what is published of it."""
        names = ("kind", "measure", "title", "value", "small", "clients", "about")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Cohort:
    """The figures of a period. refused: why there are none. bands: clients by age band, where enough are in each."""

    since: date
    until: date
    clients: int
    least: int
    figures: Sequence[Figure] = ()
    bands: Sequence[tuple[str, int]] = ()
    refused: str = ""
    group: frozenset[Any] = field(default=frozenset(), compare=False)


def least_of(practice: Practice) -> int:
    """Return from how many clients on figures are made."""
    asked = Profile.objects.of(practice).values_list("cohort_minimum", flat=True).first()
    return cohorts.limit(asked or cohorts.LEAST)


def cohort_of(practice: Practice, since: date, until: date) -> Cohort:
    """Return the figures of all clients discharged from one day to another, both included. Four queries."""
    least = least_of(practice)
    episodes = _discharged(practice, since, until)
    group = frozenset(one.client_id for one in episodes)
    if len(episodes) < least:
        return Cohort(
            since, until, len(episodes), least, group=group,
            refused=f"{len(episodes)} {'client was' if len(episodes) == 1 else 'clients were'} discharged in this period. "
            f"Figures are made from {least} on, so that nobody can be told from them.",
        )  # fmt: skip
    figures = [*_changes(practice, episodes, least), *_wait(episodes, least)]
    ages = [age for one in episodes if (age := one.client.age_on(one.ended_on)) is not None]
    bands = cohorts.bands(ages, least) if len(ages) == len(episodes) else []
    return Cohort(since, until, len(episodes), least, figures, bands, group=group)


@transaction.atomic
def publish(practice: Practice, since: date, until: date, *, by: Member, at: datetime) -> CohortFigures:
    """Freeze the figures of a period and show them in public in the place of those before.

    Raises FiguresRefused for a group that is too small, or that differs from one published earlier by so few clients
    that theirs could be worked out.
    """
    permissions.check(by, Permission.MARKETING_EDIT)
    if since > until or until > practice.day(at):
        raise FiguresRefused("Choose a period that has ended, its first day first.", field="until")
    found = cohort_of(practice, since, until)
    if found.refused:
        raise FiguresRefused(found.refused)
    if not found.figures:
        raise FiguresRefused(
            "There is no measure that enough of these clients have at the baseline and again."
        )
    told = list(found.figures)
    for earlier in CohortFigures.objects.of(practice).order_by("-published_at"):
        before = cohort_of(practice, earlier.since, earlier.until)
        # The record may have grown since: then the group of now is not the one that was published.
        few = before.group and cohorts.differs_by_few(found.clients, earlier.clients, found.least)
        meets = not found.group.isdisjoint(before.group)
        if (few and meets) or not cohorts.may_stand_beside(found.group, before.group, found.least):
            raise FiguresRefused(
                f"These clients differ from those of the figures published on {words.day(practice.day(earlier.published_at))} by "
                f"fewer than {found.least}: what those few did could be worked out. Choose a period with more clients.",
                field="until",
            )
        if meets:
            told = [one for one in told if _may_be_told(one, earlier, before, found.least)]
    if not told:
        raise FiguresRefused(
            f"Each figure differs from one published earlier by fewer than {found.least} clients: what those few did could "
            "be worked out. Choose a period with more clients.",
            field="until",
        )
    _withdraw(practice, by=by, at=at)
    figures = [one.frozen() for one in told]
    if found.bands:
        figures.append(
            {"kind": "bands", "title": "Clients by age", "bands": [list(band) for band in found.bands]}
        )
    kept = CohortFigures.objects.create(
        practice=practice,
        since=since,
        until=until,
        clients=found.clients,
        figures=figures,
        published_by=by,
        published_at=at,
    )
    record(events.FIGURES_PUBLISHED, kept, by=by, at=at, clients=found.clients, figures=len(figures))
    return kept


def _may_be_told(figure: Figure, earlier: CohortFigures, before: Cohort, least: int) -> bool:
    """Return whether a figure may stand beside the same one published earlier: fewer clients have it than are in the group.

    before: the earlier group as the record tells it now.
    """
    frozen = next((one for one in earlier.figures if _is_same(figure, one)), None)
    if frozen is None:
        return True
    if cohorts.differs_by_few(figure.clients, frozen["clients"], least):
        return False
    was = next(
        (one for one in before.figures if (one.kind, one.measure) == (figure.kind, figure.measure)), None
    )
    return was is None or cohorts.may_stand_beside(figure.episodes, was.episodes, least)


def _is_same(figure: Figure, frozen: dict[str, Any]) -> bool:
    return (frozen.get("kind"), frozen.get("measure")) == (figure.kind, figure.measure)


@transaction.atomic
def ask_for_more(practice: Practice, least: int, *, by: Member, at: datetime) -> None:
    """Set from how many clients on figures are made. Raises FiguresRefused under five: a practice may only ask for more."""
    permissions.check(by, Permission.MARKETING_EDIT)
    if not cohorts.LEAST <= least <= MOST_ASKED:
        raise FiguresRefused(
            f"From {cohorts.LEAST} to {MOST_ASKED}; fewer than {cohorts.LEAST} could give away somebody.",
            field="least",
        )
    profile = profile_for(practice)
    if profile.cohort_minimum != least:
        profile.cohort_minimum = least
        profile.save_version(expected=None)
        record(events.LEAST_CHANGED, profile, by=by, at=at, practice=practice, least=least)


@transaction.atomic
def withdraw(practice: Practice, *, by: Member, at: datetime) -> None:
    """Take the published figures off the public page; they stay in the record of what was published."""
    permissions.check(by, Permission.MARKETING_EDIT)
    for one in _withdraw(practice, by=by, at=at):
        record(events.FIGURES_WITHDRAWN, one, by=by, at=at)


def _withdraw(practice: Practice, *, by: Member, at: datetime) -> list[CohortFigures]:
    standing = list(CohortFigures.objects.of(practice).filter(withdrawn_at=None))
    for one in standing:
        one.withdrawn_at, one.withdrawn_by = at, by
        one.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return standing


@dataclass(frozen=True)
class Published:
    """Figures as the public page shows them: frozen, dated, with how they were made."""

    since: date
    until: date
    clients: int
    on: date
    figures: Sequence[dict[str, Any]]
    bands: Sequence[tuple[str, int]]
    who: str = WHO
    caveat: str = CAVEAT


def published_of(practice: Practice) -> Published | None:
    """Return the figures that stand in public; None where there are none. One query."""
    kept = CohortFigures.objects.of(practice).filter(withdrawn_at=None).order_by("-published_at").first()
    if kept is None:
        return None
    bands = [tuple(band) for one in kept.figures if one["kind"] == "bands" for band in one["bands"]]
    figures = [one for one in kept.figures if one["kind"] != "bands"]
    return Published(kept.since, kept.until, kept.clients, practice.day(kept.published_at), figures, bands)


# ---- From the record


def _discharged(practice: Practice, since: date, until: date) -> list[Episode]:
    """Return each client's last episode that was discharged in the period and had begun."""
    rows = (
        Episode.objects.of(practice)
        .filter(status=Status.DISCHARGED, started_on__isnull=False, ended_on__gte=since, ended_on__lte=until)
        .filter(client__merged_into=None)
        .select_related("client", "referral", "practice")
        .order_by("ended_on", "pk")
    )
    return list({one.client_id: one for one in rows}.values())


def _changes(practice: Practice, episodes: Sequence[Episode], least: int) -> Iterable[Figure]:
    """Yield the change of each measure that enough clients have twice, and how many of them it matters to."""
    known, on = library_of(practice), turned_on(practice)
    by_measure: dict[str, list[_Course]] = defaultdict(list)
    by_id = {one.pk: one for one in episodes}
    for (episode_id, measure_id), (first, last) in _ends(practice, by_id).items():
        if measure_id in known.all_measures and measure_id not in JUDGED_BY_LIMITS:
            by_measure[measure_id].append(_Course(by_id[episode_id], first, last))
    kept = [(key, found) for key, found in by_measure.items() if len(found) >= least]
    kept = [
        (known.all_measures[key], found)
        for key, found in sorted(kept, key=lambda one: (-len(one[1]), one[0]))
    ]
    judged = [
        (measure, found)
        for measure, found in kept
        if measure.direction in (Direction.HIGHER_BETTER, Direction.LOWER_BETTER)
    ]
    for measure, courses in judged[:MOST_MEASURES]:
        if (change := _change(practice, measure, courses, least)) is not None:
            yield change
        if (share := _share(practice, measure, courses, on, least)) is not None:
            yield share


@dataclass(frozen=True)
class _Course:
    episode: Episode
    first: Decimal
    last: Decimal


def _ends(practice: Practice, by_id: dict[Any, Episode]) -> dict[tuple[Any, str], tuple[Decimal, Decimal]]:
    """Return the first and the last value of each measure of each episode that has both, on the side it is about."""
    rows = (
        Measurement.objects.of(practice)
        .filter(episode__in=by_id, removed_at=None, assessment__finished_at__isnull=False)
        .order_by("measured_at", "pk")
        .values_list("episode_id", "measure", "side", "value", "assessment__kind", "assessment_id")
    )
    found: dict[tuple[Any, str], list[tuple[Decimal, str, Any]]] = defaultdict(list)
    for episode_id, measure, side, value, kind, assessment in rows:
        if side in SIDED and side != by_id[episode_id].side:
            continue
        found[episode_id, measure].append((value, kind, assessment))
    ends = {}
    for key, taken in found.items():
        first = next((one for one in taken if one[1] == Assessment.Kind.BASELINE), taken[0])
        if taken[-1][2] != first[2]:
            ends[key] = (first[0], taken[-1][0])
    return ends


def _change(practice: Practice, measure: Measure, courses: Sequence[_Course], least: int) -> Figure | None:
    entry = catalogue.entry_of(measure)
    unit = shown_unit(measure, entry, practice.units)
    shown = [quantities.convert(one.last - one.first, measure.unit, unit) for one in courses]
    found = cohorts.spread(shown, measure.precision, least)
    if found is None:
        return None
    places = max(0, -int(measure.precision.normalize().as_tuple().exponent))
    label = quantities.label(unit)
    return Figure(
        "change", measure.id, f"{entry.short}, baseline to discharge", f"{words.signed(found.middle, places)} {label}".strip(),
        _between(words.signed(found.low, places), words.signed(found.high, places)), found.clients,
        DEFINITIONS["change"], frozenset(one.episode.pk for one in courses),
    )  # fmt: skip


def _share(
    practice: Practice, measure: Measure, courses: Sequence[_Course], on: Any, least: int
) -> Figure | None:
    if measure.id == GRIP:
        return None  # A change of grip is told and never called better (DESIGN section 6).
    tags = library_of(practice).tags
    judged = []
    for one in courses:
        threshold = change_rules.threshold_for(
            measure, tags=change_rules.expand_tags(one.episode.population, tags),
            age=one.episode.client.age_on(one.episode.ended_on), baseline=one.first, turned_on=on,
        )  # fmt: skip
        amount = threshold.value if threshold and threshold.matters else None
        better = cohorts.improved(
            one.first, one.last, amount, higher_is_better=measure.direction is Direction.HIGHER_BETTER
        )
        if better is not None:
            judged.append((one, better))
    told = cohorts.share(sum(better for _, better in judged), len(judged), least)
    if told is None:
        return None
    return Figure(
        "share", measure.id, f"{catalogue.entry_of(measure).short}: changed by more than the smallest change that matters",
        told.words, "baseline to discharge", told.of, DEFINITIONS["share"], frozenset(one.episode.pk for one, _ in judged),
    )  # fmt: skip


def _wait(episodes: Sequence[Episode], least: int) -> Iterable[Figure]:
    """Yield the time from referral to first visit."""
    waits = [
        (one, (one.started_on - one.referral.received_on).days)
        for one in episodes
        if one.referral and one.started_on and one.started_on >= one.referral.received_on
    ]
    found = cohorts.spread([Decimal(days) for _, days in waits], Decimal(1), least)
    if found:
        days = "day" if found.middle == 1 else "days"
        yield Figure(
            "wait", "", "from referral to first visit, the middle wait", f"{found.middle} {days}",
            _between(str(found.low), str(found.high)), found.clients, DEFINITIONS["wait"],
            frozenset(one.pk for one, _ in waits),
        )  # fmt: skip


def _between(low: str, high: str) -> str:
    """Return the middle half in words."""
    return f"half were between {low} and {high}" if low != high else "the same for half of them"
