"""Clients on their way into service: what the screening found and nobody has passed on yet, and whose step is next."""

from datetime import date

from django.db.models import Exists, OuterRef
from django.urls import reverse

from medexpro.clearance.models import ReferBack, Screening
from medexpro.clearance.rules.screening import LETTER
from medexpro.episodes.models import Episode, Status
from medexpro.episodes.rules import status as status_rule
from medexpro.kernel.findings import Weight
from medexpro.practice.models import Member
from medexpro.today.owed import FETCHED, Owed
from medexpro.web import words


def not_passed_on(member: Member, day: date) -> list[Owed]:
    """Return screenings that found a STOP which no provider has been asked about.

    What only waits for the clearance letter is not among them: it comes with the next step.
    """
    owed = [
        Owed(
            str(form.episode.client),
            _short(_stops(form)),
            "Pass it on",
            reverse("clearance:screening", args=[form.episode_id]),
            late=True,
            episode=form.episode_id,
        )
        for form in _stopped(member)
    ]
    return owed[:FETCHED]


def _stopped(member: Member) -> list[Screening]:
    """Return the newest screenings before service that hold a STOP and that no refer-back followed."""
    asked = ReferBack.objects.filter(episode=OuterRef("episode"), opened_at__gte=OuterRef("started_at"))
    newer = Screening.objects.filter(episode=OuterRef("episode"), started_at__gt=OuterRef("started_at"))
    rows = (
        Screening.objects.visible_to(member)
        .filter(
            ~Exists(asked),
            ~Exists(newer),
            finished_at__isnull=False,
            episode__status__in=status_rule.BEFORE_ACTIVE,
        )
        .select_related("episode__client")
        .order_by("-finished_at")[: FETCHED * 4]
    )
    return [form for form in rows if _stops(form)]


def _stops(form: Screening) -> list[dict]:
    return [one for one in form.findings if one["weight"] == Weight.STOP and one["clears"] != LETTER]


def _short(stops: list[dict]) -> str:
    more = f" And {len(stops) - 1} more." if len(stops) > 1 else ""
    return f"{stops[0]['sentence'].rstrip('.')}.{more} No provider has been asked yet"


def starting(member: Member, day: date) -> list[Owed]:
    """Return episodes between referral and baseline, the oldest first, each with the step that is next."""
    measured = Episode.objects.filter(pk=OuterRef("pk"), assessments__finished_at__isnull=False)
    waiting = [Status.REFERRED, Status.SCREENING, Status.AWAITING_CLEARANCE]
    rows = (
        Episode.objects.visible_to(member)
        .filter(status__in=[*waiting, Status.ACTIVE])
        .exclude(Exists(measured))
        .select_related("client")
        .order_by("opened_on", "pk")
    )
    return [_next(episode) for episode in rows[:FETCHED]]


def _next(episode: Episode) -> Owed:
    since = f"Opened {words.day(episode.opened_on, 'short')}"
    why, verb, name = {
        Status.REFERRED.value: ("not screened yet", "Screen", "clearance:screening"),
        Status.SCREENING.value: ("screening half done", "Screen", "clearance:screening"),
        Status.AWAITING_CLEARANCE.value: ("no clearance yet", "Clear", "clearance:decide"),
        Status.ACTIVE.value: ("no baseline yet", "Measure", "assessments:index"),
    }[episode.status]
    url = reverse(name, args=[episode.pk])
    return Owed(str(episode.client), f"{since} · {why}", verb, url, episode=episode.pk)
