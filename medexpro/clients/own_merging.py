"""What this area keeps about a client, as a merge of two records sees it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from medexpro.clients import agreements, merging
from medexpro.clients.merging import Obstacle
from medexpro.clients.models import (
    Allergy,
    Assignment,
    Client,
    ClientDocument,
    Condition,
    Consent,
    ContactPerson,
    ImportedRow,
    Medication,
    OutsideReading,
    Surgery,
)
from medexpro.clients.presenters import path
from medexpro.clients.rules import merging as rules
from medexpro.web import words


def register() -> None:
    """Name the tables and the checks, when the app starts."""
    on_file = {"removed_at": None}
    fact = {"where": on_file, "emptied": "external_id"}
    merging.moves(Allergy, "allergy", "allergies", order=10, line=lambda row: row.words, **fact)
    merging.moves(Medication, "medicine", "medicines", order=11, line=lambda row: row.words, **fact)
    merging.moves(Condition, "condition", "conditions", order=12, line=lambda row: row.words, **fact)
    merging.moves(Surgery, "surgery", "surgeries", order=13, line=lambda row: row.procedure, **fact)
    merging.moves(
        OutsideReading,
        "reading of another record",
        "readings of other records",
        order=14,
        emptied="external_id",
    )
    merging.moves(ContactPerson, "contact", "contacts", order=50, line=_contact, where=on_file)
    merging.moves(Consent, "agreement", "agreements", order=51, line=_consent)
    merging.moves(ClientDocument, "paper on file", "papers on file", order=52, line=str, where=on_file)
    merging.moves(
        Assignment, "assignment", "assignments", order=60, line=lambda row: str(row.member), related=["member__user"],
        where={"ended_on": None}, staying=_assigned_to_both,
    )  # fmt: skip
    merging.moves(ImportedRow, "row of a list brought in", "rows of lists brought in", order=90)
    own = "It tells of the merge itself."
    merging.stays("clients.Client", "merged_into", own)
    merging.stays("clients.ClientMerge", "kept", own)
    merging.stays("clients.ClientMerge", "gone", own)
    pair = "A pair names two records as they are; pairs with a pointer are not shown."
    merging.stays("clients.LikelyPair", "first", pair)
    merging.stays("clients.LikelyPair", "second", pair)
    trail = "The trail stays as it was written; the survivor’s trail shows both."
    merging.stays("audit.Event", "client_id", trail)
    merging.stays("audit.ReadMark", "client_id", trail)
    merging.stays("practice.BreakGlass", "client_id", "Who opened which record, and why, stays as it was.")
    merging.check("archived", _archived)
    merging.check("guardians", _guardians)
    merging.check("agreements", _taken_back)
    merging.caution("birth dates", _born_otherwise)
    merging.in_force("allergies", lambda client: _words("Allergy", Allergy, client))
    merging.in_force("medicines", lambda client: _words("Medicine", Medication, client))


def _assigned_to_both(kept: Client, gone: Client) -> QuerySet:
    known = Assignment.objects.filter(client=kept, ended_on=None)
    return Assignment.objects.filter(client=gone, ended_on=None, member__in=known.values("member"))


def _contact(row: ContactPerson) -> str:
    roles = [
        word for word, is_so in (("guardian", row.is_guardian), ("emergency", row.is_emergency)) if is_so
    ]
    return f"{row.name} ({', '.join(roles)})" if roles else row.name


def _consent(row: Consent) -> str:
    return f"{_named(row.kind)}, {'withdrawn' if row.withdrawn_at else 'in force'}"


def _named(kind: str) -> str:
    known = agreements.kinds().get(kind)
    return known.name if known else kind


def _words(kind: str, model: type[Allergy] | type[Medication], client: Client) -> list[str]:
    rows = model.objects.filter(client=client, removed_at=None).order_by("words")
    return [f"{kind}: {said}" for said in rows.values_list("words", flat=True)]


def _archived(kept: Client, gone: Client, at: datetime) -> Iterable[Obstacle]:
    if kept.archived_at is not None:
        yield Obstacle(
            f"{kept.name} is archived. Bring that record back to the lists first, or let the other one stay.",
            path("clients:details", kept.pk),
        )


def _guardians(kept: Client, gone: Client, at: datetime) -> Iterable[Obstacle]:
    named = [
        list(
            ContactPerson.objects.filter(client=one, is_guardian=True, removed_at=None).values_list(
                "name", flat=True
            )
        )
        for one in (kept, gone)
    ]
    if rules.guardians_differ(*named):
        yield Obstacle(
            f"Different guardians are on file: {words.joined(named[0])}, and {words.joined(named[1])}. Find out who they "
            "are, and let both records name the same, or take one off.",
            path("clients:people", gone.pk),
        )


def _taken_back(kept: Client, gone: Client, at: datetime) -> Iterable[Obstacle]:
    signed = [
        [
            rules.Agreement(*row)
            for row in Consent.objects.filter(client=one).values_list("kind", "signed_at", "withdrawn_at")
        ]
        for one in (kept, gone)
    ]
    for kind in sorted(rules.taken_back(*signed)):
        yield Obstacle(
            f"“{_named(kind)}” was withdrawn on one record and is still in force on the other. Ask the client: sign it "
            "anew where it was withdrawn, or withdraw it on the other record too.",
            path("clients:agreements", kept.pk),
        )


def _born_otherwise(kept: Client, gone: Client, at: datetime) -> Iterable[str]:
    if kept.birth_date and gone.birth_date and kept.birth_date != gone.birth_date:
        yield (
            f"The birth dates differ: {words.day(kept.birth_date)} and {words.day(gone.birth_date)}. Be sure that it is "
            "one person. Age counts in the safety gates."
        )
