"""Health facts as they were recorded or told. We keep the words; we add no cause and guess no code."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients import effects, events
from medexpro.clients.models import Allergy, Client, Condition, Medication, OutsideReading, Side, Surgery
from medexpro.clients.rules import dates
from medexpro.clients.rules import effects as effect_rules
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.knowledge.codes import search as codes
from medexpro.knowledge.library import library
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields, save_once

Fact = TypeVar("Fact", Condition, Surgery, Medication, Allergy)

CHANGEABLE: dict[type, tuple[str, ...]] = {
    Condition: (
        "words", "icd10", "snomed", "side", "onset_on", "ended_on", "effects", "source", "provider",
    ),
    Surgery: (
        "procedure", "procedure_tag", "joint", "side", "performed_on", "approach", "surgeon", "surgeon_words",
    ),
    Medication: ("words", "effects", "started_on", "ended_on", "source"),
    Allergy: ("words", "reaction", "source"),
}  # fmt: skip
KIND = {Condition: "condition", Surgery: "surgery", Medication: "medication", Allergy: "allergy"}
_NAMES = {
    "words": "The words", "procedure": "The operation", "source": "Who said so", "surgeon_words": "The surgeon’s name",
    "reaction": "The reaction", "joint": "The joint", "approach": "The approach",
}  # fmt: skip


class FactRefused(Refusal):
    """A fact can't be kept so; the sentence stands at its field."""


def record_condition(
    client: Client,
    *,
    words: str = "",
    icd10: str = "",
    by: Member,
    at: datetime,
    on: date | None = None,
    id: UUID | None = None,
    external_id: str = "",
    **fields: Any,
) -> Condition:
    """Record a condition in its words, with an ICD-10-CM code where one was given.

    icd10: checked in the release in force on `on`, the date of service (today without one). Without words the code's
    title stands for them. fields: side, onset_on, ended_on, effects, source, provider, snomed. The same `id` or
    `external_id` returns the first one. Raises FactRefused, or CodeRefused at `icd10`.
    """
    fields |= {"words": words, "icd10": icd10}
    return _add(Condition, client, fields, by=by, at=at, on=on, id=id, external_id=external_id)


def record_surgery(
    client: Client,
    *,
    procedure: str,
    by: Member,
    at: datetime,
    id: UUID | None = None,
    external_id: str = "",
    **fields: Any,
) -> Surgery:
    """Record an operation. fields: procedure_tag, joint, side, performed_on, approach, surgeon, surgeon_words."""
    fields |= {"procedure": procedure}
    return _add(Surgery, client, fields, by=by, at=at, id=id, external_id=external_id)


def record_medication(
    client: Client,
    *,
    words: str,
    effects: Iterable[str] = (),
    by: Member,
    at: datetime,
    id: UUID | None = None,
    external_id: str = "",
    **fields: Any,
) -> Medication:
    """Record a medicine in its words. effects: history ids of the gate rules that a person ticked; never guessed.

    What its name suggests besides is kept as a question to a person: `to_confirm`.
    """
    fields |= {"words": words, "effects": effects}
    return _add(Medication, client, fields, by=by, at=at, id=id, external_id=external_id)


def record_allergy(
    client: Client,
    *,
    words: str,
    by: Member,
    at: datetime,
    id: UUID | None = None,
    external_id: str = "",
    **fields: Any,
) -> Allergy:
    """Record an allergy or intolerance in its words. fields: reaction, source."""
    fields |= {"words": words}
    return _add(Allergy, client, fields, by=by, at=at, id=id, external_id=external_id)


@transaction.atomic
def record_outside_readings(
    client: Client, readings: Iterable[Mapping[str, Any]], *, by: Member, at: datetime
) -> list[OutsideReading]:
    """Record vital signs another record brought along; return those that are new.

    readings: measure, words, value, unit, at, source, external_id. One whose external_id is known already is passed
    over. They are dated facts, never our measurements: no gate opens on them.
    Raises FactRefused for a reading that lies in the future.
    """
    permissions.check(by, Permission.HEALTH_EDIT, client)
    listed = [OutsideReading(practice=client.practice, client=client, **reading) for reading in readings]
    for reading in listed:
        check_fields(reading, FactRefused)
        if reading.at > at:
            raise FactRefused("A reading can’t lie in the future.", field="at")
    wanted = [reading.external_id for reading in listed if reading.external_id]
    known = set(
        OutsideReading.objects.filter(client=client, external_id__in=wanted).values_list(
            "external_id", flat=True
        )
    )
    new, taken = [], set(known)
    for reading in listed:
        if reading.external_id and reading.external_id in taken:
            continue
        taken.add(reading.external_id)
        new.append(reading)
    if new:
        OutsideReading.objects.bulk_create(new, batch_size=200)
        record(
            events.READINGS_ADDED, None, by=by, at=at, client=client, practice=client.practice, count=len(new)
        )
    return new


@transaction.atomic
def change_fact(
    fact: Fact, *, version: int | None = None, by: Member, at: datetime, on: date | None = None, **fields: Any
) -> Fact:
    """Change a condition, surgery, medicine or allergy. Raises Conflict when someone saved in between."""
    permissions.check(by, Permission.HEALTH_EDIT, fact)
    names = CHANGEABLE[type(fact)]
    before = {name: getattr(fact, name) for name in names}
    pointed_to = _suggested(fact)
    _fill(fact, fields, on=on or fact.practice.day(at), today=fact.practice.day(at))
    changed = [name for name in names if getattr(fact, name) != before[name]]
    if changed:
        if isinstance(fact, (Condition, Medication)):
            fact.to_confirm = effect_rules.still_open(
                fact.to_confirm, pointed_to, _suggested(fact), fact.effects
            )
        fact.save_version(expected=version, fields=list(names))
        record(events.FACT_CHANGED, fact, by=by, at=at, fact=KIND[type(fact)], fields=changed)
    return fact


@transaction.atomic
def answer_effect(
    fact: Condition | Medication, *, effect: str, applies: bool, by: Member, at: datetime
) -> Condition | Medication:
    """Answer what a record suggests for the safety rules: it is so, or it is not. Answered once, it asks no more.

    effect: a history id of the gate rules. Raises FactRefused for one the record does not ask about.
    """
    permissions.check(by, Permission.HEALTH_EDIT, fact)
    if effect not in fact.to_confirm:
        if effect in fact.effects and applies:
            return fact
        raise FactRefused("This was answered already. Change the entry to answer it anew.")
    fact.to_confirm = [one for one in fact.to_confirm if one != effect]
    if applies:
        fact.effects = sorted({*fact.effects, effect})
    fact.save_version(expected=None)
    record(events.EFFECT_ANSWERED, fact, by=by, at=at, fact=KIND[type(fact)], effect=effect, applies=applies)
    return fact


@transaction.atomic
def remove_fact(fact: Fact, *, by: Member, at: datetime) -> Fact:
    """Take a fact out of the record's pages. It stays, marked, and `restore_fact` brings it back."""
    permissions.check(by, Permission.HEALTH_EDIT, fact)
    if fact.removed_at is None:
        fact.removed_at = at
        fact.save_version(expected=None)
        record(events.FACT_REMOVED, fact, by=by, at=at, fact=KIND[type(fact)])
    return fact


@transaction.atomic
def restore_fact(fact: Fact, *, by: Member, at: datetime) -> Fact:
    """Undo a removal."""
    permissions.check(by, Permission.HEALTH_EDIT, fact)
    if fact.removed_at is not None:
        fact.removed_at = None
        fact.save_version(expected=None)
        record(events.FACT_RESTORED, fact, by=by, at=at, fact=KIND[type(fact)])
    return fact


@transaction.atomic
def _add(
    model: type[Fact],
    client: Client,
    fields: dict[str, Any],
    *,
    by: Member,
    at: datetime,
    on: date | None = None,
    id: UUID | None = None,
    external_id: str = "",
) -> Fact:
    permissions.check(by, Permission.HEALTH_EDIT, client)
    same = {"pk": id} if id else {"external_id": external_id} if external_id else None
    if same and (known := model.objects.filter(client=client, **same).first()):
        return known
    fact = model(practice=client.practice, client=client, recorded_by=by, external_id=external_id)
    if id:
        fact.pk = id
    today = client.practice.day(at)
    _fill(fact, fields, on=on or today, today=today)
    if isinstance(fact, (Condition, Medication)):
        fact.to_confirm = effect_rules.still_open((), (), _suggested(fact), fact.effects)
    fact, new = save_once(fact)
    if new:
        record(events.FACT_ADDED, fact, by=by, at=at, fact=KIND[model], imported=bool(external_id))
    return fact


def _fill(fact: Fact, fields: dict[str, Any], *, on: date, today: date) -> None:
    allowed = CHANGEABLE[type(fact)]
    for name, value in fields.items():
        if name not in allowed:
            raise TypeError(f"a {KIND[type(fact)]} has no field {name!r}")
        if name == "effects":
            value = sorted(set(value))
        setattr(fact, name, " ".join(value.split()) if isinstance(value, str) else value)
    for name in ("provider", "surgeon"):
        other = getattr(fact, name, None)
        if other is not None and other.practice_id != fact.practice_id:
            raise NotFound("There is no such record in this practice.")
    if isinstance(fact, Condition):
        _check_condition(fact, fields, on=on, today=today)
    elif isinstance(fact, Surgery):
        _check_surgery(fact, today=today)
    elif isinstance(fact, Medication):
        _check_medication(fact, today=today)
    elif not fact.words:
        raise FactRefused("Type what the client does not tolerate.", field="words")
    check_fields(fact, FactRefused, names=_NAMES)


def _check_condition(condition: Condition, fields: dict[str, Any], *, on: date, today: date) -> None:
    if condition.icd10 and "icd10" in fields:
        chosen = codes.choose(condition.icd10, on=on, field="icd10")
        release = codes.coverage(on).release
        condition.icd10, condition.icd10_release = chosen.code, release.release if release else ""
        condition.words = condition.words or chosen.title[:240]
    elif not condition.icd10:
        condition.icd10_release = ""
    _check_effects(condition)
    if not condition.words:
        raise FactRefused("Type the condition in the words you were given, or choose a code.", field="words")
    born = condition.client.birth_date
    _check_day(condition.onset_on, "The day it began", "onset_on", today=today, born=born)
    _check_day(condition.ended_on, "The day it ended", "ended_on", today=today, born=born)
    if wrong := dates.check_span(condition.onset_on, condition.ended_on):
        raise FactRefused(wrong, field="ended_on")


def _check_surgery(surgery: Surgery, *, today: date) -> None:
    if not surgery.procedure:
        raise FactRefused("Type the operation in the provider’s words.", field="procedure")
    if surgery.procedure_tag and surgery.procedure_tag not in library().tags:
        raise FactRefused("Choose one of the listed operations.", field="procedure_tag")
    if surgery.side not in Side.values:
        raise FactRefused("Choose a side.", field="side")
    _check_day(
        surgery.performed_on,
        "The day of surgery",
        "performed_on",
        today=today,
        born=surgery.client.birth_date,
    )


def _check_medication(medication: Medication, *, today: date) -> None:
    if not medication.words:
        raise FactRefused("Type the medicine as it is written.", field="words")
    _check_effects(medication)
    born = medication.client.birth_date
    _check_day(medication.started_on, "The first day", "started_on", today=today, born=born)
    if wrong := dates.check_span(medication.started_on, medication.ended_on):
        raise FactRefused(wrong, field="ended_on")


def _check_effects(fact: Condition | Medication) -> None:
    if set(fact.effects) - set(library().histories):
        raise FactRefused("Tick only what is listed.", field="effects")


def _suggested(fact: Fact) -> list[str]:
    """Return the histories of the gate rules that a fact's code or words point to."""
    if isinstance(fact, Condition):
        return effect_rules.of_condition(fact.words, fact.icd10, effects.signs())
    return effect_rules.of_medicine(fact.words, effects.signs()) if isinstance(fact, Medication) else []


def _check_day(day: date | None, what: str, field: str, *, today: date, born: date | None) -> None:
    if wrong := dates.check_past(day, what, today=today, birth_date=born):
        raise FactRefused(wrong, field=field)
