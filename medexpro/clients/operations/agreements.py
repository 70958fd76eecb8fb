"""Signing and withdrawing agreements. A signature is never edited: it is withdrawn, and another follows."""

import re
from datetime import datetime

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clients import agreements, events
from medexpro.clients.models import Client, Consent
from medexpro.clients.rules import dates
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields

# A drawn signature is an SVG path: moves, lines and curves with numbers, nothing that could run.
_PATH = re.compile(r"[MmLlCcQqZz0-9.,\s-]*\Z")
_PATH_LIMIT = 60_000


class ConsentRefused(Refusal):
    """An agreement can't be recorded so."""


@transaction.atomic
def sign_consent(
    client: Client,
    *,
    kind: str,
    version: int,
    signed_name: str,
    signed_as: str = "client",
    signature: str = "",
    by: Member,
    at: datetime,
) -> Consent:
    """Record that a text was signed, in the version that was on the page.

    signed_as: client or guardian; for a client under 18 a guardian on file signs. signature: the drawn SVG path; empty
    where the name was typed. The same agreement signed again while one is in force returns that one.
    """
    permissions.check(by, Permission.CONSENTS_RECORD, client)
    known = agreements.kinds().get(kind)
    text = known.version(version) if known else None
    if text is None:
        raise ConsentRefused("This text is not in use. Open the page again.", field="kind")
    signed_name = " ".join(signed_name.split())
    if not signed_name:
        raise ConsentRefused("Type the name of the person who signs.", field="signed_name")
    if len(signature) > _PATH_LIMIT or not _PATH.match(signature):
        raise ConsentRefused(
            "The drawn signature could not be read. Clear it and draw it again.", field="signature"
        )
    _check_signer(client, signed_as, at=at)
    in_force = Consent.objects.filter(
        client=client, kind=kind, text_version=version, withdrawn_at=None
    ).first()
    if in_force:
        return in_force
    consent = Consent(
        practice=client.practice,
        client=client,
        kind=kind,
        text_version=version,
        text_hash=text.hash,
        signed_name=signed_name,
        signed_as=signed_as,
        signature=signature,
        signed_at=at,
        recorded_by=by,
    )
    check_fields(consent, ConsentRefused)
    consent.save(force_insert=True)
    how = {"drawn": bool(signature), "by_whom": signed_as}
    record(events.CONSENT_SIGNED, consent, by=by, at=at, consent=kind, version=version, **how)
    return consent


@transaction.atomic
def withdraw_consent(consent: Consent, *, reason: str, by: Member, at: datetime) -> Consent:
    """Record that an agreement was withdrawn; from now on it is not in force. Once withdrawn it stays so."""
    permissions.check(by, Permission.CONSENTS_RECORD, consent)
    reason = " ".join(reason.split())
    if not reason:
        raise ConsentRefused("Say how and why it was withdrawn.", field="reason")
    if consent.withdrawn_at is None:
        consent.withdrawn_at, consent.withdrawn_reason = at, reason[:240]
        consent.save(update_fields=["withdrawn_at", "withdrawn_reason"])
        record(events.CONSENT_WITHDRAWN, consent, by=by, at=at, consent=consent.kind)
    return consent


def _check_signer(client: Client, signed_as: str, *, at: datetime) -> None:
    if signed_as not in {"client", "guardian"}:
        raise ConsentRefused("Choose who signs: the client or a guardian.", field="signed_as")
    if dates.is_minor(client.birth_date, client.practice.day(at)) and signed_as != "guardian":
        raise ConsentRefused("The client is under 18. A guardian signs.", field="signed_as")
    if signed_as == "guardian" and not client.contacts.filter(is_guardian=True, removed_at=None).exists():
        raise ConsentRefused("Add the guardian to the contacts first.", field="signed_as")
