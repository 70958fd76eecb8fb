"""Improvements worth a letter: found when an assessment is finished, offered until told, set aside or too old."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery

from medexpro.assessments.models import Assessment
from medexpro.audit.trail import record
from medexpro.episodes.models import Episode
from medexpro.outreach import letter_events
from medexpro.outreach.letter_contents import told_of
from medexpro.outreach.letter_models import Improvement, Letter
from medexpro.outreach.rules import letters as rule
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

READ = 200


def note(assessment: Assessment, *, by: Member, at: datetime) -> Improvement | None:
    """Keep that a finished assessment found an improvement, where the client was sent by a provider; None where not.

    Told is only a change beyond what must be passed to count; pain and the other side are none. Once per assessment.
    What was found before and is gone now is offered no more: its letter could tell nothing.
    """
    if assessment.kind == Assessment.Kind.BASELINE:
        return None
    rows = Episode.objects.select_related("client", "practice", "surgery", "referral__provider")
    episode = rows.get(pk=assessment.episode_id)
    if episode.referral is None or episode.referral.provider_id is None:
        return None
    told = told_of(episode, at)
    on = episode.practice.day(at)
    if not told.lines:
        _put_away(Improvement.objects.filter(episode=episode, on__lte=on), by=by, at=at)
        return None
    found, new = Improvement.objects.get_or_create(
        assessment=assessment,
        defaults={
            "practice": episode.practice,
            "episode": episode,
            "on": on,
            "keys": told.keys,
            "found_at": at,
        },
    )
    if new:
        record(letter_events.IMPROVED, found, by=by, at=at, measures=len(told.keys))
    return found


def to_tell(member: Member, day: date, *, providers: Iterable[Any] | None = None) -> list[Improvement]:
    """Return the improvements nobody wrote of yet, one per client, the oldest first. providers: only theirs. One query.

    Each with its episode, client, referring provider at hand.
    """
    return _untold(_rows(member, providers), day)


def _rows(member: Member, providers: Iterable[Any] | None) -> QuerySet[Improvement]:
    rows = Improvement.objects.visible_to(member).filter(set_aside_at=None)
    if providers is not None:
        rows = rows.filter(episode__referral__provider__in=list(providers))
    return rows


def last_letter_at() -> Subquery:
    """Return the annotation of an improvement: when the last result letter about its client was drafted."""
    written = Letter.objects.filter(episode=OuterRef("episode"), kind=Letter.Kind.RESULT)
    last = written.exclude(state=Letter.State.VOID).order_by("-drafted_at").values("drafted_at")[:1]
    return Subquery(last, output_field=DateTimeField())


def _untold(rows: QuerySet[Improvement], day: date) -> list[Improvement]:
    recent = rows.filter(on__gte=day - timedelta(days=rule.RESULT_DAYS), on__lte=day)
    found = (
        recent.annotate(letter_at=last_letter_at())
        .select_related("episode__client", "episode__referral__provider", "practice")
        .order_by("on", "found_at")[:READ]
    )
    newest: dict[Any, Improvement] = {}
    for one in found:
        letter_on = one.practice.day(one.letter_at) if one.letter_at else None
        if rule.result_is_due(one.on, letter_on, on=day):
            newest[one.episode_id] = one
    return list(newest.values())


@transaction.atomic
def set_aside(improvement: Improvement, *, by: Member, at: datetime) -> None:
    """Let an improvement, and those before it of the same client, be told by the reports alone."""
    permissions.check(by, Permission.LETTERS_SEND, improvement)
    permissions.check(by, Permission.REPORTS_WRITE, improvement.episode)
    _put_away(
        Improvement.objects.filter(episode=improvement.episode_id, on__lte=improvement.on), by=by, at=at
    )


def _put_away(rows: QuerySet[Improvement], *, by: Member, at: datetime) -> None:
    """Let the improvements of one client that still wait be offered no more."""
    newest = rows.filter(set_aside_at=None).order_by("-on", "-found_at").first()
    if newest is not None:
        rows.filter(set_aside_at=None).update(set_aside_at=at, set_aside_by=by)
        record(letter_events.SET_ASIDE, newest, by=by, at=at)
