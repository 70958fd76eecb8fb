"""Every change of an episode: opening, moving through its statuses, starting, holding, ending."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from medexpro.audit.trail import record
from medexpro.clients.models import Client
from medexpro.clients.rules import dates
from medexpro.episodes import ending, events, populations, steps
from medexpro.episodes.models import Category, EndReason, Episode, NextStep, Status, StatusChange
from medexpro.episodes.rules import category as category_rule
from medexpro.episodes.rules import status as status_rule
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields, save_once
from medexpro.referrals.models import Referral

FIELDS = (
    "title", "deficit", "side", "onset_on", "condition", "surgery", "lead", "next_provider_visit_on", "population",
)  # fmt: skip


class EpisodeRefused(Refusal):
    """An episode can't be kept or moved so."""


class StartRefused(EpisodeRefused):
    """Service can't begin yet. missing: a sentence for each thing that has to be there first."""

    def __init__(self, missing: list[str]):
        super().__init__(" ".join(missing))
        self.missing = missing


@transaction.atomic
def open_episode(
    client: Client,
    *,
    title: str,
    referral: Referral | None = None,
    previous: Episode | None = None,
    by: Member,
    at: datetime,
    id: UUID | None = None,
    **fields: Any,
) -> Episode:
    """Open an episode for a client, with or without a referral. The same `id` returns the first one.

    previous: the discharged episode it follows. fields: any of FIELDS; without population tags those of the surgery and
    the codes are taken. Raises EpisodeRefused at the field that can't be so.
    """
    permissions.check(by, Permission.EPISODES_MANAGE, client)
    return _open(client, title=title, referral=referral, previous=previous, by=by, at=at, id=id, **fields)


@transaction.atomic
def open_from_referral(referral: Referral, *, by: Member, at: datetime) -> Episode | None:
    """Open the episode a referral is for, when it is taken in; whoever takes it in may.

    A client with an open episode keeps it: whether the referral renews it or asks for another is a person's decision
    (`use_referral`, `open_episode`), and None is returned.
    """
    permissions.check(by, Permission.REFERRALS_INTAKE, referral)
    if known := Episode.objects.filter(referral=referral).first():
        return known
    if Episode.objects.filter(client=referral.client).exclude(status__in=status_rule.CLOSED).exists():
        return None
    return _open(referral.client, title=_title_of(referral), referral=referral, by=by, at=at)


@transaction.atomic
def use_referral(episode: Episode, referral: Referral, *, by: Member, at: datetime) -> Episode:
    """Let a newer referral carry an open episode, as when one is renewed. The earlier one stays on file."""
    permissions.check(by, Permission.REFERRALS_INTAKE, episode)
    if referral.client_id != episode.client_id:
        raise NotFound("There is no such referral of this client.")
    if not episode.is_open:
        raise EpisodeRefused("The episode is closed. Open a new one for this referral.")
    if episode.referral_id != referral.pk:
        episode.referral = referral
        _save(episode, "referral")
        record(events.REFERRAL_USED, episode, by=by, at=at, referral=str(referral.pk))
    return episode


@transaction.atomic
def keep_next_visit(referral: Referral, *, on: date, by: Member, at: datetime) -> Episode | None:
    """Keep when the client of a referral sees its provider next, as the referral tells; the report is due before it.

    A day that somebody recorded already stays. Whoever takes the referral in may.
    """
    permissions.check(by, Permission.REFERRALS_INTAKE, referral)
    episode = Episode.objects.filter(referral=referral).first()
    if episode is None or episode.next_provider_visit_on is not None:
        return episode
    episode.next_provider_visit_on = on
    _save(episode, "next_provider_visit_on")
    record(events.CHANGED, episode, by=by, at=at, fields=["next_provider_visit_on"])
    return episode


@transaction.atomic
def change(
    episode: Episode, *, version: int | None = None, by: Member, at: datetime, **fields: Any
) -> Episode:
    """Change what an episode is for. Its category stays as frozen. Raises Conflict when someone saved in between."""
    permissions.check(by, Permission.EPISODES_MANAGE, episode)
    before = {name: getattr(episode, name) for name in FIELDS}
    _fill(episode, fields, at=at)
    if {"surgery", "condition"} & fields.keys() and "population" not in fields:
        episode.population = populations.tags_of(episode)
    changed = [name for name in FIELDS if getattr(episode, name) != before[name]]
    if changed:
        episode.save_version(expected=version, fields=[name for name in FIELDS if name != "population"])
        record(events.CHANGED, episode, by=by, at=at, fields=changed)
    return episode


@transaction.atomic
def move(episode: Episode, to: str, *, reason: str = "", by: Member, at: datetime) -> Episode:
    """Move an episode to another status; being there already changes nothing.

    Before it is active, the steps between are moved through as well: a clearance decision moves an episode that is
    still referred through screening. To make it active use `start` or `resume`; to end it `discharge` or `decline`.
    Raises EpisodeRefused for a move the status machine does not know.
    """
    permissions.check(by, Permission.EPISODES_MANAGE, episode)
    if to in {Status.ACTIVE, *status_rule.CLOSED}:
        raise EpisodeRefused("An episode becomes active by starting it, and ends by discharge or decline.")
    current = _current_status(episode)
    for step in status_rule.path(current, to) or [to]:
        _move(episode, step, reason=reason, by=by, at=at)
    return episode


def check_start(episode: Episode, *, category: str = "", category_reason: str = "", at: datetime) -> str:
    """Return the category with which an episode may start now, whatever its status.

    Post Rehab needs the four referral checks, a referral in force, and clearance; the others need clearance.
    category: only Functional Maintenance or Corrective, with a reason; empty takes the one the dates give.
    Raises EpisodeRefused at `category` or `onset_on`, StartRefused naming all that is missing.
    """
    day = episode.practice.day(at)
    if category and category != episode.category:
        if wrong := category_rule.check_choice(category, category_reason):
            raise EpisodeRefused(
                wrong, field="category_reason" if category in category_rule.CHOSEN else "category"
            )
        chosen = category
    else:
        chosen = episode.category or _derived(episode, day)
    needed = ("referral", "clearance") if chosen == Category.POST_REHAB else ("clearance",)
    if missing := steps.missing_before_start(episode, day, needed=needed):
        raise StartRefused(missing)
    return chosen


@transaction.atomic
def choose_category(episode: Episode, *, category: str, reason: str, by: Member, at: datetime) -> Episode:
    """Choose Functional Maintenance or Corrective for an episode that has not started, with the reason."""
    permissions.check(by, Permission.EPISODES_MANAGE, episode)
    if episode.started_on:
        raise EpisodeRefused("The category is frozen since the episode started.", field="category")
    if wrong := category_rule.check_choice(category, reason):
        raise EpisodeRefused(
            wrong, field="category_reason" if category in category_rule.CHOSEN else "category"
        )
    episode.category, episode.category_reason = category, " ".join(reason.split())[:240]
    _save(episode, "category", "category_reason")
    record(events.CATEGORY_CHOSEN, episode, by=by, at=at, category=category)
    return episode


@transaction.atomic
def start(
    episode: Episode, *, category: str = "", category_reason: str = "", by: Member, at: datetime
) -> Episode:
    """Start service on the practice's local day of `at`: weigh what is missing, freeze the category, become active.

    Starting twice changes nothing. Raises StartRefused, or EpisodeRefused for a status before clearance.
    """
    permissions.check(by, Permission.EPISODES_MANAGE, episode)
    if _current_status(episode) == Status.ACTIVE and episode.started_on:
        return episode
    chosen = check_start(episode, category=category, category_reason=category_reason, at=at)
    if refusal := status_rule.check_move(episode.status, Status.ACTIVE):
        raise EpisodeRefused(refusal)
    episode.category = chosen
    if category_reason:
        episode.category_reason = " ".join(category_reason.split())[:240]
    episode.started_on = episode.started_on or episode.practice.day(at)
    frozen = ("category", "category_reason", "started_on")
    _move(episode, Status.ACTIVE, fields=frozen, by=by, at=at)
    record(events.STARTED, episode, by=by, at=at, category=episode.category)
    return episode


@transaction.atomic
def hold(episode: Episode, *, reason: str, by: Member, at: datetime) -> Episode:
    """Put service on hold. Whoever works on the floor may stop; taking it up again is a professional's decision."""
    _check_may_stop(episode, by)
    if _move(episode, Status.ON_HOLD, reason=reason, by=by, at=at):
        record(events.HELD, episode, by=by, at=at)
    return episode


@transaction.atomic
def refer_back(episode: Episode, *, reason: str, by: Member, at: datetime) -> Episode:
    """Give the client back to the provider with what was observed. Whoever works on the floor may.

    Before service has started there is nothing to hold and the status stays: the start itself waits for the answer.
    """
    _check_may_stop(episode, by)
    if _current_status(episode) in status_rule.BEFORE_ACTIVE:
        record(events.REFERRED_BACK, episode, by=by, at=at, before_start=True)
    elif _move(episode, Status.REFERRED_BACK, reason=reason, by=by, at=at):
        record(events.REFERRED_BACK, episode, by=by, at=at)
    return episode


@transaction.atomic
def resume(episode: Episode, *, reason: str = "", by: Member, at: datetime) -> Episode:
    """Take service up again after a hold or a refer back, when clearance is in force again.

    Raises StartRefused naming what is missing.
    """
    permissions.check(by, Permission.EPISODES_MANAGE, episode)
    if _current_status(episode) == Status.ACTIVE:
        return episode
    if not episode.started_on:
        raise EpisodeRefused("This episode has not started yet.")
    check_start(episode, at=at)
    if _move(episode, Status.ACTIVE, reason=reason, by=by, at=at):
        record(events.RESUMED, episode, by=by, at=at)
    return episode


@transaction.atomic
def discharge(
    episode: Episode,
    *,
    ended_reason: str,
    words: str = "",
    goals_reached: str = "",
    next_step: str = "",
    final_measures: list | None = None,
    by: Member,
    at: datetime,
) -> Episode:
    """End an episode: reason, what the client reached, the last measures, what comes next.

    final_measures: frozen as they stood; None takes them from the area that measures. Maintenance afterwards is a new,
    linked episode.
    """
    permissions.check(by, Permission.EPISODES_MANAGE, episode)
    if ended_reason not in EndReason.values:
        raise EpisodeRefused("Choose why the service ends.", field="ended_reason")
    if next_step not in NextStep.values:
        raise EpisodeRefused("Choose what comes next from the list.", field="next_step")
    if ended_reason == EndReason.OTHER and not words.strip():
        raise EpisodeRefused("Say why. The reason stays with the episode.", field="words")
    if _current_status(episode) == Status.DISCHARGED:
        return episode
    episode.ended_reason, episode.ended_words = ended_reason, words.strip()
    episode.goals_reached, episode.next_step = goals_reached.strip(), next_step
    day = episode.practice.day(at)
    episode.final_measures = ending.final_measures(episode, day) if final_measures is None else final_measures
    episode.ended_on = day
    ended = ("ended_reason", "ended_words", "goals_reached", "next_step", "final_measures", "ended_on")
    reason = words or EndReason(ended_reason).label
    _move(episode, Status.DISCHARGED, fields=ended, reason=reason, by=by, at=at)
    record(events.DISCHARGED, episode, by=by, at=at, reason=ended_reason, next_step=next_step)
    return episode


@transaction.atomic
def decline(episode: Episode, *, reason: str, by: Member, at: datetime) -> Episode:
    """Decline an episode before service has started, with the reason."""
    permissions.check(by, Permission.EPISODES_MANAGE, episode)
    return _decline(episode, reason=reason, by=by, at=at)


@transaction.atomic
def decline_with_referral(referral: Referral, *, reason: str, by: Member, at: datetime) -> None:
    """Decline the episodes a declined referral opened and that have not started; whoever declines it may."""
    permissions.check(by, Permission.REFERRALS_INTAKE, referral)
    for episode in Episode.objects.filter(referral=referral, status__in=status_rule.BEFORE_ACTIVE):
        _decline(episode, reason=reason, by=by, at=at)


def _open(
    client: Client,
    *,
    title: str,
    referral: Referral | None,
    by: Member,
    at: datetime,
    previous: Episode | None = None,
    id: UUID | None = None,
    **fields: Any,
) -> Episode:
    if id and (known := Episode.objects.filter(pk=id).first()):
        if known.client_id != client.pk:
            raise NotFound("There is no such record among this client’s.")
        return known
    if referral is not None and referral.client_id != client.pk:
        raise NotFound("There is no such referral of this client.")
    if previous is not None and previous.client_id != client.pk:
        raise NotFound("There is no such episode of this client.")
    if previous is not None and previous.is_open:
        raise EpisodeRefused("The episode before it is still open. Discharge it first.", field="previous")
    episode = Episode(
        practice=client.practice,
        client=client,
        referral=referral,
        previous=previous,
        opened_on=client.practice.day(at),
    )
    if id:
        episode.pk = id
    _fill(episode, {"title": title} | fields, at=at)
    if "population" not in fields:
        episode.population = populations.tags_of(episode)
    episode, new = save_once(episode)
    if new:
        StatusChange.objects.create(
            practice=client.practice, episode=episode, to_status=episode.status, by=by, at=at
        )
        record(
            events.OPENED, episode, by=by, at=at, referred=referral is not None, follows=previous is not None
        )
    return episode


def _fill(episode: Episode, fields: dict[str, Any], *, at: datetime) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"an episode has no field {name!r}")
        setattr(episode, name, " ".join(value.split()) if isinstance(value, str) else value)
    if not episode.title:
        raise EpisodeRefused("Say what it is for, such as: Right knee replacement.", field="title")
    for name in ("condition", "surgery"):
        fact = getattr(episode, name)
        if fact is not None and fact.client_id != episode.client_id:
            raise NotFound("There is no such record among this client’s.")
    if episode.lead is not None and episode.lead.practice_id != episode.practice_id:
        raise NotFound("There is no such member in this practice.")
    today = episode.practice.day(at)
    wrong = dates.check_past(
        episode.onset_on, "The day it began", today=today, birth_date=episode.client.birth_date
    )
    if wrong:
        raise EpisodeRefused(wrong, field="onset_on")
    check_fields(episode, EpisodeRefused)


def _derived(episode: Episode, day: Any) -> str:
    day_0 = episode.counting_from()
    if day_0 is None:
        raise EpisodeRefused(
            "Record when it began or the day of surgery: the category is worked out from it.",
            field="onset_on",
        )
    if day_0 > day:
        raise EpisodeRefused(
            "Onset or surgery lies in the future. Service begins after it.", field="onset_on"
        )
    return category_rule.derive(day_0, day).category


def _current_status(episode: Episode) -> str:
    """Take the stored status, and hold the row: two people moving one episode take turns."""
    episode.status = (
        Episode.objects.select_for_update().filter(pk=episode.pk).values_list("status", flat=True).get()
    )
    return episode.status


def _move(
    episode: Episode, to: str, *, fields: tuple[str, ...] = (), reason: str = "", by: Member, at: datetime
) -> bool:
    """Move one step and keep it in the history; return False when the episode is there already.

    fields: what the move sets besides the status.
    """
    before = _current_status(episode)
    if before == to:
        return False
    reason = " ".join(reason.split())
    if refusal := status_rule.check_move(before, to, reason):
        raise EpisodeRefused(refusal, field="reason" if status_rule.can_move(before, to) else None)
    episode.status = to
    _save(episode, "status", *fields)
    StatusChange.objects.create(
        practice=episode.practice,
        episode=episode,
        from_status=before,
        to_status=to,
        reason=reason,
        by=by,
        at=at,
    )
    record(events.MOVED, episode, by=by, at=at, was=before, now=to)
    return True


def _save(episode: Episode, *fields: str) -> None:
    """Save these fields as the next version, whatever else changed meanwhile: a move is no edit of the whole record."""
    values = {name: getattr(episode, name) for name in fields}
    Episode.objects.filter(pk=episode.pk).update(**values, version=F("version") + 1, updated_at=Now())
    episode.version = Episode.objects.filter(pk=episode.pk).values_list("version", flat=True).get()


def _decline(episode: Episode, *, reason: str, by: Member, at: datetime) -> Episode:
    if _current_status(episode) == Status.DECLINED:
        return episode
    episode.ended_words, episode.ended_on = " ".join(reason.split()), episode.practice.day(at)
    _move(episode, Status.DECLINED, fields=("ended_words", "ended_on"), reason=reason, by=by, at=at)
    record(events.DECLINED, episode, by=by, at=at)
    return episode


def _check_may_stop(episode: Episode, by: Member) -> None:
    needed = Permission.SESSIONS_LOG if by.may(Permission.SESSIONS_LOG) else Permission.EPISODES_MANAGE
    permissions.check(by, needed, episode)


def _title_of(referral: Referral) -> str:
    if referral.purpose:
        return referral.purpose
    first = referral.codes.first()
    return first.words[:160] if first and first.words else "Referral to be read"
