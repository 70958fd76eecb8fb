"""What is on file of a client. Reads only."""

from collections.abc import Sequence

from medexpro.clients import agreements
from medexpro.clients.models import Client, Consent, ContactPerson, Sex
from medexpro.clients.panels import Chart
from medexpro.clients.rules.missing import Known, ToAsk, before_first_session


def contacts_of(client: Client) -> list[ContactPerson]:
    """Return those beside a client: guardians and emergency contacts first."""
    contacts = ContactPerson.objects.filter(client=client, removed_at=None)
    return sorted(contacts, key=lambda c: (not c.is_guardian, not c.is_emergency, c.name))


def consents_of(client: Client) -> list[Consent]:
    """Return every agreement ever signed, the newest first."""
    return list(
        Consent.objects.filter(client=client).select_related("recorded_by__user").order_by("-signed_at")
    )


def consent_in_force(client: Client, kind: str) -> Consent | None:
    """Return the client's agreement of a kind that was not withdrawn, whichever version was signed last."""
    return Consent.objects.filter(client=client, kind=kind, withdrawn_at=None).order_by("-signed_at").first()


def has_release_to_provider(client: Client) -> bool:
    """Return whether the client agreed that reports go to providers."""
    return consent_in_force(client, agreements.RELEASE_TO_PROVIDER) is not None


def unsigned(consents: Sequence[Consent]) -> list[str]:
    """Return the names of needed agreements that are not in force."""
    signed = {consent.kind for consent in consents if consent.withdrawn_at is None}
    return [kind.name for kind in agreements.kinds().values() if kind.needed and kind.kind not in signed]


def to_ask(chart: Chart) -> list[ToAsk]:
    """Return what to ask before the first session. Two queries."""
    client = chart.client
    contacts, consents = chart.once("contacts", contacts_of), chart.once("consents", consents_of)
    known = Known(
        birth_date=client.birth_date,
        sex_recorded=client.sex != Sex.UNKNOWN,
        reachable=bool(client.phone or client.email or any(contact.is_guardian for contact in contacts)),
        emergency_contact=any(contact.is_emergency or contact.is_guardian for contact in contacts),
        guardian=any(contact.is_guardian for contact in contacts),
        unsigned=unsigned(consents),
    )
    return before_first_session(known, chart.day)
