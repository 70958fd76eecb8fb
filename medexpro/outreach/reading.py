"""What the pages about sources read: a handful of queries, however many sources and however long the history."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from medexpro.episodes.models import Episode, Status
from medexpro.episodes.rules.status import CLOSED
from medexpro.outreach.rules.loops import Course, LoopState, Promise, promises, state_of
from medexpro.practice import closing
from medexpro.practice.models import Practice
from medexpro.referrals.models import Referral
from medexpro.referrals.policy import policy, relations_policy
from medexpro.referrals.rules import relations
from medexpro.referrals.rules.relations import Ask, Facts, Standing, Touch
from medexpro.referrals.source_models import Source, Touchpoint
from medexpro.reports import owing
from medexpro.reports.models import Document

# Loops are told of clients who came lately and of everyone still with us.
LOOPS_DAYS = 180
SHOWN_LOOPS = 8
MONTHS = 6
LATELY_DAYS = 90
READ = (Document.State.RECEIVED, Document.State.ACKNOWLEDGED)


@dataclass(frozen=True)
class Sent:
    """One referral in. acknowledged_on: in the practice's days."""

    pk: UUID
    provider: UUID
    organisation: UUID | None
    received_on: date
    acknowledged_on: date | None
    declined: bool


@dataclass(frozen=True)
class Loop:
    """One client sent, with what is owed for them. No name: who may know it asks for it."""

    episode: UUID
    referral: UUID
    received_on: date
    course: Course
    promises: Sequence[Promise]

    @property
    def state(self) -> LoopState:
        """Return how the word was kept so far."""
        return state_of(self.promises)

    @property
    def next(self) -> Promise | None:
        """Return what is owed next."""
        return next((one for one in self.promises if one.kept_on is None), None)


@dataclass(frozen=True)
class Relation:
    """One source as it stands today."""

    source: Source
    standing: Standing
    asks: Sequence[Ask]
    sent: Sequence[Sent]
    touches: Sequence[Touch]
    loops: Sequence[Loop] = field(default=())

    @property
    def last_touch(self) -> date | None:
        """Return the day of the last touch; a document on a client of theirs is one, where the loops were read."""
        sent = [one.kept_on for loop in self.loops for one in loop.promises if one.kept_on]
        return max([*(one.on for one in self.touches), *sent], default=None)

    def sent_within(self, days: int, today: date) -> int:
        """Return how many clients they sent in the last days."""
        return sum(1 for one in self.sent if (today - one.received_on).days < days)


def relations_of(
    practice: Practice,
    at: datetime,
    *,
    only: Source | None = None,
    loops: Mapping[UUID, Sequence[Loop]] | None = None,
    closed: Collection[date] | None = None,
) -> list[Relation]:
    """Return the practice's sources as they stand, by name. Four queries, one where there is none.

    only: one of them. loops: by provider. closed: the days the practice is, where they are read already.
    """
    day = practice.day(at)
    sources = [only] if only else list(Source.objects.of(practice).named())
    if not sources:
        return []
    sent, touches = _sent(practice, day, only), _touches(practice, only)
    if closed is None:
        closed = closing.closed_days(practice, day - timedelta(days=LATELY_DAYS))
    kept = sources if only is None or only.provider_id else Source.objects.of(practice).exclude(provider=None)
    persons = {one.provider_id for one in kept}
    found = []
    for source, theirs in by_source(sources, sent):
        providers = {source.provider_id} if source.provider_id else {one.provider for one in theirs}
        found.append(
            _relation(
                source, theirs, touches[source.pk], day, closed, _loops_of(providers, loops or {}), persons
            )
        )
    return sorted(found, key=lambda one: one.source.name.lower())


def facts_of(
    source: Source, sent: Sequence[Sent], touches: Sequence[Touch], persons: Collection[UUID | None]
) -> Facts:
    """Return what is known of a source. persons: the providers with whom a relationship of their own is kept."""
    to_thank = None
    if source.organisation_id:
        to_thank = [one.received_on for one in sent if one.provider not in persons]
    return Facts([one.received_on for one in sent], touches, source.said_stage, to_thank)


def by_source(sources: Iterable[Source], sent: Iterable[Sent]) -> list[tuple[Source, list[Sent]]]:
    """Return each source with the referrals it sent; an organisation sent what its people did."""
    of_provider: dict[UUID, list[Sent]] = defaultdict(list)
    of_organisation: dict[UUID | None, list[Sent]] = defaultdict(list)
    for one in sent:
        of_provider[one.provider].append(one)
        of_organisation[one.organisation].append(one)
    return [
        (
            source,
            of_provider[source.provider_id]
            if source.provider_id
            else of_organisation[source.organisation_id],
        )
        for source in sources
    ]


def _loops_of(providers: Iterable[UUID], loops: Mapping[UUID, Sequence[Loop]]) -> list[Loop]:
    found = [loop for provider in providers for loop in loops.get(provider, ())]
    return sorted(found, key=lambda loop: (loop.received_on, str(loop.episode)))


def _relation(
    source: Source,
    sent: list[Sent],
    touches: list[Touch],
    day: date,
    closed: Collection[date],
    loops: list[Loop],
    persons: Collection[UUID | None],
) -> Relation:
    facts = facts_of(source, sent, touches, persons)
    rule = relations_policy()
    asks = (
        []
        if source.is_retired
        else relations.asks_of(facts, day, rule, step_on=source.next_on, closed=closed)
    )
    return Relation(source, relations.standing_of(facts, day, rule), asks, sent, touches, loops)


def _sent(practice: Practice, day: date, only: Source | None) -> list[Sent]:
    rows = Referral.objects.of(practice).filter(provider__isnull=False, received_on__lte=day)
    if only is not None:
        rows = rows.filter(of_source(only, "provider"))
    values = rows.order_by("received_on", "pk").values_list(
        "pk", "provider_id", "provider__organisation_id", "received_on", "acknowledged_at", "declined_at"
    )
    return [
        Sent(pk, provider, organisation, received, practice.day(told) if told else None, declined is not None)
        for pk, provider, organisation, received, told, declined in values
    ]


def of_source(source: Source, path: str) -> Q:
    """Return the condition of rows whose provider is a source, or works in the organisation that is one."""
    if source.provider_id:
        return Q(**{f"{path}_id": source.provider_id})
    return Q(**{f"{path}__organisation_id": source.organisation_id})


def _touches(practice: Practice, only: Source | None) -> Mapping[UUID, list[Touch]]:
    rows = Touchpoint.objects.of(practice).filter(struck_at=None)
    if only is not None:
        rows = rows.filter(source=only)
    found: dict[UUID, list[Touch]] = defaultdict(list)
    for source, kind, on, follow_up_on in rows.order_by().values_list(
        "source_id", "kind", "on", "follow_up_on"
    ):
        found[source].append(Touch(kind, on, follow_up_on))
    return found


def loops_by_provider(
    practice: Practice, at: datetime, *, only: Source | None = None
) -> dict[UUID, list[Loop]]:
    """Return the clients sent lately, or still with us, with what is owed for each. Three queries.

    only: those of one source, whenever they came.
    """
    day = practice.day(at)
    rows = (
        Episode.objects.of(practice).filter(referral__provider__isnull=False).exclude(status=Status.DECLINED)
    )
    if only is not None:
        rows = rows.filter(of_source(only, "referral__provider"))
    else:
        lately = Q(referral__received_on__gt=day - timedelta(days=LOOPS_DAYS), referral__received_on__lte=day)
        rows = rows.filter(lately | ~Q(status__in=CLOSED))
    known = owing.dates()
    values = rows.annotate(
        **{name: known[name] for name in ("baseline_at", "measured_at", "session_ended_at")}
    ).values(
        "pk", "status", "ended_on", "referral_id", "referral__received_on", "referral__acknowledged_at",
        "referral__provider_id", "referral__provider__report_days", "referral__provider__unwanted_documents",
        "baseline_at", "measured_at", "session_ended_at",
    )  # fmt: skip
    rows_read = list(values)
    signed = _signed(practice, [one["pk"] for one in rows_read], only)
    since = min((one["referral__received_on"] for one in rows_read), default=day)
    closed = closing.closed_days(practice, since)
    found: dict[UUID, list[Loop]] = defaultdict(list)
    for row in rows_read:
        found[row["referral__provider_id"]].append(
            _loop(row, signed.get(row["pk"], ()), practice, at, closed)
        )
    return found


def _signed(
    practice: Practice, episodes: list[UUID], only: Source | None
) -> dict[UUID, list[tuple[Any, ...]]]:
    rows = Document.objects.of(practice).filter(signed_at__isnull=False)
    if only is not None:
        rows = rows.filter(of_source(only, "episode__referral__provider"))
    wanted, found = set(episodes), defaultdict(list)
    for episode, *rest in rows.values_list("episode_id", "kind", "signed_at", "state", "replaces_id"):
        if episode in wanted:
            found[episode].append(tuple(rest))
    return found


def _loop(
    row: dict[str, Any],
    signed: Iterable[tuple[Any, ...]],
    practice: Practice,
    at: datetime,
    closed: Collection[date],
) -> Loop:
    moments: dict[str, list[datetime]] = defaultdict(list)
    read = False
    for kind, signed_at, state, replaces in signed:
        # What was put right later was sent when it was sent.
        if replaces is None:
            moments[kind].append(practice.local(signed_at))
        read = read or (kind == Document.Kind.DISCHARGE and state in READ)
    visits = [one for one in (row["measured_at"], row["session_ended_at"]) if one]
    told = row["referral__acknowledged_at"]
    course = Course(
        received_on=row["referral__received_on"],
        acknowledged_on=practice.day(told) if told else None,
        first_visit_at=practice.local(min(visits)) if visits else None,
        baseline_on=practice.day(row["baseline_at"]) if row["baseline_at"] else None,
        discharged_on=row["ended_on"] if row["status"] == Status.DISCHARGED else None,
        served=row["status"] in owing.IN_SERVICE,
        read=read,
        signed=moments,
        every=row["referral__provider__report_days"],
        unwanted=row["referral__provider__unwanted_documents"],
    )
    owed = promises(course, practice.local(at), working_days=policy().acknowledge_working_days, closed=closed)
    return Loop(row["pk"], row["referral_id"], course.received_on, course, owed)
