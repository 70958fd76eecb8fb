"""What is on file of a client. Reads only."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from medexpro.clients import agreements
from medexpro.clients.models import Client, ClientMerge, Condition, Consent, ContactPerson, Medication, Sex
from medexpro.clients.panels import Chart
from medexpro.clients.rules.missing import Known, ToAsk, before_first_session
from medexpro.practice.permissions import Permission


def contacts_of(client: Client) -> list[ContactPerson]:
    """Return those beside a client: guardians and emergency contacts first."""
    contacts = ContactPerson.objects.filter(client=client, removed_at=None)
    return sorted(contacts, key=lambda c: (not c.is_guardian, not c.is_emergency, c.name))


@dataclass(frozen=True)
class Signed:
    """What is signed before the first session. guardian: one is on file; guardian_signed: that the client takes part.

    unsigned: the names of needed agreements that are not in force.
    """

    guardian: bool
    guardian_signed: bool
    unsigned: list[str]


def signed_of(client: Client) -> Signed:
    """Return who may sign for a client, and what is signed. One query."""
    return signed_of_many([client])[client.pk]


def signed_of_many(clients: Iterable[Client]) -> dict[Any, Signed]:
    """Return who may sign for each of these clients, and what is signed, by the client's id. One query."""
    consents = Consent.objects.filter(client=OuterRef("pk"), withdrawn_at=None)
    beside = ContactPerson.objects.filter(client=OuterRef("pk"), removed_at=None, is_guardian=True)
    rows = Client.objects.filter(pk__in=[client.pk for client in clients]).values_list(
        "pk",
        Exists(beside),
        Exists(consents.filter(kind=agreements.TO_TAKE_PART, signed_as="guardian")),
        *(Exists(consents.filter(kind=kind)) for kind in needed_kinds()),
    )
    found = {}
    for pk, guardian, taking_part, *signed in rows:
        named = zip(needed_kinds(), signed, strict=True)
        unsigned = [agreements.kinds()[kind].name for kind, done in named if not done]
        found[pk] = Signed(guardian, taking_part, unsigned)
    return found


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


def with_what_is_asked(rows: QuerySet[Client]) -> QuerySet[Client]:
    """Add to a query of clients what `to_ask` and the details panel say of those beside them and of agreements."""
    beside = ContactPerson.objects.filter(client=OuterRef("pk"), removed_at=None)
    first = beside.filter(Q(is_guardian=True) | Q(is_emergency=True)).order_by("-is_guardian", "name")
    signed = {
        _signed(kind): Exists(Consent.objects.filter(client=OuterRef("pk"), kind=kind, withdrawn_at=None))
        for kind in needed_kinds()
    }
    return rows.annotate(
        has_guardian=Exists(beside.filter(is_guardian=True)),
        contact_name=Subquery(first.values("name")[:1]),
        contact_phone=Subquery(first.values("phone")[:1]),
        has_parts=Exists(ClientMerge.objects.filter(kept=OuterRef("pk"), undone_at=None)),
        effects_to_confirm=Exists(_unconfirmed(Condition)) | Exists(_unconfirmed(Medication)),
        **signed,
    )


def asked_of(chart: Chart) -> Client:
    """Return the chart's client with what `with_what_is_asked` adds; no query where the page fetched it so."""
    if hasattr(chart.client, "has_guardian"):
        return chart.client
    rows = with_what_is_asked(Client.objects.filter(practice_id=chart.client.practice_id))
    return chart.once("asked", lambda client: rows.get(pk=client.pk))


def parts_of(client: Client) -> Iterator[ClientMerge]:
    """Yield the merges in force by which other records became part of a client's, those of parts too."""
    found = ClientMerge.objects.filter(kept=client, undone_at=None).select_related("gone", "merged_by__user")
    for one in found.order_by("-merged_at"):
        yield one
        yield from parts_of(one.gone)


def needed_kinds() -> list[str]:
    """Return the agreements asked for before the first session."""
    return [kind.kind for kind in agreements.kinds().values() if kind.needed]


def to_ask(chart: Chart) -> list[ToAsk]:
    """Return what to ask before the first session."""
    client: Any = asked_of(chart)
    known = Known(
        birth_date=client.birth_date,
        sex_recorded=client.sex != Sex.UNKNOWN,
        reachable=bool(client.phone or client.email or client.has_guardian),
        emergency_contact=bool(client.contact_name),
        guardian=client.has_guardian,
        to_confirm=client.effects_to_confirm and chart.member.may(Permission.HEALTH_READ),
        unsigned=[
            agreements.kinds()[kind].name for kind in needed_kinds() if not getattr(client, _signed(kind))
        ],
    )
    return before_first_session(known, chart.day)


def _unconfirmed(model: type[Condition] | type[Medication]) -> QuerySet[Any]:
    return model.objects.filter(client=OuterRef("pk"), removed_at=None).exclude(to_confirm=[])


def _signed(kind: str) -> str:
    return f"signed_{kind}"
