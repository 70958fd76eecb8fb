"""What a provider wrote beside the clearance, limits and plans, and what a practice tightens.

Of several limits on one measure the strictest in force counts, so a limit ends only by a newer letter of the same
provider or by a provider's release, never because somebody else wrote another.
"""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events, state
from medexpro.clearance.models import PracticeLimit, ProviderLimit, WrittenPlan
from medexpro.clearance.operations.refused import ClearanceRefused, check_belongs, check_may_clear
from medexpro.clearance.rules import limits
from medexpro.clearance.rules.limits import Limit, Origin
from medexpro.clients.models import ClientDocument
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Closes
from medexpro.knowledge.library import library, library_of
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider
from medexpro.web import words as words_of


@transaction.atomic
def record_limit(
    episode: Episode, *, measure: str, op: str, value: Decimal, closes: str = Closes.SESSION, provider: Provider,
    written_on: date, valid_to: date | None = None, words: str = "", document: ClientDocument | None = None,
    by: Member, at: datetime,
) -> ProviderLimit:  # fmt: skip
    """Record a limit a provider wrote; the same provider's earlier one on the same thing is ended, not edited.

    value: canonical unit; at the limit passes. A provider who may not clear may only tighten, and what loosens ours
    needs the words or the letter. Raises ClearanceRefused
    for an unknown measure, a value no one can have, a letter from the future, or one older than the same
    provider's letter in force.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    check_belongs(episode, document=document)
    check_limit(episode.practice, measure, op, value, closes)
    _check_days(episode, written_on, valid_to, at)
    limit = ProviderLimit(
        practice=episode.practice, episode=episode, measure=measure, op=op, value=value, closes=closes, words=words.strip(),
        provider=provider, document=document, written_on=written_on, valid_from=written_on, valid_to=valid_to, recorded_by=by,
    )  # fmt: skip
    rule = state.as_rule(limit)
    if not rule.may_clear and (wrong := limits.loosening(rule, library().gates.values())):
        raise ClearanceRefused(wrong, field="value")
    if limits.opens(rule, library().gates.values(), written_on):
        _check_written(words, document)
    own = ProviderLimit.objects.filter(
        episode=episode, provider=provider, measure=measure, op=op, closes=closes, ended_at=None
    ).select_related("episode__client", "practice")
    if newer := own.filter(written_on__gt=written_on).order_by("-written_on").first():
        raise ClearanceRefused(
            f"{provider.short_name} wrote a newer limit on {words_of.day(newer.written_on)}, which is in force. "
            "An older letter does not change it.",
            field="written_on",
        )
    limit.save()
    for old in own.exclude(pk=limit.pk):
        end(old, by=by, at=at, replaced_by=str(limit.pk))
    record(events.LIMIT_SET, limit, by=by, at=at, measure=measure, op=op, value=str(value), closes=closes)
    return limit


def _check_days(episode: Episode, written_on: date, valid_to: date | None, at: datetime) -> None:
    if written_on > episode.practice.day(at):
        raise ClearanceRefused("The day it was written lies in the future.", field="written_on")
    if valid_to is not None and valid_to < written_on:
        raise ClearanceRefused("The last day lies before the day it was written.", field="valid_to")


def check_limit(practice: Practice, measure: str, op: str, value: Decimal, closes: str) -> None:
    """Raise ClearanceRefused for an unknown measure, side or part, or a value no one can have."""
    known = library_of(practice).measures.get(measure)
    if known is None:
        raise ClearanceRefused("There is no such measure.", field="measure")
    if op not in (">", "<") or closes not in set(Closes):
        raise ClearanceRefused("Say whether it is an upper or a lower limit, and what it closes.", field="op")
    if not known.valid_range.holds(value):
        low, high = known.valid_range.min, known.valid_range.max
        raise ClearanceRefused(f"A limit for {known.name} lies between {low:f} and {high:f}.", field="value")


@transaction.atomic
def end_limit(
    limit: ProviderLimit, *, provider: Provider, on: date, words: str = "", document: ClientDocument | None = None,
    by: Member, at: datetime,
) -> ProviderLimit:  # fmt: skip
    """End a limit by a provider's release: who, which day, and the words quoted or the letter. Others stay in force.

    The one who wrote it may release it, or any provider who may clear. Raises ClearanceRefused for anybody else, for
    a release from the future or from before the limit, and without words or a letter.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, limit)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    check_belongs(limit.episode, provider=provider, document=document)
    if limit.ended_at is not None:
        raise ClearanceRefused("This limit was ended already.")
    if provider.pk != limit.provider_id:
        check_may_clear(provider, "The release of a limit")
    if on > limit.practice.day(at):
        raise ClearanceRefused("A release is recorded once it holds. Its day can’t lie ahead.", field="on")
    if on < limit.written_on:
        raise ClearanceRefused("The release lies before the day the limit was written.", field="on")
    _check_written(words, document)
    limit.released_by, limit.released_on, limit.release_document = provider, on, document
    limit.released_words = words.strip()[:240]
    end(limit, by=by, at=at, provider=str(provider.pk))
    return limit


def _check_written(words: str, document: ClientDocument | None) -> None:
    if not words.strip() and document is None:
        raise ClearanceRefused("Quote the provider, or choose the letter that says so.", field="words")


def end(limit: ProviderLimit, *, by: Member | None, at: datetime, **told: str) -> None:
    """End a limit. by: None where the provider's newer one, by a link, took its place. Call in a transaction."""
    limit.ended_at, limit.ended_by = at, by
    limit.save()
    record(events.LIMIT_ENDED, limit, by=by, at=at, measure=limit.measure, **told)


@transaction.atomic
def tighten(
    practice: Practice,
    *,
    measure: str,
    op: str,
    value: Decimal,
    closes: str = Closes.SESSION,
    reason: str,
    by: Member,
    at: datetime,
) -> PracticeLimit:
    """Set the practice's own, tighter limit in place of its earlier one on the same thing.

    Raises ClearanceRefused without a reason, and when it would loosen ours.
    """
    permissions.check(by, Permission.KNOWLEDGE_APPROVE)
    _check_reason(reason)
    check_limit(practice, measure, op, value, closes)
    day = practice.day(at)
    limit = Limit(measure=measure, op=op, value=value, origin=Origin.PRACTICE, who=str(by), written_on=day,
                  valid_from=day, closes=Closes(closes))  # fmt: skip
    if wrong := limits.loosening(limit, library().gates.values()):
        raise ClearanceRefused(wrong, field="value")
    same = {"practice": practice, "measure": measure, "op": op, "closes": closes}
    for old in PracticeLimit.objects.filter(ended_at=None, **same):
        _end_own(old, reason=reason, by=by, at=at)
    kept = PracticeLimit.objects.create(
        value=value, reason=reason.strip()[:240], set_by=by, set_at=at, **same
    )
    record(events.TIGHTENED, kept, by=by, at=at, measure=measure, op=op, value=str(value), closes=closes)
    return kept


@transaction.atomic
def end_practice_limit(limit: PracticeLimit, *, reason: str, by: Member, at: datetime) -> None:
    """End a limit of the practice's own; ours hold again. Raises ClearanceRefused without a reason."""
    permissions.check(by, Permission.KNOWLEDGE_APPROVE)
    if limit.ended_at is not None:
        raise ClearanceRefused("This limit was ended already.")
    _check_reason(reason)
    _end_own(limit, reason=reason, by=by, at=at)


@transaction.atomic
def set_practice_limit_again(limit: PracticeLimit, *, by: Member, at: datetime) -> PracticeLimit:
    """Set an ended limit of the practice's own again, with the reason it had; it is weighed against ours as they are now.

    Raises ClearanceRefused while it is in force, and when it would loosen ours by now.
    """
    permissions.check(by, Permission.KNOWLEDGE_APPROVE, limit)
    if limit.ended_at is None:
        raise ClearanceRefused("This limit is in force.")
    return tighten(
        limit.practice, measure=limit.measure, op=limit.op, value=limit.value, closes=limit.closes, reason=limit.reason,
        by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def take_back_practice_limit(limit: PracticeLimit, *, by: Member, at: datetime) -> PracticeLimit | None:
    """Undo setting a limit: it ends, and the one it replaced is set again; None where it replaced none.

    Raises ClearanceRefused when it was ended already.
    """
    permissions.check(by, Permission.KNOWLEDGE_APPROVE, limit)
    before = PracticeLimit.objects.filter(
        practice=limit.practice_id,
        measure=limit.measure,
        op=limit.op,
        closes=limit.closes,
        ended_at=limit.set_at,
    ).first()
    if limit.ended_at is not None:
        raise ClearanceRefused("This limit was ended already.")
    if before is not None:
        return set_practice_limit_again(before, by=by, at=at)
    _end_own(limit, reason="Taken back", by=by, at=at)
    return None


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ClearanceRefused("Write why; the reason stays with the limit.", field="reason")


def _end_own(limit: PracticeLimit, *, reason: str, by: Member, at: datetime) -> None:
    limit.ended_at, limit.ended_by, limit.end_reason = at, by, reason.strip()[:240]
    limit.save()
    record(events.LOOSENED, limit, by=by, at=at, measure=limit.measure, op=limit.op, closes=limit.closes)


@transaction.atomic
def record_plan(
    episode: Episode, *, kind: str, provider: Provider, names_service: bool, words: str = "", written_on: date,
    valid_to: date | None = None, document: ClientDocument | None = None, by: Member, at: datetime,
) -> WrittenPlan:  # fmt: skip
    """Record a written cardiology or diabetes plan of a provider who may clear.

    It may turn a bar into a decision, so it needs its words or the letter. Raises ClearanceRefused without either,
    and for a letter from the future.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    check_belongs(episode, document=document)
    if kind not in ("cardiology", "diabetes"):
        raise ClearanceRefused("Choose the kind of plan.", field="kind")
    check_may_clear(provider, "A written plan")
    _check_days(episode, written_on, valid_to, at)
    _check_written(words, document)
    plan = WrittenPlan.objects.create(
        practice=episode.practice, episode=episode, kind=kind, provider=provider, names_service=names_service,
        words=words.strip(), document=document, written_on=written_on, valid_to=valid_to, recorded_by=by,
    )  # fmt: skip
    record(events.PLAN_RECORDED, plan, by=by, at=at, plan=kind, names_service=names_service)
    return plan
