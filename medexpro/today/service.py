"""What an episode in service, or on its way into it, waits for: the next step, measuring, a questionnaire, a clearance.

One question to the database for all of them, about the episodes that are open now; what they have behind them costs nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    When,
)
from django.db.models.functions import Cast
from django.urls import reverse

from medexpro.assessments.due import LONGEST_INTERVAL, due_from, full_ones
from medexpro.assessments.models import Asking, Assessment, Measurement
from medexpro.assessments.rules import questionnaires as questionnaire_rules
from medexpro.clearance.models import Decision, Outcome, ReferBack, Screening
from medexpro.clearance.rules.screening import LETTER
from medexpro.episodes.models import Episode, Status
from medexpro.episodes.rules import status as status_rule
from medexpro.kernel.findings import Weight
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.prepared import Given, Prepared
from medexpro.sessions.models import SessionLog
from medexpro.today.owed import Owed
from medexpro.web import words

SOON_DAYS = 5
CLEARANCE_SOON_DAYS = 14
GIVEN: dict[str, Any] = {"measured_before": DateTimeField(), "covered_until": DateField()}
# Questionnaires whose total is a result; pain from 0 to 10 is asked at every visit anyway.
PROMS = (
    "psfs",
    "koos_jr",
    "hoos_jr",
    "lefs",
    "quickdash",
    "spadi",
    "odi",
    "ndi",
    "abc_scale",
    "fes_i",
    "promis_pf",
    "womac",
)
# The visit before the one by which the first questionnaire is there.
VISITS_BEFORE = questionnaire_rules.FIRST_VISITS - 1
READ = ("practice", "client__given_name", "client__family_name", "status", "opened_on")


@dataclass(frozen=True)
class Waiting:
    """Episodes that wait for something, each kind in the order it is shown."""

    reassessments: list[Any]
    questionnaires: list[Any]
    clearances: list[Any]
    starting: list[Any]
    stopped: list[Any]


def waiting(member: Member, day: date) -> Waiting:
    """Return the member's episodes that wait. One query."""
    practice = member.practice
    since = day - timedelta(days=min(practice.reassess_days, LONGEST_INTERVAL) - SOON_DAYS)
    moments = {
        "measured_before": datetime.combine(since, time(), practice.tz),
        "covered_until": day + timedelta(days=CLEARANCE_SOON_DAYS),
    }
    if permissions.scope_of(member, Permission.RECORD_READ) == "practice":
        rows = _OF_PRACTICE(practice=member.practice_id, **moments)
    else:
        rows = list(_waiting(Episode.objects.visible_to(member), moments))
    return Waiting(
        sorted(filter(lambda one: measured_long_ago(one, moments["measured_before"]), rows), key=lambda one: (one.last, one.pk)),
        sorted(filter(lambda one: rates_nothing(one, moments["measured_before"]), rows), key=lambda one: (one.opened_on, one.pk)),
        sorted(filter(lambda one: cleared_until(one, moments["covered_until"]), rows), key=lambda one: (one.covered_to, one.pk)),
        sorted(filter(on_the_way_in, rows), key=lambda one: (one.opened_on, one.pk)),
        sorted(filter(stops_of, rows), key=lambda one: one.screened_at, reverse=True),
    )  # fmt: skip


def measured_long_ago(episode: Any, before: datetime) -> bool:
    """Return whether an episode in service was last measured in full before a moment."""
    return episode.status == Status.ACTIVE and episode.last is not None and episode.last < before


def rates_nothing(episode: Any, before: datetime) -> bool:
    """Return whether answers wait to be taken in, or a questionnaire is missing where measuring itself is not due."""
    if episode.answered_at is not None:
        return True
    in_service = episode.status == Status.ACTIVE and episode.last is not None
    return in_service and episode.unrated and not measured_long_ago(episode, before)


def cleared_until(episode: Any, day: date) -> bool:
    """Return whether service goes on, or waits, by a clearance that ends by a day."""
    in_service = episode.status in (Status.ACTIVE, Status.ON_HOLD)
    granted = episode.outcome == Outcome.GRANTED and episode.covered_to is not None
    return in_service and granted and episode.covered_to <= day


def on_the_way_in(episode: Any) -> bool:
    """Return whether an episode is between referral and baseline."""
    before = episode.status in status_rule.BEFORE_ACTIVE
    return not episode.measured and (before or episode.status == Status.ACTIVE)


def stops_of(episode: Any) -> list[dict[str, Any]]:
    """Return what the newest screening before service found that bars exercise and no provider was asked about.

    What only waits for the clearance letter is not among them: it comes with the next step.
    """
    if episode.status not in status_rule.BEFORE_ACTIVE or episode.screened_at is None or episode.asked:
        return []
    return [one for one in episode.found if one["weight"] == Weight.STOP and one["clears"] != LETTER]


def reassess(episode: Any, practice: Any, day: date) -> Owed:
    """Return what is owed to a client who is to be measured again: 30 days at most."""
    due_on = due_from(practice, episode.last)
    over = (day - due_on).days
    ahead = "Due today" if over == 0 else f"Due {words.day(due_on, 'short')}"
    why = f"{over} day{'s' if over != 1 else ''} over" if over > 0 else ahead
    return Owed(
        str(episode.client), why, "Start", reverse("assessments:index", args=[episode.pk]), late=over > 0
    )


def rate(episode: Any, practice: Any, day: date) -> Owed:
    """Return that a client’s answers wait, or that a questionnaire is due: by visit three, then every 30 days."""
    url = reverse("assessments:questionnaires", args=[episode.pk])
    if episode.answered_at is not None:
        why = f"Answered by the client on {words.day(practice.day(episode.answered_at), 'short')}"
        return Owed(str(episode.client), why, "Take in", url)
    rated_on = practice.day(episode.rated_at) if episode.rated_at else None
    asked = questionnaire_rules.asked_for(
        answered_on=rated_on, visits=episode.visits or 0, day=day, every=practice.reassess_days
    )
    why = asked.sentence if asked else "Questionnaire due again"
    return Owed(str(episode.client), why, "Give it", url, late=bool(asked and asked.late))


def renew(episode: Any, day: date) -> Owed:
    """Return that a clearance ends, or has ended."""
    ended = episode.covered_to < day
    why = f"{'Ended' if ended else 'Ends'} {words.day(episode.covered_to, 'short')}"
    return Owed(str(episode.client), why, "Renew", reverse("clearance:decide", args=[episode.pk]), late=ended)


def go_on(episode: Any) -> Owed:
    """Return the step that is next between referral and baseline."""
    since = f"Opened {words.day(episode.opened_on, 'short')}"
    why, verb, name = {
        Status.REFERRED.value: ("not screened yet", "Screen", "clearance:screening"),
        Status.SCREENING.value: ("screening half done", "Screen", "clearance:screening"),
        Status.AWAITING_CLEARANCE.value: ("no clearance yet", "Clear", "clearance:decide"),
        Status.ACTIVE.value: ("no baseline yet", "Measure", "assessments:index"),
    }[episode.status]
    url = reverse(name, args=[episode.pk])
    return Owed(str(episode.client), f"{since} · {why}", verb, url, episode=episode.pk)


def pass_on(episode: Any) -> Owed:
    """Return that a screening stops a client, in the words of its first finding."""
    stops = stops_of(episode)
    more = f" And {len(stops) - 1} more." if len(stops) > 1 else ""
    why = f"{stops[0]['sentence'].rstrip('.')}.{more} No provider has been asked yet"
    url = reverse("clearance:screening", args=[episode.pk])
    return Owed(str(episode.client), why, "Pass it on", url, late=True, episode=episode.pk)


def _waiting(episodes: QuerySet[Episode], given: Mapping[str, Any]) -> Any:
    here: dict[str, Any] = {"practice": OuterRef("practice"), "episode": OuterRef("pk")}
    newest = Decision.objects.filter(**here).order_by("-decided_at", "-id")
    form = Screening.objects.filter(**here).order_by("-started_at")
    asked = ReferBack.objects.filter(opened_at__gte=OuterRef("screening_at"), **here)
    full = full_ones(OuterRef("pk")).filter(practice=OuterRef("practice"))
    rated = Measurement.objects.filter(removed_at=None, measure__in=PROMS, **here).order_by("-measured_at")
    planned = Assessment.objects.annotate(words=Cast("planned", TextField())).filter(**here)
    sessions = SessionLog.objects.filter(started_at__isnull=False, **here).order_by("-number")
    answered = Asking.objects.filter(answered_at__isnull=False, taken_at=None, **here).order_by("answered_at")
    missing = (
        Q(status=Status.ACTIVE)
        & ~Q(Exists(rated.filter(measured_at__gte=given["measured_before"])))
        & Q(Exists(sessions.filter(number__gte=VISITS_BEFORE)))
        & Q(Exists(planned.filter(_names_one_of(PROMS))))
    )
    open_ = [status for status in Status if status not in status_rule.CLOSED]
    rows = episodes.filter(status__in=open_).annotate(
        last=Subquery(full.values("started_at")[:1]),
        outcome=Subquery(newest.values("outcome")[:1]),
        covered_to=Subquery(newest.values("valid_to")[:1]),
        measured=Exists(Assessment.objects.filter(finished_at__isnull=False, **here)),
        screening_at=Subquery(form.values("started_at")[:1]),
        screened_at=Subquery(form.values("finished_at")[:1]),
        found=Subquery(form.values("findings")[:1]),
        asked=Exists(asked),
        answered_at=Subquery(answered.values("answered_at")[:1]),
        rated_at=Subquery(rated.values("measured_at")[:1]),
        visits=Subquery(sessions.values("number")[:1]),
        unrated=Case(When(missing, then=True), default=False),
    )
    waits = (
        Q(status__in=status_rule.BEFORE_ACTIVE)
        | Q(status=Status.ACTIVE, last=None)
        | Q(status=Status.ACTIVE, last__lt=given["measured_before"])
        | Q(outcome=Outcome.GRANTED, covered_to__lte=given["covered_until"])
        | Q(answered_at__isnull=False)
        | Q(unrated=True)
    )
    return rows.filter(waits).select_related("client").only(*READ)


def _names_one_of(measures: Sequence[str]) -> Q:
    """Return whether a list kept as JSON names one of these."""
    found = Q()
    for measure in measures:
        found |= Q(words__contains=f'"{measure}"')
    return found


_OF_PRACTICE = Prepared[Any](
    lambda: _waiting(
        Episode.objects.filter(practice=Given("practice")),
        {name: Given(name, field) for name, field in GIVEN.items()},
    )
)
