"""What a provider wrote beside the clearance, limits and plans, and what a practice tightens."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events
from medexpro.clearance.models import PracticeLimit, ProviderLimit, WrittenPlan
from medexpro.clearance.operations.refused import ClearanceRefused, check_belongs
from medexpro.clearance.rules import limits
from medexpro.clearance.rules.limits import Limit, Origin
from medexpro.clients.models import ClientDocument
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Closes
from medexpro.knowledge.library import library
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider


@transaction.atomic
def record_limit(
    episode: Episode, *, measure: str, op: str, value: Decimal, closes: str = Closes.SESSION, provider: Provider,
    written_on: date, valid_to: date | None = None, words: str = "", document: ClientDocument | None = None,
    by: Member, at: datetime,
) -> ProviderLimit:  # fmt: skip
    """Record a limit a provider wrote; an earlier one for the same measure, side and part is ended, not edited.

    value: canonical unit; at the limit passes. Raises ClearanceRefused for an unknown measure, a value no one
    can have, or a letter from the future.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    check_belongs(episode, document=document)
    _check_limit(measure, op, value, closes)
    if written_on > episode.practice.day(at):
        raise ClearanceRefused("The day it was written lies in the future.", field="written_on")
    ProviderLimit.objects.filter(
        episode=episode, measure=measure, op=op, closes=closes, ended_at=None
    ).update(ended_at=at)
    limit = ProviderLimit.objects.create(
        practice=episode.practice, episode=episode, measure=measure, op=op, value=value, closes=closes, words=words.strip(),
        provider=provider, document=document, written_on=written_on, valid_from=written_on, valid_to=valid_to, recorded_by=by,
    )  # fmt: skip
    record(events.LIMIT_SET, limit, by=by, at=at, measure=measure, op=op, value=str(value), closes=closes)
    return limit


def _check_limit(measure: str, op: str, value: Decimal, closes: str) -> None:
    known = library().measures.get(measure)
    if known is None:
        raise ClearanceRefused("There is no such measure.", field="measure")
    if op not in (">", "<") or closes not in set(Closes):
        raise ClearanceRefused("Say whether it is an upper or a lower limit, and what it closes.", field="op")
    if not known.valid_range.holds(value):
        low, high = known.valid_range.min, known.valid_range.max
        raise ClearanceRefused(f"A limit for {known.name} lies between {low:f} and {high:f}.", field="value")


@transaction.atomic
def end_limit(limit: ProviderLimit, *, by: Member, at: datetime) -> None:
    """End a provider's limit; ours hold again."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, limit)
    if limit.ended_at is None:
        limit.ended_at = at
        limit.save(update_fields=["ended_at"])
        record(events.LIMIT_ENDED, limit, by=by, at=at, measure=limit.measure)


@transaction.atomic
def tighten(
    practice: Practice,
    *,
    measure: str,
    op: str,
    value: Decimal,
    closes: str = Closes.SESSION,
    by: Member,
    at: datetime,
) -> PracticeLimit:
    """Set the practice's own, tighter limit. Raises ClearanceRefused when it would loosen ours."""
    permissions.check(by, Permission.KNOWLEDGE_APPROVE)
    _check_limit(measure, op, value, closes)
    day = practice.day(at)
    limit = Limit(measure=measure, op=op, value=value, origin=Origin.PRACTICE, who=str(by), written_on=day,
                  valid_from=day, closes=Closes(closes))  # fmt: skip
    if wrong := limits.loosening(limit, library().gates.values()):
        raise ClearanceRefused(wrong, field="value")
    PracticeLimit.objects.filter(
        practice=practice, measure=measure, op=op, closes=closes, ended_at=None
    ).update(ended_at=at)
    kept = PracticeLimit.objects.create(
        practice=practice, measure=measure, op=op, value=value, closes=closes, set_by=by, set_at=at
    )
    record(events.TIGHTENED, kept, by=by, at=at, measure=measure, op=op, value=str(value), closes=closes)
    return kept


@transaction.atomic
def end_practice_limit(limit: PracticeLimit, *, by: Member, at: datetime) -> None:
    """End a limit of the practice's own; ours hold again."""
    permissions.check(by, Permission.KNOWLEDGE_APPROVE)
    if limit.ended_at is None:
        limit.ended_at = at
        limit.save(update_fields=["ended_at"])
        record(events.LOOSENED, limit, by=by, at=at, measure=limit.measure, op=limit.op, closes=limit.closes)


@transaction.atomic
def record_plan(
    episode: Episode, *, kind: str, provider: Provider, names_service: bool, words: str = "", written_on: date,
    valid_to: date | None = None, document: ClientDocument | None = None, by: Member, at: datetime,
) -> WrittenPlan:  # fmt: skip
    """Record a written cardiology or diabetes plan. Raises ClearanceRefused for a letter from the future."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    check_belongs(episode, document=document)
    if kind not in ("cardiology", "diabetes"):
        raise ClearanceRefused("Choose the kind of plan.", field="kind")
    if written_on > episode.practice.day(at):
        raise ClearanceRefused("The day it was written lies in the future.", field="written_on")
    plan = WrittenPlan.objects.create(
        practice=episode.practice, episode=episode, kind=kind, provider=provider, names_service=names_service,
        words=words.strip(), document=document, written_on=written_on, valid_to=valid_to, recorded_by=by,
    )  # fmt: skip
    record(events.PLAN_RECORDED, plan, by=by, at=at, plan=kind, names_service=names_service)
    return plan
