"""Every change of a referral that came through the public page: received, looked at, accepted, declined, put aside.

What comes in is a stranger's text. It makes no client, no provider and no referral until a member accepts it, and it never
changes what is on file: who sends a new fax number in a provider's name would get that provider's letters.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from medexpro.audit.trail import record
from medexpro.clients import operations as client_operations
from medexpro.clients.models import Client
from medexpro.clients.rules import dates
from medexpro.clients.uploads import Checked
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.kernel.writing import one_direction
from medexpro.knowledge.codes import search as codes
from medexpro.practice import permissions, tokens
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.providers import operations as providers
from medexpro.providers.checking import check_fields, save_once
from medexpro.providers.models import Provider, ProviderType
from medexpro.providers.rules import npi as npi_rule
from medexpro.referrals import events, hooks, operations, sources
from medexpro.referrals.incoming_models import FOLLOWS, WAITING, IncomingFile, IncomingReferral, IncomingState
from medexpro.referrals.models import Referral
from medexpro.referrals.rules import incoming as rule
from medexpro.referrals.source_models import Source, TouchKind

# So long a provider may look how it stands.
TRACKED_FOR = timedelta(days=90)
# As long as a lead that came to nothing: within it somebody may ask why, and a settled one may be taken back.
KEPT_FOR = timedelta(days=365)
MOST_CODES = 4
QUOTED, LONGEST_QUOTE = ("wording", "limits"), 2000
FIELDS = (
    "provider_given_name", "provider_family_name", "provider_type", "provider_npi", "provider_place", "provider_phone",
    "provider_fax", "provider_email", "reply_by", "given_name", "family_name", "birth_date", "phone", "email",
    "diagnosis", "wording", "exit_on", "limits", "next_visit_on", "signed_name",
)  # fmt: skip
NAMES = {
    "provider_given_name": "First name", "provider_family_name": "Last name", "provider_type": "Licensed as",
    "provider_npi": "NPI", "provider_place": "Clinic or group", "provider_phone": "Phone", "provider_fax": "Fax",
    "provider_email": "E-mail", "reply_by": "How to answer you", "exit_on": "The last day", "signed_name": "Your name",
}  # fmt: skip


class IncomingRefused(Refusal):
    """It can't be taken or settled so; the sentence stands at its field."""


class TrackUnknown(Refusal):
    """No referral has this address. Pages answer 404."""


class TrackOver(Refusal):
    """The address has ended, or was closed. Pages answer 410."""


# ---- What a stranger may do


@transaction.atomic
def receive(
    practice: Practice,
    *,
    id: UUID,
    source: Source | None = None,
    icd10: Iterable[str] = (),
    file: Checked | None = None,
    at: datetime,
    **sent: Any,
) -> tuple[IncomingReferral, bool]:
    """Keep what a provider sent, and return it; False when it had come before with the same id: the first one stands.

    sent: FIELDS as typed. file: as `clients.uploads.check` returned it. Raises IncomingRefused or CodeRefused at the field
    that can't be so. Nobody is told by e-mail: an address that nobody has confirmed gets nothing from us.
    """
    if known := IncomingReferral.objects.filter(pk=id).first():
        if known.practice_id != practice.pk:
            raise NotFound("There is no such record in this practice.")
        return known, False
    row = IncomingReferral(pk=id, practice=practice, source=source, received_at=at, number=rule.number_of(id))
    row.signed_words, row.track_until = rule.SIGNED_WORDS, at + TRACKED_FOR
    row.token_hash = tokens.hash_of(tokens.token_for(row))
    _fill(row, sent)
    _check_days(row)
    row.icd10 = _codes(row, icd10)
    if not (row.phone or row.email or file):
        raise IncomingRefused("Give a phone number or an e-mail address of the client.", field="phone")
    if not (row.diagnosis or row.icd10 or file):
        raise IncomingRefused(
            "Say what it is about: in words, with a code, or with the paper.", field="diagnosis"
        )
    row, new = save_once(row)
    if not new:
        return row, False
    if file:
        digest = hashlib.sha256(file.content).hexdigest()
        IncomingFile.objects.create(
            practice=practice, incoming=row, content=file.content, content_type=file.content_type,
            size=len(file.content), sha256=digest,
        )  # fmt: skip
    record(
        events.INCOMING_RECEIVED, row, by=None, at=at, practice=practice, paper=file is not None,
        by_source=source is not None,
    )  # fmt: skip
    return row, True


def tracking_token(row: IncomingReferral) -> str:
    """Return the token of the tracking address. It is made again from the id, and never kept."""
    return tokens.token_for(row)


def tracked(token: str, *, at: datetime) -> IncomingReferral:
    """Return the referral a tracking address is about. Raises TrackUnknown or TrackOver."""
    rows = IncomingReferral.objects.select_related("practice", "referral")
    row = rows.filter(token_hash=tokens.hash_of(token)).first()
    if row is None:
        raise TrackUnknown("There is no such page. Look whether the whole address was copied.")
    if not row.can_be_tracked(at):
        raise TrackOver("This page has ended. The practice tells you how your referral stands.")
    return row


# ---- What a member may do


@transaction.atomic
def look(row: IncomingReferral, *, by: Member, at: datetime) -> IncomingReferral:
    """Note that a member looks at it; the provider may see that somebody does."""
    permissions.check(by, Permission.REFERRALS_INTAKE, row)
    if row.state == IncomingState.NEW:
        _settle(
            row, by=by, at=at, event=events.INCOMING_SEEN, state=IncomingState.SEEN, seen_at=at, seen_by=by
        )
    return row


@transaction.atomic
def accept(
    row: IncomingReferral,
    *,
    client: Client | None = None,
    provider: Provider | None = None,
    confirmed: Iterable[str] = (),
    by: Member,
    at: datetime,
) -> Referral:
    """Make a referral of it: for a client and from a provider on file, or for new ones as typed. Nothing is retyped.

    confirmed: kinds of the four checks the member confirms, each weighed as `answer_check` does. What is on file of a
    client or a provider stays as it is, whatever was typed. Accepting twice returns the first referral.
    Raises IncomingRefused when it was settled otherwise.
    """
    permissions.check(by, Permission.REFERRALS_INTAKE, row)
    row = _locked(row)
    if row.state == IncomingState.ACCEPTED and row.referral:
        return row.referral
    _check_waiting(row)
    provider = provider or providers.add(**_new_provider(row), by=by, at=at)
    day = row.practice.day(row.received_at)
    referral = operations.intake(
        client=client, new_client=None if client else _new_client(row), scan=_scan(row), provider=provider,
        received_on=day, written_on=day, channel="link", purpose=row.diagnosis, wording=row.wording,
        exit_confirmed_on=row.exit_on, icd10=row.icd10, confirmed=confirmed, by=by, at=at,
    )  # fmt: skip
    if row.next_visit_on:
        hooks.next_visit_told(referral, on=row.next_visit_on, by=by, at=at)
    _settle(
        row, by=by, at=at, event=events.INCOMING_ACCEPTED, state=IncomingState.ACCEPTED, settled_at=at, settled_by=by,
        provider=provider, referral=referral,
    )  # fmt: skip
    _touch(row, provider, by=by, at=at)
    return referral


@transaction.atomic
def decline(row: IncomingReferral, *, reason: str, by: Member, at: datetime) -> IncomingReferral:
    """Decline it, with a reason for the practice's own record. The provider's page says only that we can't take it on."""
    permissions.check(by, Permission.REFERRALS_INTAKE, row)
    row, reason = _locked(row), " ".join(reason.replace("\x00", "").split())
    if not reason:
        raise IncomingRefused("Say why it is declined. The provider may ask.", field="reason")
    if len(reason) > 240:
        raise IncomingRefused(f"The reason is too long: {len(reason)} signs, 240 fit.", field="reason")
    if row.state == IncomingState.DECLINED:
        return row
    _check_waiting(row)
    return _settle(
        row, by=by, at=at, event=events.INCOMING_DECLINED, state=IncomingState.DECLINED, settled_at=at, settled_by=by,
        reason=reason,
    )  # fmt: skip


@transaction.atomic
def put_aside(row: IncomingReferral, *, by: Member, at: datetime) -> IncomingReferral:
    """Mark it as spam. It stays as sent, and can be taken back."""
    permissions.check(by, Permission.REFERRALS_INTAKE, row)
    row = _locked(row)
    if row.state == IncomingState.SPAM:
        return row
    _check_waiting(row)
    return _settle(
        row, by=by, at=at, event=events.INCOMING_SPAM, state=IncomingState.SPAM, settled_at=at, settled_by=by
    )


@transaction.atomic
def take_back(row: IncomingReferral, *, by: Member, at: datetime) -> IncomingReferral:
    """Let one that was declined, or marked as spam, wait again: a slip of the hand loses nobody's referral."""
    permissions.check(by, Permission.REFERRALS_INTAKE, row)
    row = _locked(row)
    if row.state not in {IncomingState.DECLINED, IncomingState.SPAM}:
        return row
    return _settle(
        row, by=by, at=at, event=events.INCOMING_TAKEN_BACK, state=IncomingState.SEEN, settled_at=None,
        settled_by=None, reason="",
    )  # fmt: skip


@transaction.atomic
def close_tracking(row: IncomingReferral, *, by: Member, at: datetime) -> IncomingReferral:
    """Close the tracking address at once, as when it went to the wrong person."""
    permissions.check(by, Permission.REFERRALS_INTAKE, row)
    if row.track_revoked_at is None:
        _settle(row, by=by, at=at, event=events.TRACKING_CLOSED, track_revoked_at=at)
    return row


# ---- What there is


@transaction.atomic
def let_go(*, at: datetime) -> int:
    """Let go of what was declined or put aside a year ago, its paper too; return how many. The trail keeps the count."""
    old = IncomingReferral.objects.filter(
        state__in=(IncomingState.DECLINED, IncomingState.SPAM), settled_at__lt=at - KEPT_FOR
    )
    gone = Counter(old.values_list("practice_id", flat=True))
    IncomingFile.objects.filter(incoming__in=old.values("pk")).delete()
    old.delete()
    for practice in Practice.objects.filter(pk__in=gone):
        record(events.INCOMING_LET_GO, None, by=None, at=at, practice=practice, count=gone[practice.pk])
    return gone.total()


def waiting(practice: Practice) -> QuerySet:
    """Return what nobody has settled yet, the oldest first."""
    return IncomingReferral.objects.of(practice).filter(state__in=WAITING).order_by("received_at", "pk")


def waiting_count(member: Member) -> int:
    """Return how many wait for a member; none for who may not settle them. One query."""
    return waiting(member.practice).count() if member.may(Permission.REFERRALS_INTAKE) else 0


def came_in(referral: Referral) -> IncomingReferral | None:
    """Return what a referral was made from, where it came by the public page. One query."""
    return IncomingReferral.objects.filter(referral=referral).first()


# ---- Who it may be


def client_matches(row: IncomingReferral, *, by: Member) -> list[tuple[Client, tuple[str, ...], bool]]:
    """Return the clients on file it may be for, with what agrees, and whether name and birth date both do."""
    typed = Client(
        practice=row.practice, given_name=row.given_name, family_name=row.family_name, birth_date=row.birth_date,
        phone=row.phone, email=row.email,
    )  # fmt: skip
    found = client_operations.likely_duplicates(typed, by=by)
    return [(one, why, {"same name", "same birth date"} <= set(why)) for one, why in found]


def provider_matches(row: IncomingReferral, *, by: Member) -> list[tuple[Provider, tuple[str, ...], bool]]:
    """Return the providers on file it may be from, with what agrees, and whether that is enough to choose them."""
    own = row.source.provider if row.source and row.source.provider else None
    rows = Provider.objects.visible_to(by).select_related("organisation").filter(is_active=True)
    near = rows.filter(family_name__iexact=row.provider_family_name)
    if row.provider_npi:
        near = near | rows.filter(npi=row.provider_npi)
    if own:
        near = near | rows.filter(pk=own.pk)
    found = []
    for one in near.order_by("family_name", "given_name", "pk")[:20]:
        why, certain = _agrees(row, one, own)
        if why:
            found.append((one, why, certain))
    return sorted(found, key=lambda match: (not match[2], -len(match[1])))[:5]


def _agrees(row: IncomingReferral, one: Provider, own: Provider | None) -> tuple[tuple[str, ...], bool]:
    npi = bool(row.provider_npi) and row.provider_npi == one.npi
    otherwise = bool(row.provider_npi and one.npi) and not npi
    family = row.provider_family_name.casefold() == one.family_name.casefold()
    given = row.provider_given_name.casefold() == one.given_name.casefold()
    came = own is not None and own.pk == one.pk
    said = (
        (npi, "same NPI"), (family and given, "same name"), (family and not given, "same last name"),
        (came, "came by their own address"), (otherwise, "another NPI"),
    )  # fmt: skip
    why = tuple(words for holds, words in said if holds)
    return why, (npi and family) or (family and given and not otherwise)


def way_on_file(source: Source | None) -> str:
    """Return how the provider of a source is answered by what is on file; empty where nothing is, or for a clinic."""
    one = source.provider if source else None
    if source is None or one is None:
        return ""
    reached = {way: bool(getattr(one, field)) for way, field in rule.ANSWERS}
    wished = source.preferred_channel or one.preferred_channel
    return wished if reached.get(wished) else next((way for way, there in reached.items() if there), "")


# ---- Parts


def _fill(row: IncomingReferral, sent: dict[str, Any]) -> None:
    for name, value in sent.items():
        if name not in FIELDS:
            raise TypeError(f"a referral that comes in has no field {name!r}")
        if isinstance(value, str):
            # One line stays one line, also in a mail's head; what is quoted keeps its lines.
            value = one_direction(value)
            value = value.strip() if name in QUOTED else " ".join(value.split())
        setattr(row, name, value)
    row.provider_npi = npi_rule.plain(row.provider_npi)
    if row.provider_npi and (wrong := npi_rule.check_npi(row.provider_npi)):
        raise IncomingRefused(f"{wrong} You may leave it out.", field="provider_npi")
    contact = {"fax": row.provider_fax, "email": row.provider_email, "phone": row.provider_phone}
    if not any(contact.values()) and (way := way_on_file(row.source)):
        # We know how to reach them: nobody types their own number for us.
        contact[dict(rule.ANSWERS)[way]] = "on file"
        row.reply_by = row.reply_by or way
    row.reply_by, field, wrong = rule.answer_by(row.reply_by, contact)
    if wrong:
        raise IncomingRefused(wrong, field=f"provider_{field}")
    for name in ("provider_family_name", "family_name", "birth_date", "signed_name"):
        if not getattr(row, name):
            what = NAMES.get(name) or str(row._meta.get_field(name).verbose_name).capitalize()
            raise IncomingRefused(f"{what} is missing.", field=name)
    if row.provider_type not in ProviderType.values:
        raise IncomingRefused("Choose what you are licensed as.", field="provider_type")
    for name in QUOTED:
        if len(typed := getattr(row, name)) > LONGEST_QUOTE:
            raise IncomingRefused(
                f"{len(typed):,} signs; {LONGEST_QUOTE:,} fit. Add the paper itself.", field=name
            )
    check_fields(row, IncomingRefused, names=NAMES)


def _check_days(row: IncomingReferral) -> None:
    today = row.practice.day(row.received_at)
    if wrong := dates.check_birth_date(row.birth_date, today):
        raise IncomingRefused(wrong, field="birth_date")
    last = "The last day in medical care"
    if wrong := dates.check_past(row.exit_on, last, today=today, birth_date=row.birth_date):
        raise IncomingRefused(f"{wrong} Leave it empty until that day has come.", field="exit_on")
    if row.next_visit_on and not today <= row.next_visit_on <= today + timedelta(days=2 * 366):
        raise IncomingRefused("The next visit lies ahead, within two years.", field="next_visit_on")


def _codes(row: IncomingReferral, icd10: Iterable[str]) -> list[str]:
    day = row.practice.day(row.received_at)
    wanted = list(dict.fromkeys(code.strip().upper() for code in icd10 if code.strip()))
    if len(wanted) > MOST_CODES:
        raise IncomingRefused(f"{len(wanted)} codes; {MOST_CODES} fit. Name the main ones.", field="icd10")
    if wanted and codes.coverage(day).release is None:
        # Our own book is missing: what the provider wrote is kept in words, for a member to look up.
        row.diagnosis = f"{row.diagnosis} ({', '.join(wanted)})".strip()[:160]
        return []
    return [codes.choose(code, on=day, field="icd10").code for code in wanted]


def _locked(row: IncomingReferral) -> IncomingReferral:
    """Return the row as it stands now: two members may settle it at once, and the first one counts."""
    rows = IncomingReferral.objects.select_for_update(of=("self",)).select_related(
        "practice", "referral", "source"
    )
    return rows.get(pk=row.pk)


def _check_waiting(row: IncomingReferral) -> None:
    if not row.is_waiting:
        raise IncomingRefused(
            f"It was settled in between: {row.get_state_display().lower()}. Nothing was changed."
        )


def _settle(
    row: IncomingReferral, *, by: Member, at: datetime, event: str, **fields: Any
) -> IncomingReferral:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=[name for name in FOLLOWS if name in fields])
    record(event, row, by=by, at=at)
    return row


def _new_provider(row: IncomingReferral) -> dict[str, Any]:
    return {
        "given_name": row.provider_given_name, "family_name": row.provider_family_name, "type": row.provider_type,
        "npi": row.provider_npi, "phone": row.provider_phone, "fax": row.provider_fax, "email": row.provider_email,
        "preferred_channel": row.reply_by, "organisation_name": row.provider_place,
    }  # fmt: skip


def _new_client(row: IncomingReferral) -> dict[str, Any]:
    return {
        "given_name": row.given_name, "family_name": row.family_name, "birth_date": row.birth_date, "phone": row.phone,
        "email": row.email, "knowingly": True,
    }  # fmt: skip


def _scan(row: IncomingReferral) -> dict[str, Any] | None:
    paper = IncomingFile.objects.filter(incoming=row).first()
    if paper is None:
        return None
    content = bytes(paper.content)
    return {"file": io.BytesIO(content), "size": len(content), "title": f"Referral {row.number}"}


def _touch(row: IncomingReferral, provider: Provider, *, by: Member, at: datetime) -> None:
    """Let the relationship know: the provider's own, and the clinic's whose address it came by."""
    met = [sources.source_of(provider, by=by, at=at)]
    if row.source and row.source not in met:
        met.append(row.source)
    for one in met:
        sources.touch(
            one, kind=TouchKind.PAGE, on=row.practice.day(row.received_at), ref=row.number, by=by, at=at
        )
