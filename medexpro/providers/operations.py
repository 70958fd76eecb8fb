"""Every change of providers and organisations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.kernel.documents import (
    ALWAYS_SENT,
    LONGEST_REPORT_DAYS,
    SHORTEST_REPORT_DAYS,
    DocumentKind,
)
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers import events
from medexpro.providers.checking import check_fields, save_once
from medexpro.providers.models import Channel, Organisation, Provider, ProviderType
from medexpro.providers.rules import npi as npi_rule

PROVIDER_FIELDS = (
    "given_name", "family_name", "type", "credential", "specialty", "npi", "organisation", "phone", "fax", "email",
    "email_is_secure", "preferred_channel", "unwanted_documents", "report_days", "is_active",
)  # fmt: skip
ORGANISATION_FIELDS = ("name", "address", "phone", "fax")
# What a provider may do without.
CHOSEN = tuple(kind for kind in DocumentKind if kind not in ALWAYS_SENT)
# What stands after the name when nobody typed it.
CREDENTIAL_OF_TYPE = {kind.value for kind in ProviderType} - {ProviderType.OTHER.value}


class ProviderRefused(Refusal):
    """A provider can't be kept so; the sentence stands at its field."""


@transaction.atomic
def add(
    *,
    family_name: str,
    given_name: str = "",
    by: Member,
    at: datetime,
    id: UUID | None = None,
    external_id: str = "",
    organisation_name: str = "",
    **fields: Any,
) -> Provider:
    """Add a provider to the member's practice; the same `id` or `external_id` again returns the first one.

    id: made by the page, so that a double click adds one. organisation_name: found by name, else added.
    fields: any of PROVIDER_FIELDS. Raises ProviderRefused for an NPI that can't be one, an e-mail channel without an
    address marked secure, or an organisation of another practice.
    """
    permissions.check(by, Permission.PROVIDERS_EDIT)
    if known := _known(by, id, external_id):
        return known
    if organisation_name.strip():
        fields["organisation"] = organisation_named(organisation_name, by=by, at=at)
    provider = Provider(practice=by.practice, external_id=external_id)
    if id:
        provider.pk = id
    if not fields.get("credential") and fields.get("type", ProviderType.MD) in CREDENTIAL_OF_TYPE:
        fields["credential"] = str(fields.get("type", ProviderType.MD))
    _fill(provider, {"family_name": family_name, "given_name": given_name} | fields)
    provider, new = save_once(provider)
    if new:
        record(events.PROVIDER_ADDED, provider, by=by, at=at, type=provider.type)
    return provider


@transaction.atomic
def change(
    provider: Provider, *, version: int | None = None, by: Member, at: datetime, **fields: Any
) -> Provider:
    """Change a provider. version: as the page showed it; raises Conflict when someone else saved in between."""
    permissions.check(by, Permission.PROVIDERS_EDIT, provider)
    if "organisation_name" in fields:
        name = fields.pop("organisation_name")
        fields["organisation"] = organisation_named(name, by=by, at=at) if name.strip() else None
    before = {name: getattr(provider, name) for name in PROVIDER_FIELDS}
    _fill(provider, fields)
    changed = [name for name in PROVIDER_FIELDS if getattr(provider, name) != before[name]]
    if changed:
        provider.save_version(expected=version, fields=list(PROVIDER_FIELDS))
        record(events.PROVIDER_CHANGED, provider, by=by, at=at, fields=changed)
    return provider


@transaction.atomic
def organisation_named(name: str, *, by: Member, at: datetime) -> Organisation:
    """Return the practice's organisation of that name, whatever its capitals; added when there is none."""
    permissions.check(by, Permission.PROVIDERS_EDIT)
    name = " ".join(name.split())[:200]
    if known := Organisation.objects.of(by.practice).filter(name__iexact=name).first():
        return known
    organisation = Organisation.objects.create(practice=by.practice, name=name)
    record(events.ORGANISATION_ADDED, organisation, by=by, at=at)
    return organisation


@transaction.atomic
def change_organisation(
    organisation: Organisation, *, version: int | None = None, by: Member, at: datetime, **fields: Any
) -> Organisation:
    """Change an organisation's name, address, phone or fax."""
    permissions.check(by, Permission.PROVIDERS_EDIT, organisation)
    for name in ORGANISATION_FIELDS:
        if name in fields:
            setattr(organisation, name, " ".join(fields[name].split()))
    if not organisation.name:
        raise ProviderRefused("Type the organisation’s name.", field="name")
    check_fields(organisation, ProviderRefused)
    organisation.save_version(expected=version, fields=list(ORGANISATION_FIELDS))
    record(events.ORGANISATION_CHANGED, organisation, by=by, at=at, fields=sorted(fields))
    return organisation


def _known(by: Member, wanted: UUID | None, external_id: str) -> Provider | None:
    if wanted and (known := Provider.objects.filter(pk=wanted).first()):
        if known.practice_id != by.practice_id:
            raise NotFound("There is no such record in this practice.")
        return known
    return Provider.objects.of(by.practice).filter(external_id=external_id).first() if external_id else None


def _fill(provider: Provider, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in PROVIDER_FIELDS:
            raise TypeError(f"a provider has no field {name!r}")
        setattr(provider, name, " ".join(value.split()) if isinstance(value, str) else value)
    if not provider.family_name:
        raise ProviderRefused("Type the provider’s family name.", field="family_name")
    provider.npi = npi_rule.plain(provider.npi)
    if provider.npi and (wrong := npi_rule.check_npi(provider.npi)):
        raise ProviderRefused(wrong, field="npi")
    provider.unwanted_documents = [kind.value for kind in CHOSEN if kind.value in provider.unwanted_documents]
    if not SHORTEST_REPORT_DAYS <= provider.report_days <= LONGEST_REPORT_DAYS:
        raise ProviderRefused("A progress report goes out every 7 to 30 days.", field="report_days")
    check_fields(provider, ProviderRefused)
    if provider.organisation and provider.organisation.practice_id != provider.practice_id:
        raise NotFound("There is no such record in this practice.")
    if provider.email_is_secure and not provider.email:
        raise ProviderRefused("Type the address that is confirmed as safe.", field="email")
    if provider.preferred_channel == Channel.EMAIL and not provider.email_is_secure:
        raise ProviderRefused(
            "Health data goes by e-mail only to an address confirmed as safe. Confirm it, or choose another way.",
            field="preferred_channel",
        )
