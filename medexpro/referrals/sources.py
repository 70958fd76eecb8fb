"""Every change of a relationship with a referral source: who they are to us, each touch, the next step."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import closing, permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields, save_once
from medexpro.providers.models import Organisation, Provider, ProviderType
from medexpro.referrals import events
from medexpro.referrals.policy import relations_policy
from medexpro.referrals.rules import relations
from medexpro.referrals.source_models import Source, SourceKind, TouchKind, Touchpoint

FIELDS = ("kind", "interests", "is_ideal", "owner", "preferred_channel", "said_stage", "is_active")
KIND_OF_TYPE = {
    ProviderType.NP: SourceKind.NURSE,
    ProviderType.PA: SourceKind.NURSE,
    ProviderType.PT: SourceKind.THERAPIST,
    ProviderType.OT: SourceKind.THERAPIST,
    ProviderType.DC: SourceKind.CHIROPRACTOR,
    ProviderType.OTHER: SourceKind.OTHER,
}
INTERESTS_KEPT, INTEREST_LENGTH = 12, 60
# Relationships are older than the program; nobody writes down what was longer ago.
OLDEST_TOUCH = timedelta(days=20 * 366)
FARTHEST_STEP = timedelta(days=2 * 366)


class SourceRefused(Refusal):
    """A source or a touch can't be kept so; the sentence stands at its field."""


@transaction.atomic
def source_of(who: Provider | Organisation, *, by: Member, at: datetime) -> Source:
    """Return the relationship with a provider or an organisation, made where there is none yet."""
    known = _known(who)
    return known if known is not None else add(who, by=by, at=at)


@transaction.atomic
def add(
    who: Provider | Organisation, *, by: Member, at: datetime, id: UUID | None = None, **fields: Any
) -> Source:
    """Begin a relationship; the same provider or organisation again returns the first one, unchanged.

    fields: any of FIELDS; the kind is read from the provider's license where nobody says it.
    """
    permissions.check(by, Permission.SOURCES_EDIT, who)
    if known := _known(who):
        return known
    person = isinstance(who, Provider)
    source = Source(
        practice=by.practice, kind=kind_of(who), **{"provider" if person else "organisation": who}
    )
    if id:
        source.pk = id
    _fill(source, fields)
    source, new = save_once(source)
    if new:
        record(events.SOURCE_ADDED, source, by=by, at=at, source_kind=source.kind)
    return source


@transaction.atomic
def change(source: Source, *, version: int | None = None, by: Member, at: datetime, **fields: Any) -> Source:
    """Change who a source is to us. version: as the page showed it; raises Conflict when someone saved in between."""
    permissions.check(by, Permission.SOURCES_EDIT, source)
    before = {name: getattr(source, name) for name in FIELDS}
    _fill(source, fields)
    changed = [name for name in FIELDS if getattr(source, name) != before[name]]
    if changed:
        source.save_version(expected=version, fields=list(FIELDS))
        record(events.SOURCE_CHANGED, source, by=by, at=at, fields=changed)
    return source


@transaction.atomic
def touch(
    source: Source,
    *,
    kind: str,
    on: date,
    note: str = "",
    follow_up_days: int | None = None,
    ref: str = "",
    id: UUID | None = None,
    settles_step: bool = False,
    by: Member,
    at: datetime,
) -> Touchpoint:
    """Write down one touch; the same `id` again returns the first one.

    What happened is written down whoever it was with, also a provider who has retired since.
    follow_up_days: calendar days after which it is followed up, on a working day; None takes the rule's for a letter and
    none for the rest, 0 none. settles_step: it was the next step that was planned.
    Raises SourceRefused for a day to come, an unknown kind, or too long a note.
    """
    permissions.check(by, Permission.SOURCES_EDIT, source)
    if id and (known := Touchpoint.objects.filter(pk=id).first()):
        if known.source_id != source.pk:
            raise NotFound("There is no such touch of this source.")
        return known
    _check_touched_on(on, source.practice.day(at))
    row = Touchpoint(
        practice=source.practice,
        source=source,
        kind=kind,
        on=on,
        note=" ".join(note.split()),
        ref=ref,
        follow_up_on=_follow_up_on(source.practice, kind, on, follow_up_days),
        by=by,
        at=at,
    )
    if id:
        row.pk = id
    check_fields(row, SourceRefused, names={"kind": "Kind of touch"})
    row, new = save_once(row)
    if new:
        record(events.TOUCHED, row, by=by, at=at, touch=row.kind, follow_up=bool(row.follow_up_on))
        if settles_step and source.next_on:
            plan_next(source, step="", on=None, by=by, at=at)
    return row


@transaction.atomic
def strike(touchpoint: Touchpoint, *, by: Member, at: datetime) -> Touchpoint:
    """Strike out a touch that was none. It stays in the log, and counts no more."""
    permissions.check(by, Permission.SOURCES_EDIT, touchpoint)
    if touchpoint.struck_at is None:
        touchpoint.struck_at, touchpoint.struck_by = at, by
        touchpoint.save(update_fields=["struck_at", "struck_by"])
        record(events.TOUCH_STRUCK, touchpoint, by=by, at=at, touch=touchpoint.kind)
    return touchpoint


@transaction.atomic
def plan_next(source: Source, *, step: str, on: date | None, by: Member, at: datetime) -> Source:
    """Plan what comes next with a source, and when; without words what was planned is taken away.

    Raises SourceRefused for words without a day, a day that has passed, or a source nobody should be asked any more.
    """
    permissions.check(by, Permission.SOURCES_EDIT, source)
    step, today = " ".join(step.split()), source.practice.day(at)
    if not step:
        on = None
    elif on is None:
        raise SourceRefused("Choose the day for it.", field="next_on")
    elif not today <= on <= today + FARTHEST_STEP:
        raise SourceRefused("Choose a day from today on, within two years.", field="next_on")
    elif source.is_retired:
        raise SourceRefused(
            f"{source.short_name} is retired, so nothing is planned. What was is kept.", field="next_step"
        )
    if (source.next_step, source.next_on) != (step, on):
        source.next_step, source.next_on = step, on
        check_fields(source, SourceRefused, names={"next_step": "Next step"})
        source.save_version(expected=None)
        record(events.SOURCE_PLANNED, source, by=by, at=at, planned=bool(step))
    return source


def kind_of(who: Provider | Organisation) -> SourceKind:
    """Return what a source is by its license: a surgeon where the specialty says so."""
    if not isinstance(who, Provider):
        return SourceKind.CLINIC
    specialty = who.specialty.lower()
    if who.type in KIND_OF_TYPE:
        return KIND_OF_TYPE[ProviderType(who.type)]
    return SourceKind.SURGEON if "surg" in specialty else SourceKind.PHYSICIAN


def _known(who: Provider | Organisation) -> Source | None:
    column = "provider" if isinstance(who, Provider) else "organisation"
    return Source.objects.named().filter(practice=who.practice_id, **{column: who}).first()


def _fill(source: Source, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"a source has no field {name!r}")
        setattr(source, name, value)
    source.interests = _interests(source.interests)
    if source.owner and source.owner.practice_id != source.practice_id:
        raise NotFound("There is no such record in this practice.")
    check_fields(source, SourceRefused, names={"said_stage": "Stage"})


def _interests(typed: list[str]) -> list[str]:
    kept = list(dict.fromkeys(" ".join(one.replace("\x00", "").split()) for one in typed if one.strip()))
    if len(kept) > INTERESTS_KEPT:
        raise SourceRefused(f"{len(kept)} conditions, {INTERESTS_KEPT} fit.", field="interests")
    if long := next((one for one in kept if len(one) > INTEREST_LENGTH), ""):
        raise SourceRefused(f"“{long[:20]}…” is too long: {INTEREST_LENGTH} signs fit.", field="interests")
    return kept


def _check_touched_on(on: date, today: date) -> None:
    if on > today:
        raise SourceRefused("That day is still to come. Plan it as the next step instead.", field="on")
    if on < today - OLDEST_TOUCH:
        raise SourceRefused("That is more than 20 years ago. Look at the year.", field="on")


def _follow_up_on(practice: Practice, kind: str, on: date, days: int | None) -> date | None:
    if days is None:
        days = relations_policy().follow_up_first_days if kind == TouchKind.LETTER else 0
    if not days:
        return None
    return relations.first_working_day(on + timedelta(days=days), closing.closed_days(practice, on))
