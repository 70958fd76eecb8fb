"""Every change of a referral. Each of the four checks is answered on its own, by someone, at a time."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients import operations as clients
from medexpro.clients.models import Client, ClientDocument
from medexpro.clients.rules import dates
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.knowledge.codes import search as codes
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers import operations as providers
from medexpro.providers.checking import check_fields, save_once
from medexpro.providers.models import Channel
from medexpro.referrals import events, hooks, standing
from medexpro.referrals.models import CheckKind, Referral, ReferralCheck, ReferralCode
from medexpro.referrals.rules import validity
from medexpro.referrals.rules.checks import KINDS

FIELDS = (
    "provider", "received_on", "channel", "written_on", "valid_from", "valid_to", "purpose", "wording",
    "exit_confirmed_on",
)  # fmt: skip


class ReferralRefused(Refusal):
    """A referral can't be kept so; the sentence stands at its field."""


@transaction.atomic
def take_in(
    client: Client,
    *,
    received_on: date,
    icd10: Iterable[str] = (),
    scan: ClientDocument | None = None,
    confirmed: Iterable[str] = (),
    open_episode: bool = True,
    by: Member,
    at: datetime,
    id: UUID | None = None,
    external_id: str = "",
    **fields: Any,
) -> Referral:
    """Take in one referral for a client; the same `id` or `external_id` returns the first one.

    icd10: codes as the referral gives them, checked in the release in force on the day it was written (else received).
    confirmed: kinds of checks the person confirms at once; each is weighed like `answer_check`. open_episode: where the
    client has no open episode, one is opened. fields: any of FIELDS.
    Raises ReferralRefused or CodeRefused at the field that can't be so.
    """
    permissions.check(by, Permission.REFERRALS_INTAKE, client)
    if known := _known(client, id, external_id):
        return known
    referral = Referral(practice=client.practice, client=client, received_by=by, external_id=external_id)
    if id:
        referral.pk = id
    if scan is not None and scan.client_id != client.pk:
        raise NotFound("There is no such document among this client’s.")
    referral.scan = scan
    _fill(referral, {"received_on": received_on} | fields, at=at)
    chosen = _chosen(icd10, referral)
    referral, new = save_once(referral)
    if not new:
        return referral
    _write_codes(referral, chosen)
    record(events.TAKEN_IN, referral, by=by, at=at, channel=referral.channel, imported=bool(external_id))
    for kind in dict.fromkeys(confirmed):
        answer_check(referral, kind=kind, met=True, by=by, at=at)
    if open_episode:
        hooks.after_intake(referral, by=by, at=at)
    return referral


@transaction.atomic
def change(
    referral: Referral,
    *,
    icd10: Iterable[str] | None = None,
    version: int | None = None,
    by: Member,
    at: datetime,
    **fields: Any,
) -> Referral:
    """Change what is recorded of a referral. icd10: the whole list of codes; None leaves it.

    A check that the change leaves without ground is open again, recorded as such. Raises Conflict when someone saved in
    between.
    """
    permissions.check(by, Permission.REFERRALS_INTAKE, referral)
    _fill(referral, fields, at=at)
    referral.save_version(expected=version, fields=list(FIELDS))
    if icd10 is not None:
        chosen = _chosen(icd10, referral)
        referral.codes.all().delete()
        _write_codes(referral, chosen)
    record(
        events.CHANGED,
        referral,
        by=by,
        at=at,
        fields=sorted(fields) + (["icd10"] if icd10 is not None else []),
    )
    _reopen_groundless(referral, by=by, at=at)
    return referral


@transaction.atomic
def answer_check(
    referral: Referral, *, kind: str, met: bool, note: str = "", by: Member, at: datetime
) -> ReferralCheck:
    """Answer one of the four checks. The latest answer counts; earlier ones stay.

    Raises ReferralRefused when it is confirmed without ground: no code, no written day, a provider who may not refer …;
    where the paper does not show it but a person may know better, a note has to say why.
    """
    permissions.check(by, Permission.REFERRALS_INTAKE, referral)
    if kind not in KINDS:
        raise ReferralRefused("There is no such check.", field="kind")
    note = " ".join(note.split())[:240]
    if met:
        reading = standing.readings(referral)[kind]
        if not reading.possible:
            raise ReferralRefused(reading.sentence, field=kind)
        if not reading.shown and not note:
            raise ReferralRefused(f"{reading.sentence} If it is met all the same, say why.", field=kind)
    latest = referral.checks.filter(kind=kind).last()
    if latest and latest.met == met and latest.note == note:
        return latest
    answer = ReferralCheck.objects.create(
        practice=referral.practice,
        referral=referral,
        client=referral.client,
        kind=kind,
        met=met,
        note=note,
        checked_by=by,
        checked_at=at,
    )
    record(events.CHECKED, referral, by=by, at=at, check=kind, met=met)
    _settle_completeness(referral, at=at)
    return answer


@transaction.atomic
def confirm_shown(referral: Referral, *, by: Member, at: datetime) -> list[ReferralCheck]:
    """Confirm every check that the paper shows and nobody has answered yet, each on its own."""
    answered = {check.kind for check in referral.checks.all()}
    shown = [
        kind
        for kind, reading in standing.readings(referral).items()
        if reading.shown and kind not in answered
    ]
    return [answer_check(referral, kind=kind, met=True, by=by, at=at) for kind in shown]


@transaction.atomic
def acknowledge(referral: Referral, *, channel: str, by: Member, at: datetime) -> Referral:
    """Record that the provider was told the referral has arrived. The first time counts."""
    permissions.check(by, Permission.REFERRALS_INTAKE, referral)
    if channel not in Channel.values:
        raise ReferralRefused("Choose how the provider was told.", field="channel")
    return note_acknowledged(referral, channel=channel, by=by, at=at)


def note_acknowledged(referral: Referral, *, channel: str, by: Member, at: datetime) -> Referral:
    """Keep that the acknowledgement has left; whoever sent it was asked for permission then. The first time counts."""
    if referral.acknowledged_at is None:
        referral.acknowledged_at, referral.acknowledged_by = at, by
        referral.acknowledged_channel = channel
        referral.save_version(expected=None)
        record(events.ACKNOWLEDGED, referral, by=by, at=at, channel=channel)
    return referral


@transaction.atomic
def decline(referral: Referral, *, reason: str, by: Member, at: datetime) -> Referral:
    """Decline a referral, with the reason. An episode it opened and that has not started is declined with it."""
    permissions.check(by, Permission.REFERRALS_INTAKE, referral)
    reason = " ".join(reason.split())
    if not reason:
        raise ReferralRefused("Say why it is declined. The provider may ask.", field="reason")
    if len(reason) > 240:
        raise ReferralRefused(f"The reason is too long: {len(reason)} signs, 240 fit.", field="reason")
    if referral.declined_at is None:
        referral.declined_at, referral.declined_reason = at, reason
        referral.save_version(expected=None)
        record(events.DECLINED, referral, by=by, at=at)
        hooks.after_decline(referral, reason=reason, by=by, at=at)
    return referral


@transaction.atomic
def attach_scan(referral: Referral, scan: ClientDocument, *, by: Member, at: datetime) -> Referral:
    """Keep a document of the client's as the scan of this referral."""
    permissions.check(by, Permission.REFERRALS_INTAKE, referral)
    if scan.client_id != referral.client_id:
        raise NotFound("There is no such document among this client’s.")
    referral.scan = scan
    referral.save_version(expected=None)
    record(events.SCANNED, referral, by=by, at=at)
    return referral


def _known(client: Client, wanted: UUID | None, external_id: str) -> Referral | None:
    if wanted and (known := Referral.objects.filter(pk=wanted).first()):
        if known.client_id != client.pk:
            raise NotFound("There is no such referral of this client.")
        return known
    if external_id:
        return Referral.objects.of(client.practice).filter(external_id=external_id).first()
    return None


def _fill(referral: Referral, fields: dict[str, Any], *, at: datetime) -> None:
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"a referral has no field {name!r}")
        setattr(referral, name, value.strip() if isinstance(value, str) else value)
    if referral.provider and referral.provider.practice_id != referral.practice_id:
        raise NotFound("There is no such record in this practice.")
    today = referral.practice.day(at)
    born = referral.client.birth_date
    for name, what in (
        ("received_on", "The day it was received"),
        ("written_on", "The day it was written"),
        ("exit_confirmed_on", "The day the client left medical care"),
    ):
        if wrong := dates.check_past(getattr(referral, name), what, today=today, birth_date=born):
            raise ReferralRefused(wrong, field=name)
    field, wrong = validity.check_span(
        referral.written_on, referral.valid_from, referral.valid_to, received_on=referral.received_on
    )
    if wrong:
        raise ReferralRefused(wrong, field=field)
    if len(referral.wording) > 4000:
        raise ReferralRefused("Quote the part that asks for our service; 4,000 signs fit.", field="wording")
    check_fields(referral, ReferralRefused)


def _chosen(icd10: Iterable[str], referral: Referral) -> list[codes.CodeHit]:
    day = referral.written_on or referral.received_on
    wanted = dict.fromkeys(code.strip().upper() for code in icd10 if code.strip())
    return [codes.choose(code, on=day, field="icd10") for code in wanted]


def _write_codes(referral: Referral, chosen: list[codes.CodeHit]) -> None:
    referral.icd10 = [hit.code for hit in chosen]
    Referral.objects.filter(pk=referral.pk).update(icd10=referral.icd10)
    release = codes.coverage(referral.written_on or referral.received_on).release if chosen else None
    ReferralCode.objects.bulk_create(
        ReferralCode(
            practice=referral.practice,
            referral=referral,
            client=referral.client,
            icd10=hit.code,
            release=release.release if release else "",
            words=hit.title[:240],
        )
        for hit in chosen
    )


def _reopen_groundless(referral: Referral, *, by: Member, at: datetime) -> None:
    readings = standing.readings(referral)
    for kind, answer in standing.latest_answers(referral).items():
        if answer.met and not readings[kind].possible:
            answer_check(referral, kind=kind, met=False, note="The referral was changed.", by=by, at=at)


def _settle_completeness(referral: Referral, *, at: datetime) -> None:
    """Keep on the referral when its last check was met, so that lists find incomplete ones without reading checks."""
    answers = standing.latest_answers(referral)
    complete = all(kind in answers and answers[kind].met for kind in CheckKind.values)
    if complete != (referral.complete_at is not None):
        referral.complete_at = at if complete else None
        Referral.objects.filter(pk=referral.pk).update(complete_at=referral.complete_at)


@transaction.atomic
def intake(
    *,
    client: Client | None = None,
    new_client: dict[str, Any] | None = None,
    new_provider: dict[str, Any] | None = None,
    scan: dict[str, Any] | None = None,
    by: Member,
    at: datetime,
    **fields: Any,
) -> Referral:
    """Take in a referral with all that comes along, or nothing of it: a new client, a new provider, the scan.

    new_client, new_provider, scan: the arguments of `clients.quick_add`, `providers.add` and `clients.add_document`.
    fields: those of `take_in`. Raises AlreadyHere when the new client may be on file.
    """
    if client is None:
        if not new_client or not (new_client.get("family_name") or new_client.get("given_name")):
            raise ReferralRefused("Say who the referral is for.", field="client")
        client = clients.quick_add(**new_client, by=by, at=at)
    if new_provider:
        fields["provider"] = providers.add(**new_provider, by=by, at=at)
    document = clients.add_document(client, **scan, kind="referral", by=by, at=at) if scan else None
    return take_in(client, **fields, scan=document, by=by, at=at)


@transaction.atomic
def add_scan(
    referral: Referral, *, file: Any, size: int, by: Member, at: datetime, id: UUID | None = None
) -> Referral:
    """Put the paper of a referral on the client's file and keep it as its scan."""
    title = f"Referral, {referral.provider.formal_name}" if referral.provider else "Referral"
    document = clients.add_document(
        referral.client, file=file, size=size, kind="referral", title=title, by=by, at=at, id=id
    )
    return attach_scan(referral, document, by=by, at=at)
